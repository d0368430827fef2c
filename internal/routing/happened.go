package routing

import (
	"context"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// What each event does to the clocks of its conversation, and which steps the customer is shown.

// countedFor is within how long a customer's conversations count as contacts about the same trouble.
const countedFor = 30 * 24 * time.Hour

// started makes the first promises. Where the customer sees at once that her words arrived, that is the acknowledgement.
func (p *pass) started(ctx context.Context, m *matter, e vis.Event) error {
	m.began = e.Seq
	n, err := p.tx.CountStarted(ctx, m.c.Customer.ID, e.At.Add(-countedFor))
	if err != nil {
		return err
	}
	if m.c.About.Contacts != n {
		m.c.About.Contacts, m.changed = n, true
		if m.c, err = p.tx.SaveAbout(ctx, m.c); err != nil {
			return err
		}
	}
	if err := p.minded(ctx, m, e.At); err != nil {
		return err
	}
	if e.By != vis.ByCustomer {
		return p.give(ctx, m, e.At, Resolve)
	}
	if err := p.give(ctx, m, e.At, Acknowledge, First, Resolve); err != nil {
		return err
	}
	ch, err := p.Channel(ctx, m.c.Channel)
	if err != nil {
		return err
	}
	if p.s.channels.Live(ch) {
		if _, err := p.end(ctx, m, e.At, Acknowledge); err != nil {
			return err
		}
	}
	return p.show(ctx, m, desk.Step{Kind: "received", State: desk.Done}, e.At)
}

// received lets the resolution run on, and owes an answer when none is owed yet. Her first words owe what the beginning did.
func (p *pass) received(ctx context.Context, m *matter, e vis.Event) error {
	if err := p.resume(ctx, m, e.At); err != nil {
		return err
	}
	if err := p.judge(ctx, m, e); err != nil {
		return err
	}
	if m.owes(First, Next) != nil || m.began != 0 && m.began == e.Seq-1 {
		return nil
	}
	said, err := p.message(ctx, m, e)
	if err != nil || said == nil || said.Position == 1 {
		return err
	}
	return p.give(ctx, m, e.At, Next)
}

// sent keeps what was promised, if a human wrote, and waits for the customer.
func (p *pass) sent(ctx context.Context, m *matter, e vis.Event) error {
	if e.By != vis.ByMember && e.By != vis.ByToken {
		_, err := p.end(ctx, m, e.At, Acknowledge)
		return err
	}
	late, err := p.end(ctx, m, e.At, Acknowledge, First, Next)
	if err != nil {
		return err
	}
	if late {
		if err := p.settle(ctx, m, e.At); err != nil {
			return err
		}
	}
	return p.pause(ctx, m, e.At)
}

// assigned shows who has taken it on.
func (p *pass) assigned(ctx context.Context, m *matter, e vis.Event) error {
	if err := p.minded(ctx, m, e.At); err != nil {
		return err
	}
	l, err := p.message(ctx, m, e)
	if err != nil || l == nil || l.Line == nil || l.Line.Member == "" {
		return err
	}
	return p.show(ctx, m, desk.Step{Kind: "taken", State: desk.Done, Member: l.Line.Member}, e.At)
}

// minded lets a team that has closed, and has a ring, hand over what has just come to it.
func (p *pass) minded(ctx context.Context, m *matter, at time.Time) error {
	q, err := p.Queue(ctx, m.c.Team)
	if err != nil || len(q.Ring) == 0 {
		return err
	}
	h, err := p.TeamHours(ctx, q.Team)
	if err != nil || h.Open(at) {
		return err
	}
	return p.tx.Arm(ctx, jobs.Timer{Workspace: p.ws, Kind: TimerHandover, Key: string(q.Team), DueAt: p.now})
}

// snoozed waits for the customer when it sleeps until she writes; until a time, it is we who take ours.
func (p *pass) snoozed(ctx context.Context, m *matter, e vis.Event) error {
	l, err := p.message(ctx, m, e)
	if err != nil || l == nil || l.Line == nil || !l.Line.UntilReply {
		return err
	}
	return p.pause(ctx, m, e.At)
}

// resolved keeps the promise of a resolution; an answer is not owed any more.
func (p *pass) resolved(ctx context.Context, m *matter, e vis.Event) error {
	broken := slices.ContainsFunc(m.promises, func(pr *Promise) bool { return pr.State == Broken })
	late, err := p.end(ctx, m, e.At, Resolve)
	if err != nil {
		return err
	}
	m.closed = e.By != vis.ByCustomer
	if err := p.void(ctx, m, e.At, Acknowledge, First, Next); err != nil {
		return err
	}
	if err := p.dropCall(ctx, m); err != nil {
		return err
	}
	if broken || late {
		if err := p.settle(ctx, m, e.At); err != nil {
			return err
		}
	}
	return p.show(ctx, m, desk.Step{Kind: "resolved", State: desk.Done}, e.At)
}

// reopened owes a resolution anew and, when the customer came back, an answer.
func (p *pass) reopened(ctx context.Context, m *matter, e vis.Event) error {
	if err := p.resume(ctx, m, e.At); err != nil {
		return err
	}
	if e.By == vis.ByCustomer {
		return p.give(ctx, m, e.At, Next, Resolve)
	}
	return p.give(ctx, m, e.At, Resolve)
}

// show adds a step that the customer sees, unless it is the last one shown already.
func (p *pass) show(ctx context.Context, m *matter, step desk.Step, at time.Time) error {
	shown, err := p.tx.Steps(ctx, m.c.ID)
	if err != nil {
		return err
	}
	if n := len(shown); n > 0 && shown[n-1].Kind == step.Kind && shown[n-1].Member == step.Member {
		return nil
	}
	_, err = p.s.desk.AddStepWithin(ctx, p.tx, p.by, m.c, step, at)
	if vis.CodeOf(err) == vis.Conflict {
		return nil // there are so many steps that one more says nothing
	}
	return err
}

// settle marks the steps that say that we are late as done.
func (p *pass) settle(ctx context.Context, m *matter, at time.Time) error {
	shown, err := p.tx.Steps(ctx, m.c.ID)
	if err != nil {
		return err
	}
	for _, step := range shown {
		if step.Kind != "late" || step.State == desk.Done {
			continue
		}
		step.State, step.ChangedAt = desk.Done, at
		if step, err = p.tx.SaveStep(ctx, step); err != nil {
			return err
		}
		e := vis.NewEvent(p.by, at, desk.StepChanged, desk.StepData{Step: step.ID})
		e.Conversation, e.Customer = m.c.ID, m.c.Customer.ID
		if err := p.tx.Append(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// active are the members of the workspace who can be told something, those of a team or all of them.
func (p *pass) active(ctx context.Context, team vis.TeamID) ([]vis.MemberID, error) {
	return p.who(ctx, func(m staff.Member) bool { return team == "" || slices.Contains(m.Teams, team) })
}

// supervisors are those who look after the work of others.
func (p *pass) supervisors(ctx context.Context) ([]vis.MemberID, error) {
	return p.who(ctx, func(m staff.Member) bool { return m.Role != vis.Agent })
}

// administrators are those who look after the set-up.
func (p *pass) administrators(ctx context.Context) ([]vis.MemberID, error) {
	return p.who(ctx, func(m staff.Member) bool { return m.Role == vis.Administrator })
}

func (p *pass) who(ctx context.Context, is func(staff.Member) bool) ([]vis.MemberID, error) {
	members, err := p.Members(ctx)
	if err != nil {
		return nil, err
	}
	var out []vis.MemberID
	for _, m := range members {
		if m.State == staff.Active && is(m) {
			out = append(out, m.ID)
		}
	}
	return out, nil
}
