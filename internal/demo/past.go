package demo

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"visavis/internal/hours"
	"visavis/internal/report"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// The figures of the demo's past. A server counts what its log says, and nothing can be written into its figures by hand. The demo has a
// log of two days' worth of conversations and needs twelve weeks of them for its charts, so it invents tallies, here and nowhere else:
// what the log says is added to them as ever. They come from a seed and are the same each time, but for the days they fall on.

// pastWeeks is how far back the figures go.
const pastWeeks = 12

// way is how busy a channel is and how well it keeps its promises.
type way struct {
	channel, team string
	daily         float64 // contacts on an ordinary weekday
	live          bool    // only while the shop is open; otherwise people write at any hour
	kept, lately  float64 // share of promises, and that of the last two weeks
	first         time.Duration
	resolve       time.Duration // zero: not promised by the clock of that day
}

var ways = []way{
	{"chat", "commandes", 58, true, 0.951, 0.957, 2 * m, 6 * h},
	{"email", "commandes", 24, false, 0.968, 0.966, 4 * h, 40 * h},
	{"email", "livraison", 18, false, 0.962, 0.941, 4 * h, 40 * h},
	{"email", "atelier", 14, false, 0.971, 0.972, 4 * h, 40 * h},
	{"phone", "atelier", 31, true, 0.934, 0.938, 90 * s, 40 * h},
	{"social", "livraison", 12, false, 0.937, 0.842, h, 24 * h},
	{"sms", "livraison", 9, false, 0.955, 0.951, h, 12 * h},
	{"letter", "commandes", 2, true, 0.975, 0.975, 60 * h, 160 * h},
}

// weekdays is how much of an ordinary day's contacts arrive, Monday first.
var weekdays = [7]float64{1.24, 1.08, 1.03, 1, 0.94, 0.78, 0.46}

// bustle is how the contacts of a live channel spread over the day, by hours from 8 to 20: a hump before noon, one after work.
var bustle = [...]float64{2.2, 5.6, 9.4, 10.6, 7.1, 4.4, 6.4, 8.9, 9.3, 9.8, 8.2, 4.6}

// profile is the share of a day's contacts that a quarter of an hour gets.
func (w way) profile(quarter int) float64 {
	hour, sum := quarter/4, 0.0
	for _, x := range bustle {
		sum += x
	}
	share := 0.0
	if i := hour - 8; i >= 0 && i < len(bustle) {
		share = bustle[i] / sum / 4
	}
	if w.live {
		return share
	}
	return 0.72*share + 0.28/96*(1+0.9*math.Sin(2*math.Pi*(float64(quarter)/96-0.42)))
}

// figures invents the tallies of the last weeks, today's until now included.
func (b *builder) figures(ctx context.Context, now time.Time) error {
	zone, err := time.LoadLocation(paris)
	if err != nil {
		return err
	}
	g := &gambler{builder: b, dice: rand.New(rand.NewPCG(20, 26)), zone: zone, now: now, free: map[string]bool{}} //nolint:gosec // nothing secret
	local := now.In(zone)
	for _, year := range []int{local.Year() - 1, local.Year()} {
		holidays, err := hours.Holidays("FR", "", year)
		if err != nil {
			return err
		}
		for _, x := range holidays {
			g.free[x.Date] = true
		}
	}
	first := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone).AddDate(0, 0, -7*pastWeeks)
	for week := range pastWeeks + 1 {
		err := b.Report.Update(ctx, vis.System(b.ws), nil, func(tx report.Tx) error {
			for day := range 7 {
				at := first.AddDate(0, 0, 7*week+day)
				if at.After(now) {
					return nil
				}
				if err := g.day(ctx, tx, at); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("invent week %d: %w", week+1, err)
		}
	}
	return nil
}

// gambler draws figures.
type gambler struct {
	*builder
	dice *rand.Rand
	zone *time.Location
	now  time.Time
	free map[string]bool // public holidays
}

// day invents one day of every channel.
func (g *gambler) day(ctx context.Context, tx report.Tx, midnight time.Time) error {
	busy := weekdays[(int(midnight.Weekday())+6)%7]
	if g.free[midnight.Format(time.DateOnly)] {
		busy = weekdays[6]
	}
	late := g.now.Sub(midnight) < 14*d
	for _, w := range ways {
		n, contacts := int64(0), w.daily*busy
		if late && w.team == "livraison" {
			contacts *= 1.4 // the carrier that closed a depot
		}
		for quarter := range 96 {
			at := time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, 15*quarter, 0, 0, g.zone)
			if !at.Add(report.Slot).Before(g.now) {
				break
			}
			if c := g.poisson(contacts * w.profile(quarter)); c > 0 {
				n += c
				if err := g.put(ctx, tx, w, report.Contacts, "", at, c, report.Sketch{}); err != nil {
					return err
				}
			}
		}
		if err := g.promised(ctx, tx, w, midnight, n, late); err != nil {
			return err
		}
	}
	return nil
}

// promised invents how the promises went that so many contacts were given.
func (g *gambler) promised(ctx context.Context, tx report.Tx, w way, midnight time.Time, contacts int64, late bool) error {
	for _, kind := range []struct {
		kind  routing.PromiseKind
		share float64
		term  time.Duration
	}{{routing.First, 1, w.first}, {routing.Next, 0.6, 2 * w.first}, {routing.Resolve, 0.85, w.resolve}} {
		share := w.kept
		if late {
			share = w.lately
		}
		var kept, missed int64
		var in, over report.Sketch
		for range int64(math.Round(float64(contacts) * kind.share)) {
			if g.dice.Float64() < share {
				kept++
				in.Add(min(kind.term, g.spread(kind.term/4)))
			} else {
				missed++
				over.Add(kind.term + g.spread(kind.term/3))
			}
		}
		for _, t := range []struct {
			what string
			n    int64
			took report.Sketch
		}{{report.Kept, kept, in}, {report.Missed, missed, report.Sketch{}}, {report.Late, missed, over}} {
			if t.n == 0 {
				continue
			}
			if err := g.put(ctx, tx, w, t.what, string(kind.kind), midnight, t.n, t.took); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *gambler) put(ctx context.Context, tx report.Tx, w way, what, kind string, at time.Time, n int64, took report.Sketch) error {
	return tx.PutTally(ctx, report.Tally{What: what, Kind: kind, Channel: g.channels[w.channel].ID, Team: g.teams[w.team], At: at.UTC(), N: n, Took: took})
}

// spread draws a duration whose median is given: most are near it, a few far beyond.
func (g *gambler) spread(median time.Duration) time.Duration {
	return time.Duration(float64(median) * math.Exp(0.75*g.dice.NormFloat64()))
}

// poisson draws how many arrive when so many are expected (Knuth's method: few are).
func (g *gambler) poisson(expected float64) int64 {
	n, product, floor := int64(0), g.dice.Float64(), math.Exp(-expected)
	for product > floor {
		n++
		product *= g.dice.Float64()
	}
	return n
}
