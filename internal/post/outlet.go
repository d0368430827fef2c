package post

import (
	"context"
	"encoding/base32"
	"io"
	"slices"
	"strings"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// The bounds of a letter that leaves.
const (
	maxRecipients   = 50
	maxSubject      = 200 // runes
	lettersLookedAt = 20  // of a conversation, for its subject and whom to answer
)

var _ desk.Outlet = (*Service)(nil)

// Post implements desk.Outlet: it writes the letter, its id, the tokens of its addresses and the sending, in the transaction that says
// the words.
func (s *Service) Post(ctx context.Context, within desk.Tx, by vis.Actor, c desk.Conversation, m desk.Message, head desk.Head, now time.Time) error {
	tx, ok := within.(Tx)
	if !ok {
		panic("post: a transaction without an outbox") // the store makes one kind for all rooms
	}
	ch, err := tx.Channel(ctx, m.Channel)
	if err != nil {
		return err
	}
	adapter, ok := channel.As[channel.Addressed](s.channels, ch)
	if !ok || len(adapter.Addresses(ch)) == 0 {
		return vis.Errorf(vis.Conflict, "channel_silent", "The channel %q has no address yet, so this letter would reach nobody.", ch.Name)
	}
	w := writing{Service: s, tx: tx, by: by, channel: ch, adapter: adapter, conversation: c, now: now}
	if err := w.read(ctx); err != nil {
		return err
	}
	d, err := w.draft(ctx, m, head)
	if err != nil {
		return err
	}
	if err := w.withdrawAcknowledgement(ctx); err != nil {
		return err
	}
	return w.post(ctx, m, d, Reply)
}

// writing is one letter on its way into the outbox.
type writing struct {
	*Service
	tx           Tx
	by           vis.Actor
	channel      channel.Channel
	adapter      channel.Addressed
	conversation desk.Conversation
	customer     desk.Customer
	house        staff.Workspace
	writer       staff.Member // the zero value when no member writes
	letters      []Letter     // of the conversation, oldest first
	parties      []Participant
	now          time.Time
}

// read looks at what was written before.
func (w *writing) read(ctx context.Context) (err error) {
	if w.letters, err = w.tx.Letters(ctx, w.conversation.ID, lettersLookedAt); err != nil {
		return err
	}
	if w.parties, err = w.tx.Participants(ctx, w.conversation.ID); err != nil {
		return err
	}
	if w.house, err = w.tx.Workspace(ctx); err != nil {
		return err
	}
	if w.by.Kind == vis.ByMember {
		if w.writer, err = w.tx.Member(ctx, w.by.Member()); err != nil {
			return err
		}
	}
	w.customer, err = w.tx.Customer(ctx, w.conversation.Customer.ID)
	return err
}

// heard is the newest letter of the customer's side, nil when there is none.
func (w *writing) heard() *Letter {
	for i := len(w.letters) - 1; i >= 0; i-- {
		if l := &w.letters[i]; !l.Outward && l.Body.Class != channel.Automatic {
			return l
		}
	}
	return nil
}

// draft is what a member's words become as a letter.
func (w *writing) draft(ctx context.Context, m desk.Message, head desk.Head) (Draft, error) {
	heard := w.heard()
	d := Draft{Text: m.Text, Language: w.language()}
	var err error
	if d.From, err = w.chosen(head.From, heard); err != nil {
		return d, err
	}
	if d.To, err = w.addresses("to", head.To); err != nil {
		return d, err
	}
	if d.Cc, err = w.addresses("cc", head.Cc); err != nil {
		return d, err
	}
	if d.Bcc, err = w.addresses("bcc", head.Bcc); err != nil {
		return d, err
	}
	if len(head.To) == 0 {
		to, ok := w.hers(heard)
		if !ok {
			return d, vis.InField("to", "No e-mail address of this customer is known; please write one.")
		}
		d.To = []channel.Address{to}
	}
	if len(d.To) == 0 {
		return d, vis.InField("to", "A letter to ourselves reaches nobody; please write another address.")
	}
	if head.Cc == nil {
		d.Cc = w.granted(d.To)
	}
	if n := len(d.To) + len(d.Cc) + len(d.Bcc); n > maxRecipients {
		return d, vis.InField("to", "A letter may go to %d people; this one goes to %d.", maxRecipients, n)
	}
	d.Subject = w.subject(head.Subject, heard)
	for _, l := range w.letters {
		if l.Body.MessageID != "" {
			d.References = append(d.References, l.Body.MessageID)
		}
	}
	if heard != nil {
		d.InReplyTo = heard.Body.MessageID
		if head.Quote {
			said, err := w.tx.Message(ctx, heard.Message)
			if err != nil {
				return d, err
			}
			d.Quote = &channel.Quote{From: heard.Body.From, At: said.CreatedAt, Text: said.Text}
		}
	}
	for _, a := range m.Attachments {
		d.Files = append(d.Files, a.ID)
	}
	if d.Signature, err = w.signature(ctx, d.From, d.Language); err != nil {
		return d, err
	}
	d.From.Name = w.named(d.From)
	return d, nil
}

// maxFirstName is how much of a first name stands before the brand, in runes.
const maxFirstName = 40

// named is whose name a letter comes in: "Léa · Arzel", or the brand's alone. Nothing that a stranger wrote is in it.
func (w *writing) named(from channel.Address) string {
	brand := w.brand(from)
	if d, ok := w.adapter.(channel.Discreet); w.writer.FirstName == "" || ok && d.BrandOnly(w.channel) {
		return brand
	}
	return text.Preview(w.writer.FirstName, maxFirstName) + " · " + brand
}

// chosen is the one of our addresses that a letter leaves from: the writer's choice, if she made one.
func (w *writing) chosen(address string, heard *Letter) (channel.Address, error) {
	if address == "" {
		return w.from(heard), nil
	}
	own, ok := ownAddress(w.adapter, w.channel, address)
	if !ok {
		return channel.Address{}, vis.InField("from", "%q is no address of this channel.", text.Preview(address, 80))
	}
	return own.Address, nil
}

// from is the address that she wrote to last, or the channel's first.
func (w *writing) from(heard *Letter) channel.Address {
	if heard != nil {
		for _, to := range slices.Concat(heard.Body.To, heard.Body.Cc) {
			if own, ok := ownAddress(w.adapter, w.channel, to.Address); ok {
				return own.Address
			}
		}
	}
	return w.adapter.Addresses(w.channel)[0].Address
}

// addresses checks what a member wrote as recipients. Our own addresses are left out: such a letter would come back to us.
func (w *writing) addresses(field string, in []channel.Address) ([]channel.Address, error) {
	var out []channel.Address
	for _, a := range in {
		key, ok := text.Email(a.Address)
		if !ok {
			return nil, vis.InField(field, "%q is no e-mail address; one looks like camille@example.org.", text.Preview(a.Address, 80))
		}
		if w.own(key) || slices.ContainsFunc(out, func(o channel.Address) bool { return o.Address == key }) {
			continue
		}
		out = append(out, channel.Address{Name: text.Preview(a.Name, desk.MaxName), Address: key})
	}
	return out, nil
}

func (w *writing) own(address string) bool {
	_, ok := ownAddress(w.adapter, w.channel, address)
	return ok
}

// hers is the address that the customer is answered at: where she asks for answers, if that is of the domain she wrote from, or where she
// wrote from; otherwise a proved address of hers, or one that she gave.
func (w *writing) hers(heard *Letter) (channel.Address, bool) {
	if heard != nil && !heard.Body.Stranger {
		if r := heard.Body.ReplyTo; len(r) == 1 && !heard.Body.Trust.ReplyElsewhere && !w.own(r[0].Address) {
			return r[0], true
		}
		if heard.Body.From.Address != "" {
			return heard.Body.From, true
		}
	}
	for _, proved := range []bool{true, false} {
		for _, i := range w.customer.Identities {
			if i.Kind == desk.IdentityEmail && i.Verified == proved {
				return channel.Address{Name: w.customer.Called(), Address: i.Key}, true
			}
		}
	}
	return channel.Address{}, false
}

// granted are those whom a member allowed to read along.
func (w *writing) granted(but []channel.Address) []channel.Address {
	var out []channel.Address
	for _, p := range w.parties {
		if p.Rights == Granted && !slices.ContainsFunc(but, func(a channel.Address) bool { return a.Address == p.Address }) {
			out = append(out, channel.Address{Name: p.Name, Address: p.Address})
		}
	}
	return out
}

// subject is what the writer chose, or the topic of the letter that is answered, or the conversation's.
func (w *writing) subject(chosen string, heard *Letter) string {
	if chosen = text.Preview(chosen, maxSubject); chosen != "" {
		return chosen
	}
	if heard != nil && topic(heard.Body.Subject) != "" {
		return "Re: " + topic(heard.Body.Subject)
	}
	return text.Preview(w.conversation.Subject, maxSubject)
}

// language is what the matter is spoken of in, or the customer's, or the house's.
func (w *writing) language() string {
	for _, l := range []string{w.conversation.About.Language, w.customer.Locale, w.house.Locale} {
		if l == "fr" || l == "en" {
			return l
		}
	}
	return "en"
}

// post writes the rows of a letter that leaves: the sending, and the message as the letter that it is.
func (w *writing) post(ctx context.Context, m desk.Message, d Draft, kind SendingKind) error {
	s := Sending{ID: vis.SendingID(w.mint.ID(w.now)), Channel: w.channel.ID, Kind: kind, Conversation: w.conversation.ID, Message: m.ID,
		State: ToSend, NextAt: w.now, CreatedAt: w.now, ChangedAt: w.now}
	at := strings.LastIndexByte(d.From.Address, '@')
	s.LetterID = w.token() + d.From.Address[at:]
	answer := Token{Token: w.token(), Kind: ReplyToken, Conversation: w.conversation.ID, Address: d.To[0].Address, CreatedAt: w.now}
	report := Token{Token: w.token(), Kind: BounceToken, Conversation: w.conversation.ID, Sending: s.ID, Address: d.To[0].Address, CreatedAt: w.now}
	d.ReplyTo = channel.Address{Name: d.From.Name, Address: w.adapter.Sign(w.channel, d.From.Address, answer.Token)}
	d.EnvelopeFrom = w.adapter.ReturnPath(w.channel, d.From.Address, report.Token)
	if d.Automatic {
		d.EnvelopeFrom = "" // RFC 3834 §3.3: nobody answers an answer
	}
	s.Draft = d
	for _, t := range []Token{answer, report} {
		if err := w.tx.InsertLetterToken(ctx, t); err != nil {
			return err
		}
	}
	if err := w.tx.InsertSending(ctx, s); err != nil {
		return err
	}
	if err := w.tx.InsertLetter(ctx, Letter{Message: m.ID, Conversation: w.conversation.ID, Channel: w.channel.ID, Outward: true,
		Body: Body{MessageID: s.LetterID, From: d.From, To: d.To, Cc: d.Cc, Bcc: d.Bcc, Subject: d.Subject, SentAt: w.now}}); err != nil {
		return err
	}
	return w.tx.InsertLetterID(ctx, LetterID{Channel: w.channel.ID, ID: s.LetterID, Message: m.ID, Conversation: w.conversation.ID, Outward: true})
}

var tokenForm = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// token is 128 random bits in 26 lower-case letters and digits: nobody guesses one, and an address has room for it.
func (s *Service) token() string {
	var b [16]byte
	if _, err := io.ReadFull(s.mint.Rand, b[:]); err != nil {
		panic("post: the source of randomness failed: " + err.Error())
	}
	return tokenForm.EncodeToString(b[:])
}
