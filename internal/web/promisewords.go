package web

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"visavis/internal/routing"
)

// Words are what the public page of promises says in one language.
type Words struct {
	Channel, WhatWePromise, KeptIn, TwelveWeeks, WeekReached, WeekMissed, GoalLine, Download, WhatWeMissed, How, Foot, NoneYet, NoRecord, PeriodShown string

	// name is the language in its own words.
	name                                                                          string
	weeksTold                                                                     string // weeks counted, least, most, goal, weeks on target
	period, lastDays, since, half, most, weekTold, reachedGoal, missedGoal, badge string

	headline, second, count func(n int64) string
	summary                 func(share float64) string
	shortfall               func(missed int64) string // "" when there is none
	unanswered              func(closed int64) string // "" when there is none
	percent                 func(share float64) string
	date                    func(t time.Time) string
	duration                func(d time.Duration) string
	promise                 func(terms map[routing.PromiseKind]routing.Term) string
}

var months = map[string][12]string{
	"fr": {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
	"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

// periodOf names the days from one to another; a year that is the same is said once.
func (w Words) periodOf(from, to time.Time) string {
	first := w.date(from)
	if from.Year() == to.Year() {
		first = strings.TrimSuffix(first, " "+strconv.Itoa(from.Year()))
	}
	return fmt.Sprintf(w.period, first, w.date(to))
}

var pageWords = map[string]Words{"fr": frenchPage(), "en": englishPage()}

func frenchPage() Words {
	w := Words{Channel: "Canal", WhatWePromise: "Ce que nous promettons", KeptIn: "Tenu sur %d jours", TwelveWeeks: "12 dernières semaines, en %",
		WeekReached: "semaine tenue", WeekMissed: "semaine manquée", GoalLine: "objectif", Download: "Télécharger les chiffres (CSV)",
		WhatWeMissed: "Ce que nous avons manqué, et ce que nous faisons",
		How:          "Comment nous comptons : toutes les demandes, sans exception, depuis votre premier mot, aux heures d’ouverture. Seule compte la réponse écrite par un humain. Ces chiffres viennent du journal du serveur ; personne ne peut les retoucher.",
		Foot:         "Une page de promesses Visavis", NoneYet: "Aucune promesse n’est encore arrivée à son terme.", NoRecord: "pas encore de chiffres", PeriodShown: "Période", name: "Français",
		weeksTold: "%d semaines, de %s à %s, objectif %d %% : tenu %d fois",
		period:    "Nos promesses, du %s au %s", lastDays: "%d jours", since: "Depuis le %s", half: "la moitié en %s", most: "9 sur 10 en %s",
		weekTold: "semaine du %s : %s", reachedGoal: "objectif tenu", missedGoal: "objectif manqué", badge: "promesses tenues"}
	w.percent = func(share float64) string { return strings.Replace(oneDecimal(share), ".", ",", 1) + " %" }
	w.headline = func(n int64) string {
		if n == 1 {
			return "Nous avons promis une fois."
		}
		return "Nous avons promis " + thousands(n, " ") + " fois."
	}
	w.second = func(n int64) string {
		if n == 1 {
			return "Nous avons tenu parole une fois."
		}
		return "Nous avons tenu parole " + thousands(n, " ") + " fois."
	}
	w.count = func(n int64) string {
		if n < 2 {
			return thousands(n, " ") + " promesse"
		}
		return thousands(n, " ") + " promesses"
	}
	w.summary = func(share float64) string {
		if share == 1 {
			return "Toutes tenues."
		}
		return w.percent(share) + " tenues."
	}
	w.shortfall = func(missed int64) string {
		switch missed {
		case 0:
			return ""
		case 1:
			return "Il en manque une : une personne a attendu plus que promis."
		}
		return "Il en manque " + thousands(missed, " ") + " : autant de fois, vous avez attendu plus que promis."
	}
	w.unanswered = func(closed int64) string {
		switch closed {
		case 0:
			return ""
		case 1:
			return "Une demande a été close sans réponse, indésirables compris ; elle n’est comptée nulle part ailleurs."
		}
		return thousands(closed, " ") + " demandes ont été closes sans réponse, indésirables compris ; elles ne sont comptées nulle part ailleurs."
	}
	w.date = func(t time.Time) string {
		day := strconv.Itoa(t.Day())
		if day == "1" {
			day = "1er"
		}
		return day + " " + months["fr"][t.Month()-1] + " " + strconv.Itoa(t.Year())
	}
	w.duration = func(d time.Duration) string { return spoken(d, "s", "min", "h", "j") }
	w.promise = func(terms map[routing.PromiseKind]routing.Term) string {
		return tell(terms, "Une première réponse humaine", "une solution", "Une solution", func(t routing.Term) string {
			switch {
			case t.SameDay:
				return "dans la journée"
			case t.Days == 1:
				return "d’ici la fin du prochain jour ouvré"
			case t.Days > 1:
				return fmt.Sprintf("en %d jours ouvrés", t.Days)
			case t.Always || t.For < time.Hour:
				return "en moins de " + w.duration(t.For)
			}
			return "en " + w.duration(t.For) + " ouvrées"
		})
	}
	return w
}

func englishPage() Words {
	w := Words{Channel: "Channel", WhatWePromise: "What we promise", KeptIn: "Kept in %d days", TwelveWeeks: "Last 12 weeks, %",
		WeekReached: "week on target", WeekMissed: "week off target", GoalLine: "target", Download: "Download the figures (CSV)",
		WhatWeMissed: "What we missed, and what we are doing about it",
		How:          "How we count: every request, without exception, from your first word, during opening hours. Only an answer written by a person counts. The figures come from the server’s log; nobody can touch them up.",
		Foot:         "A Visavis page of promises", NoneYet: "No promise has run its course yet.", NoRecord: "no figures yet", PeriodShown: "Period", name: "English",
		weeksTold: "%d weeks, from %s to %s, target %d%%, met in %d of them",
		period:    "Our promises, %s to %s", lastDays: "%d days", since: "Since %s", half: "half within %s", most: "9 in 10 within %s",
		weekTold: "week of %s: %s", reachedGoal: "target met", missedGoal: "target missed", badge: "promises kept"}
	w.percent = func(share float64) string { return oneDecimal(share) + "%" }
	times := func(verb string, n int64) string {
		switch n {
		case 1:
			return "We " + verb + " once."
		case 2:
			return "We " + verb + " twice."
		}
		return "We " + verb + " " + thousands(n, ",") + " times."
	}
	w.headline = func(n int64) string { return times("promised", n) }
	w.second = func(n int64) string { return times("kept our word", n) }
	w.count = func(n int64) string {
		if n == 1 {
			return "1 promise"
		}
		return thousands(n, ",") + " promises"
	}
	w.summary = func(share float64) string {
		if share == 1 {
			return "All of them kept."
		}
		return w.percent(share) + " kept."
	}
	w.shortfall = func(missed int64) string {
		switch missed {
		case 0:
			return ""
		case 1:
			return "Once, you waited longer than promised."
		case 2:
			return "Twice, you waited longer than promised."
		}
		return thousands(missed, ",") + " times, you waited longer than promised."
	}
	w.unanswered = func(closed int64) string {
		switch closed {
		case 0:
			return ""
		case 1:
			return "One request was closed without an answer, spam included; it is counted nowhere else."
		}
		return thousands(closed, ",") + " requests were closed without an answer, spam included; they are counted nowhere else."
	}
	w.date = func(t time.Time) string {
		return strconv.Itoa(t.Day()) + " " + months["en"][t.Month()-1] + " " + strconv.Itoa(t.Year())
	}
	w.duration = func(d time.Duration) string { return spoken(d, "s", "min", "h", "d") }
	w.promise = func(terms map[routing.PromiseKind]routing.Term) string {
		return tell(terms, "A person’s first answer", "a solution", "A solution", func(t routing.Term) string {
			switch {
			case t.SameDay:
				return "the same day"
			case t.Days == 1:
				return "by the end of the next working day"
			case t.Days > 1:
				return fmt.Sprintf("within %d working days", t.Days)
			case t.Always || t.For < time.Hour:
				return "within " + w.duration(t.For)
			}
			return "within " + w.duration(t.For) + " of opening time"
		})
	}
	return w
}

// tell says what is promised in one sentence.
func tell(terms map[routing.PromiseKind]routing.Term, first, then, only string, word func(routing.Term) string) string {
	var parts []string
	if t, ok := terms[routing.First]; ok {
		parts = append(parts, first+" "+word(t))
	}
	if t, ok := terms[routing.Resolve]; ok {
		if len(parts) > 0 {
			only = then
		}
		parts = append(parts, only+" "+word(t))
	}
	if len(parts) == 0 {
		return "–"
	}
	return strings.Join(parts, ", ") + "."
}

// oneDecimal is a share as percent, cut and not rounded: 99.96 is not 100.
func oneDecimal(share float64) string {
	tenths := int64(share*1000 + 1e-9)
	if tenths%10 == 0 {
		return strconv.FormatInt(tenths/10, 10)
	}
	return strconv.FormatFloat(float64(tenths)/10, 'f', 1, 64)
}

// thousands writes a number in groups of three.
func thousands(n int64, separator string) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + separator + s[i:]
	}
	return s
}

// spoken is a duration in the one or two largest units that people would say.
func spoken(d time.Duration, second, minute, hour, day string) string {
	const gap = " "
	switch {
	case d < 90*time.Second:
		return strconv.Itoa(int(d.Seconds()+0.5)) + gap + second
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes()+0.5)) + gap + minute
	case d < 48*time.Hour:
		h, m := int(d.Hours()), int(d.Minutes())%60
		if m == 0 {
			return strconv.Itoa(h) + gap + hour
		}
		return strconv.Itoa(h) + gap + hour + gap + fmt.Sprintf("%02d", m)
	}
	return strconv.Itoa(int(d.Hours()/24+0.5)) + gap + day
}
