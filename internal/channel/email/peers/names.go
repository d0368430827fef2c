package peers

import (
	"context"
	"net"
	"strings"
	"sync"
)

// Names is DNS that a test writes texts into; other records it has none. Its zero value is ready and empty.
type Names struct {
	mu    sync.Mutex
	texts map[string]string
}

// Set writes the one text that a name has.
func (n *Names) Set(name, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.texts == nil {
		n.texts = make(map[string]string)
	}
	n.texts[name] = text
}

// LookupTXT implements the resolvers of those who ask DNS.
func (n *Names) LookupTXT(_ context.Context, name string) ([]string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if text, ok := n.texts[strings.TrimSuffix(name, ".")]; ok {
		return []string{text}, nil
	}
	return nil, unknown(name)
}

// LookupMX finds nothing.
func (*Names) LookupMX(_ context.Context, name string) ([]*net.MX, error) { return nil, unknown(name) }

// LookupIPAddr finds nothing.
func (*Names) LookupIPAddr(_ context.Context, name string) ([]net.IPAddr, error) {
	return nil, unknown(name)
}

// LookupAddr finds nothing.
func (*Names) LookupAddr(_ context.Context, name string) ([]string, error) { return nil, unknown(name) }

func unknown(name string) error {
	return &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}
