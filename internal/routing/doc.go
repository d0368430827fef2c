// Package routing keeps promises: it says what a customer is promised and watches the clock, ranks what waits, and gives each conversation
// to the right human. What it decides is pure: Decide takes a snapshot and the time. What it does goes through the heart's own verbs.
package routing
