package routing

import "visavis/internal/vis"

// Presets are weights to start from, by the name that Settings.Profile holds:
//
//   - balanced: a bit of everything; a missed promise and a danger come first
//   - urgent: criticality and deadlines decide
//   - loyal: the customer's value decides
//   - public: influence and mood decide, for those who answer in public
//   - fair: first come, first served; only a danger passes before, and not for long
func Presets() map[string]Weights {
	return map[string]Weights{
		"balanced": {Criticality: 40, Influence: 15, Value: 15, Mood: 15, Urgency: 10, Dissatisfied: 10, Repeat: 10, Deadline: 20, Slack: 30, PerHour: 10},
		"urgent":   {Criticality: 80, Influence: 5, Value: 5, Mood: 10, Urgency: 40, Dissatisfied: 10, Repeat: 10, Deadline: 50, Slack: 40, PerHour: 8},
		"loyal":    {Criticality: 40, Influence: 10, Value: 60, Mood: 15, Urgency: 10, Dissatisfied: 20, Repeat: 15, Deadline: 15, Slack: 25, PerHour: 10},
		"public":   {Criticality: 40, Influence: 60, Value: 10, Mood: 40, Urgency: 10, Dissatisfied: 20, Repeat: 10, Deadline: 10, Slack: 30, PerHour: 15},
		"fair":     {Criticality: 20, Influence: 2, Value: 2, Mood: 2, Urgency: 2, Dissatisfied: 2, Repeat: 4, Deadline: 5, Slack: 10, PerHour: 30},
	}
}

// Check refuses weights outside 0 to 100, and a PerHour below 1, under which somebody could wait for ever.
func (w Weights) Check() error {
	for _, f := range []struct {
		name         string
		value, least int
	}{
		{"criticality", w.Criticality, 0}, {"influence", w.Influence, 0}, {"value", w.Value, 0}, {"mood", w.Mood, 0}, {"urgency", w.Urgency, 0}, {"dissatisfied", w.Dissatisfied, 0},

		{"repeat", w.Repeat, 0}, {"deadline", w.Deadline, 0}, {"slack", w.Slack, 0}, {"perHour", w.PerHour, 1},
	} {
		if f.value < f.least || f.value > 100 {
			return vis.InField(f.name, "A weight is a whole number from %d to 100.", f.least)
		}
	}
	return nil
}
