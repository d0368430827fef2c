package hours

import (
	"math"
	"time"
)

// onOrAfter is the first such weekday (0 for Monday) from a day on.
func onOrAfter(d date, weekday int) date { return d + date((weekday-d.weekday()+7)%7) }

// easter is Easter Sunday of the Western churches, by the algorithm of Meeus, Jones and Butcher.
func easter(year int) date {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return dateOf(year, time.Month(n/31), n%31+1)
}

// orthodoxEaster is Easter Sunday of the Orthodox churches, reckoned in the Julian calendar by the algorithm of Meeus.
func orthodoxEaster(year int) date {
	d := (19*(year%19) + 15) % 30
	e := (2*(year%4) + 4*(year%7) - d + 34) % 7
	n := d + e + 114
	behind := year/100 - year/400 - 2 // days that the Julian calendar is behind, 13 in our time
	return dateOf(year, time.Month(n/31), n%31+1+behind)
}

// islamic lists the days of a Gregorian year on which a day of the Islamic year falls: one, seldom two or none. It reckons with the
// tabular calendar (civil epoch, eleven leap years in thirty); the sighting of the moon may move the day by one.
func islamic(year, month, day int) []date {
	first, last := dateOf(year, time.January, 1), dateOf(year, time.December, 31)
	var days []date
	about := (year - 622) * 33 / 32
	for y := about - 1; y <= about+2; y++ {
		// Days before the month (30 and 29 in turn) and the year, from 16 July 622 in the Julian calendar.
		n := day - 1 + (59*(month-1)+1)/2 + (y-1)*354 + (3+11*y)/30
		if d := dateOf(622, time.July, 19) + date(n); d >= first && d <= last {
			days = append(days, d)
		}
	}
	return days
}

// equinox is the day of the equinox in Japan: the formula of the Japanese hydrographic office, right from 1980 to 2099 and taken
// as a guide beyond.
func equinox(year int, spring bool) date {
	base, month := 23.2488, time.September
	if spring {
		base, month = 20.8431, time.March
	}
	since := float64(year - 1980)
	return dateOf(year, month, int(base+0.242194*since-math.Floor(since/4)))
}

// brigid is Ireland's Saint Brigid's Day: 1 February when that is a Friday, else the first Monday of February.
func brigid(year int) date {
	first := dateOf(year, time.February, 1)
	if first.weekday() == 4 {
		return first
	}
	return onOrAfter(first, 0)
}

// naefels is the pilgrimage of Glarus: the first Thursday of April, a week later when that is in Holy Week.
func naefels(year int) date {
	day := onOrAfter(dateOf(year, time.April, 1), 3)
	if day == easter(year)-3 {
		return day + 7
	}
	return day
}
