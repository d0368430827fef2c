package routing_test

import (
	"strings"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/hours"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// owes is the open promise of a kind.
func (h *shop) owes(id vis.ConversationID, kind routing.PromiseKind) routing.Promise {
	h.Helper()
	all, err := h.routing.Promises(h.ctx, h.boss, id)
	h.ok(err)
	for _, p := range all {
		if p.Kind == kind {
			return p.Promise
		}
	}
	h.Fatalf("no %s is promised", kind)
	return routing.Promise{}
}

func TestACallIsPromisedForWhenHerTurnComes(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	ada := h.visitor(h.chat)
	c := h.says(ada, h.chat)
	from := h.head()
	cb, err := h.routing.Ask(h.ctx, ada, c, "01 23 45 67 89", time.Time{})
	h.ok(err)
	if cb.Phone != "+33123456789" || cb.Masked() != "…89" {
		t.Errorf("kept %s, shown %s", cb.Phone, cb.Masked())
	}
	if due := h.owes(c, routing.CallBack).DueAt; !due.Equal(h.now.Add(2 * time.Hour)) {
		t.Errorf("due at %v", due)
	}
	if n := h.seen(from, routing.CallbackAsked); n != 1 {
		t.Errorf("told %d times", n)
	}
	steps, err := h.desk.Steps(h.ctx, h.boss, c)
	h.ok(err)
	if last := steps[len(steps)-1]; last.Kind != "callback" || last.State != desk.Planned || !last.ExpectedAt.Equal(h.now.Add(2*time.Hour)) {
		t.Errorf("she sees %+v", last)
	}
	_, err = h.routing.Ask(h.ctx, ada, c, "01 23 45 67 89", time.Time{})
	h.wantReason(err, "callback_asked")
	lea := h.hire("Léa")
	h.now = h.now.Add(time.Hour)
	cb, err = h.routing.Called(h.ctx, lea, cb.ID, "done")
	h.ok(err)
	if p := h.owes(c, routing.CallBack); p.State != routing.Kept || cb.State != "done" || cb.By != lea.Member() {
		t.Errorf("called: %+v, %s", p, cb.State)
	}
	if p := h.owes(c, routing.First); p.State != routing.Kept {
		t.Errorf("she was called, and the first answer is %s", p.State)
	}
	h.wantOwner(c, lea)
	if is := h.conversation(c); !is.WaitingSince.IsZero() {
		t.Errorf("she was called, and still waits since %v", is.WaitingSince)
	}
	_, err = h.routing.Called(h.ctx, lea, cb.ID, "unreachable")
	h.wantReason(err, "callback_ended")
}

// Where no adviser could be had, the wish for a call begins the conversation; what would be refused begins none.
func TestACallIsPromisedToACustomerWhoSaidNothingYet(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	ada := h.visitor(h.chat)
	slots, err := h.routing.SlotsOn(h.ctx, ada, h.chat.ID)
	h.ok(err)
	from := h.head()
	for _, no := range []struct {
		by     vis.Actor
		phone  string
		at     time.Time
		reason string
	}{
		{ada, "12", time.Time{}, "invalid_field"},
		{ada, "+1 900 123 4567", time.Time{}, "invalid_field"},
		{ada, "01 23 45 67 89", h.now.Add(time.Minute), "invalid_field"},
		{h.boss, "01 23 45 67 89", time.Time{}, "not_a_customer"},
	} {
		_, err := h.routing.AskAnew(h.ctx, no.by, h.chat.ID, nil, no.phone, no.at)
		h.wantReason(err, no.reason)
	}
	if h.head() != from {
		t.Error("what was refused has left a trace")
	}
	cb, err := h.routing.AskAnew(h.ctx, ada, h.chat.ID, nil, "01 23 45 67 89", slots[0])
	h.ok(err)
	if due := h.owes(cb.Conversation, routing.CallBack).DueAt; !due.Equal(slots[0].Add(10 * time.Minute)) {
		t.Errorf("due at %v, the slot is %v", due, slots[0])
	}
	if c := h.conversation(cb.Conversation); c.State != desk.Open || c.WaitingSince.IsZero() {
		t.Errorf("it waits for nobody: %+v", c)
	}
	_, err = h.routing.AskAnew(h.ctx, ada, h.chat.ID, nil, "01 23 45 67 89", time.Time{})
	h.wantReason(err, "callback_asked")

	// Who has a conversation already is called in that one.
	bob := h.visitor(h.chat)
	c := h.says(bob, h.chat)
	if cb, err = h.routing.AskAnew(h.ctx, bob, h.chat.ID, nil, "+33 1 23 45 67 88", time.Time{}); err != nil || cb.Conversation != c {
		t.Errorf("in %s, not in %s: %v", cb.Conversation, c, err)
	}
}

func TestACallThatNobodyAnswersIsOwedNoMore(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	ada := h.visitor(h.chat)
	c := h.says(ada, h.chat)
	cb, err := h.routing.Ask(h.ctx, ada, c, "+33 1 23 45 67 89", time.Time{})
	h.ok(err)
	_, err = h.routing.Called(h.ctx, h.boss, cb.ID, "unreachable")
	h.ok(err)
	if p := h.owes(c, routing.CallBack); p.State != routing.Void {
		t.Errorf("it is %s", p.State)
	}
	if p := h.owes(c, routing.First); p.State != routing.Running {
		t.Errorf("the answer is %s", p.State)
	}
}

func TestACallCanBeTakenBack(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	ada, other := h.visitor(h.chat), h.visitor(h.chat)
	c := h.says(ada, h.chat)
	_, err := h.routing.Ask(h.ctx, other, c, "0123456789", time.Time{})
	h.wantReason(err, "not_found")
	_, err = h.routing.Ask(h.ctx, ada, c, "0123456789", time.Time{})
	h.ok(err)
	_, err = h.routing.Cancel(h.ctx, other, c)
	h.wantReason(err, "not_found")
	_, err = h.routing.Cancel(h.ctx, ada, c)
	h.ok(err)
	steps, err := h.desk.Steps(h.ctx, h.boss, c)
	h.ok(err)
	for _, s := range steps {
		if s.Kind == "callback" {
			t.Error("she still sees that she is called")
		}
	}
	if _, ok, err := h.routing.CallbackOf(h.ctx, ada, c); ok || err != nil {
		t.Errorf("it is still open: %v", err)
	}
	_, err = h.routing.Cancel(h.ctx, ada, c)
	h.wantReason(err, "not_found")
}

func TestACallAtATimeOfHerChoice(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	var week []hours.Slot
	for d := 1; d <= 5; d++ {
		week = append(week, hours.Slot{Day: d, From: "09:00", To: "12:15"})
	}
	day, err := h.routing.CreateCalendar(h.ctx, h.boss, "Day", hours.Calendar{Zone: "Europe/Paris", Week: week})
	h.ok(err)
	h.queue("", func(q *routing.Queue) { q.Calendar = day.ID })
	ada := h.visitor(h.chat)
	c := h.says(ada, h.chat) // Monday, 10:00 in Paris
	slots, err := h.routing.Slots(h.ctx, ada, c)
	h.ok(err)
	first := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	if len(slots) != 3+6+6+3 || !slots[0].Equal(first) { // from 10:30 today; up to 10:00 on Thursday
		t.Fatalf("%d slots: %v", len(slots), slots)
	}
	for _, bad := range []time.Time{first.Add(time.Minute), h.now, first.Add(4 * 24 * time.Hour), first.Add(2 * time.Hour)} {
		_, err := h.routing.Ask(h.ctx, ada, c, "0123456789", bad)
		h.wantReason(err, "invalid_field")
	}
	cb, err := h.routing.Ask(h.ctx, ada, c, "0123456789", slots[3])
	h.ok(err)
	if p := h.owes(c, routing.CallBack); !cb.At.Equal(slots[3]) || !p.DueAt.Equal(slots[3].Add(10*time.Minute)) {
		t.Errorf("called at %v, due at %v", cb.At, p.DueAt)
	}
	all, err := h.routing.Callbacks(h.ctx, h.boss)
	h.ok(err)
	if len(all) != 1 || all[0].ID != cb.ID {
		t.Errorf("to be called: %v", all)
	}
	h.rang = nil
	h.now = slots[3]
	h.timers()
	h.timers()
	if n := strings.Count(strings.Join(h.rang, ","), "callback "+string(h.boss.Member())); n != 1 {
		t.Errorf("at her slot %d bells rang for her call: %q", n, h.rang)
	}
}

func TestAClosedMatterOwesNoCall(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	ada := h.visitor(h.chat)
	c := h.says(ada, h.chat)
	_, err := h.routing.Ask(h.ctx, ada, c, "01 23 45 67 89", time.Time{})
	h.ok(err)
	_, err = h.desk.Resolve(h.ctx, h.boss, c, h.conversation(c).Version)
	h.ok(err)
	h.settle()
	if _, open, err := h.routing.CallbackOf(h.ctx, ada, c); open || err != nil {
		t.Errorf("a call is still to be made (%v)", err)
	}
	if p := h.owes(c, routing.CallBack); p.State != routing.Void {
		t.Errorf("the call is %s", p.State)
	}
}

func TestNoPhoneIsMadeToRingAllDay(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	ask := func(by vis.Actor, phone string) error {
		c := h.says(by, h.chat)
		_, err := h.routing.Ask(h.ctx, by, c, phone, time.Time{})
		return err
	}
	for range 3 {
		h.ok(ask(h.visitor(h.chat), "0123456789"))
	}
	h.wantReason(ask(h.visitor(h.chat), "+33 (0)1 23 45 67 89"), "callbacks_spent")
	h.ok(ask(h.visitor(h.chat), "0123456780"))
	ada := h.visitor(h.chat)
	for range 3 {
		h.ok(ask(ada, "01234567"+h.mint.Secret(1)[:0]+string(rune('0'+h.now.Second()%10))+"1"))
		c, err := h.desk.Conversations(h.ctx, ada, desk.Filter{}, vis.Page{})
		h.ok(err)
		_, err = h.routing.Cancel(h.ctx, ada, c.Page.Items[0].ID)
		h.ok(err)
		h.now = h.now.Add(time.Second)
	}
	h.wantReason(ask(ada, "0199999999"), "callbacks_spent")
	h.now = h.now.Add(24 * time.Hour)
	h.ok(ask(ada, "0199999999"))
}

func TestWhatIsNoPhoneIsRefused(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	ada := h.visitor(h.chat)
	c := h.says(ada, h.chat)
	for _, bad := range []string{"", "12", "call me", "0123", "+1 555 0100", "0899 70 12 34", "+33 8 99 70 12 34", "112", "17", "+", "0123456789 ext. 12",
		"00000000000000000000000000000000000000000000000000"} {
		_, err := h.routing.Ask(h.ctx, ada, c, bad, time.Time{})
		h.wantReason(err, "invalid_field")
	}
	for _, good := range []string{"+32 2 548 45 67", "0033 1 23 45 67 89", "06.12.34.56.78", "+41 44 668 18 00"} {
		cb, err := h.routing.Ask(h.ctx, ada, c, good, time.Time{})
		h.ok(err)
		_, err = h.routing.Cancel(h.ctx, ada, cb.Conversation)
		h.ok(err)
		h.now = h.now.Add(24 * time.Hour)
	}
}

// Calls to faraway numbers pay thieves: they are promised only where an administrator says so.
func TestCallsArePromisedInChosenCountriesOnly(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	ada := h.visitor(h.chat)
	c := h.says(ada, h.chat)
	const far = "+1 (212) 555-2368"
	_, err := h.routing.Ask(h.ctx, ada, c, far, time.Time{})
	h.wantReason(err, "callback_country")
	is, err := h.routing.Settings(h.ctx, h.boss)
	h.ok(err)
	for _, wrong := range []string{"XX", "France", "", "F R"} {
		_, err = h.routing.ChangeSettings(h.ctx, h.boss, routing.SettingsChange{CallCountries: &[]string{"FR", wrong}, Version: is.Version})
		h.wantReason(err, "invalid_field")
	}
	is, err = h.routing.ChangeSettings(h.ctx, h.boss, routing.SettingsChange{CallCountries: &[]string{"us", "US "}, Version: is.Version})
	h.ok(err)
	if len(is.CallCountries) != 1 || is.CallCountries[0] != "US" {
		t.Errorf("kept %q", is.CallCountries)
	}
	_, err = h.routing.Ask(h.ctx, ada, c, "01 23 45 67 89", time.Time{})
	h.wantReason(err, "callback_country")
	_, err = h.routing.Ask(h.ctx, ada, c, far, time.Time{})
	h.ok(err)
}

func TestADayHasRoomForSoManyCalls(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	is, err := h.routing.Settings(h.ctx, h.boss)
	h.ok(err)
	_, err = h.routing.ChangeSettings(h.ctx, h.boss, routing.SettingsChange{CallsADay: new(2), Version: is.Version})
	h.ok(err)
	ask := func(phone string) error {
		v := h.visitor(h.chat)
		_, err := h.routing.Ask(h.ctx, v, h.says(v, h.chat), phone, time.Time{})
		return err
	}
	h.ok(ask("01 23 45 67 81"))
	h.ok(ask("01 23 45 67 82"))
	h.wantReason(ask("01 23 45 67 83"), "callbacks_full")
	h.now = h.now.Add(24*time.Hour + time.Second)
	h.ok(ask("01 23 45 67 83"))
}

func TestALateCallIsNotLateForEver(t *testing.T) {
	t.Parallel()
	for _, outcome := range []string{"done", "unreachable"} {
		h := newShop(t)
		ada := h.visitor(h.chat)
		c := h.says(ada, h.chat)
		cb, err := h.routing.Ask(h.ctx, ada, c, "01 23 45 67 89", time.Time{})
		h.ok(err)
		h.now = h.now.Add(3 * time.Hour)
		h.timers()
		if p := h.owes(c, routing.CallBack); p.State != routing.Broken {
			t.Fatalf("after three hours it is %s", p.State)
		}
		_, err = h.routing.Called(h.ctx, h.boss, cb.ID, outcome)
		h.ok(err)
		steps, err := h.desk.Steps(h.ctx, h.boss, c)
		h.ok(err)
		for _, s := range steps {
			if s.Kind == "late" && s.State != desk.Done {
				t.Errorf("%s: she is still told that we are late", outcome)
			}
		}
	}
}
