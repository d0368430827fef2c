package post_test

import (
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/post"
	"visavis/internal/vis"
)

// speaks lets the timer of scheduled words ring twice, as on two nodes.
func (h *house) speaks(id vis.ScheduledID) {
	h.Helper()
	for range 2 {
		h.ok(h.post.Effects()[post.TimerSpeak](h.ctx, jobs.Timer{Workspace: h.ws, Kind: post.TimerSpeak, Key: string(id)}))
	}
}

func (h *house) scheduled(id vis.ConversationID) []post.Scheduled {
	h.Helper()
	all, err := h.post.ScheduledIn(h.ctx, h.lea, id)
	h.ok(err)
	return all
}

func TestWordsAreSaidWhenTheyAreDueAndNotBefore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.asked()
	one, err := h.post.Schedule(h.ctx, h.lea, c.ID, desk.Outbound{Text: "Demain.", Letter: &desk.Head{Subject: "Votre vélo"}}, h.now.Add(time.Hour))
	h.ok(err)
	h.speaks(one.ID)
	if len(h.thread(c.ID)) != 1 || len(h.scheduled(c.ID)) != 1 {
		t.Fatal("said before they were due")
	}
	h.now = h.now.Add(time.Hour)
	h.speaks(one.ID)
	said := h.thread(c.ID)
	if len(said) != 2 || said[1].AuthorID != h.lea.ID || len(h.scheduled(c.ID)) != 0 {
		t.Fatalf("said: %+v", said)
	}
	if out := h.sends(); out.Text != "Demain." || out.Subject != "Votre vélo" {
		t.Errorf("what left: %+v", out)
	}
	if _, err := h.post.Unschedule(h.ctx, h.lea, c.ID, one.ID); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("taken back after that: %v", err)
	}
}

func TestWordsThatWereTakenBackAreNeverSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.asked()
	one, err := h.post.Schedule(h.ctx, h.lea, c.ID, desk.Outbound{Text: "Oups"}, h.now.Add(10*time.Second))
	h.ok(err)
	back, err := h.post.Unschedule(h.ctx, h.lea, c.ID, one.ID)
	h.ok(err)
	h.now = h.now.Add(time.Minute)
	h.speaks(one.ID)
	if back.Out.Text != "Oups" || len(h.thread(c.ID)) != 1 || len(h.scheduled(c.ID)) != 0 {
		t.Errorf("back: %+v", back)
	}
}

func TestScheduledWordsAreHeldWhenTheyMayNotFitAnyMore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ahead time.Duration
		then  func(h *house, c desk.Conversation)
		want  string
	}{
		"she wrote meanwhile": {time.Hour, func(h *house, _ desk.Conversation) {
			l := letter("two@mel", "Re: Mon colis", "Il est arrivé")
			l.InReplyTo = []string{"one@mel"}
			h.arrives(l)
		}, post.HeldByNews},
		"she wrote in the seconds of an undo": {10 * time.Second, func(h *house, _ desk.Conversation) {
			l := letter("two@mel", "Re: Mon colis", "Il est arrivé")
			l.InReplyTo = []string{"one@mel"}
			h.arrives(l)
		}, ""},
		"the matter was closed": {time.Hour, func(h *house, c desk.Conversation) {
			_, err := h.desk.Resolve(h.ctx, h.lea, c.ID, c.Version)
			h.ok(err)
		}, "conversation_resolved"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			is := h.asked()
			one, err := h.post.Schedule(h.ctx, h.lea, is.ID, desk.Outbound{Text: "Demain."}, h.now.Add(c.ahead))
			h.ok(err)
			c.then(h, is)
			h.now = h.now.Add(c.ahead)
			h.speaks(one.ID)
			left := h.scheduled(is.ID)
			switch {
			case c.want == "" && len(left) != 0:
				t.Errorf("held: %+v", left)
			case c.want != "" && (len(left) != 1 || left[0].Problem != c.want || len(h.bells.rang) != 1):
				t.Errorf("held: %+v, %d bells", left, len(h.bells.rang))
			}
		})
	}
}

func TestWhatCannotBeScheduled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.asked()
	for name, ask := range map[string]func() error{
		"in the past": func() error {
			_, err := h.post.Schedule(h.ctx, h.lea, c.ID, desk.Outbound{Text: "x"}, h.now)
			return err
		},
		"nothing": func() error {
			_, err := h.post.Schedule(h.ctx, h.lea, c.ID, desk.Outbound{}, h.now.Add(time.Hour))
			return err
		},
		"in two years": func() error {
			_, err := h.post.Schedule(h.ctx, h.lea, c.ID, desk.Outbound{Text: "x"}, h.now.AddDate(2, 0, 0))
			return err
		},
		"files for long": func() error {
			_, err := h.post.Schedule(h.ctx, h.lea, c.ID, desk.Outbound{Text: "x", Attachments: []vis.AttachmentID{"a"}}, h.now.Add(time.Hour))
			return err
		},
	} {
		if err := ask(); vis.CodeOf(err) != vis.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	there := h.lea
	there.Workspace = "01900000-0000-7000-8000-00000000beef"
	if _, err := h.post.Schedule(h.ctx, there, c.ID, desk.Outbound{Text: "x"}, h.now.Add(time.Hour)); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("in another workspace: %v", err)
	}
	if _, err := h.post.ScheduledIn(h.ctx, there, c.ID); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("another workspace's: %v", err)
	}
}
