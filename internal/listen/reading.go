package listen

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// How messages are read:
//
//  1. What happened is looked up in the log after the cursor, some messages of customers at a time.
//  2. They are read outside of any transaction.
//  3. One transaction moves the cursor, which fails when another node was faster, and writes each reading with its fact: there is exactly
//     one for each message, however often the server is killed and however many nodes read.
//  4. A message whose reading cannot be written is tried again alone, and passed over in the end: it stops no other.
//
// Nothing of this is in the way of a message: it was received, and acknowledged, before it is read.
const (
	follower = "readings"
	stretch  = 256         // events that are looked at
	batch    = 32          // messages of one transaction, so that nobody who writes waits for long
	ahead    = 4 * stretch // how far the log is passed over in memory only
	tries    = 5           // before a message is passed over
	// readBack is how old the messages may be that are read when a log is followed for the first time.
	readBack = 30 * 24 * time.Hour
	// mostRead is how many bytes of a message are read: why somebody writes stands at the beginning.
	mostRead = 4096
)

// next is a piece of the log that is to be read.
type next struct {
	cursor, to int64
	events     []vis.Event // of messages that are to be read
	said       map[vis.MessageID]desk.Message
	more       bool
	tree       Tree
	learned    learned
}

// Follow reads the next messages of the log and reports whether there may be more. When another node was faster it has done the work, and
// that is no error.
func (s *Service) Follow(ctx context.Context, ws vis.WorkspaceID) (more bool, err error) {
	n, err := vis.View(ctx, s.db, ws, func(tx Tx) (next, error) { return s.look(ctx, tx, ws) })
	if err != nil || n.to == n.cursor {
		return false, err
	}
	if len(n.events) == 0 {
		return n.more, s.passOver(ctx, ws, n)
	}
	readings := s.readAll(n)
	err = s.write(ctx, ws, n, func(tx Tx, now time.Time) error { return s.keep(ctx, tx, ws, n, readings, now) })
	switch {
	case errors.Is(err, vis.ErrStale):
		return true, nil
	case err == nil:
		s.done(ws, n, len(readings))
		return n.more, nil
	case ctx.Err() != nil || vis.CodeOf(err) == vis.Unavailable || !s.failed(ws, n):
		return false, err
	}
	e := n.events[0]
	s.log.Error("a message could not be read and is passed over", "workspace", ws, "seq", e.Seq, "err", err)
	return true, s.write(ctx, ws, n, func(tx Tx, now time.Time) error {
		return tx.Audit(ctx, vis.NewAudit(vis.System(ws), now, "reading.skipped", string(e.Conversation), map[string]any{"seq": e.Seq}))
	})
}

// CatchUp reads the log to its head.
func (s *Service) CatchUp(ctx context.Context, ws vis.WorkspaceID) error {
	for {
		more, err := s.Follow(ctx, ws)
		if err != nil || !more {
			return err
		}
	}
}

// look finds what is to be read next.
func (s *Service) look(ctx context.Context, tx Tx, ws vis.WorkspaceID) (n next, err error) {
	if n.cursor, err = tx.Cursor(ctx, follower); err != nil {
		return n, err
	}
	s.mu.Lock()
	from, most := max(n.cursor, s.passed[ws]), batch
	if s.troubles[ws] > 0 {
		most = 1
	}
	s.mu.Unlock()
	events, err := tx.Events(ctx, from, stretch)
	if err != nil || len(events) == 0 {
		n.to = n.cursor
		return n, err
	}
	oldest := s.clock.Now().Add(-readBack)
	for _, e := range events {
		if e.Type == desk.MessageReceived && (n.cursor > 0 || e.At.After(oldest)) {
			if len(n.events) == most {
				n.more = true
				break
			}
			n.events = append(n.events, e)
		}
		n.to = e.Seq
	}
	n.more = n.more || len(events) == stretch
	if len(n.events) == 0 {
		return n, nil
	}
	if n.said, err = said(ctx, tx, n.events); err != nil {
		return n, err
	}
	if n.tree, err = reasonTree(ctx, tx); err != nil {
		return n, err
	}
	n.learned, err = s.readerOf(ctx, tx, ws)
	return n, err
}

// said are the messages that events are about.
func said(ctx context.Context, tx Tx, events []vis.Event) (map[vis.MessageID]desk.Message, error) {
	var ids []vis.MessageID
	for _, e := range events {
		ids = append(ids, messageOf(e))
	}
	all, err := tx.MessagesByID(ctx, ids)
	out := make(map[vis.MessageID]desk.Message, len(all))
	for _, m := range all {
		out[m.ID] = m
	}
	return out, err
}

// messageOf is the message that an event is about.
func messageOf(e vis.Event) vis.MessageID {
	var d desk.MessageData
	if json.Unmarshal(e.Data, &d) != nil {
		return "" // which no message has
	}
	return d.Message
}

// passOver remembers that there is nothing to read up to an event.
func (s *Service) passOver(ctx context.Context, ws vis.WorkspaceID, n next) error {
	s.mu.Lock()
	s.passed[ws] = n.to
	s.mu.Unlock()
	if n.to-n.cursor < ahead {
		return nil
	}
	err := s.write(ctx, ws, n, func(Tx, time.Time) error { return nil })
	if errors.Is(err, vis.ErrStale) {
		return nil
	}
	return err
}

// write moves the cursor and does something about the events that it passes, both or neither.
func (s *Service) write(ctx context.Context, ws vis.WorkspaceID, n next, fn func(tx Tx, now time.Time) error) error {
	now := s.clock.Now()
	return s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) error {
		if err := tx.MoveCursor(ctx, follower, n.cursor, n.to); err != nil {
			return err
		}
		return fn(tx, now)
	})
}

// readAll reads messages, in their order. Those that are gone are left out.
func (s *Service) readAll(n next) []Reading {
	var out []Reading
	for _, e := range n.events {
		m, there := n.said[messageOf(e)]
		if !there {
			continue
		}
		r := Reading{Message: m.ID, Conversation: m.Conversation, Engine: BuiltIn, Model: n.learned.name}
		words := shown(m.Text)
		err := vis.Survive(func() error {
			r.Says, r.Sign = n.learned.reader.Read(words), text.Sign(words)
			return nil
		})
		if err != nil { // people sort what no program can
			s.log.Error("a message could not be understood", "message", m.ID, "err", err)
			r.Says = text.Reading{}
		}
		n.tree.name(&r.Says)
		out = append(out, r)
	}
	return out
}

// shown is what is read of a message.
func shown(words string) string { return upTo(words, mostRead) }

// upTo cuts a text after at most so many bytes.
func upTo(words string, most int) string {
	if len(words) <= most {
		return words
	}
	at := most
	for at > 0 && words[at]&0xc0 == 0x80 { // not within a letter
		at--
	}
	return words[:at]
}

// keep writes readings, and what they say of their conversations.
func (s *Service) keep(ctx context.Context, tx Tx, ws vis.WorkspaceID, n next, readings []Reading, now time.Time) error {
	var ids []vis.ConversationID
	for i := range readings {
		readings[i].At = now
		ids = append(ids, readings[i].Conversation)
	}
	slices.Sort(ids)
	found, err := tx.ConversationsByID(ctx, slices.Compact(ids))
	if err != nil {
		return err
	}
	of := make(map[vis.ConversationID]*desk.Conversation, len(found))
	for i := range found {
		of[found[i].ID] = &found[i]
	}
	readings = slices.DeleteFunc(readings, func(r Reading) bool { return of[r.Conversation] == nil })
	if err := tx.InsertReadings(ctx, readings); err != nil {
		return err
	}
	for _, r := range readings {
		if err := s.desk.UnderstandWithin(ctx, tx, vis.System(ws), of[r.Conversation], r.Message, n.said[r.Message].Position, r.understanding(), now); err != nil {
			return err
		}
	}
	return nil
}

// Dissatisfied is how probable it must be that a customer is for her conversation to be called so.
const Dissatisfied = 0.5

// understanding is what a reading says of its conversation.
func (r Reading) understanding() desk.Understanding {
	says := r.Says
	return desk.Understanding{Reason: says.Reason.Label, Alone: says.Alone, Wordless: says.Language.Label == "", Language: says.Language.Label,
		Mood: says.Mood, Dissatisfied: says.Dissatisfied >= Dissatisfied, Urgency: says.Urgency.Label}
}

// done counts what was read.
func (s *Service) done(ws vis.WorkspaceID, n next, read int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.troubles, ws)
	s.counted.Read += uint64(read)
	s.counted.Lag = max(0, s.clock.Now().Sub(n.events[0].At))
}

// failed notes that messages could not be kept, and reports whether one alone has failed often enough.
func (s *Service) failed(ws vis.WorkspaceID, n next) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.troubles[ws]++
	if len(n.events) > 1 || s.troubles[ws] <= tries {
		return false
	}
	delete(s.troubles, ws)
	return true
}
