package listen

import (
	"context"
	"slices"
	"time"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// What no reason stands for yet shows itself by its words: those that several customers used of late in messages that the reader left to
// people or found to be about something else than all it knows, and that hardly anybody used before or about anything else.
const (
	freshFor   = 14 // days that are new
	freshBack  = 56 // days that are compared with
	freshMost  = 300
	freshTerms = 3 // letters that a word has at least
	freshShown = 6
	// freshBar is how surprising a word must be, as −log₁₀: some thousand words are looked at, and one in ten such looks may show one for nothing.
	freshBar = 4.0
	// freshWords are told of one matter.
	freshWords = 4
)

// anywhere chooses no channel and no language.
var anywhere = CountQuery{Channel: AllChannels, Language: AllLanguages}

// Fresh is something that customers write about and that has no reason yet.
type Fresh struct {
	// Words are those that its messages share and others do not have, as customers wrote them, the most telling first.
	Words     []string
	Customers int
	Contacts  []Example
	Total     int
}

// Fresh finds what is new among the contacts that were left to people in the last two weeks.
func (c *Counter) Fresh(ctx context.Context, by vis.Actor) ([]Fresh, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return nil, err
	}
	now := c.clock.Now()
	return vis.View(ctx, c.db, by.Workspace, func(tx CountTx) ([]Fresh, error) {
		since := now.AddDate(0, 0, -freshFor)
		tree, err := reasonTree(ctx, tx)
		if err != nil {
			return nil, err
		}
		unsorted, err := nameless(ctx, tx, tree, since.UnixMilli(), far)
		if err != nil || len(unsorted) < FewestAlike {
			return nil, err
		}
		others, err := background(ctx, tx, tree, since)
		if err != nil {
			return nil, err
		}
		said, err := saidIn(ctx, tx, unsorted)
		if err != nil {
			return nil, err
		}
		all := make([]voice, len(unsorted))
		for i, one := range unsorted {
			all[i] = voice{string(one.Customer), said[one.Message]}
		}
		var out []Fresh
		for _, m := range matters(all, others) {
			f := Fresh{Words: m.words, Customers: m.customers, Total: len(m.of)}
			var some []Contact
			for _, i := range m.of[:min(len(m.of), 3)] {
				some = append(some, unsorted[i])
			}
			if f.Contacts, err = examples(ctx, tx, some); err != nil {
				return nil, err
			}
			out = append(out, f)
		}
		return out, nil
	})
}

// elsewhere is what the built-in reader calls what is about nothing that it knows.
const elsewhere = "other"

// nameless are the newest contacts that no reason says anything of.
func nameless(ctx context.Context, tx CountTx, tree Tree, since, before int64) (out []Contact, err error) {
	keys := []string{"", tree.keyOf(elsewhere)}
	for _, key := range slices.Compact(keys) {
		some, err := tx.Contacts(ctx, ContactQuery{CountQuery: anywhere, Reason: key, Since: since, Before: before}, freshMost/2)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	slices.SortFunc(out, func(a, b Contact) int { return b.BeganAt.Compare(a.BeganAt) })
	return out, nil
}

// background is what was said about other things, and about nothing that is known before.
func background(ctx context.Context, tx CountTx, tree Tree, since time.Time) (out []string, err error) {
	back := since.AddDate(0, 0, -freshBack)
	of, err := nameless(ctx, tx, tree, back.UnixMilli(), since.UnixMilli())
	if err != nil {
		return nil, err
	}
	for _, r := range tree.Reasons {
		if r.Key == tree.keyOf(elsewhere) {
			continue
		}
		some, err := tx.Contacts(ctx, ContactQuery{CountQuery: anywhere, Reason: r.Key, Since: back.UnixMilli(), Before: far}, max(freshMost/len(tree.Reasons), 5))
		if err != nil {
			return nil, err
		}
		of = append(of, some...)
	}
	said, err := saidIn(ctx, tx, of)
	for _, words := range said {
		out = append(out, words)
	}
	return out, err
}

// voice is what somebody said.
type voice struct{ customer, text string }

// matter is what several said in words that others do not use.
type matter struct {
	words     []string
	of        []int // places in what was said
	customers int
}

// matters groups what was said by the words that stand out most, one after another.
func matters(said []voice, others []string) (out []matter) {
	among := make(map[string]int) // how many of the others have a word
	for _, words := range others {
		for _, term := range text.Terms(shown(words)) {
			among[term]++
		}
	}
	terms := make([][]string, len(said))
	for i, v := range said {
		terms[i] = text.Terms(shown(v.text))
	}
	left := make([]bool, len(said)) // of what is not in a matter yet, by place
	n := len(said)
	for i := range left {
		left[i] = true
	}
	for len(out) < freshShown && n >= FewestAlike {
		m := loudest(said, terms, left, n, among, len(others))
		if m.of == nil {
			break
		}
		m.words = naming(said, m, left, others)
		for _, i := range m.of {
			left[i] = false
			n--
		}
		out = append(out, m)
	}
	return out
}

// loudest are the messages that share the word that stands out most.
func loudest(said []voice, terms [][]string, left []bool, n int, among map[string]int, others int) matter {
	with := make(map[string][]int)
	for i, of := range terms {
		if !left[i] {
			continue
		}
		for _, term := range of {
			if len(term) >= freshTerms {
				with[term] = append(with[term], i)
			}
		}
	}
	var best string
	loud := 0.0
	for term, of := range with {
		if len(of) < FewestAlike {
			continue
		}
		usual := float64(n) * (float64(among[term]) + 0.5) / (float64(others) + 20)
		s := surprise(voices(said, of), usual, 0.25)
		if voices(said, of) >= FewestAlike && s >= freshBar && (s > loud || s == loud && term < best) {
			best, loud = term, s
		}
	}
	return matter{of: with[best], customers: voices(said, with[best])}
}

// voices counts the customers of some messages.
func voices(said []voice, of []int) int {
	seen := make(map[string]bool, len(of))
	for _, i := range of {
		seen[said[i].customer] = true
	}
	return len(seen)
}

// naming are the words by which a matter is called.
func naming(said []voice, m matter, left []bool, others []string) []string {
	var hers []string
	rest := slices.Clone(others)
	for i, v := range said {
		switch {
		case slices.Contains(m.of, i):
			hers = append(hers, v.text)
		case left[i]:
			rest = append(rest, v.text)
		}
	}
	in, among := sharesOf(hers), sharesOf(rest)
	words := slices.DeleteFunc(telling(hers, rest, 3*freshWords), func(w string) bool { return among[w] > in[w]/3 })
	return words[:min(len(words), freshWords)]
}
