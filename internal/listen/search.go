package listen

import (
	"context"
	"math"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// What customers look for before they write is counted, and nobody is known by it:
//
//  1. Of what was typed stays a term: without what tells whose it is (text.Redact), and cut. The same words with other endings are one term.
//  2. A term is known by a fingerprint, made with a key of this server. Its words are kept from the moment on when a second person looks for it
//     within searchMemory days; before that nobody can read them.
//  3. Who looked is one bit of 64, chosen by a number that her browser made up and by the term: enough to tell one person from several, too
//     little to find anybody, or to follow her from one term to another.
//  4. Sums are by day, term, channel and language. Terms of one day beyond searchMost are counted together, without their words.
const (
	searchMemory = 28 // days
	searchMost   = 300
	termLength   = 80 // runes
	// searchShown is how many terms are listed.
	searchShown = 200
)

// SearchDeed is what a customer did.
type SearchDeed string

// Deeds of those who look for an answer.
const (
	Sought   SearchDeed = "sought"
	ReadIt   SearchDeed = "read"     // opened what was found
	Answered SearchDeed = "answered" // said that it answers her question
	Wrote    SearchDeed = "wrote"    // went on to write
)

// Search is what one customer looked for on a channel, or did about what she found.
type Search struct {
	Channel  vis.ChannelID
	Language string
	Term     Term
	Person   uint8 // one of 64
	Deed     SearchDeed
	Found    int
}

// Term is what is looked for.
type Term struct {
	Words string // as they may be shown
	Key   string // the same for the same words with other endings
	Print string // the fingerprint of the key
}

// TermOf is the term that was typed, without its fingerprint; false when nothing in it says what is looked for.
func TermOf(typed string) (Term, bool) {
	words := strings.Trim(strings.ToLower(text.Line(text.Redact(typed, nil))), " .,;:!?…¿¡\"'«»()-")
	if utf8.RuneCountInString(words) > termLength {
		words = string([]rune(words)[:termLength])
		if at := strings.LastIndexByte(words, ' '); at > 0 {
			words = words[:at]
		}
	}
	asked := text.Asked(words)
	for i, w := range asked {
		asked[i] = text.Stem(w)
	}
	return Term{Words: words, Key: strings.Join(asked, " ")}, len(asked) > 0
}

// SearchSums is what was counted of a term on one day, on one channel and in one language.
type SearchSums struct {
	Day      Day
	Channel  vis.ChannelID // "" with the terms that are counted together
	Language string
	Print    string // "" for those terms
	Term     string // "" while one person alone has looked for it
	People   People
	SearchCount
}

// SearchCount is how often something was looked for, and what came of it.
type SearchCount struct {
	Searches int
	Nothing  int // found nothing
	Read     int
	Answered int
	Wrote    int
}

func (c *SearchCount) add(more SearchCount) {
	c.Searches += more.Searches
	c.Nothing += more.Nothing
	c.Read += more.Read
	c.Answered += more.Answered
	c.Wrote += more.Wrote
}

// People are bits, one or several of which stand for a person each.
type People uint64

// About estimates how many people there are (Whang, Vander-Zanden and Taylor 1990, linear counting); exact for very few.
func (p People) About() int {
	n := bits.OnesCount64(uint64(p))
	if n == 64 {
		return 266 // 64 ln 64: so many or more
	}
	return int(math.Round(-64 * math.Log(1-float64(n)/64)))
}

// CountSearch counts what a customer did. What she did after she looked counts on the same day only.
func (c *Counter) CountSearch(ctx context.Context, ws vis.WorkspaceID, s Search) error {
	now := c.clock.Now()
	return c.db.Update(ctx, vis.System(ws), nil, func(tx CountTx) error {
		zone, err := zoneOf(ctx, tx)
		if err != nil {
			return err
		}
		is := SearchSums{Day: DayOf(now, zone), Channel: s.Channel, Language: s.Language, Print: s.Term.Print, People: 1 << (s.Person % 64)}
		before, err := tx.SearchesFor(ctx, is.Print, is.Day-searchMemory+1)
		if err != nil {
			return err
		}
		known, people := false, is.People
		for _, b := range before {
			people |= b.People
			known = known || b.Day == is.Day && b.Channel == is.Channel && b.Language == is.Language
		}
		if bits.OnesCount64(uint64(people)) > 1 {
			is.Term = s.Term.Words
		}
		switch {
		case !known && s.Deed != Sought:
			return nil
		case !known:
			if n, err := tx.CountTerms(ctx, is.Day, searchMost); err != nil {
				return err
			} else if n >= searchMost {
				is.Channel, is.Print, is.Term, is.People = "", "", "", 0
			}
		}
		switch s.Deed {
		case Sought:
			is.Searches = 1
			if s.Found == 0 {
				is.Nothing = 1
			}
		case ReadIt:
			is.Read = 1
		case Answered:
			is.Answered = 1
		case Wrote:
			is.Wrote = 1
		}
		return tx.AddSearch(ctx, is)
	})
}

// SearchBoard is what customers looked for on some days.
type SearchBoard struct {
	From, To Day
	Terms    []SearchTerm
	// Hidden are the searches for what one person alone looked for, and those beyond what is kept of a day.
	Hidden SearchCount
}

// SearchTerm is what was counted of a term in a language.
type SearchTerm struct {
	Term     string
	Language string
	SearchCount
	People int
	Before int // searches on as many days before
	Days   []int
}

// Searches tells what customers looked for: what found nothing most often first, then that after which they wrote all the same.
func (c *Counter) Searches(ctx context.Context, by vis.Actor, in BoardQuery) (SearchBoard, error) {
	var out SearchBoard
	all, q, err := c.searches(ctx, by, in, true)
	if err != nil {
		return out, err
	}
	out.From, out.To = q.From, q.To-1
	type key struct{ print, language string }
	of, people := make(map[key]*SearchTerm), make(map[key]People)
	for _, s := range all {
		k := key{s.Print, s.Language}
		if of[k] == nil {
			of[k] = &SearchTerm{Language: s.Language, Days: make([]int, q.To-q.From)}
		}
		if s.Term != "" { // of the newest day on which it was said
			of[k].Term = s.Term
		}
		if s.Day < q.From {
			of[k].Before += s.Searches
			continue
		}
		of[k].add(s.SearchCount)
		of[k].Days[s.Day-q.From] += s.Searches
		people[k] |= s.People
	}
	for k, t := range of {
		switch t.People = people[k].About(); {
		case t.Term == "":
			out.Hidden.add(t.SearchCount)
		case t.Searches > 0:
			out.Terms = append(out.Terms, *t)
		}
	}
	slices.SortFunc(out.Terms, func(a, b SearchTerm) int {
		for _, by := range []int{b.Nothing - a.Nothing, b.Wrote - a.Wrote, b.Searches - a.Searches, strings.Compare(a.Term, b.Term), strings.Compare(a.Language, b.Language)} {
			if by != 0 {
				return by
			}
		}
		return 0
	})
	out.Terms = out.Terms[:min(len(out.Terms), searchShown)]
	return out, nil
}

// ExportSearches reads every sum of some days whose term may be shown.
func (c *Counter) ExportSearches(ctx context.Context, by vis.Actor, in BoardQuery) ([]SearchSums, error) {
	all, _, err := c.searches(ctx, by, in, false)
	known := make(map[string]string)
	for _, s := range all {
		if s.Term != "" {
			known[s.Print] = s.Term
		}
	}
	for i := range all {
		all[i].Term = known[all[i].Print]
	}
	return slices.DeleteFunc(all, func(s SearchSums) bool { return s.Term == "" }), err
}

// searches reads the sums of some days, by days, and of as many days before when that is wanted.
func (c *Counter) searches(ctx context.Context, by vis.Actor, in BoardQuery, before bool) (all []SearchSums, q CountQuery, err error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return nil, q, err
	}
	now := c.clock.Now()
	err = c.db.View(ctx, by.Workspace, func(tx CountTx) error {
		zone, err := zoneOf(ctx, tx)
		if err != nil {
			return err
		}
		if q, err = in.check(DayOf(now, zone)); err != nil {
			return err
		}
		read := q
		if before {
			read.From -= q.To - q.From
		}
		all, err = tx.Searches(ctx, read)
		return err
	})
	return all, q, err
}
