package listen_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/text"
	"visavis/internal/vis"
)

func TestSimilarMessagesAreCorrectedTogether(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const words = "Bonjour, le casque Ria 2 commandé lundi n'est toujours pas arrivé, merci de me dire où il est"
	first := h.said(words).Conversation.ID
	twin, sibling := h.said(words+" !").Conversation.ID, h.said("bonjour "+words).Conversation.ID
	other := h.said("Je voudrais résilier mon contrat d'entretien").Conversation.ID
	said := h.said(words).Conversation.ID // of which a member has her own word
	reason, praise := "order", "praise"
	_, err := h.listen.Correct(h.ctx, h.lea, said, listen.Word{Reason: &praise})
	h.must(err)
	if all, total, err := h.listen.Similar(h.ctx, h.yann, first); err != nil || len(all)+total != 0 {
		t.Errorf("before anything was corrected: %+v, %v", all, err)
	}
	_, err = h.listen.Correct(h.ctx, h.yann, first, listen.Word{Reason: &reason})
	h.must(err)
	all, total, err := h.listen.Similar(h.ctx, h.yann, first)
	h.must(err)
	var found []vis.ConversationID
	for _, one := range all {
		found = append(found, one.Conversation)
		if one.Would != reason || one.Near < 0.5 || one.Excerpt == "" {
			t.Errorf("%+v", one)
		}
	}
	if total != 2 || !slices.Contains(found, twin) || !slices.Contains(found, sibling) {
		t.Fatalf("%d similar: %v", total, found)
	}
	n, err := h.listen.CorrectSimilar(h.ctx, h.yann, first, []vis.ConversationID{twin, other, said})
	h.must(err)
	if n != 1 || h.conversation(twin).About.Reason != reason || h.conversation(other).About.Reason == reason || h.conversation(said).About.Reason != praise {
		t.Errorf("%d were corrected", n)
	}
	if c, err := h.listen.Undo(h.ctx, h.yann, twin); err != nil || c.About.Reason == reason || c.Reading.By != desk.ByReader {
		t.Errorf("taken back: %+v, %v", c.About, err)
	}
}

// school is a house whose built-in reader learnt from few messages, so that it can be taught within a test.
func school(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	var seed []text.Message
	for i, m := range text.Seed() {
		if i%25 == 0 {
			seed = append(seed, m)
		}
	}
	m, err := text.Train(text.Standard(), seed, nil, nil)
	h.must(err)
	h.school = &schooling{m, seed}
	h.listen = h.another()
	return h
}

// teaches lets customers write of something new, which members call by its own reason.
func (h *house) teaches(n int) vis.ConversationID {
	h.t.Helper()
	tree, err := h.listen.Reasons(h.ctx, h.lea)
	h.must(err)
	_, err = h.listen.ChangeReasons(h.ctx, h.lea, append(tree.Reasons, listen.Reason{Key: "hire", FR: "Location", EN: "Hire"}), tree.Version)
	h.must(err)
	hire, last := "hire", vis.ConversationID("")
	for i := range n {
		last = h.says(h.customer(), fmt.Sprintf("louer un vélo cargo pour %d jours, quel est le tarif de location", i)).Conversation.ID
		h.read()
		_, err := h.listen.Correct(h.ctx, h.yann, last, listen.Word{Reason: &hire})
		h.must(err)
	}
	return last
}

func (h *house) model() listen.Model {
	h.t.Helper()
	m, err := vis.View(h.ctx, h.store.Listen(), h.ws, func(tx listen.Tx) (listen.Model, error) { return tx.Model(h.ctx) })
	h.must(err)
	return m
}

func TestCorrectionsTeachTheReader(t *testing.T) {
	t.Parallel()
	h := school(t)
	_, err := h.listen.Train(h.ctx, h.lea)
	wantReason(t, err, "nothing_to_learn")
	h.teaches(12)
	if _, err := h.listen.Train(h.ctx, h.yann); vis.CodeOf(err) != vis.Forbidden {
		t.Errorf("an agent trained it: %v", err)
	}
	asked, err := h.listen.Train(h.ctx, h.lea)
	h.must(err)
	if !asked.Underway || asked.Corrections != 12 || asked.SinceTraining != 12 {
		t.Errorf("asked: %+v", asked)
	}
	restarted := h.another() // what was asked for outlives the server
	h.must(restarted.Learn(h.ctx, h.ws))
	is, err := restarted.Reader(h.ctx, h.lea)
	h.must(err)
	if is.Underway || is.Last == nil || is.Last.Outcome != listen.TrainingKept || is.Model != "own-1" || is.SinceTraining != 0 {
		t.Fatalf("the reader is %+v, %+v", is, is.Last)
	}
	// The other node reads by it from its next message on.
	said := h.said("quel tarif pour louer un vélo cargo trois jours, en location")
	r, _, err := h.listen.Reading(h.ctx, h.lea, said.Message.ID)
	h.must(err)
	if r.Says.Best.Label != "hire" || r.Model != "own-1" {
		t.Errorf("it is read as %+v by %s", r.Says.Best, r.Model)
	}
	first := h.model()
	h.must(restarted.Learn(h.ctx, h.ws))
	if again := h.model(); again.Version != first.Version {
		t.Error("what nobody asked for was learnt")
	}
	_, err = h.listen.Train(h.ctx, h.lea)
	h.must(err)
	h.must(h.listen.Learn(h.ctx, h.ws))
	if again := h.model(); !bytes.Equal(again.Body, first.Body) {
		t.Error("the same corrections taught something else")
	}
}

func TestAWorseModelIsRefused(t *testing.T) {
	t.Parallel()
	h := school(t)
	last := h.teaches(1)
	h.school.model = text.Standard() // far better than what the few messages teach
	h.listen = h.another()
	_, err := h.listen.Train(h.ctx, h.lea)
	h.must(err)
	h.must(h.listen.Learn(h.ctx, h.ws))
	is, err := h.listen.Reader(h.ctx, h.lea)
	h.must(err)
	if is.Last == nil || is.Last.Outcome != listen.TrainingRefused || is.Model[:8] != "built-in" || !is.TrainedAt.IsZero() {
		t.Errorf("the reader is %+v, %+v", is, is.Last)
	}
	if c := h.conversation(last); c.About.Reason != "hire" {
		t.Errorf("the correction is gone: %q", c.About.Reason)
	}
}
