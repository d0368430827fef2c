package hours

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// dates lists "MM-DD" of a year's holidays, each once.
func dates(t testing.TB, country, region string, year int) []string {
	t.Helper()
	list, err := Holidays(country, region, year)
	if err != nil {
		t.Fatal(err)
	}
	var days []string
	for _, f := range list {
		days = append(days, f.Date[5:])
	}
	return slices.Compact(days)
}

// Sources: the official lists of each government, as published for these years (service-public.fr, opm.gov, gov.uk,
// the Cabinet Office of Japan, and their like).
func TestHolidaysFallWhereGovernmentsPutThem(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		country, region string
		year            int
		want            string
	}{
		{"FR", "", 2024, "01-01 04-01 05-01 05-08 05-09 05-20 07-14 08-15 11-01 11-11 12-25"},
		{"FR", "", 2025, "01-01 04-21 05-01 05-08 05-29 06-09 07-14 08-15 11-01 11-11 12-25"},
		{"FR", "", 2026, "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25"},
		{"FR", "", 2027, "01-01 03-29 05-01 05-06 05-08 05-17 07-14 08-15 11-01 11-11 12-25"},
		{"FR", "", 2028, "01-01 04-17 05-01 05-08 05-25 06-05 07-14 08-15 11-01 11-11 12-25"},
		{"FR", "", 2029, "01-01 04-02 05-01 05-08 05-10 05-21 07-14 08-15 11-01 11-11 12-25"},
		{"FR", "", 2030, "01-01 04-22 05-01 05-08 05-30 06-10 07-14 08-15 11-01 11-11 12-25"},
		{"FR", "FR-57", 2024, "01-01 03-29 04-01 05-01 05-08 05-09 05-20 07-14 08-15 11-01 11-11 12-25 12-26"},
		{"FR", "FR-67", 2026, "01-01 04-03 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25 12-26"},
		{"FR", "FR-68", 2030, "01-01 04-19 04-22 05-01 05-08 05-30 06-10 07-14 08-15 11-01 11-11 12-25 12-26"},
		{"FR", "FR-RE", 2026, "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-20 12-25"},
		{"FR", "FR-MQ", 2026, "01-01 04-03 04-06 05-01 05-08 05-14 05-22 05-25 07-14 07-21 08-15 11-01 11-11 12-25"},
		{"FR", "FR-NC", 2026, "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 09-24 11-01 11-11 12-25"},
		{"US", "", 2026, "01-01 01-19 02-16 05-25 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25"},
		{"US", "", 2021, "01-01 01-18 02-15 05-31 06-18 06-19 07-04 07-05 09-06 10-11 11-11 11-25 12-24 12-25 12-31"},
		{"GB", "GB-ENG", 2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-26 12-28"},
		{"GB", "GB-ENG", 2022, "01-01 01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-25 12-26 12-27"},
		{"GB", "GB-WLS", 2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-25 12-26 12-27 12-28"},
		{"GB", "GB-SCT", 2022, "01-01 01-02 01-03 01-04 04-15 05-02 06-02 06-03 08-01 09-19 11-30 12-25 12-26 12-27"},
		{"GB", "GB-SCT", 2023, "01-01 01-02 01-03 04-07 05-01 05-08 05-29 08-07 11-30 12-25 12-26"},
		{"GB", "GB-NIR", 2026, "01-01 03-17 04-03 04-06 05-04 05-25 07-12 07-13 08-31 12-25 12-26 12-28"},
		{"JP", "", 2019, "01-01 01-14 02-11 03-21 04-29 04-30 05-01 05-02 05-03 05-04 05-05 05-06 07-15 08-11 08-12 09-16 09-23 10-14 10-22 11-03 11-04 11-23"},
		{"JP", "", 2021, "01-01 01-11 02-11 02-23 03-20 04-29 05-03 05-04 05-05 07-22 07-23 08-08 08-09 09-20 09-23 11-03 11-23"},
		{"JP", "", 2026, "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23"},
		{"DE", "DE-BY", 2026, "01-01 01-06 04-03 04-06 05-01 05-14 05-25 06-04 10-03 11-01 12-25 12-26"},
		{"DE", "DE-SN", 2026, "01-01 04-03 04-06 05-01 05-14 05-25 10-03 10-31 11-18 12-25 12-26"},
		{"DE", "DE-BE", 2025, "01-01 03-08 04-18 04-21 05-01 05-08 05-29 06-09 10-03 12-25 12-26"},
		{"CH", "CH-GE", 2026, "01-01 04-03 04-06 05-14 05-25 08-01 09-10 12-25 12-31"},
		{"CH", "CH-VD", 2026, "01-01 01-02 04-03 04-06 05-14 05-25 08-01 09-21 12-25"},
		{"CA", "CA-QC", 2026, "01-01 04-03 05-18 06-24 07-01 09-07 10-12 12-25"},
		{"CA", "CA-ON", 2026, "01-01 02-16 04-03 05-18 07-01 09-07 10-12 12-25 12-26"},
		{"SE", "", 2026, "01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-06 06-20 10-31 12-25 12-26"},
		{"GR", "", 2026, "01-01 01-06 02-23 03-25 04-10 04-12 04-13 05-01 06-01 08-15 10-28 12-25 12-26"},
		{"BG", "", 2026, "01-01 03-03 04-10 04-11 04-12 04-13 05-01 05-06 05-24 05-25 09-06 09-07 09-22 12-24 12-25 12-26 12-28"},
		{"IE", "", 2030, "01-01 02-01 03-17 04-22 05-06 06-03 08-05 10-28 12-25 12-26"},
		{"NL", "", 2025, "01-01 04-20 04-21 04-26 05-29 06-08 06-09 12-25 12-26"},
		{"IS", "", 2024, "01-01 03-28 03-29 03-31 04-01 04-25 05-01 05-09 05-19 05-20 06-17 08-05 12-25 12-26"},
		{"MC", "", 2022, "01-01 01-27 04-18 05-01 05-02 05-26 06-06 06-16 08-15 11-01 11-19 12-08 12-25 12-26"},
		{"SG", "", 2026, "01-01 02-17 02-18 03-21 04-03 05-01 05-27 05-31 06-01 08-09 08-10 11-08 11-09 12-25"},
		{"AU", "AU-NSW", 2027, "01-01 01-26 03-26 03-27 03-28 03-29 04-25 04-26 06-14 10-04 12-25 12-26 12-27 12-28"},
		{"NZ", "", 2027, "01-01 01-02 01-04 02-06 02-08 03-26 03-29 04-25 04-26 06-07 06-25 10-25 12-25 12-26 12-27 12-28"},
		{"BR", "", 2026, "01-01 04-03 04-21 05-01 09-07 10-12 11-02 11-15 11-20 12-25"},
		{"MA", "", 2024, "01-01 01-11 01-14 04-10 04-11 05-01 06-17 06-18 07-08 07-30 08-14 08-20 08-21 09-16 09-17 11-06 11-18"},
	} {
		if got := strings.Join(dates(t, row.country, row.region, row.year), " "); got != row.want {
			t.Errorf("%s %s %d:\n got %s\nwant %s", row.country, row.region, row.year, got, row.want)
		}
	}
}

func TestAHolidayTellsItsNameInBothLanguages(t *testing.T) {
	t.Parallel()
	list, err := Holidays("FR", "", 2026)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(list[1])
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"easter_monday","date":"2026-04-06","name":{"fr":"Lundi de Pâques","en":"Easter Monday"}}`
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Every country and region can be asked for every year, and what it answers is in order, named, and of that year.
func TestEveryCountryAnswersForEveryYear(t *testing.T) {
	t.Parallel()
	countries := Countries()
	if len(countries) < 45 || !slices.IsSortedFunc(countries, func(a, b Country) int { return strings.Compare(a.Code, b.Code) }) {
		t.Fatalf("%d countries, not in order", len(countries))
	}
	for _, c := range countries {
		regions := []string{""}
		for _, r := range c.Regions {
			if r.Name.Fr == "" || r.Name.En == "" || !strings.HasPrefix(r.Code, c.Code+"-") {
				t.Errorf("region %+v", r)
			}
			regions = append(regions, r.Code)
		}
		for _, region := range regions {
			for year := firstYear; year <= lastYear; year += 19 {
				checkYear(t, c.Code, region, year)
			}
		}
		if _, err := Holidays(c.Code, c.Code+"-XYZ", 2026); err == nil {
			t.Errorf("%s has a region XYZ", c.Code)
		}
	}
	for _, year := range []int{-1 << 60, 0, firstYear - 1, lastYear + 1, 1 << 60} {
		if _, err := Holidays("FR", "", year); err == nil {
			t.Errorf("the holidays of %d are known", year)
		}
	}
}

func checkYear(t *testing.T, country, region string, year int) {
	t.Helper()
	list, err := Holidays(country, region, year)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 4 || len(list) > 40 {
		t.Errorf("%s %s has %d holidays in %d", country, region, len(list), year)
	}
	seen, last := map[Holiday]bool{}, ""
	for _, f := range list {
		if seen[f] || f.Date < last || f.ID == "" || f.Name.Fr == "" || f.Name.En == "" {
			t.Errorf("%s %s %d lists %+v", country, region, year, f)
		}
		seen[f], last = true, f.Date
		if d, err := parseDate(f.Date); err != nil || d.year() != year {
			t.Errorf("%s %s %d lists %s", country, region, year, f.Date)
		}
	}
}

// A table with a mistake is refused when it is read, not when its country is asked for.
func TestAMistakeInTheTableIsFound(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"new_year 01-01", "= XX | x | x\nnew_year 01-01", "= XX | x\n", "= XX | x | x\na 13-01 | x | x",
		"= XX | x | x\na easter+x | x | x", "= XX | x | x\na mon#x/05 | x | x", "= XX | x | x\na 01-01 +monday | x | x",
		"= XX | x | x\na dates:2026 | x | x", "= XX | x | x\na 01-01 20x6 | x | x", "= XX | x | x\na islamic:1 | x | x",
	} {
		if table, err := readHolidays(text); err == nil {
			t.Errorf("%q was read as %v", text, table)
		}
	}
}

func TestAWorkedHolidayIsOpenAndSoIsItsSubstitute(t *testing.T) {
	t.Parallel()
	c := office()
	c.Country = "GB"
	shut, open := compiled(t, c), c
	open.Worked = []string{"christmas", "boxing_day"}
	worked := compiled(t, open)
	open.Worked = []string{"boxing_day_observed"}
	half := compiled(t, open)
	for _, row := range []struct {
		at                 string
		shut, worked, half bool
	}{
		{"2026-12-24 10:00", true, true, true},
		{"2026-12-25 10:00", false, true, false},
		{"2026-12-28 10:00", false, true, true}, // Boxing Day made up for
		{"2026-12-29 10:00", true, true, true},
		{"2027-01-01 10:00", false, false, false},
	} {
		at := local(t, shut, row.at)
		if shut.Open(at) != row.shut || worked.Open(at) != row.worked || half.Open(at) != row.half {
			t.Errorf("%s: %v %v %v, want %+v", row.at, shut.Open(at), worked.Open(at), half.Open(at), row)
		}
	}
}

// The Gregorian Easters of a century against the tables of the Church of England, and the Julian ones against the Holy Synod's.
func TestEaster(t *testing.T) {
	t.Parallel()
	for year, want := range map[int][2]string{
		1954: {"04-18", "04-25"}, 1981: {"04-19", "04-26"}, 2000: {"04-23", "04-30"}, 2008: {"03-23", "04-27"}, 2017: {"04-16", "04-16"},
		2024: {"03-31", "05-05"}, 2025: {"04-20", "04-20"}, 2026: {"04-05", "04-12"}, 2038: {"04-25", "04-25"}, 2049: {"04-18", "04-25"},
	} {
		if got := [2]string{easter(year).String()[5:], orthodoxEaster(year).String()[5:]}; got != want {
			t.Errorf("Easter %d: %v, want %v", year, got, want)
		}
	}
}

// The tabular calendar, against conversions that are published for it; 2008 had two new years.
func TestIslamicDays(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		year, month, day int
		want             string
	}{
		{2008, 1, 1, "2008-01-10 2008-12-29"}, {2024, 10, 1, "2024-04-10"}, {2025, 12, 10, "2025-06-07"}, {2000, 10, 1, "2000-01-08 2000-12-28"},
	} {
		var got []string
		for _, d := range islamic(row.year, row.month, row.day) {
			got = append(got, d.String())
		}
		if strings.Join(got, " ") != row.want {
			t.Errorf("%d-%d in %d: %v, want %s", row.month, row.day, row.year, got, row.want)
		}
	}
	for year := 1901; year < lastYear; year++ {
		if n := len(islamic(year, 1, 1)); n < 1 || n > 2 {
			t.Errorf("%d has %d Islamic new years", year, n)
		}
	}
}
