package demo

import (
	"context"
	"time"

	"visavis/internal/report"
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
