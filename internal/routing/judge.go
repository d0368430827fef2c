package routing

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// judge raises the criticality of a matter by the words that the organisation calls critical, and gives it that of its reason while
// nothing else is known. It never lowers what a member has said.
func (p *pass) judge(ctx context.Context, m *matter, e vis.Event) error {
	settings, err := p.Settings(ctx)
	if err != nil {
		return err
	}
	about := m.c.About
	if about.Criticality == 0 {
		about.Criticality = reasonLevel(settings.Reasons, about.Reason)
	}
	if len(settings.Words) > 0 {
		said, err := p.message(ctx, m, e)
		if err != nil {
			return err
		}
		if said != nil {
			for _, word := range CriticalWords(settings.Words, said.Text) {
				about.Criticality = max(about.Criticality, settings.Words[word])
			}
		}
	}
	return p.s.desk.ClassifyWithin(ctx, p.tx, p.by, &m.c, about, e.At)
}

// reasonLevel is the criticality of a reason: its own, or that of the nearest branch above it.
func reasonLevel(levels map[string]int, reason string) int {
	for reason != "" {
		if level, ok := levels[reason]; ok {
			return level
		}
		i := strings.LastIndexByte(reason, '/')
		reason = reason[:max(i, 0)]
	}
	return 0
}

// CriticalWords are those of the words, in alphabetical order, that a text holds: whole words, without regard to case, accents, plurals.
func CriticalWords(words map[string]int, said string) []string {
	var found []string
	stems := stemmed(said)
	for _, word := range slices.Sorted(maps.Keys(words)) {
		if holdsWords(stems, word) {
			found = append(found, word)
		}
	}
	return found
}

// holdsWords reports whether a stemmed text holds some words one after the other.
func holdsWords(stems, words string) bool {
	wanted := stemmed(words)
	return wanted != " " && strings.Contains(stems, wanted)
}

// stemmed is a text as it is searched for words: folded, stemmed, with one space before, between and after them.
func stemmed(in string) string {
	var b strings.Builder
	b.WriteByte(' ')
	for _, w := range strings.FieldsFunc(text.Fold(in), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		b.WriteString(text.Stem(w))
		b.WriteByte(' ')
	}
	return b.String()
}
