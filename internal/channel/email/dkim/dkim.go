// Package dkim signs letters for the domain they leave from (RFC 6376), so that whoever receives one can see that the domain answers for it.
package dkim

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-msgauth/dkim"

	"visavis/internal/channel"
)

// The algorithms of keys. Everybody verifies RSA; Ed25519 (RFC 8463) is stronger, and known to some only, so both sign.
const (
	RSA     = "rsa"
	Ed25519 = "ed25519"
)

const rsaBits = 2048 // RFC 8301 §3.2; what is longer no longer fits a DNS answer everywhere

// signed are the fields that a signature covers (RFC 6376 §5.4.1). Those that a reader is shown stand once more than a letter has them,
// so that nobody can add another. Message-ID is left out, for relays are known to replace it.
var signed = []string{"From", "From", "Reply-To", "Reply-To", "Subject", "Subject", "Date", "Date", "To", "To", "Cc", "Cc",
	"In-Reply-To", "References", "MIME-Version", "Content-Type", "Content-Type", "Content-Transfer-Encoding"}

// Generate makes the keys that sign letters of a domain, one of each algorithm. Their selectors follow from the keys, so that a new key
// never takes the place of another one's record.
func Generate(domain string) ([]channel.SigningKey, error) {
	long, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err != nil {
		return nil, fmt.Errorf("make a signing key: %w", err)
	}
	_, short, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a signing key: %w", err)
	}
	var out []channel.SigningKey
	for _, one := range []struct {
		algorithm string
		key       crypto.Signer
	}{{RSA, long}, {Ed25519, short}} {
		private, err := x509.MarshalPKCS8PrivateKey(one.key)
		if err != nil {
			return nil, fmt.Errorf("write a signing key: %w", err)
		}
		public, err := published(one.key.Public())
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(public)
		out = append(out, channel.SigningKey{Domain: domain, Selector: "vv" + hex.EncodeToString(sum[:5]), Algorithm: one.algorithm, Private: private})
	}
	return out, nil
}

// published is a public key as its record writes it.
func published(public crypto.PublicKey) ([]byte, error) {
	if short, ok := public.(ed25519.PublicKey); ok {
		return short, nil // RFC 8463 §4.2
	}
	return x509.MarshalPKIXPublicKey(public)
}

// open reads a private key.
func open(k channel.SigningKey) (crypto.Signer, error) {
	key, err := x509.ParsePKCS8PrivateKey(k.Private)
	if err != nil {
		return nil, errors.New("dkim: the key of " + k.Name() + " cannot be read") // what is wrong with it could tell of it
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("dkim: the key of " + k.Name() + " cannot sign")
	}
	return signer, nil
}

// Record is the text that has to stand in DNS under the key's name (RFC 6376 §3.6.1).
func Record(k channel.SigningKey) (string, error) {
	key, err := open(k)
	if err != nil {
		return "", err
	}
	public, err := published(key.Public())
	return "v=DKIM1; k=" + k.Algorithm + "; p=" + base64.StdEncoding.EncodeToString(public), err
}

// Sign puts a signature of each key before the bytes of a letter. The instant stands in it, so two signatures are not the same bytes.
func Sign(raw []byte, keys []channel.SigningKey) ([]byte, error) {
	var out bytes.Buffer
	for _, k := range keys {
		key, err := open(k)
		if err != nil {
			return nil, err
		}
		s, err := dkim.NewSigner(&dkim.SignOptions{Domain: k.Domain, Selector: k.Selector, Signer: key, HeaderKeys: signed,
			HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed})
		if err != nil {
			return nil, err
		}
		_, err = s.Write(raw)
		if err := errors.Join(err, s.Close()); err != nil {
			return nil, fmt.Errorf("sign a letter: %w", err)
		}
		out.WriteString(s.Signature())
	}
	out.Write(raw)
	return out.Bytes(), nil
}

// probe is a letter to try signatures with.
const probe = "From: a@b.example\r\n\r\n\r\n"

// Fits reports whether signatures of a key are verified by what DNS says under its name: one is made and verified, so that every way to
// write the record is as right as ours.
func Fits(k channel.SigningKey, found []string) bool {
	raw, err := Sign([]byte(probe), []channel.SigningKey{k})
	if err != nil {
		return false
	}
	lookup := func(string) ([]string, error) {
		var texts []string
		for _, text := range found {
			texts = append(texts, strings.Join(strings.Fields(text), " ")) // tabs and line breaks are white space too (§3.2)
		}
		return texts, nil
	}
	verified, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: lookup})
	return err == nil && len(verified) == 1 && verified[0].Err == nil
}
