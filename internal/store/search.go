package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// A search looks at the newest hits only, for ranking or grouping them all does not scale: at first at the glanced, and when they
// stand in too few conversations at the considered.
const (
	glanced    = 200
	considered = 1000
)

// wholeBelow is the length in bytes under which a last term is no prefix: two letters begin a good part of all words, and it
// would take the merging of as many lists to find out. (One Chinese character is three bytes.)
const wholeBelow = 3

// term is a search term of one workspace. The ordinal keeps workspaces apart inside the index itself, so that a word that is
// rare here and common elsewhere is found as fast as any. An ordinal is digits only: 1x2 can be nothing but 2 in workspace 1.
//
// Terms are folded words already; what else a caller may pass is made one word here, so that both engines see the same.
func term(ordinal int64, t string) string {
	return strconv.FormatInt(ordinal, 10) + "x" + strings.Map(func(r rune) rune {
		switch {
		case r >= 0x80, 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '·'
	}, t)
}

// document is the terms of one row for FTS5, whose tokenizer cuts at ASCII other than letters and digits.
func document(ordinal int64, terms []string) string {
	var b strings.Builder
	for i, t := range terms {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(term(ordinal, t))
	}
	return b.String()
}

// match is the FTS5 query for rows with every term, and one of the last ones.
func match(ordinal int64, terms []string, last []string) string {
	var b strings.Builder
	for _, t := range terms {
		b.WriteString(`"` + term(ordinal, t) + `" AND `)
	}
	b.WriteString(`("` + strings.Join(last, `" OR "`) + `")`)
	return b.String()
}

// matchPrefix is the FTS5 query for rows with every term, the last one as a prefix unless it is very short.
func matchPrefix(ordinal int64, terms []string) string {
	query := make([]string, len(terms))
	for i, t := range terms {
		query[i] = `"` + term(ordinal, t) + `"`
	}
	if len(terms[len(terms)-1]) < wholeBelow {
		return strings.Join(query, " AND ")
	}
	return strings.Join(query, " AND ") + " *"
}

// endings is how many words that begin alike a search looks for.
const endings = 200

// expand returns the words of the vocabulary that begin with the term.
func (t *tx) expand(ctx context.Context, prefix string) ([]string, error) {
	return all(ctx, t, func(s *string) []any { return []any{s} }, selectTermsSQLite, prefix, prefix+"\U0010ffff", endings)
}

// vector is the terms of one row as a tsvector's text.
func vector(ordinal int64, terms []string) string {
	var b strings.Builder
	for _, t := range terms {
		b.WriteString(`'` + term(ordinal, t) + `' `)
	}
	return b.String()
}

// tsquery is the PostgreSQL query for rows with every term, the last one as a prefix unless it is very short.
func tsquery(ordinal int64, terms []string) string {
	var b strings.Builder
	for i, t := range terms {
		if i > 0 {
			b.WriteString(" & ")
		}
		b.WriteString(`'` + term(ordinal, t) + `'`)
	}
	if len(terms[len(terms)-1]) < wholeBelow {
		return b.String()
	}
	return b.String() + ":*"
}

// askMessages returns the engine's query for messages; "" when nothing can match.
func (t *tx) askMessages(ctx context.Context, terms []string) (string, error) {
	ordinal, err := t.ordinal(ctx)
	if err != nil || len(terms) == 0 {
		return "", absentIsNothing(err)
	}
	if t.session.dialect.inlineSearch {
		return tsquery(ordinal, terms), nil
	}
	n := len(terms) - 1
	last := []string{term(ordinal, terms[n])}
	if len(terms[n]) >= wholeBelow {
		if last, err = t.expand(ctx, last[0]); err != nil || len(last) == 0 {
			return "", err
		}
	}
	return match(ordinal, terms[:n], last), nil
}

// askCustomers returns the engine's query for customers; "" when nothing can match.
func (t *tx) askCustomers(ctx context.Context, terms []string) (string, error) {
	ordinal, err := t.ordinal(ctx)
	if err != nil || len(terms) == 0 {
		return "", absentIsNothing(err)
	}
	if t.session.dialect.inlineSearch {
		return tsquery(ordinal, terms), nil
	}
	return matchPrefix(ordinal, terms), nil
}

// IndexCustomer implements desk.Tx. What it writes is found once the transaction is committed.
func (t *tx) IndexCustomer(ctx context.Context, id vis.CustomerID, terms []string) error {
	ordinal, err := t.ordinal(ctx)
	if err != nil {
		return err
	}
	if t.session.dialect.inlineSearch {
		return t.must(ctx, "customer", indexCustomerPostgres, string(id), vector(ordinal, terms))
	}
	ref, err := value[int64](ctx, t, "customer", refOfCustomerSQLite, string(id))
	if err == nil {
		t.command.words = append(t.command.words, words{customer: true, ref: ref, terms: document(ordinal, terms)})
	}
	return err
}

// SearchCustomers implements desk.Tx.
func (t *tx) SearchCustomers(ctx context.Context, terms []string, limit int) ([]desk.Customer, error) {
	type hit struct {
		id   vis.CustomerID
		seen time.Time
	}
	query, err := t.askCustomers(ctx, terms)
	if err != nil || query == "" {
		return nil, err
	}
	hits, err := all(ctx, t, func(h *hit) []any { return []any{(*string)(&h.id), (*at)(&h.seen)} },
		t.session.dialect.findCustomers, query, considered)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(hits, func(a, b hit) int {
		if c := b.seen.Compare(a.seen); c != 0 {
			return c
		}
		return strings.Compare(string(b.id), string(a.id))
	})
	ids := make([]vis.CustomerID, 0, limit)
	for _, h := range hits[:min(limit, len(hits))] {
		ids = append(ids, h.id)
	}
	return t.customers(ctx, ids)
}

// SearchConversations implements desk.Tx. The newest message of a conversation stands for it; ids grow with time.
func (t *tx) SearchConversations(ctx context.Context, terms []string, limit int) ([]desk.Match, error) {
	type hit struct {
		message      vis.MessageID
		conversation vis.ConversationID
	}
	query, err := t.askMessages(ctx, terms)
	if err != nil || query == "" {
		return nil, err
	}
	var messages []vis.MessageID
	var conversations []vis.ConversationID
	for _, many := range []int{glanced, considered} {
		hits, err := all(ctx, t, func(h *hit) []any { return []any{(*string)(&h.message), (*string)(&h.conversation)} },
			t.session.dialect.findMessages, query, many)
		if err != nil {
			return nil, err
		}
		slices.SortFunc(hits, func(a, b hit) int { return strings.Compare(string(b.message), string(a.message)) })
		messages, conversations = messages[:0], conversations[:0]
		for _, h := range hits {
			if len(messages) < limit && !slices.Contains(conversations, h.conversation) {
				messages = append(messages, h.message)
				conversations = append(conversations, h.conversation)
			}
		}
		if len(messages) == limit || len(hits) < many {
			break
		}
	}
	return t.matches(ctx, messages, conversations)
}

// matches reads what a search found, in its order; the two lists go together.
func (t *tx) matches(ctx context.Context, messages []vis.MessageID, conversations []vis.ConversationID) ([]desk.Match, error) {
	if len(messages) == 0 {
		return nil, nil
	}
	rows, err := all(ctx, t, messageRow, selectMessagesByID, texts(messages))
	if err != nil {
		return nil, err
	}
	said, err := t.complete(ctx, rows)
	if err != nil {
		return nil, err
	}
	in, err := all(ctx, t, conversationRow, selectConversations, texts(conversations))
	if err != nil {
		return nil, err
	}
	found := make(map[vis.ConversationID]desk.Conversation, len(in))
	for _, c := range in {
		found[c.ID] = c
	}
	order := make(map[vis.MessageID]int, len(messages))
	for i, id := range messages {
		order[id] = i
	}
	out := make([]desk.Match, len(messages))
	for _, m := range said {
		out[order[m.ID]] = desk.Match{Conversation: found[m.Conversation], Message: m}
	}
	return out, nil
}

// absentIsNothing is for what finds nothing where there is nothing.
func absentIsNothing(err error) error {
	if vis.CodeOf(err) == vis.NotFound {
		return nil
	}
	return err
}
