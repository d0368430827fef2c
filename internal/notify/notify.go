// Package notify tells those who asked to be told: other programs by webhooks, members by the notices at their bell.
//
// The life of a delivery:
//
//  1. It is queued in the transaction that decides it: by the follower, which moves its place in the event log and writes the
//     deliveries in one transaction, or by another room with Queue inside its own.
//  2. A sender claims it with a lease: its fence grows, so that a sender that was too slow can no longer write over a later one.
//  3. It is sent outside of any transaction, with its id as the receiver's means to know a repetition.
//  4. The outcome is recorded: delivered, waiting for another try, or failed. A sender that dies between 3 and 4 leaves it to the
//     end of the lease, and it is sent again under the same id: at least once, never silently not at all.
package notify

import (
	"encoding/json"
	"slices"
	"time"

	"visavis/internal/vis"
)

// All is the event type of a webhook that is told everything.
const All vis.EventType = "*"

// The bounds of this room.
const (
	MaxWebhooks = 50
	MaxName     = 120 // runes of a webhook's name
	MaxText     = 500 // runes of a message to a member
	// RotateFor is how long the secret before the present one signs too.
	RotateFor = 24 * time.Hour
	// KeepDeliveries and KeepNotices are how long they are kept.
	KeepDeliveries = 30 * 24 * time.Hour
	KeepNotices    = 90 * 24 * time.Hour

	maxOpen      = 10_000         // deliveries of one webhook that wait at once; more switch it off
	maxEcho      = 20             // turns of a loop through a webhook and an API token
	echoWithin   = time.Minute    // between two turns
	leaseFor     = time.Minute    // a send takes ten seconds at most
	doomedAfter  = 24 * time.Hour // of nothing but failures
	doomedAtOnce = 5              // failures at least, before a webhook is given up
)

// Reasons why the server switched a webhook off.
const (
	BecauseGone    = "gone"    // the receiver said 410: never again
	BecauseFailing = "failing" // a day of nothing but failures
	BecauseOwner   = "owner"   // whoever set it up may no longer do so
	BecauseFull    = "full"    // too many deliveries wait
	BecauseLoop    = "loop"    // its receiver sets off by a token what it is told of, again and again
)

// Webhook is an address that is told of events.
type Webhook struct {
	ID   vis.WebhookID
	Name string
	URL  string
	// Secret signs, and so does Previous until PreviousUntil. Both are sealed.
	Secret        []byte
	Previous      []byte
	PreviousUntil time.Time
	// Events are the types it is told of; All is every one, and none leaves it to rules.
	Events []vis.EventType
	// Owner answers for it: it is sent nothing any more when she may no longer change settings.
	Owner    vis.MemberID
	Disabled bool
	// DisabledReason is set when the server switched it off.
	DisabledReason string
	// Failures counts those since the last success, FailingSince is when the first of them was.
	Failures     int
	FailingSince time.Time
	CreatedAt    time.Time
	Version      int64
}

// follows reports whether it is to be told of events at all.
func (w Webhook) follows() bool { return !w.Disabled && len(w.Events) > 0 }

// wants reports whether it is to be told of an event. What rings a member's bell is hers alone.
func (w Webhook) wants(t vis.EventType) bool {
	return w.follows() && t != NoticeGiven && (slices.Contains(w.Events, All) || slices.Contains(w.Events, t))
}

// disable switches it off for a reason.
func (w *Webhook) disable(reason string) { w.Disabled, w.DisabledReason = true, reason }

// enable switches it on with a clean record, in the name of a member.
func (w *Webhook) enable(by vis.MemberID) {
	w.Disabled, w.DisabledReason, w.Failures, w.FailingSince, w.Owner = false, "", 0, time.Time{}, by
}

// failed counts a failure and reports whether it is given up now.
func (w *Webhook) failed(now time.Time) bool {
	if w.Failures == 0 {
		w.FailingSince = now
	}
	w.Failures++
	return w.Failures >= doomedAtOnce && now.Sub(w.FailingSince) >= doomedAfter
}

// State is where a delivery stands.
type State string

const (
	Waiting   State = "waiting"
	Sending   State = "sending"
	Delivered State = "delivered"
	Failed    State = "failed"
	// Unknown is sending whose sender was not heard of in time: it is sent again.
	Unknown State = "unknown"
)

// The types of deliveries that no event made.
const (
	OfRule = "rule"
	OfTest = "test"
)

// Words for what went wrong, short enough for a list and saying nothing of what lies behind an address.
const (
	WrongAddress    = "address"    // it may not be called, or no public one was found
	WrongTimeout    = "timeout"    // no answer in time; it may have arrived
	WrongConnection = "connection" // broken, or a certificate that nobody vouches for
	WrongStatus     = "status"     // another answer than 2xx
	WrongDisabled   = "disabled"   // its webhook was off when its time came
	WrongOwner      = "owner"      // its webhook's owner may no longer change settings
)

// Delivery is one thing that one webhook is told.
type Delivery struct {
	ID      vis.DeliveryID // also the receiver's means to know a repetition
	Webhook vis.WebhookID
	Seq     int64  // of its event; 0 when no event made it
	Type    string // the event's, or OfRule or OfTest
	Body    json.RawMessage
	State   State
	// Attempts counts those begun since it was queued, or last asked for again.
	Attempts int
	// NextAt is when it is tried next while it waits, and when its sender's lease ends while it is sent.
	NextAt time.Time
	// Fence grows with every claim.
	Fence int64
	// Status is the receiver's last answer, 0 when there was none; Wrong is what was wrong last; Took how long it was.
	Status int
	Wrong  string
	Took   time.Duration
	// Subject is the conversation or customer of its event; Echo counts turns of a loop about it.
	Subject     string
	Echo        int
	CreatedAt   time.Time
	DeliveredAt time.Time
}

// StateAt is where it stands at an instant: a sending whose lease has ended is unknown.
func (d Delivery) StateAt(now time.Time) State {
	if d.State == Sending && !now.Before(d.NextAt) {
		return Unknown
	}
	return d.State
}

// pauses are how long is waited after the first failed attempt, the second, and so on. After the last one it is given up.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 24 * time.Hour}

// MaxAttempts is how often a delivery is tried.
const MaxAttempts = 7

// ended records how an attempt ended. A failure waits for the next attempt, moved by chance (0 to 255) by a tenth at most in either
// direction, so that what failed together does not come back together; a test is tried once.
func (d *Delivery) ended(o outcome, now time.Time, chance byte) {
	d.Status, d.Wrong, d.Took = o.status, o.wrong, o.took
	switch {
	case o.wrong == "":
		d.State, d.DeliveredAt, d.NextAt = Delivered, now, time.Time{}
	case o.final || d.Type == OfTest || d.Attempts > len(pauses):
		d.State, d.NextAt = Failed, time.Time{}
	default:
		pause := pauses[max(0, d.Attempts-1)]
		d.State, d.NextAt = Waiting, now.Add(pause+pause*time.Duration(int(chance)-128)/1280)
	}
}

// again puts it back into the queue because a person asked for it.
func (d *Delivery) again(now time.Time) error {
	switch d.StateAt(now) {
	case Delivered, Failed:
		d.State, d.Attempts, d.NextAt, d.DeliveredAt = Waiting, 0, now, time.Time{}
		return nil
	case Waiting:
		d.NextAt = now
		return nil
	case Sending, Unknown:
	}
	return vis.Errorf(vis.Conflict, "delivery_underway", "This delivery is being sent already.")
}

// outcome is how one attempt ended; wrong is "" for a success.
type outcome struct {
	status int
	wrong  string
	took   time.Duration
	final  bool // no further attempt would help
}

// Kind is what a notice is about.
type Kind string

const (
	PromiseWarned   Kind = "promise.warned"
	CallBack        Kind = "callback" // a customer is to be called now; Text is her name
	ByRule          Kind = "rule"     // a rule tells somebody; Text is its name
	PromiseMissed   Kind = "promise.missed"
	Message         Kind = "message" // from a supervisor or administrator
	WebhookDisabled Kind = "webhook.disabled"
	RuleDisabled    Kind = "rule.disabled"
	Handover        Kind = "handover"
	Undelivered     Kind = "undelivered"  // a letter of hers did not arrive; Text is the customer's name
	Incident        Kind = "incident"     // many customers write about the same; Text is its name or reason
	StorageFull     Kind = "storage.full" // files and letters are refused until there is room on the disk
	CalledIn        Kind = "called_in"    // an incident is confirmed in which she is called in, or has a step to do; Text as of Incident
)

// Notice is one line at one member's bell.
type Notice struct {
	ID           vis.NoticeID
	Member       vis.MemberID // whose bell rings
	Kind         Kind
	Conversation vis.ConversationID // "" when it is about none
	// Text is what was written, or the name of what the notice is about.
	Text string
	By   vis.MemberID // "" when the server gives it
	At   time.Time
	// ReadAt is zero while it is unread.
	ReadAt time.Time
}
