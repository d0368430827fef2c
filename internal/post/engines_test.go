package post_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/post"
	"visavis/internal/store/storetest"
	"visavis/internal/vis"
)

// One letter's whole way, on both engines: what is kept is read back as it was, and a claim is one reader's alone.
func TestBothEnginesKeepLetters(t *testing.T) {
	t.Parallel()
	for _, e := range []storetest.Engine{storetest.SQLite(), storetest.Postgres()} {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			h := newHouseOn(t, e.URL(t))
			in := h.post.Intake(h.ws, h.mail.ID)
			for range 2 {
				h.ok(in.SaveCursor(h.ctx, "INBOX", []byte{1, 0, 2}))
			}
			if got, err := in.Cursor(h.ctx, "INBOX"); err != nil || string(got) != "\x01\x00\x02" {
				t.Errorf("the cursor is %v %v", got, err)
			}
			if got, err := in.Cursor(h.ctx, "Other"); err != nil || got != nil {
				t.Errorf("another cursor is %v %v", got, err)
			}
			h.ok(h.post.SetSecrets(h.ctx, h.lea, h.mail.ID, map[string]string{"imap.password": "x", "smtp.password": "y"}))
			h.ok(h.post.SetSecrets(h.ctx, h.lea, h.mail.ID, map[string]string{"smtp.password": ""}))
			if names, err := h.post.SecretNames(h.ctx, h.lea, h.mail.ID); err != nil || len(names) != 1 || names[0] != "imap.password" {
				t.Errorf("secrets %q %v", names, err)
			}
			for _, state := range []channel.HealthState{channel.Trying, channel.Healthy, channel.Healthy} {
				in.Tell(h.ctx, channel.Health{Part: "out", State: state, Backlog: 3, ContactAt: h.now})
			}
			if got, err := h.post.Health(h.ctx, h.lea); err != nil || len(got[h.mail.ID]) != 2 || got[h.mail.ID][1].State != channel.Healthy {
				t.Errorf("health %+v %v", got, err)
			}

			l := letter("one@mel", "Mon colis", "Où est-il ?")
			l.Cc = []channel.Address{{Address: "b@mel.example"}}
			h.arrives(l)
			c := h.only()
			h.replies(c.ID, desk.Outbound{Text: "Là."})
			out := h.sends()
			back := letter("two@mel", "Mon colis", "Merci")
			back.Delivered = []string{out.ReplyTo.Address}
			h.arrives(back)
			got := h.letters(c.ID)
			if len(got.Letters) != 3 || len(got.Sendings) != 1 || got.Sendings[0].State != post.Sent || len(got.Participants) != 1 ||
				got.Letters[1].Raw == "" || !got.Letters[1].Outward {
				t.Errorf("kept: %+v", got)
			}

			h.owed(c, h.now.Add(time.Hour))
			if due, err := vis.View(h.ctx, h.store.Post(), h.ws, func(tx post.Tx) (time.Time, error) { return tx.AnswerDueAt(h.ctx, c.ID) }); err != nil || !due.Equal(h.now.Add(time.Hour)) {
				t.Errorf("an answer is due at %s %v", due, err)
			}
			chosen := desk.Head{Cc: []channel.Address{{Name: "B", Address: "b@mel.example"}}, Quote: true}
			later, err := h.post.Schedule(h.ctx, h.lea, c.ID, desk.Outbound{Text: "Plus tard.", Letter: &chosen}, h.now.Add(time.Hour))
			h.ok(err)
			h.ok(h.store.Post().Update(h.ctx, vis.System(h.ws), nil, func(tx post.Tx) error { return tx.HoldScheduled(h.ctx, later.ID, post.HeldByNews) }))
			if all := h.scheduled(c.ID); len(all) != 1 || all[0].Problem != post.HeldByNews || !all[0].DueAt.Equal(later.DueAt) || !reflect.DeepEqual(all[0].Out, later.Out) {
				t.Errorf("scheduled: %+v", all)
			}
			if back, err := h.post.Unschedule(h.ctx, h.lea, c.ID, later.ID); err != nil || back.Out.Text != "Plus tard." || len(h.scheduled(c.ID)) != 0 {
				t.Errorf("taken back: %+v %v", back, err)
			}

			h.brings("unreadable broken")
			lease := time.Minute
			claim := func() []post.Arrival {
				all, err := vis.Update(h.ctx, h.store.Post(), vis.System(h.ws), func(tx post.Tx) ([]post.Arrival, error) {
					return tx.ClaimArrivals(h.ctx, h.now, h.now.Add(lease), 10)
				})
				h.ok(err)
				return all
			}
			first := claim()
			if len(first) != 1 || first[0].Tries != 1 || len(claim()) != 0 {
				t.Fatalf("claimed %+v", first)
			}
			h.now = h.now.Add(2 * time.Minute) // the lease is over
			second := claim()
			err = h.store.Post().Update(h.ctx, vis.System(h.ws), nil, func(tx post.Tx) error { return tx.SaveArrival(h.ctx, first[0]) })
			if len(second) != 1 || second[0].Tries != 2 || !errors.Is(err, vis.ErrStale) {
				t.Errorf("claimed again: %+v; the first reader then: %v", second, err)
			}
			head := post.Head{From: channel.Address{Name: "Zoé", Address: "zoe@mel.example"}, Subject: "Colis"}
			second[0].Head = &head
			h.ok(h.store.Post().Update(h.ctx, vis.System(h.ws), nil, func(tx post.Tx) error { return tx.SaveArrival(h.ctx, second[0]) }))
			if got, err := h.post.Arrival(h.ctx, h.lea, second[0].ID); err != nil || got.Head == nil || *got.Head != head || first[0].Head != nil {
				t.Errorf("its head: %+v %v", got.Head, err)
			}
			// Readers that die at once, again and again: none of the letters is suspected before the others.
			h.brings("unreadable one")
			h.brings("unreadable two")
			lease = 0
			if both := claim(); len(both) != 2 {
				t.Fatalf("claimed together: %+v", both)
			}
			one, two := claim(), claim()
			if len(one) != 1 || len(two) != 1 || one[0].ID == two[0].ID || one[0].Tries != 2 || two[0].Tries != 2 {
				t.Errorf("claimed alone: %+v, then %+v", one, two)
			}
			if page, err := h.post.Arrivals(h.ctx, h.lea, post.Filed, vis.Page{Limit: 1}); err != nil || len(page.Items) != 1 || page.Next == "" {
				t.Errorf("a page of arrivals: %+v %v", page, err)
			} else if rest, err := h.post.Arrivals(h.ctx, h.lea, post.Filed, vis.Page{Limit: 5, After: page.Next}); err != nil || len(rest.Items) != 1 || rest.Items[0].ID == page.Items[0].ID {
				t.Errorf("the rest: %+v %v", rest, err)
			}
		})
	}
}

// Another workspace's letters are absent, whatever is asked.
func TestLettersOfAnotherWorkspaceAreAbsent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.asked()
	m := h.replies(c.ID, desk.Outbound{Text: "Là."})
	s := h.sending(c.ID)
	a := h.arrivals(post.Filed)[0]
	there := h.lea
	there.Workspace = "01900000-0000-7000-8000-00000000beef"
	for name, ask := range map[string]func() error{
		"correspondence": func() error { _, err := h.post.Correspondence(h.ctx, there, c.ID); return err },
		"letter":         func() error { _, err := h.post.Letter(h.ctx, there, m.ID); return err },
		"raw letter":     func() error { _, err := h.post.RawLetter(h.ctx, there, m.ID); return err },
		"html":           func() error { _, err := h.post.Show(h.ctx, there.Workspace, m.ID); return err },
		"arrival":        func() error { _, err := h.post.Arrival(h.ctx, there, a.ID); return err },
		"raw":            func() error { _, err := h.post.Raw(h.ctx, there, a.ID); return err },
		"retry":          func() error { _, err := h.post.Retry(h.ctx, there, a.ID); return err },
		"discard":        func() error { _, err := h.post.Discard(h.ctx, there, a.ID); return err },
		"convert":        func() error { _, err := h.post.Convert(h.ctx, there, a.ID); return err },
		"send again":     func() error { _, err := h.post.SendAgain(h.ctx, there, s.ID); return err },
		"sending":        func() error { _, err := h.post.Sending(h.ctx, there, s.ID); return err },
		"cancel":         func() error { _, err := h.post.Cancel(h.ctx, there, s.ID); return err },
		"decide":         func() error { _, err := h.post.Decide(h.ctx, there, c.ID, "x@y.example", post.Granted); return err },
		"secrets":        func() error { return h.post.SetSecrets(h.ctx, there, h.mail.ID, map[string]string{"a": "b"}) },
	} {
		if err := ask(); vis.CodeOf(err) != vis.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	robot := vis.Actor{Workspace: h.ws, Kind: vis.ByToken, ID: "t"}
	for name, ask := range map[string]func() error{
		"correspondence": func() error { _, err := h.post.Correspondence(h.ctx, robot, c.ID); return err },
		"raw":            func() error { _, err := h.post.Raw(h.ctx, robot, a.ID); return err },
		"retry":          func() error { _, err := h.post.Retry(h.ctx, robot, a.ID); return err },
		"sending":        func() error { _, err := h.post.Sending(h.ctx, robot, s.ID); return err },
		"cancel":         func() error { _, err := h.post.Cancel(h.ctx, robot, s.ID); return err },
		"secrets":        func() error { return h.post.SetSecrets(h.ctx, robot, h.mail.ID, map[string]string{"a": "b"}) },
		"health":         func() error { _, err := h.post.Health(h.ctx, robot); return err },
	} {
		if err := ask(); vis.CodeOf(err) != vis.Forbidden {
			t.Errorf("a token without rights, %s: %v", name, err)
		}
	}
}
