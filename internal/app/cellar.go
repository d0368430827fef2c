package app

import (
	"bytes"
	"context"
	"io"
	"time"

	"visavis/internal/blob"
	"visavis/internal/post"
	"visavis/internal/vis"
)

// cellar lets the post room keep whole letters in the blob store.
type cellar struct{ blobs blob.Store }

// Keep implements post.Blobs.
func (c cellar) Keep(ctx context.Context, ws vis.WorkspaceID, content []byte) (string, error) {
	ref, err := c.blobs.Put(ctx, ws, bytes.NewReader(content), post.MaxRaw)
	return ref.Hash, err
}

// Read implements post.Blobs.
func (c cellar) Read(ctx context.Context, ws vis.WorkspaceID, name string) ([]byte, error) {
	file, err := c.blobs.Open(ctx, ws, name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

// Forget implements post.Blobs.
func (c cellar) Forget(ctx context.Context, ws vis.WorkspaceID, name string, before time.Time) error {
	return c.blobs.Delete(ctx, ws, name, before)
}
