package seal

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"visavis/internal/vis"
)

const (
	here  vis.WorkspaceID = "01900000-0000-7000-8000-000000000001"
	there vis.WorkspaceID = "01900000-0000-7000-8000-000000000002"
)

func keys(t testing.TB) *Keys {
	t.Helper()
	k, err := New(bytes.Repeat([]byte{7}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestASecretOpensOnlyWhereItWasSealed(t *testing.T) {
	t.Parallel()
	k := keys(t)
	sealed := k.Seal(here, "channel:1:secret", []byte("hush"))
	if plain, err := k.Open(here, "channel:1:secret", sealed); err != nil || string(plain) != "hush" {
		t.Fatalf("got %q, %v", plain, err)
	}
	broken := bytes.Clone(sealed)
	broken[len(broken)-1] ^= 1
	for name, try := range map[string]func() ([]byte, error){
		"another workspace": func() ([]byte, error) { return k.Open(there, "channel:1:secret", sealed) },
		"another row":       func() ([]byte, error) { return k.Open(here, "channel:2:secret", sealed) },
		"a flipped bit":     func() ([]byte, error) { return k.Open(here, "channel:1:secret", broken) },
		"nothing":           func() ([]byte, error) { return k.Open(here, "channel:1:secret", nil) },
	} {
		if _, err := try(); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAPartOpensOnlyUnderItsKeyAndName(t *testing.T) {
	t.Parallel()
	k := keys(t)
	key := k.NewKey(here, "recording:1")
	sealed, err := k.SealUnder(here, "recording:1", key, "0", []byte("hush"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := k.OpenUnder(here, "recording:1", key, "0", sealed); err != nil || string(plain) != "hush" {
		t.Fatalf("got %q, %v", plain, err)
	}
	for name, try := range map[string]func() ([]byte, error){
		"another workspace": func() ([]byte, error) { return k.OpenUnder(there, "recording:1", key, "0", sealed) },
		"another thing":     func() ([]byte, error) { return k.OpenUnder(here, "recording:2", key, "0", sealed) },
		"another part":      func() ([]byte, error) { return k.OpenUnder(here, "recording:1", key, "1", sealed) },
		"another key": func() ([]byte, error) {
			return k.OpenUnder(here, "recording:1", k.NewKey(here, "recording:1"), "0", sealed)
		},
		"a cut part": func() ([]byte, error) { return k.OpenUnder(here, "recording:1", key, "0", sealed[:10]) },
	} {
		if _, err := try(); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestMACTellsPartsApart(t *testing.T) {
	t.Parallel()
	k := keys(t)
	if bytes.Equal(k.MAC(here, "p", "ab", "c"), k.MAC(here, "p", "a", "bc")) {
		t.Error("a byte moved to the next part gave the same MAC")
	}
	if bytes.Equal(k.MAC(here, "p", "a"), k.MAC(there, "p", "a")) || bytes.Equal(k.MAC(here, "p", "a"), k.MAC(here, "q", "a")) {
		t.Error("workspaces or purposes share a key")
	}
}

func sealStream(t testing.TB, k *Keys, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := k.NewWriter(here, &out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, iotest.HalfReader(bytes.NewReader(plain))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAStreamComesBackWhole(t *testing.T) {
	t.Parallel()
	k := keys(t)
	for _, size := range []int{0, 1, chunkSize - 1, chunkSize, chunkSize + 1, 3*chunkSize + 17} {
		plain := bytes.Repeat([]byte("0123456789abcdef_"), size/17+1)[:size]
		sealed := sealStream(t, k, plain)
		r, err := k.NewReader(here, bytes.NewReader(sealed), int64(len(sealed)))
		if err != nil {
			t.Fatalf("%d: %v", size, err)
		}
		if r.Size() != int64(size) {
			t.Errorf("%d: says it is %d long", size, r.Size())
		}
		if err := iotest.TestReader(r, plain); err != nil {
			t.Errorf("%d: %v", size, err)
		}
	}
}

func TestAChangedStreamIsRefused(t *testing.T) {
	t.Parallel()
	k := keys(t)
	plain := bytes.Repeat([]byte{1}, 2*chunkSize+5)
	sealed := sealStream(t, k, plain)
	swapped := bytes.Clone(sealed)
	copy(swapped[headerSize:], sealed[headerSize+sealedChunk:headerSize+2*sealedChunk])
	copy(swapped[headerSize+sealedChunk:], sealed[headerSize:headerSize+sealedChunk])
	flipped := bytes.Clone(sealed)
	flipped[headerSize+10] ^= 1
	for name, s := range map[string][]byte{
		"cut at a chunk":   sealed[:headerSize+2*sealedChunk],
		"cut in a chunk":   sealed[:len(sealed)-1],
		"longer":           append(bytes.Clone(sealed), 0),
		"two chunks moved": swapped,
		"a flipped bit":    flipped,
		"only a header":    sealed[:headerSize],
		"empty":            nil,
	} {
		r, err := k.NewReader(here, bytes.NewReader(s), int64(len(s)))
		if err == nil {
			_, err = io.ReadAll(r)
		}
		if !errors.Is(err, ErrBroken) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := k.NewReader(there, bytes.NewReader(sealed), int64(len(sealed))); !errors.Is(err, ErrBroken) {
		t.Errorf("another workspace: got %v", err)
	}
}

func TestTheMasterKeyIsMadeOnceAndPrivate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := Load(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	second, err := Load(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Key(here, "x"), second.Key(here, "x")) {
		t.Error("the second start made another key")
	}
	info, err := os.Stat(filepath.Join(dir, "keys", "master"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := Load(dir, "not hexadecimal"); err == nil {
		t.Error("took a key that is none")
	}
}
