package blob_test

import (
	"errors"
	"testing"

	"visavis/internal/blob"
	"visavis/internal/vis"
)

// D-11: what comes from outside is refused while little is left, and taken again when there is room to speak of.
func TestNothingIsTakenWhileLittleRoomIsLeft(t *testing.T) {
	t.Parallel()
	const mb, gb = 1 << 20, 1 << 30
	rooms := map[string]blob.Room{}
	s := blob.NewSpace(func(path string) (blob.Room, error) {
		r, ok := rooms[path]
		if !ok {
			return r, errors.New("gone")
		}
		return r, nil
	}, "data", "files")
	for _, step := range []struct {
		what        string
		data, files blob.Room
		full        bool
	}{
		{"half is free", blob.Room{Free: 50 * mb, Size: 100 * mb}, blob.Room{Free: 50 * mb, Size: 100 * mb}, false},
		{"a tenth is free", blob.Room{Free: 50 * mb, Size: 100 * mb}, blob.Room{Free: 10 * mb, Size: 100 * mb}, false},
		{"less", blob.Room{Free: 50 * mb, Size: 100 * mb}, blob.Room{Free: 10*mb - 1, Size: 100 * mb}, true},
		{"a little more again", blob.Room{Free: 50 * mb, Size: 100 * mb}, blob.Room{Free: 11 * mb, Size: 100 * mb}, true},
		{"enough again", blob.Room{Free: 50 * mb, Size: 100 * mb}, blob.Room{Free: 12 * mb, Size: 100 * mb}, false},
		{"the database has none", blob.Room{Size: 100 * mb}, blob.Room{Free: 50 * mb, Size: 100 * mb}, true},
		{"of a large disk five gigabytes do", blob.Room{Free: 6 * gb, Size: 4000 * gb}, blob.Room{Free: 6 * gb, Size: 4000 * gb}, false},
		{"and less do not", blob.Room{Free: 5*gb - 1, Size: 4000 * gb}, blob.Room{Free: 50 * gb, Size: 4000 * gb}, true},
		{"nobody knows", blob.Room{}, blob.Room{}, false},
	} {
		rooms["data"], rooms["files"] = step.data, step.files
		err := s.Admit()
		var e *vis.Error
		if refused := errors.As(err, &e) && e.Reason == "storage_full" && e.Code == vis.Unavailable; refused != step.full || s.Full() != step.full {
			t.Errorf("%s: %v", step.what, err)
		}
	}
	rooms["data"], rooms["files"] = blob.Room{Free: 3, Size: 5}, blob.Room{Free: 2, Size: 5}
	if got := s.Free(); got != 2 {
		t.Errorf("free: %d", got)
	}
	clear(rooms)
	if err := s.Admit(); err != nil || s.Free() != -1 {
		t.Errorf("who cannot be asked refuses: %v", err)
	}
}

// The real file system is asked, and has some size.
func TestTheOperatingSystemKnowsItsRoom(t *testing.T) {
	t.Parallel()
	if got := blob.NewSpace(nil, t.TempDir()).Free(); got < 0 {
		t.Skipf("nobody knows here: %d", got)
	}
}
