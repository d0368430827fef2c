package listen

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
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
	Spot           // a place or a product that is not "" chooses
	Split    Split // by what it is told apart beside, "" for nothing
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
	// Values are the places and the products that are told apart; Parts what came of each that is asked for, the most frequent first.
	Values []Value
	Parts  []BoardPart
}

// BoardPart is what was counted of one place or product.
type BoardPart struct {
	Value string
	Sums
	Before  int
	Reasons []Part // the most frequent first, partReasons at most
}

// partReasons are shown of a part.
const partReasons = 3

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
	if q.Place == Each || q.Product == Each {
		return CountQuery{}, vis.InField("place", "There is no place and no product %q.", Each)
	}
	if q.From > q.To {
		return CountQuery{}, vis.InField("from", "The first day comes after the last.")
	}
	if q.To-q.From >= MostDays {
		return CountQuery{}, vis.InField("from", "At most %d days can be shown.", MostDays)
	}
	return CountQuery{q.From, q.To + 1, q.Channel, cmp.Or(q.Language, AllLanguages), q.Spot}, nil
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
		if err := out.count(ctx, tx, q); err != nil {
			return out, err
		}
		if err := out.rises(ctx, tx, q, today); err != nil {
			return out, err
		}
		if err := out.tellApart(ctx, tx, in.Split, q); err != nil {
			return out, err
		}
		out.Rate, err = tx.Rate(ctx)
		return out, err
	})
}

// tellApart reads what came of each place or product, and as many days before.
func (b *ReasonBoard) tellApart(ctx context.Context, tx CountTx, by Split, q CountQuery) (err error) {
	if b.Values, err = tx.Values(ctx); err != nil {
		return err
	}
	slices.SortFunc(b.Values, func(a, b Value) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Key, b.Key)) })
	if by == "" {
		return nil
	}
	now, err := tx.Split(ctx, by, q)
	if err != nil {
		return err
	}
	past := q
	past.From, past.To = q.From-(q.To-q.From), q.From
	before, err := tx.Split(ctx, by, past)
	if err != nil {
		return err
	}
	of := make(map[string]*BoardPart)
	part := func(value string) *BoardPart {
		if of[value] == nil {
			of[value] = &BoardPart{Value: value}
		}
		return of[value]
	}
	for _, p := range now {
		if one := part(p.Value); p.Contacts > 0 {
			one.Add(p.Sums, 1)
			one.Reasons = append(one.Reasons, p)
		}
	}
	for _, p := range before {
		part(p.Value).Before += p.Contacts
	}
	for _, value := range slices.Sorted(maps.Keys(of)) {
		one := of[value]
		if one.Contacts <= 0 && one.Before <= 0 {
			continue
		}
		slices.SortFunc(one.Reasons, func(a, b Part) int { return cmp.Or(b.Contacts-a.Contacts, strings.Compare(a.Reason, b.Reason)) })
		one.Reasons = one.Reasons[:min(len(one.Reasons), partReasons)]
		b.Parts = append(b.Parts, *one)
	}
	slices.SortStableFunc(b.Parts, func(a, b BoardPart) int { return b.Contacts - a.Contacts })
	return nil
}

// count reads the days that are shown, and as many before them.
func (b *ReasonBoard) count(ctx context.Context, tx CountTx, q CountQuery) error {
	shown := int(q.To - q.From)
	past := q
	past.From -= Day(shown)
	cells, err := tx.Counts(ctx, past)
	if err != nil {
		return err
	}
	of := make(map[string]*ReasonCount)
	for _, cell := range cells {
		r := of[cell.Reason]
		if r == nil {
			r = &ReasonCount{Reason: cell.Reason, Days: make([]int, shown)}
			of[cell.Reason] = r
		}
		if at := int(cell.Day - q.From); at >= 0 {
			r.Add(cell.Sums, 1)
			r.Days[at] += cell.Contacts
		} else {
			r.Before += cell.Contacts
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(of)) {
		if of[reason].Contacts > 0 || of[reason].Before > 0 {
			b.Reasons = append(b.Reasons, *of[reason])
		}
	}
	slices.SortStableFunc(b.Reasons, func(a, b ReasonCount) int { return b.Contacts - a.Contacts })
	return nil
}

// rises tells which reasons came more often up to yesterday than their own past explains, whatever days are shown.
func (b *ReasonBoard) rises(ctx context.Context, tx CountTx, q CountQuery, today Day) error {
	q.From, q.To = today-(weeksBack+1)*week, today
	cells, err := tx.Counts(ctx, q)
	if err != nil {
		return err
	}
	if len(cells) == 0 || int(today-cells[0].Day) < (weeksLeast+1)*week {
		return nil
	}
	settings, err := tx.ListenSettings(ctx)
	if err != nil {
		return err
	}
	b.Known = true
	past := int(today - cells[0].Day)
	daily := make(map[string][]int)
	for _, cell := range cells {
		if daily[cell.Reason] == nil {
			daily[cell.Reason] = make([]int, past)
		}
		daily[cell.Reason][past-int(today-cell.Day)] += cell.Contacts
	}
	for _, reason := range slices.Sorted(maps.Keys(daily)) {
		if look := Rise(daily[reason]); reason != "" && look.Surprise >= settings.Budget.risingBar(len(daily)) {
			b.Rising = append(b.Rising, Rising{reason, look})
		}
	}
	slices.SortStableFunc(b.Rising, func(a, b Rising) int { return cmp.Compare(b.Look.Surprise, a.Look.Surprise) })
	return nil
}

// Export reads every cell of some days; told apart by places or products, what is of none that is known comes with them.
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
		keys := slices.Sorted(maps.Keys(reasons))
		chosen := in.Split == ByPlace && q.Place != "" || in.Split == ByProduct && q.Product != "" // one of them alone is not told apart further
		if all, err = tx.CountsOf(ctx, keys, q); err != nil || in.Split == "" || chosen {
			return err
		}
		each := q
		if in.Split == ByProduct {
			each.Product = Each
		} else {
			each.Place = Each
		}
		parts, err := tx.CountsOf(ctx, keys, each)
		all = append(rest(all, parts, in.Split), parts...)
		return err
	})
	slices.SortFunc(all, func(a, b Tallied) int { return a.compare(b.Cell) })
	all = slices.DeleteFunc(all, func(c Tallied) bool { return c.Contacts == 0 })
	return all, tree, rate, err
}

// rest is what remains of cells without those of each place or product.
func rest(all, parts []Tallied, by Split) []Tallied {
	left := make(map[Cell]Sums, len(all))
	for _, c := range all {
		left[c.Cell] = c.Sums
	}
	for _, p := range parts {
		cell := p.Cell
		if by == ByProduct {
			cell.Product = ""
		} else {
			cell.Place = ""
		}
		sums := left[cell]
		sums.Add(p.Sums, -1)
		left[cell] = sums
	}
	out := make([]Tallied, 0, len(left))
	for cell, sums := range left {
		out = append(out, Tallied{cell, sums})
	}
	return out
}
