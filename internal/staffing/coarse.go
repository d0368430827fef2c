package staffing

import "time"

// Coarse is Day in steps of several slots each; the last may be shorter. A step has its own interval, for the chances of slots even out
// in their sum.
func (m Model) Coarse(t time.Time, slots int) []Expected {
	var out []Expected
	for i, e := range m.Day(t) {
		if i%slots == 0 {
			out = append(out, Expected{At: e.At})
		}
		out[len(out)-1].N += e.N
	}
	for i, e := range out {
		out[i].Low, out[i].High = m.Accuracy.interval(e.N)
	}
	return out
}
