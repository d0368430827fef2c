package demo

import "visavis/internal/vis"

// Password signs in every member of the demo workspace. It protects nothing: the demo listens on this machine only.
const Password = "tandem-rouge-sous-la-pluie"

// SignIn is the address of the member whom the demo introduces.
const SignIn = "lea@arzel.example"

type person struct {
	key, name, email, face, locale, zone string
	role                                 vis.Role
}

var staffed = []person{
	{"lea", "Léa Morvan", SignIn, "long-2-7", "fr", "Europe/Paris", vis.Administrator},
	{"yann", "Yann Kerbrat", "yann@arzel.example", "cap-1-3", "fr", "Europe/Paris", vis.Agent},
	{"thomas", "Thomas Nkemba", "thomas@arzel.example", "curly-5-4", "fr", "Europe/Paris", vis.Agent},
	{"soazig", "Soazig Le Bras", "soazig@arzel.example", "bob-1-6", "fr", "Europe/Paris", vis.Supervisor},
	{"karim", "Karim Haddad", "karim@arzel.example", "beard-4-2", "fr", "Europe/Paris", vis.Agent},
	{"emma", "Emma Whitfield", "emma@arzel.example", "bun-2-5", "en", "Europe/London", vis.Agent},
	{"gwenole", "Gwenolé Tanguy", "gwenole@arzel.example", "bald-2-1", "fr", "Europe/Paris", vis.Agent},
	{"nora", "Nora Petit", "nora@arzel.example", "short-3-8", "fr", "Europe/Paris", vis.Agent},
}

type squad struct {
	key, name, icon string
	members         []string
}

var squads = []squad{
	{"atelier", "Atelier", "bike", []string{"lea", "yann", "gwenole"}},
	{"livraison", "Livraison", "parcel", []string{"thomas", "karim", "lea"}},
	{"commandes", "Commandes", "card", []string{"lea", "thomas", "emma", "soazig", "nora"}},
}

type patron struct {
	key, name, face, locale, zone string
	email, phone, card, social    string
	verified                      bool
	page, title                   string
}

var patrons = []patron{
	{"camille", "Camille Rousseau", "short-2-3", "fr", "Europe/Paris", "camille.rousseau@mel.example", "06 39 98 41 07", "Arzel 0417-882", "", true, "/fr/reparer/frein", "Régler un frein"},
	{"ines", "Inès Benali", "curly-4-6", "fr", "Europe/Paris", "ines.benali@mel.example", "", "", "", true, "/fr/panier", "Votre panier"},
	{"marc", "Marc Cambon", "cap-3-2", "fr", "Europe/Paris", "", "", "", "@marc_pedale", false, "", ""},
	{"jonathan", "Jonathan Hale", "beard-2-4", "en", "Europe/London", "jonathan.hale@mail.example", "", "", "", true, "", ""},
	{"helene", "Hélène Garnier", "grey-1-2", "fr", "Europe/Paris", "h.garnier@mel.example", "06 39 98 12 90", "", "", true, "", ""},
	{"gael", "Gaël Le Bihan", "beard-1-5", "fr", "Europe/Paris", "", "06 39 98 04 12", "", "", true, "", ""},
	{"emily", "Emily Carter", "bob-1-7", "en", "Europe/Dublin", "emily.carter@mail.example", "", "", "", false, "/en/bikes/ria-3", "Ria 3 Cargo"},
	{"vannes", "Mairie de Vannes", "bun-2-8", "fr", "Europe/Paris", "mobilites@vannes.example", "", "", "", true, "", ""},
	{"youssef", "Youssef Amrani", "short-4-1", "fr", "Europe/Paris", "youssef.amrani@mel.example", "", "Arzel 0398-114", "", true, "", ""},
	{"annelaure", "Anne-Laure Picard", "long-3-5", "fr", "Europe/Paris", "al.picard@mel.example", "", "", "", true, "", ""},
	{"pieter", "Pieter de Vries", "bald-1-6", "en", "Europe/Amsterdam", "pieter@devries.example", "", "", "", true, "", ""},
	{"luc", "Luc Tanguy", "short-1-4", "fr", "Europe/Paris", "", "06 39 98 55 21", "", "", true, "", ""},
	{"bastien", "Bastien Colas", "beard-3-3", "fr", "Europe/Paris", "bastien.colas@mel.example", "", "", "", true, "", ""},
	{"priya", "Priya Campbell", "bun-5-2", "en", "Europe/Paris", "priya.campbell@mail.example", "", "", "", true, "/en/bikes/nort", "Nort Folding"},
	{"hugo", "Hugo Perrin", "curly-2-8", "fr", "Europe/Paris", "hugo.perrin@mel.example", "", "", "", true, "", ""},
	{"jeanne", "Jeanne Ollivier", "grey-2-7", "fr", "Europe/Paris", "jeanne.ollivier@mel.example", "", "", "", true, "", ""},
	{"sarah", "Sarah Okafor", "bun-6-4", "en", "America/Montreal", "sarah.okafor@mail.example", "", "", "", false, "/en/delivery", "Delivery abroad"},
	{"malo", "Malo Guéguen", "short-2-6", "fr", "Europe/Paris", "malo.gueguen@mel.example", "", "", "", true, "", ""},
	{"fatou", "Fatou Diallo", "long-6-1", "fr", "Africa/Dakar", "fatou.diallo@mel.example", "", "", "", true, "", ""},
	{"oscar", "Oscar Lindqvist", "cap-1-7", "en", "Europe/Stockholm", "oscar@lindqvist.example", "", "", "", true, "", ""},
	{"visitor", "", "", "fr", "Europe/Brussels", "", "", "", "", false, "/fr/velos/ria-3", "Ria 3 Cargo"},
	{"rozenn", "Rozenn Kervella", "long-1-4", "fr", "Europe/Paris", "rozenn.kervella@mel.example", "", "", "", true, "", ""},
	{"dominique", "Dominique Faure", "grey-3-5", "fr", "Europe/Paris", "d.faure@mel.example", "", "", "", true, "", ""},
	{"tom", "Tom Ashworth", "short-1-2", "en", "Europe/London", "tom.ashworth@mail.example", "", "", "", true, "", ""},
	{"nora_b", "Nora Bihannic", "bob-3-1", "fr", "Europe/Paris", "nora.bihannic@mel.example", "", "", "", true, "", ""},
	{"alan", "Alan Jégou", "short-2-2", "fr", "Europe/Paris", "alan.jegou@mel.example", "", "", "", true, "", ""},
	{"grace", "Grace Holloway", "long-1-8", "en", "Europe/London", "grace.holloway@mail.example", "", "", "", true, "", ""},
	{"yves", "Yves Lagadec", "grey-3-1", "fr", "Europe/Paris", "yves.lagadec@mel.example", "", "", "", true, "", ""},
	{"mael", "Maël Cariou", "cap-2-4", "fr", "Europe/Paris", "mael.cariou@mel.example", "", "", "", true, "", ""},
	{"clara", "Clara Moreau", "bun-1-5", "fr", "Europe/Paris", "clara.moreau@mel.example", "", "", "", true, "", ""},
	{"henrik", "Henrik Dahl", "beard-1-6", "en", "Europe/London", "henrik.dahl@mail.example", "", "", "", true, "", ""},
	{"solenn", "Solenn Guivarch", "bob-2-2", "fr", "Europe/Paris", "solenn.guivarch@mel.example", "", "", "", true, "", ""},
	{"ibrahim", "Ibrahim Traoré", "short-6-5", "fr", "Europe/Paris", "ibrahim.traore@mel.example", "", "", "", true, "", ""},
	{"anouk", "Anouk Teissier", "curly-1-3", "fr", "Europe/Paris", "anouk.teissier@mel.example", "", "", "", true, "", ""},
	{"paul", "Paul Henry", "bald-1-4", "fr", "Europe/Paris", "paul.henry@mel.example", "", "", "", true, "", ""},
	{"eilidh", "Eilidh Mackay", "long-2-6", "en", "Europe/London", "eilidh.mackay@mail.example", "", "", "", true, "", ""},
	{"tanguy", "Tanguy Rolland", "beard-3-7", "fr", "Europe/Paris", "tanguy.rolland@mel.example", "", "", "", true, "", ""},
	{"maud", "Maud Le Goff", "bob-1-4", "fr", "Europe/Paris", "maud.legoff@mel.example", "", "", "", true, "", ""},
	{"erwan", "Erwan Salaün", "beard-2-2", "fr", "Europe/Paris", "erwan.salaun@mel.example", "", "", "", true, "/fr/panier", "Votre panier"},
	{"sylvie", "Sylvie Marchand", "grey-2-3", "fr", "Europe/Paris", "sylvie.marchand@mel.example", "", "", "", true, "/fr/panier", "Votre panier"},
	{"quentin", "Quentin Barré", "cap-1-5", "fr", "Europe/Paris", "", "", "", "@qbarre", false, "", ""},
	{"odile", "Odile Renaud", "grey-1-8", "fr", "Europe/Paris", "odile.renaud@mel.example", "", "", "", true, "", ""},
	{"neil", "Neil Fraser", "short-2-5", "en", "Europe/London", "neil.fraser@mail.example", "", "", "", true, "/en/basket", "Your basket"},
	{"julie", "Julie Pasquier", "long-2-1", "fr", "Europe/Paris", "julie.pasquier@mel.example", "", "", "", true, "/fr/panier", "Votre panier"},
	{"samira", "Samira Haddou", "curly-4-2", "fr", "Europe/Paris", "samira.haddou@mel.example", "", "", "", true, "", ""},
	{"matteo", "Matteo Ricci", "curly-3-3", "en", "Europe/Paris", "matteo.ricci@mail.example", "", "", "", true, "/en/basket", "Your basket"},
	{"karine", "Karine Dubreuil", "bun-2-6", "fr", "Europe/Paris", "", "06 39 98 71 16", "", "", true, "", ""},
	{"loic", "Loïc Hervé", "short-3-1", "fr", "Europe/Paris", "loic.herve@mel.example", "", "", "", true, "", ""},
	{"louise", "Louise Bernard", "bun-3-3", "fr", "Europe/Paris", "louise.bernard@mel.example", "", "", "", true, "", ""},
}
