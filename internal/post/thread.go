package post

import (
	"context"
	"mime"
	"regexp"
	"slices"
	"strings"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/picture"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// adopt takes a letter that a member passed on to us for the customer's own. Whom a forwarded letter names is never proved.
func (f *filing) adopt(ctx context.Context) error {
	inner := f.letter.Forwarded
	if inner == nil || inner.From.Address == "" || f.letter.Trust.Proof == channel.Disproof || f.own(inner.From.Address) {
		return nil
	}
	ours, err := f.tx.IsMemberAddress(ctx, f.letter.From.Address)
	if err != nil || !ours {
		return err
	}
	by, outer := f.letter.From, f.letter
	f.letter = *inner
	f.letter.Trust = channel.Trust{Proof: channel.Unproved, DKIM: "none", SPF: "none", DMARC: "none"}
	f.letter.Delivered, f.letter.MessageID, f.letter.Class = outer.Delivered, outer.MessageID, channel.Ordinary
	f.words, f.body = words(f.letter, channel.Fold{Kind: channel.FoldRest, Text: strings.TrimSpace(outer.Text)})
	f.body.ForwardedBy = &by
	return nil
}

// place finds the conversation that a letter belongs to, by the strongest sign first: the token in the address that it was sent to, then
// the ids of ours that it answers, then ids of others under which the same sender wrote before. A subject alone moves nothing: two
// conversations are never made one silently. A letter that belongs to none, which is nil, begins one.
func (f *filing) place(ctx context.Context) (*desk.Conversation, error) {
	if t, found, err := f.token(ctx, ReplyToken, f.tokens()); err != nil {
		return nil, err
	} else if found {
		return f.within(ctx, t.Conversation)
	}
	answered := slices.Clone(f.letter.InReplyTo)
	for i := len(f.letter.References) - 1; i >= 0; i-- {
		answered = append(answered, f.letter.References[i])
	}
	const most = 50
	answered = answered[:min(len(answered), most)]
	if len(answered) == 0 {
		return nil, nil
	}
	known, err := f.tx.LetterIDs(ctx, f.channel.ID, answered)
	if err != nil {
		return nil, err
	}
	for _, outward := range []bool{true, false} {
		for _, id := range answered {
			i := slices.IndexFunc(known, func(k LetterID) bool { return k.ID == id && k.Outward == outward })
			if i < 0 {
				continue
			}
			c, err := f.within(ctx, known[i].Conversation)
			if err != nil || outward && c != nil {
				return c, err
			}
			if hers, err := f.party(ctx, c); err != nil || hers {
				return c, err
			}
		}
	}
	return nil, nil
}

// tokens are those of the addresses of ours that the letter reached us by.
func (f *filing) tokens() []string {
	var out []string
	for _, to := range slices.Concat(f.letter.Delivered, f.arrival.Envelope.To) {
		if base, token := f.adapter.Token(to); token != "" && f.own(base) {
			out = append(out, token)
		}
	}
	return out
}

// token is the first of some that we gave away for a purpose.
func (f *filing) token(ctx context.Context, kind TokenKind, tokens []string) (Token, bool, error) {
	for _, token := range tokens {
		t, err := f.tx.LetterToken(ctx, token)
		if err == nil && t.Kind == kind {
			return t, true, nil
		}
		if ignoreAbsent(err) != nil {
			return Token{}, false, err
		}
	}
	return Token{}, false, nil
}

// within reads a conversation; one that is gone is nil.
func (f *filing) within(ctx context.Context, id vis.ConversationID) (*desk.Conversation, error) {
	c, err := f.tx.Conversation(ctx, id)
	if err != nil {
		return nil, ignoreAbsent(err)
	}
	return &c, nil
}

// party reports whether the sender's address is one of the conversation's customer.
func (f *filing) party(ctx context.Context, c *desk.Conversation) (bool, error) {
	if c == nil || f.letter.From.Address == "" {
		return false, nil
	}
	customer, err := f.tx.Customer(ctx, c.Customer.ID)
	return slices.ContainsFunc(customer.Identities, func(i desk.Identity) bool {
		return i.Kind == desk.IdentityEmail && i.Key == f.letter.From.Address
	}), err
}

// author finds whose words a letter holds. In a conversation of hers she is its customer, for she answers what was sent to her; anybody
// else who writes into it stays somebody else, marked as such.
func (f *filing) author(ctx context.Context, c *desk.Conversation) (vis.CustomerID, error) {
	hers, err := f.party(ctx, c)
	if err != nil {
		return "", err
	}
	if hers && f.letter.Trust.Proof != channel.Disproof {
		return c.Customer.ID, nil
	}
	f.body.Stranger = c != nil
	customer, err := f.desk.CorrespondentWithin(ctx, f.tx, f.by, desk.Correspondent{Name: f.letter.From.Name, Address: f.letter.From.Address,
		Proved: f.letter.Trust.Proof == channel.Proved && !f.letter.Trust.Ambiguous, Locale: language(f.letter.Text)}, f.now)
	return customer.ID, err
}

// joined writes down who else the letter went to, or that somebody new wrote into the conversation. They are asked about, and are sent
// nothing before a member decides.
func (f *filing) joined(ctx context.Context, got desk.Received, author vis.CustomerID) error {
	known, err := f.tx.Participants(ctx, got.Conversation.ID)
	if err != nil {
		return err
	}
	customer, err := f.tx.Customer(ctx, got.Conversation.Customer.ID)
	if err != nil {
		return err
	}
	joining := slices.Concat(f.letter.To, f.letter.Cc)
	if f.body.Stranger {
		joining = append([]channel.Address{f.letter.From}, joining...)
	}
	before := len(known)
	for _, a := range joining {
		if a.Address == "" || f.own(a.Address) || len(known) >= maxParticipants ||
			!f.body.Stranger && a.Address == f.letter.From.Address ||
			slices.ContainsFunc(known, func(p Participant) bool { return p.Address == a.Address }) ||
			slices.ContainsFunc(customer.Identities, func(i desk.Identity) bool { return i.Key == a.Address }) {
			continue
		}
		p := Participant{Conversation: got.Conversation.ID, Address: a.Address, Name: text.Preview(a.Name, desk.MaxName), Rights: Asked, CreatedAt: f.now}
		if f.body.Stranger && a.Address == f.letter.From.Address {
			p.Customer = author
		}
		if err := f.tx.SaveParticipant(ctx, p); err != nil {
			return err
		}
		known = append(known, p)
	}
	if len(known) == before {
		return nil
	}
	e := vis.NewEvent(f.by, f.now, ParticipantsChanged, nil)
	e.Conversation, e.Customer = got.Conversation.ID, got.Conversation.Customer.ID
	return f.tx.Append(ctx, e)
}

// prefixes are what mail programs put before the subject of an answer or of a forwarded letter, in the languages of our customers.
var prefixes = regexp.MustCompile(`(?i)^\s*(re|ref|réf|rép|rep|aw|antw|wg|tr|fwd|fw|i|rv|sv|vs)\s*(\[\d+\])?\s*:\s*`)

// topic is a subject without its prefixes.
func topic(subject string) string {
	for {
		rest := prefixes.ReplaceAllString(subject, "")
		if rest == subject {
			return strings.TrimSpace(rest)
		}
		subject = rest
	}
}

// common are words that a text in one language has many of and one in the other has not.
var common = map[string][]string{
	"fr": {"le", "la", "les", "de", "des", "du", "et", "est", "je", "vous", "pas", "pour", "que", "une", "mon", "ma", "bonjour", "merci", "votre"},
	"en": {"the", "and", "is", "of", "to", "my", "you", "not", "for", "that", "have", "with", "hello", "thanks", "your", "was", "this"},
}

// language guesses what a text is written in: "fr", "en", or "" when neither is clear.
func language(s string) string {
	count := make(map[string]int)
	for i, w := range strings.Fields(strings.ToLower(s)) {
		if i == 400 {
			break
		}
		w = strings.Trim(w, ".,;:!?()\"'«»")
		for l, words := range common {
			if slices.Contains(words, w) {
				count[l]++
			}
		}
	}
	switch {
	case count["fr"] > 2*count["en"]:
		return "fr"
	case count["en"] > 2*count["fr"]:
		return "en"
	}
	return ""
}

// mediaType says what a file is shown as. A picture is one when its bytes say so, whatever its sender calls it.
func mediaType(f channel.File) (kind string, width, height int) {
	if kind, width, height = picture.Look(f.Bytes); width > 0 && !picture.TooLarge(width, height) {
		return kind, width, height
	}
	kind, _, err := mime.ParseMediaType(f.MediaType)
	if err != nil || strings.HasPrefix(kind, "image/") || strings.HasPrefix(kind, "text/html") || len(kind) > 100 {
		return "application/octet-stream", 0, 0
	}
	return kind, 0, 0
}
