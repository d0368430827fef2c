package blob

import (
	"errors"
	"sync"
	"syscall"

	"visavis/internal/vis"
)

// What is left of a file system for what was taken already, for words and for the database: a tenth, and no more than that many bytes.
const (
	reserveShare = 10
	reserveMost  = 5 << 30
	// reopenShare of the reserve must be free beyond it before files are taken again, so that the door does not flutter.
	reopenShare = 5
)

// Room is how much a file system holds, in bytes. Size is 0 when nobody knows.
type Room struct{ Free, Size int64 }

// reserve is how much of it is kept back.
func (r Room) reserve() int64 { return min(r.Size/reserveShare, reserveMost) }

// Space tells whether there is room for what comes from outside: files, letters, recordings. When there is too little they are refused
// before they are taken, never in the midst; what was taken before is still filed, sent and deleted. It recovers by itself.
type Space struct {
	probe func(path string) (Room, error)
	paths []string

	mu   sync.Mutex
	full bool
}

// NewSpace watches the file systems that folders lie on. probe asks one, nil the operating system.
func NewSpace(probe func(path string) (Room, error), paths ...string) *Space {
	if probe == nil {
		probe = room
	}
	return &Space{probe: probe, paths: paths}
}

// Full reports whether there is too little room now.
func (s *Space) Full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	full := false
	for _, path := range s.paths {
		r, err := s.probe(path)
		if err != nil || r.Size == 0 {
			continue // who cannot be asked is believed to have room: writing will tell
		}
		need := r.reserve()
		if s.full {
			need += need / reopenShare
		}
		full = full || r.Free < need
	}
	s.full = full
	return full
}

// Free is how many bytes the fullest of the file systems has left, -1 when nobody knows.
func (s *Space) Free() int64 {
	least := int64(-1)
	for _, path := range s.paths {
		if r, err := s.probe(path); err == nil && r.Size > 0 && (least < 0 || r.Free < least) {
			least = r.Free
		}
	}
	return least
}

// Admit refuses with the reason "storage_full" while there is too little room.
func (s *Space) Admit() error {
	if s.Full() {
		return noRoom()
	}
	return nil
}

// noRoom is what who brings something is told.
func noRoom() error {
	e := vis.Errorf(vis.Unavailable, "storage_full", "There is no room for files here at the moment. Words still arrive; please send the file later.")
	e.RetryAfter = 60
	return e
}

// full says of a write that failed for want of room what Admit would have said.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return errors.Join(noRoom(), err)
	}
	return err
}
