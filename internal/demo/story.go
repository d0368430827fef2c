package demo

import (
	"time"

	"visavis/internal/desk"
)

// A tale is one conversation of the demo: who, where, and what happened how long ago.
type tale struct {
	customer, channel, subject, team, owner string
	steps                                   []step
}

// A step happened ago before the demo was made. Exactly one of its verbs is set: by is whose words they are ("" for the
// customer, else a member's key).
type step struct {
	ago           time.Duration
	by            string
	say           string // words to the other side
	note          string // words that members read
	photo         bool   // with the photograph of the demo
	resolve, read bool
	snooze        time.Duration // from the moment the demo is made
	asleep        bool          // until the customer writes
	take          bool          // by takes it on, which the thread tells
	show          string        // a step of the work that the customer sees, as far as shown says
	shown         desk.StepState
	call          string // the number at which the customer wants to be called
}

const (
	s = time.Second
	m = time.Minute
	h = time.Hour
	d = 24 * time.Hour
)

var tales = []tale{
	{"camille", "email", "Le frein avant frotte depuis la révision", "atelier", "lea", []step{
		{ago: 17*h + 40*m, say: "Bonjour, depuis la révision de samedi le frein avant de mon Ria 2 frotte, ça fait un bruit à chaque tour de roue. Je l’avais pourtant dit à l’accueil."},
		{ago: 17*h + 31*m, by: "lea", say: "Bonjour Camille, non, et je suis désolée que vous ayez à revenir vers nous. Je vois la fiche de Yann : plaquettes avant changées samedi. Est-ce que ça frotte aussi quand la roue tourne à vide ?"},
		{ago: 17*h + 30*m, read: true},
		{ago: 17*h + 27*m, say: "Oui, à vide aussi. Je dois filer, je vous envoie une photo ?"},
		{ago: 17*h + 25*m, by: "lea", say: "Avec plaisir, et laissez-le au garage d’ici là. Dès que je l’ai, je la montre à Yann."},
		{ago: 17*h + 24*m, read: true},
		{ago: 55*m + 40*s, say: "Bonjour Léa, voici la photo. Je roule avec mes enfants dans la caisse, je préfère ne pas l’utiliser d’ici là.", photo: true},
		{ago: 54 * m, by: "lea", show: "Photo reçue", shown: desk.Done},
		{ago: 42 * m, by: "yann", note: "@Léa disque voilé, 0,4 mm. J’en réserve un de 180 mm, case B-14. Je peux la prendre dès que la pièce est là."},
		{ago: 41 * m, by: "yann", show: "Diagnostic : le disque est voilé", shown: desk.Done},
		{ago: 40 * m, by: "yann", show: "Pièce réservée, elle sort du magasin", shown: desk.Underway},
		{ago: 39 * m, by: "lea", show: "Rendez-vous à convenir avec vous", shown: desk.Planned},
	}},
	{"ines", "chat", "Paiement refusé au moment de valider", "commandes", "thomas", []step{
		{ago: 5 * m, say: "Bonjour, ma carte est refusée trois fois de suite alors que la banque dit que tout va bien. Le vélo est dans le panier, j’ai peur de le perdre."},
		{ago: 3*m + 40*s, by: "thomas", say: "Bonjour Inès, je le garde à votre nom jusqu’à ce soir, il ne peut pas partir. Quel message voyez-vous exactement, au moment du refus ?"},
		{ago: 3*m + 20*s, read: true},
		{ago: 40 * s, say: "« Authentification non aboutie ». Et je ne reçois aucun SMS."},
	}},
	{"marc", "social", "3 semaines que j’attends mon colis", "livraison", "lea", []step{
		{ago: 72 * m, say: "3 semaines que j’attends mon colis @CyclesArzel, toujours « en préparation ». Il y a quelqu’un ?"},
		{ago: 58 * m, by: "karim", note: "Le colis est bloqué au dépôt de Rungis depuis le 4, étiquette illisible. J’ai demandé une réédition."},
	}},
	{"jonathan", "email", "Order 48213 arrived without its charger", "livraison", "lea", []step{
		{ago: 108 * m, say: "Hello, order 48213 arrived this morning, beautifully packed, but there is no charger in the box. The delivery note says there should be one. I was hoping to ride on Saturday."},
	}},
	{"helene", "phone", "Note 2 sur 10 : « personne ne m’a rappelée »", "atelier", "lea", []step{
		{ago: 102 * m, say: "J’ai laissé deux messages la semaine dernière pour mon moteur qui coupe en côte. Personne ne m’a rappelée. Je suis cliente depuis douze ans."},
		{ago: 88 * m, by: "soazig", note: "Hélène a raison : les deux messages sont restés sur la boîte de l’ancien standard. Je l’ai fait rediriger."},
	}},
	{"gael", "phone", "Rappel promis : devis de batterie", "atelier", "lea", []step{
		{ago: 25 * h, say: "Je voudrais savoir combien coûte une batterie neuve pour un Ria de 2019. La mienne tient vingt kilomètres."},
		{ago: 24 * h, by: "gwenole", say: "Bonjour Gaël, nous la faisons tester avant de vous en vendre une : c’est gratuit, et une fois sur trois ce n’est qu’une cellule. Dites-moi quand je peux vous appeler avec le résultat."},
		{ago: 20 * h, call: "02 61 91 04 12"},
	}},
	{"emily", "chat", "Does the Ria 3 fit a rider of 1.58 m?", "commandes", "", []step{
		{ago: 75 * s, say: "Hi! Does the Ria 3 fit a rider of 1.58 m? My partner is 1.85 m and we would share it."},
	}},
	{"vannes", "letter", "Flotte de 12 vélos, renouvellement du contrat", "commandes", "soazig", []step{
		{ago: 3*d + 2*h, say: "Madame, Monsieur, le contrat d’entretien de nos douze vélos de service arrive à échéance le 31 décembre. Nous souhaitons recevoir votre proposition de renouvellement avant le conseil du 10."},
		{ago: 2*d + 5*h, by: "soazig", note: "Reprendre les conditions de 2024, ajouter les pneus hiver. Validation de la direction attendue mercredi."},
		{ago: 2*d + 4*h, by: "soazig", say: "Madame, Monsieur, votre lettre est bien arrivée et votre contrat ne s’interrompra pas. Vous aurez notre proposition avant le conseil du 10."},
	}},
	{"visitor", "chat", "Bonjour, livrez-vous en Belgique ?", "livraison", "", []step{
		{ago: 50 * s, say: "Bonjour, livrez-vous en Belgique ? Et le vélo arrive-t-il monté ?"},
	}},
	{"youssef", "shop", "Visite de 16 h : diagnostic du moteur", "atelier", "yann", []step{
		{ago: 2*d + 1*h, say: "Le moteur s’arrête quand il pleut. Rendez-vous pris à l’atelier de Rennes, mercredi à 16 h."},
		{ago: 2*d + 30*m, by: "yann", say: "Bonjour Youssef, c’est noté. Venez avec la clé de la batterie ; comptez trente minutes, et un café."},
		{ago: 2 * d, read: true},
	}},
	{"annelaure", "email", "Facture introuvable pour mon assurance", "commandes", "lea", []step{
		{ago: 45 * m, say: "Bonjour, mon assurance me demande la facture de mon vélo acheté chez vous en mai 2022. Je ne la retrouve plus. Pouvez-vous me la renvoyer ?"},
	}},
	{"pieter", "email", "Warranty transfer after a private sale", "atelier", "emma", []step{
		{ago: 3*h + 4*m, say: "I have just bought a 2023 Nort from its first owner. Can the frame warranty be put in my name? I have the original invoice and the serial number."},
		{ago: 2*h + 20*m, by: "emma", say: "Good morning Pieter, yes, the frame warranty follows the bike. Send me a photo of the serial number under the bottom bracket and I will move it to your name today."},
		{ago: 2*h + 12*m, read: true},
		{ago: 2 * h, say: "Perfect, I will do that this evening when I am home."},
	}},
	{"luc", "sms", "Retrait jeudi matin", "atelier", "lea", []step{
		{ago: 4 * h, say: "Bonjour est-ce que mon vélo est prêt ?"},
		{ago: 3*h + 50*m, by: "lea", say: "Bonjour Luc, il le sera jeudi à partir de 9 h : il manque la chaîne, elle arrive demain. Cela vous va ?"},
		{ago: 3*h + 40*m, read: true},
		{ago: 3*h + 38*m, say: "Parfait pour jeudi matin, merci Léa"},
		{ago: 3*h + 37*m, by: "lea", resolve: true},
	}},
	{"bastien", "email", "Selle reçue dans la mauvaise couleur", "commandes", "lea", []step{
		{ago: 3 * d, say: "Bonjour, j’ai commandé une selle marron et reçu une noire. Elle est très belle, mais pas sur mon vélo."},
		{ago: 3*d - 40*m, by: "lea", say: "Bonjour Bastien, l’erreur vient de nous : la marron part ce soir, gardez la noire jusqu’à son arrivée, l’étiquette de retour sera dans le paquet."},
		{ago: 3*d - 50*m, read: true},
		{ago: 3*d - 60*m, by: "lea", snooze: 15 * h},
	}},
	{"priya", "chat", "Folding bike on the train to Paris", "commandes", "emma", []step{
		{ago: 5 * h, say: "Is the Nort small enough folded to go on the TGV without a bike ticket?"},
		{ago: 5*h - 3*m, by: "emma", say: "It is: folded it measures 66 × 60 × 30 cm, well within the luggage limit. Put it in its cover and nobody will ask."},
		{ago: 5*h - 4*m, read: true},
		{ago: 5*h - 6*m, say: "Brilliant, thank you Emma!"},
		{ago: 5*h - 7*m, by: "emma", resolve: true},
	}},
	{"hugo", "email", "Antivol camouflé livré cassé", "livraison", "karim", []step{
		{ago: 41 * d, say: "Bonjour, l’antivol est arrivé avec le barillet cassé, impossible d’y mettre la clé."},
		{ago: 41*d - 2*h, by: "karim", say: "Bonjour Hugo, un neuf part aujourd’hui en express, vous n’avez rien à renvoyer."},
		{ago: 40 * d, by: "karim", resolve: true},
	}},
	{"jeanne", "email", "Caméra de recul du Ria 3 ?", "commandes", "soazig", []step{
		{ago: 190 * d, say: "Existe-t-il une caméra de recul pour le Ria 3 ? Je le range en marche arrière dans une cour étroite."},
		{ago: 189 * d, by: "soazig", say: "Bonjour Jeanne, pas chez nous, mais un rétroviseur en bout de guidon suffit à la plupart de nos clients. Voulez-vous l’essayer à l’atelier de Nantes ?"},
		{ago: 188 * d, by: "soazig", resolve: true},
	}},
	{"sarah", "chat", "Shipping a bike to Montréal", "livraison", "", []step{
		{ago: 3 * m, say: "Hello from Montréal! Do you ship abroad, and who pays the customs duty?"},
		{ago: 2*m + 30*s, say: "I am looking at the Nort in green, if that matters."},
	}},
	{"malo", "chat", "Crevaison à 2 km de l’atelier", "atelier", "yann", []step{
		{ago: 13 * m, say: "Salut, j’ai crevé à 2 km de chez vous et la petite est sur le porte-bagages. Vous êtes ouverts ?"},
		{ago: 11 * m, by: "yann", say: "Bonjour Malo, oui, jusqu’à 19 h. Restez où vous êtes si vous êtes à l’abri : j’ai le vélo-cargo et une chambre à air, je peux venir. Où êtes-vous ?"},
		{ago: 10 * m, read: true},
		{ago: 10 * m, say: "Sous l’abribus devant l’école Sainte-Anne. Vous êtes incroyable."},
		{ago: 9*m + 30*s, by: "yann", say: "Dix minutes. Gardez la petite à l’abri."},
		{ago: 9 * m, by: "yann", note: "Je pars, Gwenolé prend le comptoir."},
	}},
	{"fatou", "email", "Essai avec deux enfants samedi", "commandes", "nora", []step{
		{ago: 28 * h, say: "Bonjour, peut-on essayer le Ria 3 avec deux enfants de 4 et 6 ans ? Nous serions à Nantes samedi."},
		{ago: 27 * h, by: "nora", say: "Bonjour Fatou, avec plaisir : samedi à 10 h ou à 15 h ? Nous avons des casques à leur taille."},
		{ago: 26 * h, read: true},
		{ago: 26*h - 10*m, by: "nora", asleep: true},
	}},
	{"oscar", "email", "Winter tyres for the Ria 2", "atelier", "", []step{
		{ago: 2*h + 10*m, say: "Hi, which studded tyres fit the Ria 2 with the wooden mudguards? We had 20 cm of snow last night."},
	}},
	{"rozenn", "chat", "Le siège enfant est-il compatible ?", "commandes", "lea", []step{
		{ago: 6 * m, say: "Bonjour, le siège enfant du Nort se monte-t-il aussi sur le Ria 3 ? Le fils de ma sœur a 18 mois."},
		{ago: 4*m + 20*s, by: "lea", say: "Bonjour Rozenn, oui, avec la platine longue (19 €). À 18 mois je vous conseille le modèle qui s’incline : il dort en roulant."},
		{ago: 4 * m, read: true},
		{ago: 70 * s, say: "Il dort partout, c’est parfait. Je passe demain."},
	}},
	{"dominique", "email", "Remboursement du cours de mécanique", "commandes", "", []step{
		{ago: 3*h + 50*m, say: "Le cours de samedi a été annulé et je n’ai pas reçu de remboursement. Cela fait dix jours."},
	}},
	{"tom", "chat", "Battery light blinks red twice", "atelier", "gwenole", []step{
		{ago: 2 * d, say: "My battery light blinks red twice and then nothing. It worked yesterday."},
		{ago: 2*d - 6*m, by: "gwenole", say: "Hello Tom, twice red means it is asleep after a deep discharge. Hold the button for ten seconds with the charger plugged in: does it answer with green?"},
		{ago: 2*d - 9*m, read: true},
		{ago: 2*d - 15*m, say: "Green! You saved my commute."},
		{ago: 2*d - 16*m, by: "gwenole", resolve: true},
	}},
	{"camille", "chat", "Le Ria 2 passe-t-il dans un ascenseur ?", "commandes", "lea", []step{
		{ago: 400 * d, say: "Bonjour, le Ria 2 passe-t-il dans un ascenseur de 1,20 m ?"},
		{ago: 400*d - 4*m, by: "lea", say: "Non, il mesure 2,45 m. Relevé sur sa béquille arrière, il lui faut 1,35 m. Voulez-vous que je regarde les locaux à vélos près de chez vous ?"},
		{ago: 400*d - 6*m, say: "Oui, volontiers."},
		{ago: 400*d - 20*m, by: "lea", say: "Il y en a deux à Sainte-Anne, à 300 m : l’un a une place de cargo libre. Je vous envoie l’adresse."},
		{ago: 399 * d, by: "lea", resolve: true},
	}},
	{"camille", "email", "Où trouver mon numéro de cadre ?", "atelier", "yann", []step{
		{ago: 12 * d, say: "Bonjour, mon assurance me demande le numéro de cadre de mon Ria 2, où est-il gravé ?"},
		{ago: 12*d - h, by: "yann", say: "Bonjour Camille, sous le boîtier de pédalier ; le vôtre est AR2-19-04417, je l’ai sur votre fiche."},
		{ago: 11 * d, by: "yann", resolve: true},
	}},
}
