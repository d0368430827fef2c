package routing_test

import (
	"strings"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

func (h *house) queue(team vis.TeamID, change func(*routing.Queue)) routing.Queue {
	h.t.Helper()
	q := routing.DefaultQueue()
	q.Team = team
	change(&q)
	q, err := h.routing.PutQueue(h.ctx, h.lea, q)
	h.must(err)
	return q
}

func TestWorkFollowsTheSun(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	paris, montreal := h.team("Paris", h.yann), h.team("Montréal", h.nora)
	day, evening := h.office("Europe/Paris"), h.office("America/Montreal")
	h.queue(montreal.ID, func(q *routing.Queue) { q.Calendar, q.Ring = evening.ID, []vis.TeamID{paris.ID} })
	h.queue(paris.ID, func(q *routing.Queue) { q.Calendar, q.Ring = day.ID, []vis.TeamID{montreal.ID} })
	h.after(time.Second)
	owned, waiting := h.says(h.visitor(), "Bonjour"), h.says(h.visitor(), "Hello")
	for id, m := range map[vis.ConversationID]vis.MemberID{owned: h.yann.Member(), waiting: ""} {
		_, err := h.desk.Assign(h.ctx, h.lea, id, m, paris.ID, h.conversation(id).Version)
		h.must(err)
	}
	h.follow()
	h.at(monday.Add(8*time.Hour + 59*time.Minute)) // 17:59 in Paris
	if is := h.conversation(owned); is.Team != paris.ID || is.Assignee != h.yann.Member() {
		t.Fatalf("before closing it is with %q", is.Team)
	}
	h.at(monday.Add(9 * time.Hour))
	for _, id := range []vis.ConversationID{owned, waiting} {
		is := h.conversation(id)
		if is.Team != montreal.ID || is.Assignee != "" {
			t.Errorf("after closing it is with %q of %q", is.Assignee, is.Team)
		}
		if got := h.steps(id); got[len(got)-1] != "handed_over done" {
			t.Errorf("steps %q", got)
		}
	}
	note := h.note(owned)
	for _, want := range []string{"Paris has closed; Montréal takes over.", "Bonjour", "the first answer"} {
		if !strings.Contains(note, want) {
			t.Errorf("the note says %q, want %q in it", note, want)
		}
	}
	if p := h.promise(owned, routing.Resolve); p.Team != montreal.ID {
		t.Errorf("team %q answers for the promise", p.Team)
	}
	h.at(monday.Add(15 * time.Hour)) // midnight in Paris, 18 o'clock in Montréal: all are closed
	if is := h.conversation(owned); is.Team != montreal.ID {
		t.Errorf("while all are closed it moved to %q", is.Team)
	}
	h.at(monday.Add(24 * time.Hour))
	if is := h.conversation(owned); is.Team != paris.ID {
		t.Errorf("in the morning it is with %q", is.Team)
	}
}

func TestWhatComesToAClosedTeamGoesOnAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	paris, montreal := h.team("Paris", h.yann), h.team("Montréal", h.nora)
	day, evening := h.office("Europe/Paris"), h.office("America/Montreal")
	h.queue(montreal.ID, func(q *routing.Queue) { q.Calendar = evening.ID })
	h.queue(paris.ID, func(q *routing.Queue) { q.Calendar, q.Ring = day.ID, []vis.TeamID{montreal.ID} })
	h.at(monday.Add(10 * time.Hour)) // 19:00 in Paris
	c := h.says(h.visitor(), "Bonsoir")
	_, err := h.desk.Assign(h.ctx, h.lea, c, "", paris.ID, h.conversation(c).Version)
	h.must(err)
	h.follow()
	h.after(0)
	if is := h.conversation(c); is.Team != montreal.ID {
		t.Errorf("it is with %q", is.Team)
	}
}

// note is the newest note of a conversation.
func (h *house) note(id vis.ConversationID) string {
	h.t.Helper()
	said, err := h.desk.Thread(h.ctx, h.lea, id, desk.Range{Limit: 50})
	h.must(err)
	words := ""
	for _, m := range said {
		if m.Kind == desk.KindNote {
			words = m.Text
		}
	}
	return words
}
