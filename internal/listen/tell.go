package listen

import (
	"context"
	"errors"
	"slices"
	"strings"

	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// toldAtOnce is how many conversations are told in one turn of the timer, each in a transaction of its own; other timers have their turn
// between two of these.
const toldAtOnce = 50

// tell is the effect of TimerTell: it tells some of those whom an incident concerns what people decided to say, each once, and leaves the
// timer due until all are told. What a conversation is told and the note that it was are one transaction; whoever is killed in between begins
// again behind the last.
func (w *Watch) tell(ctx context.Context, t jobs.Timer) error {
	i, next, err := w.untold(ctx, t)
	if err != nil {
		return err
	}
	if len(next) == 0 {
		return w.toldAll(ctx, t)
	}
	for _, c := range next {
		err := w.tellOne(ctx, t.Workspace, i, c)
		switch {
		case err == nil || errors.Is(err, vis.ErrStale):
		case ctx.Err() != nil || vis.CodeOf(err) == vis.Unavailable:
			return err
		default:
			if err := w.passOver(ctx, t.Workspace, i, c, err); err != nil && !errors.Is(err, vis.ErrStale) {
				return err
			}
		}
	}
	return nil
}

// untold are the next conversations that are to be told something.
func (w *Watch) untold(ctx context.Context, t jobs.Timer) (i Incident, next []Concerned, err error) {
	err = w.db.View(ctx, t.Workspace, func(tx IncidentTx) error {
		if i, err = tx.Incident(ctx, vis.IncidentID(t.Key)); err != nil {
			return err
		}
		next, err = i.untold(ctx, tx, toldAtOnce)
		return err
	})
	return i, next, err
}

// untold are conversations that are to be told how the incident stands.
func (i Incident) untold(ctx context.Context, tx IncidentTx, most int) ([]Concerned, error) {
	switch {
	case i.words().Empty():
		return nil, nil
	case i.State == Solved:
		return tx.Untold(ctx, i.ID, most)
	}
	return tx.Unheld(ctx, i.ID, most)
}

// words are what customers are told of the incident as it stands.
func (i Incident) words() Words {
	switch i.State {
	case Confirmed, Fixing:
		return i.Course.Texts.Holding
	case Solved:
		return i.Course.Texts.Solved
	case Suspected, FalseAlarm:
	}
	return Words{}
}

func (w *Watch) tellOne(ctx context.Context, ws vis.WorkspaceID, i Incident, c Concerned) error {
	now := w.clock.Now()
	return w.db.Update(ctx, vis.System(ws), nil, func(tx IncidentTx) error {
		if err := w.mark(ctx, tx, i, c); err != nil {
			return err
		}
		conversation, err := tx.Conversation(ctx, c.Conversation)
		if err != nil {
			return err
		}
		language := c.Language
		if !strings.HasPrefix(language, "fr") && !strings.HasPrefix(language, "en") {
			customer, err := tx.Customer(ctx, conversation.Customer.ID)
			if err != nil {
				return err
			}
			language = customer.Locale
		}
		_, err = w.desk.TellWithin(ctx, tx, vis.System(ws), &conversation, i.words().In(language), now)
		return err
	})
}

// mark notes that a conversation was told; of two who tell it the second fails.
func (w *Watch) mark(ctx context.Context, tx IncidentTx, i Incident, c Concerned) error {
	if i.State == Solved {
		return tx.MarkTold(ctx, c, w.clock.Now())
	}
	return tx.MarkHeld(ctx, c, w.clock.Now())
}

// passOver notes that a conversation could not be told, so that it stops no other.
func (w *Watch) passOver(ctx context.Context, ws vis.WorkspaceID, i Incident, c Concerned, why error) error {
	w.log.Warn("a customer could not be told of an incident", "workspace", ws, "conversation", c.Conversation, "err", why)
	return w.db.Update(ctx, vis.System(ws), nil, func(tx IncidentTx) error {
		if err := w.mark(ctx, tx, i, c); err != nil {
			return err
		}
		now, err := tx.Incident(ctx, i.ID)
		if err != nil {
			return err
		}
		if len(now.Course.Untold) < mostConcerned && !slices.Contains(now.Course.Untold, c.Conversation) {
			now.Course.Untold = append(now.Course.Untold, c.Conversation)
			if _, err := tx.SaveIncident(ctx, now); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, vis.NewAudit(vis.System(ws), w.clock.Now(), "incident.untold", string(i.ID), map[string]any{"conversation": c.Conversation}))
	})
}

// toldAll takes the timer, unless somebody has decided to say something more since it was looked for.
func (w *Watch) toldAll(ctx context.Context, t jobs.Timer) error {
	now := w.clock.Now()
	return w.db.Update(ctx, vis.System(t.Workspace), nil, func(tx IncidentTx) error {
		due, err := tx.Take(ctx, TimerTell, t.Key, now)
		if err != nil || !due {
			return err
		}
		i, err := tx.Incident(ctx, vis.IncidentID(t.Key))
		if err != nil {
			return err
		}
		more, err := i.untold(ctx, tx, 1)
		if err != nil || len(more) == 0 {
			return err
		}
		return tx.Arm(ctx, jobs.Timer{Workspace: t.Workspace, Kind: TimerTell, Key: t.Key, DueAt: now})
	})
}
