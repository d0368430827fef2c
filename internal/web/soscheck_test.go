package web

import (
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	"visavis/internal/assist/media/mediatest"
	"visavis/internal/vis"
)

func TestAConnectionIsTriedAndTheResultSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var stranger principal
	page := h.get(stranger, "/sos/check?channel="+h.chat.Key+"&lang=fr")
	if policy := page.header.Get("Content-Security-Policy"); page.status != 200 || !strings.Contains(policy, "script-src 'self';") || !strings.Contains(policy, "frame-ancestors 'none'") ||
		!strings.Contains(page.header.Get("Permissions-Policy"), "microphone=(self)") {
		t.Errorf("%d, %v", page.status, page.header)
	}
	if body := string(page.body); !strings.Contains(body, `data-key="`+h.chat.Key+`"`) || !strings.Contains(body, `<html lang="fr">`) || strings.Contains(body, "step-camera") {
		t.Errorf("the page: %s", body)
	}
	if body := string(h.get(stranger, `/sos/check?channel="><script>&for=member`).body); strings.Contains(body, "<script>&") || !strings.Contains(body, "step-camera") || !strings.Contains(body, `data-key=""`) {
		t.Errorf("of no channel: %s", body)
	}
	begun := read[CheckBegun](t, h.post(stranger, "/api/v1/sos/checks", obj{"key": h.chat.Key}))
	far := mediatest.New(t, webrtc.Configuration{})
	d, err := far.PC.CreateDataChannel("check", nil)
	if err != nil {
		t.Fatal(err)
	}
	back := make(chan string, 1)
	d.OnOpen(func() { _ = d.SendText("anybody there?") })
	d.OnMessage(func(m webrtc.DataChannelMessage) { back <- string(m.Data) })
	one := "/api/v1/sos/checks/" + begun.ID
	far.Take(read[TriedConnection](t, h.post(stranger, one+"/try", obj{"offer": far.Offer()})).Answer)
	if got := <-back; got != "anybody there?" {
		t.Errorf("back came %q", got)
	}
	found := obj{"name": " Anna <b>", "browser": "B/1", "steps": []obj{{"what": "udp", "state": "good", "took": 12, "trip": 3.5, "lost": 2.5}}}
	for _, wrong := range []obj{{"steps": []obj{}}, {"steps": []obj{{"what": "else", "state": "good"}}}, {"steps": []obj{{"what": "udp", "state": "good", "note": strings.Repeat("x", 61)}}},
		{"name": strings.Repeat("x", 81), "steps": found["steps"]}} {
		if a := h.post(stranger, one+"/send", wrong); a.status != 422 {
			t.Errorf("%v: %d", wrong, a.status)
		}
	}
	sent := read[CheckSent](t, h.post(stranger, one+"/send", found))
	if again := h.post(stranger, one+"/send", found); again.status != 404 {
		t.Errorf("sent twice: %d", again.status)
	}
	all := read[SentChecks](t, h.get(h.admin, "/api/v1/sos/checks"))
	if len(all.Items) != 1 {
		t.Fatalf("kept: %+v", all)
	}
	if c := all.Items[0]; c.Code != sent.Code || len(c.Code) != 7 || c.Name != "Anna <b>" || c.Browser != "B/1" || c.ChannelID != string(h.chat.ID) || len(c.Steps) != 1 || c.Steps[0].Lost != 2.5 {
		t.Errorf("kept: %+v", c)
	}
	if e := read[Examination](t, h.post(h.admin, "/api/v1/sos/examination", obj{})); len(e.Findings) < 3 || e.Findings[1].What != "media" || e.Findings[1].State != "good" {
		t.Errorf("examined: %+v", e)
	}
	boss := h.hire(h.admin, "Berthe", vis.Supervisor)
	if a := h.post(boss, "/api/v1/sos/examination", obj{}); a.status != 403 {
		t.Errorf("a supervisor examines the server: %d", a.status)
	}
}

// What the page is told in English by a problem, it says in the language of who looks.
func TestACheckSaysEveryRefusalInBothLanguages(t *testing.T) {
	t.Parallel()
	en, fr := checkTexts["en"].Said.Refusals, checkTexts["fr"].Said.Refusals
	for _, code := range []string{"check_elsewhere", "checks_full", "rate_limited", "assist_off", "assist_moved", "not_found"} {
		if en[code] == "" || fr[code] == "" || en[code] == fr[code] {
			t.Errorf("%s: %q, %q", code, en[code], fr[code])
		}
	}
	for code := range fr {
		if en[code] == "" {
			t.Errorf("%s is said in French only", code)
		}
	}
}

// W-15: strangers begin so many checks, of channels that offer live assistance.
func TestStrangersBeginSoManyChecks(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) { o.RateLimits = true })
	var stranger principal
	if a := h.post(stranger, "/api/v1/sos/checks", obj{"key": "none"}); a.status != 404 {
		t.Errorf("of no channel: %d", a.status)
	}
	refused := 0
	for range 11 {
		if h.post(stranger, "/api/v1/sos/checks", obj{"key": h.chat.Key}).status == 429 {
			refused++
		}
	}
	if refused != 2 {
		t.Errorf("%d of 12 were refused", refused)
	}
}
