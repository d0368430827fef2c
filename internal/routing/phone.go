package routing

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"visavis/internal/desk"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// maxPhone is the longest phone number that is looked at, in bytes: an E.164 number has 15 digits, and people write blanks and brackets.
const maxPhone = 40

// normalise reads a phone number as people of some countries write it (ISO 3166-1 codes, the likeliest first) and returns it in E.164.
// Numbers that cost the caller are refused: who asks to be called there earns with every call.
func normalise(in string, countries []string) (string, error) {
	wrong := vis.InField("phone", "This is no phone number that can be called. With the country it looks like +33 1 23 45 67 89.")
	in = text.Line(in)
	if len(in) > maxPhone {
		return "", wrong
	}
	if strings.HasPrefix(in, "+") {
		countries = []string{"ZZ"}
	}
	for _, country := range countries {
		n, err := phonenumbers.Parse(in, country)
		if err != nil || n.GetExtension() != "" || !phonenumbers.IsValidNumber(n) {
			continue
		}
		switch phonenumbers.GetNumberType(n) {
		case phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST, phonenumbers.PAGER, phonenumbers.VOICEMAIL:
			return "", vis.InField("phone", "We cannot call this kind of number back; please give another one.")
		}
		return phonenumbers.Format(n, phonenumbers.E164), nil
	}
	return "", wrong
}

// NearCountries are those that customers are called back in where nobody has chosen: a call there costs about what one at home does. Farther
// away are the numbers that thieves have others ring, because each call pays them.
var NearCountries = strings.Fields("AT BE BG CH CY CZ DE DK EE ES FI FR GB GF GP GR HR HU IE IS IT LI LT LU LV MC MF MQ MT NL NO PL PM PT RE RO SE SI SK YT")

// checkCountries cleans a list of countries and refuses what is none.
func checkCountries(in []string) ([]string, error) {
	known := phonenumbers.GetSupportedRegions()
	out := make([]string, 0, len(in))
	for _, c := range in {
		c = strings.ToUpper(strings.TrimSpace(c))
		if !known[c] {
			return nil, vis.InField("callCountries", "%q is no country with phone numbers; one looks like FR.", c)
		}
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// callable refuses a number, in E.164, of a country that nobody is called in.
func (s Settings) callable(phone string, own ...string) error {
	allowed := s.CallCountries
	if len(allowed) == 0 {
		allowed = slices.Concat(NearCountries, own)
	}
	n, err := phonenumbers.Parse(phone, "ZZ")
	if err != nil || !slices.Contains(allowed, phonenumbers.GetRegionCodeForNumber(n)) {
		e := vis.InField("phone", "We cannot call numbers of this country back. Please write to us here instead.")
		e.Reason = "callback_country"
		return e
	}
	return nil
}

// Masked is a phone number of which only the end is shown: enough for her who gave it.
func (c Callback) Masked() string { return "…" + c.Phone[max(0, len(c.Phone)-2):] }

// countries are those in which a number without a country is most likely meant: the customer's, that of the workspace's calendar, that of
// its clocks.
func countries(customer desk.Customer, calendar, zone string) []string {
	var out []string
	for _, c := range []string{countryOf[customer.Zone], calendar, countryOf[zone], "FR"} {
		if c != "" {
			out = append(out, c)
		}
	}
	return out
}

// countryOf is the country of a time zone, for those zones that are of one country with people who write phone numbers without it.
var countryOf = map[string]string{
	"Europe/Paris": "FR", "Europe/Brussels": "BE", "Europe/Luxembourg": "LU", "Europe/Zurich": "CH", "Europe/Monaco": "MC",
	"Europe/Berlin": "DE", "Europe/Vienna": "AT", "Europe/Amsterdam": "NL", "Europe/London": "GB", "Europe/Dublin": "IE",
	"Europe/Madrid": "ES", "Atlantic/Canary": "ES", "Africa/Ceuta": "ES", "Europe/Lisbon": "PT", "Atlantic/Madeira": "PT",
	"Atlantic/Azores": "PT", "Europe/Rome": "IT", "Europe/Malta": "MT", "Europe/Athens": "GR", "Europe/Copenhagen": "DK",
	"Europe/Stockholm": "SE", "Europe/Oslo": "NO", "Europe/Helsinki": "FI", "Europe/Tallinn": "EE", "Europe/Riga": "LV",
	"Europe/Vilnius": "LT", "Europe/Warsaw": "PL", "Europe/Prague": "CZ", "Europe/Bratislava": "SK", "Europe/Budapest": "HU",
	"Europe/Bucharest": "RO", "Europe/Sofia": "BG", "Europe/Zagreb": "HR", "Europe/Ljubljana": "SI", "Europe/Belgrade": "RS",
	"Europe/Kyiv": "UA", "Europe/Istanbul": "TR", "Atlantic/Reykjavik": "IS", "Asia/Nicosia": "CY",
	"America/Guadeloupe": "GP", "America/Martinique": "MQ", "America/Cayenne": "GF", "America/Miquelon": "PM", "Indian/Reunion": "RE",
	"Indian/Mayotte": "YT", "Pacific/Noumea": "NC", "Pacific/Tahiti": "PF",
	"America/New_York": "US", "America/Chicago": "US", "America/Denver": "US", "America/Phoenix": "US", "America/Los_Angeles": "US",
	"America/Anchorage": "US", "Pacific/Honolulu": "US", "America/Toronto": "CA", "America/Montreal": "CA", "America/Halifax": "CA",
	"America/Winnipeg": "CA", "America/Edmonton": "CA", "America/Vancouver": "CA", "America/St_Johns": "CA",
	"Asia/Tokyo": "JP", "Asia/Singapore": "SG", "Africa/Casablanca": "MA", "Africa/Dakar": "SN", "Africa/Abidjan": "CI",
	"Africa/Tunis": "TN", "Africa/Algiers": "DZ",
}
