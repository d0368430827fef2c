package listen

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"visavis/internal/jobs"
	"visavis/internal/notify"
	"visavis/internal/staff"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// mostIncidents are listed.
const mostIncidents = 100

// Listed is an incident with how many it concerns.
type Listed struct {
	Incident
	Conversations, Customers int
}

func listed(ctx context.Context, tx IncidentTx, i Incident) (l Listed, err error) {
	l.Incident = i
	l.Conversations, l.Customers, err = tx.CountConcerned(ctx, i.ID)
	return l, err
}

// Incidents lists incidents, the newest first.
func (w *Watch) Incidents(ctx context.Context, by vis.Actor) ([]Listed, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return nil, err
	}
	return vis.View(ctx, w.db, by.Workspace, func(tx IncidentTx) (out []Listed, err error) {
		all, err := tx.Incidents(ctx, mostIncidents)
		if err != nil {
			return nil, err
		}
		for _, i := range all {
			l, err := listed(ctx, tx, i)
			if err != nil {
				return nil, err
			}
			out = append(out, l)
		}
		return out, nil
	})
}

// decides refuses those who may not say what an incident is, nor speak to all whom it concerns.
func decides(by vis.Actor) error { return leads(by, "decide on incidents") }

// leads refuses those who are neither supervisors nor administrators.
func leads(by vis.Actor, does string) error {
	if by.Kind != vis.ByMember || by.Role != vis.Supervisor && by.Role != vis.Administrator {
		return vis.Errorf(vis.Forbidden, "not_a_supervisor", "Only supervisors and administrators %s.", does)
	}
	return nil
}

// Confirm says that an incident is real; who wrote about it is told so, if there are words for that.
func (w *Watch) Confirm(ctx context.Context, by vis.Actor, id vis.IncidentID, in Change) (Listed, error) {
	return w.decide(ctx, by, id, in, IncidentConfirmed, DidConfirm, (*Incident).Confirm)
}

// Fix says that somebody is at work on it.
func (w *Watch) Fix(ctx context.Context, by vis.Actor, id vis.IncidentID, in Change) (Listed, error) {
	return w.decide(ctx, by, id, in, IncidentFixing, DidFix, (*Incident).Fix)
}

// Solve ends an incident; everyone concerned is told so once, if there are words for that.
func (w *Watch) Solve(ctx context.Context, by vis.Actor, id vis.IncidentID, in Change) (Listed, error) {
	return w.decide(ctx, by, id, in, IncidentSolved, DidSolve, (*Incident).Solve)
}

// Dismiss says that it was a false alarm, from which the bar of its cause learns.
func (w *Watch) Dismiss(ctx context.Context, by vis.Actor, id vis.IncidentID, why string) (Listed, error) {
	return w.decide(ctx, by, id, Change{Why: why}, IncidentDismissed, DidDismiss, (*Incident).Dismiss)
}

// Undo takes back the last verdict, where nobody outside was told of it; the bar of its cause forgets what it learnt of that.
func (w *Watch) Undo(ctx context.Context, by vis.Actor, id vis.IncidentID) (Listed, error) {
	return w.decide(ctx, by, id, Change{}, IncidentChanged, DidUndo, (*Incident).Undo)
}

// Amend notes something of an incident without moving it on: its name, its scenario, what customers are told, what was learnt of it.
func (w *Watch) Amend(ctx context.Context, by vis.Actor, id vis.IncidentID, in Change) (Listed, error) {
	return w.decide(ctx, by, id, in, IncidentChanged, "", func(*Incident, time.Time) error { return nil })
}

// Tick says that a step of its scenario is done, or not after all. Whoever is called in may say so.
func (w *Watch) Tick(ctx context.Context, by vis.Actor, id vis.IncidentID, at int, done bool) (Listed, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return Listed{}, err
	}
	return w.move(ctx, by, id, Change{}, IncidentChanged, "", func(i *Incident, now time.Time) error { return i.Tick(by, at, done, now) })
}

// Sight says when somebody else saw it, where no signal did; the minutes won follow from that. Any member may know it.
func (w *Watch) Sight(ctx context.Context, by vis.Actor, id vis.IncidentID, s Sighting) (Listed, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return Listed{}, err
	}
	return w.move(ctx, by, id, Change{Sighting: &s}, IncidentChanged, "", func(*Incident, time.Time) error { return nil })
}

// Unsight takes that back.
func (w *Watch) Unsight(ctx context.Context, by vis.Actor, id vis.IncidentID) (Listed, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return Listed{}, err
	}
	return w.move(ctx, by, id, Change{}, IncidentChanged, "", func(i *Incident, now time.Time) error { return i.Unsight(by, now) })
}

// decide moves an incident on by one rule. It asks for no version: where the incident stands decides what may be said of it, and that more customers
// write in the meantime must stop nobody.
func (w *Watch) decide(ctx context.Context, by vis.Actor, id vis.IncidentID, in Change, typ vis.EventType, did DeedKind,
	rule func(*Incident, time.Time) error) (Listed, error) {
	if err := decides(by); err != nil {
		return Listed{}, err
	}
	return w.move(ctx, by, id, in, typ, did, rule)
}

func (w *Watch) move(ctx context.Context, by vis.Actor, id vis.IncidentID, in Change, typ vis.EventType, did DeedKind,
	rule func(*Incident, time.Time) error) (Listed, error) {
	now := w.clock.Now()
	return vis.Update(ctx, w.db, by, func(tx IncidentTx) (Listed, error) {
		i, err := tx.Incident(ctx, id)
		if err != nil {
			return Listed{}, err
		}
		before := i.State
		if err := rule(&i, now); err != nil {
			return Listed{}, err
		}
		if did != "" {
			i.note(by, now, did, "")
		}
		if err := i.change(ctx, tx, by, in, before, now); err != nil {
			return Listed{}, err
		}
		if err := w.learn(ctx, tx, before, &i); err != nil {
			return Listed{}, err
		}
		if err := w.callIn(ctx, tx, by, &i, now); err != nil {
			return Listed{}, err
		}
		if before == FalseAlarm && i.Open() {
			if err := alone(ctx, tx, i); err != nil {
				return Listed{}, err
			}
		}
		if i, err = tx.SaveIncident(ctx, i); err != nil {
			return Listed{}, err
		}
		if err := w.happened(ctx, tx, by, typ, i, now); err != nil {
			return Listed{}, err
		}
		if err := tx.Audit(ctx, vis.NewAudit(by, now, string(typ), string(i.ID), nil)); err != nil {
			return Listed{}, err
		}
		if !i.words().Empty() {
			if err := tx.Arm(ctx, jobs.Timer{Workspace: by.Workspace, Kind: TimerTell, Key: string(i.ID), DueAt: now}); err != nil {
				return Listed{}, err
			}
		}
		return listed(ctx, tx, i)
	})
}

// alone refuses an incident that would be the second open one of its cause.
func alone(ctx context.Context, tx IncidentTx, i Incident) error {
	open, err := tx.OpenIncidents(ctx)
	if err == nil && slices.ContainsFunc(open, func(other Incident) bool { return other.Cause == i.Cause }) {
		err = vis.Errorf(vis.Conflict, "incident_open", "Another incident with this cause is open.")
	}
	return err
}

// change takes over what people say of an incident that stood so before; a scenario brings its steps and texts, over which texts that are given
// go. Once customers are told something, a scenario alone tells them nothing else.
func (i *Incident) change(ctx context.Context, tx IncidentTx, by vis.Actor, in Change, before IncidentState, now time.Time) (err error) {
	if in.Name = strings.TrimSpace(text.Line(in.Name)); in.Name != "" && in.Name != i.Course.Name {
		if utf8.RuneCountInString(in.Name) > MaxName {
			return vis.InField("name", "A name has at most %d characters.", MaxName)
		}
		i.Course.Name = in.Name
		i.note(by, now, DidName, in.Name)
	}
	if in.Why, err = paragraph("why", in.Why, maxWhy); err != nil {
		return err
	}
	if in.Why != "" {
		i.Course.Why = in.Why
	}
	if in.Scenario != "" {
		s, err := tx.Scenario(ctx, in.Scenario)
		if err != nil {
			return err
		}
		i.plan(s, i.State == Suspected || i.State != before)
		i.note(by, now, DidPlan, s.Plan.Name)
	}
	if err := in.Texts.check(); err != nil {
		return err
	}
	said := i.Course.Texts.over(in.Texts)
	for _, kind := range in.Without {
		*said.kinds()[kind] = Words{}
	}
	if said != i.Course.Texts {
		i.Course.Texts = said
		i.note(by, now, DidWrite, "")
	}
	if in.Sighting != nil {
		first, err := i.firstSaid(ctx, tx)
		if err != nil {
			return err
		}
		if err := i.Sight(by, *in.Sighting, first, now); err != nil {
			return err
		}
	}
	if in.Lessons == nil {
		return nil
	}
	learnt, err := paragraph("lessons", *in.Lessons, maxLessons)
	if err != nil || learnt == i.Course.Lessons {
		return err
	}
	i.Course.Lessons = learnt
	i.note(by, now, DidLearn, "")
	return nil
}

// firstSaid is when the first message about it came, or when it was opened where there is none.
func (i Incident) firstSaid(ctx context.Context, tx IncidentTx) (time.Time, error) {
	first, err := tx.AllConcerned(ctx, i.ID, 1)
	if err != nil || len(first) == 0 {
		return i.OpenedAt, err
	}
	return first[0].At, nil
}

// callIn rings those who are called in or have a step to do, each once and not the one who decides, from when the incident is known to be real.
func (w *Watch) callIn(ctx context.Context, tx IncidentTx, by vis.Actor, i *Incident, now time.Time) error {
	if i.State != Confirmed && i.State != Fixing || i.Course.Scenario == "" {
		return nil
	}
	s, err := tx.Scenario(ctx, i.Course.Scenario)
	if err != nil && vis.CodeOf(err) != vis.NotFound {
		return err
	}
	wanted := s.Plan.Owners
	for _, t := range i.Course.Tasks {
		if !t.DoneAt.IsZero() {
			continue
		}
		owners, err := t.owners(ctx, tx)
		if err != nil {
			return err
		}
		wanted = append(wanted, owners...)
	}
	members, err := tx.Members(ctx)
	if err != nil {
		return err
	}
	var to []vis.MemberID
	for _, m := range members {
		if m.State == staff.Active && m.ID != by.Member() && slices.Contains(wanted, m.ID) && !slices.Contains(i.Course.Called, m.ID) {
			to = append(to, m.ID)
		}
	}
	i.Course.Called = append(i.Course.Called, to...)
	return w.notify.Give(ctx, tx, to, notify.Notice{Kind: notify.CalledIn, Text: cmp.Or(i.Course.Name, i.Course.Reason), By: by.Member()}, now)
}

// owners are the members whose step it is; none of a team that is gone.
func (s Step) owners(ctx context.Context, tx IncidentTx) ([]vis.MemberID, error) {
	if s.Team == "" {
		return []vis.MemberID{s.Owner}, nil
	}
	team, err := tx.Team(ctx, s.Team)
	if vis.CodeOf(err) == vis.NotFound {
		return nil, nil
	}
	return team.Members, err
}

// learn moves the bar of the cause by the first verdict on an incident that numbers showed, and back where that is taken back.
func (w *Watch) learn(ctx context.Context, tx IncidentTx, before IncidentState, i *Incident) error {
	judged, unjudged := before == Suspected && i.State != Suspected, before == FalseAlarm && i.State == Suspected
	if !judged && !unjudged || i.Course.Trigger != ByNumbers {
		return nil
	}
	lessons, err := tx.Lessons(ctx)
	if err != nil {
		return err
	}
	is := lessons[i.Cause]
	if unjudged {
		moved := i.Course.Learnt
		i.Course.Learnt = 0
		return tx.SaveLesson(ctx, i.Cause, is-moved)
	}
	next := Learned(is, i.State != FalseAlarm)
	i.Course.Learnt = next - is
	return tx.SaveLesson(ctx, i.Cause, next)
}

// Banner is what customers of a workspace are told before they write, while there is something to tell; of several incidents the newest.
func (w *Watch) Banner(ctx context.Context, ws vis.WorkspaceID) (Words, error) {
	return vis.View(ctx, w.db, ws, func(tx IncidentTx) (Words, error) {
		open, err := tx.OpenIncidents(ctx)
		for _, i := range slices.Backward(open) {
			if i.State != Suspected && !i.Course.Texts.Banner.Empty() {
				return i.Course.Texts.Banner, nil
			}
		}
		return Words{}, err
	})
}

// SignalIn is an alert of the organisation's own supervision.
type SignalIn struct {
	Source, Key, Title string
	// Reason is the reason for which customers would write, "" for an outage.
	Reason string
	// Over says that what the alert was about is over.
	Over bool
}

// outage is the reason that a signal means by itself.
const outage = "outage"

func (s *SignalIn) check() error {
	for field, v := range map[string]*string{"source": &s.Source, "key": &s.Key, "title": &s.Title, "reason": &s.Reason} {
		*v = strings.TrimSpace(text.Line(*v))
		if utf8.RuneCountInString(*v) > 200 {
			return vis.InField(field, "This has at most 200 characters.")
		}
	}
	if s.Source == "" {
		return vis.InField("source", "Say which program is speaking.")
	}
	if s.Key == "" {
		return vis.InField("key", "Give the alert a key, by which its end is known.")
	}
	return nil
}

// about is the reason of an alert: the one it names, or the workspace's own for outages.
func (s *SignalIn) about(ctx context.Context, tx IncidentTx) error {
	t, err := reasonTree(ctx, tx)
	if err != nil {
		return err
	}
	if s.Reason == "" {
		s.Reason = t.keyOf(outage)
		return nil
	}
	if t.reason(s.Reason) == nil {
		return vis.InField("reason", "There is no such reason.")
	}
	return nil
}

// Signal takes an alert: it joins the open incident of the same reason or opens one. An alert that is known already changes nothing. The end of one
// that nothing is known of is absent.
func (w *Watch) Signal(ctx context.Context, by vis.Actor, in SignalIn) (Listed, error) {
	if err := by.Must(vis.WriteSignals); err != nil {
		return Listed{}, err
	}
	if err := in.check(); err != nil {
		return Listed{}, err
	}
	now := w.clock.Now()
	return vis.Update(ctx, w.db, by, func(tx IncidentTx) (Listed, error) {
		if err := in.about(ctx, tx); err != nil {
			return Listed{}, err
		}
		open, err := tx.OpenIncidents(ctx)
		if err != nil {
			return Listed{}, err
		}
		at := slices.IndexFunc(open, func(i Incident) bool { return i.signal(in) >= 0 })
		if at < 0 {
			at = slices.IndexFunc(open, func(i Incident) bool { return i.Course.Reason == in.Reason })
		}
		switch {
		case at < 0 && in.Over:
			return Listed{}, vis.Absent("incident")
		case at < 0:
			return w.openBySignal(ctx, tx, by, in, now)
		}
		i := open[at]
		if !i.take(in, now) {
			return listed(ctx, tx, i)
		}
		if i, err = tx.SaveIncident(ctx, i); err != nil {
			return Listed{}, err
		}
		if err := w.happened(ctx, tx, by, IncidentSignalled, i, now); err != nil {
			return Listed{}, err
		}
		if err := tx.Arm(ctx, jobs.Timer{Workspace: by.Workspace, Kind: TimerLook, DueAt: now}); err != nil {
			return Listed{}, err
		}
		return listed(ctx, tx, i)
	})
}

// signal is the place of an alert that goes on among those of the incident, or -1.
func (i Incident) signal(in SignalIn) int {
	return slices.IndexFunc(i.Course.Signals, func(s Signal) bool { return s.Source == in.Source && s.Key == in.Key && s.EndedAt.IsZero() })
}

// take notes an alert and reports whether that changes anything.
func (i *Incident) take(in SignalIn, now time.Time) bool {
	at := i.signal(in)
	switch {
	case at >= 0 && in.Over:
		i.Course.Signals[at].EndedAt = now
	case at < 0 && !in.Over && len(i.Course.Signals) < maxSignals:
		i.Course.Signals = append(i.Course.Signals, Signal{Source: in.Source, Key: in.Key, Title: in.Title, At: now})
	default:
		return false
	}
	return true
}

func (w *Watch) openBySignal(ctx context.Context, tx IncidentTx, by vis.Actor, in SignalIn, now time.Time) (Listed, error) {
	i := Incident{ID: vis.IncidentID(w.mint.ID(now)), State: Suspected, Cause: in.Reason, OpenedAt: now, Version: 1,
		Course: Course{Trigger: BySignal, Reason: in.Reason, Name: in.Title}}
	i.take(in, now)
	if err := tx.InsertIncident(ctx, i); err != nil {
		return Listed{}, err
	}
	if err := w.happened(ctx, tx, by, IncidentSuspected, i, now); err != nil {
		return Listed{}, err
	}
	if err := w.ring(ctx, tx, i, now); err != nil {
		return Listed{}, err
	}
	// What customers said about it so far joins at the next look.
	return Listed{Incident: i}, tx.Arm(ctx, jobs.Timer{Workspace: by.Workspace, Kind: TimerLook, DueAt: now})
}
