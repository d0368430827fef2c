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
