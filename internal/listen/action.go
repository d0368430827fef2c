package listen

import (
	"context"
	"strings"
	"time"

	"visavis/internal/staff"
	"visavis/internal/vis"
)

// Action is what is to be done about a reason. Its place says what: a contact that customers value and the organisation does not is to be made
// simple, one that nobody values should never have happened, one that only the organisation values can be done by machines, and one that both do
// is an opportunity.
type Action struct {
	Reason string
	Aim    Aim
	// Version is 0 for one that is not saved yet.
	Version int64
}

// Aim is what people decided about a reason.
type Aim struct {
	// Customer and House say how much the contact is worth to the customer and to the organisation, −100 (an irritant) to 100.
	Customer int          `json:"customer"`
	House    int          `json:"house"`
	Owner    vis.MemberID `json:"owner,omitempty"`
	// Target is how many contacts a week there shall be at most, nil for none.
	Target *int `json:"target,omitempty"`
	// Since is from when the action works, Due until when it shall; 0 for not said.
	Since Day    `json:"since,omitempty"`
	Due   Day    `json:"due,omitempty"`
	Note  string `json:"note,omitempty"`
}

// Quadrant is what is to be done with contacts for a reason.
type Quadrant string

const (
	Simplify  Quadrant = "simplify"
	Eliminate Quadrant = "eliminate"
	Automate  Quadrant = "automate"
	Leverage  Quadrant = "leverage"
)

// Quadrant is where an action stands. The border belongs to those who value it less.
func (a Aim) Quadrant() Quadrant {
	switch {
	case a.Customer > 0 && a.House > 0:
		return Leverage
	case a.Customer > 0:
		return Simplify
	case a.House > 0:
		return Automate
	}
	return Eliminate
}

// The bounds of an action.
const (
	MostWorth  = 100
	MostTarget = 1_000_000
	MaxNote    = 2000
)

func (a *Aim) check() (err error) {
	switch {
	case a.Customer < -MostWorth || a.Customer > MostWorth:
		return vis.InField("customerValue", "A value lies between %d and %d.", -MostWorth, MostWorth)
	case a.House < -MostWorth || a.House > MostWorth:
		return vis.InField("houseValue", "A value lies between %d and %d.", -MostWorth, MostWorth)
	case a.Target != nil && (*a.Target < 0 || *a.Target > MostTarget):
		return vis.InField("target", "A target lies between 0 and %d contacts a week.", MostTarget)
	case a.Since > 0 && a.Due > 0 && a.Due < a.Since:
		return vis.InField("due", "The day by which it shall work comes before the day on which it begins.")
	}
	a.Note, err = paragraph("note", a.Note, MaxNote)
	return err
}

// Rate is what an hour of work on conversations costs; an Hourly of 0 says that it is not known.
type Rate struct {
	Hourly   float64 `json:"hourly"`
	Currency string  `json:"currency"` // ISO 4217
	Version  int64   `json:"-"`
}

// MostHourly is the most that an hour costs.
const MostHourly = 100_000

func (r *Rate) check() error {
	if r.Hourly < 0 || r.Hourly > MostHourly {
		return vis.InField("hourly", "An hour costs between 0 and %d.", MostHourly)
	}
	if len(r.Currency) != 3 || strings.Trim(r.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return vis.InField("currency", "A currency has three capital letters, such as EUR.")
	}
	return nil
}

// Cost is what some time costs, and false while nobody said.
func (r Rate) Cost(of time.Duration) (float64, bool) { return r.Hourly * of.Hours(), r.Hourly > 0 }

// Planned is an action with what became of it.
type Planned struct {
	Action
	// Weeks are how many contacts came each week, the last one over last; the first begins on From. Those whose last days come after Since are
	// after it.
	From  Day
	Weeks []int
}

// actionWeeks is how far back what came of an action is shown.
const actionWeeks = 26

// Actions are what is to be done about reasons.
func (c *Counter) Actions(ctx context.Context, by vis.Actor) (out []Planned, rate Rate, err error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return nil, rate, err
	}
	now := c.clock.Now()
	err = c.db.View(ctx, by.Workspace, func(tx CountTx) error {
		if rate, err = tx.Rate(ctx); err != nil {
			return err
		}
		all, err := tx.Actions(ctx)
		if err != nil {
			return err
		}
		out, err = c.courses(ctx, tx, all, now)
		return err
	})
	return out, rate, err
}

// courses adds to actions how many contacts came each week, those beneath a reason included.
func (c *Counter) courses(ctx context.Context, tx CountTx, all []Action, now time.Time) ([]Planned, error) {
	if len(all) == 0 {
		return nil, nil
	}
	zone, err := zoneOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	today := DayOf(now, zone)
	from := today - actionWeeks*week
	cells, err := tx.Counts(ctx, CountQuery{From: from, To: today, Channel: AllChannels, Language: AllLanguages})
	if err != nil {
		return nil, err
	}
	out := make([]Planned, len(all))
	for i, a := range all {
		out[i] = Planned{Action: a, From: from, Weeks: make([]int, actionWeeks)}
		for _, cell := range cells {
			if cell.Reason == a.Reason || strings.HasPrefix(cell.Reason, a.Reason+"/") {
				out[i].Weeks[int(cell.Day-from)/week] += cell.Contacts
			}
		}
	}
	return out, nil
}

// plans refuses those who do not decide what is done about reasons.
func plans(by vis.Actor) error { return leads(by, "decide what is done about reasons") }

// Plan says what is to be done about a reason.
func (c *Counter) Plan(ctx context.Context, by vis.Actor, a Action) (Planned, error) {
	if err := plans(by); err != nil {
		return Planned{}, err
	}
	if err := a.Aim.check(); err != nil {
		return Planned{}, err
	}
	now := c.clock.Now()
	return vis.Update(ctx, c.db, by, func(tx CountTx) (Planned, error) {
		tree, err := reasonTree(ctx, tx)
		if err != nil {
			return Planned{}, err
		}
		if tree.reason(a.Reason) == nil {
			return Planned{}, vis.InField("reason", "There is no such reason here.")
		}
		if err := owns(ctx, tx, a.Aim.Owner); err != nil {
			return Planned{}, err
		}
		current, err := tx.Action(ctx, a.Reason)
		if err != nil && vis.CodeOf(err) != vis.NotFound {
			return Planned{}, err
		}
		if current.Version != a.Version {
			return Planned{}, vis.Errorf(vis.Conflict, "action_changed", "Somebody changed this a moment before you.")
		}
		if a, err = tx.SaveAction(ctx, a); err != nil {
			return Planned{}, err
		}
		if err := tx.Append(ctx, vis.NewEvent(by, now, ReasonPlanned, ActionData{a.Reason, a.Aim.Quadrant()})); err != nil {
			return Planned{}, err
		}
		if err := tx.Audit(ctx, vis.NewAudit(by, now, string(ReasonPlanned), a.Reason, map[string]any{"to": string(a.Aim.Quadrant())})); err != nil {
			return Planned{}, err
		}
		out, err := c.courses(ctx, tx, []Action{a}, now)
		if err != nil {
			return Planned{}, err
		}
		return out[0], nil
	})
}

// owns refuses an owner who does not work here.
func owns(ctx context.Context, tx CountTx, id vis.MemberID) error {
	if id == "" {
		return nil
	}
	m, err := tx.Member(ctx, id)
	if vis.CodeOf(err) == vis.NotFound || err == nil && m.State != staff.Active {
		return vis.InField("ownerId", "Nobody with this id works here.")
	}
	return err
}

// Unplan forgets what was to be done about a reason.
func (c *Counter) Unplan(ctx context.Context, by vis.Actor, reason string) error {
	if err := plans(by); err != nil {
		return err
	}
	now := c.clock.Now()
	return c.db.Update(ctx, by, nil, func(tx CountTx) error {
		a, err := tx.Action(ctx, reason)
		if err != nil {
			return err
		}
		if err := tx.DeleteAction(ctx, reason); err != nil {
			return err
		}
		if err := tx.Append(ctx, vis.NewEvent(by, now, ReasonUnplanned, ActionData{reason, a.Aim.Quadrant()})); err != nil {
			return err
		}
		return tx.Audit(ctx, vis.NewAudit(by, now, string(ReasonUnplanned), reason, nil))
	})
}

// ChangeRate says what an hour of work costs.
func (c *Counter) ChangeRate(ctx context.Context, by vis.Actor, r Rate) (Rate, error) {
	if err := plans(by); err != nil {
		return r, err
	}
	if err := r.check(); err != nil {
		return r, err
	}
	now := c.clock.Now()
	return vis.Update(ctx, c.db, by, func(tx CountTx) (Rate, error) {
		current, err := tx.Rate(ctx)
		if err != nil {
			return r, err
		}
		if current.Version != r.Version {
			return r, vis.Errorf(vis.Conflict, "rate_changed", "Somebody changed this a moment before you.")
		}
		if r, err = tx.SaveRate(ctx, r); err != nil {
			return r, err
		}
		return r, tx.Audit(ctx, vis.NewAudit(by, now, "rate.changed", "", map[string]any{"hourly": r.Hourly, "currency": r.Currency}))
	})
}

// The facts about what is done about reasons. Their data is ActionData.
const (
	ReasonPlanned   vis.EventType = "reason.planned"
	ReasonUnplanned vis.EventType = "reason.unplanned"
)

// ActionData says what was decided about which reason.
type ActionData struct {
	Reason   string   `json:"reason"`
	Quadrant Quadrant `json:"quadrant"`
}
