package hours

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed holidays.txt
var holidayText string

// How a holiday that falls on a weekend is made up for; holidays.txt says what they mean.
const (
	makingUS      = "+us"
	makingWeekend = "+weekend"
	makingSunday  = "+sunday"
	makingBetween = "+between"
)

type country struct {
	Country
	rules []holidayRule
}

// holidayRule is a line of the table.
type holidayRule struct {
	id          string
	name        Name
	when        func(year int) []date
	first, last int // years
	except      []int
	only, not   []string // regions
	moves       map[int]int
	making      string
}

// in tells whether a region has the holiday; for the whole country ("") no rule that leaves a region out counts.
func (r *holidayRule) in(region string) bool {
	if region == "" {
		return len(r.only) == 0 && len(r.not) == 0
	}
	return (len(r.only) == 0 || slices.Contains(r.only, region)) && !slices.Contains(r.not, region)
}

func (r *holidayRule) days(year int) []date {
	if year < r.first || year > r.last || slices.Contains(r.except, year) {
		return nil
	}
	days := r.when(year)
	for i, d := range days {
		days[i] += date(r.moves[d.weekday()])
	}
	return days
}

// holidayTable is read once, when somebody asks; that it can be read is a matter of tests, so a mistake in it panics.
var holidayTable = sync.OnceValue(func() []country {
	table, err := readHolidays(holidayText)
	if err != nil {
		panic(err)
	}
	return table
})

func readHolidays(text string) ([]country, error) {
	var table []country
	names := map[string]Name{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		head, name, err := splitName(line)
		if err == nil {
			table, err = readLine(table, names, head, name)
		}
		if err != nil {
			return nil, fmt.Errorf("read holidays.txt line %d: %w", number, err)
		}
	}
	return table, nil
}

// splitName cuts "… | fr | en" off a line.
func splitName(line string) (head []string, name Name, err error) {
	parts := strings.Split(line, " | ")
	if len(parts) == 3 {
		name = Name{parts[1], parts[2]}
	} else if len(parts) != 1 {
		return nil, name, errSyntax
	}
	head = strings.Fields(parts[0])
	if len(head) < 2 {
		return nil, name, errSyntax
	}
	return head, name, nil
}

func readLine(table []country, names map[string]Name, head []string, name Name) ([]country, error) {
	switch head[0] {
	case "*":
		names[head[1]] = name
		return table, nil
	case "=":
		return append(table, country{Country: Country{Code: head[1], Name: name}}), nil
	}
	if len(table) == 0 {
		return nil, errSyntax
	}
	c := &table[len(table)-1]
	if head[0] == "-" {
		c.Regions = append(c.Regions, Region{Code: c.Code + "-" + head[1], Name: name})
		return table, nil
	}
	if name == (Name{}) {
		name = names[head[0]]
	}
	r, err := readRule(c.Code, head)
	if r.name = name; err == nil && (name.Fr == "" || name.En == "") {
		err = fmt.Errorf("%s has no name", r.id)
	}
	c.rules = append(c.rules, r)
	return table, err
}

func readRule(code string, head []string) (holidayRule, error) {
	r := holidayRule{id: head[0], first: firstYear - 1, last: lastYear + 1}
	var err error
	if r.when, err = readWhen(head[1]); err != nil {
		return r, err
	}
	for _, option := range head[2:] {
		if err := r.option(code, option); err != nil {
			return r, fmt.Errorf("option %s: %w", option, err)
		}
	}
	return r, nil
}

func (r *holidayRule) option(code, option string) error {
	regions := func() []string {
		list := strings.Split(option[1:], ",")
		for i := range list {
			list[i] = code + "-" + list[i]
		}
		return list
	}
	var err error
	switch option[0] {
	case '@':
		r.only = regions()
	case '!':
		r.not = regions()
	case '+':
		r.making = option
		if !slices.Contains([]string{makingUS, makingWeekend, makingSunday, makingBetween}, option) {
			err = errSyntax
		}
	case 'x':
		var year int
		year, err = strconv.Atoi(option[1:])
		r.except = append(r.except, year)
	case 's':
		var by int
		by, err = strconv.Atoi(option[3:])
		if r.moves == nil {
			r.moves = map[int]int{}
		}
		r.moves[slices.Index(weekdayNames, option[:3])] = by
	default:
		err = r.years(option)
	}
	return err
}

func (r *holidayRule) years(option string) (err error) {
	from, to, open := strings.Cut(option, "..")
	if !open {
		to = from
	}
	if from != "" {
		if r.first, err = strconv.Atoi(from); err != nil {
			return err
		}
	}
	if to != "" {
		r.last, err = strconv.Atoi(to)
	}
	return err
}

var weekdayNames = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// readWhen reads what says on which days of a year a holiday falls.
func readWhen(text string) (func(int) []date, error) {
	one := func(of func(int) date) func(int) []date { return func(year int) []date { return []date{of(year)} } }
	kind, rest, _ := strings.Cut(text, ":")
	switch kind {
	case "none":
		return func(int) []date { return nil }, nil
	case "brigid":
		return one(brigid), nil
	case "näfels":
		return one(naefels), nil
	case "equinox":
		return one(func(year int) date { return equinox(year, rest == "03") }), nil
	case "islamic":
		day, err := parseYearDay(rest)
		return func(year int) []date { return islamic(year, day/100, day%100) }, err
	case "dates":
		return readDates(rest)
	}
	if offset, ok := strings.CutPrefix(text, "easter"); ok {
		n, err := strconv.Atoi(offset)
		return one(func(year int) date { return easter(year) + date(n) }), err
	}
	if offset, ok := strings.CutPrefix(text, "orthodox"); ok {
		n, err := strconv.Atoi(offset)
		return one(func(year int) date { return orthodoxEaster(year) + date(n) }), err
	}
	if len(text) > 3 && slices.Contains(weekdayNames, text[:3]) {
		of, err := readWeekday(slices.Index(weekdayNames, text[:3]), text[3:])
		return one(of), err
	}
	day, err := parseYearDay(text)
	return one(func(year int) date { return dateOf(year, time.Month(day/100), day%100) }), err
}

func readDates(text string) (func(int) []date, error) {
	var all []date
	for _, part := range strings.Split(text, ",") {
		d, err := parseDate(part)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return func(year int) []date {
		var days []date
		for _, d := range all {
			if d.year() == year {
				days = append(days, d)
			}
		}
		return days
	}, nil
}

// readWeekday reads what follows a weekday: "#2/05", "#1/09+4", ">=05-27" or "<=05-24".
func readWeekday(weekday int, text string) (func(int) date, error) {
	if bound, ok := strings.CutPrefix(text, ">="); ok {
		day, err := parseYearDay(bound)
		return func(year int) date { return onOrAfter(dateOf(year, time.Month(day/100), day%100), weekday) }, err
	}
	if bound, ok := strings.CutPrefix(text, "<="); ok {
		day, err := parseYearDay(bound)
		return func(year int) date { return onOrAfter(dateOf(year, time.Month(day/100), day%100)-6, weekday) }, err
	}
	var nth, month, offset int
	if n, err := fmt.Sscanf(text, "#%d/%d%d", &nth, &month, &offset); n < 2 {
		return nil, fmt.Errorf("weekday %q: %w", text, err)
	}
	return func(year int) date {
		if nth < 0 {
			return onOrAfter(dateOf(year, time.Month(month+1), 1)-7, weekday) + date(offset)
		}
		return onOrAfter(dateOf(year, time.Month(month), 1), weekday) + date(7*(nth-1)+offset)
	}, nil
}
