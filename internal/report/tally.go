// Package report counts what the event log says: contacts, and promises made and kept. It owns no truth: everything here can be counted
// again from the log.
package report

import (
	"time"

	"visavis/internal/vis"
)

// What is counted. Contacts are counted by quarters of an hour, promises by days.
const (
	Contacts = "contacts" // conversations that customers began or reopened
	Answers  = "answers"  // what members said to customers
	Kept     = "kept"     // promises kept in time
	Missed   = "missed"   // deadlines that passed, whether what was promised was done later or not
	Late     = "late"     // done after the deadline
	// Unanswered are matters that were closed on our side, in time, without the answer that was promised: neither kept nor missed.
	Unanswered = "unanswered"
)

// Slot is how finely contacts and answers are counted.
const Slot = 15 * time.Minute

// Tally is what was counted of one thing in one slot of time.
type Tally struct {
	What    string // one of the above
	Kind    string // of promise, for those; otherwise ""
	Channel vis.ChannelID
	Team    vis.TeamID
	// At is when the slot begins: a quarter of an hour, or for promises midnight of a day in the workspace's zone.
	At time.Time
	N  int64
	// Took holds how long it took, for what was kept or late.
	Took Sketch
}

// key is what tallies of the same thing share.
type key struct {
	what, kind string
	channel    vis.ChannelID
	team       vis.TeamID
	at         int64
}

func (t Tally) key() key { return key{t.What, t.Kind, t.Channel, t.Team, t.At.UnixMilli()} }

// add counts another tally of the same thing in.
func (t *Tally) add(o Tally) {
	t.N += o.N
	t.Took.Merge(o.Took)
}
