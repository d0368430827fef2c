package torture

import (
	"fmt"
	"maps"
	"net/http"
	"testing"

	"visavis/internal/channel/email/peers"
)

// mailbox is one that the house fetches from: a user's on a real IMAP server.
type mailbox struct {
	*mailRun
	server *peers.Dovecot
	user   string
	id     string // of its channel
	wrote  int    // letters so far
}

// settings are a mailbox's, as the house is told them: where it is and what is to be done with it.
func (m *mailbox) settings(port int, in map[string]any) map[string]any {
	all := map[string]any{"host": "127.0.0.1", "port": port, "security": "none", "user": m.user}
	maps.Copy(all, in)
	return map[string]any{"addresses": []map[string]string{{"address": m.user + "@arzel.example"}}, "in": all, "noAcknowledgements": true}
}

// fetches has the house fetch from a user's mailbox, at a port of this machine.
func (r *mailRun) fetches(t *testing.T, d *peers.Dovecot, user string, port int, in map[string]any) *mailbox {
	t.Helper()
	m := &mailbox{mailRun: r, server: d, user: user}
	made := m.call(t, http.MethodPost, "/api/v1/channels", map[string]any{"kind": "email", "name": user, "mailbox": m.settings(port, in)})
	m.id = made.ID
	m.call(t, http.MethodPut, "/api/v1/channels/"+m.id+"/secrets", map[string]any{"secrets": map[string]string{"in.password": peers.Password}})
	return m
}

// changes changes what is to be done with the mailbox.
func (m *mailbox) changes(t *testing.T, in map[string]any) {
	t.Helper()
	now := m.call(t, http.MethodGet, "/api/v1/channels/"+m.id, nil)
	m.call(t, http.MethodPatch, "/api/v1/channels/"+m.id, map[string]any{"version": now.Version, "mailbox": m.settings(int(m.server.Port), in)})
}

// known is what the house tells of things with ids.
type known struct {
	ID      string
	Version int
	Items   []known
}

func (m *mailbox) call(t *testing.T, method, path string, body any) (out known) {
	t.Helper()
	into := any(&out)
	if method == http.MethodPut { // it is answered with nothing
		into = nil
	}
	if err := m.Admin().Call(t.Context(), method, path, newID(), body, into); err != nil {
		t.Fatal(err)
	}
	return out
}

// discards decides that everything in quarantine is nothing.
func (m *mailbox) discards(t *testing.T) (n int) {
	t.Helper()
	for _, one := range m.call(t, http.MethodGet, "/api/v1/arrivals?state=quarantined", nil).Items {
		m.call(t, http.MethodPost, "/api/v1/arrivals/"+one.ID+"/discard", nil)
		n++
	}
	return n
}

// awaitLook waits until the house has looked into the mailbox: what comes from then on is new.
func (m *mailbox) awaitLook(t *testing.T) {
	t.Helper()
	until(t, "the mailbox is looked into", func() bool { return m.health(t).State == "healthy" })
}

// connection is how a mailbox's way in does.
type connection struct {
	ChannelID, Part, State, Problem string
	Backlog, Missed                 int
}

func (m *mailbox) health(t *testing.T) connection {
	t.Helper()
	var all struct{ Items []connection }
	if err := m.Admin().Call(t.Context(), http.MethodGet, "/api/v1/connections", "", nil, &all); err != nil {
		t.Fatal(err)
	}
	for _, one := range all.Items {
		if one.ChannelID == m.id && one.Part == "in" {
			return one
		}
	}
	return connection{}
}

// deliver has another server put letters into a folder of the mailbox. From then on they are the house's to show.
func (m *mailbox) deliver(t *testing.T, folder string, all ...written) {
	t.Helper()
	for _, w := range all {
		m.ledger.Write(Entry{Kind: Sent, From: w.from, Text: w.words})
		m.ledger.Write(Entry{Kind: Acked, From: w.from, Text: w.words})
		m.server.Deliver(m.user, folder, string(w.raw))
	}
}

// write makes letters that nobody else has written.
func (m *mailbox) write(n int) (out []written) {
	for range n {
		m.wrote++
		out = append(out, newLetter(fmt.Sprintf("%s-%d", m.user, m.wrote), m.wrote))
	}
	return out
}

// arrived is how many letters have come from the mailbox, those that came more than once counted once.
func (m *mailbox) arrived() int {
	return m.database.one("SELECT COUNT(*) FROM arrivals WHERE channel = '" + m.id + "'")
}

func (m *mailbox) awaitArrived(t *testing.T, n int) {
	t.Helper()
	until(t, fmt.Sprintf("%d letters have come from %s", n, m.user), func() bool { return m.arrived() >= n })
}
