package storetest

import (
	"slices"
	"testing"
	"time"

	"visavis/internal/assist"
	"visavis/internal/vis"
)

// withRecording keeps something of a session.
func withRecording(t testing.TB, h *house) (assist.Recording, assist.Part) {
	t.Helper()
	ctx := t.Context()
	r := assist.Recording{Assist: withAssist(t, h).ID, StartedAt: now, DeleteAt: now.AddDate(0, 0, 30), Key: []byte{1, 0, 2}}
	p := assist.Part{To: 5 * time.Second, Blob: "blob", Sections: []assist.Section{{Track: assist.MemberSide, Bytes: 9, Sealed: 49, Sound: true, Picture: true,
		Width: 640, Height: 360, Seek: true, Lost: 3}, {Track: assist.PageTrack, Bytes: 8, Sealed: 48}}}
	check(t, h.inAssist(ctx, func(tx assist.Tx) (err error) {
		check(t, tx.InsertRecording(ctx, r))
		r, err = tx.AddPart(ctx, r.Assist, p, 97)
		return err
	}))
	return r, p
}

func testRecordings(t *testing.T, e Engine) {
	ctx := t.Context()
	h := furnish(t, Open(t, e.URL(t)))
	r, p := withRecording(t, h)
	if r.Bytes != 97 || r.Length != 5*time.Second || r.Parts != 1 {
		t.Errorf("with a part: %+v", r)
	}
	in := func(fn func(tx assist.Tx) error) {
		t.Helper()
		check(t, h.inAssist(ctx, fn))
	}
	in(func(tx assist.Tx) error {
		got, err := tx.Recording(ctx, r.Assist)
		check(t, err)
		same(t, "the recording", got, r)
		parts, err := tx.Parts(ctx, r.Assist)
		check(t, err)
		same(t, "its parts", parts, []assist.Part{p})
		all, err := tx.Recordings(ctx, "", 9)
		check(t, err)
		same(t, "all", all, []assist.Recording{r})
		older, err := tx.Recordings(ctx, r.Assist, 9)
		check(t, err)
		of, err := tx.RecordingsOf(ctx, h.customer.ID)
		check(t, err)
		same(t, "hers", of, []vis.AssistID{r.Assist})
		early, err := tx.RecordingsDue(ctx, r.DeleteAt.Add(-time.Millisecond), 9)
		check(t, err)
		due, err := tx.RecordingsDue(ctx, r.DeleteAt, 9)
		check(t, err)
		if len(older) != 0 || len(early) != 0 || !slices.Equal(due, []vis.AssistID{r.Assist}) {
			t.Errorf("older %v, early %v, due %v", older, early, due)
		}
		count, bytes, err := tx.CountRecordings(ctx)
		check(t, err)
		if count != 1 || bytes != 97 {
			t.Errorf("%d of %d bytes", count, bytes)
		}
		return tx.KeepNoLonger(ctx, 31)
	})
	in(func(tx assist.Tx) error {
		same, err := tx.Recording(ctx, r.Assist)
		check(t, err)
		check(t, tx.KeepNoLonger(ctx, 7))
		sooner, err := tx.Recording(ctx, r.Assist)
		if !same.DeleteAt.Equal(r.DeleteAt) || !sooner.DeleteAt.Equal(now.AddDate(0, 0, 7)) {
			t.Errorf("kept until %s, then %s", same.DeleteAt, sooner.DeleteAt)
		}
		return err
	})
	in(func(tx assist.Tx) error { return tx.DeleteRecording(ctx, r.Assist) })
	wantCode(t, h.inAssist(ctx, func(tx assist.Tx) error { return tx.DeleteRecording(ctx, r.Assist) }), vis.NotFound)
	wantCode(t, h.inAssist(ctx, func(tx assist.Tx) error { _, err := tx.AddPart(ctx, r.Assist, p, 1); return err }), vis.NotFound)

	want := assist.Policy{Mode: assist.RecordAlways, Channels: map[vis.ChannelID]assist.Mode{h.channel.ID: assist.RecordNever}, Days: 30, Replay: vis.Administrator}
	in(func(tx assist.Tx) error {
		none, err := tx.RecordingPolicy(ctx)
		check(t, err)
		same(t, "nothing decided", none, assist.Policy{})
		want, err = tx.SaveRecordingPolicy(ctx, want)
		return err
	})
	in(func(tx assist.Tx) error {
		got, err := tx.RecordingPolicy(ctx)
		same(t, "the policy", got, want)
		return err
	})
	for _, version := range []int64{0, want.Version + 1} {
		stale := want
		stale.Version = version
		if err := h.inAssist(ctx, func(tx assist.Tx) error { _, err := tx.SaveRecordingPolicy(ctx, stale); return err }); err != vis.ErrStale {
			t.Errorf("version %d: %v", version, err)
		}
	}
}

func testForeignRecordings(t *testing.T, e Engine) {
	ctx := t.Context()
	s := Open(t, e.URL(t))
	own, theirs := furnish(t, s), furnish(t, s)
	r, p := withRecording(t, theirs)
	check(t, theirs.inAssist(ctx, func(tx assist.Tx) error {
		_, err := tx.SaveRecordingPolicy(ctx, assist.Policy{Mode: assist.RecordAlways, Days: 1})
		return err
	}))
	for name, ask := range map[string]func(assist.Tx) error{
		"Recording":       func(tx assist.Tx) error { _, err := tx.Recording(ctx, r.Assist); return err },
		"AddPart":         func(tx assist.Tx) error { _, err := tx.AddPart(ctx, r.Assist, p, 1); return err },
		"DeleteRecording": func(tx assist.Tx) error { return tx.DeleteRecording(ctx, r.Assist) },
		"InsertRecording": func(tx assist.Tx) error { return tx.InsertRecording(ctx, r) },
	} {
		if wantCode(t, own.inAssist(ctx, ask), vis.NotFound); t.Failed() {
			t.Fatal(name)
		}
	}
	check(t, own.inAssist(ctx, func(tx assist.Tx) error {
		parts, err := tx.Parts(ctx, r.Assist)
		check(t, err)
		all, err := tx.Recordings(ctx, "", 9)
		check(t, err)
		of, err := tx.RecordingsOf(ctx, theirs.customer.ID)
		check(t, err)
		due, err := tx.RecordingsDue(ctx, r.DeleteAt, 9)
		check(t, err)
		count, bytes, err := tx.CountRecordings(ctx)
		check(t, err)
		policy, err := tx.RecordingPolicy(ctx)
		check(t, err)
		if len(parts)+len(all)+len(of)+len(due)+count != 0 || bytes != 0 || policy.Mode != "" {
			t.Errorf("seen of another workspace: %v %v %v %v %d %d %v", parts, all, of, due, count, bytes, policy)
		}
		return tx.KeepNoLonger(ctx, 1)
	}))
	check(t, theirs.inAssist(ctx, func(tx assist.Tx) error {
		got, err := tx.Recording(ctx, r.Assist)
		same(t, "it is as it was", got, r)
		return err
	}))
}
