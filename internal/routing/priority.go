package routing

import (
	"cmp"
	"math"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// Subject is what a priority is computed from: one conversation, and what is known of its customer.
type Subject struct {
	Conversation vis.ConversationID // breaks ties in Preview
	About        desk.About
	Dissatisfied bool   // as her words were read
	Urgency      string // the same, one of text.Urgencies; "" while nothing was read
	Value        int    // of the customer, 0 to 100
	// Unproved says that the customer has not proved who she is. Her value counts for nothing then, or anybody could pass a queue by
	// writing under a good customer's name.
	Unproved bool
	// Slack is the share of the nearest promise's term that is used. It comes from the marks that were passed (0, 0.75, 0.9, 1), not
	// from the clock, so that it changes only when something is written down.
	Slack float64
	// WaitingSince is when the customer's oldest unanswered word arrived; zero when nobody waits.
	WaitingSince time.Time
}

// The names of the terms of a priority, in the order of its points.
const (
	PointCriticality  = "criticality"
	PointInfluence    = "influence"
	PointValue        = "value"
	PointMood         = "mood"
	PointUrgency      = "urgency"
	PointDissatisfied = "dissatisfied"
	PointRepeat       = "repeat"
	PointDeadline     = "deadline"
	PointSlack        = "slack"
	PointWaiting      = "waiting"
)

// Point is one term of a priority. It holds numbers only; screens word them.
type Point struct {
	Name   string
	Points float64
	// Most is what the term can bring at most under the weights; 0 for waiting, which has no end.
	Most float64
	// Of is what made the points: the criticality (0 to 4), the reach in people, the value (0 to 100), the mood (-100 to 100), the
	// urgency (0 whenever, 1 today, 2 now), whether she is dissatisfied (0 or 1), the number of contacts, the hours to the stated deadline (negative when it has passed), the share of the promise's term that is used, the
	// hours of waiting.
	Of float64
}

// Priority is the score that orders work. Its points sum to its total.
type Priority struct {
	Total  float64
	Points []Point
}

// thousandths is how finely points are counted.
const thousandths = 1000

// Score explains where a conversation stands at an instant. Of any two in which somebody waits, the one with the higher Rank has the
// higher total, at every instant, for both are made of the same whole thousandths.
func Score(w Weights, s Subject, now time.Time) Priority {
	terms := w.terms(s, now)
	p := Priority{Points: make([]Point, 0, len(terms)+1)}
	sum := int64(0)
	for _, t := range terms {
		sum += t.points
		p.Points = append(p.Points, Point{Name: t.name, Points: float64(t.points) / thousandths, Most: float64(t.weight), Of: t.of})
	}
	wait := Point{Name: PointWaiting}
	if !s.WaitingSince.IsZero() && now.After(s.WaitingSince) {
		points := w.waited(now) - w.waited(s.WaitingSince)
		sum += points
		wait.Points, wait.Of = float64(points)/thousandths, now.Sub(s.WaitingSince).Hours()
	}
	p.Points = append(p.Points, wait)
	p.Total = float64(sum) / thousandths
	return p
}

// Rank is what desk.Standing.Rank holds: the thousandths of points of everything but waiting, less those that waiting from 1970 until
// WaitingSince would have brought. As waiting brings everybody the same from then on, the order of ranks is that of scores at any
// instant, and a rank has to be written anew only when something is learnt or at NextChange. It is desk.Unranked when nobody waits.
func Rank(w Weights, s Subject, now time.Time) int64 {
	if s.WaitingSince.IsZero() {
		return desk.Unranked
	}
	sum := int64(0)
	for _, t := range w.terms(s, now) {
		sum += t.points
	}
	return sum - w.waited(s.WaitingSince)
}

// Overtaken is the longest time after its arrival in which others may still arrive and pass before a conversation: the sum of the
// weights over PerHour. Whoever arrives later never does, so nobody starves.
func (w Weights) Overtaken() time.Duration {
	sum := 0
	for _, t := range w.terms(Subject{}, time.Time{}) {
		sum += t.weight
	}
	return time.Duration(float64(sum) / float64(w.perHour()) * float64(time.Hour))
}

func (w Weights) perHour() int64 { return int64(max(w.PerHour, 1)) }

// waited is how many thousandths of points waiting from 1970 until at brings.
func (w Weights) waited(at time.Time) int64 {
	return at.UnixMilli() * w.perHour() * thousandths / time.Hour.Milliseconds()
}

type term struct {
	name   string
	weight int
	points int64 // thousandths
	of     float64
}

// terms are those that do not grow with time, each between 0 and its weight.
func (w Weights) terms(s Subject, now time.Time) [9]term {
	value, a := s.Value, s.About
	if s.Unproved {
		value = 0
	}
	hours := 0.0
	if !a.DeadlineAt.IsZero() {
		hours = a.DeadlineAt.Sub(now).Hours()
	}
	haste := max(slices.Index(text.Urgencies, s.Urgency), 0)
	unhappy := 0.0
	if s.Dissatisfied {
		unhappy = 1
	}
	return [9]term{
		part(PointCriticality, w.Criticality, critical(a.Criticality), float64(a.Criticality)),
		part(PointInfluence, w.Influence, influence(a.Influence), float64(a.Influence)),
		part(PointValue, w.Value, float64(value)/100, float64(value)),
		part(PointMood, w.Mood, -float64(a.Mood)/100, float64(a.Mood)),
		part(PointUrgency, w.Urgency, float64(haste)/2, float64(haste)),
		part(PointDissatisfied, w.Dissatisfied, unhappy, unhappy),
		part(PointRepeat, w.Repeat, repeat(a.Contacts), float64(a.Contacts)),
		part(PointDeadline, w.Deadline, deadline(a.DeadlineAt, now), hours),
		part(PointSlack, w.Slack, slack(s.Slack), s.Slack),
	}
}

func part(name string, weight int, share, of float64) term {
	weight = max(weight, 0)
	share = min(max(share, 0), 1)
	return term{name: name, weight: weight, points: int64(math.Round(share * float64(weight) * thousandths)), of: of}
}

// critical grows with the square: between "somebody is in danger" and "serious" lies more than between "low" and nothing.
func critical(level int) float64 {
	share := float64(max(level, 0)) / 4
	return share * share
}

// influence grows with the logarithm of the reach: nothing at 10 people, all of it at a million, a fifth for each factor of ten.
func influence(reach int64) float64 {
	if reach <= 10 {
		return 0
	}
	return (math.Log10(float64(reach)) - 1) / 5
}

// repeat brings half for the second contact within 30 days, three quarters for the third, and so on.
func repeat(contacts int) float64 {
	if contacts < 2 {
		return 0
	}
	return 1 - math.Pow(2, float64(1-contacts))
}

// deadlineSteps say from how long before a stated deadline on it brings which share; it acts in steps, so that a rank stays true
// between them. A deadline that has passed keeps bringing all of it.
var deadlineSteps = [...]struct {
	before time.Duration
	share  float64
}{{time.Hour, 1}, {4 * time.Hour, 0.75}, {24 * time.Hour, 0.5}, {72 * time.Hour, 0.25}}

func deadline(at, now time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	for _, step := range deadlineSteps {
		if !now.Before(at.Add(-step.before)) {
			return step.share
		}
	}
	return 0
}

// slack acts in the steps of the marks: half from 75 % on, three quarters from 90 %, all of it once the promise is missed.
func slack(used float64) float64 {
	switch {
	case used >= 1:
		return 1
	case used >= 0.9:
		return 0.75
	case used >= 0.75:
		return 0.5
	}
	return 0
}

// NextChange is the first instant after now at which the rank has to be computed anew although nothing was written: the next step of the
// stated deadline. It is zero when there is none. The steps of a promise come with its marks, which are written.
func NextChange(s Subject, now time.Time) time.Time {
	at := s.About.DeadlineAt
	if at.IsZero() || s.WaitingSince.IsZero() {
		return time.Time{}
	}
	for _, step := range slices.Backward(deadlineSteps[:]) {
		if next := at.Add(-step.before); next.After(now) {
			return next
		}
	}
	return time.Time{}
}

// Moved says from which place to which a conversation goes when the weights change; places count from 1.
type Moved struct {
	Conversation vis.ConversationID
	From, To     int
}

// Preview says how other weights would order those who wait, first the one that comes first after. All of them are returned, those that
// keep their place too. It sorts twice: n log n.
func Preview(before, after Weights, subjects []Subject, now time.Time) []Moved {
	waiting := slices.DeleteFunc(slices.Clone(subjects), func(s Subject) bool { return s.WaitingSince.IsZero() })
	from := make(map[vis.ConversationID]int, len(waiting))
	for i, id := range before.order(waiting, now) {
		from[id] = i + 1
	}
	moved := make([]Moved, 0, len(waiting))
	for i, id := range after.order(waiting, now) {
		moved = append(moved, Moved{Conversation: id, From: from[id], To: i + 1})
	}
	return moved
}

// order ranks subjects, highest first, then by id.
func (w Weights) order(subjects []Subject, now time.Time) []vis.ConversationID {
	type ranked struct {
		rank int64
		id   vis.ConversationID
	}
	all := make([]ranked, 0, len(subjects))
	for _, s := range subjects {
		all = append(all, ranked{Rank(w, s, now), s.Conversation})
	}
	slices.SortFunc(all, func(a, b ranked) int { return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(a.id, b.id)) })
	ids := make([]vis.ConversationID, 0, len(all))
	for _, r := range all {
		ids = append(ids, r.id)
	}
	return ids
}
