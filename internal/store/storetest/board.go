package storetest

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// testBoard holds the figures of queues and members to what counting one by one says.
func testBoard(t *testing.T, e Engine) {
	h := found(t, Open(t, e.URL(t)))
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	all, teams, _ := crowd(t, h, rand.New(rand.NewPCG(seed, 9)), 200)
	ctx := t.Context()
	risk, soon := now.Add(20*time.Millisecond), now.Add(40*time.Millisecond)
	got := read(t, h, func(tx everything) ([]routing.QueueFigures, error) { return tx.QueueFigures(ctx, risk, soon) })
	slices.SortFunc(got, func(a, b routing.QueueFigures) int { return cmp.Compare(a.Team, b.Team) })
	if want := figuresOf(all, risk, soon); !slices.Equal(got, want) {
		t.Errorf("figures of queues:\n%+v, want\n%+v", got, want)
	}
	for _, since := range []time.Time{now.Add(-time.Hour), now.Add(time.Hour)} {
		loads := read(t, h, func(tx everything) ([]routing.HeldFigures, error) { return tx.Loads(ctx, since) })
		slices.SortFunc(loads, func(a, b routing.HeldFigures) int { return cmp.Compare(a.Member, b.Member) })
		if want := loadsOf(all, since); !slices.Equal(loads, want) {
			t.Errorf("loads since %s:\n%+v, want\n%+v", since, loads, want)
		}
	}
	for _, team := range teams {
		found := read(t, h, func(tx everything) ([]desk.Conversation, error) { return tx.AtRisk(ctx, team, soon, 5) })
		want := idsOf(all, byDeadline, func(c desk.Conversation) bool { return atRisk(c, soon) && (team == "" || c.Team == team) })
		if got := idsOf(found, byDeadline, func(desk.Conversation) bool { return true }); !slices.Equal(got, want[:min(5, len(want))]) {
			t.Errorf("at risk in %q: %v, want the first of %v", team, got, want)
		}
	}
}

func figuresOf(all []desk.Conversation, risk, soon time.Time) []routing.QueueFigures {
	by := make(map[vis.TeamID]routing.QueueFigures)
	for _, c := range all {
		if c.State != desk.Open {
			continue
		}
		f, s := by[c.Team], c.Standing
		f.Team, f.Channel = c.Team, c.Channel
		runs, missed := s.PromiseState == "running", s.PromiseState == "missed"
		f.AllMissed += one(missed)
		f.AllAtRisk += one(runs && s.DueAt.Before(risk))
		if c.Assignee == "" {
			f.Waiting++
			f.Missed += one(missed)
			f.AtRisk += one(runs && s.DueAt.Before(risk))
			f.Soon += one(runs && s.DueAt.Before(soon))
			if w := c.WaitingSince; !w.IsZero() && (f.Since.IsZero() || w.Before(f.Since)) {
				f.Since = w
			}
			if runs && s.DueAt.Before(soon) && s.DueAt.After(f.SoonBy) {
				f.SoonBy = s.DueAt
			}
			if (runs || missed) && (f.Nearest.Promise == "" || s.DueAt.Before(f.Nearest.DueAt) || s.DueAt.Equal(f.Nearest.DueAt) && missed) {
				f.Nearest = desk.Standing{Promise: s.Promise, PromiseState: s.PromiseState, PromisedAt: s.PromisedAt, DueAt: s.DueAt}
			}
		}
		by[c.Team] = f
	}
	var out []routing.QueueFigures
	for _, f := range by {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b routing.QueueFigures) int { return cmp.Compare(a.Team, b.Team) })
	return out
}

func loadsOf(all []desk.Conversation, since time.Time) []routing.HeldFigures {
	by := make(map[vis.MemberID]routing.HeldFigures)
	for _, c := range all {
		if c.State != desk.Open || c.Assignee == "" {
			continue
		}
		f := by[c.Assignee]
		f.Member, f.Channel = c.Assignee, c.Channel
		f.Waiting += one(!c.WaitingSince.IsZero())
		f.Active += one(c.WaitingSince.IsZero() && c.LastActivityAt.After(since))
		by[c.Assignee] = f
	}
	var out []routing.HeldFigures
	for _, f := range by {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b routing.HeldFigures) int { return cmp.Compare(a.Member, b.Member) })
	return out
}

func one(holds bool) int {
	if holds {
		return 1
	}
	return 0
}
