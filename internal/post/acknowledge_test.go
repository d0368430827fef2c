package post_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/post"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// acknowledges lets the timers of all that was filed ring, twice, and sends what comes of it.
func (h *house) acknowledges() (out []channel.Out) {
	h.Helper()
	h.now = h.now.Add(15 * time.Second)
	before := len(h.wire.left)
	for _, a := range h.arrivals(post.Filed) {
		for range 2 {
			h.ok(h.post.Effects()[post.TimerAcknowledge](h.ctx, jobs.Timer{Workspace: h.ws, Kind: post.TimerAcknowledge, Key: string(a.Message)}))
		}
	}
	for h.post.SendOnce(h.ctx) > 0 {
		continue
	}
	for _, l := range h.wire.left[before:] {
		var o channel.Out
		h.ok(json.Unmarshal([]byte(l.raw), &o))
		out = append(out, o)
	}
	return out
}

// owed promises an answer in a conversation.
func (h *house) owed(c desk.Conversation, due time.Time) {
	h.Helper()
	h.ok(h.store.Routing().Update(h.ctx, vis.System(h.ws), nil, func(tx routing.Tx) error {
		return tx.InsertPromise(h.ctx, routing.Promise{ID: vis.PromiseID(h.mint.ID(h.now)), Conversation: c.ID, Channel: c.Channel, Kind: routing.First,
			State: routing.Running, MadeAt: h.now, DueAt: due, Version: 1})
	}))
}

// Letters that lay in a mailbox before it was fetched from are kept, and nobody is told years later that hers arrived.
func TestALetterOfLongAgoIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.wire.acknowledges = true
	for days, want := range map[int]int{400: 0, 4: 0, 2: 1} {
		l := letter(fmt.Sprintf("%d@mel", days), "Mon colis", fmt.Sprintf("Où est-il depuis %d jours ?", days))
		l.From.Address, l.SentAt = fmt.Sprintf("c%d@mel.example", days), h.now.AddDate(0, 0, -days)
		h.arrives(l)
		if out := h.acknowledges(); len(out) != want {
			t.Errorf("%d days later %d letters left, want %d", days, len(out), want)
		}
	}
}

func TestSheIsToldThatHerLetterArrivedAndByWhenSheIsAnswered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.wire.acknowledges = true
	c := h.asked()
	c, err := h.desk.Assign(h.ctx, h.lea, c.ID, h.lea.Member(), "", c.Version)
	h.ok(err)
	h.owed(c, time.Date(2026, 3, 2, 13, 5, 0, 0, time.UTC))
	out := h.acknowledges()
	if len(out) != 1 {
		t.Fatalf("%d letters left", len(out))
	}
	o := out[0]
	if !o.Automatic || o.Subject != "Re: Mon colis" || o.Language != "fr" || o.InReplyTo != "one@mel" || o.Signature != "Arzel" ||
		!strings.Contains(o.Text, "Léa ou quelqu’un de son équipe vous répond avant 14 h 05 (heure de Paris).") {
		t.Errorf("what left: %+v", o)
	}
	if s := h.sending(c.ID); s.Kind != post.Acknowledgement || s.State != post.Sent || s.Draft.EnvelopeFrom != "" {
		t.Errorf("the sending is %+v", s)
	}
	is, err := h.desk.Conversation(h.ctx, h.lea, c.ID)
	h.ok(err)
	said := h.thread(c.ID)
	if is.WaitingSince.IsZero() || is.Preview.Author != desk.AuthorCustomer || len(said) != 2 || said[1].Author != desk.AuthorSystem || said[1].Text != o.Text {
		t.Errorf("the conversation is %+v, said %+v", is, said)
	}
	back := letter("two@mel", "Re: Mon colis", "Merci")
	back.Delivered = []string{o.ReplyTo.Address}
	h.arrives(back)
	if n := len(h.acknowledges()); n != 0 || len(h.thread(c.ID)) != 3 {
		t.Errorf("told again the same day: %d", n)
	}
	h.now = h.now.Add(24 * time.Hour)
	h.arrives(letter("three@mel", "Encore", "Je vous écris pour mon vélo"))
	if n := len(h.acknowledges()); n != 1 {
		t.Errorf("on another day she is told %d times", n)
	}
}

// E-15: machines, lists and what goes in circles are told nothing; nor is anybody when a channel does not ask for it.
func TestWhoIsToldNothing(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(h *house, l *channel.Letter){
		"a machine":                           func(_ *house, l *channel.Letter) { l.Class = channel.Automatic },
		"a list":                              func(_ *house, l *channel.Letter) { l.Class = channel.ListPost },
		"a list that calls itself a person":   func(_ *house, l *channel.Letter) { l.List = &channel.MailingList{ID: "all.mel.example"} },
		"what passed here before":             func(_ *house, l *channel.Letter) { l.Loop = true },
		"an address that its domain disowns":  func(_ *house, l *channel.Letter) { l.Trust.Proof = channel.Disproof },
		"several senders":                     func(_ *house, l *channel.Letter) { l.Trust.Ambiguous = true },
		"ourselves":                           func(_ *house, l *channel.Letter) { l.From.Address = "pro@arzel.example" },
		"anybody, when the channel is so set": func(h *house, _ *channel.Letter) { h.wire.acknowledges = false },
		"somebody whose letter was passed on": func(_ *house, l *channel.Letter) {
			inner := *l
			l.From.Address, l.Forwarded = "lea@arzel.example", &inner
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.wire.acknowledges = true
			l := letter("one@mel", "Mon colis", "Où est-il ?")
			change(h, &l)
			h.arrives(l)
			if out := h.acknowledges(); len(out) != 0 {
				t.Errorf("told: %+v", out)
			}
		})
	}
}

// E-16, E-19, X-12: whoever names somebody else as the sender has us say nothing of his, and once a day.
func TestNothingOfAnUnprovedLetterIsSaidBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.wire.acknowledges = true
	for _, id := range []string{"evil1@mel", "evil2@mel", "evil3@mel"} {
		l := letter(id, "EVIL offer <b>EVIL</b>", "EVIL words, you have won")
		l.From.Name, l.Trust.Proof = "EVIL name", channel.Unproved
		l.ReplyTo = []channel.Address{{Address: "evil@else.example"}}
		h.arrives(l)
	}
	out := h.acknowledges()
	if len(out) != 1 {
		t.Fatalf("%d letters left", len(out))
	}
	raw, err := json.Marshal(out[0])
	h.ok(err)
	if strings.Contains(strings.ToLower(string(raw)), "evil") || out[0].To[0].Address != "camille@mel.example" {
		t.Errorf("what left: %s", raw)
	}
}

func TestWhoWasAnsweredAlreadyIsNotTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.wire.acknowledges = true
	c := h.asked()
	h.replies(c.ID, desk.Outbound{Text: "Il arrive."})
	if out := h.acknowledges(); len(out) != 1 || out[0].Automatic {
		t.Errorf("what left: %+v", out)
	}
}

// An acknowledgement that could not leave yet does not hold up the answer.
func TestAnAnswerTakesThePlaceOfAnAcknowledgementThatWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.wire.acknowledges = true
	h.wire.answers = []channel.Outcome{{State: channel.OutDeferred, Problem: "greylisted"}}
	c := h.asked()
	h.acknowledges()
	h.replies(c.ID, desk.Outbound{Text: "Il arrive."})
	if out := h.sends(); out.Text != "Il arrive." {
		t.Errorf("what left: %+v", out)
	}
	if s := h.letters(c.ID).Sendings; len(s) != 2 || s[0].State != post.Cancelled || s[1].State != post.Sent {
		t.Errorf("the sendings are %+v", s)
	}
}
