package routing

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"visavis/internal/desk"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// The bounds of a rule.
const (
	maxConditions = 20
	maxActions    = 10
	maxValueRunes = 500
	maxNoteRunes  = 2000
	maxSnooze     = 24 * 90 // hours
)

// What rules can do.
const (
	doAssignTeam        = "assignTeam"
	doAssignMember      = "assignMember"
	doSetCriticality    = "setCriticality"
	doRaise             = "raise"
	doSetReason         = "setReason"
	doSetLanguage       = "setLanguage"
	doSetMood           = "setMood"
	doNote              = "note"
	doStep              = "step"
	doResolve           = "resolve"
	doSnoozeHours       = "snoozeHours"
	doWebhook           = "webhook"
	doNotifyTeam        = "notifyTeam"
	doNotifySupervisors = "notifySupervisors"
)

// Actions lists what rules can do.
func Actions() []string {
	return []string{doAssignTeam, doAssignMember, doSetCriticality, doRaise, doSetReason, doSetLanguage, doSetMood, doNote, doStep, doResolve,
		doSnoozeHours, doWebhook, doNotifyTeam, doNotifySupervisors}
}

// Check cleans the rule and refuses what cannot be meant. Whether the teams, members and webhooks it names are there shows when it runs.
func (r *Rule) Check() (err error) {
	if r.Name, err = checkName(r.Name); err != nil {
		return err
	}
	switch {
	case len(r.When) == 0:
		return vis.InField("when", "Say what sets the rule off.")
	case len(r.Then) == 0:
		return vis.InField("then", "Say what the rule does.")
	case len(r.If) > maxConditions:
		return vis.InField("if", "A rule has %d conditions at most.", maxConditions)
	case len(r.Then) > maxActions:
		return vis.InField("then", "A rule does %d things at most.", maxActions)
	}
	for i, w := range r.When {
		if !slices.Contains(Triggers(), w) || slices.Contains(r.When[:i], w) {
			return vis.InField(fmt.Sprintf("when[%d]", i), "Nothing of the name %q sets rules off, or it is here twice.", w)
		}
	}
	for i, c := range r.If {
		if err := c.check(fmt.Sprintf("if[%d]", i)); err != nil {
			return err
		}
	}
	for i := range r.Then {
		if err := r.Then[i].check(fmt.Sprintf("then[%d]", i)); err != nil {
			return err
		}
	}
	return nil
}

func (c Condition) check(at string) error {
	k, ok := fieldKinds[c.Field]
	switch {
	case !ok:
		return vis.InField(at+".field", "There is no field %q.", c.Field)
	case !slices.Contains(operators[k], c.Is):
		return vis.InField(at+".is", "The field %s cannot be compared with %q.", c.Field, c.Is)
	case utf8.RuneCountInString(c.Value) > maxValueRunes:
		return vis.InField(at+".value", "A value has %d characters at most.", maxValueRunes)
	case c.Is == opIsSet || c.Is == opIsNotSet:
		return nil
	}
	switch k {
	case number:
		if _, err := strconv.ParseInt(strings.TrimSpace(c.Value), 10, 64); err != nil {
			return vis.InField(at+".value", "%q is no whole number.", c.Value)
		}
	case yesNo:
		if c.Value != "true" && c.Value != "false" {
			return vis.InField(at+".value", "This is true or false, not %q.", c.Value)
		}
	case words:
		if text.Fold(c.Value) == "" || (c.Is == opContains || c.Is == opContainsNot) && c.Field != "pageUrl" && stemmed(c.Value) == " " {
			return vis.InField(at+".value", "Say which words.")
		}
	case exact, tree:
		if len(list(c.Value)) == 0 {
			return vis.InField(at+".value", "Say which.")
		}
	}
	return nil
}

// needs says what the value of each action is.
var needs = map[string]func(at string, a *Action) error{
	doAssignTeam: func(at string, a *Action) error {
		if a.Value == "" { // out of every team
			return nil
		}
		return id(at, a, "team")
	},
	doAssignMember:   func(at string, a *Action) error { return id(at, a, "member") },
	doSetCriticality: func(at string, a *Action) error { return between(at, a, 0, desk.MaxCriticality) },
	doRaise:          nothing,
	doSetReason:      func(at string, a *Action) error { return wordsOf(at, a, desk.MaxReason) },
	doSetLanguage: func(at string, a *Action) error {
		if a.Value != "fr" && a.Value != "en" {
			return vis.InField(at, "A language is fr or en here, not %q.", a.Value)
		}
		return nil
	},
	doSetMood:     func(at string, a *Action) error { return between(at, a, -desk.MaxMood, desk.MaxMood) },
	doNote:        func(at string, a *Action) error { return wordsOf(at, a, maxNoteRunes) },
	doStep:        func(at string, a *Action) error { return wordsOf(at, a, desk.MaxStep) },
	doResolve:     nothing,
	doSnoozeHours: func(at string, a *Action) error { return between(at, a, 1, maxSnooze) },
	doWebhook:     func(at string, a *Action) error { return id(at, a, "webhook") },
	doNotifyTeam: func(at string, a *Action) error {
		if a.Value == "" { // that of the conversation
			return nil
		}
		return id(at, a, "team")
	},
	doNotifySupervisors: nothing,
}

func (a *Action) check(at string) error {
	need, ok := needs[a.Do]
	if !ok {
		return vis.InField(at+".do", "There is no action %q.", a.Do)
	}
	return need(at+".value", a)
}

func nothing(_ string, a *Action) error {
	a.Value = ""
	return nil
}

func id(at string, a *Action, noun string) error {
	if !vis.IsID(a.Value) {
		return vis.InField(at, "Choose a %s.", noun)
	}
	return nil
}

func between(at string, a *Action, least, most int) error {
	n, err := strconv.Atoi(strings.TrimSpace(a.Value))
	if err != nil || n < least || n > most {
		return vis.InField(at, "This is a whole number from %d to %d.", least, most)
	}
	a.Value = strconv.Itoa(n)
	return nil
}

func wordsOf(at string, a *Action, most int) error {
	a.Value = text.Clean(a.Value)
	if n := utf8.RuneCountInString(a.Value); text.Fold(a.Value) == "" || n > most {
		return vis.InField(at, "This has 1 to %d characters.", most)
	}
	return nil
}
