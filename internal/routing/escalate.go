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

// arrivesWithin is how long a mark waits for an event that must be on its way: the row says that what was promised is done, and the log
// does not yet, for the events of a batch become visible with its commit.
const arrivesWithin = 30 * time.Second

// passMarks is the effect of TimerPromise: the promise passes every mark whose time has come, in order, each once, also those that were
// slept through.
func (s *Service) passMarks(ctx context.Context, t jobs.Timer) error {
	return s.atHead(ctx, t.Workspace, func(tx Tx, now time.Time) error {
		due, err := tx.Take(ctx, TimerPromise, t.Key, now)
		if err != nil || !due {
			return err
		}
		pr, err := tx.Promise(ctx, vis.PromiseID(t.Key))
		if vis.CodeOf(err) == vis.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		p := s.pass(tx, t.Workspace, now)
		m, err := p.one(ctx, pr.Conversation)
		if err != nil || m == nil {
			return err
		}
		owed := m.find(pr.ID)
		if owed == nil {
			return nil
		}
		late, err := p.lateness(ctx, owed)
		if err != nil {
			return err
		}
		if late < arrivesWithin && done(m.c, pr.Kind) {
			return tx.Arm(ctx, jobs.Timer{Workspace: t.Workspace, Kind: TimerPromise, Key: t.Key, DueAt: now.Add(time.Second)})
		}
		if err := p.marks(ctx, m, owed); err != nil {
			return err
		}
		return p.finish(ctx)
	})
}

// lateness is for how long the next mark of a promise could have been passed. With none there is nothing to wait for.
func (p *pass) lateness(ctx context.Context, pr *Promise) (time.Duration, error) {
	h, err := p.HoursOf(ctx, *pr)
	if err != nil {
		return 0, err
	}
	_, at, ok := pr.NextMark(h)
	if !ok {
		return arrivesWithin, nil
	}
	return p.now.Sub(at), nil
}

// done reports whether the row of a conversation says that what was promised is done.
func done(c desk.Conversation, kind PromiseKind) bool {
	switch kind {
	case Acknowledge, First, Next:
		return c.WaitingSince.IsZero()
	case Resolve:
		return c.State == desk.Resolved
	}
	return false
}

// find is an open promise of the conversation.
func (m *matter) find(id vis.PromiseID) *Promise {
	if i := slices.IndexFunc(m.promises, func(pr *Promise) bool { return pr.ID == id }); i >= 0 {
		return m.promises[i]
	}
	return nil
}

// marks passes the marks whose time has come and does what each sets off.
func (p *pass) marks(ctx context.Context, m *matter, pr *Promise) error {
	h, err := p.HoursOf(ctx, *pr)
	if err != nil {
		return err
	}
	passed := 0
	for {
		mark, at, ok := pr.NextMark(h)
		if !ok || at.After(p.now) {
			break
		}
		pr.Pass(mark)
		passed++
		typ := PromiseWarned
		if mark == Missed {
			typ = PromiseMissed
		}
		if err := p.tell(ctx, m, typ, *pr, mark, p.now); err != nil {
			return err
		}
		if err := p.escalate(ctx, m, *pr, mark); err != nil {
			return err
		}
	}
	if passed > 0 {
		if *pr, err = p.tx.SavePromise(ctx, *pr); err != nil {
			return err
		}
	}
	return p.arm(ctx, pr)
}

// escalate does what the policy that the promise was given under says about a mark. A missed promise is owned up to before the customer.
func (p *pass) escalate(ctx context.Context, m *matter, pr Promise, mark Mark) error {
	if mark == Missed && pr.Kind != Acknowledge {
		if err := p.show(ctx, m, desk.Step{Kind: "late", State: desk.Underway, Member: m.c.Assignee}, p.now); err != nil {
			return err
		}
	}
	for _, e := range pr.Escalations {
		if e.At != mark {
			continue
		}
		if err := p.do(ctx, m, pr, mark, e); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) do(ctx context.Context, m *matter, pr Promise, mark Mark, e Escalation) error {
	switch e.Do {
	case Notify:
		to, err := p.concerned(ctx, m, e.To)
		if err != nil || len(to) == 0 {
			return err
		}
		return p.s.notices.Give(ctx, p.tx, to, "promise."+string(mark), m.c.ID, string(pr.Kind), p.now)
	case Reassign:
		if m.c.State != desk.Open {
			return nil
		}
		team := m.c.Team
		if teams, err := p.Teams(ctx); err != nil {
			return err
		} else if slices.ContainsFunc(teams, func(t staff.Team) bool { return t.ID == e.Team }) {
			team = e.Team
		}
		return p.s.desk.AssignWithin(ctx, p.tx, p.by, &m.c, "", team, p.now)
	case Raise:
		about := m.c.About
		about.Criticality = min(about.Criticality+1, desk.MaxCriticality)
		return p.s.desk.ClassifyWithin(ctx, p.tx, p.by, &m.c, about, p.now)
	}
	return nil
}

// concerned are those whom an escalation tells.
func (p *pass) concerned(ctx context.Context, m *matter, to EscalatedTo) ([]vis.MemberID, error) {
	switch {
	case to == ToSupervisors:
		return p.supervisors(ctx)
	case to == ToOwner && m.c.Assignee != "":
		return p.who(ctx, func(x staff.Member) bool { return x.ID == m.c.Assignee })
	default:
		return p.active(ctx, m.c.Team)
	}
}
