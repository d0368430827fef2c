// Package hours knows when people answer: calendars of opening hours, public holidays and closing days, and open time counted in
// them. It is pure: it reads no clock and no file but the time zones of the system, and is handed every instant.
//
// # What a slot means
//
// A local time of day means the first instant at which the clocks of the zone show it or later. So:
//
//   - A slot that begins in an hour that is skipped in spring begins at the first instant after the gap; one that lies wholly in
//     the gap does not happen that day.
//   - A repeated hour in autumn counts twice, for open time is real elapsed time. A slot that begins or ends within the repeated
//     hour does so the first time the clocks show it, so that slots that touch on paper touch in time.
//   - A slot belongs to the day on which it begins. A night that runs over midnight is neither cut by a closing day that follows,
//     nor by a holiday or another season; to end it earlier, give the day on which it begins hours of its own.
//
// What holds on a day is, in this order: a Day, a public holiday (closed, unless it is among Worked), a Season, the Week. Of
// several Days a hand-written one wins over an imported one, then the shorter one, then the later one in the list; of several
// Seasons a dated one wins over a yearly one, then the shorter one, then the later one.
package hours

import (
	"sync/atomic"
	"time"
)

// Slot is a stretch of a weekday on which people answer. Day is 1 for Monday to 7 for Sunday; From and To are "HH:MM" on the
// zone's clocks. A To at or before From lies on the next day; "24:00" is allowed as To, so "00:00" to "24:00" is the whole day.
type Slot struct {
	Day  int    `json:"day"`
	From string `json:"from"`
	To   string `json:"to"`
}

// Span is a Slot on a date that is known from elsewhere.
type Span struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Season replaces the regular week from one date to another, both inclusive: "MM-DD" for every year (it may wrap the new year,
// such as 12-01 to 02-28) or "YYYY-MM-DD" for once. A Season with an empty Week is closed.
type Season struct {
	Name string `json:"name"`
	From string `json:"from"`
	To   string `json:"to"`
	Week []Slot `json:"week"`
}

// Day is an exception from one date to another, both inclusive and "YYYY-MM-DD". Without Spans it is closed all day. It wins over
// seasons and holidays. Imported says that it came out of a calendar file and may be replaced by the next import.
type Day struct {
	Name     string `json:"name"`
	From     string `json:"from"`
	To       string `json:"to"`
	Spans    []Span `json:"spans,omitempty"`
	Imported bool   `json:"imported,omitempty"`
}

// Calendar is what a person fills in; Compile makes Hours of it.
type Calendar struct {
	Zone    string   `json:"zone"` // of the IANA database, such as "Europe/Paris"
	Week    []Slot   `json:"week"`
	Seasons []Season `json:"seasons,omitempty"`
	Country string   `json:"country,omitempty"` // ISO 3166-1 alpha-2, "" for no public holidays
	Region  string   `json:"region,omitempty"`  // ISO 3166-2 such as "FR-57", "" for what the whole country has
	Worked  []string `json:"worked,omitempty"`  // ids of public holidays on which it is open all the same; covers their substitute days
	Days    []Day    `json:"days,omitempty"`
}

// Hours answers questions about a Calendar. It never changes, is safe for concurrent use, and remembers about seventeen years of
// opening at most (32 blocks of 194 days, 15 kB each for an ordinary week), filled as they are asked for.
//
// Every method that looks ahead gives up ten years after the instant it is asked about. Instants that come back are in the
// location of the one that was asked about.
type Hours struct {
	zone   *time.Location
	always bool
	rules  rules
	blocks [cachedBlocks]atomic.Pointer[block]
}

// Always is open round the clock and never closes; its days are those of UTC.
func Always() *Hours { return &Hours{zone: time.UTC, always: true} }

// Zone is where the calendar's clocks hang.
func (h *Hours) Zone() *time.Location { return h.zone }

// Compile checks a calendar and makes it ready to be asked.
func Compile(c Calendar) (*Hours, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	zone, err := loadZone(c.Zone)
	if err != nil {
		return nil, err
	}
	rules, err := newRules(c)
	if err != nil {
		return nil, err
	}
	return &Hours{zone: zone, rules: rules}, nil
}
