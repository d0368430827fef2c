package post_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/notify"
	"visavis/internal/post"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// A stranger chooses whose servers are asked about a letter, and so how slow they are.
func TestALetterThatWaitsForItsSendersServersKeepsNoOtherFromBeingRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const letters = 6 // more than are taken apart at once
	h.wire.slow = make(chan struct{})
	h.wire.asking.Add(letters)
	for i := range letters {
		raw, err := json.Marshal(letter(fmt.Sprint(i, "@mel"), "Mon colis", "Où ?"))
		h.ok(err)
		h.brings(string(raw))
	}
	read := make(chan int, 1)
	go func() { read <- h.post.ReadOnce(h.ctx) }()
	h.wire.asking.Wait() // all of them are read and wait, or this never ends
	close(h.wire.slow)
	if n := <-read; n != letters || len(h.thread(h.conversations()[0].ID)) == 0 {
		t.Errorf("%d of %d letters were filed", n, letters)
	}
}

func TestALetterBecomesAConversationWithWhatSheSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	l := letter("one@mel", "Mon colis", "Où est mon colis ? Je vous remercie pour la réponse.")
	l.Folded = []channel.Fold{{Kind: channel.FoldSignature, Text: "-- \nCamille"}}
	l.HTML = "<p>Où est mon colis ?</p>"
	l.Files = []channel.File{{Name: "facture.pdf", MediaType: "application/pdf", Bytes: []byte("%PDF-1.4")}, {Name: "x.png", MediaType: "image/png", Bytes: []byte("<html>"), Inline: true},
		{Name: "photo", Bytes: []byte("RIFF\x00\x00\x00\x00WEBPVP8X\n\x00\x00\x00\x00\x00\x00\x00\x09\x00\x00\x04\x00\x00")}}
	h.arrives(l)
	c := h.only()
	if c.Subject != "Mon colis" || c.Customer.Name != "Camille" || !c.Customer.Verified || c.WaitingSince.IsZero() || c.Channel != h.mail.ID {
		t.Errorf("the conversation is %+v", c)
	}
	said := h.thread(c.ID)
	if len(said) != 1 || said[0].Text != l.Text || len(said[0].Attachments) != 3 {
		t.Fatalf("the thread is %+v", said)
	}
	if a := said[0].Attachments[1]; a.MediaType != "application/octet-stream" || a.Inline() {
		t.Errorf("what is no picture is shown as %s", a.MediaType)
	}
	if a := said[0].Attachments[2]; a.MediaType != "image/webp" || a.Width != 10 || a.Height != 5 || !a.Inline() {
		t.Errorf("a WebP is shown as %+v", a)
	}
	got := h.letters(c.ID).Letters
	if len(got) != 1 || got[0].Body.From.Address != "camille@mel.example" || len(got[0].Body.Folded) != 1 || got[0].HTML == "" || got[0].Outward {
		t.Errorf("the letter is %+v", got)
	}
	shown, err := h.post.Show(h.ctx, h.ws, said[0].ID)
	h.ok(err)
	if shown.HTML != l.HTML || len(shown.Inline) != 3 || shown.Inline[1].Name != "x.png" {
		t.Errorf("shown: %+v", shown)
	}
	if raw, err := h.post.RawLetter(h.ctx, h.lea, said[0].ID); err != nil || !strings.Contains(string(raw), "one@mel") {
		t.Errorf("its bytes: %q %v", raw, err)
	}
}

// A letter by which the channel is tried out is nobody's words.
func TestATrialIsFiledAsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	l := letter("trial@arzel", "Essai", "Cette lettre essaie la boîte.")
	l.Class = channel.Trial
	h.arrives(l)
	if filed := h.arrivals(post.Filed); len(filed) != 1 || filed[0].Conversation != "" || len(h.arrivals(post.Quarantined)) != 0 {
		t.Errorf("filed as %+v", filed)
	}
}

// K-16: the same bytes, or the same letter in another copy, is one message. E-10: another letter under the same id is kept and marked.
func TestALetterIsFiledOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	l := letter("one@mel", "Mon colis", "Où est-il ?")
	h.arrives(l)
	raw := `{"MessageID":"one@mel"}`
	if h.brings(raw) || !h.brings(raw) {
		t.Error("the same bytes are new twice, or never")
	}
	for h.post.ReadOnce(h.ctx) > 0 {
		continue
	}
	l.Hops = 3 // a copy that went another way
	h.arrives(l)
	if n := len(h.arrivals(post.Repeated)); n != 1 {
		t.Errorf("%d copies", n)
	}
	l.Text = "Autre chose"
	h.arrives(l)
	marked := 0
	for _, c := range h.conversations() {
		for _, l := range h.letters(c.ID).Letters {
			for _, note := range l.Body.Notes {
				if note == "id-reused" {
					marked++
				}
			}
		}
	}
	if n := len(h.arrivals(post.Filed)); n != 3 || marked != 2 {
		t.Errorf("%d filed, %d marked", n, marked)
	}
}

// K-16: a letter to two mailboxes is there once in each, for those who answer there, however often either gives it.
func TestALetterToTwoMailboxesIsOnceInEach(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other, err := h.channels.Create(h.ctx, h.lea, channel.Creation{Kind: "wire", Name: "Factures"})
	h.ok(err)
	first := h.mail
	l := letter("both@mel", "Mon vélo", "Où est-il ?")
	for _, box := range []channel.Channel{first, other, first, other} {
		h.mail = box
		h.arrives(l)
		l.Hops++ // another copy
	}
	in := map[vis.ChannelID]int{}
	for _, c := range h.conversations() {
		in[c.Channel]++
	}
	if in[first.ID] != 1 || in[other.ID] != 1 || len(h.arrivals(post.Repeated)) != 2 {
		t.Errorf("it is there %v times, with %d copies", in, len(h.arrivals(post.Repeated)))
	}
}

// K-17: what cannot be read is an item that people decide on, and what comes after it is not held up.
func TestWhatCannotBeReadWaitsForPeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.brings("unreadable too-deep")
	h.brings("poison")
	h.arrives(letter("two@mel", "Bonjour", "Bonjour"))
	h.only()
	for range 5 {
		h.now = h.now.Add(5 * time.Minute)
		h.post.ReadOnce(h.ctx)
	}
	reasons := map[string]post.Arrival{}
	for _, a := range h.arrivals(post.Quarantined) {
		reasons[a.Reason] = a
	}
	if len(reasons) != 2 || reasons[post.ReasonPoison].Tries != 3 {
		t.Fatalf("in quarantine: %+v", reasons)
	}
	if n, err := h.post.Counts(h.ctx, h.lea); err != nil || n.Quarantined != 2 || n.Waiting != 0 {
		t.Errorf("counts %+v %v", n, err)
	}
	poison, deep := reasons[post.ReasonPoison].ID, reasons["too-deep"].ID
	if raw, err := h.post.Raw(h.ctx, h.lea, poison); err != nil || string(raw) != "poison" {
		t.Errorf("its bytes: %q %v", raw, err)
	}
	again, err := h.post.Retry(h.ctx, h.lea, poison)
	h.ok(err)
	if again.State != post.Waiting || again.Tries != 0 {
		t.Errorf("tried again: %+v", again)
	}
	made, err := h.post.Convert(h.ctx, h.lea, deep)
	h.ok(err)
	if said := h.thread(made.Conversation); len(said) != 1 || said[0].Text != "unreadable too-deep" || len(said[0].Attachments) != 1 {
		t.Errorf("made into %+v", said)
	}
	_, err = h.post.Discard(h.ctx, h.lea, deep)
	h.wantReason(err, "arrival_settled")
	for range 4 {
		h.now = h.now.Add(5 * time.Minute)
		h.post.ReadOnce(h.ctx)
	}
	gone, err := h.post.Discard(h.ctx, h.lea, poison)
	h.ok(err)
	if _, err := h.post.Raw(h.ctx, h.lea, poison); gone.State != post.Discarded || vis.CodeOf(err) != vis.NotFound {
		t.Errorf("discarded: %+v, its bytes: %v", gone, err)
	}
	if !h.brings("poison") {
		t.Error("what was discarded comes back")
	}
}

// A program that ends as it was asked to keeps no letter waiting for the end of its lease, and none is suspected for that.
func TestLettersThatWereClaimedAreGivenBackAtTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 3 {
		raw, err := json.Marshal(letter(fmt.Sprintf("%d@mel", i), "A", "A"))
		h.ok(err)
		h.brings(string(raw))
	}
	h.wire.slow = make(chan struct{})
	h.wire.asking.Add(3)
	ctx, end := context.WithCancel(h.ctx)
	ended := make(chan int)
	go func() { ended <- h.post.ReadOnce(ctx) }()
	h.wire.asking.Wait()
	end()
	close(h.wire.slow)
	if n := <-ended; n != 0 {
		t.Errorf("%d were settled after the end", n)
	}
	for _, a := range h.arrivals(post.Waiting) {
		if a.Tries != 0 {
			t.Errorf("given back, it has %d tries", a.Tries)
		}
	}
	h.wire.slow = nil
	if n := h.post.ReadOnce(h.ctx); n != 3 {
		t.Errorf("another reader finds %d at once", n)
	}
}

func TestALetterIsSuspectedOnlyAfterManyDeathsOfItsReaders(t *testing.T) {
	t.Parallel()
	for deaths, want := range map[int]post.ArrivalState{5: post.Filed, 6: post.Quarantined} {
		h := newHouse(t)
		raw, err := json.Marshal(letter("a@mel", "A", "A"))
		h.ok(err)
		h.brings(string(raw))
		for range deaths { // each claims it, and is never heard of again
			h.ok(h.store.Post().Update(h.ctx, vis.System(h.ws), nil, func(tx post.Tx) error {
				_, err := tx.ClaimArrivals(h.ctx, h.now, h.now, 10)
				return err
			}))
		}
		h.post.ReadOnce(h.ctx)
		if got := h.arrivals(want); len(got) != 1 || want == post.Quarantined && got[0].Reason != post.ReasonPoison {
			t.Errorf("after %d deaths: %+v", deaths, got)
		}
	}
}

// Who something in quarantine says that it is from is kept beside it: a list opens no bytes, but for those that were put aside before.
func TestAListOfTheQuarantineOpensNoBytes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	raw := "unreadable \nFrom: Zoé <ZOE@mel.example>\nSubject: \xff" + strings.Repeat("é", 2*desk.MaxSubject) + "\n\nFrom: x@y.example\n"
	h.brings(raw)
	h.post.ReadOnce(h.ctx)
	a := h.arrivals(post.Quarantined)[0]
	want := post.Head{From: channel.Address{Name: "Zoé", Address: "zoe@mel.example"}, Subject: text.Preview(strings.Repeat("é", 2*desk.MaxSubject), desk.MaxSubject)}
	if a.Head == nil || *a.Head != want {
		t.Errorf("its head is %+v", a.Head)
	}
	old := a
	old.Head = nil
	if got, err := h.post.Head(h.ctx, h.lea, old); err != nil || got != want {
		t.Errorf("of one that was put aside before: %+v %v", got, err)
	}
	bytes := h.cellar.of
	h.cellar.of = nil
	if got, err := h.post.Head(h.ctx, h.lea, a); err != nil || got != want {
		t.Errorf("without its bytes: %+v %v", got, err)
	}
	if _, err := h.post.Head(h.ctx, vis.Actor{Workspace: h.ws, Kind: vis.ByToken, ID: "t"}, a); vis.CodeOf(err) != vis.Forbidden {
		t.Errorf("to a token without rights: %v", err)
	}
	h.cellar.of = bytes
	gone, err := h.post.Discard(h.ctx, h.lea, a.ID)
	h.ok(err)
	if got, err := h.post.Head(h.ctx, h.lea, gone); gone.Head != nil || got != (post.Head{}) || err != nil {
		t.Errorf("of what was discarded is told %+v %v", got, err)
	}
}

// Once people have sent an arrival back it is told as settled, and what was wrong with it is forgotten; being filed then tells it no second time.
func TestWhatWasSentBackIsSettledOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.brings("unreadable too-deep")
	h.post.ReadOnce(h.ctx)
	a := h.arrivals(post.Quarantined)[0]
	h.wire.learnt = "unreadable too-deep"
	back, err := h.post.Retry(h.ctx, h.lea, a.ID)
	h.ok(err)
	h.post.ReadOnce(h.ctx)
	filed, err := h.post.Arrival(h.ctx, h.lea, a.ID)
	h.ok(err)
	if back.Reason != "" || back.Detail != "" || filed.State != post.Filed || filed.Conversation != h.only().ID {
		t.Errorf("sent back %+v, then %+v", back, filed)
	}
	events, err := vis.View(h.ctx, h.store.Notify(), h.ws, func(tx notify.Tx) ([]vis.Event, error) { return tx.Events(h.ctx, 0, 100) })
	h.ok(err)
	settled := slices.DeleteFunc(events, func(e vis.Event) bool { return e.Type != post.ArrivalSettled })
	if len(settled) != 1 || settled[0].ByID != h.lea.ID {
		t.Errorf("settled: %+v", settled)
	}
}

// E-13, E-06: who does not prove her address is not the customer who did, and stays one and the same stranger.
func TestAnUnprovedSenderIsNotTheCustomerOfThatAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.arrives(letter("one@mel", "A", "A"))
	for i, proof := range []channel.Proof{channel.Unproved, channel.Disproof, channel.Unproved} {
		l := letter(fmt.Sprintf("forged%d@mel", i), "B", "B")
		l.Trust.Proof = proof
		h.arrives(l)
	}
	customers := map[vis.CustomerID]int{}
	for _, c := range h.conversations() {
		customers[c.Customer.ID]++
		if c.Customer.Verified != (c.Subject == "A") {
			t.Errorf("%s: proved %v", c.Subject, c.Customer.Verified)
		}
	}
	if len(customers) != 2 {
		t.Errorf("customers %v", customers)
	}
}

func TestWhoTellsNoNameGoesByHerAddressUntilShePutsOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i, name := range []string{"", "Camille@Mel.example", "Camille Bihan", "Autre Nom"} {
		l := letter(fmt.Sprintf("%d@mel", i), "A", "A")
		l.From.Name = name
		h.arrives(l)
		want := []string{"camille@mel.example", "camille@mel.example", "Camille Bihan", "Camille Bihan"}[i]
		for _, c := range h.conversations() {
			if c.Customer.Name != want {
				t.Errorf("after a letter of %q she is %q, want %q", name, c.Customer.Name, want)
			}
		}
		if i == 0 {
			c := h.conversations()[0]
			h.replies(c.ID, desk.Outbound{Text: "Bonjour"})
			if to := h.sends().To[0]; to != (channel.Address{Address: "camille@mel.example"}) {
				t.Errorf("her address is no name to write before her address: %+v", to)
			}
		}
	}
}

// E-01, E-02, E-04: an answer finds its conversation by the token or by ids of ours; a subject or a stranger's ids move nothing.
func TestAnAnswerFindsItsConversation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.arrives(letter("one@mel", "Mon colis [Ticket#1]", "Où est-il ?"))
	c := h.only()
	h.replies(c.ID, desk.Outbound{Text: "Il arrive."})
	out := h.sends()

	byToken := letter("two@mel", "Re: Mon colis", "Merci !")
	byToken.Delivered = []string{out.ReplyTo.Address}
	h.arrives(byToken)
	byID := letter("three@mel", "Autre sujet", "Encore merci !")
	byID.References = []string{"unknown@x", out.MessageID}
	h.arrives(byID)
	byHers := letter("four@mel", "Suite", "Et encore.")
	byHers.InReplyTo = []string{"one@mel"}
	h.arrives(byHers)
	if n := len(h.thread(h.only().ID)); n != 5 {
		t.Fatalf("%d messages in the thread", n)
	}

	stranger := letter("five@else", "Re: Mon colis", "Et moi ?")
	stranger.From.Address = "mallory@else.example"
	stranger.Delivered = byToken.Delivered
	h.arrives(stranger)
	l := h.letters(h.only().ID)
	last := l.Letters[len(l.Letters)-1]
	if !last.Body.Stranger || len(l.Participants) != 1 || l.Participants[0].Rights != post.Asked || l.Participants[0].Address != "mallory@else.example" {
		t.Errorf("the stranger: %+v, %+v", last.Body, l.Participants)
	}

	for i, attempt := range []func(l *channel.Letter){
		func(l *channel.Letter) { l.Subject = "Mon colis [Ticket#1]" },
		func(l *channel.Letter) { l.Delivered = []string{"bonjour+aaaaaaaaaaaaaaaaaaaaaaaaaa@arzel.example"} },
		func(l *channel.Letter) { l.Delivered = []string{strings.Replace(out.ReplyTo.Address, "+", "+x", 1)} },
		func(l *channel.Letter) { l.InReplyTo = []string{"one@mel"}; l.From.Address = "mallory@else.example" },
	} {
		l := letter(fmt.Sprintf("attempt%d@mel", i), "X", "X")
		attempt(&l)
		before := len(h.conversations())
		h.arrives(l)
		if len(h.conversations()) != before+1 {
			t.Errorf("attempt %d was let into a thread", i)
		}
	}
}

// E-15: a machine's answer joins its conversation, and wakes nobody.
func TestAnAutomaticAnswerWakesNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.arrives(letter("one@mel", "Mon colis", "Où est-il ?"))
	c := h.only()
	h.replies(c.ID, desk.Outbound{Text: "Il arrive.", Resolve: true})
	out := h.sends()
	l := letter("auto@mel", "Absence", "Je suis absente.")
	l.Class, l.InReplyTo = channel.Automatic, []string{out.MessageID}
	h.arrives(l)
	if c, err := h.desk.Conversation(h.ctx, h.lea, c.ID); err != nil || c.State != desk.Resolved || !c.WaitingSince.IsZero() {
		t.Errorf("after a machine's answer: %+v %v", c, err)
	}
	if n := len(h.thread(c.ID)); n != 3 {
		t.Errorf("%d messages", n)
	}
}

// E-17: what passed through this server already is not taken in again.
func TestALetterThatGoesInCirclesIsPutAside(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	l := letter("one@mel", "A", "A")
	l.Loop = true
	h.arrives(l)
	if q := h.arrivals(post.Quarantined); len(q) != 1 || q[0].Reason != "loop" || len(h.conversations()) != 0 {
		t.Errorf("in quarantine: %+v", q)
	}
}

func TestAMembersForwardIsTheCustomersOwnLetter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	inner := letter("orig@mel", "Frein", "Mon frein frotte.")
	l := letter("fwd@arzel", "TR: Frein", "Pour vous !")
	l.From = channel.Address{Name: "Léa", Address: "lea@arzel.example"}
	l.Forwarded = &inner
	h.arrives(l)
	c := h.only()
	if c.Subject != "Frein" || c.Customer.Name != "Camille" || c.Customer.Verified {
		t.Errorf("the conversation is %+v", c)
	}
	b := h.letters(c.ID).Letters[0].Body
	if b.ForwardedBy == nil || b.ForwardedBy.Address != "lea@arzel.example" || b.Trust.Proof != channel.Unproved {
		t.Errorf("the letter is %+v", b)
	}
	stranger := letter("fwd@else", "TR: Frein", "Tenez.")
	stranger.Forwarded = &inner
	h.arrives(stranger)
	if all := h.conversations(); len(all) != 2 || all[0].Subject != "TR: Frein" {
		t.Errorf("a stranger's forward is %+v", all[0])
	}
}

func TestVeryLongWordsAreFoldedAndNothingOfThemIsLost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	words := strings.Repeat("é", desk.MaxText+7)
	h.arrives(letter("one@mel", "Long", words))
	c := h.only()
	said, folded := h.thread(c.ID)[0].Text, h.letters(c.ID).Letters[0].Body.Folded
	if len(folded) != 1 || folded[0].Kind != channel.FoldRest || said+folded[0].Text != words {
		t.Errorf("%d runes said, folded %+v", len([]rune(said)), len(folded))
	}
}

// D-11: while there is no room nothing new is taken, what is known already counts as taken, and it all goes on afterwards.
func TestNothingIsTakenInWhileThereIsNoRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	full := errors.New("full")
	var room error
	h.post = post.New(post.Options{DB: h.store.Post(), Desk: h.desk, Channels: h.channels, Blobs: h.cellar, Keys: h.keys,
		Clock: vis.ClockFunc(func() time.Time { return h.now }), Mint: h.mint, Admit: func() error { return room }})
	in := h.post.Intake(h.ws, h.mail.ID)
	keep := func(words string) (bool, error) {
		return in.Keep(h.ctx, channel.Raw{Remote: "INBOX", Bytes: []byte(words)})
	}
	if known, err := keep("one"); known || err != nil {
		t.Fatalf("with room: %v %v", known, err)
	}
	held := len(h.cellar.of)
	room = full
	if known, err := keep("two"); known || !errors.Is(err, full) {
		t.Errorf("without room: %v %v", known, err)
	}
	if known, err := keep("one"); !known || err != nil {
		t.Errorf("what is here already: %v %v", known, err)
	}
	if len(h.cellar.of) != held {
		t.Error("it is half taken")
	}
	room = nil
	if known, err := keep("two"); known || err != nil {
		t.Errorf("with room again: %v %v", known, err)
	}
}

// A channel that fetches nothing is reached by the door, or says that nothing reaches it.
func TestAChannelThatNoLetterReachesSaysSo(t *testing.T) {
	t.Parallel()
	for _, door := range []bool{true, false} {
		h := newHouse(t)
		h.post = post.New(post.Options{DB: h.store.Post(), Desk: h.desk, Channels: h.channels, Blobs: h.cellar, Keys: h.keys,
			Clock: vis.ClockFunc(func() time.Time { return h.now }), Mint: h.mint, Door: door})
		in := func() channel.Health {
			t.Helper()
			all, err := h.post.Health(h.ctx, h.lea)
			h.ok(err)
			if parts := all[h.mail.ID]; len(parts) == 1 && parts[0].Part == "in" {
				return parts[0]
			}
			t.Fatalf("health %+v", all)
			return channel.Health{}
		}
		if got := in(); door != (got.State == channel.Healthy && got.Problem == "") || door == (got.Problem == post.ProblemNoWayIn) || !got.ContactAt.IsZero() {
			t.Errorf("with a door %v: %+v", door, got)
		}
		h.ok(h.post.TakeAtDoor(h.ctx, h.ws, h.mail.ID, channel.Raw{Bytes: []byte("unreadable empty")}))
		if got := in(); !got.ContactAt.Equal(h.now) {
			t.Errorf("with a door %v, after a letter: %+v", door, got)
		}
		if len(h.arrivals(post.Waiting)) != 1 {
			t.Error("the letter is not kept")
		}
	}
}
