package staffing

import "time"

// CountryOf is the country whose clocks a zone names, as an ISO 3166-1 code for HolidaysOf; "" where a zone is that of several or its
// public holidays are not known.
func CountryOf(zone *time.Location) string { return countries[zone.String()] }

var countries = map[string]string{
	"Europe/Paris": "FR", "Europe/Brussels": "BE", "Europe/Zurich": "CH", "Europe/Luxembourg": "LU", "Europe/Monaco": "MC", "Europe/Berlin": "DE",
	"Europe/Vienna": "AT", "Europe/Amsterdam": "NL", "Europe/Madrid": "ES", "Europe/Lisbon": "PT", "Europe/Rome": "IT", "Europe/Dublin": "IE",
	"Europe/London": "GB", "Europe/Copenhagen": "DK", "Europe/Stockholm": "SE", "Europe/Oslo": "NO", "Europe/Helsinki": "FI", "Europe/Warsaw": "PL",
	"Europe/Prague": "CZ", "Europe/Athens": "GR", "America/New_York": "US", "America/Chicago": "US", "America/Denver": "US",
	"America/Los_Angeles": "US", "America/Toronto": "CA", "America/Montreal": "CA", "America/Sao_Paulo": "BR", "Asia/Tokyo": "JP",
	"Asia/Singapore": "SG", "Australia/Sydney": "AU", "Pacific/Auckland": "NZ", "Africa/Casablanca": "MA", "Africa/Dakar": "SN",
	"Africa/Tunis": "TN", "Africa/Algiers": "DZ", "Africa/Abidjan": "CI",
}
