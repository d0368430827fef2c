package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// random conversations over few members, teams, customers and instants, so that ties and gaps both occur.
func crowd(t testing.TB, h *house, random *rand.Rand, n int) (all []desk.Conversation, teams []vis.TeamID, members []vis.MemberID) {
	t.Helper()
	ctx := t.Context()
	members = []vis.MemberID{"", h.member.ID}
	teams = []vis.TeamID{""}
	customers := []desk.CustomerRef{h.customer.Ref()}
	write(t, h, func(tx everything) error {
		teams, members, customers = teams[:1], members[:2], customers[:1] // a command may be run again
		for i := range 4 {
			m, c := newMember(numbered("M", i), numbered("m", i)), newCustomer()
			team := staff.Team{ID: id[vis.TeamID](), Name: numbered("T", i), CreatedAt: now, Version: 1}
			if err := tx.InsertMember(ctx, m); err != nil {
				return err
			}
			if err := tx.InsertTeam(ctx, team); err != nil {
				return err
			}
			if err := tx.InsertCustomer(ctx, c); err != nil {
				return err
			}
			teams, members, customers = append(teams, team.ID), append(members, m.ID), append(customers, c.Ref())
		}
		return nil
	})
	states := []desk.State{desk.Open, desk.Open, desk.Snoozed, desk.Resolved}
	write(t, h, func(tx everything) error {
		all = all[:0]
		for i := range n {
			c := newConversation(h, int64(i+1))
			c.State = states[random.IntN(len(states))]
			c.Team = teams[random.IntN(len(teams))]
			c.Assignee = members[random.IntN(len(members))]
			c.Customer = customers[random.IntN(len(customers))]
			c.LastActivityAt = now.Add(time.Duration(random.IntN(n/3)) * time.Millisecond)
			c.Standing = standing(random, n)
			if err := tx.InsertConversation(ctx, c); err != nil {
				return err
			}
			all = append(all, c)
		}
		return nil
	})
	return all, teams, members
}

// standing is a random one: some wait for nothing, some for the customer.
func standing(random *rand.Rand, n int) desk.Standing {
	s := desk.Standing{Rank: int64(random.IntN(n/3) - n/2)}
	if random.IntN(4) == 0 {
		s.Rank = desk.Unranked
	}
	if random.IntN(3) > 0 {
		s.Promise, s.PromisedAt, s.DueAt = "first", now, now.Add(time.Duration(random.IntN(n/3))*time.Millisecond)
		s.PromiseState = []string{"running", "paused", "missed"}[random.IntN(3)]
	}
	return s
}

// belongs says what a list should hold.
func belongs(f desk.Filter, c desk.Conversation) bool {
	switch {
	case f.Customer != "":
		return c.Customer.ID == f.Customer
	case c.State != f.State:
		return false
	case f.View == desk.ViewMine:
		return f.Member != "" && c.Assignee == f.Member
	case f.View == desk.ViewUnassigned:
		return c.Assignee == ""
	case f.View == desk.ViewTeam:
		return f.Team != "" && c.Team == f.Team
	case f.View == desk.ViewTeams:
		return c.Team != "" && slices.Contains(f.Teams, c.Team)
	}
	return true
}

// atRisk says what a list of promises at risk should hold.
func atRisk(c desk.Conversation, before time.Time) bool {
	s := c.Standing
	return c.State == desk.Open && !s.DueAt.IsZero() && s.DueAt.Before(before) && s.PromiseState != "paused"
}

func testLists(t *testing.T, e Engine) {
	h := found(t, Open(t, e.URL(t)))
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	all, teams, members := crowd(t, h, random, 200)
	slices.SortFunc(all, func(a, b desk.Conversation) int {
		if c := b.LastActivityAt.Compare(a.LastActivityAt); c != 0 {
			return c
		}
		return strings.Compare(string(b.ID), string(a.ID))
	})
	for _, state := range []desk.State{desk.Open, desk.Snoozed, desk.Resolved} {
		for _, f := range []desk.Filter{
			{View: desk.ViewMine, Member: members[2]}, {View: desk.ViewMine}, {View: desk.ViewUnassigned}, {View: desk.ViewAll},
			{View: desk.ViewTeam, Team: teams[1]}, {View: desk.ViewTeam}, {View: desk.ViewTeams, Teams: []vis.TeamID{teams[3], teams[1], teams[3], ""}},
			{View: desk.ViewTeams}, {Customer: all[0].Customer.ID},
		} {
			f.State = state
			var want, got []vis.ConversationID
			for _, c := range all {
				if belongs(f, c) {
					want = append(want, c.ID)
				}
			}
			page := vis.Page{Limit: 1 + random.IntN(40)}
			for {
				l := read(t, h, func(tx everything) (vis.List[desk.Conversation], error) {
					return tx.Conversations(t.Context(), f, page)
				})
				for _, c := range l.Items {
					got = append(got, c.ID)
				}
				if page.After = l.Next; l.Next == "" {
					break
				}
				if len(l.Items) != page.Limit {
					t.Errorf("%+v: a page of %d that is not the last has %d", f, page.Limit, len(l.Items))
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%+v: got %d conversations, want %d in order of activity", f, len(got), len(want))
			}
		}
	}
	for _, cursor := range []string{"x", "é", "MTIz", "fHg", strings.Repeat("QUFB", 99)} {
		err := h.view(t.Context(), func(tx everything) error {
			_, err := tx.Conversations(t.Context(), desk.Filter{View: desk.ViewAll, State: desk.Open}, vis.Page{After: cursor})
			return err
		})
		wantCode(t, err, vis.Invalid)
	}
}

func testCounts(t *testing.T, e Engine) {
	h := found(t, Open(t, e.URL(t)))
	random := rand.New(rand.NewPCG(1, 2))
	all, teams, members := crowd(t, h, random, 200)
	soon := now.Add(20 * time.Millisecond)
	want := desk.Counts{ByTeam: map[vis.TeamID]int{}}
	for _, team := range teams[1:] {
		want.ByTeam[team] = 0
	}
	for _, c := range all {
		switch {
		case c.State == desk.Snoozed:
			want.Snoozed++
		case c.State == desk.Open:
			want.All++
			if atRisk(c, soon) {
				want.AtRisk++
			}
			if c.Assignee == "" {
				want.Unassigned++
			}
			if c.Assignee == members[1] {
				want.Mine++
			}
			if c.Team != "" {
				want.ByTeam[c.Team]++
			}
			if c.Team == teams[1] || c.Team == teams[2] {
				want.Teams++
			}
		}
	}
	count := func() desk.Counts {
		return read(t, h, func(tx everything) (desk.Counts, error) {
			return tx.CountConversations(t.Context(), members[1], []vis.TeamID{teams[1], teams[2], teams[1]}, soon)
		})
	}
	same(t, "counts", count(), want)
	write(t, h, func(tx everything) error {
		for i := range desk.MaxCount + 1 {
			c := newConversation(h, int64(1000+i))
			c.Team, c.Standing.DueAt = teams[1], now
			if err := tx.InsertConversation(t.Context(), c); err != nil {
				return err
			}
		}
		return nil
	})
	if got := count(); got.All != desk.MaxCount || got.Unassigned != desk.MaxCount || got.Teams != desk.MaxCount || got.ByTeam[teams[1]] != desk.MaxCount ||
		got.AtRisk != desk.MaxCount {
		t.Errorf("the cap does not hold: %+v", got)
	}
}

var vocabulary = strings.Fields("velo selle frein frei fre atelier atel 42 4 42a münchen москва δρόμος 自転車 naïve naiv o0 x 1x2 and or not near")

func testSearch(t *testing.T, e Engine) {
	s := Open(t, e.URL(t))
	h, other := found(t, s), found(t, s)
	ctx := t.Context()
	random := rand.New(rand.NewPCG(7, 7))
	type doc struct {
		message desk.Message
		terms   []string
	}
	var docs []doc
	pick := func() (terms []string) {
		for _, w := range vocabulary {
			if random.IntN(5) == 0 {
				terms = append(terms, w)
			}
		}
		return terms
	}
	for _, house := range []*house{h, other} {
		write(t, house, func(tx everything) error {
			if house == h {
				docs = docs[:0]
			}
			for n := range 12 {
				c := newConversation(house, int64(n+1))
				if err := tx.InsertConversation(ctx, c); err != nil {
					return err
				}
				for p := range 5 {
					at := now.Add(time.Duration(random.IntN(1e6)) * time.Millisecond)
					m := desk.Message{ID: idAt[vis.MessageID](at), Conversation: c.ID, Position: int64(p + 1), Kind: desk.KindMessage,
						Author: desk.AuthorCustomer, AuthorID: string(h.customer.ID), Text: "…", CreatedAt: at}
					terms := pick()
					if err := tx.InsertMessage(ctx, m, terms); err != nil {
						return err
					}
					if house == h {
						docs = append(docs, doc{m, terms})
					}
				}
			}
			return nil
		})
	}
	slices.SortFunc(docs, func(a, b doc) int { return strings.Compare(string(b.message.ID), string(a.message.ID)) })
	for range 200 {
		var query []string
		for range 1 + random.IntN(3) {
			query = append(query, vocabulary[random.IntN(len(vocabulary))])
		}
		if runes := []rune(query[len(query)-1]); random.IntN(2) == 0 {
			query[len(query)-1] = string(runes[:1+random.IntN(len(runes))])
		}
		limit := 1 + random.IntN(12)
		var want, got []vis.MessageID
		seen := map[vis.ConversationID]bool{}
		for _, d := range docs {
			if len(want) < limit && !seen[d.message.Conversation] && matches(d.terms, query) {
				seen[d.message.Conversation] = true
				want = append(want, d.message.ID)
			}
		}
		for _, m := range read(t, h, func(tx everything) ([]desk.Match, error) { return tx.SearchConversations(ctx, query, limit) }) {
			if m.Conversation.ID != m.Message.Conversation {
				t.Errorf("a message of another conversation: %+v", m)
			}
			got = append(got, m.Message.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %d of %d matches", query, len(got), len(want))
		}
	}
	for _, terms := range [][]string{nil, {`"`}, {`'`}, {`\`}, {"a'b\\"}, {"*"}, {"velo*", "selle"}, {"(", ")"}, {":*"}} {
		if err := h.view(ctx, func(tx everything) error {
			_, err := tx.SearchConversations(ctx, terms, 5)
			return err
		}); err != nil {
			t.Errorf("%q: %v", terms, err)
		}
	}
	testSearchCustomers(t, h)
}

func matches(terms, query []string) bool {
	for i, q := range query {
		found := slices.Contains(terms, q)
		if i == len(query)-1 && len(q) >= 3 {
			found = slices.ContainsFunc(terms, func(t string) bool { return strings.HasPrefix(t, q) })
		}
		if !found {
			return false
		}
	}
	return true
}

// testSearchCustomers indexes customers twice: only the last terms count.
func testSearchCustomers(t *testing.T, h *house) {
	ctx := t.Context()
	var ids []vis.CustomerID
	write(t, h, func(tx everything) error {
		ids = ids[:0]
		for i := range 6 {
			c := newCustomer()
			c.LastSeenAt = now.Add(time.Duration(i%3) * time.Hour)
			if err := tx.InsertCustomer(ctx, c); err != nil {
				return err
			}
			ids = append(ids, c.ID)
			for _, terms := range [][]string{{"ancien", "anna"}, {"anna", fmt.Sprint("n", i)}} {
				if err := tx.IndexCustomer(ctx, c.ID, terms); err != nil {
					return err
				}
			}
		}
		return nil
	})
	find := func(limit int, terms ...string) []desk.Customer {
		return read(t, h, func(tx everything) ([]desk.Customer, error) { return tx.SearchCustomers(ctx, terms, limit) })
	}
	if got := find(10, "ancien"); len(got) != 0 {
		t.Errorf("%d customers are found by what they were known by before", len(got))
	}
	if got := find(10, "anna", "n3"); len(got) != 1 || got[0].ID != ids[3] {
		t.Errorf("got %+v, want the one", got)
	}
	got := find(4, "ann")
	if len(got) != 4 || !slices.IsSortedFunc(got, func(a, b desk.Customer) int { return b.LastSeenAt.Compare(a.LastSeenAt) }) || !got[0].LastSeenAt.Equal(now.Add(2*time.Hour)) {
		t.Errorf("got %d customers, want 4, last seen first", len(got))
	}
}
