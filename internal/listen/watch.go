package listen

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/notify"
	"visavis/internal/vis"
)

// How incidents are heard:
//
//  1. Follow reads the log behind those who write. Of each message that a customer wrote it remembers the reason, the language and the
//     signature for two days, and counts its hour, in one transaction with its place in the log: each message counts once.
//  2. Once a minute, while there is something to look at, the timer of TimerLook weighs the topics and groups what was said alike. Each
//     cause that stands out opens one incident, or joins the one that is open.
//  3. People say what it is. What customers are told then leaves by the timer of TimerTell, a few conversations in one transaction with the
//     note that they were told: each is told once, however often the server is killed.
const (
	TimerLook = "listen.look"
	TimerTell = "listen.tell" // its key is the incident

	watching = "incidents" // the follower's name among those who read the log
	lookFor  = time.Minute
	// heardFor is how long messages are remembered, and lookBack how far back others that say the same are looked for.
	heardFor, lookBack = 48 * time.Hour, 24 * time.Hour
	mostHeard          = 4000 // of lookBack
	followed           = 100  // events that are followed at once
	followAhead        = 1000 // how far the log is passed over in memory only
	learnFor           = 6 * time.Hour
)

// Watch hears incidents and keeps them.
type Watch struct {
	db     IncidentDB
	desk   *desk.Service
	notify *notify.Service
	clock  vis.Clock
	mint   vis.Mint
	log    *slog.Logger

	mu      sync.Mutex
	passed  map[vis.WorkspaceID]int64
	learned map[topicOf]learnedAt
}

type topicOf struct {
	workspace vis.WorkspaceID
	topic     string
}

type learnedAt struct {
	at       time.Time
	baseline Baseline
}

// NewWatch makes the service.
func NewWatch(db IncidentDB, d *desk.Service, n *notify.Service, clock vis.Clock, mint vis.Mint, log *slog.Logger) *Watch {
	return &Watch{db: db, desk: d, notify: n, clock: clock, mint: mint, log: log,
		passed: make(map[vis.WorkspaceID]int64), learned: make(map[topicOf]learnedAt)}
}

// Effects are what the timers of incidents do.
func (w *Watch) Effects() map[string]jobs.Effect {
	return map[string]jobs.Effect{TimerLook: w.Look, TimerTell: w.tell}
}

// topics are those that a message counts for: its reason, its reason on its channel, and its reason in its place.
func topics(h Heard) []string {
	out := []string{h.Reason, h.Reason + "@" + string(h.Channel)}
	if h.Place != "" && h.Place != Others {
		out = append(out, h.inPlace())
	}
	return out
}

// inPlace is the topic of its reason in its place.
func (h Heard) inPlace() string { return h.Reason + "@@" + h.Place }

// Follow hears the next messages of the log and reports whether there may be more. When another node was faster it has done the work, and that
// is no error.
func (w *Watch) Follow(ctx context.Context, ws vis.WorkspaceID) (more bool, err error) {
	var from, to int64
	var heard []Heard
	err = w.db.View(ctx, ws, func(tx IncidentTx) error {
		if from, err = tx.Cursor(ctx, watching); err != nil {
			return err
		}
		w.mu.Lock()
		after := max(from, w.passed[ws])
		w.mu.Unlock()
		events, err := tx.Events(ctx, after, followed)
		if err != nil || len(events) == 0 {
			return err
		}
		to, more = events[len(events)-1].Seq, len(events) == followed
		heard, err = w.hear(ctx, tx, events)
		return err
	})
	if err != nil || to == 0 {
		return false, err
	}
	if len(heard) == 0 && to-from < followAhead {
		w.pass(ws, to)
		return more, nil
	}
	err = w.db.Update(ctx, vis.System(ws), nil, func(tx IncidentTx) error {
		if err := tx.MoveCursor(ctx, watching, from, to); err != nil {
			return err
		}
		return w.remember(ctx, tx, ws, heard)
	})
	if errors.Is(err, vis.ErrStale) {
		return true, nil
	}
	if err == nil {
		w.pass(ws, to)
	}
	return more, err
}

func (w *Watch) pass(ws vis.WorkspaceID, to int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.passed[ws] = to
}

// hear looks up what customers said and what it was read to mean.
func (w *Watch) hear(ctx context.Context, tx IncidentTx, events []vis.Event) (out []Heard, err error) {
	oldest := w.clock.Now().Add(-Kept)
	var ids []vis.MessageID
	by := make(map[vis.MessageID]vis.Event)
	for _, e := range events {
		if e.Type != desk.MessageUnderstood || e.At.Before(oldest) || desk.IsReread(e) {
			continue
		}
		if m := messageOf(e); m != "" {
			ids, by[m] = append(ids, m), e
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	messages, err := tx.MessagesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	readings, err := tx.ReadingsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	read := make(map[vis.MessageID]Reading, len(readings))
	for _, r := range readings {
		read[r.Message] = r
	}
	for _, m := range messages {
		r, known := read[m.ID]
		if !known {
			continue
		}
		// The best guess counts too: of many that are unsure, the same guess is none by chance.
		out = append(out, Heard{Said: Said{m.ID, by[m.ID].Customer, m.CreatedAt, utf8.RuneCountInString(m.Text), r.Sign}, Conversation: m.Conversation,
			Channel: m.Channel, Reason: r.Says.Best.Label, Language: r.Says.Language.Label})
	}
	return out, nil
}

// locate says where those are who were heard, by their files.
func (w *Watch) locate(ctx context.Context, tx IncidentTx, heard []Heard, now time.Time) error {
	var ids []vis.CustomerID
	for _, h := range heard {
		ids = append(ids, h.Customer)
	}
	slices.Sort(ids)
	customers, err := customersOf(ctx, tx, slices.Compact(ids))
	if err != nil {
		return err
	}
	a, err := openAtlas(ctx, tx, now)
	for i := range heard {
		if err == nil {
			heard[i].Place, err = a.value(ctx, ByPlace, customers[heard[i].Customer].Attributes[*a.settings.Place])
		}
	}
	return err
}

// remember keeps what was heard and sees to it that it is looked at.
func (w *Watch) remember(ctx context.Context, tx IncidentTx, ws vis.WorkspaceID, heard []Heard) error {
	now, fresh := w.clock.Now(), false
	if err := w.locate(ctx, tx, heard, now); err != nil {
		return err
	}
	for _, h := range heard {
		for _, topic := range topics(h) {
			if err := tx.CountHour(ctx, topic, h.At); err != nil {
				return err
			}
		}
		if h.At.Before(now.Add(-heardFor)) {
			continue
		}
		if err := tx.InsertHeard(ctx, h); err != nil {
			return err
		}
		fresh = fresh || h.At.After(now.Add(-time.Hour))
	}
	if !fresh {
		return nil
	}
	return tx.Arm(ctx, jobs.Timer{Workspace: ws, Kind: TimerLook, DueAt: now.Truncate(lookFor).Add(lookFor)})
}
