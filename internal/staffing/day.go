package staffing

import (
	"math"
	"math/rand/v2"
	"time"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

// Class is one kind of arrival: who asks for what, how long it takes, and what she is promised.
type Class struct {
	Name        string
	Team        vis.TeamID
	Work        routing.Work
	Language    string         // "" when anybody can read it
	Skills      map[string]int // levels that are wanted; nil for those of the team's queue
	Criticality int            // 0 to 4, as in desk.About
	Within      time.Duration  // the promise: answered by a human within this
	Handle      Handling
	Patience    time.Duration // mean, exponential; 0: nobody gives up
	// PerSlot is how many are expected in each slot from the beginning of the day on; they come at random (Poisson). Recorded, when it is not
	// nil, holds their very instants instead, since the beginning of the day.
	PerSlot  []float64
	Recorded []time.Duration
}

// Spread is how the times that contacts take are distributed around their mean.
type Spread string

const (
	Lognormal   Spread = ""            // as handling times are, by all that was ever measured (Brown et al., JASA 100, 2005)
	Exponential Spread = "exponential" // as the formulas of Erlang assume
	Fixed       Spread = "fixed"
)

// Handling is how long a contact takes an agent, finishing up included. SD is for Lognormal only.
type Handling struct {
	Mean, SD time.Duration
	Spread   Spread
}

// draw is one handling time.
func (h Handling) draw(random *rand.Rand) time.Duration {
	mean := float64(h.Mean)
	switch h.Spread {
	case Exponential:
		return time.Duration(mean * random.ExpFloat64())
	case Lognormal:
		if h.SD > 0 && mean > 0 {
			variance := math.Log1p(float64(h.SD) * float64(h.SD) / (mean * mean))
			return time.Duration(mean * math.Exp(math.Sqrt(variance)*random.NormFloat64()-variance/2))
		}
	case Fixed:
	}
	return h.Mean
}

// Span is a stretch of the day, since its beginning.
type Span struct{ From, To time.Duration }

// Person is somebody who answers. At the end of a shift she gets nothing new and finishes what she holds.
type Person struct {
	Member    vis.MemberID
	Teams     []vis.TeamID
	Languages []string       // none: those of everybody
	Skills    map[string]int // level 1 to 5
	Capacity  map[routing.Work]int
	Shifts    []Span
}

// onDuty is how long she works that day.
func (p Person) onDuty() (sum time.Duration) {
	for _, s := range p.Shifts {
		sum += s.To - s.From
	}
	return sum
}

// Day is what is played: who comes, who answers, and by which rules.
type Day struct {
	From time.Time
	For  time.Duration // nobody comes after that; who is there is still served
	// Warm is how long the beginning is left out of what is counted, where the queue would be empty only because the play begins there.
	Warm     time.Duration
	Settings routing.Settings
	// Queues are those of the teams. How they hand out does not matter: an offer is taken after PickUp, nobody declines, and in a queue from
	// which members help themselves whoever is free takes the first.
	Queues  map[vis.TeamID]routing.Queue
	PickUp  time.Duration // how long it rings until she answers; part of the wait, and of her time
	Classes []Class
	People  []Person
}

// The most that a play takes on.
const (
	maxArrivals = 200_000
	maxPeople   = 1000
)

// Check refuses a day that cannot be played.
func (d Day) Check() error {
	expected := 0.0
	for _, c := range d.Classes {
		if c.Handle.Mean <= 0 {
			return vis.InField("handleFor", "Say how long a contact takes.")
		}
		expected += float64(len(c.Recorded))
		for _, n := range c.PerSlot {
			if n < 0 || math.IsNaN(n) {
				return vis.InField("arrivals", "Arrivals cannot be fewer than none.")
			}
			expected += n
		}
	}
	if expected > maxArrivals {
		return vis.InField("arrivals", "At most %d arrivals can be played; this day has %.0f.", maxArrivals, expected)
	}
	if len(d.People) > maxPeople {
		return vis.InField("agents", "At most %d people can be played; there are %d.", maxPeople, len(d.People))
	}
	return nil
}

// contact is one arrival in a play.
type contact struct {
	class    int
	arrived  time.Duration
	handle   time.Duration
	patience time.Duration // 0: endless
	wait     time.Duration // until she was answered or gave up
	state    state
	marks    int // of her promise that have passed
	by       int // who answers
}

// state is where a contact stands.
type state uint8

const (
	waits state = iota
	served
	gaveUp
)

// arrivals draws who comes in one replication. The draws of a class depend on the seed, the replication and its place only, so that days
// with other people, or fewer, see the very same customers: the difference between two plays is then that of the people.
func (d Day) arrivals(seed uint64, replication int) []contact {
	var all []contact
	for i, c := range d.Classes {
		random := rand.New(rand.NewPCG(seed, uint64(replication)<<16|uint64(i)))
		come := func(at time.Duration) {
			k := contact{class: i, arrived: at, handle: c.Handle.draw(random), by: -1}
			if patience := random.ExpFloat64(); c.Patience > 0 {
				k.patience = max(1, time.Duration(float64(c.Patience)*patience))
			}
			all = append(all, k)
		}
		if c.Recorded != nil {
			for _, at := range c.Recorded {
				come(at)
			}
			continue
		}
		for s, n := range c.PerSlot {
			if n <= 0 {
				continue
			}
			begin := time.Duration(s) * Slot
			gap := func() time.Duration { return time.Duration(float64(Slot) / n * random.ExpFloat64()) }
			for at := begin + gap(); at < begin+Slot && at < d.For; at += gap() {
				come(at)
			}
		}
	}
	return all
}
