package listen

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"sync"
	"time"

	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// How contacts are counted:
//
//  1. Follow reads the log behind those who write, a stretch at a time, and looks up the conversations that it is about.
//  2. A contact is kept beside each conversation that a customer began: what was counted of it last. What it says now is taken from there, so
//     that a correction, which comes days later, moves it from one reason to another on the day on which it began.
//  3. The difference goes to the cells of the days, in one transaction with the cursor: each event counts once. Boards read cells and no
//     messages.
const (
	counting   = "contacts" // the follower's name among those who read the log
	countAtOne = 256        // events of one transaction
	countAhead = 1000       // how far the log is passed over in memory only
	// hersMost is how many contacts of one customer are looked at for repeats.
	hersMost = 200
	maxPage  = 200 // bytes of the address of a page
	samePage = time.Hour
)

// Counter counts contacts, and answers from what was counted.
type Counter struct {
	db    CountDB
	clock vis.Clock

	mu     sync.Mutex
	passed map[vis.WorkspaceID]int64
}

// NewCounter makes the service.
func NewCounter(db CountDB, clock vis.Clock) *Counter {
	return &Counter{db: db, clock: clock, passed: make(map[vis.WorkspaceID]int64)}
}

// counts reports whether an event changes what is counted of its conversation.
func counts(e vis.Event) bool {
	switch e.Type {
	case desk.ConversationStarted, desk.MessageReceived, desk.MessageSent, desk.NoteWritten, desk.ConversationAssigned, desk.ConversationRead,
		desk.ConversationResolved, desk.ConversationReopened, desk.ConversationSpoken, desk.ConversationClassified, desk.MessageUnderstood,
		desk.ReadingCorrected:
		return e.Conversation != ""
	}
	return false
}

// Follow counts the next events of the log and reports whether there may be more. When another node was faster it has done the work, and that is
// no error.
func (c *Counter) Follow(ctx context.Context, ws vis.WorkspaceID) (more bool, err error) {
	var from, to int64
	var events []vis.Event
	err = c.db.View(ctx, ws, func(tx CountTx) error {
		if from, err = tx.Cursor(ctx, counting); err != nil {
			return err
		}
		c.mu.Lock()
		after := max(from, c.passed[ws])
		c.mu.Unlock()
		events, err = tx.Events(ctx, after, countAtOne)
		return err
	})
	if err != nil || len(events) == 0 {
		return false, err
	}
	to, more = events[len(events)-1].Seq, len(events) == countAtOne
	events = slices.DeleteFunc(events, func(e vis.Event) bool { return !counts(e) })
	if len(events) == 0 && to-from < countAhead {
		c.pass(ws, to)
		return more, nil
	}
	err = c.db.Update(ctx, vis.System(ws), nil, func(tx CountTx) error {
		if err := tx.MoveCursor(ctx, counting, from, to); err != nil {
			return err
		}
		return c.count(ctx, tx, events)
	})
	if errors.Is(err, vis.ErrStale) {
		return true, nil
	}
	if err == nil {
		c.pass(ws, to)
	}
	return more, err
}

// CatchUp counts the log to its head.
func (c *Counter) CatchUp(ctx context.Context, ws vis.WorkspaceID) error {
	for {
		more, err := c.Follow(ctx, ws)
		if err != nil || !more {
			return err
		}
	}
}

func (c *Counter) pass(ws vis.WorkspaceID, to int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passed[ws] = to
}

// book is the contacts of one stretch of the log, as they were and as they are.
type book struct {
	was map[vis.ConversationID]Contact
	is  map[vis.ConversationID]*Contact
}

// count takes in what happened.
func (c *Counter) count(ctx context.Context, tx CountTx, events []vis.Event) error {
	if len(events) == 0 {
		return nil
	}
	b, conversations, err := open(ctx, tx, events)
	if err != nil {
		return err
	}
	customers, spots, err := c.whose(ctx, tx, conversations)
	if err != nil {
		return err
	}
	zone, err := zoneOf(ctx, tx)
	if err != nil {
		return err
	}
	for _, e := range events {
		of, there := conversations[e.Conversation]
		if !there {
			continue
		}
		if e.Type == desk.ConversationStarted && e.By == vis.ByCustomer && b.is[e.Conversation] == nil {
			b.is[e.Conversation] = &Contact{Conversation: e.Conversation, BeganAt: e.At, Day: DayOf(e.At, zone), TouchedAt: e.At,
				Page: pageOf(customers[of.Customer.ID], e.At)}
		}
		if contact := b.is[e.Conversation]; contact != nil {
			contact.handle(e)
			contact.understand(of, spots[of.Customer.ID])
		}
	}
	if err := b.repeats(ctx, tx); err != nil {
		return err
	}
	return b.close(ctx, tx)
}

// whose reads the customers of a stretch once, and where they are.
func (c *Counter) whose(ctx context.Context, tx CountTx, conversations map[vis.ConversationID]desk.Conversation) (map[vis.CustomerID]desk.Customer,
	map[vis.CustomerID]Spot, error) {
	var ids []vis.CustomerID
	for _, one := range conversations {
		ids = append(ids, one.Customer.ID)
	}
	slices.Sort(ids)
	customers, err := customersOf(ctx, tx, slices.Compact(ids))
	if err != nil {
		return nil, nil, err
	}
	a, err := openAtlas(ctx, tx, c.clock.Now())
	spots := make(map[vis.CustomerID]Spot, len(customers))
	for _, id := range slices.Sorted(maps.Keys(customers)) {
		if err == nil {
			spots[id], err = a.of(ctx, customers[id])
		}
	}
	return customers, spots, err
}

// open looks up what a stretch of the log is about.
func open(ctx context.Context, tx CountTx, events []vis.Event) (book, map[vis.ConversationID]desk.Conversation, error) {
	b := book{was: make(map[vis.ConversationID]Contact), is: make(map[vis.ConversationID]*Contact)}
	var ids []vis.ConversationID
	for _, e := range events {
		ids = append(ids, e.Conversation)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	found, err := tx.ConversationsByID(ctx, ids)
	if err != nil {
		return b, nil, err
	}
	conversations := make(map[vis.ConversationID]desk.Conversation, len(found))
	for _, one := range found {
		conversations[one.ID] = one
	}
	kept, err := tx.ContactsByID(ctx, ids)
	for _, one := range kept {
		b.know(one)
	}
	return b, conversations, err
}

// know takes in a contact as it was counted, unless it is known already.
func (b book) know(c Contact) *Contact {
	if b.is[c.Conversation] == nil {
		b.was[c.Conversation], b.is[c.Conversation] = c, &c
	}
	return b.is[c.Conversation]
}

// repeats says anew which contacts are repeats, where a customer began one or a reason changed.
func (b book) repeats(ctx context.Context, tx CountTx) error {
	var customers []vis.CustomerID
	for id, is := range b.is {
		was, known := b.was[id]
		if !known || was.Reason != is.Reason || was.Reopened != is.Reopened || was.Customer != is.Customer {
			customers = append(customers, is.Customer)
		}
	}
	slices.Sort(customers)
	for _, customer := range slices.Compact(customers) {
		kept, err := tx.ContactsOf(ctx, customer, hersMost)
		if err != nil {
			return err
		}
		for _, one := range kept {
			b.know(one)
		}
		var hers []*Contact
		for _, is := range b.is {
			if is.Customer == customer {
				hers = append(hers, is)
			}
		}
		markRepeats(hers, len(kept) < hersMost)
	}
	return nil
}

// close writes what changed.
func (b book) close(ctx context.Context, tx CountTx) error {
	cells := make(map[Cell]*Sums)
	add := func(c Contact, times int) {
		for _, cell := range c.Cells() {
			if cells[cell] == nil {
				cells[cell] = &Sums{}
			}
			cells[cell].Add(c.sums(), times)
		}
	}
	ids := make([]vis.ConversationID, 0, len(b.is))
	for id := range b.is {
		ids = append(ids, id)
	}
	slices.Sort(ids) // so that two servers lock rows in the same order
	for _, id := range ids {
		was, known := b.was[id]
		if known && was == *b.is[id] {
			continue
		}
		if err := tx.PutContact(ctx, *b.is[id]); err != nil {
			return err
		}
		if known {
			add(was, -1)
		}
		add(*b.is[id], 1)
	}
	return addAll(ctx, tx, cells)
}

// addAll adds to cells, always in the same order, so that two servers do not wait for each other.
func addAll(ctx context.Context, tx CountTx, cells map[Cell]*Sums) error {
	for _, cell := range slices.SortedFunc(maps.Keys(cells), Cell.compare) {
		if *cells[cell] == (Sums{}) {
			continue
		}
		if err := tx.AddCount(ctx, Tallied{cell, *cells[cell]}); err != nil {
			return err
		}
	}
	return nil
}

// pageOf is the page that a customer was on when she began, without what may be personal in its address; "" where we last saw her at another
// time.
func pageOf(c desk.Customer, began time.Time) string {
	if c.Page == nil || began.Sub(c.Page.At).Abs() > samePage {
		return ""
	}
	return barePage(c.Page.URL)
}

// barePage is the address of a page without its query, in which names and numbers of orders stand.
func barePage(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	bare := u.Host + u.Path
	if len(bare) > maxPage {
		return ""
	}
	return bare
}

func zoneOf(ctx context.Context, tx interface {
	Workspace(ctx context.Context) (staff.Workspace, error)
}) (*time.Location, error) {
	w, err := tx.Workspace(ctx)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		zone = time.UTC
	}
	return zone, nil
}
