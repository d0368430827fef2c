package storetest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// byRank orders conversations, highest rank first.
func byRank(a, b desk.Conversation) int {
	if a.Standing.Rank != b.Standing.Rank {
		if a.Standing.Rank > b.Standing.Rank {
			return -1
		}
		return 1
	}
	return strings.Compare(string(b.ID), string(a.ID))
}

// byDeadline orders conversations, nearest deadline first.
func byDeadline(a, b desk.Conversation) int {
	if c := a.Standing.DueAt.Compare(b.Standing.DueAt); c != 0 {
		return c
	}
	return strings.Compare(string(a.ID), string(b.ID))
}

// idsOf names those of a list that fit, in order.
func idsOf(list []desk.Conversation, order func(a, b desk.Conversation) int, fits func(desk.Conversation) bool) []vis.ConversationID {
	var out []vis.ConversationID
	for _, c := range slices.SortedFunc(slices.Values(list), order) {
		if fits(c) {
			out = append(out, c.ID)
		}
	}
	return out
}

// paged reads a list page by page.
func paged(t *testing.T, h *house, f desk.Filter, limit int, between func()) []vis.ConversationID {
	t.Helper()
	var out []vis.ConversationID
	page := vis.Page{Limit: limit}
	for {
		l := read(t, h, func(tx everything) (vis.List[desk.Conversation], error) {
			return tx.Conversations(t.Context(), f, page)
		})
		for _, c := range l.Items {
			out = append(out, c.ID)
		}
		if page.After = l.Next; l.Next == "" {
			return out
		}
		if between != nil {
			between()
		}
	}
}

func testRanks(t *testing.T, e Engine) {
	h := found(t, Open(t, e.URL(t)))
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 2))
	all, teams, members := crowd(t, h, random, 200)
	ctx := t.Context()
	write(t, h, func(tx everything) error { // half of them are ranked anew
		for i := range all[:100] {
			all[i].Standing = standing(rand.New(rand.NewPCG(seed, uint64(i))), 200)
			if err := tx.SaveStanding(ctx, all[i].ID, all[i].Standing); err != nil {
				return err
			}
		}
		return nil
	})
	open := func(f desk.Filter) func(desk.Conversation) bool {
		f.State = desk.Open
		return func(c desk.Conversation) bool { return belongs(f, c) }
	}
	for _, f := range []desk.Filter{
		{View: desk.ViewMine, Member: members[2]}, {View: desk.ViewMine}, {View: desk.ViewUnassigned}, {View: desk.ViewAll}, {View: desk.ViewTeams},
		{View: desk.ViewTeam, Team: teams[1]}, {View: desk.ViewTeam}, {View: desk.ViewTeams, Teams: []vis.TeamID{teams[3], teams[1], teams[3], ""}},
	} {
		f.State, f.ByRank = desk.Open, true
		got, want := paged(t, h, f, 1+random.IntN(40), nil), idsOf(all, byRank, open(f))
		if !slices.Equal(got, want) {
			t.Errorf("%+v: got %d conversations, want %d in order of rank", f, len(got), len(want))
		}
		f.State = desk.Snoozed // which no rank orders
		snoozed := f
		snoozed.ByRank = false
		if got, want := paged(t, h, f, 50, nil), paged(t, h, snoozed, 50, nil); !slices.Equal(got, want) {
			t.Errorf("%+v: asleep, they are ordered by rank", f)
		}
	}
	soon := now.Add(40 * time.Millisecond)
	risk := func(c desk.Conversation) bool { return atRisk(c, soon) }
	if got := paged(t, h, desk.Filter{View: desk.ViewAtRisk, DueBefore: soon}, 7, nil); !slices.Equal(got, idsOf(all, byDeadline, risk)) || len(got) == 0 {
		t.Errorf("%d are at risk, want %d in order of deadline", len(got), len(idsOf(all, byDeadline, risk)))
	}
	testQueue(t, h, all, members)
}

// testQueue reads what waits and what is owned, and counts what customers began.
func testQueue(t *testing.T, h *house, all []desk.Conversation, members []vis.MemberID) {
	t.Helper()
	ctx := t.Context()
	of := func(m vis.MemberID) func(desk.Conversation) bool {
		return func(c desk.Conversation) bool { return c.State == desk.Open && c.Assignee == m }
	}
	keep := func(list []desk.Conversation) (out []vis.ConversationID) {
		for _, c := range list {
			out = append(out, c.ID)
		}
		return out
	}
	var waiting []desk.Conversation
	for after := (routing.RankPlace{}); ; {
		l := read(t, h, func(tx everything) ([]desk.Conversation, error) { return tx.Waiting(ctx, after, 7) })
		if len(l) == 0 {
			break
		}
		waiting = append(waiting, l...)
		after = routing.RankPlace{Rank: l[len(l)-1].Standing.Rank, ID: l[len(l)-1].ID}
	}
	if got, want := keep(waiting), idsOf(all, byRank, of("")); !slices.Equal(got, want) {
		t.Errorf("%d wait, want %d", len(got), len(want))
	}
	for _, m := range members[1:] {
		got := keep(read(t, h, func(tx everything) ([]desk.Conversation, error) { return tx.Owned(ctx, m, 1000) }))
		if want := idsOf(all, byRank, of(m)); !slices.Equal(got, want) {
			t.Errorf("%s owns %d, want %d", m, len(got), len(want))
		}
	}
	owned := idsOf(all, byRank, func(c desk.Conversation) bool { return c.State == desk.Open && c.Assignee != "" })
	if got := keep(read(t, h, func(tx everything) ([]desk.Conversation, error) { return tx.Owned(ctx, "", 10) })); !slices.Equal(got, owned[:10]) {
		t.Errorf("all own %v, want %v first", got, owned[:10])
	}
	for since, want := range map[time.Time]int{now: len(idsOf(all, byRank, func(c desk.Conversation) bool { return c.Customer.ID == all[0].Customer.ID })),
		now.Add(time.Millisecond): 0} {
		got := read(t, h, func(tx everything) (int, error) { return tx.CountStarted(ctx, all[0].Customer.ID, since) })
		if got != want {
			t.Errorf("she began %d conversations, want %d", got, want)
		}
	}
}

// testRanksMove ranks some conversations anew while a list is read: the others are all there, once.
func testRanksMove(t *testing.T, e Engine) {
	h := found(t, Open(t, e.URL(t)))
	random := rand.New(rand.NewPCG(3, 4))
	all, _, _ := crowd(t, h, random, 200)
	moved := map[vis.ConversationID]bool{}
	move := func() {
		write(t, h, func(tx everything) error {
			for range 5 {
				c := all[random.IntN(len(all)/3)]
				moved[c.ID] = true
				if err := tx.SaveStanding(t.Context(), c.ID, standing(random, 200)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, view := range []desk.View{desk.ViewAll, desk.ViewUnassigned} {
		f := desk.Filter{View: view, State: desk.Open, ByRank: true}
		stays := func(c desk.Conversation) bool { return belongs(f, c) && !moved[c.ID] }
		got := slices.DeleteFunc(paged(t, h, f, 6, move), func(id vis.ConversationID) bool { return moved[id] })
		if want := idsOf(all, byRank, stays); !slices.Equal(got, want) {
			t.Errorf("%s: got %d that stayed where they are, want %d", view, len(got), len(want))
		}
	}
}

func testRuns(t *testing.T, e Engine) {
	h := furnish(t, Open(t, e.URL(t)))
	ctx := t.Context()
	other := newConversation(h, 2)
	write(t, h, func(tx everything) error { return tx.InsertConversation(ctx, other) })
	run := func(c vis.ConversationID, after time.Duration) (n int) {
		write(t, h, func(tx everything) (err error) {
			at := now.Add(after)
			n, err = tx.CountRun(ctx, h.rule.ID, c, at, at.Add(-time.Minute))
			return err
		})
		return n
	}
	for i, want := range []int{1, 2, 3} { // twice in one millisecond counts twice
		if got := run(h.convers.ID, time.Duration(i/2)*time.Second); got != want {
			t.Errorf("it ran %d times, want %d", got, want)
		}
	}
	if got := run(other.ID, 2*time.Second); got != 1 {
		t.Errorf("on another conversation it ran %d times", got)
	}
	if got := run(h.convers.ID, 60*time.Second+time.Millisecond); got != 2 {
		t.Errorf("a minute later it ran %d times, want 2", got)
	}
	rules := read(t, h, func(tx everything) ([]routing.Rule, error) { return tx.Rules(ctx) })
	if rules[0].Runs != h.rule.Runs+5 || !rules[0].LastRunAt.Equal(now.Add(60*time.Second+time.Millisecond)) || rules[0].Version != 1 {
		t.Errorf("got %+v, want 5 more runs and no new version", rules[0])
	}
	write(t, h, func(tx everything) error { return tx.DeleteRule(ctx, h.rule.ID) })
}

func testVouches(t *testing.T, e Engine) {
	h := found(t, Open(t, e.URL(t)))
	ctx := t.Context()
	vouch := func(node string, connected bool, after time.Duration) {
		write(t, h, func(tx everything) error { return tx.Vouch(ctx, node, h.member.ID, connected, now.Add(after)) })
	}
	want := func(n int, after time.Duration) {
		t.Helper()
		got := read(t, h, func(tx everything) ([]vis.MemberID, error) { return tx.Vouched(ctx, now.Add(after)) })
		if len(got) != n {
			t.Errorf("%d members are vouched for, want %d", len(got), n)
		}
	}
	want(0, 0)
	vouch("a", true, 0)
	vouch("b", true, time.Second)
	vouch("b", true, 2*time.Second)
	want(1, 0)
	want(1, 2*time.Second)
	want(0, 3*time.Second)
	vouch("b", false, 3*time.Second)
	want(0, time.Second)
	want(1, 0) // a still has her
	vouch("b", false, 25*time.Hour)
	want(0, 0) // a must be gone itself
}

func testLastAnswerer(t *testing.T, e Engine) {
	h := found(t, Open(t, e.URL(t)))
	ctx := t.Context()
	yann := newMember("Yann", "yann@example.org")
	one, two := newConversation(h, 1), newConversation(h, 2)
	one.LastActivityAt, two.LastActivityAt = now.Add(time.Hour), now.Add(2*time.Hour)
	one.LastPosition, two.LastPosition = 3, 2
	say := func(tx everything, c desk.Conversation, position int, kind desk.MessageKind, author desk.AuthorKind, who string, minutes int) error {
		at := now.Add(time.Duration(minutes) * time.Minute)
		return tx.InsertMessage(ctx, desk.Message{ID: idAt[vis.MessageID](at), Conversation: c.ID, Position: int64(position), Kind: kind, Author: author,
			AuthorID: who, CreatedAt: at}, nil)
	}
	write(t, h, func(tx everything) error {
		for _, step := range []func() error{
			func() error { return tx.InsertMember(ctx, yann) },
			func() error { return tx.InsertConversation(ctx, one) },
			func() error { return tx.InsertConversation(ctx, two) },
			func() error { return say(tx, two, 1, desk.KindMessage, desk.AuthorMember, string(h.member.ID), 10) },
			func() error { return say(tx, one, 1, desk.KindMessage, desk.AuthorMember, string(yann.ID), 20) },
			func() error { return say(tx, one, 2, desk.KindMessage, desk.AuthorMember, "a token", 30) },
			func() error { return say(tx, one, 3, desk.KindNote, desk.AuthorMember, string(h.member.ID), 60) },
			func() error {
				return say(tx, two, 2, desk.KindMessage, desk.AuthorCustomer, string(h.customer.ID), 120)
			},
		} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	for minutes, want := range map[int]vis.MemberID{0: yann.ID, 20: yann.ID, 21: ""} {
		got := read(t, h, func(tx everything) (vis.MemberID, error) {
			return tx.LastAnswerer(ctx, h.customer.ID, now.Add(time.Duration(minutes)*time.Minute))
		})
		if got != want {
			t.Errorf("since minute %d %q answered last, want %q", minutes, got, want)
		}
	}
}
