// Package blob keeps files: addressed by their content, sealed with their workspace's key, durable before they are named.
package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"visavis/internal/seal"
	"visavis/internal/vis"
)

// ErrTooLarge is returned by Put when the file is longer than it may be; nothing of it is kept.
var ErrTooLarge = errors.New("blob: the file is longer than allowed")

// ErrAbsent is returned by Open when there is no such file.
var ErrAbsent = errors.New("blob: no such file")

// Ref names a kept file.
type Ref struct {
	Hash string // hexadecimal SHA-256 of the plain bytes
	Size int64
}

// File is an opened file, as its plain bytes.
type File interface {
	io.ReadSeekCloser
	Size() int64
}

// Store keeps the files of every workspace. The folder is one implementation; an object store can be another.
type Store interface {
	// Put keeps what r holds, at most limit bytes, and returns only once it is durable. Keeping the same bytes again is cheap.
	Put(ctx context.Context, ws vis.WorkspaceID, r io.Reader, limit int64) (Ref, error)
	Open(ctx context.Context, ws vis.WorkspaceID, hash string) (File, error)
	// Delete forgets a file unless it was kept, or kept again, since before; an absent one is no error.
	Delete(ctx context.Context, ws vis.WorkspaceID, hash string, before time.Time) error
}

// Folder is a Store in a directory: <root>/<workspace>/<aa>/<name>. The name is a MAC of the content's hash, so that the folder
// does not tell which known files it holds.
type Folder struct {
	root string
	keys *seal.Keys
	// naming is held while a file gets its name or loses it, so that one that is kept again is not deleted for its age.
	naming sync.Mutex
	// made are the folders that this process has made or found, and synced the way to.
	made sync.Map
}

// NewFolder returns the store in root, which it makes when absent, and clears away what was half written by an earlier life.
func NewFolder(root string, keys *seal.Keys) (*Folder, error) {
	if err := os.MkdirAll(filepath.Join(root, "temp"), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for files: %w", err)
	}
	f := &Folder{root: root, keys: keys}
	f.sweep(time.Hour)
	return f, nil
}

// sweep removes temporary files older than age. Younger ones may be another process's at work.
func (f *Folder) sweep(age time.Duration) {
	entries, err := os.ReadDir(filepath.Join(f.root, "temp"))
	if err != nil {
		return
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && time.Since(info.ModTime()) > age {
			_ = os.Remove(filepath.Join(f.root, "temp", entry.Name()))
		}
	}
}

func (f *Folder) path(ws vis.WorkspaceID, hash string) (string, error) {
	raw, err := hex.DecodeString(hash)
	if err != nil || len(raw) != sha256.Size || !vis.IsID(ws) {
		return "", ErrAbsent
	}
	name := hex.EncodeToString(f.keys.MAC(ws, "file names", hash))
	return filepath.Join(f.root, string(ws), name[:2], name), nil
}

// Put implements Store: a temporary file, synced, renamed to its name, its folders synced.
func (f *Folder) Put(ctx context.Context, ws vis.WorkspaceID, r io.Reader, limit int64) (ref Ref, err error) {
	temp, err := os.OpenFile(filepath.Join(f.root, "temp", rand.Text()), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return Ref{}, fmt.Errorf("open a temporary file: %w", err)
	}
	defer func() {
		temp.Close()
		if err != nil {
			_ = os.Remove(temp.Name())
		}
	}()
	sealed, err := f.keys.NewWriter(ws, temp)
	if err != nil {
		return Ref{}, err
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(sealed, sum), io.LimitReader(reader{ctx, r}, limit+1))
	if err != nil {
		return Ref{}, full(err)
	}
	if size > limit {
		return Ref{}, ErrTooLarge
	}
	if err := errors.Join(sealed.Close(), temp.Sync()); err != nil {
		return Ref{}, fmt.Errorf("write the file: %w", full(err))
	}
	ref = Ref{Hash: hex.EncodeToString(sum.Sum(nil)), Size: size}
	return ref, f.name(ws, ref.Hash, temp.Name())
}

// name moves a synced temporary file to where its content belongs.
func (f *Folder) name(ws vis.WorkspaceID, hash, temp string) error {
	path, err := f.path(ws, hash)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := f.make(dir); err != nil {
		return err
	}
	f.naming.Lock()
	err = os.Rename(temp, path)
	f.naming.Unlock()
	if err != nil {
		return fmt.Errorf("name the file: %w", err)
	}
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("sync a folder: %w", err)
	}
	return nil
}

// make has a folder be there, and survive a loss of power. That is done once for each: they are never removed.
func (f *Folder) make(dir string) error {
	if _, done := f.made.Load(dir); done {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	for _, above := range []string{filepath.Dir(dir), f.root} {
		if err := syncDir(above); err != nil {
			return fmt.Errorf("sync a folder: %w", err)
		}
	}
	f.made.Store(dir, true)
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open implements Store.
func (f *Folder) Open(_ context.Context, ws vis.WorkspaceID, hash string) (File, error) {
	path, err := f.path(ws, hash)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrAbsent
	}
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, err
	}
	plain, err := f.keys.NewReader(ws, file, info.Size())
	if err != nil {
		file.Close()
		return nil, err
	}
	return opened{plain, file}, nil
}

// Delete implements Store.
func (f *Folder) Delete(_ context.Context, ws vis.WorkspaceID, hash string, before time.Time) error {
	path, err := f.path(ws, hash)
	if err != nil {
		return err
	}
	f.naming.Lock()
	defer f.naming.Unlock()
	if info, err := os.Stat(path); err == nil && !info.ModTime().Before(before) {
		return nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

type opened struct {
	*seal.Reader
	io.Closer
}

// reader ends a copy when its context does.
type reader struct {
	ctx context.Context
	io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}
