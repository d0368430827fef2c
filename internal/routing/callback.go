package routing

import (
	"context"
	"slices"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/hours"
	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// The states of a call-back.
const (
	CallbackWanted      = "asked"
	CallbackDone        = "done"
	CallbackUnreachable = "unreachable" // we called, and nobody answered
	CallbackCancelled   = "cancelled"   // by the customer
)

// How call-backs are promised.
const (
	slotEvery = 30 * time.Minute
	slotsFor  = 3 * 24 * time.Hour
	// slotGrace is how long after the beginning of her slot she may be called.
	slotGrace = 10 * time.Minute
	// soonFor is within how much open time somebody is called who wants it as soon as her turn comes, if no first answer is promised sooner.
	soonFor = 2 * time.Hour
	// wished is the subject of a conversation that begins with a wish for a person at once, and goes on with a call-back.
	wished = "SOS"
	// callsMost is how often in callsWithin a customer may ask, and how often a number may be asked for by anybody: a stranger must not
	// have us ring at a victim all day.
	callsMost   = 3
	callsWithin = 24 * time.Hour
)

// Slots are the half hours in which a customer can be called back: those of open time in the next three days.
func (s *Service) Slots(ctx context.Context, by vis.Actor, id vis.ConversationID) ([]time.Time, error) {
	now := s.clock.Now()
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]time.Time, error) {
		c, err := hers(ctx, tx, by, id)
		if err != nil {
			return nil, err
		}
		h, _, err := s.setup(tx, by.Workspace).callHours(ctx, c)
		return slots(h, now), err
	})
}

// SlotsOn are the half hours in which a customer who has said nothing yet can be called back.
func (s *Service) SlotsOn(ctx context.Context, by vis.Actor, ch vis.ChannelID) ([]time.Time, error) {
	now := s.clock.Now()
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]time.Time, error) {
		c, err := s.setup(tx, by.Workspace).unsaid(ctx, by, ch)
		if err != nil {
			return nil, err
		}
		h, _, err := s.setup(tx, by.Workspace).callHours(ctx, c)
		return slots(h, now), err
	})
}

// unsaid is how a conversation of a customer's would begin on a channel.
func (u *setup) unsaid(ctx context.Context, by vis.Actor, id vis.ChannelID) (desk.Conversation, error) {
	if by.Kind != vis.ByCustomer {
		return desk.Conversation{}, vis.Errorf(vis.Forbidden, "not_a_customer", "Only a customer asks to be called.")
	}
	ch, err := u.Channel(ctx, id)
	return desk.Conversation{Channel: id, Team: ch.Team, Customer: desk.CustomerRef{ID: by.Customer()}, State: desk.Open}, err
}

// slots are the half hours, on the clocks of the calendar's zone, that begin after now and are open as a whole.
func slots(h *hours.Hours, now time.Time) []time.Time {
	out := []time.Time{}
	if h == nil {
		return out
	}
	_, offset := now.In(h.Zone()).Zone()
	shift := time.Duration(offset) * time.Second
	for t := now.Add(shift).Truncate(slotEvery).Add(slotEvery - shift); t.Sub(now) <= slotsFor; t = t.Add(slotEvery) {
		if h.Between(t, t.Add(slotEvery)) == slotEvery {
			out = append(out, t.UTC())
		}
	}
	return out
}

// callHours are the hours in which a conversation's customer is called, and its channel.
func (u *setup) callHours(ctx context.Context, c desk.Conversation) (*hours.Hours, channel.Channel, error) {
	ch, err := u.Channel(ctx, c.Channel)
	if err != nil {
		return nil, ch, err
	}
	h, _, err := u.Hours(ctx, "", c.Team, ch)
	return h, ch, err
}

// hers reads a conversation as its customer, or a member, may see it.
func hers(ctx context.Context, tx Tx, by vis.Actor, id vis.ConversationID) (desk.Conversation, error) {
	if by.Kind != vis.ByCustomer {
		if err := by.Must(vis.ReadConversations); err != nil {
			return desk.Conversation{}, err
		}
	}
	c, err := tx.Conversation(ctx, id)
	if err == nil && by.Kind == vis.ByCustomer && c.Customer.ID != by.Customer() {
		err = vis.Absent("conversation")
	}
	return c, err
}

// Ask promises a customer a call instead of waiting; she keeps her place in the queue. At is one of the Slots, or zero for as soon as her
// turn comes.
func (s *Service) Ask(ctx context.Context, by vis.Actor, id vis.ConversationID, phone string, at time.Time) (Callback, error) {
	if by.Kind != vis.ByCustomer {
		return Callback{}, vis.Errorf(vis.Forbidden, "not_a_customer", "Only a customer asks to be called.")
	}
	if err := s.CatchUp(ctx, by.Workspace); err != nil {
		return Callback{}, err
	}
	now, at := s.clock.Now(), at.UTC().Truncate(time.Millisecond)
	return vis.Update(ctx, s.db, by, func(tx Tx) (Callback, error) {
		c, err := hers(ctx, tx, by, id)
		if err != nil {
			return Callback{}, err
		}
		p := s.pass(tx, by.Workspace, now)
		cb := Callback{ID: vis.CallbackID(s.mint.ID(now)), Conversation: id, Customer: c.Customer.ID, At: at, State: CallbackWanted,
			CreatedAt: now, Version: 1}
		if cb.Phone, err = p.reachable(ctx, c, phone); err != nil {
			return Callback{}, err
		}
		if err := p.mayAsk(ctx, c, cb.Phone); err != nil {
			return Callback{}, err
		}
		return p.promiseCall(ctx, by, cb)
	})
}

// AskAnew promises a call to a customer for whom no adviser could be had: in her current conversation on a channel, else in one that begins
// with this wish. A number or a time that would be refused begins none.
func (s *Service) AskAnew(ctx context.Context, by vis.Actor, ch vis.ChannelID, page *desk.PageView, phone string, at time.Time) (Callback, error) {
	now := s.clock.Now()
	begins := by
	begins.Request = vis.Request{} // what is kept for a repeat is the promise
	c, err := vis.Update(ctx, s.db, begins, func(tx Tx) (desk.Conversation, error) {
		p := s.pass(tx, by.Workspace, now)
		c, err := p.unsaid(ctx, by, ch)
		if err != nil {
			return c, err
		}
		current, err := tx.CurrentConversation(ctx, by.Customer(), ch)
		if vis.CodeOf(err) != vis.NotFound {
			return current, err
		}
		number, err := p.reachable(ctx, c, phone)
		if err != nil {
			return c, err
		}
		if err := p.fewEnough(ctx, c.Customer.ID, number); err != nil {
			return c, err
		}
		if h, _, err := p.callHours(ctx, c); err != nil || !offered(h, now, at) {
			return c, errOr(err, errNoSlot())
		}
		return s.desk.CallWithin(ctx, tx, begins, ch, wished, page, now)
	})
	if err != nil {
		return Callback{}, err
	}
	return s.Ask(ctx, by, c.ID, phone, at)
}

// offered reports whether a customer may choose to be called at an instant; the zero one is whenever her turn comes.
func offered(h *hours.Hours, now, at time.Time) bool {
	return at.IsZero() || slices.ContainsFunc(slots(h, now), at.Equal)
}

func errNoSlot() error {
	return vis.InField("at", "We cannot call you at that time; please choose one of the times that are offered.")
}

// reachable is a customer's phone number in E.164.
func (p *pass) reachable(ctx context.Context, c desk.Conversation, phone string) (string, error) {
	customer, err := p.tx.Customer(ctx, c.Customer.ID)
	if err != nil {
		return "", err
	}
	space, err := p.tx.Workspace(ctx)
	if err != nil {
		return "", err
	}
	settings, err := p.Settings(ctx)
	if err != nil {
		return "", err
	}
	country := ""
	if settings.Calendar != "" {
		calendar, err := p.tx.Calendar(ctx, settings.Calendar)
		if ignoreAbsent(err) != nil {
			return "", err
		}
		country = calendar.Hours.Country
	}
	number, err := normalise(phone, countries(customer, country, space.Zone))
	if err != nil {
		return "", err
	}
	return number, settings.callable(number, country, countryOf[space.Zone])
}

// mayAsk refuses a second call-back in a conversation, and too many in a day.
func (p *pass) mayAsk(ctx context.Context, c desk.Conversation, phone string) error {
	if c.State == desk.Resolved {
		return vis.Errorf(vis.Conflict, "conversation_resolved", "This conversation is closed. Write to us again, and we call you back.")
	}
	open, err := p.tx.CallbackOf(ctx, c.ID)
	switch {
	case err == nil:
		e := vis.Errorf(vis.Conflict, "callback_asked", "We have promised to call you already.")
		e.Current = open
		return e
	case vis.CodeOf(err) != vis.NotFound:
		return err
	}
	return p.fewEnough(ctx, c.Customer.ID, phone)
}

// fewEnough refuses too many call-backs in a day.
func (p *pass) fewEnough(ctx context.Context, customer vis.CustomerID, phone string) error {
	hers, there, everybody, err := p.tx.CountCallbacks(ctx, customer, phone, p.now.Add(-callsWithin))
	if err != nil {
		return err
	}
	settings, err := p.Settings(ctx)
	if err != nil {
		return err
	}
	most := settings.CallsADay
	if most == 0 {
		most = callsADay
	}
	if everybody >= most {
		return vis.Errorf(vis.TooMany, "callbacks_full", "We cannot promise more calls today. Please write to us here instead: nobody's words are lost.")
	}
	if hers >= callsMost || there >= callsMost {
		return vis.Errorf(vis.TooMany, "callbacks_spent", "Calls can be asked for %d times a day. Please write to us here instead.", callsMost)
	}
	return nil
}

// promiseCall makes the promise of a call, shows it to the customer and writes it down.
func (p *pass) promiseCall(ctx context.Context, by vis.Actor, cb Callback) (Callback, error) {
	m, err := p.one(ctx, cb.Conversation)
	if err != nil || m == nil {
		return Callback{}, errOr(err, vis.Absent("conversation"))
	}
	f, err := p.facts(ctx, m.c, m.customer, "", p.now)
	if err != nil {
		return Callback{}, err
	}
	policy, clock, _, err := p.owed(ctx, f)
	if err != nil {
		return Callback{}, err
	}
	due, err := p.callDue(ctx, m.c, policy, clock, cb.At)
	if err != nil {
		return Callback{}, err
	}
	expected := cb.At
	if cb.At.IsZero() {
		cb.At, expected = p.now, due
	}
	pr := Promise{ID: vis.PromiseID(p.s.mint.ID(p.now)), Conversation: cb.Conversation, Customer: cb.Customer, Channel: m.c.Channel,
		Team: m.c.Team, Kind: CallBack, Policy: policy.ID, PolicyVersion: policy.Version, WarnAt: policy.WarnAt,
		Escalations: policy.Escalations, Term: Term{For: due.Sub(p.now), Always: true}, Version: 1}
	pr.Begin(hours.Always(), p.now)
	cb.Promise = pr.ID
	if err := p.insert(ctx, m, pr, p.now); err != nil {
		return Callback{}, err
	}
	if err := p.tx.InsertCallback(ctx, cb); err != nil {
		return Callback{}, err
	}
	if cb.At.After(p.now) {
		slot := jobs.Timer{Workspace: by.Workspace, Kind: TimerCall, Key: string(cb.ID), DueAt: cb.At}
		if err := p.tx.Arm(ctx, slot); err != nil {
			return Callback{}, err
		}
	}
	if err := p.show(ctx, m, desk.Step{Kind: "callback", State: desk.Planned, ExpectedAt: expected}, p.now); err != nil {
		return Callback{}, err
	}
	if err := p.tellCall(ctx, by, m, CallbackAsked, cb); err != nil {
		return Callback{}, err
	}
	return cb, p.finish(ctx)
}

// errOr is what went wrong, or else what follows from nothing having gone wrong.
func errOr(err, other error) error {
	if err == nil {
		return other
	}
	return err
}

// callDue is by when a customer is to be called who chose a slot, or none.
func (p *pass) callDue(ctx context.Context, c desk.Conversation, policy Policy, clock *hours.Hours, at time.Time) (time.Time, error) {
	h, _, err := p.callHours(ctx, c)
	if err != nil {
		return time.Time{}, err
	}
	if !at.IsZero() {
		if !offered(h, p.now, at) {
			return time.Time{}, errNoSlot()
		}
		return at.Add(slotGrace), nil
	}
	due, ok := h.Add(p.now, soonFor)
	if term, promised := policy.Terms[First]; promised {
		if first, opens := term.Due(clock, p.now); opens && (!ok || first.Before(due)) {
			due, ok = first, true
		}
	}
	if !ok {
		return time.Time{}, vis.Errorf(vis.Conflict, "never_open", "Nobody is here to call you, now or later. Please write to us instead.")
	}
	return due.UTC().Truncate(time.Millisecond), nil
}

func (p *pass) tellCall(ctx context.Context, by vis.Actor, m *matter, typ vis.EventType, cb Callback) error {
	by.Request = vis.Request{}
	e := vis.NewEvent(by, p.now, typ, CallbackData{Callback: cb.ID, State: cb.State})
	e.Conversation, e.Customer = m.c.ID, m.c.Customer.ID
	m.told = true
	return p.tx.Append(ctx, e)
}

// Callbacks are those that are still to be made, soonest first.
func (s *Service) Callbacks(ctx context.Context, by vis.Actor) ([]Callback, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return nil, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Callback, error) { return tx.OpenCallbacks(ctx) })
}

// CallbackOf is the one that is still to be made in a conversation, for its customer or a member; it is false when there is none.
func (s *Service) CallbackOf(ctx context.Context, by vis.Actor, id vis.ConversationID) (Callback, bool, error) {
	cb, err := vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Callback, error) {
		if _, err := hers(ctx, tx, by, id); err != nil {
			return Callback{}, err
		}
		cb, err := tx.CallbackOf(ctx, id)
		return cb, ignoreAbsent(err)
	})
	return cb, err == nil && cb.ID != "", err
}

// Called records how a call went: "done", which keeps the promise and is the answer that was owed, or "unreachable", after which nothing
// is owed any more but the matter itself.
func (s *Service) Called(ctx context.Context, by vis.Actor, id vis.CallbackID, outcome string) (Callback, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return Callback{}, err
	}
	if outcome != CallbackDone && outcome != CallbackUnreachable {
		return Callback{}, vis.InField("outcome", "A call was done, or she was unreachable; not %q.", outcome)
	}
	return s.endCall(ctx, by, outcome, func(tx Tx) (Callback, error) { return tx.Callback(ctx, id) })
}

// Cancel takes back a customer's wish to be called in a conversation.
func (s *Service) Cancel(ctx context.Context, by vis.Actor, id vis.ConversationID) (Callback, error) {
	if by.Kind != vis.ByCustomer {
		return Callback{}, vis.Errorf(vis.Forbidden, "not_a_customer", "Only the customer takes back her wish to be called.")
	}
	return s.endCall(ctx, by, CallbackCancelled, func(tx Tx) (Callback, error) {
		if _, err := hers(ctx, tx, by, id); err != nil {
			return Callback{}, err
		}
		return tx.CallbackOf(ctx, id)
	})
}

// endCall ends a call-back and what was promised with it.
func (s *Service) endCall(ctx context.Context, by vis.Actor, state string, find func(Tx) (Callback, error)) (Callback, error) {
	if err := s.CatchUp(ctx, by.Workspace); err != nil {
		return Callback{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Callback, error) {
		cb, err := find(tx)
		if err != nil {
			return Callback{}, err
		}
		if cb.State != CallbackWanted {
			e := vis.Errorf(vis.Conflict, "callback_ended", "This call was made or taken back already.")
			e.Current = cb
			return Callback{}, e
		}
		p := s.pass(tx, by.Workspace, now)
		m, err := p.one(ctx, cb.Conversation)
		if err != nil || m == nil {
			return Callback{}, errOr(err, vis.Absent("conversation"))
		}
		cb.State, cb.EndedAt, cb.By = state, now, by.Member()
		if cb, err = tx.SaveCallback(ctx, cb); err != nil {
			return Callback{}, err
		}
		if err := p.settleCall(ctx, m, state); err != nil {
			return Callback{}, err
		}
		if state == CallbackDone {
			if err := s.desk.SpokenWithin(ctx, tx, by, &m.c, now); err != nil {
				return Callback{}, err
			}
		}
		if err := tx.Disarm(ctx, TimerCall, string(cb.ID)); err != nil {
			return Callback{}, err
		}
		if err := p.tellCall(ctx, by, m, CallbackEnded, cb); err != nil {
			return Callback{}, err
		}
		return cb, p.finish(ctx)
	})
}

// callNow is the effect of TimerCall: the slot that a customer chose begins, and those who should call her are told.
func (s *Service) callNow(ctx context.Context, t jobs.Timer) error {
	return s.atHead(ctx, t.Workspace, func(tx Tx, now time.Time) error {
		due, err := tx.Take(ctx, TimerCall, t.Key, now)
		if err != nil || !due {
			return err
		}
		cb, err := tx.Callback(ctx, vis.CallbackID(t.Key))
		if err != nil || cb.State != CallbackWanted {
			return ignoreAbsent(err)
		}
		p := s.pass(tx, t.Workspace, now)
		m, err := p.one(ctx, cb.Conversation)
		if err != nil || m == nil {
			return err
		}
		to, err := p.concerned(ctx, m, ToOwner)
		if err != nil || len(to) == 0 {
			return err
		}
		return s.notices.Give(ctx, tx, to, "callback", m.c.ID, m.c.Customer.Name, now)
	})
}

// dropCall takes back a call that is not wanted any more, for the matter is closed.
func (p *pass) dropCall(ctx context.Context, m *matter) error {
	cb, err := p.tx.CallbackOf(ctx, m.c.ID)
	if err != nil {
		return ignoreAbsent(err)
	}
	cb.State, cb.EndedAt = CallbackCancelled, p.now
	if cb, err = p.tx.SaveCallback(ctx, cb); err != nil {
		return err
	}
	if err := p.settleCall(ctx, m, CallbackCancelled); err != nil {
		return err
	}
	if err := p.tx.Disarm(ctx, TimerCall, string(cb.ID)); err != nil {
		return err
	}
	return p.tellCall(ctx, p.by, m, CallbackEnded, cb)
}

// settleCall ends the promises that a call was about, and the step that the customer sees.
func (p *pass) settleCall(ctx context.Context, m *matter, state string) error {
	owed := m.owes(CallBack)
	late := owed != nil && owed.State == Broken
	var err error
	if state == CallbackDone {
		late, err = p.end(ctx, m, p.now, CallBack, Acknowledge, First, Next)
	} else {
		err = p.void(ctx, m, p.now, CallBack)
	}
	if err == nil && late {
		err = p.settle(ctx, m, p.now)
	}
	if err != nil {
		return err
	}
	shown, err := p.tx.Steps(ctx, m.c.ID)
	if err != nil {
		return err
	}
	for _, step := range shown {
		if step.Kind != "callback" || step.State == desk.Done {
			continue
		}
		typ := desk.StepChanged
		if state == CallbackCancelled {
			typ, err = desk.StepRemoved, p.tx.DeleteStep(ctx, step.ID)
		} else {
			step.State, step.ChangedAt = desk.Done, p.now
			_, err = p.tx.SaveStep(ctx, step)
		}
		if err != nil {
			return err
		}
		e := vis.NewEvent(p.by, p.now, typ, desk.StepData{Step: step.ID})
		e.Conversation, e.Customer = m.c.ID, m.c.Customer.ID
		if err := p.tx.Append(ctx, e); err != nil {
			return err
		}
	}
	return nil
}
