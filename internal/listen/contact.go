package listen

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// Contact is a conversation as it is counted: once, on the day on which the customer began it, by what is known of it now.
type Contact struct {
	Conversation vis.ConversationID
	Customer     vis.CustomerID
	BeganAt      time.Time
	Day          Day
	Channel      vis.ChannelID
	// Reason and what follows is what its words say; Message is the newest that was read, "" while none was.
	Reason       string
	Language     string
	Message      vis.MessageID
	Mood         int
	Dissatisfied bool
	// Repeat says that she had begun another for the same reason not long before, or had to come back to this one.
	Repeat   bool
	Reopened bool
	// Handled is how long members had it in their hands, as far as the log shows: see handle.
	Handled   time.Duration
	TouchedAt time.Time // the last thing that happened in it
	// Page is where she was when she began.
	Page string
	// Where she is and what she has by her file, when this was counted last.
	Spot
}

// RepeatWithin is how soon after another of hers for the same reason a contact is a repeat.
const RepeatWithin = 30 * 24 * time.Hour

// Day numbers the days since 1970 of a calendar.
type Day int

// DayOf is the day of an instant in a zone.
func DayOf(at time.Time, zone *time.Location) Day {
	y, m, d := at.In(zone).Date()
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ParseDay reads a day such as 2026-11-30.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	return Day(t.Unix() / 86400), err
}

// Midnight is when the day begins in a zone.
func (d Day) Midnight(zone *time.Location) time.Time {
	t := time.Unix(int64(d)*86400, 0).UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone)
}

// String writes the day as ParseDay reads it.
func (d Day) String() string { return d.Midnight(time.UTC).Format(time.DateOnly) }

// AllChannels and AllLanguages stand for the sum of them.
const (
	AllChannels  vis.ChannelID = ""
	AllLanguages string        = "*"
)

// Cell is what is counted apart: all contacts of a day with the same reason, on the same channel, in the same language. What they add up to
// over all channels, all languages, and both is counted with them.
type Cell struct {
	Day      Day
	Reason   string
	Channel  vis.ChannelID
	Language string
	Spot
}

// Sums add up contacts.
type Sums struct {
	Contacts     int
	Read         int // those whose words were read; Moods and Dissatisfied are of these
	Moods        int
	Dissatisfied int
	Repeats      int
	Handled      int // those that members had in their hands; HandledFor is for how long together
	HandledFor   time.Duration
}

// Tallied is what was counted of a cell.
type Tallied struct {
	Cell
	Sums
}

// Cells are those that a contact counts for: four, and where its place or its product is known four of each and of both.
func (c Contact) Cells() []Cell {
	out := make([]Cell, 0, 16)
	for _, spot := range c.spots() {
		out = append(out, Cell{c.Day, c.Reason, c.Channel, c.Language, spot}, Cell{c.Day, c.Reason, AllChannels, c.Language, spot},
			Cell{c.Day, c.Reason, c.Channel, AllLanguages, spot}, Cell{c.Day, c.Reason, AllChannels, AllLanguages, spot})
	}
	return out
}

// spots are those that one counts for.
func (s Spot) spots() []Spot {
	switch {
	case s == Spot{}:
		return []Spot{{}}
	case s.Place == "" || s.Product == "":
		return []Spot{{}, s}
	}
	return []Spot{{}, {Place: s.Place}, {Product: s.Product}, s}
}

func (c Cell) compare(d Cell) int {
	return cmp.Or(cmp.Compare(c.Day, d.Day), strings.Compare(c.Reason, d.Reason), cmp.Compare(c.Channel, d.Channel), strings.Compare(c.Language, d.Language),
		strings.Compare(c.Place, d.Place), strings.Compare(c.Product, d.Product))
}

// sums are what one contact adds to its cell.
func (c Contact) sums() Sums {
	s := Sums{Contacts: 1, Repeats: one(c.Repeat), Handled: one(c.Handled > 0), HandledFor: c.Handled}
	if c.Message != "" {
		s.Read, s.Moods, s.Dissatisfied = 1, c.Mood, one(c.Dissatisfied)
	}
	return s
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// Add adds other sums, so many times.
func (s *Sums) Add(o Sums, times int) {
	s.Contacts += times * o.Contacts
	s.Read += times * o.Read
	s.Moods += times * o.Moods
	s.Dissatisfied += times * o.Dissatisfied
	s.Repeats += times * o.Repeats
	s.Handled += times * o.Handled
	s.HandledFor += time.Duration(times) * o.HandledFor
}

// handMost is the longest that is taken for work on a conversation before one act: who answers after an hour did something else meanwhile.
const handMost = 10 * time.Minute

// handle takes in that something happened in the conversation. Before each thing that a member does she had it in her hands since what happened
// last, for handMost at most.
func (c *Contact) handle(e vis.Event) {
	if e.By == vis.ByMember {
		switch e.Type {
		case desk.MessageSent, desk.NoteWritten, desk.ConversationResolved, desk.ConversationAssigned:
			c.Handled += min(max(e.At.Sub(c.TouchedAt), 0), handMost)
		}
	}
	if e.At.After(c.TouchedAt) {
		c.TouchedAt = e.At
	}
	c.Reopened = c.Reopened || e.Type == desk.ConversationReopened && e.By == vis.ByCustomer
}

// understand takes over what is known of the conversation now.
func (c *Contact) understand(from desk.Conversation, is Spot) {
	c.Spot = is
	c.Customer, c.Channel = from.Customer.ID, from.Channel
	c.Reason, c.Mood = from.About.Reason, from.About.Mood
	c.Language, c.Message, c.Dissatisfied = from.Reading.Language, from.Reading.Message, from.Reading.Dissatisfied
}

// markRepeats says of each of one customer's contacts whether it is a repeat. Where these are not all of hers, what the first of each reason
// were stays.
func markRepeats(hers []*Contact, all bool) {
	slices.SortFunc(hers, func(a, b *Contact) int { return a.BeganAt.Compare(b.BeganAt) })
	last := make(map[string]time.Time)
	for _, c := range hers {
		before, known := last[c.Reason]
		c.Repeat = c.Reopened || c.Reason != "" && known && c.BeganAt.Sub(before) < RepeatWithin || c.Repeat && !known && !all
		last[c.Reason] = c.BeganAt
	}
}
