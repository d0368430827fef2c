package listen

import (
	"math"
	"time"
)

// Budget is how many false alarms people put up with: one in so many days of one topic. Zero stands for DefaultBudget.
type Budget float64

// DefaultBudget is one false alarm of a topic a month.
const DefaultBudget Budget = 30

// The bounds of a budget: one false alarm of a topic a day, and one in ten years.
const (
	LeastBudget Budget = 1
	MostBudget  Budget = 3650
)

// Bar is how surprising a look must be to raise an alarm. What a topic's most surprising look of a day comes to hardly depends on how busy
// the topic is; the two figures are read off simulated topics of 1 to 60 messages an hour and are held by the gates of package gates.
// learnt is what people's verdicts on the topic added: see Verdict.
func (b Budget) Bar(learnt float64) float64 {
	if b == 0 {
		b = DefaultBudget
	}
	b = min(max(b, LeastBudget), MostBudget)
	return 4.4 + 1.06*math.Log10(float64(b/DefaultBudget)) + learnt
}

// among is how much higher the bar of each of so many topics is that are looked at in the place of one, so that together they raise no more
// false alarms than that one may.
func among(topics int) float64 { return 1.06 * math.Log10(float64(max(topics, 1))) }

// Learned moves what verdicts added to the bar of a topic: up for a false alarm, back for one that was right. A false alarm costs as
// much as three right ones give back, and none makes a topic deaf or jumpy.
func Learned(learnt float64, right bool) float64 {
	if right {
		return max(learnt-0.2, -0.4)
	}
	return min(learnt+0.6, 2.4)
}

// OpenFor is how long an incident keeps quiet about the same cause: what goes on is told as growing, not as another.
const OpenFor = 24 * time.Hour

// Grows reports whether a look deserves an update: half as many again as when people were last told.
func Grows(told, now int) bool { return now >= told+max(3, told/2) }
