package listen

import (
	"context"
	"errors"
	"sync"
	"time"

	"visavis/internal/desk"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// How an engine is asked:
//
//  1. Our own reader has read the message already, and what it read stands until something better is known: nothing waits for an engine.
//  2. Ask follows the log behind the readings. One transaction moves its cursor and sets the calls aside from the month's budget, so that each
//     message is sent at most once, however often the server is killed, and no call is made that the budget does not hold.
//  3. The calls are made at once, with what tells whose a message is taken out of it.
//  4. Another transaction writes what was answered, unless a member has corrected the reading meanwhile.
//
// After some failures in a row an engine is left alone for a while. What is said then, and what waited too long, is not asked about later.
const (
	asker      = "engine"
	askAtOnce  = 8
	askAbout   = 10 * time.Minute // how old what is asked about may be
	failures   = 3                // in a row, before it is left alone
	restFor    = time.Minute      // the first time, twice as long each time after
	restAtMost = 15 * time.Minute
)

// breaker remembers how calls to an engine went.
type breaker struct {
	failed int // in a row
	until  time.Time
	rest   time.Duration
	wrong  string // what went wrong last
}

// asked is a message that is asked about.
type asked struct {
	reading  Reading
	message  desk.Message
	question question
	granted  bool
	said     opinion
	used     EngineUse
}

// asking is a piece of the log with what is to be asked about it.
type asking struct {
	from, to int64
	more     bool
	engine   Engine
	tree     Tree
	matters  []asked
}

// Ask asks the workspace's engine about the next messages of the log and reports whether there may be more.
func (s *Service) Ask(ctx context.Context, ws vis.WorkspaceID) (more bool, err error) {
	if s.caller == nil {
		return false, nil
	}
	a, err := vis.View(ctx, s.db, ws, func(tx Tx) (asking, error) { return s.find(ctx, tx, ws) })
	if err != nil || a.to == 0 {
		return false, err
	}
	if len(a.matters) == 0 && a.to-a.from < ahead {
		s.pass(ws, a.to)
		return a.more, nil
	}
	now := s.clock.Now()
	err = s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) error {
		if err := tx.MoveCursor(ctx, asker, a.from, a.to); err != nil {
			return err
		}
		for i := range a.matters {
			m := &a.matters[i]
			granted, err := tx.SpendEngine(ctx, monthOf(now), m.question.most, a.engine.MonthlyCalls, a.engine.MonthlyTokens)
			if err != nil {
				return err
			}
			m.granted = granted
		}
		return nil
	})
	if errors.Is(err, vis.ErrStale) {
		return true, nil // another node was faster
	}
	if err != nil {
		return false, err
	}
	s.pass(ws, a.to)
	var calls sync.WaitGroup
	for i := range a.matters {
		if m := &a.matters[i]; m.granted {
			calls.Go(func() { m.said, m.used = s.call(ctx, ws, a.engine, a.tree, m.question) })
		}
	}
	calls.Wait()
	s.judge(ws, a.matters)
	return a.more, s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) error { return s.reread(ctx, tx, ws, a, monthOf(now)) })
}

func (s *Service) pass(ws vis.WorkspaceID, to int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[ws] = to
}

// find looks up what is to be asked about next; nothing while no engine is chosen.
func (s *Service) find(ctx context.Context, tx Tx, ws vis.WorkspaceID) (a asking, err error) {
	if a.engine, err = engineOf(ctx, tx); err != nil || !a.engine.On || !a.engine.holds() {
		return a, err
	}
	if a.from, err = tx.Cursor(ctx, asker); err != nil {
		return a, err
	}
	now := s.clock.Now()
	s.mu.Lock()
	after := max(a.from, s.asked[ws])
	resting := s.breakers[ws] != nil && now.Before(s.breakers[ws].until)
	s.mu.Unlock()
	events, err := tx.Events(ctx, after, stretch)
	if err != nil || len(events) == 0 {
		return a, err
	}
	a.more = len(events) == stretch
	var ids []vis.MessageID
	for _, e := range events {
		if e.Type == desk.MessageUnderstood && !resting && now.Sub(e.At) < askAbout && !desk.IsReread(e) {
			if len(ids) == askAtOnce {
				a.more = true
				break
			}
			ids = append(ids, messageOf(e))
		}
		a.to = e.Seq
	}
	if len(ids) == 0 {
		return a, nil
	}
	err = s.choose(ctx, tx, &a, ids)
	return a, err
}

// choose finds those of some messages that are to be asked about.
func (s *Service) choose(ctx context.Context, tx Tx, a *asking, ids []vis.MessageID) error {
	readings, err := tx.ReadingsByID(ctx, ids)
	if err != nil {
		return err
	}
	messages, err := tx.MessagesByID(ctx, ids)
	if err != nil {
		return err
	}
	words := make(map[vis.MessageID]desk.Message, len(messages))
	for _, m := range messages {
		words[m.ID] = m
	}
	if a.tree, err = reasonTree(ctx, tx); err != nil {
		return err
	}
	for _, r := range readings {
		m, there := words[r.Message]
		if !there || r.Engine != BuiltIn || r.Correction != nil || r.Says.Language.Label == "" || a.engine.Which == AskAbstained && r.Says.Reason.Label != "" {
			continue
		}
		names, err := namesOf(ctx, tx, r.Conversation)
		if err != nil {
			return err
		}
		a.matters = append(a.matters, asked{reading: r, message: m, question: ask(a.engine, a.tree, sent(m.Text, names))})
	}
	return nil
}

// namesOf are the names by which a conversation's customer is known.
func namesOf(ctx context.Context, tx Tx, id vis.ConversationID) ([]string, error) {
	c, err := tx.Conversation(ctx, id)
	if err != nil {
		return nil, err
	}
	customer, err := tx.Customer(ctx, c.Customer.ID)
	if err != nil {
		return nil, err
	}
	out := []string{customer.Name}
	for _, i := range customer.Identities {
		out = append(out, i.Value)
	}
	return out, nil
}

// judge remembers how calls went, and leaves an engine alone that fails too often.
func (s *Service) judge(ws vis.WorkspaceID, matters []asked) {
	now := s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.breakers[ws]
	if b == nil {
		b = &breaker{rest: restFor}
		s.breakers[ws] = b
	}
	some := false
	for _, m := range matters {
		some = some || m.granted
		switch {
		case !m.granted:
		case m.said.wrong == "" || m.said.wrong == wrongReason:
			b.failed, b.rest, b.wrong = 0, restFor, ""
		default:
			b.failed++
			b.wrong = m.said.wrong
		}
	}
	if some && (b.failed >= failures || b.wrong == wrongKey || b.wrong == wrongBusy) {
		b.until, b.failed = now.Add(b.rest), 0
		b.rest = min(2*b.rest, restAtMost)
		s.log.Warn("the reading engine is left alone for a while", "workspace", ws, "wrong", b.wrong, "until", b.until)
	}
}

// reread writes what an engine read.
func (s *Service) reread(ctx context.Context, tx Tx, ws vis.WorkspaceID, a asking, month string) error {
	now := s.clock.Now()
	for _, m := range a.matters {
		if !m.granted {
			continue
		}
		if err := tx.CountEngine(ctx, month, m.used); err != nil {
			return err
		}
		if m.said.wrong != "" {
			continue
		}
		r, err := tx.Reading(ctx, m.reading.Message)
		if ignoreAbsent(err) != nil {
			return err
		}
		if err != nil || r.Correction != nil || r.Engine != BuiltIn {
			continue
		}
		c, err := tx.Conversation(ctx, r.Conversation)
		if err != nil {
			return err
		}
		m.said.put(&r)
		r.At, r.Engine, r.Model = now, Endpoint, a.engine.Model
		if err := tx.SaveReread(ctx, r); err != nil {
			return err
		}
		if err := s.desk.RereadWithin(ctx, tx, vis.System(ws), &c, r.Message, m.message.Position, r.understanding(), now); err != nil {
			return err
		}
	}
	return nil
}

// put says in a reading what an engine answered. How sure it is nobody knows, so that nothing is decided by it alone; our own reader's guess
// stays as the next nearest.
func (o opinion) put(r *Reading) {
	says := &r.Says
	if says.Best.Label != o.Reason {
		says.Next = says.Best
	}
	says.Best = text.Guess{Label: o.Reason}
	says.Reason, says.Alone = says.Best, false
	says.Mood, says.Dissatisfied, says.Urgency = *o.Mood, 0, text.Guess{Label: o.Urgency}
	if *o.Dissatisfied {
		says.Dissatisfied = 1
	}
}
