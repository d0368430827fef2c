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
	Text   string       `json:"text"`
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
	maxDeeds             = 300
	maxLessons           = 10000 // runes
	maxWhy               = 500
	takenBackIn          = OpenFor
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
		i.Course.Tasks[n].Text = step
		if at := slices.IndexFunc(before, func(t Task) bool { return t.Text == step }); at >= 0 {
			i.Course.Tasks[n] = before[at]
		}
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
	if *t = (Task{Text: t.Text}); !done {
		i.note(by, now, DidNotTask, t.Text)
		return nil
	}
	t.DoneAt, t.By = now, by.Member()
	i.note(by, now, DidTask, t.Text)
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
