package demo

import (
	"context"
	"slices"
	"time"

	"visavis/internal/report"
	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// page publishes what is promised and what was kept. Only words are written here; the figures are counted.
func (b *builder) page(ctx context.Context, now time.Time) error {
	p := report.Page{Published: true, Signer: b.members["soazig"].ID,
		Word: report.Words{Fr: "Une promesse manquée se dit avant que vous ayez à la réclamer.", En: "A missed promise is owned up to before you have to ask."},
		Notes: []report.Note{
			{Since: now.AddDate(0, 0, -12).Format(time.DateOnly),
				Title: report.Words{Fr: "Livraisons en retard en Bretagne", En: "Late deliveries in Brittany"},
				Text: report.Words{Fr: "Notre transporteur a fermé un dépôt sans prévenir. Depuis lundi, deux coursiers de nos ateliers livrent Rennes et Vannes.",
					En: "Our carrier closed a depot without a word. Since Monday two couriers from our workshops have been delivering in Rennes and Vannes."}},
			{Since: now.AddDate(0, 0, -9).Format(time.DateOnly),
				Title: report.Words{Fr: "Réponses lentes sur les réseaux", En: "Slow answers on social networks"},
				Text: report.Words{Fr: "Vos messages ont triplé et nous étions deux à répondre. Nous sommes quatre depuis lundi, et la page d’accueil dit où en sont les colis.",
					En: "You wrote three times as often and two of us answered. Since Monday we are four, and the front page says where the parcels are."}}}}
	for _, key := range []string{"chat", "email", "phone", "social", "letter"} {
		p.Channels = append(p.Channels, b.channels[key].ID)
	}
	clock := vis.ClockFunc(func() time.Time { return now })
	_, err := report.New(b.Report, clock, b.Mint).SavePage(ctx, b.as("lea"), p)
	return err
}

// worker is a colleague whom nobody plays, with what she says of herself.
type worker struct {
	key      string
	presence routing.Presence
	back     time.Duration
}

// atWork are those who are there. None of them can be given anything: Thomas and Soazig want nothing new, Karim is away, and in the
// workshop, where Gwenolé stands, everybody takes what she sees.
var atWork = []worker{{"gwenole", routing.Available, 0}, {"thomas", routing.Busy, 0}, {"soazig", routing.Busy, 0}, {"karim", routing.Away, 25 * m}}

// clockIn lets the colleagues say how they are there.
func (b *builder) clockIn(ctx context.Context, now time.Time) error {
	for _, w := range atWork {
		var back time.Time
		if w.back > 0 {
			back = now.Add(w.back)
		}
		if _, err := b.routing.SetPresence(ctx, b.as(w.key), w.presence, back); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) presentIDs() []vis.MemberID {
	var out []vis.MemberID
	for _, w := range atWork {
		out = append(out, b.members[w.key].ID)
	}
	return out
}

// presentIn finds the colleagues at work in a demo that was made before.
func presentIn(ctx context.Context, db staff.DB, ws vis.WorkspaceID) ([]vis.MemberID, error) {
	members, err := vis.View(ctx, db, ws, func(tx staff.Tx) ([]staff.Member, error) { return tx.Members(ctx) })
	var out []vis.MemberID
	for _, m := range members {
		for _, p := range staffed {
			if p.email == m.Email && slices.ContainsFunc(atWork, func(w worker) bool { return w.key == p.key }) {
				out = append(out, m.ID)
			}
		}
	}
	return out, err
}
