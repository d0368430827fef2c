package listen_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/vis"
)

const lateParcel = "Toujours pas reçu mon colis, le livreur n'est jamais passé, c'est inadmissible !"

func TestAMessageIsReadAndItsConversationSaysWhatItSays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	got := h.said(lateParcel)
	r, why, err := h.listen.Reading(h.ctx, h.yann, got.Message.ID)
	h.must(err)
	if r.Says.Best.Label != "delivery" || r.Says.Language.Label != "fr" || r.Engine != listen.BuiltIn || r.Conversation != got.Conversation.ID {
		t.Errorf("read as %+v", r)
	}
	c := h.conversation(got.Conversation.ID)
	if c.About.Reason != "delivery" || c.Reading.By != desk.ByReader || !c.Reading.Dissatisfied || c.About.Mood >= 0 || c.Reading.Message != got.Message.ID {
		t.Errorf("the conversation says %+v %+v", c.About, c.Reading)
	}
	if c.Version != got.Conversation.Version {
		t.Errorf("reading made version %d of %d: what a member is about to do would be stale", c.Version, got.Conversation.Version)
	}
	told := h.events(desk.MessageUnderstood)
	if len(told) != 1 || told[0].Conversation != c.ID || told[0].By != vis.BySystem {
		t.Errorf("told %+v", told)
	}
	most := 0.0
	for _, w := range why.Reason {
		if w.From < 0 || w.To <= w.From || w.To > len([]rune(lateParcel)) { // all of it is in the basic plane
			t.Errorf("a stretch from %d to %d", w.From, w.To)
		}
		most = max(most, w.Weight)
	}
	if most != 1 || len(why.Dissatisfied) == 0 {
		t.Errorf("why: %+v", why)
	}
}

func TestWhyCountsAsScreensDo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	got := h.said("🚲🚲 où est mon colis")
	_, why, err := h.listen.Reading(h.ctx, h.yann, got.Message.ID)
	h.must(err)
	for _, w := range why.Reason {
		if w.From == 16 && w.To == 21 { // two bicycles of two units, and "où est mon " before it
			return
		}
	}
	t.Errorf("the parcel is not from 16 to 21: %+v", why.Reason)
}

func TestEachMessageIsReadOnceByHoweverManyNodes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	by := h.customer()
	const messages = 80
	for i := range messages {
		h.says(by, fmt.Sprintf("où est mon colis %d", i))
	}
	var nodes sync.WaitGroup
	for range 3 {
		node := h.another()
		nodes.Go(func() {
			if err := node.CatchUp(h.ctx, h.ws); err != nil {
				t.Error(err)
			}
		})
	}
	nodes.Wait()
	read := map[string]int{}
	for _, e := range h.events(desk.MessageUnderstood) {
		read[string(e.Data)]++
	}
	for data, n := range read {
		if n != 1 {
			t.Errorf("%s was read %d times", data, n)
		}
	}
	if len(read) != messages {
		t.Errorf("%d of %d messages were read", len(read), messages)
	}
}

func TestWhatAKilledServerHadNotReadIsReadByTheNext(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	by := h.customer()
	h.says(by, "où est mon colis")
	h.read()
	last := h.says(by, "je veux être remboursée")
	for range 2 { // the second finds everything done
		h.must(h.another().CatchUp(h.ctx, h.ws))
	}
	if n := len(h.events(desk.MessageUnderstood)); n != 2 {
		t.Errorf("%d readings of 2 messages", n)
	}
	if c := h.conversation(last.Conversation.ID); c.Reading.Message != last.Message.ID {
		t.Errorf("the newest that was read is %s", c.Reading.Message)
	}
}

func TestWhatCannotBeKeptStopsNothingElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	bad := h.says(h.customer(), "où est mon colis")
	good := h.says(h.customer(), "je veux être remboursée")
	// The first is read already, by a hand that left the cursor alone: writing its reading fails, again and again.
	h.must(h.store.Listen().Update(h.ctx, vis.System(h.ws), nil, func(tx listen.Tx) error {
		return tx.InsertReadings(h.ctx, []listen.Reading{{Message: bad.Message.ID, Conversation: bad.Conversation.ID, At: h.now}})
	}))
	failures := 0
	for failures < 20 {
		if err := h.listen.CatchUp(h.ctx, h.ws); err == nil {
			break
		}
		failures++
	}
	if c := h.conversation(good.Conversation.ID); failures == 0 || c.Reading.Message != good.Message.ID {
		t.Errorf("after %d failures: %+v", failures, c.Reading)
	}
}

func TestOldMessagesAreLeftAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	old := h.says(h.customer(), "où est mon colis")
	h.now = h.now.Add(40 * 24 * time.Hour)
	recent := h.said("je veux être remboursée")
	if told := h.events(desk.MessageUnderstood); len(told) != 1 || told[0].Conversation != recent.Conversation.ID {
		t.Errorf("told %+v", told)
	}
	_, _, err := h.listen.Reading(h.ctx, h.lea, old.Message.ID)
	if vis.CodeOf(err) != vis.NotFound {
		t.Errorf("an old message: %v", err)
	}
}

func TestWordlessMessagesSayNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	by := h.customer()
	h.says(by, lateParcel)
	h.says(by, "🙂 …")
	h.says(by, strings.Repeat("é", 5000)) // longer than what is read, and cut within no letter
	h.read()
	if n := len(h.events(desk.MessageUnderstood)); n != 3 {
		t.Errorf("%d readings of 3 messages", n)
	}
}

func TestAMembersWordStandsWhateverIsReadLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	by := h.customer()
	got := h.says(by, lateParcel)
	h.read()
	reason, fine := "stock", false
	c, err := h.listen.Correct(h.ctx, h.yann, got.Conversation.ID, listen.Word{Reason: &reason, Dissatisfied: &fine})
	h.must(err)
	if c.About.Reason != "stock" || c.Reading.By != desk.BySaid || c.Reading.Dissatisfied {
		t.Errorf("corrected: %+v %+v", c.About, c.Reading)
	}
	r, _, err := h.listen.Reading(h.ctx, h.lea, got.Message.ID)
	h.must(err)
	if r.Correction == nil || *r.Correction.Reason != "stock" || r.Correction.Member != h.yann.Member() || r.Says.Reason.Label != "delivery" {
		t.Errorf("the reading: %+v", r)
	}
	h.says(by, lateParcel)
	h.read()
	if c := h.conversation(got.Conversation.ID); c.About.Reason != "stock" || !c.Reading.Dissatisfied {
		t.Errorf("after her next words: %+v %+v", c.About, c.Reading)
	}
	// Taking it back leaves what her later words say.
	if _, err := h.listen.Undo(h.ctx, h.lea, got.Conversation.ID); err == nil {
		t.Error("a colleague's correction was taken back")
	}
	c, err = h.listen.Undo(h.ctx, h.yann, got.Conversation.ID)
	h.must(err)
	if c.About.Reason != "delivery" || c.Reading.By != desk.ByReader || !c.Reading.Dissatisfied {
		t.Errorf("taken back: %+v %+v", c.About, c.Reading)
	}
	_, err = h.listen.Undo(h.ctx, h.yann, got.Conversation.ID)
	wantReason(t, err, "nothing_to_undo")
	if n := len(h.events(desk.ReadingCorrected)); n != 2 {
		t.Errorf("%d corrections were told", n)
	}
}

func TestCorrectionsThatCannotBeMeantAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	unread := h.says(h.customer(), lateParcel)
	reason, mood, haste := "stock", 0.5, "yesterday"
	_, err := h.listen.Correct(h.ctx, h.yann, unread.Conversation.ID, listen.Word{Reason: &reason})
	wantReason(t, err, "not_read_yet")
	h.read()
	none := "no/such"
	for field, w := range map[string]listen.Word{"reason": {Reason: &none}, "mood": {Mood: &mood}, "urgency": {Urgency: &haste}} {
		_, err := h.listen.Correct(h.ctx, h.yann, unread.Conversation.ID, w)
		if e, ok := err.(*vis.Error); !ok || e.Code != vis.Invalid {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := h.listen.Correct(h.ctx, h.yann, unread.Conversation.ID, listen.Word{}); vis.CodeOf(err) != vis.Invalid {
		t.Errorf("nothing: %v", err)
	}
	reader := vis.Actor{Workspace: h.ws, Kind: vis.ByToken, ID: h.mint.ID(h.now), Scopes: []vis.Scope{vis.ReadConversations}}
	if _, err := h.listen.Correct(h.ctx, reader, unread.Conversation.ID, listen.Word{Reason: &reason}); vis.CodeOf(err) != vis.Forbidden {
		t.Errorf("by a token that may only read: %v", err)
	}
}

func TestAReasonInUseIsArchived(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	got := h.said(lateParcel)
	tree, err := h.listen.Reasons(h.ctx, h.yann)
	h.must(err)
	all := tree.Reasons
	all[0] = listen.Reason{Key: "transport", FR: "Transport", EN: "Transport", BuiltIn: "delivery"}
	all = append(all, listen.Reason{Key: "transport/late", FR: "En retard", EN: "Late"})
	if _, err := h.listen.ChangeReasons(h.ctx, h.yann, all, 0); vis.CodeOf(err) != vis.Forbidden {
		t.Errorf("by an agent: %v", err)
	}
	tree, err = h.listen.ChangeReasons(h.ctx, h.lea, all, 0)
	h.must(err)
	if last := tree.Reasons[len(tree.Reasons)-1]; last.Key != "delivery" || !last.Archived || tree.Version != 1 {
		t.Errorf("the tree is %+v", tree)
	}
	if c := h.conversation(got.Conversation.ID); c.About.Reason != "delivery" {
		t.Errorf("what was read is now %q", c.About.Reason)
	}
	if c := h.conversation(h.said(lateParcel).Conversation.ID); c.About.Reason != "transport" {
		t.Errorf("what is read now is %q", c.About.Reason)
	}
	if _, err := h.listen.ChangeReasons(h.ctx, h.lea, all, 0); vis.CodeOf(err) != vis.Conflict {
		t.Errorf("a stale change: %v", err)
	}
}

func TestTreesThatCannotBeMeantAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tree, err := h.listen.Reasons(h.ctx, h.lea)
	h.must(err)
	add := func(more ...listen.Reason) []listen.Reason {
		return append(append([]listen.Reason{}, tree.Reasons...), more...)
	}
	for name, all := range map[string][]listen.Reason{
		"nothing":      {},
		"twice":        add(tree.Reasons[0]),
		"no parent":    add(listen.Reason{Key: "gone/late", FR: "x", EN: "x"}),
		"too deep":     add(listen.Reason{Key: "delivery/a", FR: "x", EN: "x"}, listen.Reason{Key: "delivery/a/b", FR: "x", EN: "x"}, listen.Reason{Key: "delivery/a/b/c", FR: "x", EN: "x"}),
		"no name":      add(listen.Reason{Key: "gift", FR: "Cadeau", EN: " "}),
		"bad key":      add(listen.Reason{Key: "Gift", FR: "x", EN: "x"}),
		"empty part":   add(listen.Reason{Key: "delivery/", FR: "x", EN: "x"}),
		"unknown":      add(listen.Reason{Key: "gift", FR: "x", EN: "x", BuiltIn: "gift"}),
		"mapped twice": add(listen.Reason{Key: "gift", FR: "x", EN: "x", BuiltIn: "stock"}),
	} {
		if _, err := h.listen.ChangeReasons(h.ctx, h.lea, all, 0); vis.CodeOf(err) != vis.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEventsOfReadingsHoldNoWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.said(lateParcel)
	for _, e := range h.events(desk.MessageUnderstood) {
		var d map[string]any
		if err := json.Unmarshal(e.Data, &d); err != nil || len(d) != 2 || !vis.IsID(d["messageId"].(string)) || d["otherwise"] != true {
			t.Errorf("it says %s", e.Data)
		}
	}
}
