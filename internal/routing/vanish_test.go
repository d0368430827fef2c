package routing_test

import (
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/hours"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// taken is a chat that a member owns and whose customer waits.
func (h *shop) taken(m vis.Actor) vis.ConversationID {
	h.Helper()
	c := h.asks()
	h.give(c, m)
	return c
}

// give assigns a conversation by hand.
func (h *shop) give(id vis.ConversationID, m vis.Actor) {
	h.Helper()
	c := h.conversation(id)
	_, err := h.desk.Assign(h.ctx, h.boss, id, m.Member(), c.Team, c.Version)
	h.ok(err)
}

func TestAChatIsTakenFromWhoeverVanishes(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea, yann := h.hire("Léa"), h.hire("Yann")
	h.comes(lea)
	chat := h.taken(lea)
	letter := h.says(h.visitor(h.mail), h.mail)
	h.give(letter, lea)
	h.settle()
	h.goes(lea)
	h.comes(yann)
	h.passes(55 * time.Second)
	h.wantOwner(chat, lea)
	h.passes(6 * time.Second)
	h.wantOwner(chat, nobody)
	h.wantOwner(letter, lea) // it can wait until she is back
	h.rings(yann, chat)
	steps, err := h.desk.Steps(h.ctx, h.boss, chat)
	h.ok(err)
	if len(steps) == 0 || steps[len(steps)-1].Kind != "handed_over" {
		t.Errorf("the customer sees %+v", steps)
	}
}

func TestWhoComesBackInTimeKeepsHerChat(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea := h.hire("Léa")
	h.comes(lea)
	c := h.taken(lea)
	h.settle()
	h.goes(lea)
	h.passes(50 * time.Second)
	h.comes(lea)
	h.passes(time.Minute)
	h.wantOwner(c, lea)
}

func TestAnAnsweredChatStaysWithItsOwner(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea, yann := h.hire("Léa"), h.hire("Yann")
	h.comes(lea, yann)
	c := h.taken(lea)
	_, err := h.desk.Reply(h.ctx, lea, c, desk.Outbound{Text: "Bonjour"})
	h.ok(err)
	h.goes(lea)
	h.passes(20 * time.Minute)
	h.wantOwner(c, lea)
}

func TestAChatThatIsNotAnsweredGoesToOthersFirst(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea, yann := h.hire("Léa"), h.hire("Yann")
	h.comes(lea)
	c := h.taken(lea)
	h.settle()
	h.comes(yann)
	h.passes(179 * time.Second)
	h.wantOwner(c, lea)
	h.passes(2 * time.Second)
	h.wantOwner(c, nobody)
	h.rings(yann, c)
}

func TestReassignForIsTheQueues(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea := h.hire("Léa")
	h.queue("", func(q *routing.Queue) { q.Mode, q.ReassignFor = routing.Pull, 600 })
	h.comes(lea)
	c := h.taken(lea)
	h.passes(9 * time.Minute)
	h.wantOwner(c, lea)
	h.passes(2 * time.Minute)
	h.wantOwner(c, nobody)
}

func TestAPromiseAtRiskIsTakenFromWhoeverIsNotHere(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea, yann := h.hire("Léa"), h.hire("Yann")
	h.comes(lea, yann)
	var letters []vis.ConversationID
	for _, m := range []vis.Actor{lea, yann} {
		c := h.says(h.visitor(h.mail), h.mail)
		h.give(c, m)
		letters = append(letters, c)
	}
	h.settle()
	p, err := h.routing.Promises(h.ctx, h.boss, letters[0])
	h.ok(err)
	var due time.Time
	for _, x := range p {
		if x.Kind == routing.First {
			due = x.DueAt
		}
	}
	if due.IsZero() {
		t.Skip("nothing is promised")
	}
	h.goes(lea)
	_, err = h.routing.SetPresence(h.ctx, yann, routing.Busy, time.Time{})
	h.ok(err)
	h.settle()
	at := h.now.Add(due.Sub(h.now) * 3 / 4)
	h.now = at.Add(-time.Second)
	h.engine.Vouch(h.ctx)
	h.settle()
	h.wantOwner(letters[0], lea)
	h.passes(2 * time.Second)
	h.wantOwner(letters[0], nobody)
	h.wantOwner(letters[1], yann) // she is here, and knows best
	_, err = h.routing.SetPresence(h.ctx, yann, routing.Away, h.now.Add(30*time.Second))
	h.ok(err)
	h.settle()
	h.wantOwner(letters[1], yann) // she will be back in a moment
	h.passes(31 * time.Second)
	h.wantOwner(letters[1], nobody)
}

func TestADisabledMemberKeepsNothing(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea := h.hire("Léa")
	h.comes(lea)
	open := h.taken(lea)
	answered := h.taken(lea)
	_, err := h.desk.Reply(h.ctx, lea, answered, desk.Outbound{Text: "Bonjour"})
	h.ok(err)
	asleep := h.taken(lea)
	c := h.conversation(asleep)
	_, err = h.desk.Snooze(h.ctx, lea, asleep, h.now.Add(time.Hour), false, c.Version)
	h.ok(err)
	h.settle()
	h.disable(lea)
	h.settle()
	h.wantOwner(open, nobody)
	h.wantOwner(answered, nobody)
	h.wantOwner(asleep, lea)
	h.now = h.now.Add(time.Hour)
	h.settle()
	h.wantOwner(asleep, nobody)
}

func (h *shop) disable(m vis.Actor) {
	h.Helper()
	member, err := h.people.Member(h.ctx, h.ws, m.Member())
	h.ok(err)
	yes := true
	_, err = h.people.ChangeMember(h.ctx, h.boss, m.Member(), staffChange(yes, member.Version))
	h.ok(err)
}

func TestWhoGoesHomeHandsOnToThoseWhoAreStillOpen(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	day := func(from, to string) vis.CalendarID {
		var week []hours.Slot
		for d := 1; d <= 7; d++ {
			week = append(week, hours.Slot{Day: d, From: from, To: to})
		}
		c, err := h.routing.CreateCalendar(h.ctx, h.boss, "Day", hours.Calendar{Zone: "UTC", Week: week})
		h.ok(err)
		return c.ID
	}
	mornings, err := h.people.CreateTeam(h.ctx, h.boss, "Mornings", "", nil)
	h.ok(err)
	h.queue(mornings.ID, func(q *routing.Queue) { q.Calendar = day("08:00", "12:00") })
	lea := h.hire("Léa", mornings.ID)
	h.comes(lea)
	letter := h.says(h.visitor(h.mail), h.mail) // of the general queue, which is always open
	h.give(letter, lea)
	h.settle()
	h.goes(lea)
	h.now = h.now.Add(2*time.Hour + 59*time.Minute) // 11:59
	h.settle()
	h.wantOwner(letter, lea)
	h.passes(61 * time.Second)
	h.wantOwner(letter, nobody)
}

func TestNothingIsPutBeforeAClosedDoor(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	var week []hours.Slot
	for d := 1; d <= 7; d++ {
		week = append(week, hours.Slot{Day: d, From: "08:00", To: "09:30"})
	}
	c, err := h.routing.CreateCalendar(h.ctx, h.boss, "Day", hours.Calendar{Zone: "UTC", Week: week})
	h.ok(err)
	h.queue("", func(q *routing.Queue) { q.Calendar, q.Mode = c.ID, routing.Pull })
	lea := h.hire("Léa")
	h.comes(lea)
	h.now = h.now.Add(29*time.Minute + 50*time.Second)
	chat := h.taken(lea)
	h.settle()
	h.goes(lea)
	h.passes(10 * time.Minute)
	h.wantOwner(chat, lea)
	h.now = h.now.Add(23 * time.Hour)
	h.settle()
	h.wantOwner(chat, nobody)
}
