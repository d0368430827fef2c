package vis

import (
	"sync/atomic"
	"time"
)

// Pulse tells whether something that works by itself still does: it beats at every turn of its work, and at least every few seconds
// when there is none. The zero value has never beaten.
type Pulse struct{ at atomic.Int64 }

// Beat says that the work goes on.
func (p *Pulse) Beat(now time.Time) { p.at.Store(now.UnixMilli()) }

// Last is when it beat last, the zero time when it never did.
func (p *Pulse) Last() time.Time {
	at := p.at.Load()
	if at == 0 {
		return time.Time{}
	}
	return time.UnixMilli(at).UTC()
}
