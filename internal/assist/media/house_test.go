package media_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"visavis/internal/assist"
	"visavis/internal/assist/media"
	"visavis/internal/assist/media/mediatest"
	"visavis/internal/vis"
)

// patience is how long a test waits for what must come; it goes on as soon as that is there.
const patience = 20 * time.Second

var mint = vis.Mint{Rand: rand.Reader}

// shown is a certificate for localhost that the browsers of these tests believe.
var shown tls.Certificate

func TestMain(m *testing.M) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, of, of, key.Public(), key)
	if err != nil {
		panic(err)
	}
	dir, err := os.MkdirTemp("", "media")
	if err != nil {
		panic(err)
	}
	believed := filepath.Join(dir, "believed.pem")
	if err := os.WriteFile(believed, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		panic(err)
	}
	os.Setenv("SSL_CERT_FILE", believed) // read at the first handshake
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	shown = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func newID() vis.AssistID { return vis.AssistID(mint.ID(time.Now())) }

type change struct {
	leg       assist.Leg
	connected bool
}

// start opens a backend on this machine.
func start(t *testing.T, o media.Options) (*media.Backend, chan change) {
	t.Helper()
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	o.Calls, o.Clock, o.Mint, o.Log = max(o.Calls, 2), vis.ClockFunc(time.Now), mint, slog.New(slog.DiscardHandler)
	b, err := media.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	changes := make(chan change, 64)
	b.OnChange(func(_ context.Context, _ vis.AssistID, leg assist.Leg, connected bool) {
		changes <- change{leg, connected}
	})
	return b, changes
}

// comes waits until a side is connected.
func comes(t *testing.T, changes <-chan change, side assist.Side) {
	t.Helper()
	late := time.After(patience)
	for {
		select {
		case c := <-changes:
			if c.leg.Side == side && c.connected {
				return
			}
		case <-late:
			t.Fatalf("the %s never connected", side)
		}
	}
}

// join connects a far end.
func join(t *testing.T, f *mediatest.Far, b *media.Backend, id vis.AssistID, leg assist.Leg) {
	t.Helper()
	offer := f.Offer()
	if err := b.Check(leg.Side, offer, false); err != nil {
		t.Fatal(err)
	}
	answer, err := b.Join(t.Context(), id, leg, offer)
	if err != nil {
		t.Fatal(err)
	}
	f.Take(answer.SDP)
}
