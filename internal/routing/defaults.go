package routing

import (
	"slices"
	"strings"
	"time"

	"visavis/internal/channel"
)

// Default is what is promised on some kinds of channels while no policy says otherwise.
type Default struct {
	Kinds []channel.Kind
	Terms map[PromiseKind]Term
	// Closed are the terms of what arrives outside opening hours; nil when they are the same.
	Closed map[PromiseKind]Term
}

// Defaults are what is promised by default. A robot may acknowledge, so that an acknowledgement is owed at any hour.
func Defaults() []Default {
	within := func(d time.Duration) Term { return Term{For: d} }
	days := func(n int) Term { return Term{Days: n} }
	atOnce := func(d time.Duration) Term { return Term{For: d, Always: true} }
	mail := map[PromiseKind]Term{Acknowledge: atOnce(5 * time.Minute), First: within(4 * time.Hour), Next: within(8 * time.Hour), Resolve: days(2)}
	return []Default{
		{Kinds: []channel.Kind{"sos"}, Terms: map[PromiseKind]Term{Acknowledge: atOnce(5 * time.Second), First: within(15 * time.Second)}},
		{Kinds: []channel.Kind{"phone"}, Terms: map[PromiseKind]Term{Acknowledge: within(20 * time.Second), First: within(90 * time.Second),
			CallBack: within(2 * time.Hour), Resolve: days(2)}},
		{Kinds: []channel.Kind{"callback"}, Terms: map[PromiseKind]Term{Acknowledge: atOnce(5 * time.Second), CallBack: atOnce(10 * time.Minute),
			Resolve: days(2)}},
		{Kinds: []channel.Kind{"webchat"}, Terms: map[PromiseKind]Term{Acknowledge: atOnce(5 * time.Second), First: within(time.Minute),
			Next: within(time.Minute), Resolve: {SameDay: true}}, Closed: mail},
		{Kinds: []channel.Kind{"shop"}, Terms: map[PromiseKind]Term{Acknowledge: within(5 * time.Second), First: within(2 * time.Minute),
			Next: within(time.Minute), Resolve: {SameDay: true}}, Closed: mail},
		{Kinds: []channel.Kind{"whatsapp", "messenger", "telegram", "sms", "matrix"}, Terms: map[PromiseKind]Term{
			Acknowledge: atOnce(time.Minute), First: within(time.Hour), Next: within(time.Hour), Resolve: days(1)}},
		{Kinds: []channel.Kind{"social", "mastodon", "bluesky", "mention"}, Terms: map[PromiseKind]Term{First: within(time.Hour),
			Next: within(2 * time.Hour), Resolve: atOnce(24 * time.Hour)}},
		{Kinds: []channel.Kind{"review"}, Terms: map[PromiseKind]Term{First: days(1), Resolve: days(3)}},
		{Kinds: []channel.Kind{"letter"}, Terms: map[PromiseKind]Term{First: days(3), Resolve: days(10)}},
		{Kinds: []channel.Kind{"email", "form", "generic"}, Terms: mail}, // the last one is also for kinds that are not here
	}
}

// terms are those of what arrives while it is open, or not.
func (d Default) terms(open bool) map[PromiseKind]Term {
	if !open && d.Closed != nil {
		return d.Closed
	}
	return d.Terms
}

// DefaultFor is the default of a kind of channel.
func DefaultFor(kind channel.Kind) Default {
	all := Defaults()
	for _, d := range all {
		if slices.Contains(d.Kinds, kind) {
			return d
		}
	}
	return all[len(all)-1]
}

// defaultEscalations ring before it is too late, and tell those who can help when it is.
func defaultEscalations() []Escalation {
	return []Escalation{{At: WarnedSecond, Do: Notify, To: ToOwner}, {At: Missed, Do: Notify, To: ToSupervisors}}
}

// DefaultName is what stands for a policy's name on promises that were given by default.
const DefaultName = "default"

// PolicyFor is the policy that a conversation falls under: the first enabled one whose scope holds it, or one made of the defaults, which
// has no id.
func PolicyFor(policies []Policy, f Facts) Policy {
	for _, p := range policies {
		if !p.Disabled && p.When.Holds(f) {
			return p
		}
	}
	return Policy{Name: DefaultName, Terms: DefaultFor(channel.Kind(f.ChannelKind)).terms(f.Open), Escalations: defaultEscalations()}
}

// Holds reports whether the scope holds a conversation.
func (s Scope) Holds(f Facts) bool {
	return holds(s.Kinds, f.ChannelKind) && holds(s.Channels, f.Channel) && holds(s.Teams, f.Team) && holds(s.Segments, f.Segment) &&
		(len(s.Reasons) == 0 || slices.ContainsFunc(s.Reasons, func(r string) bool { return within(f.Reason, r) })) &&
		f.Criticality >= s.MinCriticality
}

func holds[T ~string](list []T, one string) bool {
	return len(list) == 0 || slices.Contains(list, T(one))
}

// within reports whether a reason is a branch of the tree or lies on it.
func within(reason, branch string) bool {
	return branch != "" && (reason == branch || strings.HasPrefix(reason, branch+"/"))
}
