package torture

import (
	"os"
	"testing"
	"time"

	"visavis/internal/channel/email/peers"
)

// K-12, K-13, K-14, K-15, K-16: whatever becomes of mailboxes while nobody fetches from them, each letter of theirs is there once, what
// people decided stays decided, and what others took away is told of.
func TestWhateverBecomesOfMailboxesTheirLettersAreThereOnce(t *testing.T) {
	d := peers.StartDovecot(t, "")
	d.Do("renamed", "CREATE Ventes")
	d.Do("twice", "CREATE Ventes")
	r := newMailRun(t, "")
	open := func(user string, in map[string]any) *mailbox { return r.fetches(t, d, user, int(d.Port), in) }
	folders := []string{"INBOX", "Ventes"}
	late, anew, shared, decided := open("late", nil), open("anew", nil), open("shared", nil), open("decided", nil)
	renamed, twice := open("renamed", map[string]any{"folders": folders, "existing": "fetch"}), open("twice", map[string]any{"folders": folders})
	all := []*mailbox{late, anew, shared, decided, renamed, twice}
	for _, m := range all {
		m.awaitLook(t)
		m.deliver(t, "INBOX", m.write(2)...)
	}
	d.Deliver("decided", "INBOX", "") // no letter at all
	decided.awaitArrived(t, 3)
	for _, m := range all {
		m.awaitArrived(t, 2)
	}
	until(t, "it is decided that what is no letter is nothing", func() bool { return decided.discards(t) == 1 })

	if err := r.Stop(40 * time.Second); err != nil {
		t.Fatal(err)
	}
	late.deliver(t, "INBOX", late.write(150)...)
	d.Age("late", "INBOX", 72*time.Hour)
	for _, m := range []*mailbox{anew, decided} {
		d.Renumber(m.user, "INBOX")
		m.deliver(t, "INBOX", m.write(1)...)
	}
	renamed.deliver(t, "Ventes", renamed.write(1)...)
	d.Do("renamed", "RENAME Ventes Sales")
	shared.deliver(t, "INBOX", shared.write(2)...)
	d.Deliver("shared", "INBOX", string(newLetter("gone", 1).raw))
	d.Do("shared", "SELECT INBOX", `STORE 1:* +FLAGS (\Seen)`, "CREATE Elsewhere", "MOVE 5 Elsewhere")
	same := twice.write(1)[0]
	twice.deliver(t, "INBOX", same)
	d.Deliver("twice", "INBOX", string(same.raw))
	d.Deliver("twice", "Ventes", "Received: by elsewhere.example; "+time.Now().Format(time.RFC1123Z)+"\r\n"+string(same.raw))

	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, "it is told that a folder has gone", func() bool { return renamed.health(t).Problem == "no-such-folder" })
	renamed.changes(t, map[string]any{"folders": []string{"INBOX", "Sales"}, "existing": "fetch"})
	until(t, "it is told that somebody took a letter away", func() bool { return shared.health(t).Missed == 1 })
	for m, n := range map[*mailbox]int{late: 152, anew: 3, shared: 4, decided: 4, renamed: 3, twice: 4} {
		m.awaitArrived(t, n)
		if got := m.arrived(); got != n {
			t.Errorf("%d letters have come from %s, not %d", got, m.user, n)
		}
	}
	if n := decided.discards(t); n != 0 {
		t.Errorf("%d letters are to be decided on again", n)
	}
	r.check(t)
}

// K-39: a house that goes on from an old copy of itself fetches what came since from mailboxes that still hold it, and nothing twice.
func TestAnOldCopyOfTheHouseFetchesWhatCameSince(t *testing.T) {
	d := peers.StartDovecot(t, "")
	r := newMailRun(t, "")
	m := r.fetches(t, d, "kept", int(d.Port), nil)
	m.awaitLook(t)
	bring := func(n int) {
		t.Helper()
		m.deliver(t, "INBOX", m.write(n)...)
		m.awaitArrived(t, m.wrote)
	}
	bring(3)
	r.Kill()
	copied := t.TempDir() + "/copy"
	if err := os.CopyFS(copied, os.DirFS(r.data)); err != nil {
		t.Fatal(err)
	}
	r.again(t)
	bring(4)
	r.Kill()
	r.database.db.Close() // the file under it is another from now on
	if err := os.Rename(r.data, r.data+".lost"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(copied, r.data); err != nil {
		t.Fatal(err)
	}
	r.database = openDatabase(t, r.Server)
	if n := m.arrived(); n != 3 {
		t.Fatalf("the copy has %d letters", n)
	}
	r.again(t)
	m.awaitArrived(t, 7)
	bring(1)
	r.check(t)
}
