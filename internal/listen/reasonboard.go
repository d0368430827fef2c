package listen

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"visavis/internal/vis"
)

// MostDays is how many days a board shows at most.
const MostDays = 366

// BoardQuery chooses what a board shows: the contacts of some days, both included; a channel or a language that is not "" chooses.
type BoardQuery struct {
	From, To Day // 0 for the last four weeks
	Channel  vis.ChannelID
	Language string
}

// ReasonBoard is why customers contacted us on some days.
type ReasonBoard struct {
	At       time.Time
	Zone     *time.Location
	From, To Day
	// Reasons are those that came, "" for those that are left to people, the most frequent first.
	Reasons []ReasonCount
	// Known says that there is past enough to tell what rises.
	Known  bool
	Rising []Rising
	Rate   Rate
}

// ReasonCount is what was counted of a reason.
type ReasonCount struct {
	Reason string
	Sums
	// Before is how many came in as many days before.
	Before int
	// Days are how many came each day, from the first.
	Days []int
}

// check cleans a query, and says which days it means.
func (q BoardQuery) check(today Day) (CountQuery, error) {
	if q.To == 0 {
		q.To = today
	}
	if q.From == 0 {
		q.From = q.To - 4*week + 1
	}
	if q.From > q.To {
		return CountQuery{}, vis.InField("from", "The first day comes after the last.")
	}
	if q.To-q.From >= MostDays {
		return CountQuery{}, vis.InField("from", "At most %d days can be shown.", MostDays)
	}
	return CountQuery{q.From, q.To + 1, q.Channel, cmp.Or(q.Language, AllLanguages)}, nil
}

// Board counts reasons. It reads cells only: what it costs depends on the days and not on the messages.
func (c *Counter) Board(ctx context.Context, by vis.Actor, in BoardQuery) (ReasonBoard, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return ReasonBoard{}, err
	}
	now := c.clock.Now()
	return vis.View(ctx, c.db, by.Workspace, func(tx CountTx) (out ReasonBoard, err error) {
		out.At = now
		if out.Zone, err = zoneOf(ctx, tx); err != nil {
			return out, err
		}
		today := DayOf(now, out.Zone)
		q, err := in.check(today)
		if err != nil {
			return out, err
		}
		out.From, out.To = q.From, q.To-1
		if err := out.count(ctx, tx, q, today); err != nil {
			return out, err
		}
		out.Rate, err = tx.Rate(ctx)
		return out, err
	})
}

// count reads the days that are shown, as many before them, and those that tell what rises.
func (b *ReasonBoard) count(ctx context.Context, tx CountTx, q CountQuery, today Day) error {
	shown := int(q.To - q.From)
	past := q
	past.From, past.To = min(q.From-Day(shown), today-(weeksBack+1)*week), max(q.To, today)
	cells, err := tx.Counts(ctx, past)
	if err != nil {
		return err
	}
	of := make(map[string]*ReasonCount)
	daily := make(map[string][]int) // up to yesterday
	for _, cell := range cells {
		r := of[cell.Reason]
		if r == nil {
			r = &ReasonCount{Reason: cell.Reason, Days: make([]int, shown)}
			of[cell.Reason], daily[cell.Reason] = r, make([]int, (weeksBack+1)*week)
		}
		switch at := int(cell.Day - q.From); {
		case at >= shown:
		case at >= 0:
			r.Add(cell.Sums, 1)
			r.Days[at] += cell.Contacts
		case at >= -shown:
			r.Before += cell.Contacts
		}
		if at := len(daily[cell.Reason]) - int(today-cell.Day); at >= 0 && cell.Day < today {
			daily[cell.Reason][at] += cell.Contacts
		}
	}
	if err := b.rises(ctx, tx, cells, daily, today); err != nil {
		return err
	}
	for _, reason := range slices.Sorted(maps.Keys(of)) {
		if of[reason].Contacts > 0 || of[reason].Before > 0 {
			b.Reasons = append(b.Reasons, *of[reason])
		}
	}
	slices.SortStableFunc(b.Reasons, func(a, b ReasonCount) int { return b.Contacts - a.Contacts })
	return nil
}

// rises tells which reasons came more often than their own past explains.
func (b *ReasonBoard) rises(ctx context.Context, tx CountTx, cells []Tallied, daily map[string][]int, today Day) error {
	if len(cells) == 0 || int(today-cells[0].Day) < (weeksLeast+1)*week {
		return nil
	}
	settings, err := tx.ListenSettings(ctx)
	if err != nil {
		return err
	}
	b.Known = true
	past := min(int(today-cells[0].Day), (weeksBack+1)*week)
	for _, reason := range slices.Sorted(maps.Keys(daily)) {
		days := daily[reason]
		if look := Rise(days[len(days)-past:]); reason != "" && look.Surprise >= settings.Budget.risingBar(len(daily)) {
			b.Rising = append(b.Rising, Rising{reason, look})
		}
	}
	slices.SortStableFunc(b.Rising, func(a, b Rising) int { return int(10 * (b.Look.Surprise - a.Look.Surprise)) })
	return nil
}

// Export reads every cell of some days.
func (c *Counter) Export(ctx context.Context, by vis.Actor, in BoardQuery) (all []Tallied, tree Tree, rate Rate, err error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return nil, tree, rate, err
	}
	err = c.db.View(ctx, by.Workspace, func(tx CountTx) error {
		zone, err := zoneOf(ctx, tx)
		if err != nil {
			return err
		}
		q, err := in.check(DayOf(c.clock.Now(), zone))
		if err != nil {
			return err
		}
		if tree, err = reasonTree(ctx, tx); err != nil {
			return err
		}
		if rate, err = tx.Rate(ctx); err != nil {
			return err
		}
		days, err := tx.Counts(ctx, q)
		if err != nil {
			return err
		}
		reasons := make(map[string]bool)
		for _, d := range days {
			reasons[d.Reason] = true
		}
		for reason := range reasons {
			some, err := tx.CountsOf(ctx, reason, q)
			if err != nil {
				return err
			}
			all = append(all, some...)
		}
		return nil
	})
	slices.SortFunc(all, func(a, b Tallied) int { return a.compare(b.Cell) })
	all = slices.DeleteFunc(all, func(c Tallied) bool { return c.Contacts == 0 })
	return all, tree, rate, err
}
