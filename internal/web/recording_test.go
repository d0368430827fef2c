package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"visavis/internal/assist"
	"visavis/internal/assist/media/mediatest"
	"visavis/internal/vis"
)

// taping is a call with sound and pictures both of whose sides can agree to a recording. Its clock is ours, as the media's is.
func taping(t *testing.T) (*shared, principal) {
	t.Helper()
	h := newHouse(t, func(o *Options) { o.Clock.(*clock).now = time.Now().UTC().Truncate(time.Millisecond) })
	boss := h.hire(h.admin, "Bruno", vis.Supervisor)
	c := &shared{house: h, url: h.serve(), yann: h.hire(h.admin, "Yann", vis.Agent), anna: h.visitor(h.ws, h.chat)}
	h.available(c.yann)
	hers := h.open(c.url, c.anna, nil)
	her, agent := mediatest.Customer(t, webrtc.Configuration{}), mediatest.Agent(t)
	her.Voice, agent.Voice = 7, 9
	c.id = read[PressedAssist](t, h.post(c.anna, "/api/v1/visitor/assists", obj{"offer": her.Offer()})).Assist.ID
	agent.Take(read[JoinedAssist](t, h.post(c.yann, c.path("/accept"), obj{"offer": agent.Offer()})).Answer)
	agent.Play(true)
	answer, _ := hers.next("assist_answer")["answer"].(string)
	her.Take(answer)
	her.Play(false)
	hers.event(assist.SessionLive)
	agent.Hears("the customer", 7)
	return c, boss
}

func (c *shared) path(verb string) string { return "/api/v1/assists/" + c.id + verb }

func (c *shared) decide(mode, replay string, version int) RecordingPolicy {
	c.Helper()
	return read[RecordingPolicy](c, c.do(call{method: "PUT", path: "/api/v1/recording-policy", as: c.admin, body: obj{"mode": mode, "days": 30, "replay": replay, "version": version}}))
}

// agree has both sides agree, and waits until something is kept, later than so many seconds.
func (c *shared) agree(later float64) {
	c.Helper()
	read[Assist](c, c.post(c.yann, c.path("/ask"), obj{"kind": "record"}))
	c.consent("record")
	c.Until("a recording", func() bool {
		c.clock.move(time.Second) // a part is some seconds
		return c.kept().Seconds > later
	})
}

// Until waits for what must come.
func (c *shared) Until(what string, is func() bool) {
	c.Helper()
	for begun := time.Now(); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Since(begun) > 20*time.Second {
			c.Fatalf("%s did not come", what)
		}
	}
}

// kept is what the administrator sees of the only recording.
func (c *shared) kept() Recording {
	c.Helper()
	all := read[Recordings](c, c.get(c.admin, "/api/v1/recordings"))
	if len(all.Items) == 0 {
		return Recording{}
	}
	return all.Items[0]
}

// film fetches a track by its link.
func (c *shared) film(link, bytes string) answer {
	c.Helper()
	r := httptest.NewRequest("GET", link, nil)
	if bytes != "" {
		r.Header.Set("Range", "bytes="+bytes)
	}
	w := httptest.NewRecorder()
	c.server.Handler().ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.Bytes()}
}

// W-18: nothing is kept before both have agreed nor after one has stopped it; who may look does, is written down, and sees no secret.
func TestACallIsRecordedAndReplayed(t *testing.T) {
	t.Parallel()
	c, boss := taping(t)
	if a := c.post(c.yann, c.path("/ask"), obj{"kind": "record"}); a.status != 409 || a.problem().Code != "recording_off" {
		t.Errorf("asked where nothing is recorded: %d %s", a.status, a.body)
	}
	policy := c.decide("request", "supervisor", 0)
	if a := c.post(c.anna, "/api/v1/visitor"+strings.TrimPrefix(c.path("/consents"), "/api/v1"), obj{"kind": "record"}); a.problem().Code != "record_not_asked" {
		t.Errorf("recorded though her agent did not agree: %d %s", a.status, a.body)
	}
	c.consent("page")
	c.hers, c.his = c.sit(c.anna, c.id, "one"), c.sit(c.yann, c.id, "")
	c.hers.next("lag")
	c.shows("avant")
	c.his.sees("avant")
	if c.kept().AssistID != "" {
		t.Fatal("something is kept before anybody agreed")
	}

	c.agree(0)
	c.hers.next("lag") // whoever records is shown the whole page
	c.shows("pendant")
	c.his.sees("pendant")
	if a := c.post(boss, c.path("/recording/replay"), obj{}); a.status != 409 {
		t.Errorf("looked at while it goes on: %d", a.status)
	}
	c.revoke("record")
	c.shows("après")
	c.his.sees("après")
	c.clock.move(time.Minute)
	c.agree(60)
	read[Assist](t, c.do(call{method: "DELETE", path: c.path("/consents/record"), as: c.yann}))
	read[Assist](t, c.post(c.yann, c.path("/end"), obj{}))
	c.assist.Close() // all is kept

	_, olga := c.found("Other", "Olga Other", "olga@other.example")
	head := c.head(c.ws)
	for who, want := range map[*principal]int{&c.yann: 403, &olga: 404, &c.anna: 401, &nobody: 401} {
		for _, a := range []answer{c.post(*who, c.path("/recording/replay"), obj{}), c.do(call{method: "DELETE", path: c.path("/recording"), as: *who})} {
			if a.status != want {
				t.Errorf("%s: %d %s", who.name, a.status, a.body)
			}
		}
	}
	seen := read[RecordingReplay](t, c.post(boss, c.path("/recording/replay"), obj{}))
	if got := c.since(c.ws, head); got != "assist.replayed" {
		t.Errorf("events: %s", got)
	}
	if trail := string(c.get(c.admin, "/api/v1/audit").body); !strings.Contains(trail, "recording.replayed") || !strings.Contains(trail, "assist.agreed") {
		t.Errorf("who looked is not written down: %s", trail)
	}
	if len(seen.Tracks) != 2 || seen.Tracks[0].Side != "member" || seen.Tracks[1].Side != "customer" || len(seen.Gaps) == 0 || seen.Gaps[0].To-seen.Gaps[0].From < 59 {
		t.Errorf("tracks and gaps: %+v %+v", seen.Tracks, seen.Gaps)
	}
	marks := ""
	for _, m := range seen.Marks {
		marks += m.Kind + m.What + " "
	}
	if marks != "accepted askedrecord allowedpage allowedrecord endedrecord askedrecord allowedrecord endedrecord over " {
		t.Errorf("marks: %s", marks)
	}
	for i, voice := range []byte{9, 7} {
		whole := c.film(seen.Tracks[i].URL, "")
		if whole.status != 200 || !bytes.HasPrefix(whole.body, []byte{0x1a, 0x45, 0xdf, 0xa3}) || !bytes.Contains(whole.body, []byte{0x80, 0xfc, 1, voice}) {
			t.Errorf("%s: %d, %d bytes", seen.Tracks[i].Side, whole.status, len(whole.body))
		}
		if bytes.Contains(whole.body, []byte{0x80, 0xfc, 1, 16 - voice}) {
			t.Errorf("%s: another's voice is in it", seen.Tracks[i].Side)
		}
		if part := c.film(seen.Tracks[i].URL, "700-1999"); part.status != 206 || !bytes.Equal(part.body, whole.body[700:2000]) {
			t.Errorf("a part: %d, %d bytes", part.status, len(part.body))
		}
	}
	pages := string(c.get(boss, c.path("/recording/pages?key=")+url.QueryEscape(seen.PageKey)).body)
	if !strings.Contains(pages, "pendant") {
		t.Errorf("the page is not there: %s", pages)
	}
	for _, never := range []string{"avant", "après", "Lilas", "secret", "alert", "onclick"} {
		if strings.Contains(pages, never) {
			t.Errorf("%q is kept: %s", never, pages)
		}
	}
	for name, a := range map[string]answer{"a look that was not written down": c.get(c.admin, c.path("/recording/pages")),
		"another's look": c.get(c.admin, c.path("/recording/pages?key=")+url.QueryEscape(seen.PageKey)), "a forged link": c.film(seen.Tracks[0].URL+"A", ""),
		"the page as a file": c.film(strings.Split(seen.Tracks[0].URL, "?")[0]+"?"+seen.PageKey, "")} {
		if a.status != 403 {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	links := c.leaves(boss)

	// Whom the settings name no longer does not look any more, however she comes; what is due is gone before it is deleted.
	c.decide("request", "administrator", int(policy.Version))
	for name, a := range map[string]answer{"the list": c.get(boss, "/api/v1/recordings"), "a look": c.post(boss, c.path("/recording/replay"), obj{}),
		"a link from before": c.film(seen.Tracks[0].URL, ""), "a film from before": c.film(links[0], ""), "a file from before": c.film(links[1], ""), "an export": c.post(boss, c.path("/recording/export"), obj{"format": "webm"}),
		"how far one is": c.get(boss, c.path("/recording/export")), "a page from before": c.get(boss, c.path("/recording/pages?key=")+url.QueryEscape(seen.PageKey))} {
		if a.status != 403 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	mine := read[RecordingReplay](t, c.post(c.admin, c.path("/recording/replay"), obj{}))
	head = c.head(c.ws)
	r, err := c.assist.Recordings(c.ctx, c.admin.actor, "")
	c.must(err)
	c.clock.move(31 * 24 * time.Hour)
	if _, err := c.assist.Replay(c.ctx, c.admin.actor, vis.AssistID(c.id)); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("what is due can be looked at: %v", err)
	}
	c.must(c.assist.ForgetDueRecordings(c.ctx, c.ws))
	if got := c.since(c.ws, head); got != "assist.forgotten" {
		t.Errorf("events: %s", got)
	}
	if maker, _ := c.assist.Studio.(*cutter); maker.open.Load() != 0 {
		t.Error("a film of what is deleted is kept")
	}
	if a := c.film(mine.Tracks[0].URL, ""); a.status != 403 || r.Bytes == 0 {
		t.Errorf("a track of what is deleted: %d", a.status)
	}
	if again, err := c.assist.Recordings(c.ctx, c.admin.actor, ""); err != nil || again.Count != 0 || again.Bytes != 0 {
		t.Errorf("kept after that: %+v %v", again, err)
	}
}

// cutter makes films of a call when the test says so.
type cutter struct {
	begun chan assist.Reel
	end   chan error
	open  atomic.Int32 // films that nobody has closed
}

// cut is a film that has all that it was made of.
type cut struct {
	*bytes.Reader
	by *cutter
}

func (c cut) Close() error {
	c.by.open.Add(-1)
	return nil
}

func (*cutter) Able(context.Context) bool { return true }

func (c *cutter) Make(ctx context.Context, raw io.Reader, of assist.Reel, progress func(time.Duration)) (assist.Made, error) {
	whole, err := io.ReadAll(raw)
	if err != nil {
		return nil, err
	}
	progress(of.Length / 2)
	c.begun <- of
	select {
	case err = <-c.end:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	c.open.Add(1)
	return cut{bytes.NewReader(whole), c}, nil
}

// leaves has a recording leave as files, and gives back the links to them: for those only who may look, each for herself, written down.
func (c *shared) leaves(boss principal) []string {
	c.Helper()
	export := func(as principal, format string) answer {
		return c.post(as, c.path("/recording/export"), obj{"format": format})
	}
	if a := export(boss, "mp4"); a.status != 409 || a.problem().Code != "no_ffmpeg" {
		c.Errorf("an MP4 file without ffmpeg: %d %s", a.status, a.body)
	}
	maker := &cutter{begun: make(chan assist.Reel, 1), end: make(chan error)}
	again := c.assist.Options
	again.Studio = maker
	c.assist = assist.New(again)
	c.server.assist = c.assist
	if a := export(boss, "avi"); a.status != 422 || a.problem().Errors[0].Location != "body.format" {
		c.Errorf("a format that there is not: %d %s", a.status, a.body)
	}
	if a := export(c.yann, "webm"); a.status != 403 {
		c.Errorf("an agent exports: %d", a.status)
	}
	head := c.head(c.ws)
	file := read[RecordingExport](c, export(boss, "webm"))
	if got := c.since(c.ws, head); got != "assist.exported" || file.State != "ready" {
		c.Errorf("events: %s, %+v", got, file)
	}
	if trail := string(c.get(c.admin, "/api/v1/audit").body); !strings.Contains(trail, "recording.exported") {
		c.Errorf("who exported is not written down: %s", trail)
	}
	whole := c.film(file.URL, "")
	for _, voice := range []byte{9, 7} {
		if !bytes.Contains(whole.body, []byte{0x80, 0xfc, 1, voice}) {
			c.Errorf("voice %d is not in a file of %d bytes", voice, len(whole.body))
		}
	}
	if whole.header.Get("Content-Length") != strconv.Itoa(len(whole.body)) || !strings.HasPrefix(whole.header.Get("Content-Disposition"), "attachment") || bytes.Contains(whole.body, []byte("pendant")) {
		c.Errorf("the file: %v", whole.header)
	}
	if part := c.film(file.URL, "900-20999"); part.status != 206 || !bytes.Equal(part.body, whole.body[900:21000]) {
		c.Errorf("a part of the file: %d, %d bytes", part.status, len(part.body))
	}

	far := func(as principal) RecordingExport {
		return read[RecordingExport](c, c.get(as, c.path("/recording/export")))
	}
	read[RecordingExport](c, export(boss, "mp4"))
	if of := <-maker.begun; of.Voices != 2 || of.Length < time.Minute {
		c.Errorf("made of %+v", of)
	}
	if e := read[RecordingExport](c, export(boss, "mp4")); e.State != "making" || e.Done < 0.4 || e.URL != "" {
		c.Errorf("asked for twice: %+v", e)
	}
	if e := read[RecordingExport](c, export(c.admin, "mp4")); e.State != "waiting" {
		c.Errorf("two are made at once: %+v", e)
	}
	maker.end <- nil
	<-maker.begun // of the administrator
	maker.end <- errors.New("the film tore")
	c.Until("the end of both", func() bool { return far(boss).State == "ready" && far(c.admin).State == "failed" })
	film := far(boss)
	if a := c.film(film.URL, ""); a.status != 200 || !bytes.Equal(a.body, whole.body) || a.header.Get("Content-Type") != "video/mp4" {
		c.Errorf("the film: %d, %d bytes", a.status, len(a.body))
	}
	if a := c.get(c.yann, c.path("/recording/export")); a.status != 403 {
		c.Errorf("an agent asks how far it is: %d", a.status)
	}

	// What nobody wants is stopped; what is too old, or of a deleted recording, is let go.
	read[RecordingExport](c, export(c.admin, "mp4"))
	<-maker.begun
	stop := call{method: "DELETE", path: c.path("/recording/export"), as: c.admin}
	if a := c.do(stop); a.status != 204 {
		c.Errorf("stopped: %d", a.status)
	}
	if a := c.get(c.admin, c.path("/recording/export")); a.status != 404 {
		c.Errorf("after that: %d", a.status)
	}
	if maker.open.Load() != 1 {
		c.Errorf("%d films are open", maker.open.Load())
	}
	return []string{film.URL, file.URL}
}

// W-18: where every call is to be recorded the customer is asked, and says no; the policy refuses what it cannot keep; she can have it deleted.
func TestRecordingIsDecidedAndAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, body := range map[string]obj{
		"days":     {"mode": "always", "days": 0, "replay": "supervisor", "version": 0},
		"channels": {"mode": "off", "days": 1, "replay": "supervisor", "version": 0, "channels": obj{newID(): "always"}},
	} {
		a := h.do(call{method: "PUT", path: "/api/v1/recording-policy", as: h.admin, body: body})
		if a.status != 422 || len(a.problem().Errors) != 1 || a.problem().Errors[0].Location != "body."+name {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	body := obj{"mode": "always", "days": 7, "replay": "supervisor", "version": 0, "channels": obj{string(h.chat.ID): "off"}}
	p := read[RecordingPolicy](t, h.do(call{method: "PUT", path: "/api/v1/recording-policy", as: h.admin, body: body}))
	if p.Channels[string(h.chat.ID)] != "off" || p.Version != 1 {
		t.Errorf("decided: %+v", p)
	}
	if a := h.do(call{method: "PUT", path: "/api/v1/recording-policy", as: h.admin, body: body}); a.status != 409 {
		t.Errorf("decided twice: %d", a.status)
	}
	c := h.answered()
	if mode, err := h.assist.RecordingMode(h.ctx, h.ws, assist.Session{Channel: h.chat.ID}); err != nil || mode != assist.RecordNever {
		t.Errorf("on the channel: %s %v", mode, err)
	}
	if a := c.do(call{method: "DELETE", path: "/api/v1/customers/" + c.anna.actor.ID + "/recordings", as: c.admin}); a.status != http.StatusNoContent {
		t.Errorf("deleting nothing: %d %s", a.status, a.body)
	}
}

// W-18: who has a recording deleted while it goes on is not recorded on; where every call is recorded, she is asked anew for whoever takes over.
func TestARecordingThatIsDeletedWhileItGoesOnEnds(t *testing.T) {
	t.Parallel()
	c, _ := taping(t)
	version := c.decide("request", "supervisor", 0).Version
	c.agree(0)
	if a := c.do(call{method: "DELETE", path: c.path("/recording"), as: c.admin}); a.status != http.StatusNoContent {
		t.Fatalf("deleted: %d %s", a.status, a.body)
	}
	c.Until("the end of what was allowed", func() bool {
		c.clock.move(time.Second)
		x, err := c.assist.Session(c.ctx, c.yann.actor, vis.AssistID(c.id))
		c.must(err)
		_, may := x.Allowed(assist.Record, c.clock.Now())
		return !may
	})
	if k := c.kept(); k.AssistID != "" {
		t.Errorf("kept after that: %+v", k)
	}

	c.decide("always", "supervisor", int(version))
	zoe := c.hire(c.admin, "Zoe", vis.Agent)
	c.available(zoe)
	read[Assist](t, c.post(c.yann, c.path("/call"), obj{"purpose": "pass", "memberId": zoe.actor.ID}))
	next := mediatest.Agent(t)
	passed := read[JoinedAssist](t, c.post(zoe, c.path("/accept"), obj{"offer": next.Offer()})).Assist
	if !slices.Contains(passed.Asked, "record") {
		t.Errorf("she is not asked for whom she speaks to now: %+v", passed)
	}
}
