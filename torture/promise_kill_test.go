package torture

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"
)

// TestKillBreaksNoPromise kills a server on SQLite again and again while visitors write, a program answers and agents take, refuse and
// ignore what is offered to them. Every mark is passed once and in order, every offer ended once, nothing given to two or orphaned, and
// no acknowledged word or acceptance lost (K-01; invariants I1 to I3, I5 and I7).
func TestKillBreaksNoPromise(t *testing.T) {
	if testing.Short() {
		t.Skip("the torture takes a minute")
	}
	kills := envInt(t, "VISAVIS_KILLS", 8)
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(kills)*10*time.Second+3*time.Minute)
	defer cancel()
	r := newRunOf(t, ctx, "--rate-limits", "off")
	r.seed = uint64(envInt(t, "VISAVIS_SEED", int(time.Now().UnixNano()&0xffffff)))
	t.Logf("%d kills, VISAVIS_SEED=%d", kills, r.seed)
	p := promise(t, r.server)
	p.hire("Ines", "Jo", "Kim", "Lou")
	here := &node{Server: r.server}
	here.up.Store(true)
	duty := p.onDuty(ctx, here)
	r.slowly = 40 * time.Millisecond
	r.writeFrom(ctx, 6)

	random := rand.New(rand.NewPCG(r.seed, 0))
	var log chronicle
	for range kills {
		before := len(log.facts)
		p.until(ctx, r.server, &log, "the log goes on", func() bool { return len(log.facts) > before+40 })
		pause(ctx, time.Duration(random.IntN(1500))*time.Millisecond)
		here.die()
		here.live(ctx, t)
	}
	duty.end()
	r.finish(ctx) // it is drained then, and sleeps through some marks
	pause(ctx, firstFor)
	here.live(ctx, t)
	p.until(ctx, r.server, &log, "every mark is passed and every offer ended", func() bool {
		a := audit(withoutOffers(log.facts))
		a.settled()
		return len(a.broken) == 0 && log.count("offer.made") == log.count("offer.ended")
	})
	facts, err := p.log(ctx, r.server)
	if err != nil {
		t.Fatal(err)
	}
	a := audit(facts)
	a.settled()
	for _, what := range a.broken[:min(20, len(a.broken))] {
		t.Error(what)
	}
	t.Logf("%d facts: %d promises passed %d marks, %d offers", len(facts), len(a.promises), a.passed(), len(a.offers))
	p.wantAccepted(a)
	p.wantNoOrphan(ctx, r.server, a)
}
