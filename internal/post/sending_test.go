package post_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/post"
	"visavis/internal/vis"
)

// asked has Camille write a letter.
func (h *house) asked() desk.Conversation {
	h.Helper()
	h.arrives(letter("one@mel", "Mon colis", "Bonjour, où est mon colis ? Je vous remercie pour votre réponse."))
	return h.only()
}

func (h *house) sending(id vis.ConversationID) post.Sending {
	h.Helper()
	all := h.letters(id).Sendings
	if len(all) == 0 {
		h.Fatal("nothing leaves")
	}
	return all[len(all)-1]
}

func TestAnAnswerLeavesAsALetterToHer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.now = h.now.Add(-time.Second)
	l := letter("one@mel", "RE : Mon colis", "Bonjour, où est mon colis ? Je vous remercie pour votre réponse.")
	l.To = []channel.Address{{Address: "pro@arzel.example"}}
	h.arrives(l)
	c := h.only()
	m := h.replies(c.ID, desk.Outbound{Text: "Il arrive demain.", Letter: &desk.Head{Quote: true}})
	if m.Channel != h.mail.ID {
		t.Errorf("said on %s", m.Channel)
	}
	out := h.sends()
	if out.Subject != "Re: Mon colis" || out.From != (channel.Address{Name: "Léa · Arzel Pro", Address: "pro@arzel.example"}) || out.Language != "fr" ||
		len(out.To) != 1 || out.To[0].Address != "camille@mel.example" || out.InReplyTo != "one@mel" || !slices.Equal(out.References, []string{"one@mel"}) ||
		out.Text != "Il arrive demain." || out.Signature != "Léa\nArzel Pro" || out.Quote == nil || out.Quote.Text != l.Text || out.LoopToken == "" {
		t.Errorf("what left: %+v", out)
	}
	if !strings.HasPrefix(out.ReplyTo.Address, "pro+") || !strings.HasSuffix(out.MessageID, "@arzel.example") {
		t.Errorf("answers go to %s, the id is %s", out.ReplyTo.Address, out.MessageID)
	}
	s := h.sending(c.ID)
	if s.State != post.Sent || s.Message != m.ID || s.Draft.EnvelopeFrom == "" || strings.Contains(s.Draft.EnvelopeFrom, out.ReplyTo.Address) {
		t.Errorf("the sending is %+v", s)
	}
	if raw, err := h.post.RawLetter(h.ctx, h.lea, m.ID); err != nil || !json.Valid(raw) {
		t.Errorf("its bytes: %v", err)
	}
}

func TestAChatIsAnsweredByLetterToAnAddressThatTheAgentChose(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	arrived, err := h.desk.StartVisit(h.ctx, h.ws, desk.Arrival{Channel: h.chat.ID, Locale: "en", Claim: &channel.Claim{Subject: "7", Email: "ada@mel.example", Name: "Ada"}})
	h.ok(err)
	ada := vis.Actor{Workspace: h.ws, Kind: vis.ByCustomer, ID: string(arrived.Customer.ID)}
	got, err := h.desk.Receive(h.ctx, ada, desk.Inbound{Channel: h.chat.ID, Text: "Are you there?", ClientID: h.mint.ID(h.now)})
	h.ok(err)
	h.replies(got.Conversation.ID, desk.Outbound{Text: "Here by mail.", Channel: h.mail.ID})
	out := h.sends()
	if len(out.To) != 1 || out.To[0].Address != "ada@mel.example" || out.Language != "en" {
		t.Errorf("it went to %+v in %s", out.To, out.Language)
	}
	back := letter("two@mel", "Re: "+out.Subject, "Thank you!")
	back.From, back.Delivered, back.Trust.Proof = channel.Address{Address: "ada@mel.example"}, []string{out.ReplyTo.Address}, channel.Unproved
	h.arrives(back)
	all, err := h.desk.Thread(h.ctx, ada, got.Conversation.ID, desk.Range{Limit: 10})
	h.ok(err)
	if len(all) != 3 || all[2].Text != "Thank you!" || all[2].AuthorID != ada.ID || all[2].Channel != h.mail.ID {
		t.Errorf("she sees on the site: %+v", all)
	}
	if c, err := h.desk.Conversation(h.ctx, h.lea, got.Conversation.ID); err != nil || c.Channel != h.mail.ID {
		t.Errorf("she is answered on %s %v", c.Channel, err)
	}
}

func TestALetterThatWouldReachNobodyIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.asked()
	for _, head := range []desk.Head{
		{To: []channel.Address{{Address: "nobody"}}},
		{To: []channel.Address{{Address: "a@b.example"}}, Cc: []channel.Address{{Address: "x y@z"}}},
		{To: []channel.Address{{Address: "bonjour@arzel.example"}}},
		{To: []channel.Address{{Address: "a@b.example\r\nBcc: x@y.example"}}},
	} {
		_, err := h.desk.Reply(h.ctx, h.lea, c.ID, desk.Outbound{Text: "x", Letter: &head})
		h.wantReason(err, "invalid_field")
	}
	if n := len(h.thread(c.ID)); n != 1 {
		t.Errorf("%d messages were said for all that", n)
	}
}

// E-05: who was in Cc is sent nothing before a member decides, and is then.
func TestWhoJoinedIsSentNothingBeforeAMemberDecides(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	l := letter("one@mel", "Mon colis", "Où est-il ?")
	l.Cc = []channel.Address{{Name: "Mallory", Address: "mallory@else.example"}, {Address: "pro@arzel.example"}}
	h.arrives(l)
	c := h.only()
	if p := h.letters(c.ID).Participants; len(p) != 1 || p[0].Rights != post.Asked {
		t.Fatalf("participants %+v", p)
	}
	h.replies(c.ID, desk.Outbound{Text: "Un"})
	if out := h.sends(); len(out.Cc) != 0 {
		t.Errorf("sent to %+v", out.Cc)
	}
	_, err := h.post.Decide(h.ctx, h.lea, c.ID, "mallory@else.example", post.Granted)
	h.ok(err)
	h.replies(c.ID, desk.Outbound{Text: "Deux"})
	if out := h.sends(); len(out.Cc) != 1 {
		t.Errorf("sent to %+v", out.Cc)
	}
	_, err = h.post.Decide(h.ctx, h.lea, c.ID, "somebody@else.example", post.Granted)
	if vis.CodeOf(err) != vis.NotFound {
		t.Errorf("somebody who is not there: %v", err)
	}
}

// K-18, K-19: each way an attempt can end, and what comes of it.
func TestWhatComesOfAnAttempt(t *testing.T) {
	t.Parallel()
	deferred := channel.Outcome{State: channel.OutDeferred, Problem: "greylisted", Answer: "451 4.7.1 later"}
	for name, c := range map[string]struct {
		answers []channel.Outcome
		want    []post.SendingState
	}{
		"taken":                     {nil, []post.SendingState{post.Sent}},
		"not now, then taken":       {[]channel.Outcome{deferred}, []post.SendingState{post.ToSend, post.Sent}},
		"never":                     {[]channel.Outcome{{State: channel.OutRefused, Problem: "mailbox-unknown"}}, []post.SendingState{post.Failed, post.Failed}},
		"cut after the last byte":   {[]channel.Outcome{{State: channel.OutUnknown, Problem: "no-answer"}}, []post.SendingState{post.Unknown, post.Sent}},
		"not now, again and again":  {[]channel.Outcome{deferred, deferred, deferred}, []post.SendingState{post.ToSend, post.ToSend, post.ToSend, post.Sent}},
		"cut, then never after all": {[]channel.Outcome{{State: channel.OutUnknown}, {State: channel.OutRefused, Problem: "policy"}}, []post.SendingState{post.Unknown, post.Failed}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			conversation := h.asked()
			h.replies(conversation.ID, desk.Outbound{Text: "Voilà", Resolve: true})
			h.wire.answers = c.answers
			var bytes []string
			for i, want := range c.want {
				h.post.SendOnce(h.ctx)
				if got := h.sending(conversation.ID); got.State != want {
					t.Fatalf("after attempt %d: %s, want %s", i+1, got.State, want)
				}
				h.now = h.now.Add(5 * time.Hour)
			}
			for _, l := range h.wire.left {
				bytes = append(bytes, l.raw)
			}
			if len(slices.Compact(bytes)) != 1 {
				t.Error("attempts differ in what they sent")
			}
			failed := c.want[len(c.want)-1] == post.Failed
			if is, err := h.desk.Conversation(h.ctx, h.lea, conversation.ID); err != nil || (is.State == desk.Open) != failed || (len(h.bells.rang) == 1) != failed {
				t.Errorf("the conversation is %s, the bell rang %d times, %v", is.State, len(h.bells.rang), err)
			}
		})
	}
}

// K-18: of several recipients those that were reached are not written to again.
func TestWhoWasReachedIsNotWrittenToAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.asked()
	h.replies(c.ID, desk.Outbound{Text: "Voilà", Letter: &desk.Head{Cc: []channel.Address{{Address: "b@mel.example"}, {Address: "c@mel.example"}}}})
	h.wire.answers = []channel.Outcome{{State: channel.OutDeferred, Recipients: map[string]channel.Outcome{"camille@mel.example": {State: channel.OutSent},
		"b@mel.example": {State: channel.OutRefused, Problem: "mailbox-unknown"}, "c@mel.example": {State: channel.OutDeferred, Problem: "mailbox-full"}}}}
	h.post.SendOnce(h.ctx)
	if s := h.sending(c.ID); s.State != post.ToSend || s.Problem != "mailbox-full" {
		t.Errorf("after the first attempt: %s, %s", s.State, s.Problem)
	}
	h.now = h.now.Add(time.Hour)
	h.post.SendOnce(h.ctx)
	if to := h.wire.left[1].to; !slices.Equal(to, []string{"c@mel.example"}) {
		t.Errorf("written to again: %q", to)
	}
	s := h.sending(c.ID)
	if s.State != post.Failed || s.Problem != "mailbox-unknown" {
		t.Errorf("in the end: %s, %s", s.State, s.Problem)
	}
	again, err := h.post.SendAgain(h.ctx, h.lea, s.ID)
	h.ok(err)
	h.post.SendOnce(h.ctx)
	if to := h.wire.left[2].to; again.State != post.ToSend || !slices.Equal(to, []string{"b@mel.example"}) || h.sending(c.ID).State != post.Sent {
		t.Errorf("tried again: %s to %q", again.State, to)
	}
}

// K-20: letters of one conversation leave in the order in which they were written, however long the other side is away; and after three
// days nobody is kept waiting in the belief that they will.
func TestLettersKeepTheirOrderAndAreGivenUpVisibly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.asked()
	for _, words := range []string{"Un", "Deux", "Trois"} {
		h.replies(c.ID, desk.Outbound{Text: words})
	}
	away := channel.Outcome{State: channel.OutDeferred, Problem: "no-connection"}
	h.wire.answers = []channel.Outcome{away, away}
	for range 2 {
		h.post.SendOnce(h.ctx)
		h.now = h.now.Add(12 * time.Hour)
	}
	for range 5 {
		h.post.SendOnce(h.ctx)
		h.now = h.now.Add(time.Minute)
	}
	var order []string
	for _, l := range h.wire.left {
		var out channel.Out
		h.ok(json.Unmarshal([]byte(l.raw), &out))
		order = append(order, out.Text)
	}
	if !slices.Equal(order, []string{"Un", "Un", "Un", "Deux", "Trois"}) {
		t.Errorf("they left as %q", order)
	}
	h.replies(c.ID, desk.Outbound{Text: "Quatre"})
	h.wire.answers = slices.Repeat([]channel.Outcome{away}, 100)
	for range 50 {
		h.post.SendOnce(h.ctx)
		h.now = h.now.Add(4 * time.Hour)
	}
	if s := h.sending(c.ID); s.State != post.Failed || s.Problem != "no-connection" || len(h.bells.rang) != 1 {
		t.Errorf("after a week: %s, %s; the bell rang %d times", s.State, s.Problem, len(h.bells.rang))
	}
	n, err := h.post.Counts(h.ctx, h.lea)
	if l, e := h.post.Sendings(h.ctx, h.lea, nil, vis.Page{}); err != nil || e != nil || n.Failed != 1 || len(l.Items) != 1 {
		t.Errorf("counted %+v, listed %d, %v %v", n, len(l.Items), err, e)
	}
}

// A letter that cannot be written is shown as such at once, and not tried for ever.
func TestALetterThatCannotBeWrittenFailsVisibly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.asked()
	h.replies(c.ID, desk.Outbound{Text: "unwritable"})
	h.post.SendOnce(h.ctx)
	if s := h.sending(c.ID); s.State != post.Failed || s.Problem != "unsendable" || len(h.wire.left) != 0 || len(h.bells.rang) != 1 {
		t.Errorf("it is %s, %s: %s", s.State, s.Problem, s.Answer)
	}
}

func TestALetterIsTakenBackOnlyWhileItWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.asked()
	h.replies(c.ID, desk.Outbound{Text: "Un"})
	_, err := h.post.Cancel(h.ctx, h.lea, h.sending(c.ID).ID)
	h.ok(err)
	if n := h.post.SendOnce(h.ctx); n != 0 || len(h.wire.left) != 0 {
		t.Errorf("%d left all the same", n)
	}
	h.replies(c.ID, desk.Outbound{Text: "Deux"})
	h.post.SendOnce(h.ctx)
	_, err = h.post.Cancel(h.ctx, h.lea, h.sending(c.ID).ID)
	h.wantReason(err, "sending_left")
}

// E-18: only the return path that we gave a letter proves that it did not arrive.
func TestABounceIsBelievedByItsReturnPathOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.asked()
	h.replies(c.ID, desk.Outbound{Text: "Voilà", Resolve: true})
	out := h.sends()
	report := channel.Letter{MessageID: "dsn@mel", From: channel.Address{Address: "mailer-daemon@mel.example"}, Class: channel.Bounced,
		Bounce: &channel.Bounce{MessageID: out.MessageID, Permanent: true, Recipients: []channel.BouncedRecipient{{Address: "camille@mel.example", Status: "5.1.1", Answer: "550 5.1.1 no such user"}}}}
	report.Delivered = []string{out.ReplyTo.Address} // a token, of the wrong kind
	h.arrives(report)
	if s := h.sending(c.ID); s.State != post.Sent {
		t.Errorf("a forged report: %s", s.State)
	}
	if q := h.arrivals(post.Quarantined); len(q) != 1 || q[0].Reason != post.ReasonBounceUnknown {
		t.Errorf("it is %+v", q)
	}
	report.MessageID, report.Delivered = "dsn2@mel", []string{h.sending(c.ID).Draft.EnvelopeFrom}
	late := report
	late.MessageID, late.Bounce = "dsn3@mel", &channel.Bounce{Delayed: true, Recipients: []channel.BouncedRecipient{{Address: "camille@mel.example", Status: "4.4.1"}}}
	h.arrives(late)
	if s := h.sending(c.ID); s.State != post.Sent || s.Problem != "no-connection" {
		t.Errorf("late: %s, %s", s.State, s.Problem)
	}
	h.arrives(report)
	s := h.sending(c.ID)
	if s.State != post.Bounced || s.Problem != "mailbox-unknown" || s.Outcomes["camille@mel.example"].State != channel.OutRefused {
		t.Errorf("bounced: %+v", s)
	}
	if is, err := h.desk.Conversation(h.ctx, h.lea, c.ID); err != nil || is.State != desk.Open || len(h.bells.rang) != 1 {
		t.Errorf("the conversation is %s, %d bells, %v", is.State, len(h.bells.rang), err)
	}
}

func TestAReceiptSaysThatALetterWasRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.asked()
	h.replies(c.ID, desk.Outbound{Text: "Voilà"})
	out := h.sends()
	for i, from := range []string{"mallory@else.example", "camille@mel.example"} {
		l := channel.Letter{MessageID: "mdn" + from, From: channel.Address{Address: from}, Class: channel.WasRead,
			Receipt: &channel.ReadReceipt{MessageID: out.MessageID, Displayed: true}}
		h.arrives(l)
		if read := !h.sending(c.ID).ReadAt.IsZero(); read != (i == 1) {
			t.Errorf("after a receipt of %s: read %v", from, read)
		}
	}
	if len(h.arrivals(post.Quarantined)) != 0 || len(h.conversations()) != 1 {
		t.Error("receipts trouble people")
	}
}

// K-42: a server that takes no letters is told of within five minutes, by the attempts that are made anyway.
func TestAServerThatTakesNoLettersIsToldWithinFiveMinutes(t *testing.T) {
	t.Parallel()
	for problem, within := range map[string]time.Duration{"no-connection": 4 * time.Minute, "no-such-host": 4 * time.Minute, "sign-in-refused": 0} {
		h := newHouse(t)
		h.replies(h.asked().ID, desk.Outbound{Text: "Là."})
		h.wire.answers = slices.Repeat([]channel.Outcome{{State: channel.OutDeferred, Problem: problem, Answer: "no"}}, 10)
		var told channel.Health
		for began := h.now; told.State != channel.Broken && h.now.Sub(began) <= within; h.now = h.now.Add(5 * time.Second) {
			h.post.SendOnce(h.ctx)
			all, err := h.post.Health(h.ctx, h.lea)
			h.ok(err)
			told = all[h.mail.ID][len(all[h.mail.ID])-1]
		}
		if told.Part != "out" || told.State != channel.Broken || told.Problem != problem || told.Answer != "no" {
			t.Errorf("%s: after %s people see %+v", problem, within, told)
		}
	}
}

// K-42, K-20: what keeps all letters from leaving is told of the channel, at once if it needs a person; what keeps one is not.
func TestWhyNothingLeavesIsToldOfTheChannel(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.arrives(letter("one@mel", "Mon colis", "Où est-il ?"))
	h.replies(h.only().ID, desk.Outbound{Text: "Là."})
	for _, step := range []struct {
		answer channel.Outcome
		after  time.Duration
		want   channel.HealthState
	}{
		{channel.Outcome{State: channel.OutDeferred, Problem: "greylisted"}, 0, channel.Healthy},
		{channel.Outcome{State: channel.OutDeferred, Problem: "no-connection"}, 90 * time.Second, channel.Trying},
		{channel.Outcome{State: channel.OutDeferred, Problem: "no-connection"}, 10 * time.Minute, channel.Broken},
		{channel.Outcome{State: channel.OutDeferred, Problem: "certificate", Answer: "expired"}, time.Hour, channel.Broken},
		{channel.Outcome{State: channel.OutSent}, 6 * time.Hour, channel.Healthy},
	} {
		h.now = h.now.Add(step.after)
		h.wire.answers = []channel.Outcome{step.answer}
		if n := h.post.SendOnce(h.ctx); n != 1 {
			t.Fatalf("%+v: %d attempts", step, n)
		}
		all, err := h.post.Health(h.ctx, h.lea)
		h.ok(err)
		out := all[h.mail.ID][len(all[h.mail.ID])-1]
		if out.Part != "out" || out.State != step.want || (out.Problem == "") != (step.want == channel.Healthy) || out.Answer != step.answer.Answer {
			t.Errorf("%+v: %+v", step, out)
		}
	}
}
