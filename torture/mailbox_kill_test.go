package torture

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"

	"visavis/internal/channel/email/peers"
)

// killing has a letter delivered and kills the server at one point of fetching it.
type killing func(t *testing.T, m *mailbox)

// K-02, K-11: a letter whose fetching ends at one named point, with the line or with the server, is there once; and nothing is taken from
// the mailbox that is not kept.
func TestKillAtEachPointOfFetchingALetter(t *testing.T) {
	d := peers.StartDovecot(t, "")
	r := newMailRun(t, "")
	points := []struct {
		name, after string
		cut         cut // when the line is cut, if it is
		kill        killing
	}{
		{name: "before it is asked for", after: "leave", cut: cut{"BODY.PEEK[]", beforeSaid}},
		{name: "in the middle of it", after: "delete", cut: cut{"\r\nSubject: Question", whileHeard}},
		{name: "after its bytes are stored, before the commit", after: "move", kill: killBeforeTheCommit},
		{name: "after the commit, before how far it is fetched is", after: "delete", kill: killBeforeTheCursor},
		{name: "before it is moved", after: "move", cut: cut{"UID MOVE", beforeSaid}},
		{name: "after it is moved, before that is heard", after: "move", cut: cut{"UID MOVE", beforeHeard}},
		{name: "before it is marked", after: "delete", cut: cut{"UID STORE", beforeSaid}},
		{name: "after it is marked, before it is deleted", after: "delete", cut: cut{"UID EXPUNGE", beforeSaid}},
		{name: "after it is deleted, before that is heard", after: "delete", cut: cut{"UID EXPUNGE", beforeHeard}},
	}
	boxes := make([]*mailbox, len(points))
	for i, p := range points { // all at once, for it takes the house a while to see them
		at := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(d.Port)))
		if p.kill == nil {
			points[i].kill, at = killAtTheCut(t, at, p.cut)
		}
		_, port, _ := strings.Cut(at, ":")
		boxes[i] = r.fetches(t, d, "point"+strconv.Itoa(i), atoi(t, port), map[string]any{"after": p.after, "moveTo": "Done"})
	}
	for i, p := range points {
		t.Run(p.name, func(t *testing.T) {
			m := boxes[i]
			m.awaitLook(t)
			p.kill(t, m)
			if m.arrived() == 0 && m.server.Count(m.user, "INBOX") != 1 {
				t.Error("it is neither here nor there")
			}
			r.again(t)
			m.deliver(t, "INBOX", m.write(1)...) // and the next is fetched, too
			m.awaitArrived(t, 2)
			want := map[string][2]int{"leave": {2, 0}, "move": {0, 2}, "delete": {0, 0}}[p.after]
			until(t, fmt.Sprintf("the mailbox and the folder for what was fetched hold %v letters", want), func() bool {
				return [2]int{d.Count(m.user, "INBOX"), d.Count(m.user, "Done")} == want
			})
			if h := m.health(t); m.arrived() != 2 || h.Missed != 0 {
				t.Errorf("%d letters have come; it is told %+v", m.arrived(), h)
			}
		})
	}
	r.check(t)
}

// killAtTheCut kills once the line to the mailbox is cut. Fetching over any other line would be cut as well.
func killAtTheCut(t *testing.T, to string, when cut) (kill killing, at string) {
	t.Helper()
	at = freeAddress(t)
	line := newCutter(t, at, to, when)
	return func(t *testing.T, m *mailbox) {
		t.Helper()
		const ever = 1000
		line.next.Store(ever)
		m.deliver(t, "INBOX", m.write(1)...)
		until(t, "the line is cut", func() bool { return line.next.Load() < ever })
		m.Kill()
		line.next.Store(0)
	}, at
}

func killBeforeTheCommit(t *testing.T, m *mailbox) {
	t.Helper()
	before := m.files(t)
	release := m.database.hold()
	m.deliver(t, "INBOX", m.write(1)...)
	until(t, "its bytes are stored", func() bool { return m.files(t) > before })
	m.Kill()
	release()
	if m.arrived() != 0 {
		t.Error("it is committed although the database was locked")
	}
}

func killBeforeTheCursor(t *testing.T, m *mailbox) {
	t.Helper()
	m.database.do(`CREATE TRIGGER not_now BEFORE INSERT ON channel_cursors BEGIN SELECT RAISE(ABORT, 'not now'); END`)
	m.deliver(t, "INBOX", m.write(1)...)
	until(t, "that is told of", func() bool { return m.arrived() == 1 && m.health(t).Problem == "not-kept" })
	m.Kill()
	m.database.do(`DROP TRIGGER not_now`)
	if m.server.Count(m.user, "INBOX") != 1 {
		t.Error("it is deleted although nobody knows that it was fetched")
	}
}
