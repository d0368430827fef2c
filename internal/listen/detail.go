package listen

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// Detail is an incident with what people decide by.
type Detail struct {
	Listed
	Concerned []Concerned
	// First are the first things that were said about it; what was said alike is folded into one.
	First []Voice
	// Words are those that its messages have and others do not: what it may be about.
	Words []string
	// Curve counts the conversations by stretches of CurveEvery, the first of which begins at CurveFrom; before it was opened, all messages of
	// its topic. Usual is what would have been usual for that topic; empty for what numbers did not show.
	CurveFrom time.Time
	Curve     []int
	Usual     []float64
	// Tallies are how many it concerns by channel, language, time zone and place.
	Tallies []Tally
	// Map is how many customers it concerns by place and channel.
	Map []Square
	// Usually is what share of its contacts each place usually has, among those whose place is known; nil while too little is known.
	Usually map[string]float64
	// Scenarios are those that fit, the best first.
	Scenarios []Scenario
}

// Voice is one thing that was said, and in which conversations, the first one included.
type Voice struct {
	Concerned
	Excerpt string
	Alike   []vis.ConversationID
}

// CurveEvery is the stretch of a curve.
const CurveEvery = 5 * time.Minute

const (
	mostConcerned = 500 // that are shown
	mostVoices    = 10
	voicesRead    = 100
	othersRead    = 200
	mostHints     = 6
	mostCurve     = 288 // a day
	excerpt       = 160 // runes
)

// Incident reads one with what people decide by.
func (w *Watch) Incident(ctx context.Context, by vis.Actor, id vis.IncidentID) (Detail, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Detail{}, err
	}
	return vis.View(ctx, w.db, by.Workspace, func(tx IncidentTx) (d Detail, err error) {
		i, err := tx.Incident(ctx, id)
		if err != nil {
			return d, err
		}
		if d.Listed, err = listed(ctx, tx, i); err != nil {
			return d, err
		}
		if d.Concerned, err = tx.AllConcerned(ctx, id, mostConcerned); err != nil {
			return d, err
		}
		if d.Tallies, err = tx.TallyConcerned(ctx, id); err != nil {
			return d, err
		}
		if d.Map, err = tx.MapConcerned(ctx, id); err != nil {
			return d, err
		}
		if d.Usually, err = usually(ctx, tx, i, d.Map); err != nil {
			return d, err
		}
		d.curve()
		said, err := d.voices(ctx, tx)
		if err != nil {
			return d, err
		}
		others, err := d.others(ctx, tx)
		if err != nil {
			return d, err
		}
		d.Words = telling(said, others, mostHints)
		all, err := tx.Scenarios(ctx)
		d.Scenarios = fitting(all, i, strings.Join(said, "\n"))
		return d, err
	})
}

// usualDays are looked at to know what share a place usually has, and usualLeast contacts are needed for that.
const usualDays, usualLeast = 28, 20

// usually is what share of contacts each place had before the incident, and each square of its map: of those with its reason or, where they are too
// few, of all.
func usually(ctx context.Context, tx IncidentTx, i Incident, squares []Square) (map[string]float64, error) {
	zone, err := zoneOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	day := DayOf(i.OpenedAt, zone)
	contacts := func(channel vis.ChannelID, reason string) (byPlace map[string]float64, all float64, err error) {
		parts, err := tx.Split(ctx, ByPlace, CountQuery{From: day - usualDays, To: day, Channel: channel, Language: AllLanguages})
		byPlace = make(map[string]float64)
		for _, p := range parts {
			if reason == "" || p.Reason == reason {
				byPlace[p.Value] += float64(p.Contacts)
				all += float64(p.Contacts)
			}
		}
		return byPlace, all, err
	}
	reason := i.Course.Reason
	out, all, err := contacts(AllChannels, reason)
	if err == nil && all < usualLeast {
		reason = ""
		out, all, err = contacts(AllChannels, reason)
	}
	if err != nil || all < usualLeast {
		return nil, err
	}
	for place := range out {
		out[place] /= all
	}
	onChannel := make(map[vis.ChannelID]map[string]float64)
	for n, s := range squares {
		if onChannel[s.Channel] == nil {
			if onChannel[s.Channel], _, err = contacts(s.Channel, reason); err != nil {
				return nil, err
			}
		}
		squares[n].Usual = onChannel[s.Channel][s.Place] / all
	}
	return out, nil
}

// curve counts from an hour before it was opened, where that is known, or else from the first word about it.
func (d *Detail) curve() {
	if len(d.Concerned) == 0 {
		return
	}
	d.CurveFrom = d.Concerned[0].At.Truncate(CurveEvery)
	if lead := d.Course.Lead; len(lead) > 0 {
		d.Curve = slices.Clone(lead)
		d.CurveFrom = d.OpenedAt.Truncate(CurveEvery).Add(CurveEvery * time.Duration(1-len(lead)))
	}
	counts := make([]int, mostCurve)
	for _, c := range d.Concerned {
		at := int(c.At.Sub(d.CurveFrom) / CurveEvery)
		if c.At.Before(d.CurveFrom) || at >= mostCurve {
			continue
		}
		counts[at]++
		for len(d.Curve) <= at {
			d.Curve = append(d.Curve, 0)
		}
		d.Curve[at] = max(d.Curve[at], counts[at])
	}
	d.usual()
}

// usual is what one stretch of the curve would usually have brought, as it was known when it was opened.
func (d *Detail) usual() {
	if len(d.Course.Usual) == 0 {
		return
	}
	first := usualFrom(d.OpenedAt)
	for i := range d.Curve {
		hour := int(d.CurveFrom.Add(time.Duration(i)*CurveEvery).Sub(first) / time.Hour)
		d.Usual = append(d.Usual, d.Course.Usual[min(max(0, hour), len(d.Course.Usual)-1)]*CurveEvery.Hours())
	}
}

// voices reads what was said first and folds what is alike.
func (d *Detail) voices(ctx context.Context, tx IncidentTx) (said []string, err error) {
	var all []Said
	var of []Concerned
	for _, c := range d.Concerned[:min(len(d.Concerned), voicesRead)] {
		m, err := tx.Message(ctx, c.Message)
		if vis.CodeOf(err) == vis.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		said, of = append(said, m.Text), append(of, c)
		all = append(all, Said{Message: m.ID, Letters: max(shortest, utf8.RuneCountInString(m.Text)), Sign: text.Sign(m.Text)})
	}
	for _, group := range together(all) {
		first := group[0]
		v := Voice{Concerned: of[first], Excerpt: text.Preview(said[first], excerpt)}
		for _, n := range group {
			v.Alike = append(v.Alike, of[n].Conversation)
		}
		d.First = append(d.First, v)
	}
	d.First = d.First[:min(len(d.First), mostVoices)]
	return said, nil
}

// others are messages of the days around it that are not about it.
func (d *Detail) others(ctx context.Context, tx IncidentTx) (said []string, err error) {
	about := make(map[vis.ConversationID]bool, len(d.Concerned))
	for _, c := range d.Concerned {
		about[c.Conversation] = true
	}
	heard, err := tx.HeardSince(ctx, d.OpenedAt.Add(-lookBack), 2*othersRead)
	for _, h := range heard {
		if about[h.Conversation] || len(said) == othersRead {
			continue
		}
		m, err := tx.Message(ctx, h.Message)
		if vis.CodeOf(err) == vis.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		said = append(said, m.Text)
	}
	return said, err
}

// telling are the words that many of some messages have and few of the others do.
func telling(said, others []string, most int) (out []string) {
	in, among := sharesOf(said), sharesOf(others)
	for word, share := range in {
		if share >= 0.3 && share-among[word] >= 0.2 {
			out = append(out, word)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		return cmp.Or(cmp.Compare(in[b]-among[b], in[a]-among[a]), cmp.Compare(a, b))
	})
	return out[:min(len(out), most)]
}

// sharesOf tells what share of texts has each word of four letters or more.
func sharesOf(texts []string) map[string]float64 {
	out := make(map[string]float64)
	for _, t := range texts {
		words := strings.FieldsFunc(strings.ToLower(t), func(r rune) bool { return !('a' <= r && r <= 'z' || r >= 'ß' && r < 0x2000) })
		slices.Sort(words)
		for _, word := range slices.Compact(words) {
			if utf8.RuneCountInString(word) >= 4 {
				out[word] += 1 / float64(len(texts))
			}
		}
	}
	return out
}

// words are what is to be done, a line each.
func (s Steps) words() string {
	lines := make([]string, len(s))
	for n, step := range s {
		lines[n] = step.Text
	}
	return strings.Join(lines, "\n")
}

// fitting are the scenarios for an incident: those of its reason, or else those whose words are nearest to what was said.
func fitting(all []Scenario, i Incident, said string) (out []Scenario) {
	for _, s := range all {
		if slices.Contains(s.Plan.Reasons, i.Course.Reason) {
			out = append(out, s)
		}
	}
	if len(out) > 0 {
		return out
	}
	var texts []string
	for _, s := range all {
		texts = append(texts, strings.Join([]string{s.Plan.Name, s.Plan.Texts.Holding.FR, s.Plan.Texts.Holding.EN, s.Plan.Steps.words()}, "\n"))
	}
	for _, found := range text.NewShelf(texts).Find(said, 3) {
		out = append(out, all[found.At])
	}
	return out
}
