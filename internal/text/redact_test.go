package text

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestWhatTellsWhoSomebodyIsIsTakenOut(t *testing.T) {
	t.Parallel()
	names := []string{"Éloïse Le Guen", "Li"}
	for in, want := range map[string]string{
		"mon colis n'est pas arrivé":                                 "mon colis n'est pas arrivé",
		"Il manque 2 articles sur 12, payé 49,90 €":                  "Il manque 2 articles sur 12, payé 49,90 €",
		"écrivez à eloise.leguen+shop@exemple.fr merci":              "écrivez à [email] merci",
		"jean (at) exemple point fr":                                 "[email]",
		"jean (at) exemple.fr":                                       "[email]",
		"jean.d arobase exemple . com":                               "[email]",
		"ｊean＠exemple.fr":                                            "[email]",
		"appelez le 06 12 34 56 78 svp":                              "appelez le [phone] svp",
		"0612345678, ou 06.12.34.56.78, ou 06-12-34-56-78":           "[phone], ou [phone], ou [phone]",
		"+33 (0)6 12 34 56 78":                                       "[phone]",
		"0033612345678":                                              "[phone]",
		"٠٦١٢٣٤٥٦٧٨":                                                 "[phone]",
		"06\u200b12\u200d34\u20605678":                               "[phone]",
		"my mobile is +44 7911 123456":                               "my mobile is [phone]",
		"FR76 3000 6000 0112 3456 7890 189":                          "[iban]",
		"iban fr7630006000011234567890189 ok":                        "iban [iban] ok",
		"carte 4970 1000 0000 0007":                                  "carte [number]",
		"carte 4539-1488-0343-6467":                                  "carte [card]",
		"commande n° 98745612":                                       "commande n° [number]",
		"née le 12/03/1984":                                          "née le [number]",
		"j'habite 12 bis, rue des Lilas Blancs":                      "j'habite [address]",
		"3 place d'Armes, 29200 Brest":                               "[address], [postcode]",
		"livré à 75 011 Paris par erreur":                            "livré à [postcode] par erreur",
		"I live at 221B Baker Street, NW1 6XE":                       "I live at [address], [postcode]",
		"https://shop.example/suivi?client=42&mail=a@b.fr ne va pas": "[link] ne va pas",
		"voir shop.example/commande/9f3a":                            "voir [link]",
		"C'est ELOISE le guen, pas loic":                             "C'est [name] le [name], pas loic",
		"Je m'appelle Yann Kervella, bonjour":                        "Je m'appelle [name], bonjour",
		"Mme Dupont m'a répondu":                                     "Mme [name] m'a répondu",
		"Merci d'avance\nCordialement,\nyann kervella":               "Merci d'avance\nCordialement,\n[name]",
		"@yann_k vous êtes là ?":                                     "[name] vous êtes là ?",
	} {
		if got := Redact(in, names); got != want {
			t.Errorf("%q\n got %q\nwant %q", in, got, want)
		}
	}
}

// pick draws one of several.
func pick(t *rapid.T, label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }

// digitsOf draws digits, with what people write between groups of them.
func digitsOf(t *rapid.T, first string, sizes ...int) string {
	between := pick(t, "between", "", " ", ".", "-", "/", "\u00a0", "\u202f", " - ", "\u200b")
	groups := []string{first}
	for i, n := range sizes {
		groups = append(groups, rapid.StringMatching(fmt.Sprintf(`[0-9]{%d}`, n)).Draw(t, fmt.Sprint("group ", i)))
	}
	return strings.Join(groups, between)
}

// Whatever is planted in whichever spelling, nothing of it is left.
func TestNothingPlantedIsLeft(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[A-ZÉÎ][a-zéèïô]{3,9}`).Draw(t, "name")
		secret := rapid.StringMatching(`zq[a-z]{5,9}xk`).Draw(t, "secret")
		planted := map[string]string{
			"mail":    secret + pick(t, "at", "@", " @ ", "(at)", " [at] ", "＠") + "exemple" + pick(t, "dot", ".fr", ".co.uk"),
			"link":    pick(t, "scheme", "https://", "http://", "www.", "HTTPS://") + "exemple.fr/a?b=" + secret,
			"phone":   digitsOf(t, pick(t, "prefix", "06", "01", "+336", "00336", "+33 (0)6"), 2, 2, 2, 2),
			"iban":    digitsOf(t, "FR76", 4, 4, 4, 4, 4, 3),
			"card":    digitsOf(t, "4970", 4, 4, 4),
			"code":    pick(t, "postcode", "75011", "29200 "+name, "F-44000", "SW1A 1AA"),
			"address": pick(t, "house", "12 ", "7 bis ", "103, ") + pick(t, "street", "rue ", "avenue du ", "boulevard de la ", "place ", "chemin des ") + secret,
			"name":    pick(t, "spelled", name, strings.ToUpper(name), strings.ToLower(name), Fold(name)),
		}
		what := rapid.SampledFrom([]string{"mail", "link", "phone", "iban", "card", "code", "address", "name"}).Draw(t, "what")
		message := pick(t, "before", "", "bonjour ", "mon colis: ", "(", "écrivez à ") + planted[what] + pick(t, "after", "", " merci", ", svp", " !", ")")
		got := Redact(message, []string{name + " Morvan"})
		left := strings.Join(strings.Fields(Fold(got)), "")
		if strings.Contains(left, secret) || len(longFigures.FindString(got)) > 0 || what == "name" && strings.Contains(Fold(got), Fold(name)) {
			t.Fatalf("of %q is left %q", message, got)
		}
	})
}

var longFigures = regexp.MustCompile(`\d(?:[ .-]?\d){4,}`)

func FuzzRedactLeavesNoNumberAndSettles(f *testing.F) {
	for _, s := range []string{"06 12 34 56 78", "a@b.fr", "12 rue des Lilas 75011 Paris", "Cordialement\nA B", "FR76 3000", "\xff٣", "https://a?b", "M. A"} {
		f.Add(s, "Anne Le Goff")
	}
	f.Fuzz(func(t *testing.T, message, name string) {
		once := Redact(message, []string{name})
		if !utf8.ValidString(once) || longFigures.MatchString(once) || mailAddress.MatchString(once) {
			t.Errorf("of %q is left %q", message, once)
		}
	})
}
