package storetest

import (
	"context"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// absentRouted are the methods of routing that must not find the row of another workspace, nor hang a new one on it.
var absentRouted = map[string]attempt{
	"Calendar": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.Calendar(ctx, a.calendar.ID)
	},
	"SaveCalendar": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.SaveCalendar(ctx, a.calendar)
	},
	"DeleteCalendar": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.DeleteCalendar(ctx, a.calendar.ID)
	}),
	"SavePolicy": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.SavePolicy(ctx, a.policy)
	},
	"DeletePolicy": did(func(ctx context.Context, tx everything, _, a *house) error { return tx.DeletePolicy(ctx, a.policy.ID) }),
	"SaveQueue": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.SaveQueue(ctx, routing.Queue{Team: a.team.ID})
	},
	"SaveProfile": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.SaveProfile(ctx, routing.Profile{Member: a.member.ID})
	},
	"SaveShift": did(func(ctx context.Context, tx everything, _, a *house) error { return tx.SaveShift(ctx, a.shift) }),
	"Vouch": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.Vouch(ctx, "node", a.member.ID, true, now)
	}),
	"CheckLease": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.CheckLease(ctx, "only theirs", a.fence)
	}),
	"InsertPromise": did(func(ctx context.Context, tx everything, b, a *house) error {
		p := b.promise
		p.ID, p.Conversation = id[vis.PromiseID](), a.convers.ID
		return tx.InsertPromise(ctx, p)
	}),
	"SavePromise": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.SavePromise(ctx, a.promise)
	},
	"Promise": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.Promise(ctx, a.promise.ID)
	},
	"SaveStanding": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.SaveStanding(ctx, a.convers.ID, desk.Standing{})
	}),
	"Offer": func(ctx context.Context, tx everything, _, a *house) (any, error) { return tx.Offer(ctx, a.offer.ID) },
	"InsertOffer": did(func(ctx context.Context, tx everything, b, a *house) error {
		o := b.offer
		o.ID, o.Conversation = id[vis.OfferID](), a.convers.ID
		return tx.InsertOffer(ctx, o)
	}),
	"InsertOffer (member)": did(func(ctx context.Context, tx everything, b, a *house) error {
		o := b.offer
		o.ID, o.Member, o.State = id[vis.OfferID](), a.member.ID, routing.Expired
		return tx.InsertOffer(ctx, o)
	}),
	"EndOffer": did(func(ctx context.Context, tx everything, _, a *house) error { return tx.EndOffer(ctx, a.offer) }),
	"SaveRule": func(ctx context.Context, tx everything, _, a *house) (any, error) { return tx.SaveRule(ctx, a.rule) },
	"DeleteRule": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.DeleteRule(ctx, a.rule.ID)
	}),
	"CountRun": func(ctx context.Context, tx everything, b, a *house) (any, error) {
		return tx.CountRun(ctx, a.rule.ID, b.convers.ID, now, now)
	},
	"CountRun (conversation)": func(ctx context.Context, tx everything, b, a *house) (any, error) {
		return tx.CountRun(ctx, b.rule.ID, a.convers.ID, now, now)
	},
	"InsertCallback": did(func(ctx context.Context, tx everything, b, a *house) error {
		c := b.callback
		c.ID, c.Conversation = id[vis.CallbackID](), a.convers.ID
		return tx.InsertCallback(ctx, c)
	}),
	"SaveCallback": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.SaveCallback(ctx, a.callback)
	},
	"Callback": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.Callback(ctx, a.callback.ID)
	},
	"CallbackOf": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.CallbackOf(ctx, a.convers.ID)
	},
}

// only leaves of a list what belongs to the other house.
func only[T any](list []T, err error, theirs func(T) bool) (any, error) {
	return slices.DeleteFunc(list, func(item T) bool { return !theirs(item) }), err
}

// emptyRouted are the methods of routing that must find, or do, nothing.
var emptyRouted = map[string]attempt{
	"Cursor": func(ctx context.Context, tx everything, _, _ *house) (any, error) {
		return tx.Cursor(ctx, "only theirs")
	},
	"MoveCursor": did(func(ctx context.Context, tx everything, _, _ *house) error {
		return tx.MoveCursor(ctx, "routing", 3, 9)
	}),
	"Lease": func(ctx context.Context, tx everything, _, _ *house) (any, error) {
		fence, err := tx.Lease(ctx, "only theirs", "another", now, now.Add(time.Hour))
		return fence - 1, err
	},
	"Settings": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		s, err := tx.Settings(ctx)
		return s.Words[string(a.ws)], err
	},
	"SaveSettings": did(func(ctx context.Context, tx everything, b, _ *house) error {
		_, err := tx.SaveSettings(ctx, b.settings)
		return err
	}),
	"Calendars": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.Calendars(ctx)
		return only(l, err, func(c routing.Calendar) bool { return c.ID == a.calendar.ID })
	},
	"Policies": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.Policies(ctx)
		return only(l, err, func(p routing.Policy) bool { return p.ID == a.policy.ID })
	},
	"PolicyVersions": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.PolicyVersions(ctx, a.policy.ID)
	},
	"Queues": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.Queues(ctx)
		return only(l, err, func(q routing.Queue) bool { return q.Team == a.team.ID })
	},
	"Profiles": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.Profiles(ctx)
		return only(l, err, func(p routing.Profile) bool { return p.Member == a.member.ID })
	},
	"Shifts": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.Shifts(ctx)
		return only(l, err, func(s routing.Shift) bool { return s.Member == a.member.ID })
	},
	"Vouched": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.Vouched(ctx, time.Time{})
		return only(l, err, func(m vis.MemberID) bool { return m == a.member.ID })
	},
	"OpenPromises": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.OpenPromises(ctx, []vis.ConversationID{a.convers.ID})
	},
	"Promises": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.Promises(ctx, a.convers.ID)
	},
	"PromisesDue": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.PromisesDue(ctx, now.Add(24*time.Hour), 99)
		return only(l, err, func(p routing.Promise) bool { return p.ID == a.promise.ID })
	},
	"Calls": func(ctx context.Context, tx everything, _, _ *house) (any, error) {
		l, err := tx.Calls(ctx)
		return only(l, err, func(routing.Call) bool { return true })
	},
	"Waiting": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.Waiting(ctx, routing.RankPlace{}, 99)
		return only(l, err, func(c desk.Conversation) bool { return c.ID == a.convers.ID })
	},
	"Owned": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.Owned(ctx, a.member.ID, 99)
	},
	"Owned (by all)": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.Owned(ctx, "", 99)
		return only(l, err, func(c desk.Conversation) bool { return c.ID == a.convers.ID })
	},
	"QueueFigures": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.QueueFigures(ctx, now.Add(24*time.Hour), now.Add(24*time.Hour))
		return only(l, err, func(f routing.QueueFigures) bool { return f.Channel == a.channel.ID })
	},
	"Loads": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.Loads(ctx, time.Time{})
		return only(l, err, func(f routing.HeldFigures) bool { return f.Member == a.member.ID })
	},
	"AtRisk": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.AtRisk(ctx, "", now.Add(24*time.Hour), 99)
		return only(l, err, func(c desk.Conversation) bool { return c.ID == a.convers.ID })
	},
	"AtRisk (of a team)": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.AtRisk(ctx, a.team.ID, now.Add(24*time.Hour), 99)
	},
	"CountStarted": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.CountStarted(ctx, a.customer.ID, time.Time{})
	},
	"CountCallbacks": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		n, _, _, err := tx.CountCallbacks(ctx, a.customer.ID, a.callback.Phone, time.Time{}) // both houses ring at the same phone
		return n, err
	},
	"LastAnswerer": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.LastAnswerer(ctx, a.customer.ID, time.Time{})
	},
	"ConversationsByID": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.ConversationsByID(ctx, []vis.ConversationID{a.convers.ID})
	},
	"CustomersByID": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.CustomersByID(ctx, []vis.CustomerID{a.customer.ID})
	},
	"RingingOffers": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.RingingOffers(ctx)
		return only(l, err, func(o routing.Offer) bool { return o.ID == a.offer.ID })
	},
	"Offers": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.Offers(ctx, a.convers.ID)
	},
	"Rules": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.Rules(ctx)
		return only(l, err, func(r routing.Rule) bool { return r.ID == a.rule.ID })
	},
	"OpenCallbacks": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.OpenCallbacks(ctx)
		return only(l, err, func(c routing.Callback) bool { return c.ID == a.callback.ID })
	},

	// These take nothing that could be another's.
	"InsertCalendar": did(func(ctx context.Context, tx everything, _, a *house) error {
		c := a.calendar
		c.ID = id[vis.CalendarID]()
		return tx.InsertCalendar(ctx, c)
	}),
	"InsertPolicy": did(func(ctx context.Context, tx everything, _, a *house) error {
		p := a.policy
		p.ID = id[vis.PolicyID]()
		return tx.InsertPolicy(ctx, p)
	}),
	"InsertRule": did(func(ctx context.Context, tx everything, _, a *house) error {
		r := a.rule
		r.ID = id[vis.RuleID]()
		return tx.InsertRule(ctx, r)
	}),
}
