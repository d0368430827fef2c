package assist

import (
	"cmp"
	"context"
	"io"
	"slices"
	"time"

	"visavis/internal/assist/webm"
	"visavis/internal/vis"
)

// Format is what a recording leaves as.
type Format string

const (
	// WebM has the picture and each voice as a track of its own, as they were kept.
	WebM Format = "webm"
	// MP4 has the picture and all voices in one, for ordinary players. Somebody else makes it.
	MP4 Format = "mp4"
)

// The bounds of films that are made.
const (
	maxMaking = 4         // that wait or are made
	maxMade   = 8         // that are kept to be fetched; the oldest goes first
	madeFor   = time.Hour // a film is kept
	makeLeast = time.Minute * 5
)

// Studio makes films for ordinary players.
type Studio interface {
	// Able reports whether it can make one at all.
	Able(ctx context.Context) bool
	// Make makes one of a WebM file, and tells how far it is. The caller closes what it made, and nothing of it is left then.
	Make(ctx context.Context, raw io.Reader, of Reel, progress func(time.Duration)) (Made, error)
}

// Reel is what a film is made of.
type Reel struct {
	Length        time.Duration
	Voices        int
	Width, Height int // of the first picture; zeros for none
}

// Made is a film that was made.
type Made interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// ExportState is how far a film is.
type ExportState string

const (
	ExportWaits  ExportState = "waiting" // another is being made
	ExportRuns   ExportState = "making"
	ExportReady  ExportState = "ready"
	ExportFailed ExportState = "failed"
)

// Export is a recording that leaves as a file.
type Export struct {
	Format   Format
	State    ExportState
	Done, Of time.Duration // how much of it is made
	Size     int64         // of what is ready, as far as it is known
}

// exportKey names a film: who wants it, and of which recording. Nobody is given another's.
type exportKey struct {
	ws     vis.WorkspaceID
	assist vis.AssistID
	member string
}

// export is a film in the making, or one that was made. Service.mu guards it.
type export struct {
	Export
	since time.Time // in this state
	stop  context.CancelFunc
	made  Made // nil until it is ready
}

var errNoStudio = vis.Errorf(vis.Conflict, "no_ffmpeg", "This server has no ffmpeg, which makes MP4 files. WebM is to be had all the same.")

// CanMake reports whether films for ordinary players can be had here.
func (s *Service) CanMake(ctx context.Context) bool { return s.Studio != nil && s.Studio.Able(ctx) }

// Export lets a finished recording leave as a file, which is told and written down. A WebM file is there at once; an MP4 file is made, one
// after another, and Exported says how far it is.
func (s *Service) Export(ctx context.Context, by vis.Actor, id vis.AssistID, format Format) (Export, error) {
	switch {
	case format != WebM && format != MP4:
		return Export{}, vis.InField("format", "A recording leaves as webm or mp4, not as %q.", format)
	case format == MP4 && !s.CanMake(ctx):
		return Export{}, errNoStudio
	}
	now := s.Clock.Now()
	by.Request = vis.Request{}
	var rec Recording
	parts, err := vis.Update(ctx, s.DB, by, func(tx Tx) ([]Part, error) {
		x, r, parts, err := readable(ctx, tx, by, id, now)
		if err != nil {
			return nil, err
		}
		if f, _ := together(parts); len(f.Tracks) == 0 {
			return nil, vis.Errorf(vis.Conflict, "nothing_recorded", "No voice and no picture of this call was kept.")
		}
		if rec = r; format == MP4 && s.busy(exportKey{by.Workspace, id, by.ID}, now) {
			return nil, vis.Errorf(vis.TooMany, "too_many_exports", "Other films are being made. Try again in some minutes.")
		}
		if err := tx.Audit(ctx, vis.NewAudit(by, now, "recording.exported", string(id), map[string]any{"format": format})); err != nil {
			return nil, err
		}
		return parts, s.tell(ctx, tx, by, SessionExported, x, now)
	})
	if err != nil {
		return Export{}, err
	}
	if format == WebM {
		return Export{Format: WebM, State: ExportReady, Done: rec.Length, Of: rec.Length}, nil
	}
	return s.make(ctx, by, rec, parts), nil
}

// busy reports whether there is no room for one more film.
func (s *Service) busy(k exportKey, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropExports(now, func(exportKey) bool { return false })
	n := 0
	for _, e := range s.exports {
		if e.made == nil && e.State != ExportFailed {
			n++
		}
	}
	return n >= maxMaking && s.exports[k] == nil
}

// make begins to make a film, unless it is being made or there already.
func (s *Service) make(ctx context.Context, by vis.Actor, r Recording, parts []Part) Export {
	k := exportKey{by.Workspace, r.Assist, by.ID}
	s.mu.Lock()
	defer s.mu.Unlock()
	if had := s.exports[k]; had != nil && had.State != ExportFailed {
		return had.Export
	}
	e := &export{Export: Export{Format: MP4, State: ExportWaits, Of: r.Length}, since: s.Clock.Now()}
	if s.closed {
		e.State = ExportFailed
		return e.Export
	}
	// Who waits for it may close her screen; the film is made all the same.
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	e.stop = stop
	s.exports[k] = e
	s.tapes.Go(func() {
		defer stop()
		made, err := s.film(life, by.Workspace, r, parts, e)
		s.mu.Lock()
		defer s.mu.Unlock()
		wanted := s.exports[k] == e
		e.since = s.Clock.Now()
		switch {
		case err == nil && wanted:
			e.State, e.made, e.Size, e.Done = ExportReady, made, made.Size(), e.Of
		case err == nil:
			s.closeFilm(r.Assist, made)
		case wanted:
			e.State = ExportFailed
			s.Log.Error("a film of a recording could not be made", "assist", r.Assist, "err", err)
		}
	})
	return e.Export
}

// film makes one when it is its turn.
func (s *Service) film(ctx context.Context, ws vis.WorkspaceID, r Recording, parts []Part, e *export) (Made, error) {
	select {
	case s.studio <- struct{}{}:
		defer func() { <-s.studio }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s.mu.Lock()
	e.State = ExportRuns
	s.mu.Unlock()
	of := Reel{Length: r.Length}
	f, _ := together(parts)
	for _, t := range f.Tracks {
		switch {
		case t.Width == 0:
			of.Voices++
		case of.Width == 0:
			of.Width, of.Height = t.Width, t.Height
		}
	}
	ctx, stop := context.WithTimeout(ctx, makeLeast+2*r.Length)
	defer stop()
	return s.Studio.Make(ctx, s.whole(ctx, ws, r, parts), of, func(done time.Duration) {
		s.mu.Lock()
		e.Done = min(e.Of, max(e.Done, done))
		s.mu.Unlock()
	})
}

// Exported says how far the film is that a member wants of a recording.
func (s *Service) Exported(ctx context.Context, by vis.Actor, id vis.AssistID) (Export, error) {
	if _, _, err := s.readParts(ctx, by, id); err != nil {
		return Export{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropExports(s.Clock.Now(), func(exportKey) bool { return false })
	if e := s.exports[exportKey{by.Workspace, id, by.ID}]; e != nil {
		return e.Export, nil
	}
	return Export{}, vis.Absent("export")
}

// StopExport lets a film go, made or in the making.
func (s *Service) StopExport(ctx context.Context, by vis.Actor, id vis.AssistID) error {
	if _, _, err := s.readParts(ctx, by, id); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropExports(s.Clock.Now(), func(k exportKey) bool { return k == exportKey{by.Workspace, id, by.ID} })
	return nil
}

// Copy opens the file that a recording leaves as, for who wanted it.
func (s *Service) Copy(ctx context.Context, by vis.Actor, id vis.AssistID, format Format) (io.ReadSeeker, error) {
	r, parts, err := s.readParts(ctx, by, id)
	if err != nil {
		return nil, err
	}
	if format == WebM {
		return s.whole(ctx, by.Workspace, r, parts), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.exports[exportKey{by.Workspace, id, by.ID}]
	if e == nil || e.made == nil {
		return nil, vis.Absent("export")
	}
	return io.NewSectionReader(e.made, 0, e.Size), nil
}

// dropExports lets go of films that some condition holds of, of those that were kept long enough and of those that are too many. Service.mu
// is held.
func (s *Service) dropExports(now time.Time, is func(exportKey) bool) {
	var kept []exportKey
	for k, e := range s.exports {
		over := e.made != nil || e.State == ExportFailed
		if !is(k) && (!over || now.Sub(e.since) < madeFor) {
			if over {
				kept = append(kept, k)
			}
			continue
		}
		s.dropExport(k)
	}
	slices.SortFunc(kept, func(a, b exportKey) int {
		return cmp.Compare(s.exports[b].since.UnixNano(), s.exports[a].since.UnixNano())
	})
	for _, k := range kept[min(len(kept), maxMade):] {
		s.dropExport(k)
	}
}

func (s *Service) dropExport(k exportKey) {
	e := s.exports[k]
	delete(s.exports, k)
	e.stop()
	if e.made != nil {
		s.closeFilm(k.assist, e.made)
	}
}

func (s *Service) closeFilm(id vis.AssistID, film Made) {
	if err := film.Close(); err != nil {
		s.Log.Warn("a film could not be let go", "assist", id, "err", err)
	}
}

// whole is all that was heard and seen, as one file.
func (s *Service) whole(ctx context.Context, ws vis.WorkspaceID, r Recording, parts []Part) *Film {
	f, places := together(parts)
	return newFilm(f, func(n int) ([]byte, error) {
		var frames []webm.Frame
		for i, side := range voices {
			if _, _, has := places[n].section(side); !has {
				continue
			}
			plain, err := s.unseal(ctx, ws, r, places[n].Part, side)
			if err != nil {
				return nil, err
			}
			its, err := webm.Frames(plain)
			if err != nil {
				return nil, err
			}
			for _, one := range its {
				// The silence of a voice that joins late is left out: what was before has left already.
				if one.At >= places[n].after {
					one.Track += tracksEach * i
					frames = append(frames, one)
				}
			}
		}
		slices.SortStableFunc(frames, func(a, b webm.Frame) int { return cmp.Compare(a.At, b.At) })
		return webm.Fill(webm.Clusters(frames), f.Pieces[n].Bytes)
	})
}

// tracksEach is how many tracks of a file a side has: its voice and its face.
const tracksEach = 2

// place is a part in a file of all.
type place struct {
	Part
	after time.Duration // its frames are no older
}

// together is what a file of all that was heard and seen is made of. How large it is, is known before anything is read.
func together(parts []Part) (f webm.File, places []place) {
	heard, seen := make(map[Side]bool), make(map[Side]Section)
	for _, p := range parts {
		size, seek := int64(0), true
		for _, side := range voices {
			s, _, has := p.section(side)
			if !has {
				continue
			}
			size += s.Bytes
			seek = seek && (s.Seek || !s.Picture)
			heard[side] = heard[side] || s.Sound
			if seen[side].Width == 0 {
				seen[side] = s
			}
		}
		if size == 0 {
			continue
		}
		places = append(places, place{p, f.For})
		f.Pieces = append(f.Pieces, webm.Piece{At: p.From, Bytes: webm.Room(size, p.To-f.For), Seek: seek})
		f.For = p.To
	}
	for i, side := range voices {
		if s := seen[side]; s.Width > 0 {
			f.Tracks = append(f.Tracks, webm.Track{Number: webm.Picture + tracksEach*i, Name: string(side), Width: s.Width, Height: s.Height})
		}
		if heard[side] {
			f.Tracks = append(f.Tracks, webm.Track{Number: webm.Sound + tracksEach*i, Name: string(side)})
		}
	}
	return f, places
}

// forgetFilms lets go of the films of recordings that are deleted.
func (s *Service) forgetFilms(ws vis.WorkspaceID, ids []vis.AssistID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropExports(s.Clock.Now(), func(k exportKey) bool { return k.ws == ws && slices.Contains(ids, k.assist) })
}
