package post_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/post"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// beginning is a letter to Camille that begins a conversation.
func (h *house) beginning() post.Beginning {
	return post.Beginning{Out: desk.Outbound{Text: "Votre vélo est prêt.", Channel: h.mail.ID, Letter: &desk.Head{Subject: "Votre vélo",
		To: []channel.Address{{Name: "Camille", Address: "Camille@mel.example"}}}}}
}

func (h *house) begins(in post.Beginning) desk.Received {
	h.Helper()
	got, err := h.post.Begin(h.ctx, h.lea, in)
	h.ok(err)
	return got
}

func TestAMemberWritesFirstAndTheAnswerFindsItsWay(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(h *house) {
		_, head, err := h.desk.Events(h.ctx, h.lea, 0, 1)
		h.ok(err)
		c := h.begins(h.beginning()).Conversation
		if c.Assignee != h.lea.Member() || c.Subject != "Votre vélo" || !c.WaitingSince.IsZero() || c.State != desk.Open || c.Customer.Name != "Camille" || c.Customer.Verified {
			h.Errorf("begun: %+v", c)
		}
		events, _, err := h.desk.Events(h.ctx, h.lea, head, 10)
		h.ok(err)
		var types []string
		for _, e := range events {
			types = append(types, string(e.Type))
		}
		if got := strings.Join(types, " "); got != "conversation.started conversation.assigned message.sent" {
			h.Errorf("told: %s", got)
		}
		out := h.sends()
		if out.Subject != "Votre vélo" || out.From != (channel.Address{Name: "Léa · Arzel", Address: "bonjour@arzel.example"}) || out.InReplyTo != "" ||
			len(out.To) != 1 || out.To[0] != (channel.Address{Name: "Camille", Address: "camille@mel.example"}) || out.Language != "fr" || out.Automatic {
			h.Errorf("what left: %+v", out)
		}
		back := letter("one@mel", "Re: Votre vélo", "Merci, je passe demain.")
		back.Delivered = []string{out.ReplyTo.Address}
		h.arrives(back)
		is := h.only()
		if said := h.thread(c.ID); is.ID != c.ID || len(said) != 2 || said[1].AuthorID != string(c.Customer.ID) || is.WaitingSince.IsZero() {
			h.Errorf("she answered into %+v: %+v", is, said)
		}
	})
}

func TestALetterBeginsFromTheChosenAddressToAKnownCustomer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	asked := h.asked()
	in := h.beginning()
	in.Customer, in.Out.Letter.To, in.Out.Letter.From = asked.Customer.ID, nil, "pro@arzel.example"
	got := h.begins(in)
	if out := h.sends(); out.From != (channel.Address{Name: "Léa · Arzel Pro", Address: "pro@arzel.example"}) || out.To[0].Address != "camille@mel.example" {
		t.Errorf("what left: %+v", out)
	}
	if got.Conversation.ID == asked.ID || got.Conversation.Customer.ID != asked.Customer.ID {
		t.Errorf("begun: %+v", got.Conversation)
	}
	in.Customer, in.Out.Letter.From = "", ""
	in.Out.Letter.To = []channel.Address{{Address: "camille@mel.example"}}
	if again := h.begins(in); again.Conversation.Customer.ID != asked.Customer.ID {
		t.Error("her proved address makes another customer")
	}
}

// Nobody is owed anything before she answers; her answer is a question like any other.
func TestWhoIsWrittenToFirstDoesNotWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	channels := channel.New(h.store.Channels(), vis.ClockFunc(func() time.Time { return h.now }), h.mint, plain{}, h.wire)
	route := routing.New(h.store.Routing(), h.desk, channels, nil, nil, vis.ClockFunc(func() time.Time { return h.now }), h.mint, nil)
	_, err := route.CreatePolicy(h.ctx, h.lea, routing.Policy{Name: "P", Terms: map[routing.PromiseKind]routing.Term{routing.First: {For: time.Hour}, routing.Next: {For: time.Hour}}})
	h.ok(err)
	c := h.begins(h.beginning()).Conversation
	h.ok(route.CatchUp(h.ctx, h.ws))
	owed := func() []routing.Given {
		t.Helper()
		all, err := route.Promises(h.ctx, h.lea, c.ID)
		h.ok(err)
		return all
	}
	if got := owed(); len(got) != 0 {
		t.Errorf("owed: %+v", got)
	}
	out := h.sends()
	back := letter("one@mel", "Re: Votre vélo", "Merci, je passe demain.")
	back.Delivered = []string{out.ReplyTo.Address}
	h.arrives(back)
	h.ok(route.CatchUp(h.ctx, h.ws))
	if got := owed(); len(got) != 1 || got[0].Kind != routing.Next || got[0].State != routing.Running {
		t.Errorf("owed to her answer: %+v", got)
	}
	if is := h.only(); is.About.Contacts != 0 {
		t.Errorf("she is said to have come %d times", is.About.Contacts)
	}
}

// Whoever typed somebody else's address in the chat reads nothing of what is written to her, and is given none of her letters.
func TestAnAddressTypedInTheChatIsNobodys(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(h *house) {
		arrived, err := h.desk.StartVisit(h.ctx, h.ws, desk.Arrival{Channel: h.chat.ID})
		h.ok(err)
		mallory := vis.Actor{Workspace: h.ws, Kind: vis.ByCustomer, ID: string(arrived.Customer.ID)}
		_, err = h.desk.Introduce(h.ctx, mallory, desk.Introduction{Email: new("camille@mel.example")})
		h.ok(err)
		c := h.begins(h.beginning()).Conversation
		hers := letter("two@mel", "Autre chose", "C’est un secret.")
		hers.Trust.Proof = channel.Unproved
		h.arrives(hers)
		for _, one := range h.conversations() {
			if string(one.Customer.ID) == mallory.ID {
				h.Errorf("the visitor is given %q", one.Subject)
			}
			if one.Customer.ID != c.Customer.ID {
				h.Error("her unproved letter is another customer's than what was written to her")
			}
		}
	})
}

func TestALetterThatBeginsIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	crowd := make([]channel.Address, 51)
	for i := range crowd {
		crowd[i].Address = fmt.Sprintf("a%d@mel.example", i)
	}
	there := h.lea
	there.Workspace = "01900000-0000-7000-8000-00000000beef"
	robot := vis.Actor{Workspace: h.ws, Kind: vis.ByToken, ID: "t", Scopes: []vis.Scope{vis.WriteConversations, vis.ReadCustomers}}
	for name, c := range map[string]struct {
		by     vis.Actor
		change func(in *post.Beginning, head *desk.Head)
		want   vis.Code
	}{
		"by a channel of another workspace": {there, func(*post.Beginning, *desk.Head) {}, vis.Invalid},
		"by a channel that is not there":    {h.lea, func(in *post.Beginning, _ *desk.Head) { in.Out.Channel = "01900000-0000-7000-8000-00000000beef" }, vis.Invalid},
		"by a chat":                         {h.lea, func(in *post.Beginning, _ *desk.Head) { in.Out.Channel = h.chat.ID }, vis.Invalid},
		"to a customer who is not there":    {h.lea, func(in *post.Beginning, _ *desk.Head) { in.Customer = "01900000-0000-7000-8000-00000000beef" }, vis.Invalid},
		"to nobody":                         {h.lea, func(_ *post.Beginning, head *desk.Head) { head.To = nil }, vis.Invalid},
		"to ourselves":                      {h.lea, func(_ *post.Beginning, head *desk.Head) { head.To = []channel.Address{{Address: "PRO@arzel.example"}} }, vis.Invalid},
		"to ourselves with a token": {h.lea, func(_ *post.Beginning, head *desk.Head) {
			head.To = []channel.Address{{Address: "pro+x@arzel.example"}}
		}, vis.Invalid},
		"to no address":              {h.lea, func(_ *post.Beginning, head *desk.Head) { head.To[0].Address = "camille" }, vis.Invalid},
		"to an address of two lines": {h.lea, func(_ *post.Beginning, head *desk.Head) { head.To[0].Address = "a@b.example\r\nBcc: x@y.example" }, vis.Invalid},
		"to 51 people":               {h.lea, func(_ *post.Beginning, head *desk.Head) { head.To = crowd }, vis.Invalid},
		"to 51 people in three lists": {h.lea, func(_ *post.Beginning, head *desk.Head) {
			head.To, head.Cc, head.Bcc = crowd[:17], crowd[17:34], crowd[34:]
		}, vis.Invalid},
		"from an address that is not ours": {h.lea, func(_ *post.Beginning, head *desk.Head) { head.From = "ceo@else.example" }, vis.Invalid},
		"without a subject":                {h.lea, func(_ *post.Beginning, head *desk.Head) { head.Subject = " \r\n " }, vis.Invalid},
		"without words":                    {h.lea, func(in *post.Beginning, _ *desk.Head) { in.Out.Text = "\u200b" }, vis.Invalid},
		"with another's file": {h.lea, func(in *post.Beginning, _ *desk.Head) {
			in.Out.Attachments = []vis.AttachmentID{"01900000-0000-7000-8000-00000000beef"}
		}, vis.Invalid},
		"by a program that may not make customers": {robot, func(*post.Beginning, *desk.Head) {}, vis.Forbidden},
	} {
		in := h.beginning()
		c.change(&in, in.Out.Letter)
		if _, err := h.post.Begin(h.ctx, c.by, in); vis.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(h.conversations()); n != 0 || h.post.SendOnce(h.ctx) != 0 {
		t.Errorf("%d conversations are there for all that", n)
	}
	if found, err := h.desk.Search(h.ctx, h.lea, "mel.example", 10); err != nil || len(found.Customers) != 0 {
		t.Errorf("customers are there for all that: %+v %v", found, err)
	}
}

func TestNothingOfAHeadBreaksIntoAnother(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := h.beginning()
	in.Out.Letter.Subject = "Vélo\r\nBcc: x@else.example\u2028X-Evil: 1"
	in.Out.Letter.To[0].Name = "Camille\r\nCc: y@else.example\x00"
	h.begins(in)
	if out := h.sends(); strings.ContainsAny(out.Subject+out.To[0].Name, "\r\n\x00\u2028") || len(out.Cc) != 0 {
		t.Errorf("what left: %+v", out)
	}
}

// A click that is repeated begins one conversation.
func TestARepeatedBeginningBeginsOnce(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(h *house) {
		by := h.lea
		by.Request = vis.Request{Key: "one", Hash: "x"}
		first, err := h.post.Begin(h.ctx, by, h.beginning())
		h.ok(err)
		again, err := h.post.Begin(h.ctx, by, h.beginning())
		if err != nil || again.Conversation.ID != first.Conversation.ID || again.Message.ID != first.Message.ID || len(h.conversations()) != 1 {
			h.Errorf("begun again: %+v %v", again, err)
		}
		h.sends()
	})
}

func TestWhoseNameALetterComesIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.wire.acknowledges = true
	l := letter("one@mel", "Mon colis", "Bonjour, où est mon colis ?")
	l.From.Name = "CEO of Arzel"
	h.arrives(l)
	c := h.only()
	if out := h.acknowledges(); len(out) != 1 || out[0].From.Name != "Arzel" || out[0].ReplyTo.Name != "Arzel" {
		t.Errorf("a machine's letter: %+v", out)
	}
	h.replies(c.ID, desk.Outbound{Text: "Voilà."})
	if out := h.sends(); out.From.Name != "Léa · Arzel" || out.ReplyTo.Name != "Léa · Arzel" {
		t.Errorf("a member's letter: %+v", out)
	}
	h.wire.brandOnly = true
	h.replies(c.ID, desk.Outbound{Text: "Voilà."})
	if out := h.sends(); out.From.Name != "Arzel" {
		t.Errorf("where only the brand is named: %+v", out)
	}
}

// She is told in the language of what she has just written, otherwise in hers, otherwise in the house's.
func TestTheLanguageOfAnAcknowledgement(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.wire.acknowledges = true
	for words, want := range map[string]string{"Colis 4711 ???": "fr", "Hello, where is my parcel? I have not seen it and would like to know.": "en"} {
		l := letter(want+"@mel", "4711", words)
		l.From.Address = want + "@mel.example"
		h.arrives(l)
		if out := h.acknowledges(); len(out) != 1 || out[0].Language != want {
			t.Errorf("%q is acknowledged with %+v", words, out)
		}
	}
	h.now = h.now.Add(24 * time.Hour)
	l := letter("later@mel", "4711", "Bonjour, je vous remercie pour le colis, et pour votre aide.")
	l.From.Address = "en@mel.example"
	h.arrives(l)
	if out := h.acknowledges(); len(out) != 1 || out[0].Language != "fr" {
		t.Errorf("who wrote in English before: %+v", out)
	}
}
