package text

import "testing"

func TestAShelfFindsWhatAnswersDespiteEndingsAndSlips(t *testing.T) {
	t.Parallel()
	s := NewShelf([]string{
		"Le remboursement arrive sous cinq jours après la réception de votre retour.",
		"Nos magasins ouvrent de neuf heures à dix-neuf heures, sauf le dimanche.",
		"Le réseau est en panne : nos équipes rétablissent la connexion.",
	})
	for question, want := range map[string]int{
		"quand serai-je remboursée ?":           0,
		"à quelle heure ouvre le magazin":       1,
		"plus de connection, panne de réseaux":  2,
		"l'équipe répare-t-elle la connexion ?": 2,
	} {
		found := s.Find(question, 2)
		if len(found) == 0 || found[0].At != want || found[0].Score > 2 {
			t.Errorf("%q finds %+v, want %d first", question, found, want)
		}
	}
	if found := s.Find("?!", 3); len(found) != 0 {
		t.Errorf("nothing asked finds %v", found)
	}
	if found := NewShelf(nil).Find("panne", 3); len(found) != 0 {
		t.Errorf("an empty shelf has %v", found)
	}
}

func TestAShelfAnswersOnlyWhatItSpeaksOf(t *testing.T) {
	t.Parallel()
	s := NewShelf([]string{
		"Retours et remboursements. Le remboursement arrive sous cinq jours après la réception de votre retour.",
		"Opening hours. Our shops are open from nine to seven, except on Sundays.",
		"Livraison. Votre commande part le jour même ; le suivi est dans votre compte.",
	})
	for question, want := range map[string]int{
		"Quand serai-je remboursée ?":                     0,
		"remboursment":                                    0, // a slip
		"what are your opening hours please":              1,
		"où est le suivi de ma commande":                  2,
		"Bonjour, merci":                                  -1, // nothing asked
		"garantie du cadre":                               -1,
		"votre commande de pièces pour tandem d'occasion": -1, // one word of five
		"":  -1,
		"€": -1,
	} {
		found := s.Answers(question, 3)
		if want < 0 && len(found) > 0 || want >= 0 && (len(found) == 0 || found[0].At != want) {
			t.Errorf("%q is answered by %+v, want %d", question, found, want)
		}
	}
	if found := NewShelf(nil).Answers("panne", 3); len(found) != 0 {
		t.Errorf("an empty shelf answers %v", found)
	}
}
