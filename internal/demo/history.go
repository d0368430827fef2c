package demo

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// moment is a step with its place in history.
type moment struct {
	at   time.Time
	tale int
	step step
	do   func(ctx context.Context) error // in the place of a step of a tale
}

// history lets everything happen in the order in which it did.
func (b *builder) history(ctx context.Context, now time.Time) error {
	var moments []moment
	tales := slices.Concat(tales, errands(), newsletter.tales(), accountDown.tales(), paymentDown.tales())
	for i, t := range tales {
		last := time.Time{}
		for _, s := range t.steps {
			at := now.Add(-s.ago)
			if !at.After(last) {
				at = last.Add(time.Minute) // a tale is told in order
			}
			last = at
			moments = append(moments, moment{at: at, tale: i, step: s})
		}
	}
	for _, x := range b.deeds() {
		moments = append(moments, moment{at: now.Add(-x.ago), do: x.do})
	}
	slices.SortStableFunc(moments, func(x, y moment) int { return x.at.Compare(y.at) })
	conversations := make([]vis.ConversationID, len(tales))
	for _, m := range moments {
		if err := b.pass(ctx, m.at); err != nil {
			return err
		}
		if m.do != nil {
			if err := m.do(ctx); err != nil {
				return fmt.Errorf("tell of incidents: %w", err)
			}
			continue
		}
		if err := b.happen(ctx, tales[m.tale], &conversations[m.tale], m.step, now); err != nil {
			return fmt.Errorf("tell of %q: %w", tales[m.tale].subject, err)
		}
		if err := b.routing.CatchUp(ctx, b.ws); err != nil {
			return fmt.Errorf("keep the promises of %q: %w", tales[m.tale].subject, err)
		}
	}
	if err := b.pass(ctx, now); err != nil {
		return err
	}
	if err := b.letters(ctx, tales, conversations); err != nil {
		return err
	}
	return b.readEarlier(ctx, tales, conversations)
}

// pass lets time go by until an instant: whatever the clock sets off on the way happens when it would have.
func (b *builder) pass(ctx context.Context, until time.Time) error {
	for {
		due, err := b.Timers.Due(ctx, until, 1)
		if err != nil {
			return err
		}
		if len(due) == 0 {
			b.now = until
			return nil
		}
		effect, ok := b.effects[due[0].Kind]
		if !ok {
			return fmt.Errorf("the demo does not know the timer %q", due[0].Kind)
		}
		if due[0].DueAt.After(b.now) {
			b.now = due[0].DueAt
		}
		if err := effect(ctx, due[0]); err != nil {
			return fmt.Errorf("let the timer %s go off: %w", due[0].Kind, err)
		}
	}
}

func (b *builder) happen(ctx context.Context, t tale, id *vis.ConversationID, s step, now time.Time) error {
	customer := vis.Actor{Workspace: b.ws, Kind: vis.ByCustomer, ID: string(b.patrons[t.customer])}
	if s.by == "" && s.say != "" {
		return b.write(ctx, customer, t, id, s)
	}
	c, err := b.desk.Conversation(ctx, vis.System(b.ws), *id)
	if err != nil {
		return err
	}
	switch by := b.as(s.by); {
	case s.read:
		return b.desk.MarkRead(ctx, customer, *id, c.LastPosition)
	case s.say != "":
		_, err = b.desk.Reply(ctx, by, *id, desk.Outbound{Text: french(s.say)})
	case s.note != "":
		_, err = b.desk.WriteNote(ctx, by, *id, french(s.note), nil)
	case s.resolve:
		_, err = b.desk.Resolve(ctx, by, *id, c.Version)
	case s.snooze > 0:
		_, err = b.desk.Snooze(ctx, by, *id, now.Add(s.snooze), false, c.Version)
	case s.asleep:
		_, err = b.desk.Snooze(ctx, by, *id, time.Time{}, true, c.Version)
	case s.take:
		_, err = b.desk.Assign(ctx, by, *id, by.Member(), c.Team, c.Version)
	case s.show != "":
		_, err = b.desk.AddStep(ctx, by, *id, french(s.show), s.shown, time.Time{})
	case s.call != "":
		err = b.askCall(ctx, customer, *id, s.call, now)
	}
	return err
}

// askCall asks for a call in the first half hour that begins a while after the demo is made.
func (b *builder) askCall(ctx context.Context, customer vis.Actor, id vis.ConversationID, phone string, now time.Time) error {
	slots, err := b.routing.Slots(ctx, customer, id)
	if err != nil {
		return err
	}
	for _, at := range slots {
		if at.After(now.Add(10 * time.Minute)) {
			_, err = b.routing.Ask(ctx, customer, id, phone, at)
			return err
		}
	}
	return nil // closed for days: nobody can call
}

func (b *builder) write(ctx context.Context, customer vis.Actor, t tale, id *vis.ConversationID, s step) error {
	in := desk.Inbound{Channel: b.channels[t.channel].ID, Conversation: *id, Text: french(s.say), ClientID: b.Mint.ID(b.now)}
	for _, p := range patrons {
		if p.key == t.customer && p.page != "" {
			in.Page = &desk.PageView{URL: "https://cycles-arzel.example" + p.page, Title: p.title, At: b.now}
		}
	}
	if s.photo {
		a, err := b.photograph(ctx, customer)
		if err != nil {
			return err
		}
		in.Attachments = []vis.AttachmentID{a.ID}
	}
	received, err := b.desk.Receive(ctx, customer, in)
	if err != nil {
		return err
	}
	var none struct{}
	err = b.Desk.Update(ctx, customer, &none, func(tx desk.Tx) error { return tx.TouchCustomer(ctx, customer.Customer(), b.now, in.Page) })
	if err != nil || *id != "" {
		return err
	}
	*id = received.Conversation.ID
	return b.place(ctx, *id, t)
}

// place gives a conversation its subject and its owners as if it had always had them: no line in the thread tells of it.
func (b *builder) place(ctx context.Context, id vis.ConversationID, t tale) error {
	var none struct{}
	return b.Desk.Update(ctx, vis.System(b.ws), &none, func(tx desk.Tx) error {
		c, err := tx.Conversation(ctx, id)
		if err != nil {
			return err
		}
		c.Subject, c.Assignee, c.Team = french(t.subject), b.members[t.owner].ID, b.teams[t.team]
		if c, err = tx.SaveConversation(ctx, c); err != nil {
			return err
		}
		about, known := matters[t.subject]
		if !known {
			return nil
		}
		c.About = about
		_, err = tx.SaveAbout(ctx, c)
		return err
	})
}

// french sets narrow no-break spaces where French typography wants them; the source keeps plain ones, which can be seen.
var french = strings.NewReplacer(" ?", "\u202f?", " !", "\u202f!", " ;", "\u202f;", " :", "\u202f:", "« ", "«\u202f", " »", "\u202f»").Replace

func (b *builder) photograph(ctx context.Context, by vis.Actor) (desk.Attachment, error) {
	picture, width, height := brakeDisc()
	ref, err := b.Blobs.Put(ctx, b.ws, bytes.NewReader(picture), desk.MaxFile)
	if err != nil {
		return desk.Attachment{}, err
	}
	return b.desk.Attach(ctx, by, desk.Attachment{Name: "frein-avant.png", MediaType: "image/png", Size: ref.Size,
		Width: width, Height: height, Blob: ref.Hash})
}

// readEarlier marks as read by the demo's member all but what has come in while she was busy.
func (b *builder) readEarlier(ctx context.Context, tales []tale, conversations []vis.ConversationID) error {
	for i, id := range conversations {
		if slices.Contains([]string{"marc", "jonathan", "helene", "emily", "visitor", "sarah"}, tales[i].customer) {
			continue
		}
		c, err := b.desk.Conversation(ctx, vis.System(b.ws), id)
		if err != nil {
			return err
		}
		if err := b.desk.MarkRead(ctx, b.as("lea"), id, c.LastPosition); err != nil {
			return err
		}
	}
	return nil
}
