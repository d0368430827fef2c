package storetest

import (
	"context"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/hours"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// routed is one of everything that routing keeps.
type routed struct {
	settings routing.Settings
	calendar routing.Calendar
	policy   routing.Policy
	queue    routing.Queue
	profile  routing.Profile
	shift    routing.Shift
	promise  routing.Promise
	offer    routing.Offer
	rule     routing.Rule
	callback routing.Callback
	fence    int64
}

// newRouted makes one of everything for a house, in which every field says something.
func newRouted(h *house) routed {
	later := now.Add(3 * time.Hour)
	var r routed
	r.settings = routing.Settings{Profile: "urgent", Weights: routing.Weights{Criticality: 40, PerHour: 1}, Capacity: map[routing.Work]int{routing.WorkChat: 3},
		FinishFor: 30, Words: map[string]int{string(h.ws): 4}, Goal: 90, Version: 1}
	r.calendar = routing.Calendar{ID: id[vis.CalendarID](), Name: "Atelier", CreatedAt: now, Version: 1, Hours: hours.Calendar{Zone: "Europe/Paris",
		Week: []hours.Slot{{Day: 1, From: "09:00", To: "18:00"}}, Country: "FR", Days: []hours.Day{{Name: "Pont", From: "2026-05-15", To: "2026-05-15"}}}}
	r.policy = routing.Policy{ID: id[vis.PolicyID](), Name: "Or", Position: 2, Disabled: true, Calendar: r.calendar.ID, WarnAt: []int{50, 80}, CreatedAt: now,
		When:        routing.Scope{Kinds: []channel.Kind{"webchat"}, Segments: []string{"gold"}, MinCriticality: 2},
		Terms:       map[routing.PromiseKind]routing.Term{routing.First: {For: 90 * time.Second, Always: true}, routing.Resolve: {Days: 2, SameDay: true}},
		Escalations: []routing.Escalation{{At: routing.Missed, Do: routing.Reassign, Team: h.team.ID}}, Version: 1}
	r.queue = routing.Queue{Team: h.team.ID, Mode: routing.Ring, RingFor: 20, Skills: map[string]int{"batteries": 3},
		Overflow: []routing.Overflow{{Team: h.team.ID, After: 60}}, Version: 1}
	r.profile = routing.Profile{Member: h.member.ID, Skills: map[string]int{"batteries": 5}, Languages: []string{"fr", "en"},
		Capacity: map[routing.Work]int{routing.WorkCall: 1}, Version: 1}
	r.shift = routing.Shift{Member: h.member.ID, Chosen: routing.Away, BackAt: later, Connected: true, FinishingUntil: later, Since: now, SeenAt: now}
	r.promise = routing.Promise{ID: id[vis.PromiseID](), Conversation: h.convers.ID, Customer: h.customer.ID, Channel: h.channel.ID, Team: h.team.ID,
		Kind: routing.First, Policy: r.policy.ID, PolicyVersion: 1, Calendar: r.calendar.ID, Term: routing.Term{For: 4 * time.Hour}, WarnAt: []int{},
		Escalations: r.policy.Escalations, State: routing.Paused, MadeAt: now, DueAt: later, Left: 1234 * time.Millisecond, PausedAt: now.Add(time.Second),
		Marks: []routing.Mark{routing.WarnedFirst}, EndedAt: later.Add(time.Second), Took: time.Hour, PausedFor: time.Minute, Version: 1}
	r.offer = routing.Offer{ID: id[vis.OfferID](), Conversation: h.convers.ID, Member: h.member.ID, State: routing.Ringing, Why: []string{"adviser", "free"},
		MadeAt: now, ExpiresAt: later}
	r.rule = routing.Rule{ID: id[vis.RuleID](), Name: "Panne", Position: 3, When: []routing.Trigger{routing.WhenReceived, routing.WhenMissed}, Any: true,
		If:   []routing.Condition{{Field: "text", Is: "contains", Value: "freins"}},
		Then: []routing.Action{{Do: "criticality", Value: "3"}}, Stop: true, Disabled: true, DisabledWhy: "loop", Runs: 7, LastRunAt: now, CreatedAt: now, Version: 1}
	r.callback = routing.Callback{ID: id[vis.CallbackID](), Conversation: h.convers.ID, Customer: h.customer.ID, Phone: "+33600000000", At: later,
		State: "asked", Promise: r.promise.ID, CreatedAt: now, EndedAt: later, By: h.member.ID, Version: 1}
	return r
}

// store writes all of it. What has no version before it is saved gets its first.
func (r *routed) store(ctx context.Context, tx everything) error {
	settings, queue, profile := r.settings, r.queue, r.profile
	settings.Version, queue.Version, profile.Version = 0, 0, 0
	for _, step := range []func() error{
		func() error { _, err := tx.SaveSettings(ctx, settings); return err },
		func() error { return tx.InsertCalendar(ctx, r.calendar) },
		func() error { return tx.InsertPolicy(ctx, r.policy) },
		func() error { _, err := tx.SaveQueue(ctx, queue); return err },
		func() error { _, err := tx.SaveProfile(ctx, profile); return err },
		func() error { return tx.SaveShift(ctx, routing.Shift{Member: r.shift.Member}) },
		func() error { return tx.SaveShift(ctx, r.shift) },
		func() error { return tx.Vouch(ctx, "node", r.shift.Member, true, now) },
		func() error { return tx.InsertPromise(ctx, r.promise) },
		func() error { return tx.InsertOffer(ctx, r.offer) },
		func() error { return tx.InsertRule(ctx, r.rule) },
		func() error { return tx.InsertCallback(ctx, r.callback) },
		func() error { return tx.MoveCursor(ctx, "routing", 0, 3) },
		func() (err error) {
			r.fence, err = tx.Lease(ctx, "decide", "node", now, now.Add(time.Hour))
			return err
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// reading is something that can be read, and what should come.
type reading struct {
	what string
	want any
	read func() (any, error)
}

// readings are all that can be read of what store wrote.
func (h *house) readings(ctx context.Context, tx everything) []reading {
	r := h.routed
	one := []vis.ConversationID{h.convers.ID, "x"}
	return []reading{
		{"Settings", r.settings, func() (any, error) { return tx.Settings(ctx) }},
		{"Calendar", r.calendar, func() (any, error) { return tx.Calendar(ctx, r.calendar.ID) }},
		{"Calendars", []routing.Calendar{r.calendar}, func() (any, error) { return tx.Calendars(ctx) }},
		{"Policies", []routing.Policy{r.policy}, func() (any, error) { return tx.Policies(ctx) }},
		{"PolicyVersions", []routing.Policy{r.policy}, func() (any, error) { return tx.PolicyVersions(ctx, r.policy.ID) }},
		{"Queues", []routing.Queue{r.queue}, func() (any, error) { return tx.Queues(ctx) }},
		{"Profiles", []routing.Profile{r.profile}, func() (any, error) { return tx.Profiles(ctx) }},
		{"Shifts", []routing.Shift{r.shift}, func() (any, error) { return tx.Shifts(ctx) }},
		{"Vouched", []vis.MemberID{h.member.ID}, func() (any, error) { return tx.Vouched(ctx, now) }},
		{"Promise", r.promise, func() (any, error) { return tx.Promise(ctx, r.promise.ID) }},
		{"Promises", []routing.Promise{r.promise}, func() (any, error) { return tx.Promises(ctx, h.convers.ID) }},
		{"OpenPromises", []routing.Promise{r.promise}, func() (any, error) { return tx.OpenPromises(ctx, []vis.ConversationID{h.convers.ID}) }},
		{"PromisesDue", []routing.Promise{r.promise}, func() (any, error) {
			return tx.PromisesDue(ctx, r.promise.DueAt.Add(time.Millisecond), 5)
		}},
		{"PromisesDue before", []routing.Promise(nil), func() (any, error) { return tx.PromisesDue(ctx, r.promise.DueAt, 5) }},
		{"Offer", r.offer, func() (any, error) { return tx.Offer(ctx, r.offer.ID) }},
		{"Offers", []routing.Offer{r.offer}, func() (any, error) { return tx.Offers(ctx, h.convers.ID) }},
		{"RingingOffers", []routing.Offer{r.offer}, func() (any, error) { return tx.RingingOffers(ctx) }},
		{"Rules", []routing.Rule{r.rule}, func() (any, error) { return tx.Rules(ctx) }},
		{"Callback", r.callback, func() (any, error) { return tx.Callback(ctx, r.callback.ID) }},
		{"CallbackOf", r.callback, func() (any, error) { return tx.CallbackOf(ctx, h.convers.ID) }},
		{"OpenCallbacks", []routing.Callback{r.callback}, func() (any, error) { return tx.OpenCallbacks(ctx) }},
		{"CountCallbacks", [3]int{1, 1, 1}, func() (any, error) {
			n, there, everybody, err := tx.CountCallbacks(ctx, h.customer.ID, r.callback.Phone, r.callback.CreatedAt)
			return [3]int{n, there, everybody}, err
		}},
		{"CountCallbacks (later)", [3]int{}, func() (any, error) {
			n, there, everybody, err := tx.CountCallbacks(ctx, h.customer.ID, r.callback.Phone, r.callback.CreatedAt.Add(time.Millisecond))
			return [3]int{n, there, everybody}, err
		}},
		{"Cursor", int64(3), func() (any, error) { return tx.Cursor(ctx, "routing") }},
		{"Cursor at first", int64(0), func() (any, error) { return tx.Cursor(ctx, "other") }},
		{"Owned", []desk.Conversation{h.convers}, func() (any, error) { return tx.Owned(ctx, h.member.ID, 9) }},
		{"Owned by all", []desk.Conversation{h.convers}, func() (any, error) { return tx.Owned(ctx, "", 9) }},
		{"Waiting", []desk.Conversation(nil), func() (any, error) { return tx.Waiting(ctx, routing.RankPlace{}, 9) }},
		{"ConversationsByID", []desk.Conversation{h.convers}, func() (any, error) { return tx.ConversationsByID(ctx, one) }},
		{"CustomersByID", 1, func() (any, error) {
			l, err := tx.CustomersByID(ctx, []vis.CustomerID{"x", h.customer.ID})
			return len(l), err
		}},
	}
}
