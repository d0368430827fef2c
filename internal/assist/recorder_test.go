package assist

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"visavis/internal/assist/webm"
	"visavis/internal/vis"
)

// heard are the times at which a track has sound, checked to be without a hole.
func heard(t *testing.T, frames []webm.Frame) time.Duration {
	t.Helper()
	upTo := time.Duration(0)
	for i, f := range frames {
		if i == 0 {
			upTo = f.At
		}
		if f.At != upTo {
			t.Fatalf("sound at %s where %s is wanted", f.At, upTo)
		}
		upTo += webm.OpusFor(f.Data)
	}
	return upTo
}

func TestAVoiceGoesOnThroughWhatIsMissing(t *testing.T) {
	t.Parallel()
	r := &recorder{rec: Recording{StartedAt: pressed}, tracks: make(map[Side]*track)}
	say := func(at time.Duration) {
		r.take(t.Context(), taken{Frame: Frame{Side: CustomerSide, At: after(at), Key: true, Data: []byte{0xfc, 1}}})
	}
	for _, at := range []time.Duration{time.Second, time.Second + 25*time.Millisecond, time.Second + 35*time.Millisecond, 2 * time.Second} {
		say(at)
	}
	k := r.tracks[CustomerSide]
	now, s := k.cut(CustomerSide, 3*time.Second)
	if end := heard(t, now); end < 3*time.Second-webm.SilenceFor || now[0].At != 0 || !s.Sound || s.Picture {
		t.Errorf("up to %s: %+v", end, s)
	}
	k.settle(3*time.Second, true) // it could not be kept
	say(3100 * time.Millisecond)
	r.begun = 3 * time.Second
	now, _ = k.cut(CustomerSide, 4*time.Second)
	if end := heard(t, now); now[0].At != 0 || end < 4*time.Second-webm.SilenceFor {
		t.Errorf("after what was lost it goes from %s to %s", now[0].At, end)
	}
	if spoken := slices.IndexFunc(now, func(f webm.Frame) bool { return f.Data[0] == 0xfc }); spoken < 0 || now[spoken].At < 3*time.Second {
		t.Error("what was lost is heard, or what came after it is not")
	}
}

func TestAPictureIsKeptOnlyAfterThoseItRestsOn(t *testing.T) {
	t.Parallel()
	r := &recorder{rec: Recording{StartedAt: pressed}, tracks: make(map[Side]*track), in: make(chan taken, 20)}
	for i, f := range []Frame{{}, {Key: true}, {}, {Lost: 1}, {}, {Key: true, Lost: 2}, {}} {
		f.Side, f.Picture, f.At, f.Data = MemberSide, true, after(time.Duration(i)*40*time.Millisecond), []byte{byte(i)}
		r.Take(f)
	}
	kept := func() (out []byte) {
		for len(r.in) > 0 {
			if one := <-r.in; one.Picture {
				r.take(t.Context(), one)
			}
		}
		for _, f := range r.tracks[MemberSide].frames {
			out = append(out, f.Data...)
		}
		return out
	}
	if got := kept(); !slices.Equal(got, []byte{1, 2, 5, 6}) {
		t.Errorf("kept %v", got)
	}
	for i := range 40 { // more than there is room for
		r.Take(Frame{Side: MemberSide, Picture: true, At: after(time.Second), Data: []byte{byte(10 + i)}})
	}
	if got := kept(); len(got) != 24 {
		t.Errorf("of forty the twenty that found room are wanted: %v", got)
	}
	r.Take(Frame{Side: MemberSide, Picture: true, At: after(time.Second), Data: []byte{99}})
	if got := kept(); len(got) != 24 {
		t.Errorf("one that rests on what was dropped is kept: %v", got)
	}
	k := r.tracks[MemberSide]
	k.cut(MemberSide, after(time.Hour).Sub(pressed))
	if k.settle(time.Second, true); k.whole {
		t.Error("after a part that was not kept, one that rests on it would be")
	}
}

func TestWhoSpeaksDoesNotWaitForADisk(t *testing.T) {
	t.Parallel()
	r := &recorder{in: make(chan taken, 2)} // nobody reads
	for range 5 {
		r.Take(Frame{Data: []byte("x")})
	}
	if len(r.in) != 2 || r.dropped.Load() != 3 || r.queued.Load() != 2 {
		t.Errorf("%d wait, %d were dropped, %d bytes", len(r.in), r.dropped.Load(), r.queued.Load())
	}
	r = &recorder{in: make(chan taken, 2)}
	if r.push(taken{page: []byte("{}")}, maxQueued+1) || r.queued.Load() != 0 {
		t.Error("a page that is larger than all that may wait is taken")
	}
}

// fullDisk is a shelf and a safe of which nothing comes back.
type fullDisk struct {
	Shelf
	Safe
	tried int
}

func (d *fullDisk) SealUnder(_ vis.WorkspaceID, _ string, _ []byte, _ string, plain []byte) ([]byte, error) {
	return plain, nil
}

func (d *fullDisk) Keep(context.Context, vis.WorkspaceID, []byte) (string, error) {
	d.tried++
	return "", errors.New("no space left on device")
}

// heardFrames is a customer's line.
type heardFrames struct{ got []string }

func (h *heardFrames) Send(frame []byte) { h.got = append(h.got, string(frame)) }
func (*heardFrames) Waiting() int        { return 0 }
func (*heardFrames) Close(int, string)   {}

func TestAPageIsAskedForWholeAfterAPartThatWasNotKept(t *testing.T) {
	t.Parallel()
	disk, hers := &fullDisk{}, &heardFrames{}
	s := New(Options{Shelf: disk, Safe: disk, Log: slog.New(slog.DiscardHandler), Clock: vis.ClockFunc(time.Now)})
	r := &recorder{s: s, id: "x", rec: Recording{StartedAt: pressed}, tracks: make(map[Side]*track), ends: make(chan struct{})}
	at := &room{s: s, customer: &Seat{line: hers}, told: Grants{Page: true}, tape: r, taped: true}
	s.rooms["x"] = at
	shown := taken{Frame: Frame{At: after(time.Second)}, page: []byte("[" + strings.Repeat(" ", maxPart/2) + "]")}
	for range 3 { // a page that changes much is kept in parts too, without a picture
		r.take(t.Context(), shown)
	}
	if disk.tried != 1 || len(r.page) != 1 || at.taped || len(hers.got) != 1 || !strings.Contains(hers.got[0], `"lag"`) {
		t.Errorf("%d parts, %d frames wait, it follows: %v; she was told %q", disk.tried, len(r.page), at.taped, hers.got)
	}
	close(r.ends)
	r.cut(t.Context(), 5*time.Second)
	if disk.tried != 2 || at.taped || len(hers.got) != 1 {
		t.Errorf("at the end: %d parts, she was told %q", disk.tried, hers.got)
	}
}

func TestGapsAreShown(t *testing.T) {
	t.Parallel()
	s := time.Second
	got := gaps([]Part{{From: 0, To: 5 * s}, {From: 5 * s, To: 10 * s, Sections: []Section{{Lost: lostWord}}}, {From: 60 * s, To: 61 * s}})
	if want := []Gap{{5 * s, 10 * s}, {10 * s, 60 * s}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
