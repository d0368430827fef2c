package assist

import (
	"cmp"
	"context"
	"slices"
	"time"

	"visavis/internal/vis"
)

// How nodes know of each other.
const (
	nodeBeat    = 2 * time.Second
	nodeLease   = 6 * time.Second // a node that has not been heard of for as long holds no calls any more
	nodeForgets = time.Hour       // and is struck off after this
)

// CloseMoved closes a seat whose session another node has from now on: come again.
const CloseMoved = 1012

// Node is a running server that the others can reach.
type Node struct {
	URL   string
	Media bool // it can hold calls
	Room  int  // how many more, at this moment
	Until time.Time
}

// Held is a session that goes on, and the node that holds it.
type Held struct {
	Workspace vis.WorkspaceID
	ID        vis.AssistID
	Node      string
}

// Nodes keeps which nodes share a database.
type Nodes interface {
	// Enter writes down that a node is there until some instant, Leave that it is not.
	Enter(ctx context.Context, n Node) error
	Leave(ctx context.Context, url string) error
	Nodes(ctx context.Context) ([]Node, error)
	// Held are the sessions of all workspaces that go on; Holder is the node of one, false for one that does not go on.
	Held(ctx context.Context) ([]Held, error)
	Holder(ctx context.Context, id vis.AssistID) (node string, goesOn bool, err error)
}

// errMoved is the refusal of a node that does not hold a session, while nobody else is there who does: within seconds somebody is.
func errMoved() error {
	e := vis.Errorf(vis.Unavailable, "assist_moved", "This call is being taken over by another of our servers. Please try again in a moment.")
	e.RetryAfter = 1
	return e
}

// ours reports whether a session is held here.
func (s *Service) ours(x Session) bool { return x.Node == s.NodeURL }

// on reports whether calls can be held here, or at another node.
func (s *Service) on() bool {
	return s.Media != nil || slices.ContainsFunc(s.others(), func(n Node) bool { return n.Media })
}

// others are the nodes beside this one that were there a moment ago.
func (s *Service) others() []Node {
	if s.Nodes == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known
}

// NodesBeside are the addresses of the nodes beside this one.
func (s *Service) NodesBeside() []string {
	var out []string
	for _, n := range s.others() {
		out = append(out, n.URL)
	}
	return out
}

func (s *Service) beside(url string) bool { return slices.Contains(s.NodesBeside(), url) }

// HeldAt is the address of the node that holds a session; "" for this one, and for one that nobody holds.
func (s *Service) HeldAt(ctx context.Context, id vis.AssistID) (string, error) {
	if len(s.others()) == 0 {
		return "", nil
	}
	node, goesOn, err := s.Nodes.Holder(ctx, id)
	if err != nil || !goesOn || node == s.NodeURL || !s.beside(node) {
		return "", err
	}
	return node, nil
}

// PressAt is the address of the node that is to hold a new session: this one, "", as long as there is room, else the one with the most.
func (s *Service) PressAt() string {
	if s.Media != nil && s.Media.Room() > 0 {
		return ""
	}
	with := slices.DeleteFunc(slices.Clone(s.others()), func(n Node) bool { return !n.Media || s.Media != nil && n.Room <= 0 })
	if len(with) == 0 {
		return "" // where it is refused
	}
	return slices.MaxFunc(with, func(a, b Node) int { return cmp.Compare(a.Room, b.Room) }).URL
}

// CheckAt is the address of the one node whose ports are tried out, and at which films are made and kept, "" for this one: both have several
// requests.
func (s *Service) CheckAt() string {
	with := slices.DeleteFunc(slices.Clone(s.others()), func(n Node) bool { return !n.Media })
	if s.Media != nil {
		with = append(with, Node{URL: s.NodeURL})
	}
	if len(with) == 0 {
		return ""
	}
	first := slices.MinFunc(with, func(a, b Node) int { return cmp.Compare(a.URL, b.URL) }).URL
	if first == s.NodeURL {
		return ""
	}
	return first
}

// Run tells the other nodes that this one is there, until ctx ends, and takes over what nobody holds any more.
func (s *Service) Run(ctx context.Context) {
	if s.Nodes == nil {
		return
	}
	tick := time.NewTicker(nodeBeat)
	defer tick.Stop()
	for {
		if err := vis.Survive(func() error { return s.Beat(ctx) }); err != nil && ctx.Err() == nil {
			s.Log.Error("the other nodes could not be asked after", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), nodeBeat)
			defer cancel()
			if err := s.Nodes.Leave(last, s.NodeURL); err != nil {
				s.Log.Error("the other nodes could not be told that this one stops", "err", err)
			}
			return
		}
	}
}

// Beat is one turn of Run.
func (s *Service) Beat(ctx context.Context) error {
	now := s.Clock.Now()
	steady, here, err := s.hear(ctx, now)
	if err != nil {
		s.mu.Lock()
		s.steady = time.Time{}
		s.mu.Unlock()
		return err
	}
	held, err := s.Nodes.Held(ctx)
	if err != nil {
		return err
	}
	for _, id := range here {
		if !slices.ContainsFunc(held, func(h Held) bool { return h.ID == id && h.Node == s.NodeURL }) {
			s.letGo(id) // it has ended at another node, or this one was not heard of for a while
		}
	}
	if s.Media == nil || s.NodeURL == "" || !steady {
		return nil
	}
	for _, h := range held {
		if h.Node == s.NodeURL || s.beside(h.Node) {
			continue
		}
		if err := s.takeOver(ctx, h, now); err != nil && !slices.Contains([]vis.Code{vis.Unavailable, vis.NotFound, vis.Conflict}, vis.CodeOf(err)) {
			s.Log.Error("a call could not be taken over", "assist", h.ID, "err", err)
		}
	}
	return nil
}

// hear says that this node is there and finds out which others are. here are the sessions that this process has something of. It is
// steady when that has gone well for as long as a lease: after the database was away, everybody has to be heard of again first.
func (s *Service) hear(ctx context.Context, now time.Time) (steady bool, here []vis.AssistID, err error) {
	if s.NodeURL != "" {
		n := Node{URL: s.NodeURL, Media: s.Media != nil, Until: now.Add(nodeLease)}
		if n.Media {
			n.Room = s.Media.Room()
		}
		if err := s.Nodes.Enter(ctx, n); err != nil {
			return false, nil, err
		}
	}
	all, err := s.Nodes.Nodes(ctx)
	if err != nil {
		return false, nil, err
	}
	for _, n := range all {
		if now.Sub(n.Until) > nodeForgets {
			if err := s.Nodes.Leave(ctx, n.URL); err != nil {
				return false, nil, err
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known = slices.DeleteFunc(all, func(n Node) bool { return n.URL == s.NodeURL || !now.Before(n.Until) })
	if s.steady.IsZero() || s.beatAt.IsZero() || now.Sub(s.beatAt) > nodeLease || now.Before(s.beatAt) {
		s.steady = now
	}
	s.beatAt = now
	for id := range s.spaces {
		here = append(here, id)
	}
	for id := range s.rooms {
		if _, twice := s.spaces[id]; !twice {
			here = append(here, id)
		}
	}
	return now.Sub(s.steady) >= nodeLease, here, nil
}

// takeOver makes this node hold a session whose node is gone: its media begins anew, as after a restart, and what was agreed on stays.
func (s *Service) takeOver(ctx context.Context, h Held, now time.Time) error {
	if err := s.Media.Open(h.ID); err != nil {
		return err
	}
	x, err := s.commit(ctx, vis.System(h.Workspace), func(tx Tx) (Session, error) {
		x, err := tx.Assist(ctx, h.ID)
		if err != nil || x.State == Ended || x.Node != h.Node {
			return x, err
		}
		return s.resume(ctx, tx, h.Workspace, x, now)
	})
	if err != nil || x.State == Ended || !s.ours(x) { // another node was faster
		s.Media.End(h.ID)
		return err
	}
	s.remember(h.Workspace, h.ID, "")
	s.Log.Info("a call was taken over", "assist", h.ID, "from", h.Node)
	return nil
}

// letGo ends what this process has of a session that it does not hold. Those who sit in its co-browsing come again.
func (s *Service) letGo(id vis.AssistID) {
	s.mu.Lock()
	if tape := s.recorders[id]; tape != nil && tape.endAt.IsZero() {
		tape.end(s.Clock.Now())
	}
	r := s.rooms[id]
	s.mu.Unlock()
	if r != nil {
		r.mu.Lock()
		r.dismiss(func(*Seat) bool { return true }, CloseMoved, "please come back in a moment")
		r.mu.Unlock()
		r.write()
		s.leaveEmpty(r)
	}
	s.forget(id)
}
