// Package staffing says how many people keep a promise: it forecasts arrivals, computes queues, plays a day through our own routing, and
// finds the fewest that reach a target. It is pure: history, clock and seed are handed in.
package staffing
