package hours

import (
	"cmp"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"visavis/internal/vis"
)

const (
	maxCalendarFile = 2 << 20 // bytes
	maxEvents       = 10_000
)

// ParseICal reads closing days out of a calendar file (RFC 5545), from the day on which from falls in zone to the day on which to
// does, both inclusive. An event that reaches beyond them appears whole; a day on which several events lie appears once for each.
//
// Every event closes whole days: it is all-day (DTSTART;VALUE=DATE), or it runs from one midnight of zone to another. Any other
// event with a time of day is refused, for a file does not say which hours of that day stay open; so is a rule that repeats within a
// day. RRULE (but for BYWEEKNO), RDATE, EXDATE and single changed occurrences (RECURRENCE-ID) are followed; cancelled events are
// left out. A TZID that the IANA database does not know counts as zone. A file holds at most 2 MB, 10,000 events and 1000 days.
func ParseICal(r io.Reader, zone *time.Location, from, to time.Time) ([]Day, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxCalendarFile+1))
	if err != nil {
		return nil, vis.InField("file", "The file could not be read to its end; try again.")
	}
	if len(data) > maxCalendarFile {
		return nil, vis.InField("file", "The file is larger than %d MB; export fewer years.", maxCalendarFile>>20)
	}
	events, err := readEvents(string(data))
	if err != nil {
		return nil, err
	}
	w := window{first: localDate(from.In(zone)), last: localDate(to.In(zone)), zone: zone, budget: maxRuleSteps}
	days, err := w.expand(events)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(days, func(a, b Day) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Name, b.Name))
	})
	return slices.CompactFunc(days, func(a, b Day) bool { return a.From == b.From && a.To == b.To && a.Name == b.Name }), nil
}

// event is a VEVENT: its properties by name, in order.
type event map[string][]property

type property struct {
	params map[string]string
	value  string
}

func (e event) first(name string) property {
	if list := e[name]; len(list) > 0 {
		return list[0]
	}
	return property{}
}

// title is what the event calls itself, fit to be shown and kept.
func (e event) title() string {
	text := strings.NewReplacer(`\n`, " ", `\N`, " ", `\,`, ",", `\;`, ";", `\\`, `\`).Replace(e.first("SUMMARY").value)
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxName {
		text = strings.ToValidUTF8(text[:maxName-len("…")], "") + "…"
	}
	return text
}

func (e event) cancelled() bool { return strings.EqualFold(e.first("STATUS").value, "CANCELLED") }

// readEvents picks the events out of a file. What lies within an event (alarms) or beside it (tasks, zones) is passed over.
func readEvents(text string) ([]event, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	var events []event
	var current event
	inner, calendar := 0, false
	for line := range unfold(text) {
		name, p, ok := splitLine(line)
		kind := strings.ToUpper(p.value)
		switch {
		case !ok:
			continue
		case name == "BEGIN" && current != nil:
			inner++
		case name == "BEGIN" && kind == "VCALENDAR":
			calendar = true
		case name == "BEGIN" && kind == "VEVENT" && calendar:
			if len(events) == maxEvents {
				return nil, vis.InField("file", "The file holds more than %d events; export fewer years.", maxEvents)
			}
			current = event{}
		case name == "END" && inner > 0:
			inner--
		case name == "END" && current != nil:
			events, current = append(events, current), nil
		case current != nil && inner == 0 && wanted[name]:
			current[name] = append(current[name], p)
		}
	}
	if !calendar {
		return nil, vis.InField("file", "This is not a calendar file: it has no BEGIN:VCALENDAR. Export your calendar as .ics.")
	}
	if current != nil {
		return nil, vis.InField("file", "The file ends in the middle of the event %q; export it again.", clip(current.title()))
	}
	return events, nil
}

// wanted are the properties that say when an event is, and what it is called.
var wanted = map[string]bool{
	"DTSTART": true, "DTEND": true, "DURATION": true, "RRULE": true, "RDATE": true, "EXDATE": true, "RECURRENCE-ID": true,
	"SUMMARY": true, "STATUS": true, "UID": true,
}

// unfold yields the lines of a file with those joined again that were folded (a line break and a blank).
func unfold(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		var whole strings.Builder
		for line := range strings.Lines(text) {
			line = strings.TrimRight(line, "\r\n")
			if line != "" && (line[0] == ' ' || line[0] == '\t') {
				whole.WriteString(line[1:])
				continue
			}
			if whole.Len() > 0 && !yield(whole.String()) {
				return
			}
			whole.Reset()
			whole.WriteString(line)
		}
		if whole.Len() > 0 {
			yield(whole.String())
		}
	}
}

// splitLine reads "NAME;PARAM=value;PARAM="quoted":value".
func splitLine(line string) (name string, p property, ok bool) {
	quoted, colon := false, -1
	for i := range len(line) {
		if line[i] == '"' {
			quoted = !quoted
		}
		if line[i] == ':' && !quoted {
			colon = i
			break
		}
	}
	if colon < 0 {
		return "", p, false
	}
	name, rest, _ := strings.Cut(line[:colon], ";")
	p.value = strings.TrimSpace(line[colon+1:])
	for param := range strings.SplitSeq(rest, ";") {
		key, value, ok := strings.Cut(param, "=")
		if !ok {
			continue
		}
		if p.params == nil {
			p.params = map[string]string{}
		}
		p.params[strings.ToUpper(key)] = strings.Trim(value, `"`)
	}
	return strings.ToUpper(name), p, true
}
