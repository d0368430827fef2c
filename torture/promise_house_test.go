package torture

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// The promises of every conversation that these tests make: short, so that all their marks pass while somebody watches.
const (
	firstFor   = 4 * time.Second
	resolveFor = 6 * time.Second
	// longest is after how long the last mark of a promise has passed for sure.
	longest = 2*resolveFor + time.Second
)

// promising is a workspace whose promises run out in seconds, whose offers ring for five, and whose owners lose what they leave
// unanswered.
type promising struct {
	t       *testing.T
	server  *Server // by which it is set up
	channel Channel
	team    string // its conversations are given without asking; all others are offered
	rule    string // gives conversations with the word chain to the team
	agents  []*agentOnDuty
}

// promise sets a workspace up through a running server.
func promise(t *testing.T, s *Server) *promising {
	t.Helper()
	p := &promising{t: t, server: s}
	var err error
	if p.channel, err = s.NewChannel(t.Context(), "Promises"); err != nil {
		t.Fatal(err)
	}
	var made struct{ ID string }
	p.must("POST", "/teams", map[string]any{"name": "Workshop", "icon": "users", "memberIds": []string{}}, &made)
	p.team = made.ID
	seconds := func(d time.Duration) map[string]any { return map[string]any{"for": int(d.Seconds()), "always": true} }
	p.must("POST", "/policies", map[string]any{"name": "Soon", "terms": map[string]any{"first": seconds(firstFor), "next": seconds(firstFor),
		"resolve": seconds(resolveFor)}, "escalations": []map[string]any{{"at": "missed", "do": "raise"}}}, nil)
	for id, mode := range map[string]string{"general": "offer", p.team: "assign"} {
		var before struct {
			Items []struct {
				TeamID  string
				Version int
			}
		}
		p.must("GET", "/queues", nil, &before)
		version := 0
		for _, q := range before.Items {
			if q.TeamID == id || id == "general" && q.TeamID == "" {
				version = q.Version
			}
		}
		p.must("PUT", "/queues/"+id, map[string]any{"mode": mode, "ringFor": 5, "reassignFor": 5, "version": version}, nil)
	}
	var settings map[string]any
	p.must("GET", "/routing", nil, &settings)
	delete(settings, "presets")
	settings["finishFor"], settings["vanishedAfter"], settings["capacity"] = 0, 5, map[string]any{"call": 1, "chat": 20, "mail": 20}
	p.must("PUT", "/routing", settings, nil)
	p.must("POST", "/rules", map[string]any{"name": "Workshop", "when": []string{"started"},
		"if":   []map[string]any{{"field": "text", "is": "contains", "value": "chain"}},
		"then": []map[string]any{{"do": "assignTeam", "value": p.team}}}, &made)
	p.rule = made.ID
	return p
}

func (p *promising) must(method, path string, body, into any) {
	p.t.Helper()
	key := ""
	if method == "POST" {
		key = newID()
	}
	if err := p.server.Admin().Call(p.t.Context(), method, "/api/v1"+path, key, body, into); err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
}

// hire lets members in, every second one of them in the team.
func (p *promising) hire(names ...string) {
	p.t.Helper()
	var team []string
	for i, name := range names {
		id, cookie := p.server.member(p.t, name, "agent")
		p.agents = append(p.agents, &agentOnDuty{id: id, cookie: cookie, seed: uint64(i)})
		if i%2 == 1 {
			team = append(team, id)
		}
	}
	var now struct {
		Items []struct {
			ID      string
			Version int
		}
	}
	p.must("GET", "/teams", nil, &now)
	for _, t := range now.Items {
		if t.ID == p.team {
			p.must("PATCH", "/teams/"+p.team, map[string]any{"memberIds": team, "version": t.Version}, nil)
		}
	}
}

// log reads the whole log as the administrator and as every agent.
func (p *promising) log(ctx context.Context, s *Server) ([]fact, error) {
	var all chronicle
	if err := all.read(ctx, s.Admin()); err != nil {
		return nil, err
	}
	hers := make([]chronicle, len(p.agents))
	failed := make([]error, len(p.agents))
	var reading sync.WaitGroup
	for i, a := range p.agents {
		reading.Go(func() { failed[i] = hers[i].read(ctx, a.client(s)) })
	}
	reading.Wait()
	for _, one := range hers {
		all.learn(one)
	}
	return all.facts, errors.Join(failed...)
}

// openConversation is an open conversation with where it is.
type openConversation struct {
	ID                 string
	AssigneeID, TeamID string
}

// open lists what is open in a view.
func (p *promising) open(ctx context.Context, s *Server, view, team string) (map[string]openConversation, error) {
	out := map[string]openConversation{}
	query := url.Values{"view": {view}, "state": {"open"}, "limit": {"100"}}
	if team != "" {
		query.Set("teamId", team)
	}
	for {
		var page struct {
			Items []openConversation
			Next  string
		}
		if err := s.Admin().Call(ctx, "GET", "/api/v1/conversations?"+query.Encode(), "", nil, &page); err != nil {
			return nil, err
		}
		for _, c := range page.Items {
			if _, twice := out[c.ID]; twice {
				return nil, errors.New("the view " + view + " lists " + c.ID + " twice")
			}
			out[c.ID] = c
		}
		if page.Next == "" {
			return out, nil
		}
		query.Set("cursor", page.Next)
	}
}

// wantNoOrphan wants of every open conversation an owner who works here or a place among those that nobody has, in the queue of one team
// or in that of none, and that the log says the same.
func (p *promising) wantNoOrphan(ctx context.Context, s *Server, a *auditor) {
	p.t.Helper()
	all, err := p.open(ctx, s, "all", "")
	if err != nil {
		p.t.Fatal(err)
	}
	unassigned, err := p.open(ctx, s, "unassigned", "")
	if err != nil {
		p.t.Fatal(err)
	}
	ofTeam, err := p.open(ctx, s, "team", p.team)
	if err != nil {
		p.t.Fatal(err)
	}
	active := map[string]bool{}
	var members struct{ Items []struct{ ID, State string } }
	p.must("GET", "/members", nil, &members)
	for _, m := range members.Items {
		active[m.ID] = m.State == "active"
	}
	for id, c := range all {
		_, waits := unassigned[id]
		_, theirs := ofTeam[id]
		switch {
		case c.AssigneeID != "" && (!active[c.AssigneeID] || waits):
			p.t.Errorf("%s belongs to %s, active %t, and is listed as nobody's: %t", id, c.AssigneeID, active[c.AssigneeID], waits)
		case c.AssigneeID == "" && !waits:
			p.t.Errorf("orphan: %s is nobody's and listed nowhere", id)
		case (c.TeamID == p.team) != theirs || c.TeamID != "" && c.TeamID != p.team:
			p.t.Errorf("%s is of the team %q, and in the queue of %s: %t", id, c.TeamID, p.team, theirs)
		case a.owners[id] != c.AssigneeID || a.teams[id] != c.TeamID:
			p.t.Errorf("%s is with %q of %q, and by the log with %q of %q", id, c.AssigneeID, c.TeamID, a.owners[id], a.teams[id])
		}
	}
	if len(all) == 0 {
		p.t.Error("nothing is open, so nothing was shown")
	}
}

// until reads the log until something holds of it. It fails the test when that takes much too long.
func (p *promising) until(ctx context.Context, s *Server, c *chronicle, what string, holds func() bool) {
	p.t.Helper()
	deadline := time.Now().Add(45 * time.Second)
	for {
		err := c.read(ctx, s.Admin()) // a node that is just going down is asked again
		switch {
		case holds():
			return
		case ctx.Err() != nil || time.Now().After(deadline):
			p.t.Fatalf("never: %s; at fact %d, %v; %v", what, len(c.facts), c.sorts(), err)
		}
		pause(ctx, 50*time.Millisecond)
	}
}

// postgresSchema makes an empty schema in the PostgreSQL of VISAVIS_TEST_POSTGRES and returns its address. Without one the test is
// skipped.
func postgresSchema(t *testing.T) string {
	t.Helper()
	base := os.Getenv("VISAVIS_TEST_POSTGRES")
	if base == "" {
		t.Skip("set VISAVIS_TEST_POSTGRES=postgres://… to a database in which schemas may be created")
	}
	schema := "torture_" + strings.ToLower(rand.Text())
	run := func(statement string) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		db, err := pgx.Connect(ctx, base)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close(ctx)
		if _, err := db.Exec(ctx, statement); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
	run("CREATE SCHEMA " + schema)
	t.Cleanup(func() { run("DROP SCHEMA " + schema + " CASCADE") })
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

// node is a server beside others on one database, which can be frozen. Nobody sends anything to one that is not up.
type node struct {
	*Server
	up atomic.Bool
}

// freeze stops the process where it stands, as a machine does that swaps or is moved.
func (n *node) freeze(t *testing.T) {
	t.Helper()
	n.up.Store(false)
	if err := n.process.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
}

// thaw lets it go on.
func (n *node) thaw(t *testing.T) {
	t.Helper()
	if err := n.process.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	n.up.Store(true)
}

// die ends it with SIGKILL.
func (n *node) die() {
	n.up.Store(false)
	n.Kill()
}

// live starts it and waits until it is ready.
func (n *node) live(ctx context.Context, t *testing.T) {
	t.Helper()
	if err := n.Start(ctx); err != nil {
		t.Fatal(err)
	}
	n.up.Store(true)
}
