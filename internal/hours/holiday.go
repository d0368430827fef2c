package hours

import "visavis/internal/vis"

// Name is what something is called in the two first languages.
type Name struct {
	Fr string `json:"fr"`
	En string `json:"en"`
}

// Holiday is a public holiday on a day. The same ID comes back every year, seldom twice in one.
type Holiday struct {
	ID   string `json:"id"`
	Date string `json:"date"` // YYYY-MM-DD
	Name Name   `json:"name"`
}

// Country is one whose public holidays are known.
type Country struct {
	Code    string   `json:"code"` // ISO 3166-1 alpha-2
	Name    Name     `json:"name"`
	Regions []Region `json:"regions,omitempty"` // those that have holidays of their own
}

// Region is a part of a country with holidays of its own.
type Region struct {
	Code string `json:"code"` // ISO 3166-2
	Name Name   `json:"name"`
}

// Holidays lists the public holidays of a year in the order of their dates.
func Holidays(country, region string, year int) ([]Holiday, error) {
	if country != "FR" {
		return nil, vis.InField("country", "The public holidays of %q are not known here.", clip(country))
	}
	return nil, nil
}

// Countries lists the countries whose public holidays are known, by code.
func Countries() []Country { return nil }

func holidayIDs(country, region string) ([]string, error) {
	_, err := Holidays(country, region, 2026)
	return nil, err
}

func closedHolidays(c Calendar) (func(int) []date, error) { return nil, nil }
