package routing

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// pass is what one transaction works on: some conversations, each with what is owed to its customer, read once.
type pass struct {
	*setup
	by      vis.Actor
	now     time.Time
	matters map[vis.ConversationID]*matter
	order   []*matter
}

// matter is one conversation in a pass. What is done to it is written at once; its standing at the end.
type matter struct {
	closed   bool // on our side, by the event that is being followed
	ordered  bool // it has its place in the pass
	c        desk.Conversation
	customer desk.Customer
	promises []*Promise // all that were open when it was read, and those made since
	told     bool       // an event of this pass makes screens read the conversation again
	changed  bool       // something changed that no event tells
	began    int64      // the seq of the event with which it began, if that is in this pass
	heard    *desk.Message
	heardID  vis.MessageID
}

func (s *Service) pass(tx Tx, ws vis.WorkspaceID, now time.Time) *pass {
	return &pass{setup: s.setup(tx, ws), by: vis.System(ws), now: now, matters: make(map[vis.ConversationID]*matter)}
}

// load reads the conversations that events are about. Those that are gone, or whose customer is, are left out.
func (p *pass) load(ctx context.Context, events []vis.Event) error {
	var ids []vis.ConversationID
	var known []vis.CustomerID
	for _, e := range events {
		switch {
		case !concern(e):
		case e.Conversation != "":
			ids = append(ids, e.Conversation)
		case e.Customer != "":
			known = append(known, e.Customer)
		}
	}
	slices.Sort(known)
	for _, id := range slices.Compact(known) {
		open, err := p.tx.Conversations(ctx, desk.Filter{Customer: id, State: desk.Open}, vis.Page{Limit: vis.MaxLimit})
		if err != nil {
			return err
		}
		for _, c := range open.Items {
			ids = append(ids, c.ID)
		}
	}
	return p.add(ctx, ids)
}

// add reads conversations into the pass, in the order in which they are first named.
func (p *pass) add(ctx context.Context, ids []vis.ConversationID) error {
	wanted := slices.Clone(ids)
	slices.Sort(wanted)
	found, err := p.tx.ConversationsByID(ctx, slices.Compact(wanted))
	if err != nil {
		return err
	}
	var owners []vis.CustomerID
	for _, c := range found {
		owners = append(owners, c.Customer.ID)
	}
	slices.Sort(owners)
	customers, err := p.tx.CustomersByID(ctx, slices.Compact(owners))
	if err != nil {
		return err
	}
	byID := make(map[vis.CustomerID]desk.Customer, len(customers))
	for _, c := range customers {
		byID[c.ID] = c
	}
	for _, c := range found {
		customer, ok := byID[c.Customer.ID]
		if !ok || p.matters[c.ID] != nil {
			continue
		}
		p.matters[c.ID] = &matter{c: c, customer: customer}
	}
	var fresh []vis.ConversationID
	for _, id := range ids {
		m := p.matters[id]
		if m == nil || m.ordered {
			continue
		}
		m.ordered = true
		p.order = append(p.order, m)
		fresh = append(fresh, id)
	}
	owed, err := p.tx.OpenPromises(ctx, fresh)
	for i := range owed {
		m := p.matters[owed[i].Conversation]
		m.promises = append(m.promises, &owed[i])
	}
	return err
}

// one reads a single conversation into the pass; nil when it is gone.
func (p *pass) one(ctx context.Context, id vis.ConversationID) (*matter, error) {
	err := p.add(ctx, []vis.ConversationID{id})
	return p.matters[id], err
}

// message is the one that an event came with; nil when it is gone.
func (p *pass) message(ctx context.Context, m *matter, e vis.Event) (*desk.Message, error) {
	var d desk.MessageData
	if err := json.Unmarshal(e.Data, &d); err != nil || d.Message == "" {
		return nil, err
	}
	if m.heardID == d.Message {
		return m.heard, nil
	}
	got, err := p.tx.Message(ctx, d.Message)
	switch {
	case vis.CodeOf(err) == vis.NotFound:
		m.heard = nil
	case err != nil:
		return nil, err
	default:
		m.heard = &got
	}
	m.heardID = d.Message
	return m.heard, nil
}

// owes returns the open promise of a kind, or nil.
func (m *matter) owes(kinds ...PromiseKind) *Promise {
	for _, pr := range m.promises {
		if pr.Open() && slices.Contains(kinds, pr.Kind) {
			return pr
		}
	}
	return nil
}

// give makes the promises of some kinds that a conversation falls under at an instant, but for those that are owed already.
func (p *pass) give(ctx context.Context, m *matter, at time.Time, kinds ...PromiseKind) error {
	f, err := p.facts(ctx, m.c, m.customer, "", at)
	if err != nil {
		return err
	}
	policy, h, calendar, err := p.owed(ctx, f)
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		term, promised := policy.Terms[kind]
		if !promised || m.owes(kind) != nil {
			continue
		}
		pr := Promise{ID: vis.PromiseID(p.s.mint.ID(at)), Conversation: m.c.ID, Customer: m.c.Customer.ID, Channel: m.c.Channel, Team: m.c.Team,
			Kind: kind, Policy: policy.ID, PolicyVersion: policy.Version, Calendar: calendar, Term: term, WarnAt: policy.WarnAt,
			Escalations: policy.Escalations, Version: 1}
		if !pr.Begin(h, at) {
			continue // nobody ever answers, so nothing can be promised
		}
		if err := p.insert(ctx, m, pr, at); err != nil {
			return err
		}
	}
	return nil
}

// insert writes down a promise that has begun, and arms its timer.
func (p *pass) insert(ctx context.Context, m *matter, pr Promise, at time.Time) error {
	if err := p.tx.InsertPromise(ctx, pr); err != nil {
		return err
	}
	m.promises = append(m.promises, &pr)
	if err := p.tell(ctx, m, PromiseMade, pr, "", at); err != nil {
		return err
	}
	return p.arm(ctx, &pr)
}

// end says that what was promised is done.
func (p *pass) end(ctx context.Context, m *matter, at time.Time, kinds ...PromiseKind) (late bool, err error) {
	for _, kind := range kinds {
		pr := m.owes(kind)
		if pr == nil || !pr.End(at) {
			continue
		}
		typ := PromiseKept
		if pr.State == Late {
			typ, late = PromiseLate, true
			if err := p.missedFirst(ctx, m, pr, at); err != nil {
				return late, err
			}
		}
		if err := p.save(ctx, m, pr, typ, at); err != nil {
			return late, err
		}
	}
	return late, nil
}

// missedFirst says of a promise that ends late, before its timer came round, that it was missed: what was missed is counted from that
// fact alone.
func (p *pass) missedFirst(ctx context.Context, m *matter, pr *Promise, at time.Time) error {
	if slices.Contains(pr.Marks, Missed) {
		return nil
	}
	pr.Marks = append(slices.Clone(pr.Marks), Missed)
	return p.tell(ctx, m, PromiseMissed, *pr, Missed, at)
}

// void takes promises back. One whose deadline had passed is missed all the same, though its timer did not come round in time.
func (p *pass) void(ctx context.Context, m *matter, at time.Time, kinds ...PromiseKind) error {
	for _, kind := range kinds {
		pr := m.owes(kind)
		if pr == nil {
			continue
		}
		if pr.State == Running && at.After(pr.DueAt.Add(Grace)) {
			if err := p.missedFirst(ctx, m, pr, at); err != nil {
				return err
			}
		}
		pr.Void(at)
		if err := p.save(ctx, m, pr, PromiseVoided, at); err != nil {
			return err
		}
	}
	return nil
}

// pause stops the clock of the resolution while the customer is waited for.
func (p *pass) pause(ctx context.Context, m *matter, at time.Time) error {
	pr := m.owes(Resolve)
	if pr == nil {
		return nil
	}
	h, err := p.HoursOf(ctx, *pr)
	if err != nil || !pr.Pause(h, at) {
		return err
	}
	return p.save(ctx, m, pr, PromisePaused, at)
}

// resume lets the clock of the resolution run on.
func (p *pass) resume(ctx context.Context, m *matter, at time.Time) error {
	pr := m.owes(Resolve)
	if pr == nil {
		return nil
	}
	h, err := p.HoursOf(ctx, *pr)
	if err != nil || !pr.Resume(h, at) {
		return err
	}
	return p.save(ctx, m, pr, PromiseResumed, at)
}

// save writes a promise with its event and moves its timer.
func (p *pass) save(ctx context.Context, m *matter, pr *Promise, typ vis.EventType, at time.Time) error {
	saved, err := p.tx.SavePromise(ctx, *pr)
	if err != nil {
		return err
	}
	*pr = saved
	if err := p.tell(ctx, m, typ, *pr, "", at); err != nil {
		return err
	}
	return p.arm(ctx, pr)
}

// arm sets the timer of a promise to its next mark, or forgets it.
func (p *pass) arm(ctx context.Context, pr *Promise) error {
	h, err := p.HoursOf(ctx, *pr)
	if err != nil {
		return err
	}
	_, at, ok := pr.NextMark(h)
	if !ok {
		return p.tx.Disarm(ctx, TimerPromise, string(pr.ID))
	}
	return p.tx.Arm(ctx, jobs.Timer{Workspace: p.ws, Kind: TimerPromise, Key: string(pr.ID), DueAt: at})
}

// tell appends the event of a promise. It happened when its cause did, also when that is read later.
func (p *pass) tell(ctx context.Context, m *matter, typ vis.EventType, pr Promise, mark Mark, at time.Time) error {
	e := vis.NewEvent(p.by, at, typ, PromiseData{Promise: pr.ID, Kind: pr.Kind, Channel: pr.Channel, Team: pr.Team, Mark: mark,
		DueAt: pr.DueAt.UnixMilli(), Took: pr.Took.Milliseconds(),
		Unanswered: typ == PromiseVoided && m.closed && (pr.Kind == First || pr.Kind == Next) && !slices.Contains(pr.Marks, Missed)})
	e.Conversation, e.Customer = m.c.ID, m.c.Customer.ID
	m.told = true
	return p.tx.Append(ctx, e)
}
