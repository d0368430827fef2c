package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"visavis/internal/blob"
	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/post"
	"visavis/internal/vis"
)

// mailAddress is where the bicycle maker's customers write to.
const mailAddress = "atelier@arzel.example"

// letters makes of what was said by e-mail the letters that it was, and leaves some for people to decide on.
func (b *builder) letters(ctx context.Context, tales []tale, conversations []vis.ConversationID) error {
	for i, t := range tales {
		if t.channel != "email" {
			continue
		}
		if err := b.correspond(ctx, t, conversations[i]); err != nil {
			return fmt.Errorf("write the letters of %q: %w", t.subject, err)
		}
	}
	return b.undecided(ctx)
}

// correspond writes the letters of one conversation.
func (b *builder) correspond(ctx context.Context, t tale, id vis.ConversationID) error {
	thread, err := b.desk.Thread(ctx, b.as("lea"), id, desk.Range{Limit: 100})
	if err != nil {
		return err
	}
	us := channel.Address{Name: "Cycles Arzel", Address: mailAddress}
	var her channel.Address
	for _, p := range patrons {
		if p.key == t.customer {
			her = channel.Address{Name: p.name, Address: p.email}
		}
	}
	if her.Address == "" {
		return nil // known by her device only
	}
	_, domain, _ := strings.Cut(her.Address, "@")
	var none struct{}
	return b.Letters.Update(ctx, vis.System(b.ws), &none, func(tx post.Tx) error {
		first := true
		for _, m := range thread {
			if m.Kind != desk.KindMessage || m.Channel != b.channels["email"].ID {
				continue
			}
			subject := french(t.subject)
			if !first {
				subject = "Re: " + subject
			}
			first = false
			l := post.Letter{Message: m.ID, Conversation: id, Channel: m.Channel, Outward: m.Author != desk.AuthorCustomer,
				Body: post.Body{MessageID: string(m.ID) + "@" + domain, From: her, To: []channel.Address{us}, Subject: subject, SentAt: m.CreatedAt, Class: channel.Ordinary,
					Trust: channel.Trust{Proof: channel.Proved, DKIM: "pass", SPF: "none", DMARC: "pass", Signer: domain}}}
			if l.Outward {
				l.Body = post.Body{MessageID: string(m.ID) + "@arzel.example", From: us, To: []channel.Address{her}, Subject: subject, SentAt: m.CreatedAt}
				if err := tx.InsertSending(ctx, b.sent(t, l, m)); err != nil {
					return err
				}
			}
			if err := tx.InsertLetter(ctx, l); err != nil {
				return err
			}
			if err := tx.InsertLetterID(ctx, post.LetterID{Channel: m.Channel, ID: l.Body.MessageID, Message: m.ID, Conversation: id, Outward: l.Outward}); err != nil {
				return err
			}
		}
		if t.customer != "camille" {
			return nil
		}
		return tx.SaveParticipant(ctx, post.Participant{Conversation: id, Address: "ronan.lebihan@courriel.example", Name: "Ronan Le Bihan", Rights: post.Asked, CreatedAt: b.now})
	})
}

// sent is how an answer left: all arrived but the one to somebody whose mailbox was full.
func (b *builder) sent(t tale, l post.Letter, m desk.Message) post.Sending {
	s := post.Sending{ID: vis.SendingID(b.Mint.ID(m.CreatedAt)), Channel: m.Channel, Kind: post.Reply, Conversation: l.Conversation, Message: m.ID, LetterID: l.Body.MessageID,
		Draft: post.Draft{EnvelopeFrom: mailAddress, From: l.Body.From, ReplyTo: l.Body.From, To: l.Body.To, Subject: l.Body.Subject, Text: m.Text, Language: "fr"},
		State: post.Sent, Tries: 1, CreatedAt: m.CreatedAt, ChangedAt: m.CreatedAt.Add(2 * time.Second), NextAt: m.CreatedAt}
	if t.customer == "pieter" {
		s.State, s.Problem, s.Answer = post.Bounced, "mailbox-full", "552 5.2.2 The mailbox is full"
		s.Outcomes = map[string]channel.Outcome{l.Body.To[0].Address: {State: channel.OutRefused, Problem: s.Problem, Answer: s.Answer}}
	}
	return s
}

// undecided brings letters in that a program cannot decide on.
func (b *builder) undecided(ctx context.Context) error {
	room := post.New(post.Options{DB: b.Letters, Desk: b.desk, Channels: b.channel, Blobs: blob.Whole{Store: b.Blobs, Max: channel.MaxRaw}, Keys: b.Keys, Clock: vis.ClockFunc(func() time.Time { return b.now }),
		Mint: b.Mint, Log: b.Log})
	in := room.Intake(b.ws, b.channels["email"].ID)
	for _, raw := range []string{undelivered, catalogue()} {
		if _, err := in.Keep(ctx, channel.Raw{Remote: "INBOX", Bytes: []byte(strings.ReplaceAll(raw, "\n", "\r\n"))}); err != nil {
			return err
		}
	}
	for room.ReadOnce(ctx) > 0 {
		continue
	}
	return nil
}

// undelivered says that a letter did not arrive which nobody here has written.
const undelivered = `From: Mail Delivery System <mailer-daemon@relais.example>
To: atelier@arzel.example
Subject: Undelivered mail returned to sender
Message-ID: <a81f@relais.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=utf-8

Your message could not be delivered to garage.duval@nulle-part.example.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; relais.example

Final-Recipient: rfc822; garage.duval@nulle-part.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such user

--part
Content-Type: text/rfc822-headers

Message-ID: <somebody-elses@nulle-part.example>
Subject: Bon de commande

--part--
`

// catalogue has more parts than any letter of a person.
func catalogue() string {
	var b strings.Builder
	b.WriteString("From: Pièces & Co <catalogue@pieces.example>\nTo: atelier@arzel.example\nSubject: Catalogue de printemps, 400 fiches\nMessage-ID: <catalogue@pieces.example>\n" +
		"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"fiche\"\n\n")
	for i := range 400 {
		fmt.Fprintf(&b, "--fiche\nContent-Type: text/plain; name=\"fiche-%03d.txt\"\n\nFiche %d\n", i, i)
	}
	b.WriteString("--fiche--\n")
	return b.String()
}
