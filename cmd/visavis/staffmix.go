package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"visavis/internal/staffing"
	"visavis/internal/vis"
)

// languageShare is one part of --languages.
type languageShare struct {
	language string
	share    float64 // 0 to 1
}

// mixed is which people are needed at a time of day.
type mixed struct {
	at        time.Time
	perHour   float64
	languages []languageShare
	kinds     []staffing.Kind
	crew      staffing.Crew // with people who speak all languages among them, when that takes fewer
	apart     staffing.Crew // when everybody speaks one
}

// mix looks for the people of one hour of the day: those who speak one language, and those who speak all.
func (c *staffCmd) mix(ctx context.Context, q staffing.Question, zone *time.Location) (*mixed, error) {
	languages, err := parseShares(c.Speak)
	if err != nil {
		return nil, err
	}
	m := &mixed{languages: languages}
	for _, s := range q.Slots {
		if s.At.In(zone).Format("15:04") == c.At {
			m.at = s.At
		}
	}
	if m.at.IsZero() {
		return nil, vis.InField("--at", "Write a quarter of an hour, such as 03:00.")
	}
	for _, s := range q.Slots { // the hour from there on
		if !s.At.Before(m.at) && s.At.Before(m.at.Add(time.Hour)) {
			m.perHour += s.N
		}
	}
	var classes []staffing.Class
	var rates []float64
	var all []string
	for _, l := range languages {
		class := q.Class
		class.Name, class.Language, class.Within = l.language, l.language, q.Target.Within
		classes, rates, all = append(classes, class), append(rates, m.perHour*l.share), append(all, l.language)
		m.kinds = append(m.kinds, staffing.Kind{Name: l.language, Languages: []string{l.language}})
	}
	d := staffing.Steady(q.From, q.Settings, nil, classes, rates)
	d.PickUp = q.PickUp
	play := staffing.Play{Seed: q.Seed, Replications: max(1, min(40, int(2000/(1+24*m.perHour))))}
	if m.apart, err = staffing.Mix(ctx, d, m.kinds, q.Target.Share, play); err != nil {
		return nil, err
	}
	if len(languages) > 1 {
		// Whoever speaks all is a little dearer, so that she is asked for only where she saves somebody.
		m.kinds = append(m.kinds, staffing.Kind{Name: strings.Join(all, "+"), Languages: all, Cost: 1.01})
	}
	m.crew, err = staffing.Mix(ctx, d, m.kinds, q.Target.Share, play)
	return m, err
}

// parseShares reads "fr=80,en=20".
func parseShares(s string) ([]languageShare, error) {
	wrong := vis.InField("--languages", "Write shares, such as fr=80,en=20.")
	var out []languageShare
	sum := 0.0
	for part := range strings.SplitSeq(s, ",") {
		language, share, ok := strings.Cut(strings.TrimSpace(part), "=")
		n, err := strconv.ParseFloat(strings.TrimSuffix(share, "%"), 64)
		if !ok || err != nil || language == "" || n <= 0 {
			return nil, wrong
		}
		out = append(out, languageShare{language, n})
		sum += n
	}
	if len(out) > 6 {
		return nil, wrong
	}
	for i := range out {
		out[i].share /= sum
	}
	return out, nil
}
