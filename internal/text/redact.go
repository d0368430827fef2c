package text

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What stands in the place of what was taken out.
const (
	takenMail     = "[email]"
	takenPhone    = "[phone]"
	takenIBAN     = "[iban]"
	takenCard     = "[card]"
	takenNumber   = "[number]"
	takenName     = "[name]"
	takenAddress  = "[address]"
	takenPostcode = "[postcode]"
	takenLink     = "[link]"
)

// Redact returns a message without what tells whose it is, for those outside who are to read it: addresses of the web and of e-mail, phone
// numbers, bank accounts, cards and every other long number, postal addresses and postcodes, and names: those given, with their parts, and those
// that stand after a word that announces one. It takes out too much rather than too little. Letters that only look different, and signs that
// nobody sees, are made plain first, so that nothing hides behind them. What is redacted stays as it is when it is redacted again.
func Redact(message string, names []string) string {
	s := plainly(message)
	s = webAddress.ReplaceAllString(s, takenLink)
	s = mailAddress.ReplaceAllString(s, takenMail)
	s = handle.ReplaceAllString(s, "${1}"+takenName)
	s = withoutNames(s, names)
	s = streetFR.ReplaceAllString(s, "${1}"+takenAddress)
	s = streetEN.ReplaceAllString(s, takenAddress)
	s = iban.ReplaceAllStringFunc(s, account)
	s = postcodeFR.ReplaceAllString(s, "${1}"+takenPostcode)
	s = postcodeUK.ReplaceAllString(s, takenPostcode)
	s = figures.ReplaceAllStringFunc(s, sortOfNumber)
	s = announced.ReplaceAllString(s, "${1}${2}"+takenName)
	return signed.ReplaceAllString(s, "${1}"+takenName)
}

// plainly is a text in its plain letters (Unicode NFKC), without what nobody sees, and with plain digits.
func plainly(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cf, unicode.Cc, unicode.Me), r == 0x34f, 0xfe00 <= r && r <= 0xfe0f, r == 0x3164, r == 0x115f, r == 0x1160:
			return -1
		case unicode.In(r, unicode.Nd):
			return '0' + rune(digitOf(r))
		case unicode.In(r, unicode.Pd), r == 0x2212:
			return '-'
		}
		return r
	}, norm.NFKC.String(strings.ToValidUTF8(s, "\uFFFD")))
}

// digitOf is the value of a decimal digit of any script: they stand in runs of ten that begin with zero.
func digitOf(r rune) int {
	n := 0
	for unicode.Is(unicode.Nd, r-1) && n < 9 {
		r, n = r-1, n+1
	}
	return n
}

const (
	outside = `(^|[^\pL\pN])`
	street  = `rue|avenue|boulevard|bd|impasse|all[ée]es?|chemin|quai|r[ée]sidence|lotissement|lieu[- ]dit`
	// streetOrNot are words that are streets after the number of a house only.
	streetOrNot = `r|av|ave|bld|blvd|ch|imp|place|pl|route|rte|cours|square|sq|r[ée]s|lot|passage|faubourg|fbg?|sentier|voie|villa|cit[ée]|hameau|mont[ée]e|esplanade|mail|promenade|venelle|traverse`
	capital     = `\p{Lu}[\pL\pM'’-]*`
)

var (
	webAddress  = regexp.MustCompile(`(?i)(?:[a-z][a-z0-9+.-]*://|www\.)[^\s<>"]+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[^\s<>"]*|\?[^\s<>"]+)`)
	mailAddress = regexp.MustCompile(`(?i)[\pL\pN._%+'-]+(?:\s*@\s*|\s*[(\[{]\s*(?:at|arobase?|@)\s*[)\]}]\s*|\s+arobase?\s+|\s+at\s+)[\pL\pN-]+(?:\s*(?:\.|[(\[{]\s*(?:dot|point)\s*[)\]}]|\s(?:dot|point)\s)\s*[\pL\pN-]+)+|[^\s@<>"]+@[^\s@<>"]+`)
	handle      = regexp.MustCompile(`(^|[\s(,;:])@[\pL\pN_.]{2,}`)

	// An address begins with the number of a house, or with a word that nothing but a street begins with.
	streetFR   = regexp.MustCompile(`(?i)` + outside + `(?:\d{1,5}(?:\s*(?:bis|ter|quater|[a-d])(?:\s*,\s*|\s+)|\s*,\s*|\s+)(?:` + street + `|` + streetOrNot + `)|(?:` + street + `))\.?\s+(?:(?:de|du|des|la|le|les|aux?|et|sur|sous|saint|sainte|ste?)\s+|[dl]['’]\s*)*[\pL\pN'’-]+(?:\s+(?:(?:de|du|des|la|le|les)\s+|[dl]['’])*[\pL\pN'’-]+){0,2}`)
	streetEN   = regexp.MustCompile(`(?i)\b\d{1,5}[a-d]?\s*,?\s+(?:[\pL'’.-]+\s+){1,3}(?:street|str|st|road|rd|avenue|ave|lane|ln|drive|close|court|crescent|terrace|gardens|grove|mews|boulevard|blvd|highway|hwy|parade|walk|way|place|square)\b\.?`)
	postcodeFR = regexp.MustCompile(outside + `(?:(?:F|FR|B|L|CH)-\s?)?(?:\d{2}\s\d{3}|\d{5})(?:[ ,]+(?:(?i:cedex)\b|` + capital + `|\d{1,2}\b(?:e|er|ème)?))*\b`)
	postcodeUK = regexp.MustCompile(`(?i)\b[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}\b`)
	iban       = regexp.MustCompile(`(?i)\b[a-z]{2}\d{2}(?:[ .-]?[a-z]{4})?(?:[ .-]?[a-z0-9]*\d[a-z0-9]*){1,8}`)

	// figures are digits with what people write between them, five or more in all.
	figures = regexp.MustCompile(`(?:\+|\(\+?)?\d(?:[ \t./()_,:;*'’-]{0,3}\d){4,}`)

	announced = regexp.MustCompile(outside + `((?i:je m['’ ]?appelle|je suis (?:m\.|mr|mme|madame|monsieur)|mon nom(?: de famille)?(?: est|,)?|mon pr[ée]nom(?: est)?|au nom de|nom ?:|pr[ée]nom ?:|my name(?: is|'s)?|i am called|name ?:|m\.|mr\.?|mrs\.?|ms\.?|miss|dr\.?|mme\.?|mlle\.?|madame|mademoiselle|monsieur)\s+)` + capital + `(?:\s+(?:de |du |d['’]|le |la |van |von |ben |el )?` + capital + `){0,3}`)
	signed    = regexp.MustCompile(`(?i)((?:cordialement|bien [àa] vous|respectueusement|salutations(?: distingu[ée]es)?|sinc[èe]rement|kind regards|best regards|regards|sincerely|yours faithfully|best wishes|cheers)[ ,.!]*\n?\s*)[\pL][\pL\pM'’.-]*(?:[ ]+[\pL\pM'’.-]+){0,3}\s*$`)
)

// shortest is how many letters and digits the shortest account number has (Norway's; ISO 13616).
const shortest = 15

func account(s string) string {
	if len(s)-strings.Count(s, " ")-strings.Count(s, ".")-strings.Count(s, "-") < shortest {
		return s
	}
	return takenIBAN
}

// sortOfNumber says in a word which number it is.
func sortOfNumber(s string) string {
	var digits []byte
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			digits = append(digits, s[i])
		}
	}
	d := string(digits)
	switch n := len(d); {
	case n >= 13 && n <= 19 && luhn(d):
		return takenCard
	case strings.HasPrefix(s, "+"), strings.HasPrefix(s, "(+"), strings.HasPrefix(d, "00") && n >= 10 && n <= 15, d[0] == '0' && n == 10,
		strings.HasPrefix(d, "33") && (n == 11 || n == 12), strings.HasPrefix(d, "44") && (n == 12 || n == 13):
		return takenPhone
	}
	return takenNumber
}

// luhn reports whether digits are a card's (ISO/IEC 7812-1, annex B).
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// withoutNames takes names out, each as a whole and by its parts, whatever their accents and capitals.
func withoutNames(s string, names []string) string {
	wanted := make(map[string]bool)
	for _, name := range names {
		for _, part := range strings.FieldsFunc(Fold(plainly(name)), notOfName) {
			if utf8.RuneCountInString(part) > 1 && !little[part] {
				wanted[part] = true
			}
		}
	}
	if len(wanted) == 0 {
		return s
	}
	var b strings.Builder
	for s != "" {
		end := strings.IndexFunc(s, notOfName)
		if end < 0 {
			end = len(s)
		}
		if word := s[:end]; wanted[Fold(word)] {
			b.WriteString(takenName)
		} else {
			b.WriteString(word)
		}
		s = s[end:]
		if next := strings.IndexFunc(s, func(r rune) bool { return !notOfName(r) }); next > 0 {
			b.WriteString(s[:next])
			s = s[next:]
		} else if next < 0 {
			b.WriteString(s)
			break
		}
	}
	return b.String()
}

func notOfName(r rune) bool { return !unicode.In(r, unicode.L, unicode.M, unicode.N) }

// little are words that stand in names, and everywhere else too.
var little = map[string]bool{"de": true, "du": true, "des": true, "la": true, "le": true, "les": true, "et": true, "of": true, "the": true, "and": true,
	"van": true, "von": true, "mr": true, "mrs": true, "ms": true, "mme": true, "mlle": true, "madame": true, "monsieur": true, "miss": true, "dr": true}
