package web

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"visavis/internal/vis"
)

// seeks looks for something as somebody new, or as a reader who is named.
func (h *house) seeks(key, query, locale string, reader ...string) answer {
	h.Helper()
	return h.post(nobody, "/api/v1/visitor/answers", obj{"key": key, "query": query, "locale": locale, "reader": strings.Join(append(reader, newID())[:1], "")})
}

// ready makes a ready answer.
func (h *house) ready(body obj) Template {
	h.Helper()
	return read[Template](h, h.post(h.admin, "/api/v1/templates", body))
}

func TestWhatCustomersLookForIsCountedAnswersWrittenAndFound(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	look := func() VisitorChannel {
		return read[VisitorChannel](t, h.get(nobody, "/api/v1/visitor/channel?key="+h.chat.Key))
	}
	if some := look().Answers; some != nil {
		t.Errorf("answers in %v where there are none", some)
	}
	if a := h.seeks(h.chat.Key, "garantie du cadre", "fr"); a.status != 200 {
		t.Errorf("nothing to find: %d %s", a.status, a.body)
	}
	h.ready(obj{"name": "Horaires", "text": obj{"fr": "{{brand}} ouvre de neuf heures à dix-neuf heures."}, "public": true})
	h.ready(obj{"name": "Canary-office garantie du cadre", "text": obj{"fr": "Canary-office garantie du cadre"}})
	if some := look().Answers; len(some) != 1 || some[0] != "fr" {
		t.Errorf("answers in %v", some)
	}
	bit := func(reader string) uint8 {
		_, person, _ := h.server.sought(h.ws, SoughtAfter{Query: "garantie du cadre", Locale: "fr", Reader: reader})
		return person
	}
	ada, bob := newID(), newID()
	for bit(bob) == bit(ada) { // one of 64 others looks like her
		bob = newID()
	}
	if found := read[VisitorAnswers](t, h.seeks(h.chat.Key, "Vos horaires ?", "fr", ada)); len(found.Items) != 1 || strings.Contains(found.Items[0].Text, "{{") {
		t.Errorf("found %+v", found)
	}
	told := func(did string) answer {
		return h.post(nobody, "/api/v1/visitor/answers/told", obj{"key": h.chat.Key, "query": "vos horaires", "locale": "fr", "reader": ada, "did": did})
	}
	if r, a := told("read"), told("answered"); r.status != 204 || a.status != 204 {
		t.Errorf("told: %d %d", r.status, a.status)
	}
	board := func(query string) SearchBoard {
		return read[SearchBoard](t, h.get(h.admin, "/api/v1/reasons/searches"+query))
	}
	// What one person looks for has no words, however often she does.
	h.seeks(h.chat.Key, "Garantie du cadre", "fr", ada)
	h.seeks(h.chat.Key, "garantie cadre ?", "fr", ada)
	if b := board(""); len(b.Terms) != 0 || b.Hidden != (SearchCount{Searches: 3, Nothing: 2, Read: 1, Answered: 1}) {
		t.Errorf("of one person: %+v", b)
	}
	for range 3 { // to the next day, without a session that ends
		h.clock.move(8 * time.Hour)
		board("")
	}
	h.seeks(h.chat.Key, "garanties cadres", "fr", bob)
	b := board("")
	if len(b.Terms) != 1 || b.Terms[0].Term != "garanties cadres" || b.Terms[0].Searches != 3 || b.Terms[0].Nothing != 3 || b.Terms[0].People != 2 || b.Hidden.Searches != 1 {
		t.Fatalf("of two people: %+v", b)
	}
	if n := len(b.Terms[0].Days); n != 28 || b.Terms[0].Days[n-2] != 2 || b.Terms[0].Days[n-1] != 1 {
		t.Errorf("by days: %v", b.Terms[0].Days)
	}
	if b := board("?language=en"); len(b.Terms) != 0 {
		t.Errorf("in English: %+v", b)
	}
	lines, err := csv.NewReader(strings.NewReader(string(h.get(h.admin, "/api/v1/reasons/searches/export").body))).ReadAll()
	h.must(err)
	if len(lines) != 3 || lines[1][1] != "garanties cadres" || lines[2][5] != "1" {
		t.Errorf("the file is %q", lines)
	}
	// An answer that is written is found at once, in the language that it is written in.
	h.ready(obj{"name": "garanties cadres", "subject": obj{"fr": "La garantie de votre cadre"}, "text": obj{"fr": "Le cadre est garanti cinq ans."}, "public": true})
	if found := read[VisitorAnswers](t, h.seeks(h.chat.Key, "garantie du cadre", "fr")); len(found.Items) != 1 || found.Items[0].Title != "La garantie de votre cadre" {
		t.Errorf("afterwards: %+v", found)
	}
	if found := read[VisitorAnswers](t, h.seeks(h.chat.Key, "garantie du cadre", "en")); len(found.Items) != 0 {
		t.Errorf("in English: %+v", found)
	}
}

// W-22: strangers find public answers of the channel's own workspace and team, and what they type tells nobody who they are.
func TestLookingForAnswersGivesNothingAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	team := read[Team](t, h.post(h.admin, "/api/v1/teams", obj{"name": "Atelier"}))
	h.ready(obj{"name": "Horaires", "text": obj{"fr": "Ouvert."}, "public": true})
	h.ready(obj{"name": "Canary pneus", "text": obj{"fr": "Canary pneus"}})
	h.ready(obj{"name": "Canary pneus", "text": obj{"fr": "Canary pneus"}, "teamId": team.ID, "public": true}) // the chat is nobody's in particular
	ws, theirs := h.found("Other", "Ottilie", "ottilie@other.example")
	if found := read[VisitorAnswers](t, h.seeks(h.channel(ws, theirs, "Theirs").Key, "horaires", "fr")); len(found.Items) != 0 {
		t.Errorf("of another workspace: %+v", found)
	}
	for name, words := range map[string]string{"what is not public": "Canary pneus", "everything": "%", "an operator": "* OR 1=1", "a regular expression": ".*"} {
		if found := read[VisitorAnswers](t, h.seeks(h.chat.Key, words, "fr")); len(found.Items) != 0 {
			t.Errorf("%s: %+v", name, found)
		}
	}
	for name, body := range map[string]obj{
		"no channel":     {"key": "none", "query": "x", "locale": "fr", "reader": newID()},
		"a huge text":    {"key": h.chat.Key, "query": strings.Repeat("x", 201), "locale": "fr", "reader": newID()},
		"nothing":        {"key": h.chat.Key, "query": "", "locale": "fr", "reader": newID()},
		"another tongue": {"key": h.chat.Key, "query": "x", "locale": "../fr", "reader": newID()},
		"a forged field": {"key": h.chat.Key, "query": "x", "locale": "fr", "reader": newID(), "workspace": "x"},
		"a long reader":  {"key": h.chat.Key, "query": "x", "locale": "fr", "reader": strings.Repeat("x", 500)},
	} {
		if a := h.post(nobody, "/api/v1/visitor/answers", body); a.status != 404 && a.status != 422 && a.status != 400 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	// Several people type the same, and what could be theirs is not in it.
	for range 5 {
		h.seeks(h.chat.Key, "commande 4970 1234 5678 9012 de lea@example.org au 06 99 00 12 34", "fr")
		h.seeks(h.chat.Key, "=HYPERLINK(pneus)", "fr")
	}
	for _, path := range []string{"/api/v1/reasons/searches", "/api/v1/reasons/searches/export"} {
		got := string(h.get(h.admin, path).body)
		if !strings.Contains(got, "commande [") || strings.Contains(got, "4970") || strings.Contains(got, "lea@") || strings.Contains(got, "06 99") {
			t.Errorf("%s tells %s", path, got)
		}
		if strings.Contains(got, "\n=") || strings.Contains(got, ",=") {
			t.Errorf("%s has a formula: %s", path, got)
		}
	}
	// An answer in which somebody would have to be known is not for everybody.
	for field, body := range map[string]obj{
		"public": {"name": "X", "text": obj{"fr": "Bonjour {{customer.name}}"}, "public": true},
	} {
		if a := h.post(h.admin, "/api/v1/templates", body); a.status != 422 || !strings.Contains(string(a.body), field) {
			t.Errorf("%s: %d %s", field, a.status, a.body)
		}
	}
	for path, status := range map[string]int{"?from=1990-01-01": 422, "?from=x": 422, "?channelId='%20OR%201=1": 200, "/export?format=exe": 422} {
		if a := h.get(h.admin, "/api/v1/reasons/searches"+path); a.status != status || strings.Contains(string(a.body), "commande") {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

// W-22: a flood of searches is refused, and what is kept of one day is bounded.
func TestAFloodOfSearchesIsBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) { o.RateLimits = true })
	h.ready(obj{"name": "Horaires", "text": obj{"fr": "Ouvert."}, "public": true})
	kept, refused := 0, 0
	for i := range 310 {
		switch a := h.seeks(h.chat.Key, fmt.Sprintf("pneu modele%d", i), "fr"); a.status {
		case 200:
			kept++
		case 429:
			refused++
			h.clock.move(2 * time.Second)
		default:
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	if refused == 0 {
		t.Errorf("%d of 310 were taken", kept)
	}
	all := h.get(h.hire(h.admin, "Sam", vis.Agent), "/api/v1/reasons/searches")
	if b := read[SearchBoard](t, all); len(b.Terms) != 0 || b.Hidden.Searches != kept {
		t.Errorf("%d were counted of %d: %+v", b.Hidden.Searches, kept, b)
	}
}
