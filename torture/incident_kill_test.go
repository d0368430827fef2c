package torture

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestKillTellsEachCustomerOnce kills a server again and again while it tells the customers of an outage that it is known, and again while
// it tells them that it is solved. Each hears both once, whoever was told before the kill and whoever was left (K-01).
func TestKillTellsEachCustomerOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("the torture takes a while")
	}
	const customers = 36
	s := NewServer(t, "--rate-limits", "off")
	ctx := t.Context()
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	channel, err := s.NewChannel(ctx, "Shop")
	if err != nil {
		t.Fatal(err)
	}
	cookie := s.signIn(t, adminEmail, adminPassword)
	var who [customers]*Visitor
	for i := range who {
		if who[i], err = s.NewVisitor(ctx, channel.Key); err != nil {
			t.Fatal(err)
		}
		if _, err := who[i].Say(ctx, "", "Plus d'internet depuis ce matin à Lyon, c'est une panne ?"); err != nil {
			t.Fatal(err)
		}
	}
	boss := func(path string, body any, into any) {
		t.Helper()
		a := s.post(t, "/api/v1"+path, jsonOf(body), "Cookie", cookie, "Origin", s.Base)
		if a.Status >= 300 {
			t.Fatalf("%s: %s", path, a)
		}
		if err := json.Unmarshal(a.Body, into); err != nil {
			t.Fatal(err)
		}
	}
	var incident struct {
		ID      string
		Reason  string
		Tallies []struct{ Conversations, Held, Told int }
	}
	look := func() (all, held, told int) {
		if err := s.Admin().Call(ctx, "GET", "/api/v1/incidents/"+incident.ID, "", nil, &incident); err != nil {
			return 0, 0, 0 // it is not up yet
		}
		for _, y := range incident.Tallies {
			all, held, told = all+y.Conversations, held+y.Held, told+y.Told
		}
		return all, held, told
	}
	n := 0
	if !eventually(90*time.Second, func() bool {
		n++
		boss("/signals", map[string]string{"source": "probe", "key": fmt.Sprint(n), "state": "firing"}, &incident)
		all, _, _ := look()
		return all == customers
	}) {
		all, _, _ := look()
		t.Fatalf("the outage concerns %d of %d", all, customers)
	}
	var none struct{}
	for _, step := range []struct {
		verb  string
		texts map[string]any
		done  func() int
	}{
		{"confirm", map[string]any{"holding": map[string]string{"fr": "Nous savons."}}, func() int { _, held, _ := look(); return held }},
		{"solve", map[string]any{"solved": map[string]string{"fr": "C'est réparé."}}, func() int { _, _, told := look(); return told }},
	} {
		boss("/incidents/"+incident.ID+"/"+step.verb, map[string]any{"texts": step.texts}, &none)
		for kill := range 3 {
			// A little later each time: before the first is told, and in the midst of them.
			eventually(time.Second, func() bool { return step.done() >= 1+kill*8 })
			s.Kill()
			if err := s.Start(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if !eventually(60*time.Second, func() bool { return step.done() == customers }) {
			t.Fatalf("after %s %d of %d are told", step.verb, step.done(), customers)
		}
	}
	history, err := s.ReadHistory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for id, messages := range history {
		var said []string
		for _, m := range messages {
			if m.Author != "customer" && !m.Line {
				said = append(said, m.Text)
			}
		}
		if got := strings.Join(said, " "); got != "Nous savons. C'est réparé." {
			t.Errorf("the customer of %s was told %q", id, got)
		}
	}
	if len(history) != customers {
		t.Errorf("there are %d conversations of %d customers", len(history), customers)
	}
}
