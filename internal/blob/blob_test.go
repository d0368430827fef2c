package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"visavis/internal/seal"
	"visavis/internal/vis"
)

const (
	here  vis.WorkspaceID = "01900000-0000-7000-8000-000000000001"
	there vis.WorkspaceID = "01900000-0000-7000-8000-000000000002"
)

func folder(t *testing.T) (*Folder, string) {
	t.Helper()
	keys, err := seal.New(bytes.Repeat([]byte{3}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	f, err := NewFolder(root, keys)
	if err != nil {
		t.Fatal(err)
	}
	return f, root
}

func files(t *testing.T, root string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestAFileIsKeptOnceAndReadBack(t *testing.T) {
	t.Parallel()
	f, root := folder(t)
	ctx := context.Background()
	plain := strings.Repeat("bonjour ", 20_000)
	ref, err := f.Put(ctx, here, strings.NewReader(plain), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	again, err := f.Put(ctx, here, strings.NewReader(plain), 1<<20)
	if err != nil || again != ref {
		t.Fatalf("second: %v, %v", again, err)
	}
	if got := files(t, root); len(got) != 1 || strings.Contains(got[0], ref.Hash) {
		t.Errorf("on disk: %v", got)
	}
	file, err := f.Open(ctx, here, ref.Hash)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	got, err := io.ReadAll(file)
	if err != nil || string(got) != plain || file.Size() != int64(len(plain)) {
		t.Errorf("read %d bytes of %d, %v", len(got), file.Size(), err)
	}
}

func TestAFileOfAnotherWorkspaceIsAbsent(t *testing.T) {
	t.Parallel()
	f, _ := folder(t)
	ref, err := f.Put(context.Background(), here, strings.NewReader("mine"), 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, hash := range []string{ref.Hash, "../../" + ref.Hash, "", strings.Repeat("0", 64)} {
		if _, err := f.Open(context.Background(), there, hash); !errors.Is(err, ErrAbsent) {
			t.Errorf("%q: got %v", hash, err)
		}
	}
}

func TestWhatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	f, root := folder(t)
	if _, err := f.Put(context.Background(), here, strings.NewReader("too long"), 3); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too long: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := f.Put(ctx, here, strings.NewReader("never"), 10); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if got := files(t, root); len(got) != 0 {
		t.Errorf("left %v", got)
	}
	if err := f.Delete(context.Background(), here, strings.Repeat("0", 64), time.Now()); err != nil {
		t.Errorf("delete of an absent file: %v", err)
	}
}

func TestDeletingSparesWhatWasKeptAgain(t *testing.T) {
	t.Parallel()
	f, root := folder(t)
	ref, err := f.Put(t.Context(), here, strings.NewReader("words"), 10)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Delete(t.Context(), here, ref.Hash, time.Now().Add(-time.Hour)); err != nil || len(files(t, root)) != 1 {
		t.Errorf("a young file: %v, %d left", err, len(files(t, root)))
	}
	if err := f.Delete(t.Context(), here, ref.Hash, time.Now().Add(time.Hour)); err != nil || len(files(t, root)) != 0 {
		t.Errorf("an old file: %v, %d left", err, len(files(t, root)))
	}
}
