package routing

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"visavis/internal/text"
)

// What rules can look at, and how they compare.

// kind is what sort of value a field holds.
type kind string

const (
	words  kind = "words"  // compared folded, by whole words
	exact  kind = "exact"  // an id or a word of ours
	tree   kind = "tree"   // a reason: a branch holds what lies on it
	number kind = "number" // a whole number
	yesNo  kind = "yesNo"  // "true" or "false"
)

var fieldKinds = map[string]kind{
	"text": words, "subject": words, "segment": words, "pageUrl": words,
	"channel": exact, "channelKind": exact, "team": exact, "assignee": exact, "language": exact, "state": exact, "urgency": exact,
	"reason":      tree,
	"criticality": number, "mood": number, "value": number, "influence": number, "contacts": number, "waitingMinutes": number,
	"open": yesNo, "verified": yesNo, "dissatisfied": yesNo,
}

// The operators of conditions.
const (
	opIs          = "is"
	opIsNot       = "isNot"
	opOneOf       = "oneOf" // a list with commas
	opContains    = "contains"
	opContainsNot = "containsNot"
	opStartsWith  = "startsWith"
	opAtLeast     = "atLeast"
	opAtMost      = "atMost"
	opIsSet       = "isSet"
	opIsNotSet    = "isNotSet"
)

var operators = map[kind][]string{
	words:  {opContains, opContainsNot, opIs, opIsNot, opStartsWith, opIsSet, opIsNotSet},
	exact:  {opIs, opIsNot, opOneOf, opIsSet, opIsNotSet},
	tree:   {opIs, opIsNot, opStartsWith, opOneOf, opIsSet, opIsNotSet},
	number: {opAtLeast, opAtMost, opIs, opIsNot},
	yesNo:  {opIs},
}

// Fields lists what conditions can look at.
func Fields() []string { return slices.Sorted(maps.Keys(fieldKinds)) }

// Operators lists how a field can be compared; none when there is no such field.
func Operators(field string) []string { return slices.Clone(operators[fieldKinds[field]]) }

// Triggers lists what sets rules off.
func Triggers() []Trigger {
	return []Trigger{WhenStarted, WhenReceived, WhenSent, WhenAssigned, WhenResolved, WhenReopened, WhenClassified, WhenWarned, WhenMissed}
}

// Match says whether the conditions of a rule hold, and which of them. A rule without conditions holds always.
func Match(r Rule, f Facts) (bool, []bool) {
	each := make([]bool, len(r.If))
	all, anyOf := true, false
	for i, c := range r.If {
		each[i] = c.holds(f)
		all, anyOf = all && each[i], anyOf || each[i]
	}
	return all && !r.Any || r.Any && (anyOf || len(each) == 0), each
}

func (c Condition) holds(f Facts) bool {
	switch fieldKinds[c.Field] {
	case words:
		return c.holdsText(f.textOf(c.Field))
	case exact, tree:
		return c.holdsWord(f.textOf(c.Field))
	case number:
		return c.holdsNumber(f.numberOf(c.Field))
	case yesNo:
		is := map[string]bool{"open": f.Open, "verified": f.Verified, "dissatisfied": f.Dissatisfied}[c.Field]
		return c.Is == opIs && strconv.FormatBool(is) == c.Value
	}
	return false
}

func (f Facts) textOf(field string) string {
	switch field {
	case "text":
		return f.Text
	case "subject":
		return f.Subject
	case "segment":
		return f.Segment
	case "pageUrl":
		return f.PageURL
	case "channel":
		return f.Channel
	case "channelKind":
		return f.ChannelKind
	case "team":
		return f.Team
	case "assignee":
		return f.Assignee
	case "language":
		return f.Language
	case "state":
		return f.State
	case "urgency":
		return f.Urgency
	case "reason":
		return f.Reason
	}
	return ""
}

func (f Facts) numberOf(field string) int64 {
	switch field {
	case "criticality":
		return int64(f.Criticality)
	case "mood":
		return int64(f.Mood)
	case "value":
		return int64(f.Value)
	case "influence":
		return f.Influence
	case "contacts":
		return int64(f.Contacts)
	case "waitingMinutes":
		return int64(f.WaitingFor.Minutes())
	}
	return 0
}

// holdsText compares words without regard to case and accents; an address by its letters.
func (c Condition) holdsText(is string) bool {
	folded, wanted := text.Fold(is), text.Fold(c.Value)
	switch c.Is {
	case opIs:
		return folded == wanted
	case opIsNot:
		return folded != wanted
	case opStartsWith:
		return strings.HasPrefix(folded, wanted)
	case opIsSet:
		return folded != ""
	case opIsNotSet:
		return folded == ""
	}
	has := holdsWords(stemmed(is), c.Value)
	if c.Field == "pageUrl" {
		has = strings.Contains(folded, wanted)
	}
	return has == (c.Is == opContains)
}

func (c Condition) holdsWord(is string) bool {
	switch c.Is {
	case opIs:
		return is == c.Value
	case opIsNot:
		return is != c.Value
	case opStartsWith:
		return within(is, strings.TrimSuffix(c.Value, "/"))
	case opOneOf:
		return slices.Contains(list(c.Value), is)
	case opIsSet:
		return is != ""
	case opIsNotSet:
		return is == ""
	}
	return false
}

func (c Condition) holdsNumber(is int64) bool {
	wanted, err := strconv.ParseInt(strings.TrimSpace(c.Value), 10, 64)
	if err != nil {
		return false
	}
	switch c.Is {
	case opAtLeast:
		return is >= wanted
	case opAtMost:
		return is <= wanted
	case opIs:
		return is == wanted
	case opIsNot:
		return is != wanted
	}
	return false
}

// list reads a list with commas.
func list(in string) []string {
	var out []string
	for one := range strings.SplitSeq(in, ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}
