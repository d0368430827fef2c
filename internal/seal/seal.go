// Package seal keeps secrets and files unreadable on disk: every workspace has keys of its own, derived from one master key.
//
// Keys are derived, not stored: HKDF-SHA256 over the master key with the workspace and the purpose as length-prefixed info. There
// is nothing to wrap, to back up or to lose beside the master key, and a key for one purpose tells nothing about another.
package seal

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"visavis/internal/vis"
)

// KeySize is the length of the master key and of every derived key in bytes.
const KeySize = 32

// sealed values begin with this byte, so that a later form can be told from this one.
const formOne = 1

// ErrBroken says that a sealed value was changed, cut, or sealed for somewhere else.
var ErrBroken = errors.New("seal: the sealed value is broken or belongs elsewhere")

// Keys derives what each workspace needs from the master key.
type Keys struct {
	master []byte
	rand   io.Reader
}

// New makes Keys of a master key of KeySize bytes.
func New(master []byte) (*Keys, error) {
	if len(master) != KeySize {
		return nil, fmt.Errorf("seal: the master key has %d bytes, not %d", len(master), KeySize)
	}
	return &Keys{master: append([]byte(nil), master...), rand: rand.Reader}, nil
}

// Load returns the Keys of a data folder: given (hexadecimal, from the environment) when it is not empty, else the file
// keys/master, which is made on the first start, readable by its owner only.
func Load(dataDir, given string) (*Keys, error) {
	if given != "" {
		master, err := hex.DecodeString(strings.TrimSpace(given))
		if err != nil {
			return nil, errors.New("seal: the master key given is not hexadecimal")
		}
		return New(master)
	}
	path := filepath.Join(dataDir, "keys", "master")
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		if text, err = create(path); err != nil {
			return nil, fmt.Errorf("make the master key: %w", err)
		}
	} else if err != nil {
		return nil, fmt.Errorf("read the master key: %w", err)
	}
	master, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("seal: %s does not hold a hexadecimal key", path)
	}
	return New(master)
}

// create writes a new master key durably before anything is sealed with it. When two processes race, both end up with the
// first one's key.
func create(path string) ([]byte, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	key := make([]byte, KeySize)
	if _, err := io.ReadFull(rand.Reader, key); err != nil {
		return nil, err
	}
	text := []byte(hex.EncodeToString(key) + "\n")
	temp, err := os.CreateTemp(dir, "master-*") // 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(temp.Name())
	if _, err := temp.Write(text); err != nil {
		temp.Close()
		return nil, err
	}
	if err := errors.Join(temp.Sync(), temp.Close()); err != nil {
		return nil, err
	}
	// A link, unlike a rename, fails when the name is taken.
	if err := os.Link(temp.Name(), path); errors.Is(err, os.ErrExist) {
		return os.ReadFile(path)
	} else if err != nil {
		return nil, err
	}
	return text, syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Key derives the key of a workspace for one purpose, such as "content links".
func (k *Keys) Key(ws vis.WorkspaceID, purpose string) []byte {
	info := fmt.Sprintf("visavis 1 %d:%s%d:%s", len(ws), ws, len(purpose), purpose)
	key, err := hkdf.Key(sha256.New, k.master, nil, info, KeySize)
	if err != nil {
		panic("seal: " + err.Error()) // only for lengths that HKDF cannot give
	}
	return key
}

// MAC authenticates parts under the workspace's key for a purpose. Parts are length-prefixed: moving a byte from one to the next
// gives another MAC.
func (k *Keys) MAC(ws vis.WorkspaceID, purpose string, parts ...string) []byte {
	mac := hmac.New(sha256.New, k.Key(ws, purpose))
	for _, part := range parts {
		fmt.Fprintf(mac, "%d:%s", len(part), part)
	}
	return mac.Sum(nil)
}

// Seal encrypts a small secret for one place: where names the row and column it is kept in, and only the same where opens it.
func (k *Keys) Seal(ws vis.WorkspaceID, where string, plain []byte) []byte {
	aead, err := chacha20poly1305.NewX(k.Key(ws, "secrets"))
	if err != nil {
		panic("seal: " + err.Error()) // only for a key of the wrong length
	}
	nonce := k.random(aead.NonceSize())
	out := append([]byte{formOne}, nonce...)
	return aead.Seal(out, nonce, plain, []byte(where))
}

func (k *Keys) random(n int) []byte {
	out := make([]byte, n)
	if _, err := io.ReadFull(k.rand, out); err != nil {
		panic("seal: the source of randomness failed: " + err.Error())
	}
	return out
}

// Open decrypts what Seal made for the same workspace and place.
func (k *Keys) Open(ws vis.WorkspaceID, where string, sealed []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(k.Key(ws, "secrets"))
	if err != nil {
		return nil, err
	}
	if len(sealed) < 1+aead.NonceSize()+aead.Overhead() || sealed[0] != formOne {
		return nil, ErrBroken
	}
	plain, err := aead.Open(nil, sealed[1:1+aead.NonceSize()], sealed[1+aead.NonceSize():], []byte(where))
	if err != nil {
		return nil, ErrBroken
	}
	return plain, nil
}
