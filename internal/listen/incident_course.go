package listen

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// Task is one step of a scenario in an incident.
type Task struct {
	Step
	DoneAt time.Time    `json:"doneAt,omitzero"`
	By     vis.MemberID `json:"by,omitempty"`
}

// DeedKind is what was done about an incident.
type DeedKind string

const (
	DidConfirm  DeedKind = "confirmed"
	DidFix      DeedKind = "fixing"
	DidSolve    DeedKind = "solved"
	DidDismiss  DeedKind = "dismissed"
	DidUndo     DeedKind = "undone"
	DidName     DeedKind = "named"
	DidPlan     DeedKind = "scenario" // Text is its name
	DidWrite    DeedKind = "texts"
	DidTask     DeedKind = "task"   // Text is the step that is done
	DidNotTask  DeedKind = "untask" // or not done after all
	DidLearn    DeedKind = "lessons"
	DidSight    DeedKind = "sighted"   // somebody else saw it; Text is when, as RFC 3339 has it
	DidNotSight DeedKind = "unsighted" // or that is not known after all
	maxDeeds             = 300
	maxLessons           = 10000 // runes
	maxWhy               = 500
	maxSource            = 120
	takenBackIn          = OpenFor
	// sightedBefore is how long before the first message somebody else may have seen it.
	sightedBefore = 24 * time.Hour
)

// Deed is something that a member did about an incident.
type Deed struct {
	At   time.Time    `json:"at"`
	By   vis.MemberID `json:"by,omitempty"`
	Kind DeedKind     `json:"kind"`
	Text string       `json:"text,omitempty"`
}

// note remembers what was done; of too many the last are kept out, for how it began matters most.
func (i *Incident) note(by vis.Actor, now time.Time, kind DeedKind, text string) {
	if len(i.Course.Deeds) < maxDeeds {
		i.Course.Deeds = append(i.Course.Deeds, Deed{now, by.Member(), kind, text})
	}
}

// plan takes over what a scenario has prepared: its texts only where they are asked for. Steps that were done stay done.
func (i *Incident) plan(s Scenario, texts bool) {
	before := i.Course.Tasks
	if i.Course.Scenario = s.ID; texts {
		i.Course.Texts = i.Course.Texts.over(s.Plan.Texts)
	}
	i.Course.Tasks = make([]Task, len(s.Plan.Steps))
	for n, step := range s.Plan.Steps {
		if step.Owner == "" && step.Team == "" {
			step.Owner = s.Plan.Lead
		}
		if at := slices.IndexFunc(before, func(t Task) bool { return t.Text == step.Text }); at >= 0 {
			i.Course.Tasks[n] = before[at]
		}
		i.Course.Tasks[n].Step = step
	}
}

// Tick says that a step is done, or that it is not after all.
func (i *Incident) Tick(by vis.Actor, at int, done bool, now time.Time) error {
	if at < 0 || at >= len(i.Course.Tasks) {
		return vis.Absent("step")
	}
	t := &i.Course.Tasks[at]
	if done == !t.DoneAt.IsZero() {
		return nil
	}
	if *t = (Task{Step: t.Step}); !done {
		i.note(by, now, DidNotTask, t.Text)
		return nil
	}
	t.DoneAt, t.By = now, by.Member()
	i.note(by, now, DidTask, t.Text)
	return nil
}

// Sighting is when somebody else saw an incident, as a member knows it: monitoring that sent no signal, a colleague, the press.
type Sighting struct {
	At      time.Time    `json:"at"`
	Source  string       `json:"source,omitempty"` // who or what saw it, "" for the organisation's own supervision
	By      vis.MemberID `json:"by,omitempty"`
	NotedAt time.Time    `json:"notedAt"`
}

// Sight notes when somebody else saw the incident whose first message came at an instant. Where the organisation's own supervision spoke there is
// nothing to be said by hand.
func (i *Incident) Sight(by vis.Actor, s Sighting, first, now time.Time) error {
	if i.State == FalseAlarm {
		return i.refuse()
	}
	if len(i.Course.Signals) > 0 {
		return vis.Errorf(vis.Conflict, "incident_signalled", "Your own supervision reported this incident: that says when it was seen.")
	}
	s.Source = strings.TrimSpace(text.Line(s.Source))
	switch {
	case utf8.RuneCountInString(s.Source) > maxSource:
		return vis.InField("source", "This has at most %d characters.", maxSource)
	case s.At.After(now):
		return vis.InField("at", "This is still to come.")
	case s.At.Before(first.Add(-sightedBefore)):
		return vis.InField("at", "This is more than a day before the first message.")
	}
	s.By, s.NotedAt = by.Member(), now
	i.Course.Sighting = &s
	i.note(by, now, DidSight, s.At.UTC().Format(time.RFC3339))
	return nil
}

// Unsight takes back that somebody else saw it.
func (i *Incident) Unsight(by vis.Actor, now time.Time) error {
	if i.Course.Sighting == nil {
		return vis.Absent("sighting")
	}
	i.Course.Sighting = nil
	i.note(by, now, DidNotSight, "")
	return nil
}

// Undo takes back the last verdict of those that nobody outside was told of: that it was a false alarm, and that somebody is at work on it.
func (i *Incident) Undo(now time.Time) error {
	switch i.State {
	case FalseAlarm:
		if now.Sub(i.EndedAt) > takenBackIn {
			return vis.Errorf(vis.Conflict, "incident_state", "A false alarm can be taken back for a day only.")
		}
		i.State, i.EndedAt, i.Course.Why = Suspected, time.Time{}, ""
	case Fixing:
		i.State, i.Course.FixingAt = Confirmed, time.Time{}
	case Suspected, Confirmed, Solved:
		return vis.Errorf(vis.Conflict, "incident_state", "What customers were told cannot be taken back.")
	}
	return nil
}

// paragraph is a text of several lines that has at most so many characters.
func paragraph(field, s string, most int) (string, error) {
	s = strings.TrimSpace(text.Clean(s))
	if n := utf8.RuneCountInString(s); n > most {
		return s, vis.InField(field, "A text has at most %d characters; this one has %d.", most, n)
	}
	return s, nil
}
