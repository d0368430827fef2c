package torture

import (
	"context"
	"database/sql"
	"testing"

	_ "modernc.org/sqlite" // the server's own database, for hands from outside
)

// database is a server's own, as an operator's hand reaches it: to hold its lock at a chosen moment, to see what is committed, and to
// let time pass.
type database struct {
	*testing.T
	db *sql.DB
}

func openDatabase(t *testing.T, s *Server) database {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.data+"/visavis.db?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return database{t, db}
}

// hold keeps everybody else from writing until the lock is released.
func (d database) hold() (release func()) {
	d.Helper()
	conn, err := d.db.Conn(context.Background()) // it is held beyond any one step of the test
	if err == nil {
		_, err = conn.ExecContext(d.Context(), "BEGIN IMMEDIATE")
	}
	if err != nil {
		d.Fatal(err)
	}
	return func() {
		if _, err := conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
			d.Error(err)
		}
		conn.Close()
	}
}

// one reads one number.
func (d database) one(query string) (n int) {
	d.Helper()
	if err := d.db.QueryRowContext(d.Context(), query).Scan(&n); err != nil {
		d.Fatal(err)
	}
	return n
}

// do changes something.
func (d database) do(query string) {
	d.Helper()
	if _, err := d.db.ExecContext(d.Context(), query); err != nil {
		d.Fatal(err)
	}
}

// pass lets the leases of letters end, as if their time had passed: what a server held that was killed is taken again.
func (d database) pass() {
	d.Helper()
	for _, what := range []string{"UPDATE arrivals SET next_at = 0 WHERE state = 'waiting'", "UPDATE sendings SET next_at = 0 WHERE state IN ('waiting', 'sending', 'unknown')"} {
		d.do(what)
	}
}
