package demo

import "time"

// errand is a small matter that was settled in one go in the shop's chat. There are enough of them in the last week for the chat to say
// how long an answer usually takes.
type errand struct {
	ago                  time.Duration
	customer, by         string
	after                time.Duration // until the first answer
	subject, asks, reply string
}

var settled = []errand{
	{26 * h, "nora_b", "lea", 48 * s, "Béquille du Nort", "Bonjour, la béquille du Nort se vend-elle seule ?", "Bonjour, oui, 24 €, et elle se pose avec une clé de 5. Je vous mets le lien ici."},
	{28 * h, "alan", "thomas", 31 * s, "Payer en trois fois", "Peut-on payer le Ria 3 en trois fois ?", "Oui, sans frais : choisissez « 3 fois » au moment de payer, la première échéance part à la livraison."},
	{31 * h, "grace", "emma", 67 * s, "Do you sell gift cards?", "Do you sell gift cards?", "We do, from €20, sent by e-mail within the minute."},
	{33 * h, "yves", "nora", 95 * s, "Essai à Vannes", "Bonjour, peut-on essayer le Ria 3 à Vannes ?", "Bonjour, oui, du mardi au samedi. Je vous réserve samedi à 11 h ?"},
	{50 * h, "mael", "lea", 38 * s, "Adresse de livraison", "J’ai oublié le numéro de rue sur ma commande.", "C’est corrigé : 14, rue des Salines. Rien d’autre à faire."},
	{53 * h, "clara", "thomas", 44 * s, "Code de réduction", "Mon code de bienvenue ne passe pas.", "Il ne vaut pas sur les vélos d’occasion, et c’est mal dit sur la page : je vous retire les 10 % moi-même."},
	{56 * h, "henrik", "emma", 82 * s, "Lock included?", "Is a lock included with the Ria 3?", "A frame lock is, and the key opens the battery too."},
	{75 * h, "solenn", "lea", 29 * s, "Facture au nom de ma société", "La facture peut-elle être au nom de ma société ?", "Elle l’est : vous la recevez dans la minute."},
	{78 * h, "ibrahim", "nora", 58 * s, "Casque taille enfant", "Quelle taille de casque pour six ans ?", "52 à 56 cm le plus souvent : mesurez au-dessus des sourcils, nous échangeons sinon."},
	{81 * h, "anouk", "thomas", 71 * s, "Changer de couleur", "Puis-je passer du vert au bleu sur ma commande ?", "C’est fait, elle n’était pas encore peinte. La date ne bouge pas."},
	{30 * h, "yves", "thomas", 39 * s, "Rappel R-204", "Bonjour, suis-je concerné par le rappel R-204 de la potence ?", "Bonjour, non : votre numéro de cadre commence par 26, le rappel s’arrête à 25."},
	{47 * h, "clara", "lea", 55 * s, "Rappel R-204 sur le Nort", "Le rappel R-204 concerne-t-il aussi le Nort ?", "Non, seulement les Ria 2 livrés avant mars."},
	{58 * h, "mael", "thomas", 62 * s, "Rappel R-204", "Suis-je concerné par le rappel R-204 ?", "Oui : gardez le vélo à l’arrêt, nous changeons la potence chez vous jeudi."},
	{79 * h, "solenn", "nora", 47 * s, "Rappel R-204", "Bonjour, le rappel R-204 concerne-t-il mon Ria 2 ?", "Votre Ria a déjà la nouvelle potence, rien à faire."},
	{83 * h, "henrik", "emma", 51 * s, "Recall R-204", "Am I concerned by recall R-204, rappel R-204 in French?", "You are not: yours was built in April."},
	{98 * h, "paul", "lea", 52 * s, "Garde-boue en bois", "Le vernis des garde-boue tient-il la pluie ?", "Deux hivers sans rien faire, puis une couche d’huile de lin au printemps."},
	{101 * h, "eilidh", "emma", 36 * s, "Ferry from Plymouth", "Can I collect my bike at Roscoff off the ferry?", "You can: our courier meets the 8 am boat. I have written it on your order."},
	{105 * h, "tanguy", "lea", 134 * s, "Reprise de mon ancien vélo", "Reprenez-vous un vieux VTT contre un Ria ?", "Oui, à l’atelier, après l’avoir vu. Pardon pour l’attente : nous étions deux de moins."},
	{123 * h, "louise", "thomas", 41 * s, "Délai du Nort", "Le Nort vert est-il en stock ?", "Il en reste quatre à Nantes, livrés en trois jours."},
}

// errands tells the settled matters as tales.
func errands() []tale {
	out := make([]tale, 0, len(settled))
	for _, e := range settled {
		out = append(out, tale{e.customer, "chat", e.subject, "commandes", "", []step{
			{ago: e.ago, say: e.asks},
			{ago: e.ago - e.after + 15*s, by: e.by, take: true},
			{ago: e.ago - e.after, by: e.by, say: e.reply},
			{ago: e.ago - e.after - 20*s, read: true},
			{ago: e.ago - e.after - 4*m, by: e.by, resolve: true},
		}})
	}
	return out
}
