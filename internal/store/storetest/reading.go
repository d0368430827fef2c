package storetest

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/text"
	"visavis/internal/vis"
)

func (h *house) inListen(ctx context.Context, fn func(listen.Tx) error) error {
	return h.store.Listen().Update(ctx, vis.System(h.ws), nil, fn)
}

// withReading reads the workspace's message in such a way that every field says something.
func withReading(t testing.TB, h *house) listen.Reading {
	t.Helper()
	reason, mood, fine, haste := "delivery", -1.0, false, "now"
	r := listen.Reading{Message: h.message.ID, Conversation: h.convers.ID, At: now, Engine: listen.BuiltIn, Model: "own-3", Sign: text.Sign(h.message.Text),
		Says: text.Reading{Language: text.Guess{Label: "fr", Sure: 0.99}, Reason: text.Guess{Label: "stock", Sure: 0.75}, Best: text.Guess{Label: "stock", Sure: 0.75},
			Next: text.Guess{Label: "order", Sure: 0.125}, Alone: true, Mood: -0.5, Dissatisfied: 0.625, Urgency: text.Guess{Label: "today", Sure: 0.5}},
		Correction: &listen.Correction{Member: h.member.ID, At: now.Add(time.Minute), Reason: &reason, Mood: &mood, Dissatisfied: &fine, Urgency: &haste,
			Before: &listen.Before{Reason: "stock", Mood: -50, Reading: desk.Reading{By: desk.ByReader, Message: h.message.ID}}}}
	check(t, h.inListen(t.Context(), func(tx listen.Tx) error { return tx.InsertReadings(t.Context(), []listen.Reading{r}) }))
	return r
}

func testReadings(t *testing.T, e Engine) {
	ctx := t.Context()
	h := furnish(t, Open(t, e.URL(t)))
	r := withReading(t, h)
	note := listen.Reading{Message: h.note.ID, Conversation: h.convers.ID, At: now, Sign: r.Sign}
	line := listen.Reading{Message: h.line.ID, Conversation: h.convers.ID, At: now} // without words
	wantCode(t, h.inListen(ctx, func(tx listen.Tx) error { return tx.InsertReadings(ctx, []listen.Reading{note, r}) }), vis.Conflict)
	check(t, h.inListen(ctx, func(tx listen.Tx) error {
		check(t, tx.InsertReadings(ctx, []listen.Reading{note, line}))
		got, err := tx.Reading(ctx, r.Message)
		check(t, err)
		same(t, "the reading", got, r)
		some, err := tx.ReadingsByID(ctx, []vis.MessageID{line.Message, "x"})
		check(t, err)
		same(t, "one without words", some, []listen.Reading{line})
		corrected, err := tx.Corrected(ctx, 10)
		check(t, err)
		same(t, "those that are corrected", corrected, []listen.Reading{r})
		last, err := tx.LastCorrected(ctx, h.convers.ID)
		check(t, err)
		same(t, "the last correction", last, r)
		for after, want := range map[time.Time]int{{}: 1, now: 1, now.Add(time.Minute): 0} {
			if n, err := tx.CountCorrected(ctx, after); n != want || err != nil {
				t.Errorf("%d corrections after %v, %v", n, after, err)
			}
		}
		alike, err := tx.Alike(ctx, r.Sign, "", 10)
		check(t, err)
		later, err := tx.Alike(ctx, r.Sign, "f", 10)
		check(t, err)
		if len(alike) != 2 || len(later) != 0 {
			t.Errorf("alike: %v, later %v", alike, later)
		}
		said, err := tx.MessagesByID(ctx, []vis.MessageID{h.message.ID, "x"})
		check(t, err)
		same(t, "the messages", said, []desk.Message{h.message})
		return nil
	}))
	r.Correction = nil
	check(t, h.inListen(ctx, func(tx listen.Tx) error { return tx.SaveCorrection(ctx, r) }))
	check(t, h.inListen(ctx, func(tx listen.Tx) error {
		got, err := tx.Reading(ctx, r.Message)
		check(t, err)
		same(t, "the reading without its correction", got, r)
		_, err = tx.LastCorrected(ctx, h.convers.ID)
		wantCode(t, err, vis.NotFound)
		return nil
	}))
	testReasonTree(t, h)
	testEngine(t, h, r)
}

// testEngine keeps an engine, and counts what it was used for.
func testEngine(t *testing.T, h *house, r listen.Reading) {
	ctx := t.Context()
	e := listen.Engine{On: true, URL: "https://a.example/v1", Model: "m", Key: []byte{0, 255}, Which: listen.AskAll, MonthlyCalls: 2, MonthlyTokens: 100,
		Consent: &listen.Consent{Member: h.member.ID, Name: "é", At: now, Terms: 1, To: "x"}}
	wantCode(t, h.inListen(ctx, func(tx listen.Tx) error { _, err := tx.Engine(ctx); return err }), vis.NotFound)
	for range 2 {
		check(t, h.inListen(ctx, func(tx listen.Tx) error {
			saved, err := tx.SaveEngine(ctx, e)
			check(t, err)
			e.Version++
			same(t, "SaveEngine", saved, e)
			got, err := tx.Engine(ctx)
			same(t, "the engine", got, e)
			return err
		}))
	}
	stale := e
	stale.Version--
	if err := h.inListen(ctx, func(tx listen.Tx) error { _, err := tx.SaveEngine(ctx, stale); return err }); err != vis.ErrStale {
		t.Errorf("a stale engine: %v", err)
	}
	check(t, h.inListen(ctx, func(tx listen.Tx) error {
		for i, row := range []struct {
			tokens int64
			want   bool
		}{{101, false}, {60, true}, {41, false}, {40, true}, {0, false}} {
			if granted, err := tx.SpendEngine(ctx, "2026-11", row.tokens, 2, 100); granted != row.want || err != nil {
				t.Errorf("call %d is granted: %v, %v", i, granted, err)
			}
		}
		check(t, tx.CountEngine(ctx, "2026-11", listen.EngineUse{Tokens: -30, Answered: 1, Abstained: 2, Failed: 3}))
		got, err := tx.EngineUse(ctx, "2026-11")
		check(t, err)
		same(t, "the month", got, listen.EngineUse{Month: "2026-11", Calls: 2, Tokens: 70, Answered: 1, Abstained: 2, Failed: 3})
		got, err = tx.EngineUse(ctx, "2026-12")
		check(t, err)
		same(t, "another month", got, listen.EngineUse{Month: "2026-12"})
		r.Engine, r.Model, r.Says.Best.Label, r.At = listen.Endpoint, "m", "order", now.Add(time.Hour)
		check(t, tx.SaveReread(ctx, r))
		read, err := tx.Reading(ctx, r.Message)
		same(t, "what was read again", read, r)
		return err
	}))
}

// testReasonTree keeps a tree and a model.
func testReasonTree(t *testing.T, h *house) {
	ctx := t.Context()
	tree := listen.Tree{Reasons: []listen.Reason{{Key: "delivery", FR: "Livraison", EN: "Delivery", BuiltIn: "delivery"}, {Key: "delivery/late", FR: "é", EN: "e", Archived: true}}}
	check(t, h.inListen(ctx, func(tx listen.Tx) error {
		none, err := tx.ReasonTree(ctx)
		check(t, err)
		same(t, "no tree", none, listen.Tree{})
		version, err := tx.ModelVersion(ctx)
		check(t, err)
		if version != 0 {
			t.Errorf("no model has the version %d", version)
		}
		saved, err := tx.SaveReasonTree(ctx, tree)
		check(t, err)
		tree.Version = 1
		same(t, "SaveReasonTree", saved, tree)
		kept, err := tx.ReasonTree(ctx)
		check(t, err)
		same(t, "the tree", kept, tree)
		for key, want := range map[string]bool{h.convers.About.Reason: true, "delivery": false, "": false} {
			if used, err := tx.ReasonUsed(ctx, key); used != want || err != nil {
				t.Errorf("%q is used: %v, %v", key, used, err)
			}
		}
		return nil
	}))
	stale := tree
	stale.Version = 0
	if err := h.inListen(ctx, func(tx listen.Tx) error { _, err := tx.SaveReasonTree(ctx, stale); return err }); err != vis.ErrStale {
		t.Errorf("a stale tree: %v", err)
	}
	m := listen.Model{Story: listen.Story{TrainedAt: now, Number: 3, Corrections: 12, Last: &listen.Training{At: now,
		Outcome: listen.TrainingRefused, Before: map[string]float64{"reason accuracy": 75.5}, After: map[string]float64{"reason accuracy": 70}}}, Body: []byte{0, 255, 1}}
	for want := int64(1); want <= 2; want++ {
		check(t, h.inListen(ctx, func(tx listen.Tx) error { return tx.SaveModel(ctx, m) }))
		check(t, h.inListen(ctx, func(tx listen.Tx) error {
			got, err := tx.Model(ctx)
			check(t, err)
			m.Version = want
			same(t, "the model", got, m)
			version, err := tx.ModelVersion(ctx)
			if version != want {
				t.Errorf("its version is %d, want %d", version, want)
			}
			return err
		}))
	}
}

func testForeignReadings(t *testing.T, e Engine) {
	ctx := t.Context()
	s := Open(t, e.URL(t))
	own, theirs := furnish(t, s), furnish(t, s)
	r := withReading(t, theirs)
	for name, ask := range map[string]func(listen.Tx) error{
		"Reading":        func(tx listen.Tx) error { _, err := tx.Reading(ctx, r.Message); return err },
		"SaveCorrection": func(tx listen.Tx) error { return tx.SaveCorrection(ctx, r) },
		"LastCorrected":  func(tx listen.Tx) error { _, err := tx.LastCorrected(ctx, r.Conversation); return err },
		"InsertReadings": func(tx listen.Tx) error { return tx.InsertReadings(ctx, []listen.Reading{r}) },
		"Model":          func(tx listen.Tx) error { _, err := tx.Model(ctx); return err },
		"Engine":         func(tx listen.Tx) error { _, err := tx.Engine(ctx); return err },
		"SaveReread":     func(tx listen.Tx) error { return tx.SaveReread(ctx, r) },
		"CountEngine":    func(tx listen.Tx) error { return tx.CountEngine(ctx, "2026-11", listen.EngineUse{Calls: 1}) },
	} {
		wantCode(t, own.inListen(ctx, ask), vis.NotFound)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	check(t, theirs.inListen(ctx, func(tx listen.Tx) error {
		if _, err := tx.SaveEngine(ctx, listen.Engine{Key: []byte("theirs")}); err != nil {
			return err
		}
		if _, err := tx.SpendEngine(ctx, "2026-11", 5, 9, 9); err != nil {
			return err
		}
		_, err := tx.SaveReasonTree(ctx, listen.Tree{Reasons: []listen.Reason{{Key: "theirs"}}})
		return err
	}))
	check(t, own.inListen(ctx, func(tx listen.Tx) error {
		some, err := tx.ReadingsByID(ctx, []vis.MessageID{r.Message})
		check(t, err)
		said, err := tx.MessagesByID(ctx, []vis.MessageID{theirs.message.ID})
		check(t, err)
		corrected, err := tx.Corrected(ctx, 10)
		check(t, err)
		n, err := tx.CountCorrected(ctx, time.Time{})
		check(t, err)
		alike, err := tx.Alike(ctx, r.Sign, "", 10)
		check(t, err)
		tree, err := tx.ReasonTree(ctx)
		check(t, err)
		use, err := tx.EngineUse(ctx, "2026-11")
		check(t, err)
		same(t, "what another workspace's engine was used for", use, listen.EngineUse{Month: "2026-11"})
		if len(some)+len(said)+len(corrected)+n+len(alike)+len(tree.Reasons) != 0 {
			t.Errorf("seen of another workspace: %v %v %v %d %v %v", some, said, corrected, n, alike, tree)
		}
		return nil
	}))
}

// testGists compares every list that is chosen by what is said with what a look at all conversations finds.
func testGists(t *testing.T, e Engine) {
	ctx := t.Context()
	h := found(t, Open(t, e.URL(t)))
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	all, teams, members := crowd(t, h, random, 250)
	reasons := []string{"", "delivery", "delivery/late", "stock"}
	write(t, h, func(tx everything) error {
		for i := range all {
			c := &all[i]
			c.About.Reason, c.About.Mood = reasons[random.IntN(len(reasons))], random.IntN(201)-100
			c.Reading.Dissatisfied, c.Reading.Urgency = random.IntN(3) == 0, text.Urgencies[random.IntN(3)]
			if err := tx.SaveReading(ctx, *c); err != nil {
				return err
			}
		}
		return nil
	})
	for _, r := range []desk.Read{{Reasons: []string{"stock"}}, {Reasons: []string{"delivery", "delivery/late"}}, {Reasons: []string{""}}, {Dissatisfied: true},
		{Mood: "negative"}, {Mood: "neutral", Urgency: "now"}, {Reasons: []string{"stock", "delivery"}, Dissatisfied: true, Mood: "positive"}} {
		for _, f := range []desk.Filter{{View: desk.ViewMine, Member: members[2]}, {View: desk.ViewMine}, {View: desk.ViewUnassigned}, {View: desk.ViewAll},
			{View: desk.ViewTeam, Team: teams[1]}, {View: desk.ViewTeams, Teams: []vis.TeamID{teams[3], teams[1]}}} {
			for _, ranked := range []bool{false, true} {
				f.Read, f.ByRank, f.State = r, ranked, desk.Open
				want := map[vis.ConversationID]bool{}
				for _, c := range all {
					g := desk.Gist{Reason: c.About.Reason, Mood: desk.Feels(c.About.Mood), Dissatisfied: c.Reading.Dissatisfied, Urgency: c.Reading.Urgency}
					if belongs(f, c) && r.Chooses(g) {
						want[c.ID] = true
					}
				}
				checkGists(t, h, f, want, 1+random.IntN(30))
			}
		}
	}
}

// checkGists pages through a list: it must hold what is wanted, each once, in order.
func checkGists(t *testing.T, h *house, f desk.Filter, want map[vis.ConversationID]bool, limit int) {
	t.Helper()
	var last *desk.Conversation
	n := 0
	for page := (vis.Page{Limit: limit}); ; {
		l := read(t, h, func(tx everything) (vis.List[desk.Conversation], error) {
			return tx.Conversations(t.Context(), f, page)
		})
		for i := range l.Items {
			c := &l.Items[i]
			if n++; !want[c.ID] {
				t.Errorf("%+v: %s is not wanted, or here twice", f, c.ID)
			}
			delete(want, c.ID)
			if last != nil && (f.ByRank && last.Standing.Rank < c.Standing.Rank || !f.ByRank && last.LastActivityAt.Before(c.LastActivityAt)) {
				t.Errorf("%+v: %s comes too late", f, c.ID)
			}
			last = c
		}
		if page.After = l.Next; l.Next == "" {
			break
		}
	}
	if len(want) > 0 {
		t.Errorf("%+v: %d of %d are missing", f, len(want), n+len(want))
	}
}
