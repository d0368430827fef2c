package routing

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// The bounds of what is read.
const (
	loadPage   = 500
	maxWaiting = 200_000 // conversations of one workspace in memory; those of the lowest ranks stay outside until there is room
	maxOwned   = 2_000   // open conversations of one member
	eventPage  = 500
	maxPages   = 20 // of events in one turn; who is further behind reads everything anew
	// lastWithin is how long ago somebody answered a customer and is still the one who knows her matter.
	lastWithin = 30 * 24 * time.Hour
)

// loadPicture reads everything that bears on who gets what in a workspace, from one state of the database.
func (s *Service) loadPicture(ctx context.Context, ws vis.WorkspaceID, now time.Time) (*picture, error) {
	return vis.View(ctx, s.db, ws, func(tx Tx) (*picture, error) {
		u := s.setup(tx, ws)
		p, err := s.loadSetup(ctx, u)
		if err != nil {
			return nil, err
		}
		if p.position, err = tx.Head(ctx); err != nil {
			return nil, err
		}
		ringing, err := tx.RingingOffers(ctx)
		if err != nil {
			return nil, err
		}
		if err := s.loadWaiting(ctx, u, p, now); err != nil {
			return nil, err
		}
		p.rings(ringing, now)
		for m := range p.members {
			if err := s.loadOwned(ctx, u, p, m, now); err != nil {
				return nil, err
			}
			p.agent(m, now)
		}
		return p, nil
	})
}

// loadSetup reads who works here and how work is handed out.
func (s *Service) loadSetup(ctx context.Context, u *setup) (*picture, error) {
	settings, err := u.Settings(ctx)
	if err != nil {
		return nil, err
	}
	queues, err := u.allQueues(ctx)
	if err != nil {
		return nil, err
	}
	p := newPicture(settings, make(map[vis.TeamID]Queue, len(queues)))
	for _, q := range queues {
		if p.hours[q.Team], err = u.TeamHours(ctx, q.Team); err != nil {
			return nil, err
		}
		p.queues[q.Team] = q
		p.snap.SetQueue(q)
	}
	return p, s.loadMembers(ctx, u, p)
}

// loadMembers reads who works here, what she can do and whether she is here.
func (s *Service) loadMembers(ctx context.Context, u *setup, p *picture) error {
	members, err := u.Members(ctx)
	if err != nil {
		return err
	}
	for _, m := range members {
		p.members[m.ID] = m
	}
	profiles, err := u.tx.Profiles(ctx)
	if err != nil {
		return err
	}
	for _, x := range profiles {
		p.profiles[x.Member] = x
	}
	shifts, err := u.tx.Shifts(ctx)
	p.clockIn(shifts)
	return err
}

// clockIn replaces the shifts.
func (p *picture) clockIn(shifts []Shift) {
	clear(p.shifts)
	for _, x := range shifts {
		p.shifts[x.Member] = x
	}
}

// loadWaiting reads what waits, highest rank first.
func (s *Service) loadWaiting(ctx context.Context, u *setup, p *picture, now time.Time) error {
	var after RankPlace
	for n := 0; n < maxWaiting; n += loadPage {
		page, err := u.tx.Waiting(ctx, after, loadPage)
		if err != nil {
			return err
		}
		rows, err := s.rows(ctx, u, p, page, now)
		if err != nil {
			return err
		}
		for _, r := range rows {
			p.put(r, now)
		}
		if len(page) < loadPage {
			return nil
		}
		last := page[len(page)-1]
		after = RankPlace{last.Standing.Rank, last.ID}
	}
	return nil
}

// loadOwned reads what a member has.
func (s *Service) loadOwned(ctx context.Context, u *setup, p *picture, m vis.MemberID, now time.Time) error {
	owned, err := u.tx.Owned(ctx, m, maxOwned)
	if err != nil {
		return err
	}
	rows, err := s.rows(ctx, u, p, owned, now)
	for _, r := range rows {
		p.put(r, now)
	}
	return err
}

// rows reads beside conversations what else bears on who gets them.
func (s *Service) rows(ctx context.Context, u *setup, p *picture, all []desk.Conversation, now time.Time) ([]row, error) {
	advisers, err := advisersOf(ctx, u.tx, all)
	if err != nil {
		return nil, err
	}
	out := make([]row, 0, len(all))
	for _, c := range all {
		r := row{Conversation: c, adviser: advisers[c.Customer.ID]}
		if r.lane, err = u.lane(ctx, c.Channel); err != nil {
			return nil, err
		}
		switch {
		case c.State != desk.Open:
		case c.Assignee != "":
			if r.warned, err = warned(ctx, u.tx, p.shifts[c.Assignee], c); err != nil {
				return nil, err
			}
		case p.keptForLast(c, now):
			if r.last, err = u.tx.LastAnswerer(ctx, c.Customer.ID, now.Add(-lastWithin)); err != nil {
				return nil, err
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// keptForLast reports whether a conversation may still be kept for whoever answered its customer last: only then is it asked who.
func (p *picture) keptForLast(c desk.Conversation, now time.Time) bool {
	q := p.snap.Queue(c.Team)
	return q.LastFor > 0 && now.Sub(waits(c)) < time.Duration(q.AdviserFor+q.LastFor)*time.Second
}

// lane is what a channel makes of its conversations.
func (u *setup) lane(ctx context.Context, id vis.ChannelID) (lane, error) {
	c, err := u.Channel(ctx, id)
	if err != nil || c.ID == "" {
		return lane{work: WorkMail}, err
	}
	return laneOf(c, u.s.channels.Live(c)), nil
}

// advisersOf are the advisers of the customers of conversations that nobody owns.
func advisersOf(ctx context.Context, tx Tx, all []desk.Conversation) (map[vis.CustomerID]vis.MemberID, error) {
	var ids []vis.CustomerID
	for _, c := range all {
		if c.State == desk.Open && c.Assignee == "" {
			ids = append(ids, c.Customer.ID)
		}
	}
	out := make(map[vis.CustomerID]vis.MemberID)
	if len(ids) == 0 {
		return out, nil
	}
	customers, err := tx.CustomersByID(ctx, ids)
	for _, c := range customers {
		if c.Adviser != "" {
			out[c.ID] = c.Adviser
		}
	}
	return out, err
}

// warned reports whether a promise of a conversation is at risk while its owner is not here. Of one whose owner is, nobody asks.
func warned(ctx context.Context, tx Tx, owner Shift, c desk.Conversation) (bool, error) {
	if p := owner.Presence(); c.WaitingSince.IsZero() || c.Standing.Promise == "" || p == Available || p == Busy {
		return false, nil
	}
	open, err := tx.OpenPromises(ctx, []vis.ConversationID{c.ID})
	return slices.ContainsFunc(open, atRisk), err
}

// atRisk reports whether a promise runs and has been warned of, or is missed already.
func atRisk(p Promise) bool {
	return p.State == Broken || p.State == Running && len(p.Marks) > 0
}

// news is what the log says has happened since a picture was made.
type news struct {
	position  int64
	reload    bool // who works here or how work is handed out is another: everything is read anew
	present   bool // somebody came, went or chose
	rang      bool // offers began or ended
	touched   map[vis.ConversationID]bool
	customers map[vis.CustomerID]bool
	assigned  map[vis.ConversationID]time.Time
	// ended are conversations that a member resolved or gave away herself; that is work done, to be written up.
	ended  map[vis.ConversationID]time.Time
	events []vis.Event // those that are measured
	offers []offerNews
}

type offerNews struct {
	conversation vis.ConversationID
	at           time.Time
	OfferData
}

// readNews reads the log after a position.
func readNews(ctx context.Context, tx Tx, after int64) (*news, error) {
	n := &news{position: after, touched: make(map[vis.ConversationID]bool), customers: make(map[vis.CustomerID]bool),
		assigned: make(map[vis.ConversationID]time.Time), ended: make(map[vis.ConversationID]time.Time)}
	for range maxPages {
		page, err := tx.Events(ctx, n.position, eventPage)
		if err != nil {
			return nil, err
		}
		if len(page) > 0 && page[0].Seq != n.position+1 {
			n.reload = true // trimmed under us
		}
		for _, e := range page {
			n.note(e)
		}
		if len(page) < eventPage {
			return n, nil
		}
	}
	head, err := tx.Head(ctx)
	if err == nil && head > n.position {
		n.reload = true
	}
	return n, err
}

// note takes in one event.
func (n *news) note(e vis.Event) {
	n.position = e.Seq
	switch e.Type {
	case PresenceChanged:
		n.present = true
	case RoutingChanged, staff.MemberJoined, staff.MemberChanged, staff.TeamCreated, staff.TeamChanged, staff.TeamDeleted:
		n.reload = true
	case OfferMade, OfferEnded:
		n.rang = true
		o := offerNews{conversation: e.Conversation, at: e.At}
		if json.Unmarshal(e.Data, &o.OfferData) == nil {
			n.offers = append(n.offers, o)
		}
	case desk.CustomerChanged:
		n.customers[e.Customer] = true
	case desk.ConversationAssigned:
		n.touched[e.Conversation], n.assigned[e.Conversation] = true, e.At
		n.end(e)
	case desk.ConversationResolved:
		n.touched[e.Conversation] = true
		n.end(e)
	case desk.NoteWritten, desk.ConversationRead, desk.StepAdded, desk.StepChanged, desk.StepRemoved, desk.ConversationRenamed:
	default:
		if e.Conversation != "" {
			n.touched[e.Conversation] = true
		}
	}
	if measured(e) {
		n.events = append(n.events, e)
	}
}

// end notes that a member was done with a conversation, or gave it away.
func (n *news) end(e vis.Event) {
	if e.By == vis.ByMember {
		n.ended[e.Conversation] = e.At
	}
}
