package vis

import "time"

// Clock tells the time. The system's clock in the product, one that is moved by hand in tests.
type Clock interface {
	// Now is the present instant in UTC, cut to the millisecond: what the database keeps.
	Now() time.Time
}

// ClockFunc makes a Clock of a function such as time.Now.
type ClockFunc func() time.Time

// Now implements Clock.
func (f ClockFunc) Now() time.Time { return f().UTC().Truncate(time.Millisecond) }
