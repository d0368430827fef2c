package peers

import (
	"net"
	"testing"
)

// Listen has every line that is made to a port of this machine talked on, until the test ends. talk ends its line.
func Listen(t testing.TB, talk func(net.Conn)) (port uint16) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go talk(c)
		}
	}()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}
