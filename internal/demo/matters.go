package demo

import "visavis/internal/desk"

// What the story's people know of its matters and customers, as they would have written it down.

// matters are by the subject of the tale.
var matters = map[string]desk.About{
	"Le frein avant frotte depuis la révision":      {Reason: "fault/brakes", Mood: -30},
	"Paiement refusé au moment de valider":          {Reason: "payment/refused", Mood: -20, Criticality: 2},
	"3 semaines que j’attends mon colis":            {Reason: "delivery/late", Mood: -70, Influence: 18_400},
	"Order 48213 arrived without its charger":       {Reason: "delivery/incomplete", Mood: -15, Language: "en"},
	"Note 2 sur 10 : « personne ne m’a rappelée »":  {Reason: "staff/no-call-back", Mood: -85, Criticality: 2},
	"Rappel promis : devis de batterie":             {Reason: "fault/battery"},
	"Does the Ria 3 fit a rider of 1.58 m?":         {Reason: "advice/size", Language: "en", Mood: 30},
	"Flotte de 12 vélos, renouvellement du contrat": {Reason: "contract/fleet"},
	"Visite de 16 h : diagnostic du moteur":         {Reason: "fault/motor"},
	"Facture introuvable pour mon assurance":        {Reason: "invoice/copy"},
	"Warranty transfer after a private sale":        {Reason: "fault/warranty", Language: "en"},
	"Selle reçue dans la mauvaise couleur":          {Reason: "delivery/wrong", Mood: 10},
	"Antivol camouflé livré cassé":                  {Reason: "delivery/broken", Mood: -30},
	"Shipping a bike to Montréal":                   {Reason: "delivery/abroad", Language: "en"},
	"Crevaison à 2 km de l’atelier":                 {Reason: "fault/puncture", Criticality: 2, Mood: 40},
	"Winter tyres for the Ria 2":                    {Reason: "advice/accessories", Language: "en"},
	"Remboursement du cours de mécanique":           {Reason: "return/refund", Mood: -45},
	"Battery light blinks red twice":                {Reason: "fault/battery", Language: "en"},
	"Le siège enfant est-il compatible ?":           {Reason: "advice/accessories", Mood: 60},
	"Bonjour, livrez-vous en Belgique ?":            {Reason: "delivery/abroad"},
	"Essai avec deux enfants samedi":                {Reason: "appointment/trial", Mood: 50},
	"Retrait jeudi matin":                           {Reason: "appointment/pick-up", Mood: 40},
	"Folding bike on the train to Paris":            {Reason: "advice/transport", Language: "en", Mood: 50},
	"Où trouver mon numéro de cadre ?":              {Reason: "fault/warranty"},
	"Caméra de recul du Ria 3 ?":                    {Reason: "advice/accessories"},
	"Le Ria 2 passe-t-il dans un ascenseur ?":       {Reason: "advice/size"},
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

// known is what the shop's own programs say of customers: the shop they go to, and the bicycle they have. Of some they say nothing.
var known = map[string]desk.Attributes{
	"camille":   {"place": "Rennes", "product": "Ria 2"},
	"ines":      {"place": "Nantes", "product": "Ria 3"},
	"marc":      {"place": "Nantes"},
	"jonathan":  {"product": "Ria 3"},
	"helene":    {"place": "Nantes", "product": "Ria 3"},
	"gael":      {"place": "Brest", "product": "Ria 2"},
	"vannes":    {"place": "Vannes", "product": "Ria 3"},
	"youssef":   {"place": "Rennes", "product": "Nort"},
	"annelaure": {"place": "Nantes", "product": "Ria 2"},
	"pieter":    {"product": "Ria 3"},
	"luc":       {"place": "Brest", "product": "Ria 2"},
	"bastien":   {"place": "Nantes", "product": "Ria 3"},
	"priya":     {"place": "Paris", "product": "Nort"},
	"hugo":      {"place": "Nantes", "product": "Ria 3"},
	"jeanne":    {"place": "Rennes", "product": "Ria 2"},
	"malo":      {"place": "Vannes", "product": "Ria 3"},
	"oscar":     {"product": "Nort"},
	"rozenn":    {"place": "Brest", "product": "Ria 3"},
	"dominique": {"place": "Paris", "product": "Ria 2"},
	"nora_b":    {"place": "Rennes"},
	"alan":      {"place": "Brest", "product": "Nort"},
	"yves":      {"place": "Vannes", "product": "Ria 2"},
	"mael":      {"place": "Brest", "product": "Ria 3"},
	"clara":     {"place": "Nantes", "product": "Ria 3"},
	"solenn":    {"place": "Rennes", "product": "Ria 3"},
	"ibrahim":   {"place": "Paris", "product": "Nort"},
	"anouk":     {"place": "Nantes", "product": "Ria 3"},
	"paul":      {"place": "Rennes", "product": "Ria 2"},
	"tanguy":    {"place": "Vannes", "product": "Ria 2"},
	"maud":      {"place": "Nantes"},
	"erwan":     {"place": "Nantes", "product": "Ria 3"},
	"sylvie":    {"place": "Rennes"},
	"quentin":   {"place": "Nantes"},
	"odile":     {"place": "Brest", "product": "Nort"},
	"julie":     {"place": "Nantes", "product": "Ria 3"},
	"samira":    {"place": "Nantes"},
	"matteo":    {"place": "Paris"},
	"karine":    {"place": "Nantes", "product": "Ria 2"},
	"loic":      {"place": "Rennes", "product": "Ria 3"},
	"louise":    {"place": "Paris", "product": "Ria 3"},
	"henrik":    {"product": "Ria 3"},
}
