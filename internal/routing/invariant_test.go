package routing_test

import (
	"flag"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// world is a shop in which anything may happen, and what must hold whatever did.
type world struct {
	*shop
	r       *rapid.T
	members []vis.Actor
	here    map[vis.MemberID]bool
	gone    map[vis.MemberID]bool // disabled
	teams   []vis.TeamID
	guests  []vis.Actor
	asked   []vis.ConversationID
}

func newWorld(t *testing.T, r *rapid.T) *world {
	w := &world{shop: newShop(t), r: r, here: make(map[vis.MemberID]bool), gone: make(map[vis.MemberID]bool)}
	for _, name := range []string{"Repairs", "Sales"} {
		team, err := w.people.CreateTeam(w.ctx, w.boss, name, "", nil)
		w.ok(err)
		w.teams = append(w.teams, team.ID)
	}
	modes := rapid.SampledFrom([]routing.Mode{routing.Ring, routing.Ring, routing.Push, routing.Pull})
	for _, team := range append([]vis.TeamID{""}, w.teams...) {
		w.queue(team, func(q *routing.Queue) {
			q.Mode = modes.Draw(r, "mode")
			if rapid.Bool().Draw(r, "skilled") {
				q.Skills, q.RelaxAfter = map[string]int{"locks": 2}, 60
			}
		})
	}
	for i := range 4 {
		var of []vis.TeamID
		if i > 0 {
			of = w.teams[:i%3]
		}
		m := w.hire("Agent", of...)
		w.members = append(w.members, m)
		p := routing.Profile{Member: m.Member(), Capacity: map[routing.Work]int{routing.WorkChat: 1 + i%2, routing.WorkMail: 1}}
		if i%2 == 1 {
			p.Skills = map[string]int{"locks": i}
		}
		if i == 2 {
			p.Languages = []string{"en"}
		}
		_, err := w.routing.PutProfile(w.ctx, w.boss, p)
		w.ok(err)
	}
	w.another("two")
	return w
}

func (w *world) someone() vis.Actor { return rapid.SampledFrom(w.members).Draw(w.r, "member") }

func (w *world) something() (desk.Conversation, bool) {
	if len(w.asked) == 0 {
		return desk.Conversation{}, false
	}
	return w.conversation(rapid.SampledFrom(w.asked).Draw(w.r, "conversation")), true
}

// refused lets a rule say no; everything else is a mistake.
func (w *world) refused(err error) {
	w.Helper()
	if err != nil && vis.CodeOf(err) == "" {
		w.Fatal(err)
	}
}

// acts are what may happen.
var acts = map[string]func(*world){
	"ask": func(w *world) {
		ch := w.chat
		if rapid.Bool().Draw(w.r, "letter") {
			ch = w.mail
		}
		guest := w.visitor(ch)
		w.guests, w.asked = append(w.guests, guest), append(w.asked, w.says(guest, ch))
	},
	"write": func(w *world) {
		if len(w.asked) == 0 {
			return
		}
		i := rapid.IntRange(0, len(w.asked)-1).Draw(w.r, "guest")
		c := w.conversation(w.asked[i])
		_, err := w.desk.Receive(w.ctx, w.guests[i], desk.Inbound{Channel: c.Channel, Conversation: c.ID, Text: "Encore", ClientID: w.mint.ID(w.now)})
		w.ok(err)
	},
	"reply": func(w *world) {
		if c, ok := w.something(); ok {
			_, err := w.desk.Reply(w.ctx, w.someone(), c.ID, desk.Outbound{Text: "Voilà", Resolve: rapid.Bool().Draw(w.r, "resolve"), Reopen: true})
			w.refused(err)
		}
	},
	"assign": func(w *world) {
		if c, ok := w.something(); ok {
			m := rapid.SampledFrom(append([]vis.Actor{{}}, w.members...)).Draw(w.r, "to")
			team := rapid.SampledFrom(append([]vis.TeamID{""}, w.teams...)).Draw(w.r, "team")
			_, err := w.desk.Assign(w.ctx, w.boss, c.ID, m.Member(), team, c.Version)
			w.refused(err)
		}
	},
	"snooze": func(w *world) {
		if c, ok := w.something(); ok {
			_, err := w.desk.Snooze(w.ctx, w.boss, c.ID, w.now.Add(time.Minute), false, c.Version)
			w.refused(err)
		}
	},
	"resolve": func(w *world) {
		if c, ok := w.something(); ok {
			_, err := w.desk.Resolve(w.ctx, w.someone(), c.ID, c.Version)
			w.refused(err)
		}
	},
	"answer an offer": func(w *world) {
		m := w.someone()
		for _, o := range w.ringing(m) {
			if rapid.Bool().Draw(w.r, "accept") {
				_, err := w.routing.Accept(w.ctx, m, o.Offer.ID)
				w.refused(err)
			} else {
				w.refused(w.routing.Decline(w.ctx, m, o.Offer.ID, "other"))
			}
		}
	},
	"take": func(w *world) {
		if c, ok := w.something(); ok {
			_, err := w.routing.Take(w.ctx, w.someone(), c.ID, c.Version)
			w.refused(err)
		}
	},
	"take next": func(w *world) {
		_, _, err := w.routing.TakeNext(w.ctx, w.someone(), "")
		w.refused(err)
	},
	"come": func(w *world) {
		m := w.someone()
		if !w.gone[m.Member()] {
			w.here[m.Member()] = true
			w.comes(m)
		}
	},
	"go": func(w *world) {
		m := w.someone()
		w.here[m.Member()] = false
		w.goes(m)
	},
	"choose": func(w *world) {
		p := rapid.SampledFrom([]routing.Presence{routing.Available, routing.Available, routing.Busy, routing.Away}).Draw(w.r, "presence")
		_, err := w.routing.SetPresence(w.ctx, w.someone(), p, time.Time{})
		w.ok(err)
	},
	"disable": func(w *world) {
		m := w.someone()
		if len(w.gone) < 2 && !w.gone[m.Member()] {
			w.gone[m.Member()], w.here[m.Member()] = true, false
			w.goes(m)
			w.disable(m)
		}
	},
	"delete a team": func(w *world) {
		if len(w.teams) > 1 {
			w.ok(w.people.DeleteTeam(w.ctx, w.boss, w.teams[0]))
			w.teams = w.teams[1:]
		}
	},
	"crash": func(w *world) {
		i := rapid.IntRange(0, 1).Draw(w.r, "engine")
		e := routing.NewEngine(w.routing, w.mint.Secret(4), nil)
		w.engines[i] = e
		if i == 0 {
			w.engine = e // and her screens come back to it
			for _, m := range w.members {
				if w.here[m.Member()] {
					w.comes(m)
				}
			}
		}
	},
	"freeze": func(w *world) { // the leader stands still while the other takes over
		w.now = w.now.Add(16 * time.Second)
		w.engine.Vouch(w.ctx)
		_, err := w.engines[1].Turn(w.ctx, w.ws)
		w.ok(err)
	},
	"wait a moment": func(w *world) { w.passes(5 * time.Second) },
	"wait":          func(w *world) { w.passes(time.Minute) },
	"wait long":     func(w *world) { w.passes(6 * time.Minute) },
	"work":          func(w *world) { w.settle() },
}

// TestNothingIsOrphanedAndNobodyWaitsWhileSomebodyIsFree lets anything happen in any order.
func TestNothingIsOrphanedAndNobodyWaitsWhileSomebodyIsFree(t *testing.T) {
	t.Parallel()
	names := make([]string, 0, len(acts))
	for name := range acts {
		names = append(names, name)
	}
	slices.Sort(names)
	some := 25 // each has a database of its own; -rapid.checks asks for more
	if testing.Short() {
		some = 5 // the race detector makes each ten times slower
	}
	if asked := flag.Lookup("rapid.checks"); asked != nil && asked.Value.String() != asked.DefValue {
		some = math.MaxInt
	}
	rapid.Check(t, func(r *rapid.T) {
		if some--; some < 0 {
			return
		}
		w := newWorld(t, r)
		for _, name := range rapid.SliceOfN(rapid.SampledFrom(names), 5, 25).Draw(r, "acts") {
			acts[name](w)
			w.now = w.now.Add(100 * time.Millisecond)
			if rapid.Bool().Draw(r, "settle") {
				w.settle()
				w.holds()
			}
		}
		w.settle()
		w.passes(20 * time.Second) // over the lease of an engine that is no more
		if w.holds() != 1 {
			r.Fatal("nobody leads")
		}
	})
}

// holds checks what must hold once everything has come to rest, and returns how many engines lead: none while the lease of one that is no
// more has not run out. What a leader must do is not asked then.
func (w *world) holds() int {
	w.Helper()
	now := w.now
	var leaders int
	for _, e := range w.engines {
		if e.Leads(w.ws) {
			leaders++
		}
		if diff, err := e.Drifts(w.ctx, w.ws); err != nil || diff != "" {
			w.r.Fatalf("the picture differs from the database in %s %v", diff, err)
		}
	}
	if leaders > 1 {
		w.r.Fatalf("%d leaders", leaders)
	}
	err := w.store.Routing().View(w.ctx, w.ws, func(tx routing.Tx) error {
		members, err := tx.Members(w.ctx)
		w.ok(err)
		shifts, err := tx.Shifts(w.ctx)
		w.ok(err)
		ringing, err := tx.RingingOffers(w.ctx)
		w.ok(err)
		teams, err := tx.Teams(w.ctx)
		w.ok(err)
		for _, o := range ringing {
			i := slices.IndexFunc(shifts, func(s routing.Shift) bool { return s.Member == o.Member })
			if c := w.conversation(o.Conversation); leaders == 1 && (c.Assignee != "" || c.State != desk.Open || i < 0 || shifts[i].Presence() != routing.Available) {
				w.r.Fatalf("an offer rings for nothing, or nobody: %+v", o)
			}
		}
		for _, id := range w.asked {
			c := w.conversation(id)
			if c.State != desk.Open {
				continue
			}
			if c.Team != "" && !slices.ContainsFunc(teams, func(t staff.Team) bool { return t.ID == c.Team }) {
				w.r.Fatalf("%s is in the queue of a team that is gone", id)
			}
			if c.Assignee != "" && leaders == 1 {
				w.mayKeep(c, members, shifts, now)
			}
		}
		return nil
	})
	w.ok(err)
	w.nobodyWaitsInVain()
	return leaders
}

// mayKeep checks that the owner of a conversation can be left with it.
func (w *world) mayKeep(c desk.Conversation, members []staff.Member, shifts []routing.Shift, now time.Time) {
	w.Helper()
	i := slices.IndexFunc(members, func(m staff.Member) bool { return m.ID == c.Assignee })
	if i < 0 || members[i].State != staff.Active {
		w.r.Fatalf("%s is owned by somebody who does not work here", c.ID)
	}
	if c.WaitingSince.IsZero() || c.Channel != w.chat.ID {
		return
	}
	j := slices.IndexFunc(shifts, func(s routing.Shift) bool { return s.Member == c.Assignee })
	if (j < 0 || shifts[j].Presence() == routing.Offline) && now.Sub(c.WaitingSince) > 10*time.Minute && j >= 0 && now.Sub(shifts[j].Since) > 10*time.Minute {
		w.r.Fatalf("%s waits for somebody who is gone", c.ID)
	}
}

// nobodyWaitsInVain checks that the leader would decide nothing, by looking at everything in the database and not at its picture.
func (w *world) nobodyWaitsInVain() {
	w.Helper()
	for _, e := range w.engines {
		if !e.Leads(w.ws) {
			continue
		}
		d, ok, err := e.WouldDecide(w.ctx, w.ws)
		w.ok(err)
		if ok {
			w.r.Fatalf("%s waits although %s is free", d.Conversation, d.Member)
		}
	}
}
