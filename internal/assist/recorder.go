package assist

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"visavis/internal/assist/webm"
	"visavis/internal/vis"
)

// How a recording is written.
const (
	partFor      = 5 * time.Second
	leastPart    = time.Second            // before a picture from the start may begin another
	settleFor    = 250 * time.Millisecond // what was said that long ago has arrived
	lookEvery    = 500 * time.Millisecond
	maxQueue     = 4096     // frames that wait for the disk
	maxQueued    = 16 << 20 // and bytes
	maxPart      = 32 << 20 // bytes of one
	offBeat      = 60 * time.Millisecond
	recordPrefix = "recording:"
)

// Shelf keeps files.
type Shelf interface {
	// Keep writes a content, durable before it returns, and returns its name.
	Keep(ctx context.Context, ws vis.WorkspaceID, content []byte) (string, error)
	// ReadAt reads so many bytes of a content from one place on.
	ReadAt(ctx context.Context, ws vis.WorkspaceID, name string, at, count int64) ([]byte, error)
	Forget(ctx context.Context, ws vis.WorkspaceID, name string, before time.Time) error
}

// Safe seals each recording under a key of its own.
type Safe interface {
	NewKey(ws vis.WorkspaceID, where string) []byte
	SealUnder(ws vis.WorkspaceID, where string, key []byte, name string, plain []byte) ([]byte, error)
	OpenUnder(ws vis.WorkspaceID, where string, key []byte, name string, sealed []byte) ([]byte, error)
}

// recorder writes one recording while its call goes on. It has a goroutine of its own and a bounded queue: who speaks never waits for a
// disk, and what finds no room is left out and counted.
type recorder struct {
	s       *Service
	ws      vis.WorkspaceID
	id      vis.AssistID
	version int64 // of the session that began it

	in      chan taken
	queued  atomic.Int64
	dropped atomic.Int64
	unseen  atomic.Int64    // pictures that were dropped since the last one that was not
	after   <-chan struct{} // the recorder before has written all of it, nil for none
	ends    chan struct{}
	endAt   time.Time // not zero once it ends; set before ends is closed
	done    chan struct{}

	// The rest belongs to the recorder's goroutine.
	rec    Recording
	begun  time.Duration // of the part that is being filled
	tracks map[Side]*track
	page   []Shown
	size   int64 // of what is being filled
	failed bool  // that nothing can be kept was said once
}

// taken is what waits to be written: a frame, or what was shown of the page.
type taken struct {
	Frame
	page []byte
}

// track is a voice, perhaps with a face, in the part that is being filled.
type track struct {
	frames []webm.Frame
	spoken time.Duration // up to where there is sound, or silence
	kept   time.Duration // up to where it was kept
	shown  time.Duration // of the last picture
	whole  bool          // a picture from the start came, and all those since
	lost   int
	width  int
	height int
}

// Shown is what the customer's page showed from a moment on, as the member was shown it.
type Shown struct {
	At    int64           `json:"at"` // ms since the recording began
	Frame json.RawMessage `json:"frame"`
}

// Take implements Tape. A picture tells what was dropped before it, for it may rest on that.
func (r *recorder) Take(f Frame) {
	if f.Picture {
		f.Lost += int(r.unseen.Swap(0))
	}
	if !r.push(taken{Frame: f}, len(f.Data)) && f.Picture {
		r.unseen.Add(int64(f.Lost + 1))
	}
}

// push is false when there was no room.
func (r *recorder) push(t taken, size int) bool {
	if r.queued.Add(int64(size)) <= maxQueued {
		select {
		case r.in <- t:
			return true
		default:
		}
	}
	r.queued.Add(-int64(size))
	r.dropped.Add(1)
	return false
}

// tape begins or ends the recording of a session as it stands now.
func (s *Service) tape(ctx context.Context, ws vis.WorkspaceID, x Session) {
	now := s.Clock.Now()
	_, may := x.Allowed(Record, now)
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.recorders[x.ID]
	_, here := s.spaces[x.ID]
	runs := r != nil && r.endAt.IsZero()
	switch {
	case runs && !may && x.Version > r.version:
		r.end(now)
	case !runs && may && here && s.Shelf != nil && !s.closed:
		next := &recorder{s: s, ws: ws, id: x.ID, version: x.Version, in: make(chan taken, maxQueue), ends: make(chan struct{}),
			done: make(chan struct{}), tracks: make(map[Side]*track)}
		if r != nil {
			next.after = r.done
		}
		s.recorders[x.ID] = next
		life := context.WithoutCancel(ctx)
		s.tapes.Go(func() {
			defer s.untape(next)
			next.run(life)
		})
	}
}

// end lets the recorder write what there is. Service.mu is held.
func (r *recorder) end(now time.Time) {
	r.endAt = now
	close(r.ends)
}

// ending reports whether nothing more is to be recorded.
func (r *recorder) ending() bool {
	select {
	case <-r.ends:
		return true
	default:
		return false
	}
}

// untape lets go of a recorder that has written everything.
func (s *Service) untape(r *recorder) {
	close(r.done)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.recorders[r.id] == r {
		delete(s.recorders, r.id)
	}
}

// Close ends what is being recorded, and waits until it is kept. Films are let go.
func (s *Service) Close() {
	s.mu.Lock()
	s.closed = true
	now := s.Clock.Now()
	for _, r := range s.recorders {
		if r.endAt.IsZero() {
			r.end(now)
		}
	}
	s.dropExports(now, func(exportKey) bool { return true })
	s.mu.Unlock()
	s.tapes.Wait()
}

// shows has a recorder shown the page too, nil for none any more.
func (s *Service) shows(id vis.AssistID, tape *recorder) {
	s.mu.Lock()
	r := s.rooms[id]
	s.mu.Unlock()
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tape, r.taped = tape, false
	if tape != nil && r.told.Page {
		r.askWhole(s.Clock.Now())
	}
}

// record gives the recorder what the others are shown, from the moment on which it is allowed up to the one on which it no longer is. What does
// not follow on what it has is left out, and the page fetched whole. r.mu is held.
func (r *room) record(now time.Time, frame []byte, whole bool) {
	if r.tape == nil || !whole && !r.taped {
		return
	}
	if _, may := r.session.Allowed(Record, now); !may { // the recorder has not heard of it yet
		return
	}
	if r.taped = r.tape.push(taken{Frame: Frame{At: now}, page: frame}, len(frame)); !r.taped {
		r.askWhole(now)
	}
}

// run writes until the recording ends. A recording that cannot begin ends the consent to it: nobody is to believe that something is kept.
func (r *recorder) run(ctx context.Context) {
	if r.after != nil {
		<-r.after
	}
	began, err := r.begin(ctx)
	if err != nil {
		r.s.Log.Error("a recording could not begin", "assist", r.id, "err", err)
		r.s.giveUp(ctx, r.ws, r.id)
	}
	if !began {
		r.s.shows(r.id, nil)
		return
	}
	r.s.Media.Tap(r.id, r)
	r.s.shows(r.id, r)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case t := <-r.in:
			r.take(ctx, t)
		case <-tick.C:
			if now := r.at(r.s.Clock.Now()) - settleFor; now-r.begun >= partFor {
				r.cut(ctx, now)
			}
		case <-r.ends:
			r.s.Media.Tap(r.id, nil)
			r.s.shows(r.id, nil)
			for len(r.in) > 0 {
				if t := <-r.in; !t.At.After(r.endAt) {
					r.take(ctx, t)
				}
			}
			r.cut(ctx, r.at(r.endAt))
			return
		}
	}
}

// begin finds the recording of the session or makes it; it is false when the session may not be recorded after all.
func (r *recorder) begin(ctx context.Context) (bool, error) {
	now := r.s.Clock.Now()
	return vis.Update(ctx, r.s.DB, vis.System(r.ws), func(tx Tx) (bool, error) {
		x, err := tx.Assist(ctx, r.id)
		if err != nil {
			return false, err
		}
		policy, err := tx.RecordingPolicy(ctx)
		if err != nil {
			return false, err
		}
		if _, may := x.Allowed(Record, now); !may {
			return false, nil
		}
		if policy.On(x.Channel) == RecordNever { // it was decided since she was asked
			return false, errUnrecorded
		}
		if r.rec, err = tx.Recording(ctx, r.id); err == nil {
			return true, r.goOn(ctx, tx, now)
		} else if vis.CodeOf(err) != vis.NotFound {
			return false, err
		}
		r.rec = Recording{Assist: r.id, StartedAt: now, DeleteAt: now.AddDate(0, 0, policy.Days), Key: r.s.Safe.NewKey(r.ws, r.where())}
		return true, tx.InsertRecording(ctx, r.rec)
	})
}

// goOn takes up a recording that was interrupted: its clock has gone on, and so does each voice, from where it was kept.
func (r *recorder) goOn(ctx context.Context, tx Tx, now time.Time) error {
	parts, err := tx.Parts(ctx, r.id)
	for _, p := range parts {
		for _, s := range p.Sections {
			if s.Track != PageTrack {
				r.tracks[s.Track] = &track{spoken: p.To, kept: p.To, width: s.Width, height: s.Height}
			}
		}
	}
	r.begun = max(r.rec.Length, r.at(now))
	return err
}

func (r *recorder) where() string                { return recordPrefix + string(r.id) }
func (r *recorder) at(t time.Time) time.Duration { return t.Sub(r.rec.StartedAt) }

// take files what came. A picture from the start begins another part, so that one can look from there on.
func (r *recorder) take(ctx context.Context, t taken) {
	at := max(r.begun, r.at(t.At))
	if t.Picture && t.Key && at-r.begun >= leastPart || r.size > maxPart {
		r.cut(ctx, at)
	}
	if t.page != nil {
		r.queued.Add(-int64(len(t.page)))
		r.page = append(r.page, Shown{at.Milliseconds(), t.page})
		r.size += int64(len(t.page))
		return
	}
	r.queued.Add(-int64(len(t.Data)))
	k := r.tracks[t.Side]
	if k == nil {
		k = &track{}
		r.tracks[t.Side] = k
	}
	k.lost += t.Lost
	if t.Picture {
		if k.whole = t.Key || k.whole && t.Lost == 0; !k.whole {
			return // no decoder takes what rests on a picture that it was not shown
		}
		r.size += int64(len(t.Data))
		k.shown = max(at, k.shown+time.Millisecond)
		k.frames = append(k.frames, webm.Frame{Track: webm.Picture, At: k.shown, Key: t.Key, Data: t.Data})
		if t.Key {
			k.width, k.height = t.Width, t.Height
		}
		return
	}
	plays := webm.OpusFor(t.Data)
	if plays == 0 || at < k.spoken-offBeat {
		return
	}
	if at > k.spoken+offBeat {
		k.hush(at)
	}
	k.frames = append(k.frames, webm.Frame{Track: webm.Sound, At: k.spoken, Key: true, Data: t.Data})
	k.spoken += plays
	r.size += int64(len(t.Data))
}

// hush fills a voice with silence: players take sound for as long as it says it is, not for when it was.
func (k *track) hush(upTo time.Duration) {
	for k.spoken+webm.SilenceFor <= upTo {
		k.frames = append(k.frames, webm.Frame{Track: webm.Sound, At: k.spoken, Key: true, Data: webm.Silence})
		k.spoken += webm.SilenceFor
	}
}

// cut keeps what there is up to a moment as a part.
func (r *recorder) cut(ctx context.Context, upTo time.Duration) {
	if upTo <= r.begun {
		return
	}
	p := Part{N: r.rec.Parts, From: r.begun, To: upTo}
	lost := int(r.dropped.Swap(0))
	var plain [][]byte
	for _, side := range voices {
		if k := r.tracks[side]; k != nil {
			now, s := k.cut(side, upTo)
			s.Lost += lost
			lost = 0
			plain, p.Sections = append(plain, webm.Clusters(now)), append(p.Sections, s)
		}
	}
	if len(r.page) > 0 {
		lines, err := json.Marshal(r.page)
		if err != nil {
			panic("assist: what was shown does not marshal: " + err.Error()) // it was marshalled by us
		}
		plain, p.Sections = append(plain, lines), append(p.Sections, Section{Track: PageTrack})
	}
	r.page, r.size, r.begun = nil, 0, upTo
	if len(p.Sections) == 0 {
		return
	}
	if err := r.keep(ctx, p, plain); err != nil {
		if !r.failed {
			r.s.Log.Error("a part of a recording could not be kept", "assist", r.id, "err", err)
		}
		r.failed = true
		if !r.ending() {
			r.s.shows(r.id, r) // what follows rests on what was lost: the page is asked for whole
		}
	} else {
		r.failed = false
	}
	for _, k := range r.tracks {
		k.settle(upTo, r.failed)
	}
}

// voices are the tracks that are heard.
var voices = []Side{MemberSide, CustomerSide, GuestSide}

// cut takes what there is up to a moment out of a track.
func (k *track) cut(side Side, upTo time.Duration) ([]webm.Frame, Section) {
	k.hush(upTo)
	slices.SortStableFunc(k.frames, func(a, b webm.Frame) int { return cmp.Compare(a.At, b.At) })
	n := slices.IndexFunc(k.frames, func(f webm.Frame) bool { return f.At >= upTo })
	if n < 0 {
		n = len(k.frames)
	}
	now := k.frames[:n:n]
	s := Section{Track: side, Width: k.width, Height: k.height, Lost: k.lost}
	for _, f := range now {
		if f.Track == webm.Picture && !s.Picture {
			s.Picture, s.Seek = true, f.Key
		}
		s.Sound = s.Sound || f.Track == webm.Sound
	}
	k.frames, k.lost = slices.Clone(k.frames[n:]), 0
	return now, s
}

// settle is told what became of the part that ended at a moment. In the place of a voice that was not kept there is silence in the next.
func (k *track) settle(upTo time.Duration, failed bool) {
	if failed {
		k.frames = slices.DeleteFunc(k.frames, func(f webm.Frame) bool { return f.Track == webm.Picture })
		k.whole = false
		silent := track{spoken: k.kept}
		silent.hush(upTo)
		k.frames = append(silent.frames, k.frames...)
		return
	}
	k.kept = k.spoken
	if i := slices.IndexFunc(k.frames, func(f webm.Frame) bool { return f.Track == webm.Sound }); i >= 0 {
		k.kept = k.frames[i].At
	}
}

// keep seals a part, writes it, and says that it is there: in this order, so that what is said to be there is. A file that nothing names,
// because the process was killed between the two, can be read by nobody once the key is gone.
func (r *recorder) keep(ctx context.Context, p Part, plain [][]byte) error {
	var file []byte
	for i, one := range plain {
		sealed, err := r.s.Safe.SealUnder(r.ws, r.where(), r.rec.Key, sectionName(p.N, p.Sections[i].Track), one)
		if err != nil {
			return err
		}
		p.Sections[i].Bytes, p.Sections[i].Sealed = int64(len(one)), int64(len(sealed))
		file = append(file, sealed...)
	}
	var err error
	if p.Blob, err = r.s.Shelf.Keep(ctx, r.ws, file); err != nil {
		return err
	}
	rec, err := vis.Update(ctx, r.s.DB, vis.System(r.ws), func(tx Tx) (Recording, error) {
		return tx.AddPart(ctx, r.id, p, int64(len(file)))
	})
	if err != nil {
		if vis.CodeOf(err) == vis.NotFound { // it was deleted meanwhile, and nobody is to believe that more is kept
			r.s.giveUp(ctx, r.ws, r.id)
			return r.s.Shelf.Forget(ctx, r.ws, p.Blob, r.s.Clock.Now().Add(time.Hour))
		}
		return err
	}
	r.rec = rec
	return nil
}

// sectionName is what a section is sealed for.
func sectionName(n int, track Side) string { return strconv.Itoa(n) + " " + string(track) }

// giveUp ends the consent to a recording of which nothing can be kept.
func (s *Service) giveUp(ctx context.Context, ws vis.WorkspaceID, id vis.AssistID) {
	by := vis.System(ws)
	if _, err := s.change(ctx, by, id, func(tx Tx, x *Session, now time.Time) (vis.EventType, error) {
		if !x.stop(Record, "failed", now) {
			return "", nil
		}
		return SessionRevoked, s.audit(ctx, tx, by, *x, "revoked", Record, now)
	}); err != nil {
		s.Log.Error("a recording that could not begin is still shown", "assist", id, "err", err)
	}
}
