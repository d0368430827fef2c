package demo

import "visavis/internal/desk"

// What the story's people know of its matters and customers, as they would have written it down.

// matters are by the subject of the tale.
var matters = map[string]desk.About{
	"Le frein avant frotte depuis la révision":      {Reason: "atelier/freinage", Mood: -30},
	"Paiement refusé au moment de valider":          {Reason: "paiement/refus", Mood: -20, Criticality: 2},
	"3 semaines que j’attends mon colis":            {Reason: "livraison/retard", Mood: -70, Influence: 18_400},
	"Order 48213 arrived without its charger":       {Reason: "livraison/incomplet", Mood: -15, Language: "en"},
	"Note 2 sur 10 : « personne ne m’a rappelée »":  {Reason: "insatisfaction/sans rappel", Mood: -85, Criticality: 2},
	"Rappel promis : devis de batterie":             {Reason: "atelier/batterie"},
	"Does the Ria 3 fit a rider of 1.58 m?":         {Reason: "conseil/taille", Language: "en", Mood: 30},
	"Flotte de 12 vélos, renouvellement du contrat": {Reason: "flottes/contrat"},
	"Visite de 16 h : diagnostic du moteur":         {Reason: "atelier/moteur"},
	"Facture introuvable pour mon assurance":        {Reason: "facturation/copie"},
	"Warranty transfer after a private sale":        {Reason: "garantie", Language: "en"},
	"Selle reçue dans la mauvaise couleur":          {Reason: "livraison/erreur", Mood: 10},
	"Antivol camouflé livré cassé":                  {Reason: "livraison/casse", Mood: -30},
	"Shipping a bike to Montréal":                   {Reason: "livraison/étranger", Language: "en"},
	"Crevaison à 2 km de l’atelier":                 {Reason: "atelier/crevaison", Criticality: 2, Mood: 40},
	"Winter tyres for the Ria 2":                    {Reason: "conseil/accessoires", Language: "en"},
	"Remboursement du cours de mécanique":           {Reason: "facturation/remboursement", Mood: -45},
	"Battery light blinks red twice":                {Reason: "atelier/batterie", Language: "en"},
	"Le siège enfant est-il compatible ?":           {Reason: "conseil/accessoires", Mood: 60},
	"Bonjour, livrez-vous en Belgique ?":            {Reason: "livraison/étranger"},
	"Essai avec deux enfants samedi":                {Reason: "conseil/essai", Mood: 50},
	"Retrait jeudi matin":                           {Reason: "atelier/retrait", Mood: 40},
	"Folding bike on the train to Paris":            {Reason: "conseil/transport", Language: "en", Mood: 50},
	"Où trouver mon numéro de cadre ?":              {Reason: "garantie"},
	"Caméra de recul du Ria 3 ?":                    {Reason: "conseil/accessoires"},
	"Le Ria 2 passe-t-il dans un ascenseur ?":       {Reason: "conseil/taille"},
}

// worth is what a customer is to the house, by her key.
var worth = map[string]struct {
	adviser, segment string
	value            int
}{
	"camille":   {"lea", "famille", 60},
	"marc":      {"", "", 20},
	"jonathan":  {"emma", gold, 70},
	"helene":    {"lea", gold, 85},
	"gael":      {"gwenole", "", 35},
	"vannes":    {"soazig", "flotte", 95},
	"youssef":   {"yann", "", 40},
	"annelaure": {"", "", 30},
	"pieter":    {"emma", "", 25},
	"luc":       {"lea", "", 45},
	"jeanne":    {"soazig", gold, 75},
	"priya":     {"emma", "", 30},
	"fatou":     {"nora", "famille", 40},
	"malo":      {"yann", "famille", 50},
	"rozenn":    {"lea", "famille", 45},
}
