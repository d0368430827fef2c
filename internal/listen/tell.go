package listen

import (
	"context"
	"errors"
	"strings"

	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// toldAtOnce is how many conversations are looked for at once; each is told in a transaction of its own.
const toldAtOnce = 100

// tell is the effect of TimerTell: it tells everyone whom an incident concerns what people decided to say, each once. What a conversation is
// told and the note that it was are one transaction; whoever is killed in between begins again behind the last.
func (w *Watch) tell(ctx context.Context, t jobs.Timer) error {
	for {
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
	}
}

// untold are the next conversations that are to be told something.
func (w *Watch) untold(ctx context.Context, t jobs.Timer) (i Incident, next []Concerned, err error) {
	err = w.db.View(ctx, t.Workspace, func(tx IncidentTx) error {
		if i, err = tx.Incident(ctx, vis.IncidentID(t.Key)); err != nil {
			return err
		}
		switch {
		case i.words().Empty():
		case i.State == Solved:
			next, err = tx.Untold(ctx, i.ID, toldAtOnce)
		default:
			next, err = tx.Unheld(ctx, i.ID, toldAtOnce)
		}
		return err
	})
	return i, next, err
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
		if err := mark(ctx, tx, i, c, w); err != nil {
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

func mark(ctx context.Context, tx IncidentTx, i Incident, c Concerned, w *Watch) error {
	if i.State == Solved {
		return tx.MarkTold(ctx, c, w.clock.Now())
	}
	return tx.MarkHeld(ctx, c, w.clock.Now())
}

// passOver notes that a conversation could not be told, so that it stops no other.
func (w *Watch) passOver(ctx context.Context, ws vis.WorkspaceID, i Incident, c Concerned, why error) error {
	w.log.Warn("a customer could not be told of an incident", "workspace", ws, "conversation", c.Conversation, "err", why)
	return w.db.Update(ctx, vis.System(ws), nil, func(tx IncidentTx) error {
		if err := mark(ctx, tx, i, c, w); err != nil {
			return err
		}
		return tx.Audit(ctx, vis.NewAudit(vis.System(ws), w.clock.Now(), "incident.untold", string(i.ID), map[string]any{"conversation": c.Conversation}))
	})
}

func (w *Watch) toldAll(ctx context.Context, t jobs.Timer) error {
	now := w.clock.Now()
	return w.db.Update(ctx, vis.System(t.Workspace), nil, func(tx IncidentTx) error {
		_, err := tx.Take(ctx, TimerTell, t.Key, now)
		return err
	})
}
