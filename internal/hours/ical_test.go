package hours

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"

	"visavis/internal/vis"
)

var paris = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return zone
}()

// in2026 reads a file that holds these lines in one event each, and writes its days as "from/to name".
func in2026(events ...string) (string, error) {
	var file strings.Builder
	file.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nDTSTART:19700101T000000\r\nEND:VTIMEZONE\r\n")
	for _, e := range events {
		file.WriteString("BEGIN:VEVENT\r\n" + strings.ReplaceAll(e, "\n", "\r\n") + "\r\nEND:VEVENT\r\n")
	}
	file.WriteString("END:VCALENDAR\r\n")
	days, err := ParseICal(strings.NewReader(file.String()), paris,
		time.Date(2026, time.January, 1, 0, 0, 0, 0, paris), time.Date(2026, time.December, 31, 23, 0, 0, 0, paris))
	var list []string
	for _, d := range days {
		if !d.Imported || len(d.Spans) > 0 {
			return "", fmt.Errorf("%+v is not an imported closing day", d)
		}
		list = append(list, strings.TrimSpace(d.From[5:]+"/"+d.To[5:]+" "+d.Name))
	}
	return strings.Join(list, ", "), err
}

func TestClosingDaysOutOfAFile(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		why    string
		events []string
		want   string
	}{
		{"an all-day event ends before its DTEND", []string{"DTSTART;VALUE=DATE:20260504\nDTEND;VALUE=DATE:20260507\nSUMMARY:Works"}, "05-04/05-06 Works"},
		{"without an end it is a day", []string{"DTSTART;VALUE=DATE:20260504"}, "05-04/05-04"},
		{"a day that ends on itself is a day", []string{"DTSTART:20260504\nDTEND:20260504"}, "05-04/05-04"},
		{"a duration of days", []string{"DTSTART;VALUE=DATE:20260504\nDURATION:P1W"}, "05-04/05-10"},
		{"midnight to midnight", []string{"DTSTART:20260504T000000\nDTEND:20260505T000000"}, "05-04/05-04"},
		{"midnight to midnight, told in UTC", []string{"DTSTART:20260503T220000Z\nDTEND:20260505T220000Z"}, "05-04/05-05"},
		{"midnight in a zone of its own", []string{"DTSTART;TZID=America/Montreal:20260503T180000\nDURATION:PT24H"}, "05-04/05-04"},
		{"a zone that nobody knows is ours", []string{`DTSTART;TZID="Romance Standard Time":20260504T000000` + "\nDTEND:20260505T000000"}, "05-04/05-04"},
		{"names are unfolded and unescaped", []string{"DTSTART:20260504\nSUMMARY:Fête\\, \n fermé\\n \x07là"}, "05-04/05-04 Fête, fermé là"},
		{"alarms are passed over", []string{"DTSTART:20260504\nBEGIN:VALARM\nDTSTART:20260601\nEND:VALARM\nSUMMARY:A"}, "05-04/05-04 A"},
		{"cancelled", []string{"DTSTART:20260504\nSTATUS:CANCELLED"}, ""},
		{"before and after", []string{"DTSTART:20251231", "DTSTART:20270101"}, ""},
		{"reaching in", []string{"DTSTART:20251230\nDTEND:20260102"}, "12-30/01-01"},
		{"every year since long ago", []string{"DTSTART:20010815\nRRULE:FREQ=YEARLY\nSUMMARY:A"}, "08-15/08-15 A"},
		{"every other year", []string{"DTSTART:20210815\nRRULE:FREQ=YEARLY;INTERVAL=2"}, ""},
		{"the last Friday of a month, three times", []string{"DTSTART:20260130\nRRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=3"}, "01-30/01-30, 02-27/02-27, 03-27/03-27"},
		{"until", []string{"DTSTART:20260105\nRRULE:FREQ=WEEKLY;UNTIL=20260119T225959Z"}, "01-05/01-05, 01-12/01-12, 01-19/01-19"},
		{"but not on", []string{"DTSTART:20260105\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;VALUE=DATE:20260112"}, "01-05/01-05, 01-19/01-19"},
		{"and on", []string{"DTSTART:20260105\nRDATE;VALUE=DATE:20260301,20260401"}, "01-05/01-05, 03-01/03-01, 04-01/04-01"},
		{"one occurrence moved", []string{"UID:1\nDTSTART:20260105\nRRULE:FREQ=WEEKLY;COUNT=2", "UID:1\nRECURRENCE-ID:20260112\nDTSTART:20260113"}, "01-05/01-05, 01-13/01-13"},
		{"one occurrence cancelled", []string{"UID:1\nDTSTART:20260105\nRRULE:FREQ=WEEKLY;COUNT=2", "UID:1\nRECURRENCE-ID:20260112\nDTSTART:20260112\nSTATUS:CANCELLED"}, "01-05/01-05"},
		{"the same twice", []string{"DTSTART:20260504\nSUMMARY:A", "DTSTART:20260504\nSUMMARY:A"}, "05-04/05-04 A"},
	} {
		got, err := in2026(row.events...)
		if err != nil || got != row.want {
			t.Errorf("%s: %q %v, want %q", row.why, got, err, row.want)
		}
	}
}

func TestAFileThatCannotBeFollowedIsRefused(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ event, says string }{
		{"SUMMARY:Team lunch\nDTSTART:20260504T120000\nDTEND:20260504T140000", "“Team lunch” on 2026-05-04 has a time of day"},
		{"DTSTART:20260504T000000", "time of day"},
		{"DTSTART:20260504T000030\nDTEND:20260505T000000", "time of day"},
		{"DTSTART:20260504\nDTEND:20260501", "after it begins"},
		{"DTSTART:20260504\nDTEND:21990501", "within ten years"},
		{"DTSTART:20260504\nDURATION:PT8H", "whole days"},
		{"SUMMARY:x", "no date"},
		{"DTSTART:00010101", "no date"},
		{"DTSTART:20260504\nEXDATE:tomorrow", "EXDATE"},
		{"DTSTART:20260504\nRECURRENCE-ID:x", "no date"},
		{"DTSTART:20260504\nRRULE:FREQ=HOURLY", "not understood"},
		{"DTSTART:20260504\nRRULE:FREQ=MONTHLY;BYDAY=54MO", "not understood"},
		{"DTSTART:20260504\nRRULE:FREQ=YEARLY;BYWEEKNO=20", "not understood"},
		{"DTSTART:20260101\nRRULE:FREQ=DAILY\nRDATE:" + strings.Repeat("20260101,", 2000), ""},
		{"DTSTART:19010101\nRRULE:FREQ=DAILY;COUNT=99999;BYMONTH=2;BYMONTHDAY=30", ""},
	} {
		_, err := in2026(row.event)
		var refusal *vis.Error
		if row.says == "" {
			if err != nil {
				t.Errorf("%.60q: refused: %v", row.event, err)
			}
			continue
		}
		if !errors.As(err, &refusal) || refusal.Field != "file" || !strings.Contains(refusal.Text, row.says) || len(refusal.Text) > 300 {
			t.Errorf("%.60q: %v, want a refusal that says %q", row.event, err, row.says)
		}
	}
}

func TestAFileHasBounds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	event := "BEGIN:VEVENT\nDTSTART:%s\nRRULE:FREQ=DAILY%s\nSUMMARY:%d\nEND:VEVENT\n"
	var days, rules, events strings.Builder
	for i := range 3 {
		fmt.Fprintf(&days, event, "20260101", "", i)
	}
	for i := range 2000 {
		fmt.Fprintf(&rules, event, "19010101", ";COUNT=99999;BYMONTH=2;BYMONTHDAY=30", i)
	}
	for range maxEvents + 1 {
		events.WriteString("BEGIN:VEVENT\nEND:VEVENT\n")
	}
	for _, row := range []struct{ file, says string }{
		{"", "not a calendar"},
		{"BEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT\n", "not a calendar"},
		{"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\n", "in the middle"},
		{"BEGIN:VCALENDAR\n" + strings.Repeat("x", maxCalendarFile), "larger than 2 MB"},
		{"BEGIN:VCALENDAR\n" + days.String(), "more than 1000 days"},
		{"BEGIN:VCALENDAR\n" + rules.String(), "repeats too often"},
		{"BEGIN:VCALENDAR\n" + events.String(), "more than 10000 events"},
	} {
		_, err := ParseICal(strings.NewReader(row.file), time.UTC, now, now.AddDate(1, 0, 0))
		if err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%.40q: %v, want %q", row.file, err, row.says)
		}
	}
}

// The rules agree with another reading of RFC 5545, wherever the first day is one of the rule's own.
func TestRulesAgreeWithRRuleGo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := drawRule(rt)
		start := time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 1500).Draw(rt, "start"))
		from, to := start.AddDate(0, 0, rapid.IntRange(0, 1000).Draw(rt, "from")), start.AddDate(4, 0, 0)
		w := window{first: localDate(from), last: localDate(to), zone: time.UTC, budget: maxRuleSteps}
		found, err := w.occurrences(event{}, text, localDate(start), 1)
		if err != nil {
			rt.Fatal(err)
		}
		if len(found) == 0 {
			return // rrule-go walks to the year 9999 for a rule that nothing fulfils
		}
		option, err := rrule.StrToROption(text)
		if err != nil {
			rt.Fatal(err)
		}
		option.Dtstart = start
		theirs, err := rrule.NewRRule(*option)
		if err != nil {
			rt.Fatal(err)
		}
		var want []string
		for _, at := range theirs.Between(from, to, true) {
			want = append(want, at.Format(time.DateOnly))
		}
		if fmt.Sprint(found) != fmt.Sprint(want) {
			rt.Fatalf("%s from %s:\n got %v\nwant %v", text, start.Format(time.DateOnly), found, want)
		}
	})
}

func drawRule(rt *rapid.T) string {
	freq := rapid.SampledFrom([]string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}).Draw(rt, "freq")
	text := "FREQ=" + freq
	part := func(key string, values ...string) {
		if rapid.IntRange(0, 2).Draw(rt, key+"?") == 0 {
			text += ";" + key + "=" + strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom(values), 1, 3, rapid.ID).Draw(rt, key), ",")
		}
	}
	one := func(key string, values ...string) {
		if rapid.Bool().Draw(rt, key+"?") {
			text += ";" + key + "=" + rapid.SampledFrom(values).Draw(rt, key)
		}
	}
	one("INTERVAL", "1", "2", "3", "7")
	one("COUNT", "1", "5", "40")
	one("WKST", "MO", "SU", "TH")
	part("BYMONTH", "1", "2", "6", "12")
	switch freq {
	case "DAILY", "WEEKLY":
		part("BYDAY", "MO", "WE", "FR", "SU")
	default:
		if rapid.Bool().Draw(rt, "nth") { // rrule-go and with it python-dateutil misread the two mixed
			part("BYDAY", "1TU", "-1FR", "2SA", "-4WE", "5MO")
		} else {
			part("BYDAY", "MO", "WE", "SU")
		}
		part("BYMONTHDAY", "1", "13", "29", "31", "-1", "-30")
	}
	if freq == "YEARLY" {
		part("BYYEARDAY", "1", "60", "200", "366", "-1", "-366")
	}
	if freq != "WEEKLY" && (strings.Contains(text, "BYDAY") || strings.Contains(text, "BYMONTHDAY")) { // rrule-go cuts the first week short
		part("BYSETPOS", "1", "2", "-1", "-2")
	}
	return text
}

func FuzzParseICal(f *testing.F) {
	f.Add("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20260504\r\nRRULE:FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=1;COUNT=9\r\n" +
		"EXDATE:20260529\r\nSUMMARY:a\\,\r\n b\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
	f.Add("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=\"Asia/Tokyo\":20260504T000000\nDURATION:PT48H\nRDATE:20260601/P1D\nRECURRENCE-ID:20260101\nEND:VEVENT\n")
	f.Add("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:19000101\nDTEND:19091231\nRRULE:FREQ=YEARLY;BYYEARDAY=-366;WKST=SU;UNTIL=20300101\nEND:VEVENT\n")
	from := time.Date(2026, time.January, 1, 0, 0, 0, 0, paris)
	f.Fuzz(func(t *testing.T, file string) {
		days, err := ParseICal(strings.NewReader(file), paris, from, from.AddDate(2, 0, 0))
		var refusal *vis.Error
		if err != nil {
			if !errors.As(err, &refusal) || refusal.Field != "file" || len(refusal.Text) > 500 {
				t.Fatalf("refused by %v", err)
			}
			return
		}
		for _, d := range days {
			if d.To < "2026-01-01" || d.From > "2028-01-01" {
				t.Fatalf("%+v lies elsewhere", d)
			}
		}
		if err := (Calendar{Zone: "Europe/Paris", Days: days}).Check(); err != nil {
			t.Fatalf("the days that were read are refused: %v", err)
		}
	})
}
