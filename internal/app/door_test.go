package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// showing writes a certificate for a name, and its key, into a folder.
func showing(t *testing.T, dir, name string) (cert, key string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	paper := x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	signed, err := x509.CreateCertificate(rand.Reader, &paper, &paper, &secret.PublicKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]pem.Block{cert: {Type: "CERTIFICATE", Bytes: signed}, key: {Type: "PRIVATE KEY", Bytes: sealed}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(&block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// K-42: a renewed certificate is shown without a restart, and half of one leaves the old one in use.
func TestARenewedCertificateIsShown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := showing(t, dir, "one.example")
	c, err := Config{SMTPCert: cert, SMTPKey: key}.smtpCertificate(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	shows := func(name string) {
		t.Helper()
		if pair, err := c.get(nil); err != nil || pair.Leaf.DNSNames[0] != name {
			t.Errorf("shows %v, %v, not %s", pair, err, name)
		}
	}
	shows("one.example")
	if in := time.Until(time.Unix(int64(c.ends()), 0)); in < 50*time.Minute || in > time.Hour {
		t.Errorf("it ends in %v", in)
	}
	if err := os.WriteFile(cert, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	shows("one.example")
	showing(t, dir, "another.example")
	shows("another.example")
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	shows("another.example")
}

func TestASocketIsTakenOverFromADeadServerOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "lmtp")
	dead, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	dead.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	alive, err := listenAt(t.Context(), "unix:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer alive.Close()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o666 {
		t.Errorf("%v %v", info, err)
	}
	if second, err := listenAt(t.Context(), "unix:"+path); err == nil {
		second.Close()
		t.Error("two servers listen at one socket")
	}
	file := filepath.Join(dir, "letter.txt")
	if err := os.WriteFile(file, []byte("words"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := listenAt(t.Context(), "unix:"+file); err == nil {
		l.Close()
		t.Error("a file was taken for a socket")
	}
	if words, err := os.ReadFile(file); err != nil || string(words) != "words" {
		t.Errorf("the file is %q, %v", words, err)
	}
}
