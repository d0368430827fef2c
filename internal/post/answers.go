package post

import (
	"context"
	"slices"
	"sync"
	"time"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// How customers look among public answers:
//
//  1. A template that is public is shown to whoever looks on a channel: one of everybody on all of them, one of a team where that team answers.
//  2. It is found in the language that it is written in, and nowhere else: whoever asks in French is not answered in English.
//  3. What is found is remembered on this node for answersFor, so that looking costs no database. A change made here is seen at once, one made
//     on another node a little later.
const (
	answersFor  = 10 * time.Second
	answersMost = 3
	shelvesMost = 1000 // workspaces of which answers are remembered
)

// Answer is a public template as customers read it.
type Answer struct {
	ID          vis.TemplateID
	Title, Text string
}

// shelves are the public answers of one workspace, as they were read. Whoever asks while they are being read waits for them.
type shelves struct {
	mu     sync.Mutex
	readAt time.Time // zero while they are to be read
	public []Template
	brand  string
	made   map[shelfKey]shelf
}

type shelfKey struct {
	team     vis.TeamID
	language string
}

// shelf is what customers find on the channels of a team in a language.
type shelf struct {
	answers []Answer
	index   *text.Shelf
}

// answering remembers shelves by workspace.
type answering struct {
	mu sync.Mutex
	of map[vis.WorkspaceID]*shelves
}

func (a *answering) entry(ws vis.WorkspaceID) *shelves {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of == nil || len(a.of) >= shelvesMost {
		a.of = make(map[vis.WorkspaceID]*shelves)
	}
	if a.of[ws] == nil {
		a.of[ws] = &shelves{}
	}
	return a.of[ws]
}

// forget has a workspace's answers read again.
func (a *answering) forget(ws vis.WorkspaceID) {
	e := a.entry(ws)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.readAt = time.Time{}
}

// shelf returns what customers find on the channels of a team.
func (s *Service) shelf(ctx context.Context, ws vis.WorkspaceID, k shelfKey) (shelf, error) {
	e := s.public.entry(ws)
	e.mu.Lock()
	defer e.mu.Unlock()
	if now := s.clock.Now(); now.Sub(e.readAt) >= answersFor || now.Before(e.readAt) {
		if err := s.readPublic(ctx, ws, e); err != nil {
			return shelf{}, err
		}
		e.readAt = now
	}
	made, ok := e.made[k]
	if !ok {
		made = e.make(k)
		e.made[k] = made
	}
	return made, nil
}

// readPublic reads a workspace's public answers.
func (s *Service) readPublic(ctx context.Context, ws vis.WorkspaceID, into *shelves) error {
	return s.db.View(ctx, ws, func(tx Tx) error {
		all, err := tx.Templates(ctx)
		if err != nil {
			return err
		}
		house, err := tx.Workspace(ctx)
		into.public = slices.DeleteFunc(all, func(t Template) bool { return !t.Public })
		into.brand, into.made = house.Name, make(map[shelfKey]shelf)
		return err
	})
}

func (a *shelves) make(k shelfKey) shelf {
	var out shelf
	var texts []string
	for _, t := range a.public {
		said, spoken := t.Text.in(k.language)
		if said == "" || spoken != k.language || t.Team != "" && t.Team != k.team {
			continue
		}
		title, spoken := t.Subject.in(k.language)
		if title == "" || spoken != k.language {
			title = t.Name
		}
		values := map[string]string{"brand": a.brand}
		one := Answer{t.ID, fill(title, values), fill(said, values)}
		out.answers = append(out.answers, one)
		texts = append(texts, one.Title+"\n"+one.Text)
	}
	out.index = text.NewShelf(texts)
	return out
}

// Answering lists the languages in which customers find answers on the channels of a team.
func (s *Service) Answering(ctx context.Context, ws vis.WorkspaceID, team vis.TeamID) (spoken []string, err error) {
	for _, language := range []string{"fr", "en"} {
		found, err := s.shelf(ctx, ws, shelfKey{team, language})
		if err != nil {
			return nil, err
		}
		if len(found.answers) > 0 {
			spoken = append(spoken, language)
		}
	}
	return spoken, nil
}

// Answers finds the public answers to what a customer asks on a channel of a team, the best first.
func (s *Service) Answers(ctx context.Context, ws vis.WorkspaceID, team vis.TeamID, language, asked string) ([]Answer, error) {
	found, err := s.shelf(ctx, ws, shelfKey{team, language})
	if err != nil {
		return nil, err
	}
	var out []Answer
	for _, f := range found.index.Answers(asked, answersMost) {
		out = append(out, found.answers[f.At])
	}
	return out, nil
}
