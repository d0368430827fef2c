package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"visavis/internal/jobs"
	"visavis/internal/listen"
	"visavis/internal/vis"
)

// The incidents of Cycles Arzel: one that is suspected now, one that was solved some days ago, and a false alarm before it. What customers say of
// them is told like all that they say; it is read, heard and looked at as in real life, only that the clock stands where the story is.

// cry is what one customer says in an incident, so long after it began. An answer is what she is told at once by whom it concerns, who puts the
// matter off for two hours, and has settled it where it was in the past.
type cry struct {
	after         time.Duration
	customer, via string
	says          string
	by, answer    string
}

// uproar is many customers who say much the same.
type uproar struct {
	ago     time.Duration // before the demo is made
	reason  string
	subject string
	settled time.Duration // after the beginning; 0 while it goes on
	cries   []cry
}

var (
	paymentDown = uproar{31 * m, "payment", "Paiement refusé", 0, []cry{
		{0, "maud", "email", "Bonjour, mon paiement est refusé à la dernière étape alors que ma carte marche partout ailleurs. Le panier est à 2 890 €.", "nora", ""},
		{3 * m, "erwan", "chat", "Paiement refusé trois fois sur votre site, « authentification non aboutie », et aucun SMS de la banque", "thomas", "Bonjour Erwan, je garde votre panier. Je regarde ce qui bloque."},
		{5 * m, "sylvie", "chat", "Impossible de payer ma commande, le paiement est refusé au moment de valider avec la carte", "nora", "Bonjour Sylvie, merci de nous le dire, je regarde tout de suite."},
		{7 * m, "quentin", "social", "@CyclesArzel paiement refusé à la validation, ma carte est bonne, c’est une panne ?", "soazig", ""},
		{8 * m, "odile", "email", "Carte refusée au moment de valider, j’ai essayé deux cartes. C’est chez vous ou à la banque ?", "nora", ""},
		{10 * m, "neil", "chat", "My card is refused at the last step of the payment, my bank sees nothing. Is it you?", "emma", "Hello Neil, you are not the only one: I am finding out."},
		{12 * m, "julie", "chat", "Bonjour, le paiement ne passe pas : « authentification non aboutie ». Je voulais payer en trois fois.", "thomas", "Bonjour Julie, nous cherchons. Votre commande reste réservée."},
		{16 * m, "samira", "chat", "Paiement en trois fois refusé aussi, deux fois, alors que j’étais à la boutique hier", "nora", "Bonjour Samira, c’est chez nous, pas chez vous. Je vous écris dès que j’en sais plus."},
		{19 * m, "matteo", "chat", "Payment declined twice at checkout, no code by SMS", "emma", "Hello Matteo, we are on it. I keep your bike aside."},
		{23 * m, "karine", "sms", "Toujours pas de code pour valider le paiement, ma carte est refusée", "thomas", ""},
		{29 * m, "loic", "chat", "Je n’arrive pas à payer, la page de paiement tourne puis refuse ma carte", "nora", "Bonjour Loïc, nous le savons et nous cherchons. Votre vélo vous attend."},
	}}
	accountDown = uproar{4*d + 3*h, "account", "Connexion impossible", 4 * h, []cry{
		{0, "alan", "email", "Bonjour, impossible de me connecter à mon compte depuis tout à l’heure, mot de passe juste pourtant", "nora", ""},
		{4 * m, "mael", "chat", "Je n’arrive plus à me connecter à mon espace client, la page reste blanche", "thomas", "Bonjour Maël, je vois la même chose. Je préviens qui il faut."},
		{6 * m, "rozenn", "email", "Connexion impossible à mon compte, ça tourne dans le vide", "nora", ""},
		{7 * m, "henrik", "email", "I cannot sign in to my account, the page stays blank after the password", "emma", ""},
		{9 * m, "clara", "social", "Impossible d’accéder à mon compte pour suivre ma commande, connexion refusée", "soazig", ""},
		{17 * m, "tanguy", "sms", "Mon compte ne s’ouvre plus, ni sur le téléphone ni sur l’ordinateur", "thomas", ""},
		{24 * m, "paul", "email", "Connexion à mon compte impossible, j’ai changé le mot de passe deux fois pour rien", "nora", ""},
	}}
	newsletter = uproar{9*d + 5*h, "price", "La promotion sur les accessoires", 3 * h, []cry{
		{0, "louise", "email", "Bonjour, la promotion de -20 % sur les accessoires vaut-elle aussi en boutique ?", "nora", ""},
		{2 * m, "ibrahim", "email", "Jusqu’à quand dure la promotion sur les accessoires ?", "nora", ""},
		{3 * m, "anouk", "social", "La réduction de 20 % s’applique-t-elle aux casques enfant ?", "soazig", ""},
		{4 * m, "eilidh", "email", "Does the 20% off accessories also apply to helmets?", "emma", ""},
		{6 * m, "yves", "email", "Les 20 % de la promotion se cumulent-ils avec ma carte de fidélité ?", "nora", ""},
	}}
)

// tales tells an uproar as tales.
func (u uproar) tales() (out []tale) {
	for _, c := range u.cries {
		at := u.ago - c.after
		t := tale{c.customer, c.via, u.subject, "commandes", c.by, []step{{ago: at, say: c.says}}}
		if c.answer != "" {
			t.steps = append(t.steps, step{ago: at - m, by: c.by, say: c.answer})
		}
		switch {
		case u.settled > 0:
			t.steps = append(t.steps, step{ago: u.ago - u.settled, by: c.by, resolve: true})
		case c.answer != "":
			t.steps = append(t.steps, step{ago: at - m - 20*s, by: c.by, snooze: 2 * h})
		}
		out = append(out, t)
	}
	return out
}

// The scenarios that the house has prepared, by their reason.
func (b *builder) scenarios() []listen.Plan {
	of := func(key string) vis.MemberID { return b.members[key].ID }
	said := func(fr, en string) listen.Words { return listen.Words{FR: french(fr), EN: en} }
	return []listen.Plan{
		{Name: "Paiement en panne", Reasons: []string{"payment"}, Owners: []vis.MemberID{of("soazig"), of("thomas"), of("emma")}, Lead: of("soazig"),
			Steps: listen.Steps{{Text: "Passer une commande d’essai avec une carte", Owner: of("thomas")}, {Text: "Appeler le prestataire de paiement", Owner: of("lea")},
				{Text: "Garder les paniers de ceux qui ont écrit", Team: b.teams["commandes"]}, {Text: "Prévenir les boutiques", Owner: of("nora")},
				{Text: "Décider d’un délai à annoncer"}},
			Calls: []listen.Call{{Name: "Prestataire de paiement, astreinte", Phone: "+33 1 99 00 41 20"}, {Name: "Agence du site", Phone: "+33 2 61 91 77 08"}},
			Texts: listen.Texts{
				Holding: said("Bonjour, le paiement par carte est en panne sur notre site, et ce n’est ni vous ni votre banque. Votre panier vous est gardé ; nous vous écrivons ici dès que cela remarche.",
					"Hello, card payment is down on our site; it is neither you nor your bank. Your basket is kept, and we shall write here as soon as it works again."),
				Solved: said("Le paiement fonctionne de nouveau, et votre panier vous attend. Merci de votre patience.", "Payment works again, and your basket is waiting. Thank you for your patience."),
				Banner: said("Le paiement par carte est en panne. Nous réparons, et gardons les paniers.", "Card payment is down. We are mending it and keep baskets.")}},
		{Name: "Espace client inaccessible", Reasons: []string{"account", "outage"}, Owners: []vis.MemberID{of("soazig"), of("thomas")}, Lead: of("soazig"),
			Steps: listen.Steps{{Text: "Essayer avec un compte d’essai", Owner: of("thomas")}, {Text: "Appeler l’agence du site", Owner: of("thomas")},
				{Text: "Répondre aux suivis de commande par téléphone", Team: b.teams["livraison"]}, {Text: "Vérifier que chacun peut de nouveau entrer"}},
			Calls: []listen.Call{{Name: "Agence du site", Phone: "+33 2 61 91 77 08"}},
			Texts: listen.Texts{
				Holding: said("Bonjour, l’espace client ne s’ouvre plus et nous le réparons. Vos commandes avancent normalement. Nous vous écrivons ici dès que c’est réglé.",
					"Hello, accounts cannot be opened at the moment and we are mending that. Your orders go on as usual. We shall write here as soon as it is settled."),
				Solved: said("L’espace client s’ouvre de nouveau. Votre mot de passe n’a pas changé. Merci de votre patience.", "Accounts open again, with the password you had. Thank you for your patience."),
				Banner: said("L’espace client est indisponible. Vos commandes avancent normalement.", "Accounts cannot be opened. Orders go on as usual.")}},
	}
}

// deed is something that the house did about an incident, so long before the demo was made.
type deed struct {
	ago time.Duration
	do  func(ctx context.Context) error
}

// deeds are what the house heard, saw and did about its incidents.
func (b *builder) deeds() []deed {
	var out []deed
	add := func(u uproar, after time.Duration, do func(ctx context.Context) error) {
		out = append(out, deed{u.ago - after, do})
	}
	// on does something about the newest incident of a reason.
	on := func(u uproar, after time.Duration, do func(ctx context.Context, id vis.IncidentID) error) {
		add(u, after, func(ctx context.Context) error {
			all, err := b.watch.Incidents(ctx, b.as("lea"))
			if err != nil {
				return err
			}
			for _, i := range all {
				if i.Course.Reason == u.reason {
					return do(ctx, i.ID)
				}
			}
			return fmt.Errorf("nobody noticed that %q came in a burst", u.subject)
		})
	}
	tick := func(u uproar, after time.Duration, by string, step int) {
		on(u, after, func(ctx context.Context, id vis.IncidentID) error {
			_, err := b.watch.Tick(ctx, b.as(by), id, step, true)
			return err
		})
	}
	// planned takes the scenario for the reason, and with it a name.
	planned := func(u uproar, after time.Duration, name string) {
		on(u, after, func(ctx context.Context, id vis.IncidentID) error {
			d, err := b.watch.Incident(ctx, b.as("soazig"), id)
			if err != nil {
				return err
			}
			_, err = b.watch.Amend(ctx, b.as("soazig"), id, listen.Change{Name: name, Scenario: d.Scenarios[0].ID})
			return err
		})
	}

	// known is when those whom the bell told of an incident have looked at it.
	known := func(u uproar, after time.Duration) {
		add(u, after, func(ctx context.Context) error {
			for _, who := range []string{"lea", "soazig"} {
				bell, err := b.Bells.Notices(ctx, b.as(who), vis.Page{Limit: 1})
				if err == nil && len(bell.Items) > 0 {
					err = b.Bells.ReadNotices(ctx, b.as(who), bell.Items[0].ID)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	}

	add(newsletter, 7*m, b.hear)
	on(newsletter, 19*m, func(ctx context.Context, id vis.IncidentID) error {
		_, err := b.watch.Dismiss(ctx, b.as("soazig"), id, "La lettre du mois, partie à 9 000 clients ce matin.")
		return err
	})

	known(newsletter, 20*m)

	add(accountDown, 10*m, b.hear)
	planned(accountDown, 14*m, "L’espace client ne s’ouvre plus")
	on(accountDown, 15*m, func(ctx context.Context, id vis.IncidentID) error {
		_, err := b.watch.Confirm(ctx, b.as("soazig"), id, listen.Change{})
		return err
	})
	tick(accountDown, 18*m, "thomas", 0)
	tick(accountDown, 22*m, "thomas", 1)
	add(accountDown, 25*m, b.hear)
	on(accountDown, 31*m, func(ctx context.Context, id vis.IncidentID) error {
		_, err := b.watch.Fix(ctx, b.as("soazig"), id, listen.Change{})
		return err
	})
	tick(accountDown, 38*m, "karim", 2)
	tick(accountDown, 93*m, "soazig", 3)
	on(accountDown, 95*m, func(ctx context.Context, id vis.IncidentID) error {
		_, err := b.watch.Solve(ctx, b.as("soazig"), id, listen.Change{})
		return err
	})
	known(accountDown, 96*m)
	on(accountDown, 3*h, func(ctx context.Context, id vis.IncidentID) error {
		i, err := b.watch.Incident(ctx, b.as("thomas"), id)
		if err != nil {
			return err
		}
		_, err = b.watch.Sight(ctx, b.as("thomas"), id, listen.Sighting{At: i.OpenedAt.Add(21 * m)})
		return err
	})
	on(accountDown, 5*h, func(ctx context.Context, id vis.IncidentID) error {
		learnt := french("Nos clients l’ont vu 21 minutes avant la sonde : elle n’ouvrait que la page d’accueil. Elle se connecte maintenant avec un compte d’essai, toutes les cinq minutes.")
		_, err := b.watch.Amend(ctx, b.as("soazig"), id, listen.Change{Lessons: &learnt})
		return err
	})

	add(paymentDown, 13*m, b.hear)
	planned(paymentDown, 18*m, "Paiement refusé à la validation")
	tick(paymentDown, 22*m, "thomas", 0)
	add(paymentDown, paymentDown.ago-75*s, b.hear) // looked at as the next minute begins
	return out
}

// hear reads what was said, as the server does all the time; what was heard is looked at as the next minute begins.
func (b *builder) hear(ctx context.Context) error {
	b.heard = true
	if err := b.reader.CatchUp(ctx, b.ws); err != nil {
		return err
	}
	for {
		if more, err := b.watch.Follow(ctx, b.ws); err != nil || !more {
			return err
		}
	}
}

// look is what the timer of incidents does in history: it looks once at what was heard and rests until more is, where the server looks each minute
// for an hour.
func (b *builder) look(ctx context.Context, t jobs.Timer) error {
	if b.heard {
		b.heard = false
		return b.watch.Look(ctx, t)
	}
	return b.Incidents.Update(ctx, vis.System(b.ws), nil, func(tx listen.IncidentTx) error {
		_, err := tx.Take(ctx, t.Kind, t.Key, b.now)
		return err
	})
}

// prepared are the scenarios, and what is usual: like the figures of the board it is invented, for the log does not go back so far.
func (b *builder) prepared(ctx context.Context, now time.Time) error {
	for _, p := range b.scenarios() {
		if _, err := b.watch.PrepareScenario(ctx, b.as("lea"), p); err != nil {
			return fmt.Errorf("the scenario %q: %w", p.Name, err)
		}
	}
	dice := rand.New(rand.NewPCG(39, 26)) //nolint:gosec // nothing secret
	return b.Incidents.Update(ctx, vis.System(b.ws), nil, func(tx listen.IncidentTx) error {
		for hour := now.Add(-listen.Kept - newsletter.ago); hour.Before(now.Add(-h)); hour = hour.Add(h) {
			for _, reason := range []string{paymentDown.reason, accountDown.reason, newsletter.reason} {
				if dice.Float64() > 0.07*bustleAt(hour) {
					continue
				}
				if err := tx.CountHour(ctx, reason, hour); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// bustleAt is how busy an hour is: see bustle.
func bustleAt(at time.Time) float64 {
	if i := at.Hour() - 8; i >= 0 && i < len(bustle) {
		return bustle[i]
	}
	return 1
}
