package desk_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/vis"
)

func TestFirstWordsBeginAConversation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	before := h.head()
	r := h.says(h.visitor(nil, ""), "Bonjour,\nle frein frotte")
	h.wantEvents(before, desk.ConversationStarted, desk.MessageReceived)
	c := h.conversation(r.Conversation.ID)
	if c.Subject != "Bonjour, le frein frotte" || c.State != desk.Open || c.Number != 1 || c.LastPosition != 1 {
		t.Errorf("begun as %+v", c)
	}
	if !c.WaitingSince.Equal(h.now) || c.Preview.Author != desk.AuthorCustomer || c.Assignee != "" {
		t.Errorf("waits since %v, preview %+v, assignee %q", c.WaitingSince, c.Preview, c.Assignee)
	}
}

func TestTheSameWordsTwiceAreOneMessage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.visitor(nil, "")
	in := desk.Inbound{Channel: h.chat.ID, Text: "once", ClientID: h.mint.ID(h.now)}
	first, err := h.desk.Receive(h.ctx, v, in)
	if err != nil {
		t.Fatal(err)
	}
	before := h.head()
	second, err := h.desk.Receive(h.ctx, v, in)
	if err != nil || second.Message.ID != first.Message.ID {
		t.Errorf("again: %+v, %v", second.Message, err)
	}
	h.wantEvents(before)
	in.Text = "other words"
	_, err = h.desk.Receive(h.ctx, v, in)
	wantReason(t, err, "idempotency_mismatch")
	// Another customer may use the same id without meeting this one.
	other, err := h.desk.Receive(h.ctx, h.visitor(nil, ""), in)
	if err != nil || other.Conversation.ID == first.Conversation.ID {
		t.Errorf("another customer's message: %+v, %v", other, err)
	}
}

func TestWhoAnswersOwnsTheConversation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.says(h.visitor(nil, ""), "hello")
	before := h.head()
	h.now = h.now.Add(time.Minute)
	if _, err := h.desk.Reply(h.ctx, h.yann, r.Conversation.ID, desk.Outbound{Text: "hi"}); err != nil {
		t.Fatal(err)
	}
	h.wantEvents(before, desk.ConversationAssigned, desk.MessageSent)
	c := h.conversation(r.Conversation.ID)
	if c.Assignee != h.yann.Member() || !c.WaitingSince.IsZero() {
		t.Errorf("assignee %q, waits since %v", c.Assignee, c.WaitingSince)
	}
	if _, err := h.desk.Reply(h.ctx, h.lea, c.ID, desk.Outbound{Text: "and me"}); err != nil {
		t.Fatal(err)
	}
	if c := h.conversation(c.ID); c.Assignee != h.yann.Member() {
		t.Error("a second answer took the conversation away")
	}
}

func TestReplyAfterResolveIsRefusedUntilTheWriterKnows(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.says(h.visitor(nil, ""), "hello")
	if _, err := h.desk.Resolve(h.ctx, h.yann, r.Conversation.ID, r.Conversation.Version); err != nil {
		t.Fatal(err)
	}
	_, err := h.desk.Reply(h.ctx, h.lea, r.Conversation.ID, desk.Outbound{Text: "late"})
	wantReason(t, err, "conversation_resolved")
	before := h.head()
	if _, err := h.desk.Reply(h.ctx, h.lea, r.Conversation.ID, desk.Outbound{Text: "late", Reopen: true}); err != nil {
		t.Fatal(err)
	}
	h.wantEvents(before, desk.ConversationReopened, desk.ConversationAssigned, desk.MessageSent)
}

func TestAReplyCanResolve(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.says(h.visitor(nil, ""), "thank you")
	if _, err := h.desk.Reply(h.ctx, h.lea, r.Conversation.ID, desk.Outbound{Text: "bye", Resolve: true}); err != nil {
		t.Fatal(err)
	}
	c := h.conversation(r.Conversation.ID)
	if c.State != desk.Resolved || !c.ResolvedAt.Equal(h.now) || c.Preview.Text != "bye" {
		t.Errorf("resolved as %+v", c)
	}
}

func TestTheCustomersWordsWakeAndReopen(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		put  func(h *house, c desk.Conversation) error
		want []vis.EventType
	}{
		{"snoozed until a time", func(h *house, c desk.Conversation) error {
			_, err := h.desk.Snooze(h.ctx, h.lea, c.ID, h.now.Add(time.Hour), false, c.Version)
			return err
		}, []vis.EventType{desk.ConversationWoken, desk.MessageReceived}},
		{"snoozed until she writes", func(h *house, c desk.Conversation) error {
			_, err := h.desk.Snooze(h.ctx, h.lea, c.ID, time.Time{}, true, c.Version)
			return err
		}, []vis.EventType{desk.ConversationWoken, desk.MessageReceived}},
		{"resolved", func(h *house, c desk.Conversation) error {
			_, err := h.desk.Resolve(h.ctx, h.lea, c.ID, c.Version)
			return err
		}, []vis.EventType{desk.ConversationReopened, desk.MessageReceived}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			v := h.visitor(nil, "")
			r := h.says(v, "hello")
			if err := row.put(h, r.Conversation); err != nil {
				t.Fatal(err)
			}
			before := h.head()
			h.now = h.now.Add(time.Minute)
			again, err := h.desk.Receive(h.ctx, v, desk.Inbound{Channel: h.chat.ID, Conversation: r.Conversation.ID, Text: "me again", ClientID: h.mint.ID(h.now)})
			if err != nil {
				t.Fatal(err)
			}
			h.wantEvents(before, row.want...)
			if c := again.Conversation; c.State != desk.Open || !c.SnoozedUntil.IsZero() || c.SnoozedUntilReply || !c.ResolvedAt.IsZero() {
				t.Errorf("open again as %+v", c)
			}
			// The timer, if there was one, is gone: nothing wakes a second time.
			h.now = h.now.Add(2 * time.Hour)
			before = h.head()
			if err := h.desk.Wake(h.ctx, jobs.Timer{Workspace: h.ws, Kind: desk.TimerWake, Key: string(r.Conversation.ID)}); err != nil {
				t.Fatal(err)
			}
			h.wantEvents(before)
		})
	}
}

func TestASnoozeEndsOnceAndNotBeforeItsTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.says(h.visitor(nil, ""), "hello")
	if _, err := h.desk.Snooze(h.ctx, h.lea, r.Conversation.ID, h.now.Add(time.Hour), false, r.Conversation.Version); err != nil {
		t.Fatal(err)
	}
	timer := jobs.Timer{Workspace: h.ws, Kind: desk.TimerWake, Key: string(r.Conversation.ID)}
	before := h.head()
	if err := h.desk.Wake(h.ctx, timer); err != nil {
		t.Fatal(err)
	}
	h.wantEvents(before)
	h.now = h.now.Add(time.Hour)
	for range 3 {
		if err := h.desk.Wake(h.ctx, timer); err != nil {
			t.Fatal(err)
		}
	}
	h.wantEvents(before, desk.ConversationWoken)
	if c := h.conversation(r.Conversation.ID); c.State != desk.Open || !c.LastActivityAt.Equal(h.now) {
		t.Errorf("woken as %+v", c)
	}
}

func TestTwoAgentsAtOnceOneIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.says(h.visitor(nil, ""), "hello")
	seen := r.Conversation.Version
	if _, err := h.desk.Assign(h.ctx, h.yann, r.Conversation.ID, h.yann.Member(), "", seen); err != nil {
		t.Fatal(err)
	}
	_, err := h.desk.Assign(h.ctx, h.lea, r.Conversation.ID, h.lea.Member(), "", seen)
	wantReason(t, err, "conversation_changed")
	if now, ok := err.(*vis.Error).Current.(desk.Conversation); !ok || now.Assignee != h.yann.Member() {
		t.Errorf("the refusal shows %+v", err.(*vis.Error).Current)
	}
}

func TestStatesRefuseWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for name, row := range map[string]struct {
		state desk.State
		do    func(c *desk.Conversation) error
		want  string
	}{
		"snooze a resolved one":       {desk.Resolved, func(c *desk.Conversation) error { return c.Snooze(now.Add(time.Hour), false, now) }, "conversation_resolved"},
		"snooze into the past":        {desk.Open, func(c *desk.Conversation) error { return c.Snooze(now, false, now) }, "invalid_field"},
		"snooze until nothing":        {desk.Open, func(c *desk.Conversation) error { return c.Snooze(time.Time{}, false, now) }, "invalid_field"},
		"snooze until two things":     {desk.Open, func(c *desk.Conversation) error { return c.Snooze(now.Add(time.Hour), true, now) }, "invalid_field"},
		"snooze for a lifetime":       {desk.Open, func(c *desk.Conversation) error { return c.Snooze(now.AddDate(30, 0, 0), false, now) }, "invalid_field"},
		"resolve twice":               {desk.Resolved, func(c *desk.Conversation) error { return c.Resolve(now) }, "conversation_resolved"},
		"reopen what is open":         {desk.Open, func(c *desk.Conversation) error { return c.Reopen() }, "conversation_open"},
		"snooze a snoozed one anew":   {desk.Snoozed, func(c *desk.Conversation) error { return c.Snooze(now.Add(time.Hour), false, now) }, ""},
		"resolve a snoozed one":       {desk.Snoozed, func(c *desk.Conversation) error { return c.Resolve(now) }, ""},
		"reopen a snoozed one":        {desk.Snoozed, func(c *desk.Conversation) error { return c.Reopen() }, ""},
		"snooze until the next words": {desk.Open, func(c *desk.Conversation) error { return c.Snooze(time.Time{}, true, now) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := desk.Conversation{State: row.state}
			err := row.do(&c)
			if row.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantReason(t, err, row.want)
			if c.State != row.state {
				t.Errorf("refused, but now %s", c.State)
			}
		})
	}
}

func TestNotesStayAmongMembers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.visitor(nil, "")
	r := h.says(v, "hello")
	file, err := h.desk.Attach(h.ctx, h.lea, desk.Attachment{Name: "plan.pdf", MediaType: "application/pdf", Size: 3, Blob: strings.Repeat("a", 64)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.desk.WriteNote(h.ctx, h.lea, r.Conversation.ID, "she is right", []vis.AttachmentID{file.ID}); err != nil {
		t.Fatal(err)
	}
	mine, err := h.desk.Thread(h.ctx, v, r.Conversation.ID, desk.Range{})
	if err != nil || len(mine) != 1 || mine[0].Kind != desk.KindMessage {
		t.Errorf("the customer reads %+v, %v", mine, err)
	}
	if _, err := h.desk.Attachment(h.ctx, v, file.ID); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("the customer gets a note's file: %v", err)
	}
	if c := h.conversation(r.Conversation.ID); c.Preview.Text != "hello" || c.WaitingSince.IsZero() {
		t.Errorf("a note changed what the list shows: %+v", c.Preview)
	}
}

func TestAFileGoesOnceAndOnlyWithItsOwnersWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v, other := h.visitor(nil, ""), h.visitor(nil, "")
	file, err := h.desk.Attach(h.ctx, v, desk.Attachment{Name: "a.png", MediaType: "image/png", Size: 3, Width: 1, Height: 1, Blob: strings.Repeat("a", 64)})
	if err != nil {
		t.Fatal(err)
	}
	send := func(by vis.Actor) error {
		_, err := h.desk.Receive(h.ctx, by, desk.Inbound{Channel: h.chat.ID, Attachments: []vis.AttachmentID{file.ID}, ClientID: h.mint.ID(h.now)})
		return err
	}
	wantReason(t, send(other), "invalid_field")
	if _, err := h.desk.Attachment(h.ctx, other, file.ID); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("another customer sees the file: %v", err)
	}
	if _, err := h.desk.Attachment(h.ctx, h.lea, file.ID); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("a member sees a file that was not sent: %v", err)
	}
	if err := send(v); err != nil {
		t.Fatal(err)
	}
	wantReason(t, send(v), "invalid_field")
	if a, err := h.desk.Attachment(h.ctx, h.lea, file.ID); err != nil || a.Message == "" {
		t.Errorf("a member reads %+v, %v", a, err)
	}
}

// Abuse case F-10: what is uploaded and never sent does not fill the disk for ever.
func TestUploadsThatWereNeverSentAreForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.visitor(nil, "")
	upload := func(blob string) vis.AttachmentID {
		a, err := h.desk.Attach(h.ctx, v, desk.Attachment{Name: "a.pdf", MediaType: "application/pdf", Size: 3, Blob: strings.Repeat(blob, 64)})
		if err != nil {
			t.Fatal(err)
		}
		return a.ID
	}
	upload("a")
	upload("b")
	sent := upload("b")
	if _, err := h.desk.Receive(h.ctx, v, desk.Inbound{Channel: h.chat.ID, Attachments: []vis.AttachmentID{sent}, ClientID: h.mint.ID(h.now)}); err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(desk.KeepUploadsFor + time.Minute)
	young := upload("c")
	var gone []string
	forget := func(blob string, before time.Time) error {
		if !before.Equal(h.now.Add(-desk.KeepUploadsFor)) {
			t.Errorf("spares what is younger than %v", before)
		}
		gone = append(gone, blob[:1])
		return nil
	}
	if err := h.desk.ForgetUploads(h.ctx, h.ws, forget); err != nil || len(gone) != 1 || gone[0] != "a" {
		t.Errorf("forgot the blobs %q, %v", gone, err)
	}
	for _, id := range []vis.AttachmentID{sent, young} {
		if _, err := h.desk.Attachment(h.ctx, v, id); err != nil {
			t.Errorf("%s is gone: %v", id, err)
		}
	}
}

func TestOnlyProofBringsHistory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	camille := &channel.Claim{Subject: "u-1", Email: "Camille@mel.example", Name: "Camille"}
	first := h.visitor(camille, "")
	h.says(first, "my secret")

	email := "camille@mel.example"
	stranger := h.visitor(nil, "")
	if _, err := h.desk.Introduce(h.ctx, stranger, desk.Introduction{Email: &email}); err != nil {
		t.Fatal(err)
	}
	if listed, err := h.desk.Conversations(h.ctx, stranger, desk.Filter{}, vis.Page{}); err != nil || len(listed.Page.Items) != 0 {
		t.Errorf("an address that was only typed shows %+v, %v", listed, err)
	}
	again := h.visitor(camille, "")
	if again.ID != first.ID {
		t.Error("a proved customer is not recognised")
	}
	byEmail := h.visitor(&channel.Claim{Subject: "u-9", Email: email}, "")
	if byEmail.ID != first.ID {
		t.Error("a proved address is not recognised")
	}
}

// Whatever a stranger types stays small: every address makes her record longer for all who read it.
func TestAddressesThatAreOnlyTypedAreFew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.visitor(nil, "")
	for i := range desk.MaxClaimed {
		if _, err := h.desk.Introduce(h.ctx, v, desk.Introduction{Email: new(fmt.Sprintf("a%d@example.org", i))}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.desk.Introduce(h.ctx, v, desk.Introduction{Email: new("one.more@example.org")})
	wantReason(t, err, "invalid_field")
	if _, err := h.desk.Introduce(h.ctx, v, desk.Introduction{Email: new("a0@example.org"), Name: new("Ada")}); err != nil {
		t.Errorf("one that is known already: %v", err)
	}
}

func TestWhatWasSaidAnonymouslyComesAlong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anonymous := h.visitor(nil, "")
	r := h.says(anonymous, "before I signed in")
	known := h.visitor(&channel.Claim{Subject: "u-1"}, anonymous.Customer())
	c, err := h.desk.Conversation(h.ctx, known, r.Conversation.ID)
	if err != nil || c.Customer.ID != known.Customer() {
		t.Errorf("her conversation is %+v, %v", c, err)
	}
	// Somebody else who signs in on the same browser takes nothing along.
	next := h.visitor(&channel.Claim{Subject: "u-2"}, known.Customer())
	if _, err := h.desk.Conversation(h.ctx, next, r.Conversation.ID); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("the next user of the browser reads it: %v", err)
	}
}

func TestReadMarksOnlyAdvance(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.visitor(nil, "")
	r := h.says(v, "one")
	h.says(v, "two")
	before := h.head()
	for _, position := range []int64{2, 1, 2, 99} {
		if err := h.desk.MarkRead(h.ctx, h.lea, r.Conversation.ID, position); err != nil {
			t.Fatal(err)
		}
	}
	h.wantEvents(before, desk.ConversationRead)
	if c := h.conversation(r.Conversation.ID); c.MemberReadPosition != 2 {
		t.Errorf("read up to %d", c.MemberReadPosition)
	}
}

func TestARepeatedCommandAnswersTheSameAndActsOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.says(h.visitor(nil, ""), "hello")
	by := h.lea
	by.Request = vis.Request{Key: h.mint.ID(h.now), Hash: "one"}
	first, err := h.desk.Reply(h.ctx, by, r.Conversation.ID, desk.Outbound{Text: "hi"})
	if err != nil {
		t.Fatal(err)
	}
	before := h.head()
	second, err := h.desk.Reply(h.ctx, by, r.Conversation.ID, desk.Outbound{Text: "hi"})
	if err != nil || second.ID != first.ID || second.Text != "hi" {
		t.Errorf("again: %+v, %v", second, err)
	}
	h.wantEvents(before)
	by.Request.Hash = "two"
	_, err = h.desk.Reply(h.ctx, by, r.Conversation.ID, desk.Outbound{Text: "other"})
	wantReason(t, err, "idempotency_mismatch")
}

func TestTooMuchIsRefusedByField(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.visitor(nil, "")
	for name, in := range map[string]desk.Inbound{
		"text":          {Text: strings.Repeat("é", desk.MaxText+1)},
		"attachmentIds": {Attachments: make([]vis.AttachmentID, desk.MaxAttachments+1)},
		"clientId":      {Text: "x", ClientID: "7"},
	} {
		in.Channel = h.chat.ID
		if in.ClientID == "" {
			in.ClientID = h.mint.ID(h.now)
		}
		_, err := h.desk.Receive(h.ctx, v, in)
		if e, ok := err.(*vis.Error); !ok || e.Field != name || e.Code != vis.Invalid {
			t.Errorf("%s: got %v", name, err)
		}
	}
	_, err := h.desk.Receive(h.ctx, v, desk.Inbound{Channel: h.chat.ID, Text: " \x00\n\u200b\u202e ", ClientID: h.mint.ID(h.now)})
	if e, ok := err.(*vis.Error); !ok || e.Field != "text" {
		t.Errorf("empty words: got %v", err)
	}
}

// A clock that was set back must not put new words before old ones.
func TestAClockSetBackKeepsTheOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.visitor(nil, "")
	r := h.says(v, "first")
	h.now = h.now.Add(-24 * time.Hour)
	h.says(v, "second")
	thread, err := h.desk.Thread(h.ctx, v, r.Conversation.ID, desk.Range{})
	if err != nil || len(thread) != 2 || thread[0].Text != "first" || thread[1].Position != 2 {
		t.Errorf("thread %+v, %v", thread, err)
	}
	if c := h.conversation(r.Conversation.ID); c.LastActivityAt.Before(r.Conversation.LastActivityAt) {
		t.Error("the conversation sank in the list")
	}
}

func TestSearchFindsPeopleAndWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.visitor(&channel.Claim{Subject: "u-1", Email: "camille.rousseau@mel.example", Name: "Camille Rousseau"}, "")
	h.says(v, "L’atelier a réglé mes freins à disque")
	for _, query := range []string{"camil", "rouss", "ROUSSEAU cam", "mel.example"} {
		if f, err := h.desk.Search(h.ctx, h.lea, query, 10); err != nil || len(f.Customers) != 1 {
			t.Errorf("%q finds %+v, %v", query, f.Customers, err)
		}
	}
	for _, query := range []string{"frein", "disques atelier", "regle"} {
		if f, err := h.desk.Search(h.ctx, h.lea, query, 10); err != nil || len(f.Conversations) != 1 {
			t.Errorf("%q finds %+v, %v", query, f.Conversations, err)
		}
	}
	for _, query := range []string{"", "  ", "zebra", `" OR 1=1 --`, "NEAR(", "*"} {
		if f, err := h.desk.Search(h.ctx, h.lea, query, 10); err != nil || len(f.Conversations)+len(f.Customers) != 0 {
			t.Errorf("%q finds %+v, %v", query, f, err)
		}
	}
}

func TestAVisitEndsAndMovesAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	arrive := func(claim *channel.Claim, previous vis.CustomerID) desk.Arrived {
		a, err := h.desk.StartVisit(h.ctx, h.ws, desk.Arrival{Channel: h.chat.ID, Claim: claim, Previous: previous})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	anonymous := arrive(nil, "")
	by, _, err := h.desk.VisitorBy(h.ctx, anonymous.Token)
	if err != nil || by.Customer() != anonymous.Customer.ID {
		t.Fatalf("begun as %+v, %v", by, err)
	}
	// whoever noted the token of an anonymous session must not become the person who proves herself in it later.
	known := arrive(&channel.Claim{Subject: "u-1"}, anonymous.Customer.ID)
	_, _, err = h.desk.VisitorBy(h.ctx, anonymous.Token)
	wantReason(t, err, "visit_ended")
	if by, _, err = h.desk.VisitorBy(h.ctx, known.Token); err != nil || by.Customer() != known.Customer.ID {
		t.Fatalf("recognised as %+v, %v", by, err)
	}
	if err := h.desk.EndVisit(h.ctx, by, known.Token); err != nil {
		t.Fatal(err)
	}
	_, _, err = h.desk.VisitorBy(h.ctx, known.Token)
	wantReason(t, err, "visit_ended")
	last := arrive(nil, "")
	h.now = h.now.Add(desk.VisitFor)
	_, _, err = h.desk.VisitorBy(h.ctx, last.Token)
	wantReason(t, err, "visit_ended")
}

// I3: an answer that was lost just before she was recognised does not make her words appear twice, and what she uploaded can
// still be sent.
func TestARetryAfterBeingRecognisedIsTheSameMessage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anonymous := h.visitor(nil, "")
	in := desk.Inbound{Channel: h.chat.ID, Text: "hello", ClientID: h.mint.ID(h.now)}
	first, err := h.desk.Receive(h.ctx, anonymous, in)
	if err != nil {
		t.Fatal(err)
	}
	file, err := h.desk.Attach(h.ctx, anonymous, desk.Attachment{Name: "a.txt", MediaType: "text/plain", Size: 1, Blob: "00"})
	if err != nil {
		t.Fatal(err)
	}
	claim := &channel.Claim{Subject: "u-1"}
	known := h.visitor(claim, anonymous.Customer())
	again, err := h.desk.Receive(h.ctx, known, in)
	if err != nil || again.Message.ID != first.Message.ID || again.Message.AuthorID != known.ID {
		t.Errorf("the retry is %+v, %v; the first was %+v", again.Message, err, first.Message)
	}
	with := desk.Inbound{Channel: h.chat.ID, Attachments: []vis.AttachmentID{file.ID}, ClientID: h.mint.ID(h.now)}
	if _, err := h.desk.Receive(h.ctx, known, with); err != nil {
		t.Errorf("her file cannot be sent: %v", err)
	}
	// The same id from two of her devices keeps her from nothing.
	other := h.visitor(nil, "")
	if _, err := h.desk.Receive(h.ctx, other, in); err != nil {
		t.Fatal(err)
	}
	if next := h.visitor(claim, other.Customer()); next.ID != known.ID {
		t.Errorf("recognised as %+v", next)
	}
}

// What the screens are told of words that were just received is what the database holds.
func TestWhatIsRememberedIsWhatIsKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.says(h.visitor(nil, ""), "hello")
	events, _, err := h.desk.Events(h.ctx, h.lea, h.head()-1, 1)
	if err != nil {
		t.Fatal(err)
	}
	told, err := h.desk.Hydrate(h.ctx, h.ws, events)
	if err != nil || told[0].Message == nil || told[0].Conversation == nil {
		t.Fatalf("told %+v, %v", told, err)
	}
	fresh := desk.New(h.store.Desk(), nil, vis.ClockFunc(func() time.Time { return h.now }), h.mint) // remembers nothing
	read, err := fresh.Hydrate(h.ctx, h.ws, events)
	if err != nil || !reflect.DeepEqual(told[0].Message, read[0].Message) || !reflect.DeepEqual(told[0].Conversation, read[0].Conversation) {
		t.Errorf("remembered %+v %+v\nread       %+v %+v, %v", told[0].Message, told[0].Conversation, read[0].Message, read[0].Conversation, err)
	}
	if told[0].Message.ID != r.Message.ID {
		t.Error("another message")
	}
}
