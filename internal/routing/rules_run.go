package routing

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// How rules are kept from running in circles: what a rule does never sets off a rule, and one that a program keeps setting off on the
// same conversation, or the handing out of work, is switched off. People set off as many as they like: whoever writes six short messages
// in ten minutes must not switch a rule off for everybody.
const (
	loopRuns   = 5
	loopWithin = 10 * time.Minute
	ruleActor  = "rule:" // before the rule's id, the actor of what it does
)

// triggerOf is what an event sets off; "" for nothing.
func triggerOf(e vis.Event) Trigger {
	switch e.Type {
	case desk.ConversationStarted:
		if e.By != vis.ByCustomer {
			return "" // nobody has come to us
		}
		return WhenStarted
	case desk.MessageReceived:
		return WhenReceived
	case desk.MessageSent:
		if e.By == vis.BySystem {
			return "" // that a letter arrived is no answer
		}
		return WhenSent
	case desk.ConversationAssigned:
		return WhenAssigned
	case desk.ConversationResolved:
		return WhenResolved
	case desk.ConversationReopened:
		return WhenReopened
	case desk.ConversationClassified, desk.ReadingCorrected:
		return WhenClassified
	case desk.MessageUnderstood:
		if !strings.Contains(string(e.Data), desk.SaysOtherwise) {
			return "" // it says what the words before it said
		}
		return WhenClassified
	case PromiseWarned:
		if strings.Contains(string(e.Data), `"`+string(MissedLong)+`"`) {
			return "" // it is past being at risk
		}
		return WhenWarned
	case PromiseMissed:
		return WhenMissed
	}
	return ""
}

// setOff runs the rules that an event sets off, in order.
func (p *pass) setOff(ctx context.Context, m *matter, e vis.Event) error {
	trigger := triggerOf(e)
	if trigger == "" || e.By == vis.BySystem && strings.HasPrefix(e.ByID, ruleActor) {
		return nil
	}
	rules, err := p.Rules(ctx)
	if err != nil {
		return err
	}
	for i := range rules {
		r := &rules[i]
		if r.Disabled || !slices.Contains(r.When, trigger) {
			continue
		}
		f, err := p.factsOf(ctx, m, e)
		if err != nil {
			return err
		}
		if holds, _ := Match(*r, f); !holds {
			continue
		}
		ran, err := p.run(ctx, m, r, e)
		if err != nil {
			return err
		}
		if ran && r.Stop {
			return nil
		}
	}
	return nil
}

// factsOf are what rules look at when an event sets them off. What an earlier rule changed, a later one sees.
func (p *pass) factsOf(ctx context.Context, m *matter, e vis.Event) (Facts, error) {
	said := ""
	started := e.Type == desk.ConversationStarted
	if slices.Contains([]vis.EventType{desk.MessageReceived, desk.MessageSent, desk.MessageUnderstood, desk.ReadingCorrected}, e.Type) {
		x, err := p.message(ctx, m, e)
		if err != nil {
			return Facts{}, err
		}
		if x != nil {
			said = x.Text
		}
	} else if started {
		first, err := p.tx.Messages(ctx, m.c.ID, desk.Range{Forward: true, Limit: 1}, desk.KindMessage)
		if err != nil {
			return Facts{}, err
		}
		if len(first) > 0 {
			said = first[0].Text
		}
	}
	return p.facts(ctx, m.c, m.customer, said, e.At)
}

// run does what a rule says, unless it runs in circles, and writes down that it did.
func (p *pass) run(ctx context.Context, m *matter, r *Rule, e vis.Event) (bool, error) {
	on := m.c.ID
	if e.By == vis.ByCustomer || e.By == vis.ByMember || e.Type == desk.MessageUnderstood {
		on = ""
	}
	n, err := p.tx.CountRun(ctx, r.ID, on, p.now, p.now.Add(-loopWithin))
	if err != nil {
		return false, err
	}
	if n > loopRuns {
		return false, p.stop(ctx, m, r, "loop")
	}
	by := vis.Actor{Workspace: p.ws, Kind: vis.BySystem, ID: ruleActor + string(r.ID)}
	ran := RuleData{Rule: r.ID, Version: r.Version, Seq: e.Seq, Done: []Action{}}
	var refused []string
	for _, a := range r.Then {
		err := p.act(ctx, by, m, r, a, e)
		var why *vis.Error
		switch {
		case err == nil:
			ran.Done = append(ran.Done, named(a))
		case errors.As(err, &why) && why.Code != vis.Unavailable:
			refused = append(refused, a.Do+": "+why.Reason)
		default:
			return false, err
		}
	}
	ran.Refused = strings.Join(refused, "; ")
	m.told = true
	told := vis.NewEvent(by, p.now, RuleRan, ran)
	told.Conversation, told.Customer = m.c.ID, m.c.Customer.ID
	if err := p.tx.Append(ctx, told); err != nil {
		return false, err
	}
	return true, p.tx.Audit(ctx, vis.NewAudit(by, p.now, "rule.ran", string(r.ID), map[string]any{"conversationId": m.c.ID, "seq": e.Seq,
		"version": r.Version, "done": ran.Done, "refused": ran.Refused}))
}

// named is an action without the words that it wrote: those stand where they were written, and are erased there.
func named(a Action) Action {
	if a.Do == doNote || a.Do == doStep {
		a.Value = ""
	}
	return a
}

// stop switches a rule off that does harm, and tells those who can mend it.
func (p *pass) stop(ctx context.Context, m *matter, r *Rule, why string) error {
	r.Disabled, r.DisabledWhy = true, why
	saved, err := p.tx.SaveRule(ctx, *r)
	if err != nil {
		return err
	}
	*r = saved
	if err := changed(ctx, p.tx, p.by, "rule", string(r.ID), "rule.disabled", map[string]any{"why": why, "conversationId": m.c.ID}, p.now); err != nil {
		return err
	}
	to, err := p.administrators(ctx)
	if err != nil || len(to) == 0 {
		return err
	}
	return p.s.notices.Give(ctx, p.tx, to, "rule.disabled", m.c.ID, r.Name, p.now)
}

// act does one thing that a rule says. What it may not do is a vis.Error from before anything was written.
func (p *pass) act(ctx context.Context, by vis.Actor, m *matter, r *Rule, a Action, e vis.Event) error {
	heart, c := p.s.desk, &m.c
	n, _ := strconv.Atoi(a.Value) //nolint:errcheck // it was checked when the rule was written
	switch a.Do {
	case doAssignTeam:
		return p.assignTeam(ctx, by, m, vis.TeamID(a.Value))
	case doAssignMember:
		found, err := p.who(ctx, func(x staff.Member) bool { return string(x.ID) == a.Value })
		if err == nil && len(found) == 0 {
			err = vis.Absent("member")
		}
		if err != nil {
			return err
		}
		return heart.AssignWithin(ctx, p.tx, by, c, found[0], c.Team, p.now)
	case doNote:
		return heart.NoteWithin(ctx, p.tx, by, c, a.Value, p.now)
	case doStep:
		_, err := heart.AddStepWithin(ctx, p.tx, by, *c, desk.Step{Kind: "custom", Text: a.Value, State: desk.Underway}, p.now)
		return err
	case doResolve:
		return heart.ResolveWithin(ctx, p.tx, by, c, p.now)
	case doSnoozeHours:
		return heart.SnoozeWithin(ctx, p.tx, by, c, p.now.Add(time.Duration(n)*time.Hour), false, p.now)
	case doWebhook:
		return p.s.webhooks.Queue(ctx, p.tx, vis.WebhookID(a.Value), hookOf(m, r, e), p.now)
	case doNotifyTeam, doNotifySupervisors:
		return p.notify(ctx, m, r, a)
	}
	return p.classify(ctx, by, m, a, n)
}

// Hook is what a rule tells another program: ids only, for the program asks for what it may see.
type Hook struct {
	Rule         vis.RuleID         `json:"ruleId"`
	Name         string             `json:"ruleName"`
	Event        vis.EventType      `json:"event"`
	Seq          int64              `json:"seq"`
	Conversation vis.ConversationID `json:"conversationId"`
	Number       int64              `json:"number"`
	Customer     vis.CustomerID     `json:"customerId"`
}

func hookOf(m *matter, r *Rule, e vis.Event) Hook {
	return Hook{Rule: r.ID, Name: r.Name, Event: e.Type, Seq: e.Seq, Conversation: m.c.ID, Number: m.c.Number, Customer: m.c.Customer.ID}
}

// assignTeam gives the conversation to a team. Its owner keeps it when she is one of them.
func (p *pass) assignTeam(ctx context.Context, by vis.Actor, m *matter, to vis.TeamID) error {
	teams, err := p.Teams(ctx)
	if err != nil {
		return err
	}
	if to != "" && !slices.ContainsFunc(teams, func(t staff.Team) bool { return t.ID == to }) {
		return vis.Absent("team")
	}
	theirs, err := p.who(ctx, func(x staff.Member) bool { return x.ID == m.c.Assignee && (to == "" || slices.Contains(x.Teams, to)) })
	if err != nil {
		return err
	}
	owner := m.c.Assignee
	if len(theirs) == 0 {
		owner = ""
	}
	return p.s.desk.AssignWithin(ctx, p.tx, by, &m.c, owner, to, p.now)
}

func (p *pass) notify(ctx context.Context, m *matter, r *Rule, a Action) error {
	to, err := p.supervisors(ctx)
	if a.Do == doNotifyTeam {
		team := vis.TeamID(a.Value)
		if team == "" {
			team = m.c.Team
		}
		to, err = p.active(ctx, team)
	}
	if err == nil && len(to) == 0 {
		err = vis.Absent("member")
	}
	if err != nil {
		return err
	}
	return p.s.notices.Give(ctx, p.tx, to, "rule", m.c.ID, r.Name, p.now)
}

// classify sets what the matter is about.
func (p *pass) classify(ctx context.Context, by vis.Actor, m *matter, a Action, n int) error {
	about := m.c.About
	switch a.Do {
	case doSetCriticality:
		about.Criticality = n
	case doRaise:
		about.Criticality = min(about.Criticality+1, desk.MaxCriticality)
	case doSetReason:
		about.Reason = a.Value
	case doSetLanguage:
		about.Language = a.Value
	case doSetMood:
		about.Mood = n
	default:
		return vis.Errorf(vis.Invalid, "no_such_action", "There is no action %q.", a.Do)
	}
	return p.s.desk.ClassifyWithin(ctx, p.tx, by, &m.c, about, p.now)
}
