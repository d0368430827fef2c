package demo

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"visavis/internal/listen"
	"visavis/internal/vis"
)

// branches are the reasons of Cycles Arzel beside those that the reader tells apart by itself.
var branches = []listen.Reason{
	{Key: "delivery/late", FR: "Retard", EN: "Late"}, {Key: "delivery/incomplete", FR: "Incomplète", EN: "Incomplete"},
	{Key: "delivery/wrong", FR: "Erreur", EN: "Wrong item"}, {Key: "delivery/broken", FR: "Casse", EN: "Broken on the way"},
	{Key: "delivery/abroad", FR: "À l’étranger", EN: "Abroad"}, {Key: "payment/refused", FR: "Refus", EN: "Refused"},
	{Key: "staff/no-call-back", FR: "Sans rappel", EN: "No call back"}, {Key: "fault/brakes", FR: "Freinage", EN: "Brakes"},
	{Key: "fault/battery", FR: "Batterie", EN: "Battery"}, {Key: "fault/motor", FR: "Moteur", EN: "Motor"},
	{Key: "fault/puncture", FR: "Crevaison", EN: "Puncture"}, {Key: "fault/warranty", FR: "Garantie", EN: "Warranty"},
	{Key: "contract/fleet", FR: "Flottes", EN: "Fleets"}, {Key: "invoice/copy", FR: "Copie", EN: "Copy"},
	{Key: "return/refund", FR: "Remboursement", EN: "Refund"}, {Key: "appointment/trial", FR: "Essai", EN: "Trial ride"},
	{Key: "appointment/pick-up", FR: "Retrait", EN: "Pick-up"}, {Key: "advice", FR: "Conseil", EN: "Advice"},
	{Key: "advice/size", FR: "Taille", EN: "Size"}, {Key: "advice/accessories", FR: "Accessoires", EN: "Accessories"},
	{Key: "advice/transport", FR: "Transport du vélo", EN: "Taking it along"},
}

// cause is how often customers contact the shop for a reason, and how that goes.
type cause struct {
	reason       string
	daily        float64 // on an ordinary weekday
	mood         int
	dissatisfied float64
	repeats      float64
	handle       time.Duration
	lately       float64       // by how much more come in the last week
	since        time.Duration // how long ago an action began to work, and to how much it brought them down
	down         float64
}

var causes = []cause{
	{"delivery/late", 11, -38, 0.44, 0.31, 9 * m, 1.9, 0, 1},
	{"delivery", 19, -6, 0.14, 0.12, 5 * m, 1, 0, 1},
	{"invoice/copy", 9, 4, 0.05, 0.06, 4 * m, 1, 35 * d, 0.35},
	{"stock", 17, 12, 0.04, 0.05, 3 * m, 1, 0, 1},
	{"order", 14, 6, 0.07, 0.09, 5 * m, 1, 0, 1},
	{"fault/brakes", 7, -21, 0.27, 0.22, 14 * m, 1, 0, 1},
	{"fault/battery", 8, -17, 0.23, 0.19, 13 * m, 1, 0, 1},
	{"payment", 10, -19, 0.24, 0.16, 8 * m, 1, 0, 1},
	{"return", 9, -9, 0.18, 0.15, 8 * m, 1, 0, 1},
	{"account", 8, -12, 0.12, 0.2, 4 * m, 1, 63 * d, 0.6},
	{"appointment/trial", 12, 44, 0.02, 0.04, 6 * m, 1, 0, 1},
	{"advice/size", 11, 31, 0.02, 0.05, 9 * m, 1, 0, 1},
	{"advice/accessories", 9, 28, 0.02, 0.04, 6 * m, 1, 0, 1},
	{"praise", 5, 78, 0, 0.01, 2 * m, 1, 0, 1},
	{"staff", 2, -52, 0.6, 0.2, 16 * m, 1, 0, 1},
	{"", 8, -4, 0.11, 0.08, 6 * m, 1, 0, 1},
}

// reasons writes the shop's tree, what it decided about some of it, and, like the figures of the board, invents how often each came in the weeks
// before its log begins. What the log says is added to that.
func (b *builder) reasons(ctx context.Context, now time.Time) error {
	clock := vis.ClockFunc(func() time.Time { return now })
	reader := listen.New(listen.Options{DB: b.Reasons, Desk: b.desk, Clock: clock})
	tree, err := reader.Reasons(ctx, b.as("lea"))
	if err != nil {
		return err
	}
	if _, err := reader.ChangeReasons(ctx, b.as("lea"), append(tree.Reasons, branches...), tree.Version); err != nil {
		return err
	}
	if err := b.invent(ctx, now); err != nil {
		return err
	}
	counter := listen.NewCounter(b.Contacts, clock)
	if _, err := counter.ChangeRate(ctx, b.as("lea"), listen.Rate{Hourly: 32, Currency: "EUR"}); err != nil {
		return err
	}
	today := listen.DayOf(now, time.UTC)
	for _, a := range []listen.Action{
		{Reason: "delivery/late", Aim: listen.Aim{Customer: -80, House: -70, Owner: b.members["karim"].ID, Target: new(20), Due: today + 30,
			Note: french("Prévenir avant que le client demande : le suivi du transporteur dans un SMS.")}},
		{Reason: "invoice/copy", Aim: listen.Aim{Customer: -35, House: -60, Owner: b.members["thomas"].ID, Target: new(15), Since: today - 35, Due: today - 28,
			Note: french("Les factures se téléchargent depuis le compte.")}},
		{Reason: "account", Aim: listen.Aim{Customer: -25, House: 45, Owner: b.members["thomas"].ID, Target: new(30), Since: today - 63}},
		{Reason: "order", Aim: listen.Aim{Customer: 55, House: -30, Owner: b.members["lea"].ID, Due: today + 60}},
		{Reason: "advice", Aim: listen.Aim{Customer: 70, House: 75, Owner: b.members["nora"].ID}},
		{Reason: "appointment/trial", Aim: listen.Aim{Customer: 85, House: 50, Owner: b.members["nora"].ID}},
	} {
		if _, err := counter.Plan(ctx, b.as("lea"), a); err != nil {
			return err
		}
	}
	return nil
}

// invent draws the contacts of the last weeks by reasons.
func (b *builder) invent(ctx context.Context, now time.Time) error {
	g := &gambler{builder: b, dice: rand.New(rand.NewPCG(31, 26)), now: now} //nolint:gosec // nothing secret
	return b.Contacts.Update(ctx, vis.System(b.ws), nil, func(tx listen.CountTx) error {
		for kind, values := range map[listen.Split][]string{listen.ByPlace: places, listen.ByProduct: products} {
			for _, v := range values {
				if err := tx.KeepValue(ctx, listen.Value{Kind: kind, Key: strings.ToLower(v), Value: v, Since: now.Add(-told)}); err != nil {
					return err
				}
			}
		}
		for ago := 7 * pastWeeks * 2; ago > 0; ago-- {
			at := now.AddDate(0, 0, -ago)
			for _, c := range causes {
				if err := g.contacts(ctx, tx, c, at, time.Duration(ago)*d); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// told is for how long customers' files say where they are, and what they have.
const told = 8 * 7 * d

// places and products are what the files say, the most frequent first.
var (
	places   = []string{"Rennes", "Nantes", "Brest", "Vannes", "Paris"}
	products = []string{"Ria 2", "Ria 3", "Nort"}
)

// spot draws where a customer is and what she has, if her file says so. What comes late has come late in Nantes for a week.
func (g *gambler) spot(c cause, ago time.Duration) (s listen.Spot) {
	pick := func(of []string) string {
		return of[min(int(float64(len(of))*math.Pow(g.dice.Float64(), 1.6)), len(of)-1)]
	}
	if g.dice.Float64() < 0.45 {
		s.Place = pick(places)
		if c.lately > 1 && ago <= 7*d && g.dice.Float64() < 0.7 {
			s.Place = "Nantes"
		}
	}
	if g.dice.Float64() < 0.15 {
		s.Product = pick(products)
	}
	return s
}

// contacts draws those of one reason on a day.
func (g *gambler) contacts(ctx context.Context, tx listen.CountTx, c cause, at time.Time, ago time.Duration) error {
	expected := c.daily * weekdays[(int(at.Weekday())+6)%7]
	if ago <= 7*d {
		expected *= c.lately
	}
	if c.since > 0 && ago <= c.since {
		expected *= c.down
	}
	cells := make(map[listen.Cell]listen.Sums)
	for range g.poisson(expected) {
		sums := listen.Sums{Contacts: 1, Read: 1, Moods: max(-100, min(100, c.mood+int(20*g.dice.NormFloat64()))), Handled: 1, HandledFor: min(g.spread(c.handle), time.Hour)}
		if g.dice.Float64() < c.dissatisfied {
			sums.Dissatisfied = 1
		}
		if g.dice.Float64() < c.repeats {
			sums.Repeats = 1
		}
		channel := g.channels[[]string{"chat", "chat", "email", "email", "email", "phone", "phone", "social", "sms"}[g.dice.IntN(9)]].ID
		language := []string{"fr", "fr", "fr", "en"}[g.dice.IntN(4)]
		one := listen.Contact{Day: listen.DayOf(at, time.UTC), Reason: c.reason, Channel: channel, Language: language}
		if ago <= told {
			one.Spot = g.spot(c, ago)
		}
		for _, of := range one.Cells() {
			sum := cells[of]
			sum.Add(sums, 1)
			cells[of] = sum
		}
	}
	for cell, sums := range cells {
		if err := tx.AddCount(ctx, listen.Tallied{Cell: cell, Sums: sums}); err != nil {
			return err
		}
	}
	return nil
}
