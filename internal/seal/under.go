package seal

import (
	"crypto/cipher"

	"golang.org/x/crypto/chacha20poly1305"

	"visavis/internal/vis"
)

// What must be forgotten for good has a key of its own, which is kept sealed beside it: once that is deleted, nothing that was sealed under
// it can be read, wherever a copy lies.

// NewKey makes a key for one thing, sealed for the place where it is kept.
func (k *Keys) NewKey(ws vis.WorkspaceID, where string) []byte {
	return k.Seal(ws, where, k.random(KeySize))
}

// SealUnder encrypts a part of the thing under its key. Only the same name opens it.
func (k *Keys) SealUnder(ws vis.WorkspaceID, where string, key []byte, name string, plain []byte) ([]byte, error) {
	aead, err := k.under(ws, where, key)
	if err != nil {
		return nil, err
	}
	nonce := k.random(chacha20poly1305.NonceSizeX)
	return aead.Seal(nonce, nonce, plain, []byte(name)), nil
}

// OpenUnder decrypts what SealUnder made.
func (k *Keys) OpenUnder(ws vis.WorkspaceID, where string, key []byte, name string, sealed []byte) ([]byte, error) {
	aead, err := k.under(ws, where, key)
	if err != nil {
		return nil, err
	}
	if len(sealed) < chacha20poly1305.NonceSizeX {
		return nil, ErrBroken
	}
	plain, err := aead.Open(nil, sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:], []byte(name))
	if err != nil {
		return nil, ErrBroken
	}
	return plain, nil
}

// under is the cipher of a thing's own key.
func (k *Keys) under(ws vis.WorkspaceID, where string, key []byte) (cipher.AEAD, error) {
	own, err := k.Open(ws, where, key)
	if err != nil {
		return nil, err
	}
	return chacha20poly1305.NewX(own)
}
