package post

import (
	"context"
	"fmt"
	"strings"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// TimerAcknowledge tells a customer that her letter arrived; its key is the message's id.
const TimerAcknowledge = "letter.acknowledge"

const (
	// acknowledgeAfter gives routing the time to promise something.
	acknowledgeAfter = 10 * time.Second
	// acknowledgeEvery is how often one address is told at most, whatever arrives from it: what answers by itself without saying so is
	// answered once.
	acknowledgeEvery = 24 * time.Hour
	// acknowledgeFor is how old a letter may be by its own date: one that lay in a mailbox before it was fetched is no news to its writer.
	acknowledgeFor = 3 * 24 * time.Hour
)

// Effects are what this room's timers do.
func (s *Service) Effects() map[string]jobs.Effect {
	return map[string]jobs.Effect{TimerAcknowledge: s.acknowledge, TimerSpeak: s.speak}
}

// expectAcknowledgement arms the timer for a letter that a person wrote to us. Machines, lists and those who write into somebody else's
// conversation are told nothing, and neither is an address that its domain disowns.
func (f *filing) expectAcknowledgement(ctx context.Context, m desk.Message) error {
	a, ok := f.adapter.(channel.Acknowledger)
	l := f.letter
	old := !l.SentAt.IsZero() && f.now.Sub(l.SentAt) > acknowledgeFor
	if !ok || !a.Acknowledges(f.channel) || !acknowledgeable(l) || old || f.body.Stranger || f.body.ForwardedBy != nil || f.own(l.From.Address) {
		return nil
	}
	return f.tx.Arm(ctx, jobs.Timer{Workspace: f.by.Workspace, Kind: TimerAcknowledge, Key: string(m.ID), DueAt: f.now.Add(acknowledgeAfter)})
}

// acknowledgeable reports whether a letter is one that may be answered by a machine at all (RFC 3834 §2).
func acknowledgeable(l channel.Letter) bool {
	return l.Class == channel.Ordinary && l.List == nil && !l.Loop && l.From.Address != "" && l.Trust.Proof != channel.Disproof && !l.Trust.Ambiguous
}

// acknowledge is the effect of TimerAcknowledge. Nothing is said when somebody has answered meanwhile.
func (s *Service) acknowledge(ctx context.Context, t jobs.Timer) error {
	now := s.clock.Now()
	by := vis.System(t.Workspace)
	err := s.db.Update(ctx, by, nil, func(tx Tx) error {
		due, err := tx.Take(ctx, TimerAcknowledge, t.Key, now)
		if err != nil || !due {
			return err
		}
		l, err := tx.Letter(ctx, vis.MessageID(t.Key))
		if err != nil {
			return ignoreAbsent(err)
		}
		c, err := tx.Conversation(ctx, l.Conversation)
		if err != nil {
			return ignoreAbsent(err)
		}
		last, err := tx.Acknowledged(ctx, l.Body.From.Address)
		if err != nil || c.State == desk.Resolved || c.WaitingSince.IsZero() || !last.IsZero() && now.Sub(last) < acknowledgeEvery {
			return err
		}
		ch, err := tx.Channel(ctx, l.Channel)
		if err != nil {
			return err
		}
		adapter, ok := channel.As[channel.Addressed](s.channels, ch)
		if !ok || ch.Disabled || len(adapter.Addresses(ch)) == 0 {
			return nil
		}
		w := writing{Service: s, tx: tx, by: by, channel: ch, adapter: adapter, conversation: c, now: now}
		if err := w.read(ctx); err != nil {
			return err
		}
		d, err := w.acknowledgement(ctx, l)
		if err != nil {
			return err
		}
		if err := tx.SaveAcknowledged(ctx, l.Body.From.Address, now); err != nil {
			return err
		}
		m, err := s.desk.SayWithin(ctx, tx, by, &w.conversation, ch.ID, d.Text, now)
		if err != nil {
			return err
		}
		return w.post(ctx, m, d, Acknowledgement)
	})
	if err == nil {
		s.Ring()
	}
	return err
}

// acknowledgement is the letter that says that hers arrived. It is sent to where it came from and nowhere else. Nothing that a sender wrote
// stands in it unless her domain proves her: otherwise anybody could have us send his words to somebody else.
func (w *writing) acknowledgement(ctx context.Context, l Letter) (Draft, error) {
	d := Draft{From: w.from(&l), To: []channel.Address{{Address: l.Body.From.Address}}, Language: w.language(), Automatic: true}
	asked, err := w.tx.Message(ctx, l.Message)
	if err != nil {
		return d, err
	}
	if in := language(asked.Text); in != "" && w.conversation.About.Language == "" {
		d.Language = in // that of what she has just written, whatever she spoke before
	}
	said := arrived[d.Language]
	d.Subject = said.subject
	if l.Body.Trust.Proof == channel.Proved {
		if about := topic(l.Body.Subject); about != "" {
			d.Subject = "Re: " + about
		}
		if l.Body.MessageID != "" {
			d.InReplyTo, d.References = l.Body.MessageID, []string{l.Body.MessageID}
		}
	}
	who := said.somebody
	if a := w.conversation.Assignee; a != "" {
		m, err := w.tx.Member(ctx, a)
		if err != nil {
			return d, err
		}
		who = fmt.Sprintf(said.named, m.FirstName)
	}
	answer := said.soon
	due, err := w.tx.AnswerDueAt(ctx, w.conversation.ID)
	if err != nil {
		return d, err
	}
	if due.After(w.now) {
		answer = said.before + " " + clockTime(due, w.now, w.customer.Zone, w.house.Zone, d.Language)
	}
	d.Text = fmt.Sprintf(said.text, who, answer)
	if d.Signature, err = w.signature(ctx, d.From, d.Language); err != nil {
		return d, err
	}
	d.From.Name = w.named(d.From)
	return d, err
}

// withdrawAcknowledgement cancels what only says that hers arrived, when it has not left yet: the answer says so too, and must not wait
// behind it.
func (w *writing) withdrawAcknowledgement(ctx context.Context) error {
	open, err := w.tx.SendingsOf(ctx, w.conversation.ID, lettersLookedAt)
	if err != nil {
		return err
	}
	for _, one := range open {
		if one.Kind != Acknowledgement || one.State != ToSend {
			continue
		}
		one.State, one.ChangedAt = Cancelled, w.now
		if err := w.sendingChanged(ctx, w.tx, w.by.Workspace, one, w.now); err != nil {
			return err
		}
	}
	return nil
}

// arrived words an acknowledgement, by language.
var arrived = map[string]struct{ subject, text, named, somebody, before, soon string }{
	"fr": {"Votre message est bien arrivé",
		"Bonjour,\n\nvotre message est bien arrivé. %s vous répond %s.\n\nCeci est un accusé de réception automatique. Pour ajouter quelque chose, répondez simplement à ce message.",
		"%s ou quelqu’un de son équipe", "Quelqu’un de notre équipe", "avant", "dès que possible"},
	"en": {"Your message has arrived",
		"Hello,\n\nyour message has arrived. %s answers %s.\n\nThis was sent automatically. To add something, simply reply to it.",
		"%s or a colleague", "One of us", "before", "as soon as possible"},
}

var (
	daysFR   = [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
	monthsFR = [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
)

// clockTime words an instant as a customer reads it: by her clock if we know it, otherwise by the house's, with the name of the place. The day
// is named when it is not today's.
func clockTime(at, now time.Time, hers, house, language string) string {
	zone, ours := hers, false
	if zone == "" {
		zone, ours = house, true
	}
	place, err := time.LoadLocation(zone)
	if err != nil || zone == "" {
		place, ours, zone = time.UTC, true, "UTC"
	}
	at, now = at.In(place), now.In(place)
	today := at.YearDay() == now.YearDay() && at.Year() == now.Year()
	_, city, named := strings.Cut(zone, "/")
	city = strings.ReplaceAll(city[strings.LastIndexByte(city, '/')+1:], "_", " ")
	var said, where string
	if language == "fr" {
		if said = fmt.Sprintf("%d h %02d", at.Hour(), at.Minute()); !today {
			said = fmt.Sprintf("%s %d %s, %s", daysFR[at.Weekday()], at.Day(), monthsFR[at.Month()-1], said)
		}
		where = "heure de " + city
	} else {
		if said = at.Format("15:04"); !today {
			said = at.Format("15:04 on Monday 2 January")
		}
		where = city + " time"
	}
	switch {
	case ours && named:
		return said + " (" + where + ")"
	case ours:
		return said + " (" + zone + ")"
	}
	return said
}
