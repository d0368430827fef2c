package listen

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// How a workspace teaches its reader:
//
//  1. An administrator asks for it; a timer remembers that, so that a restart begins anew.
//  2. One workspace at a time, what members corrected is learnt beside the messages that the built-in reader was made of, and counts for
//     three of them.
//  3. The new model is kept unless it reads messages that it did not learn from worse than the one before. Either way the timer goes in the
//     transaction that says how it ended.
const (
	// TimerTrain asks for a workspace's reader to be taught.
	TimerTrain = "reader.train"
	trainKey   = "model"
	// mostLearnt is how many corrections are learnt from, the newest.
	mostLearnt = 5000
	// enough is how many corrections a reason needs that the built-in reader does not know, to be told apart; with fewer it counts as what
	// it is beneath.
	enough = 10
	// trainSteps is how often text.Train tells how far it is.
	trainSteps = 6
)

// Training is how an attempt to teach the reader ended.
type Training struct {
	At      time.Time          `json:"at"`
	Outcome string             `json:"outcome"` // kept, refused or failed
	Before  map[string]float64 `json:"before,omitempty"`
	After   map[string]float64 `json:"after,omitempty"`
}

// The ways in which a training ends.
const (
	TrainingKept    = "kept"
	TrainingRefused = "refused" // it would read worse
	TrainingFailed  = "failed"
)

// Standing is what the workspace's reader is, and how it is taught.
type Standing struct {
	Engine        string // Endpoint where one is asked too
	Model         string
	TrainedAt     time.Time // zero for the built-in one
	Corrections   int       // that there are
	SinceTraining int       // those that came after the last training
	Scores        map[string]float64
	Underway      bool
	Progress      float64 // 0 to 1, of what is underway; on another node 0
	Last          *Training
}

// Reader says what the workspace reads by.
func (s *Service) Reader(ctx context.Context, by vis.Actor) (Standing, error) {
	if err := by.Must(vis.ReadSettings); err != nil {
		return Standing{}, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Standing, error) { return s.standing(ctx, tx, by.Workspace) })
}

func (s *Service) standing(ctx context.Context, tx Tx, ws vis.WorkspaceID) (out Standing, err error) {
	l, err := s.readerOf(ctx, tx, ws)
	if err != nil {
		return out, err
	}
	kept, err := tx.Model(ctx)
	if ignoreAbsent(err) != nil {
		return out, err
	}
	e, err := engineOf(ctx, tx)
	if err != nil {
		return out, err
	}
	out = Standing{Engine: BuiltIn, Model: l.name, TrainedAt: kept.Story.TrainedAt, Scores: l.reader.Model().Manifest().Scores, Last: kept.Story.Last}
	if e.On && e.holds() {
		out.Engine = Endpoint
	}
	if out.Corrections, err = tx.CountCorrected(ctx, time.Time{}); err != nil {
		return out, err
	}
	out.SinceTraining = out.Corrections
	if out.Last != nil {
		if out.SinceTraining, err = tx.CountCorrected(ctx, out.Last.At); err != nil {
			return out, err
		}
	}
	out.Underway, err = tx.Armed(ctx, TimerTrain, trainKey)
	s.mu.Lock()
	out.Progress = s.progress[ws]
	s.mu.Unlock()
	return out, err
}

// Train asks for the workspace's reader to be taught what members corrected.
func (s *Service) Train(ctx context.Context, by vis.Actor) (Standing, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Standing{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Standing, error) {
		is, err := s.standing(ctx, tx, by.Workspace)
		switch {
		case err != nil || is.Underway:
			return is, err
		case is.Corrections == 0:
			return is, vis.Errorf(vis.Conflict, "nothing_to_learn", "Nobody has corrected a reading yet, so there is nothing to learn.")
		}
		is.Underway, is.Progress = true, 0
		if err := tx.Arm(ctx, jobs.Timer{Workspace: by.Workspace, Kind: TimerTrain, Key: trainKey, DueAt: now}); err != nil {
			return is, err
		}
		return is, tx.Audit(ctx, vis.NewAudit(by, now, "reader.training", "", map[string]any{"corrections": is.Corrections}))
	})
}

// Effects are what the room's timers do.
func (s *Service) Effects() map[string]jobs.Effect {
	return map[string]jobs.Effect{TimerTrain: func(_ context.Context, t jobs.Timer) error {
		select {
		case s.wanted <- t.Workspace:
		default: // another one is underway; the timer is still due, and asks again
		}
		return nil
	}}
}

// Run teaches readers, one at a time, until ctx ends.
func (s *Service) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case ws := <-s.wanted:
			if err := vis.Survive(func() error { return s.Learn(ctx, ws) }); err != nil && ctx.Err() == nil {
				s.log.Error("a reader could not be taught", "workspace", ws, "err", err)
			}
		}
	}
}

// Learn does what Train asked for in a workspace, if it is still asked for.
func (s *Service) Learn(ctx context.Context, ws vis.WorkspaceID) error {
	type lesson struct {
		asked    bool
		before   learned
		messages []text.Message
		kept     Model
	}
	l, err := vis.View(ctx, s.db, ws, func(tx Tx) (l lesson, err error) {
		if l.asked, err = tx.Armed(ctx, TimerTrain, trainKey); err != nil || !l.asked {
			return l, err
		}
		if l.before, err = s.readerOf(ctx, tx, ws); err != nil {
			return l, err
		}
		if l.kept, err = tx.Model(ctx); ignoreAbsent(err) != nil {
			return l, err
		}
		l.messages, err = corrections(ctx, tx)
		return l, err
	})
	if err != nil || !l.asked {
		return err
	}
	before := s.yardstick(l.before).Scores
	ended := Training{Outcome: TrainingFailed, Before: before}
	defer s.advance(ws, 0)
	m, err := s.teach(ws, l.messages)
	if err == nil {
		ended.After = m.Manifest().Scores
		ended.Outcome = TrainingKept
		if text.Worse(before, ended.After) {
			ended.Outcome = TrainingRefused
		}
	} else {
		s.log.Error("a reader could not be taught", "workspace", ws, "err", err)
	}
	ended.At = s.clock.Now()
	next := l.kept
	next.Story.Last = &ended
	if ended.Outcome == TrainingKept {
		next.Body = m.Bytes()
		next.Story.Number++
		next.Story.TrainedAt, next.Story.Corrections = ended.At, len(l.messages)
	}
	return s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) error {
		if ours, err := tx.Take(ctx, TimerTrain, trainKey, ended.At); err != nil || !ours {
			return err // another node has done it
		}
		return tx.SaveModel(ctx, next)
	})
}

// yardstick is what a new model is measured against: the one before, or the built-in one where the one before learnt from other messages than
// those that are built in today, of which other shares are easy.
func (s *Service) yardstick(before learned) text.Manifest {
	is, shipped := before.reader.Model().Manifest(), s.builtIn().reader.Model().Manifest()
	if maps.Equal(is.Data, shipped.Data) {
		return is
	}
	return shipped
}

// teach learns from the seed and from corrections. The same ones give the same model on every machine.
func (s *Service) teach(ws vis.WorkspaceID, corrected []text.Message) (*text.Model, error) {
	steps := 0
	messages := slices.Concat(s.seed(), corrected)
	return text.Train(s.builtIn().reader.Model(), messages, text.SeedHashes(), func(string) {
		s.advance(ws, float64(steps)/trainSteps)
		steps++
	})
}

// advance notes how far the training of a workspace's reader is.
func (s *Service) advance(ws vis.WorkspaceID, to float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.progress[ws] = to; to == 0 {
		delete(s.progress, ws)
	}
}

// corrections are the messages that members corrected, as one learns from them, in the order of their ids. What was not corrected of them
// counts as it was read.
func corrections(ctx context.Context, tx Tx) ([]text.Message, error) {
	tree, err := reasonTree(ctx, tx)
	if err != nil {
		return nil, err
	}
	all, err := tx.Corrected(ctx, mostLearnt)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b Reading) int { return strings.Compare(string(a.Message), string(b.Message)) })
	ids, times := make([]vis.MessageID, len(all)), map[string]int{}
	for i, r := range all {
		ids[i] = r.Message
		times[r.reason()]++
	}
	said, err := tx.MessagesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	words := make(map[vis.MessageID]string, len(said))
	for _, m := range said {
		words[m.ID] = shown(m.Text)
	}
	var out []text.Message
	for _, r := range all {
		label := tree.learntAs(r.reason(), times)
		if label == "" || words[r.Message] == "" {
			continue
		}
		out = append(out, r.lesson(words[r.Message], label))
	}
	return out, nil
}

// reason is why the customer writes, as corrected or else as read.
func (r Reading) reason() string {
	if c := r.Correction; c != nil && c.Reason != nil {
		return *c.Reason
	}
	return r.Says.Best.Label
}

// lesson is a reading as one learns from it.
func (r Reading) lesson(words, label string) text.Message {
	m := text.Message{Text: words, Reason: label, Mood: r.Says.Mood, Dissatisfied: r.Says.Dissatisfied >= Dissatisfied,
		Urgency: max(slices.Index(text.Urgencies, r.Says.Urgency.Label), 0), Weight: text.Corrected}
	if desk.Feels(int(m.Mood*desk.MaxMood)) == "neutral" {
		m.Mood = 0
	}
	if c := r.Correction; c != nil {
		if c.Mood != nil {
			m.Mood = *c.Mood
		}
		if c.Dissatisfied != nil {
			m.Dissatisfied = *c.Dissatisfied
		}
		if c.Urgency != nil {
			m.Urgency = max(slices.Index(text.Urgencies, *c.Urgency), 0)
		}
	}
	return m
}

// learntAs is the label that a reason is learnt as: its own, or that of the nearest above it that is known, "" for none. times is how often
// each was corrected to.
func (t Tree) learntAs(key string, times map[string]int) string {
	for ; key != ""; key = Parent(key) {
		r := t.reason(key)
		switch {
		case r == nil || r.Archived:
		case r.BuiltIn != "":
			return r.BuiltIn
		case times[key] >= enough:
			return ownLabel + key
		}
	}
	return ""
}

// ownName names a workspace's own model.
func ownName(number int) string { return fmt.Sprintf("own-%d", number) }
