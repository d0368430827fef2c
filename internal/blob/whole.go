package blob

import (
	"bytes"
	"context"
	"io"
	"time"

	"visavis/internal/vis"
)

// Whole keeps contents that are handled in one piece, such as letters.
type Whole struct {
	Store Store
	Max   int64 // bytes
	// Space is asked before anything is kept; nil keeps all that finds room.
	Space *Space
}

// Keep writes content, durable before it returns, and returns the name by which Read finds it.
func (w Whole) Keep(ctx context.Context, ws vis.WorkspaceID, content []byte) (string, error) {
	if w.Space != nil {
		if err := w.Space.Admit(); err != nil {
			return "", err
		}
	}
	ref, err := w.Store.Put(ctx, ws, bytes.NewReader(content), w.Max)
	return ref.Hash, err
}

// Read reads all of a content.
func (w Whole) Read(ctx context.Context, ws vis.WorkspaceID, name string) ([]byte, error) {
	file, err := w.Store.Open(ctx, ws, name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

// Begin reads the first bytes of a content, at most so many.
func (w Whole) Begin(ctx context.Context, ws vis.WorkspaceID, name string, most int) ([]byte, error) {
	file, err := w.Store.Open(ctx, ws, name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, int64(most)))
}

// Forget removes what was not kept again since an instant.
func (w Whole) Forget(ctx context.Context, ws vis.WorkspaceID, name string, before time.Time) error {
	return w.Store.Delete(ctx, ws, name, before)
}

// ReadAt reads so many bytes of a content from one place on.
func (w Whole) ReadAt(ctx context.Context, ws vis.WorkspaceID, name string, at, count int64) ([]byte, error) {
	file, err := w.Store.Open(ctx, ws, name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if at < 0 || count < 0 || at+count > file.Size() {
		return nil, io.ErrUnexpectedEOF
	}
	if _, err := file.Seek(at, io.SeekStart); err != nil {
		return nil, err
	}
	out := make([]byte, count)
	_, err = io.ReadFull(file, out)
	return out, err
}
