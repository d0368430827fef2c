package assist

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"time"

	"visavis/internal/assist/webm"
	"visavis/internal/vis"
)

// The bounds of what is read at once.
const (
	maxListed   = 50
	pageAtOnce  = 4 << 20 // bytes of what was shown, or one part if that is more
	forgetAtOne = 20
)

// Elsewhere reports whether media runs where this server cannot listen to it, so that nothing is recorded.
func (s *Service) Elsewhere() bool { return s.Media != nil && !s.Media.Records() }

// records reports whether calls can be recorded here at all.
func (s *Service) records() bool { return s.Shelf != nil && !s.Elsewhere() }

// agree lets a member ask for a recording; that she asks is her own consent.
func (s *Service) agree(ctx context.Context, tx Tx, by vis.Actor, x *Session, now time.Time) error {
	policy, err := tx.RecordingPolicy(ctx)
	if err != nil {
		return err
	}
	switch {
	case s.Shelf == nil || policy.On(x.Channel) == RecordNever:
		return errUnrecorded
	case s.Elsewhere():
		return errUnrecordable
	}
	if err := x.Ask(Record, now); err != nil {
		return err
	}
	return s.audit(ctx, tx, by, *x, "agreed", Record, now)
}

// errUnrecorded is the refusal where nothing is recorded.
var errUnrecorded = vis.Errorf(vis.Conflict, "recording_off", "Calls are not recorded here.")

// errUnrecordable is the refusal where media runs elsewhere.
var errUnrecordable = vis.Errorf(vis.Conflict, "recording_elsewhere", "Calls run through LiveKit here, and this server cannot record them.")

// agreeAlways asks the customer, once for each member who speaks to her, where every call is to be recorded: members know that, and can
// stop it.
func (s *Service) agreeAlways(ctx context.Context, tx Tx, ws vis.WorkspaceID, x *Session, now time.Time) error {
	policy, err := tx.RecordingPolicy(ctx)
	if err != nil || !s.records() || policy.On(x.Channel) != RecordAlways || x.wasAsked(Record) {
		return err
	}
	return s.agree(ctx, tx, vis.System(ws), x, now)
}

// RecordingMode says whether a session may be recorded.
func (s *Service) RecordingMode(ctx context.Context, ws vis.WorkspaceID, x Session) (Mode, error) {
	if !s.records() {
		return RecordNever, nil
	}
	p, err := vis.View(ctx, s.DB, ws, func(tx Tx) (Policy, error) { return tx.RecordingPolicy(ctx) })
	return p.On(x.Channel), err
}

// RecordingPolicy is what was decided.
func (s *Service) RecordingPolicy(ctx context.Context, by vis.Actor) (Policy, error) {
	if err := by.Must(vis.ReadSettings); err != nil {
		return Policy{}, err
	}
	p, err := vis.View(ctx, s.DB, by.Workspace, func(tx Tx) (Policy, error) { return tx.RecordingPolicy(ctx) })
	return p.decided(), err
}

// DecideRecording changes it. What is kept already is never kept for longer than was said to its customer, and no longer than is said now.
func (s *Service) DecideRecording(ctx context.Context, by vis.Actor, p Policy) (Policy, error) {
	if err := errors.Join(by.Must(vis.WriteSettings), p.check()); err != nil {
		return Policy{}, err
	}
	if p.records() && s.Elsewhere() {
		return Policy{}, errUnrecordable
	}
	now := s.Clock.Now()
	return vis.Update(ctx, s.DB, by, func(tx Tx) (Policy, error) {
		for id := range p.Channels {
			if _, err := tx.Channel(ctx, id); err != nil {
				return Policy{}, vis.InField("channels", "There is no channel %s.", id)
			}
		}
		saved, err := tx.SaveRecordingPolicy(ctx, p)
		if errors.Is(err, vis.ErrStale) {
			err = vis.Errorf(vis.Conflict, "recording_policy_changed", "Somebody changed this a moment before you.")
		}
		if err != nil {
			return Policy{}, err
		}
		if p.Days > 0 {
			if err := tx.KeepNoLonger(ctx, p.Days); err != nil {
				return Policy{}, err
			}
		}
		return saved, tx.Audit(ctx, vis.NewAudit(by, now, "recording.decided", "", map[string]any{"mode": p.Mode, "days": p.Days, "replay": p.Replay}))
	})
}

// errReplay is the refusal of recordings.
var errReplay = vis.Errorf(vis.Forbidden, "no_replay", "Recordings are for those who were named in the settings.")

// mayReplay refuses who may not look at recordings.
func mayReplay(ctx context.Context, tx Tx, by vis.Actor) error {
	policy, err := tx.RecordingPolicy(ctx)
	if err == nil && !policy.lets(by) {
		err = errReplay
	}
	return err
}

// Kept is a recording with its session.
type Kept struct {
	Recording
	Session Session
}

// Shelved are recordings, and how much room all of them take.
type Shelved struct {
	Items []Kept
	Count int
	Bytes int64
	More  bool
}

// Recordings are those of earlier presses than before, newest first; "" for the newest.
func (s *Service) Recordings(ctx context.Context, by vis.Actor, before vis.AssistID) (Shelved, error) {
	return vis.View(ctx, s.DB, by.Workspace, func(tx Tx) (out Shelved, err error) {
		if err := mayReplay(ctx, tx, by); err != nil {
			return out, err
		}
		all, err := tx.Recordings(ctx, before, maxListed+1)
		if err != nil {
			return out, err
		}
		if out.More = len(all) > maxListed; out.More {
			all = all[:maxListed]
		}
		for _, r := range all {
			x, err := tx.Assist(ctx, r.Assist)
			if err != nil {
				return out, err
			}
			out.Items = append(out.Items, Kept{r, x})
		}
		out.Count, out.Bytes, err = tx.CountRecordings(ctx)
		return out, err
	})
}

// Replay is what one needs to know of a recording to look at it.
type Replay struct {
	Kept
	Tracks []Side // those that can be heard
	Page   bool   // the customer's page was shown
	Gaps   []Gap
	Marks  []Mark
}

// Replay begins a look at a recording, which is told and written down: who looked, and when.
func (s *Service) Replay(ctx context.Context, by vis.Actor, id vis.AssistID) (Replay, error) {
	now := s.Clock.Now()
	by.Request = vis.Request{}
	return vis.Update(ctx, s.DB, by, func(tx Tx) (Replay, error) {
		x, r, parts, err := readable(ctx, tx, by, id, now)
		if err != nil {
			return Replay{}, err
		}
		out := Replay{Kept: Kept{r, x}, Gaps: gaps(parts), Marks: x.marks(r.StartedAt, r.Length)}
		for _, side := range voices {
			if f := fileOf(parts, side); len(f.Pieces) > 0 {
				out.Tracks = append(out.Tracks, side)
			}
		}
		out.Page = len(fileOf(parts, PageTrack).Pieces) > 0
		if err := tx.Audit(ctx, vis.NewAudit(by, now, "recording.replayed", string(id), nil)); err != nil {
			return Replay{}, err
		}
		return out, s.tell(ctx, tx, by, SessionReplayed, x, now)
	})
}

// readable finds a recording that somebody may look at, once its call is over.
func readable(ctx context.Context, tx Tx, by vis.Actor, id vis.AssistID, now time.Time) (Session, Recording, []Part, error) {
	if err := mayReplay(ctx, tx, by); err != nil {
		return Session{}, Recording{}, nil, err
	}
	r, err := tx.Recording(ctx, id)
	if err == nil && !now.Before(r.DeleteAt) {
		err = vis.Absent("recording") // it is due, and about to be deleted
	}
	if err != nil {
		return Session{}, Recording{}, nil, err
	}
	x, err := tx.Assist(ctx, id)
	if err == nil && x.State != Ended {
		err = vis.Errorf(vis.Conflict, "assist_not_over", "The assistance is not over yet.")
	}
	if err != nil {
		return Session{}, Recording{}, nil, err
	}
	parts, err := tx.Parts(ctx, id)
	return x, r, parts, err
}

// fileOf is a track as a file.
func fileOf(parts []Part, side Side) (f webm.File) {
	sound, picture := webm.Track{Number: webm.Sound}, webm.Track{Number: webm.Picture}
	heard := false
	for _, p := range parts {
		s, _, has := p.section(side)
		if !has {
			continue
		}
		if s.Width > 0 && picture.Width == 0 {
			picture.Width, picture.Height = s.Width, s.Height
		}
		heard = heard || s.Sound
		f.For = p.To
		f.Pieces = append(f.Pieces, webm.Piece{At: p.From, Bytes: s.Bytes, Seek: s.Seek || !s.Picture})
	}
	if heard {
		f.Tracks = append(f.Tracks, sound)
	}
	if picture.Width > 0 {
		f.Tracks = append(f.Tracks, picture)
	}
	return f
}

// Film is a file of what was recorded, to be read from any place.
type Film struct {
	Size  int64
	head  []byte
	sizes []int64 // of the pieces behind the head
	piece func(n int) ([]byte, error)

	at    int64
	open  int // the piece in plain, -1 for none
	plain []byte
}

func newFilm(f webm.File, piece func(n int) ([]byte, error)) *Film {
	out := &Film{head: f.Head(), piece: piece, open: -1}
	out.Size = int64(len(out.head))
	for _, p := range f.Pieces {
		out.sizes = append(out.sizes, p.Bytes)
		out.Size += p.Bytes
	}
	return out
}

// Film opens a track, for who began a look at the recording.
func (s *Service) Film(ctx context.Context, by vis.Actor, id vis.AssistID, side Side) (*Film, error) {
	r, parts, err := s.readParts(ctx, by, id)
	if err != nil {
		return nil, err
	}
	parts = slices.DeleteFunc(parts, func(p Part) bool { _, _, has := p.section(side); return !has })
	if len(parts) == 0 || side == PageTrack {
		return nil, vis.Absent("track")
	}
	return newFilm(fileOf(parts, side), func(n int) ([]byte, error) { return s.unseal(ctx, by.Workspace, r, parts[n], side) }), nil
}

// readParts are the parts of a recording that somebody may look at.
func (s *Service) readParts(ctx context.Context, by vis.Actor, id vis.AssistID) (r Recording, parts []Part, err error) {
	now := s.Clock.Now()
	parts, err = vis.View(ctx, s.DB, by.Workspace, func(tx Tx) (parts []Part, err error) {
		_, r, parts, err = readable(ctx, tx, by, id, now)
		return parts, err
	})
	return r, parts, err
}

// section is a track within a part, and where it begins in the part's file.
func (p Part) section(side Side) (s Section, at int64, has bool) {
	for _, one := range p.Sections {
		if one.Track == side {
			return one, at, true
		}
		at += one.Sealed
	}
	return Section{}, 0, false
}

// unseal reads a track of a part.
func (s *Service) unseal(ctx context.Context, ws vis.WorkspaceID, r Recording, p Part, side Side) ([]byte, error) {
	one, at, has := p.section(side)
	if !has {
		return nil, vis.Absent("track")
	}
	sealed, err := s.Shelf.ReadAt(ctx, ws, p.Blob, at, one.Sealed)
	if err != nil {
		return nil, err
	}
	return s.Safe.OpenUnder(ws, recordPrefix+string(r.Assist), r.Key, sectionName(p.N, side), sealed)
}

// Read implements io.Reader.
func (f *Film) Read(to []byte) (int, error) {
	at := f.at
	if at < int64(len(f.head)) {
		n := copy(to, f.head[at:])
		f.at += int64(n)
		return n, nil
	}
	at -= int64(len(f.head))
	for i, size := range f.sizes {
		if at >= size {
			at -= size
			continue
		}
		if f.open != i {
			plain, err := f.piece(i)
			if err != nil {
				return 0, err
			}
			f.open, f.plain = i, plain
		}
		n := copy(to, f.plain[at:])
		f.at += int64(n)
		return n, nil
	}
	return 0, io.EOF
}

// Seek implements io.Seeker.
func (f *Film) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.Size
	}
	if offset < 0 {
		return 0, errors.New("assist: sought before the beginning")
	}
	f.at = offset
	return offset, nil
}

// Pages is what was shown of the customer's page from one part on, and where to go on reading, 0 for nowhere.
func (s *Service) Pages(ctx context.Context, by vis.Actor, id vis.AssistID, from int) (shown []Shown, next int, err error) {
	rec, parts, err := s.readParts(ctx, by, id)
	read := int64(0)
	for _, p := range parts {
		one, _, has := p.section(PageTrack)
		if err != nil || p.N < from || !has {
			continue
		}
		if read > 0 && read+one.Bytes > pageAtOnce {
			return shown, p.N, nil
		}
		read += one.Bytes
		plain, err := s.unseal(ctx, by.Workspace, rec, p, PageTrack)
		if err != nil {
			return nil, 0, err
		}
		var some []Shown
		if err := json.Unmarshal(plain, &some); err != nil {
			return nil, 0, err
		}
		shown = append(shown, some...)
	}
	return shown, 0, err
}

// ForgetRecording deletes one by hand.
func (s *Service) ForgetRecording(ctx context.Context, by vis.Actor, id vis.AssistID) error {
	return s.forgetRecordings(ctx, by, "recording.deleted", func(tx Tx) ([]vis.AssistID, error) {
		if err := mayReplay(ctx, tx, by); err != nil {
			return nil, err
		}
		_, err := tx.Recording(ctx, id)
		return []vis.AssistID{id}, err
	})
}

// ForgetRecordingsOf deletes all of a customer's.
func (s *Service) ForgetRecordingsOf(ctx context.Context, by vis.Actor, customer vis.CustomerID) error {
	return s.forgetRecordings(ctx, by, "recording.deleted", func(tx Tx) ([]vis.AssistID, error) {
		if err := mayReplay(ctx, tx, by); err != nil {
			return nil, err
		}
		if _, err := tx.Customer(ctx, customer); err != nil {
			return nil, err
		}
		return tx.RecordingsOf(ctx, customer)
	})
}

// ForgetDueRecordings deletes those that were kept long enough, and lets go of films that nobody fetched.
func (s *Service) ForgetDueRecordings(ctx context.Context, ws vis.WorkspaceID) error {
	s.mu.Lock()
	s.dropExports(s.Clock.Now(), func(exportKey) bool { return false })
	s.mu.Unlock()
	for {
		some := false
		err := s.forgetRecordings(ctx, vis.System(ws), "recording.expired", func(tx Tx) ([]vis.AssistID, error) {
			due, err := tx.RecordingsDue(ctx, s.Clock.Now(), forgetAtOne)
			some = len(due) == forgetAtOne
			return due, err
		})
		if err != nil || !some {
			return err
		}
	}
}

// forgetRecordings deletes recordings: first their keys, with which nothing of them can be read any more, then their files.
func (s *Service) forgetRecordings(ctx context.Context, by vis.Actor, action string, which func(Tx) ([]vis.AssistID, error)) error {
	now := s.Clock.Now()
	by.Request = vis.Request{}
	var ids []vis.AssistID
	files, err := vis.Update(ctx, s.DB, by, func(tx Tx) (files []string, err error) {
		if ids, err = which(tx); err != nil {
			return nil, err
		}
		for _, id := range ids {
			x, err := tx.Assist(ctx, id)
			if err != nil {
				return nil, err
			}
			parts, err := tx.Parts(ctx, id)
			if err != nil {
				return nil, err
			}
			for _, p := range parts {
				files = append(files, p.Blob)
			}
			if err := errors.Join(tx.DeleteRecording(ctx, id), tx.Audit(ctx, vis.NewAudit(by, now, action, string(id), nil)),
				s.tell(ctx, tx, by, SessionForgotten, x, now)); err != nil {
				return nil, err
			}
		}
		return files, nil
	})
	if err == nil {
		s.forgetFilms(by.Workspace, ids)
	}
	for _, f := range files {
		err = errors.Join(err, s.Shelf.Forget(ctx, by.Workspace, f, now.Add(time.Hour)))
	}
	return err
}
