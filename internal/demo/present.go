package demo

import (
	"context"
	"slices"
	"time"

	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// worker is somebody who is at work whether anybody plays her or not, with what she says of herself.
type worker struct {
	key      string
	presence routing.Presence
	back     time.Duration
}

// atWork are those who are there. None of them is rung at an empty desk: Léa has Hélène on the telephone, Thomas and Soazig want nothing
// new, Karim is away, and in the workshop, where Gwenolé stands, everybody takes what she sees. Léa is among them because whoever is not
// there loses what is urgent to others, and the demo would begin without its story.
var atWork = []worker{{"lea", routing.Available, 0}, {"gwenole", routing.Available, 0}, {"thomas", routing.Busy, 0}, {"soazig", routing.Busy, 0}, {"karim", routing.Away, 25 * m}}

// clockIn lets the colleagues say how they are there.
func (b *builder) clockIn(ctx context.Context, now time.Time) error {
	for _, w := range atWork {
		var back time.Time
		if w.back > 0 {
			back = now.Add(w.back)
		}
		if _, err := b.routing.SetPresence(ctx, b.as(w.key), w.presence, back); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) presentIDs() []vis.MemberID {
	var out []vis.MemberID
	for _, w := range atWork {
		out = append(out, b.members[w.key].ID)
	}
	return out
}

// presentIn finds the colleagues at work in a demo that was made before.
func presentIn(ctx context.Context, db staff.DB, ws vis.WorkspaceID) ([]vis.MemberID, error) {
	members, err := vis.View(ctx, db, ws, func(tx staff.Tx) ([]staff.Member, error) { return tx.Members(ctx) })
	var out []vis.MemberID
	for _, m := range members {
		for _, p := range staffed {
			if p.email == m.Email && slices.ContainsFunc(atWork, func(w worker) bool { return w.key == p.key }) {
				out = append(out, m.ID)
			}
		}
	}
	return out, err
}

// Vouch is how often KeepPresent must be called for the colleagues at work to stay there.
const Vouch = 20 * time.Second

// node stands for the screens of the colleagues at work among the nodes that say who is there.
const node = "demo"

// KeepPresent says that the colleagues of a demo are there, as the node would at which they had a screen open.
func KeepPresent(ctx context.Context, db routing.DB, built Built, now time.Time) error {
	return db.Update(ctx, vis.System(built.Workspace), nil, func(tx routing.Tx) error {
		for _, m := range built.Present {
			if err := tx.Vouch(ctx, node, m, true, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// Arrive is KeepPresent before anything runs: whoever was at work is found there.
func Arrive(ctx context.Context, db routing.DB, built Built, now time.Time) error {
	err := db.Update(ctx, vis.System(built.Workspace), nil, func(tx routing.Tx) error {
		shifts, err := tx.Shifts(ctx)
		if err != nil {
			return err
		}
		for _, x := range shifts {
			if !slices.Contains(built.Present, x.Member) {
				continue
			}
			x.Connected, x.SeenAt = true, now
			if err := tx.SaveShift(ctx, x); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return KeepPresent(ctx, db, built, now)
}
