// Package postgres opens PostgreSQL databases and tells their errors apart.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// limitIdle lets PostgreSQL end a transaction whose owner has gone silent. A node that is frozen, or cut off, in the middle of one holds
// the lock of a workspace's log, and nobody could write there until it is back. When it is, it runs its batch again.
const (
	limitIdle   = "SET idle_in_transaction_session_timeout = '5s'"
	idleSetting = "idle_in_transaction_session_timeout" // an address that says otherwise is followed
)

// Open opens the database of a postgres:// URL with at most n connections.
func Open(ctx context.Context, url string, n int) (*sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database's address: %w", err)
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "visavis"
	}
	var options []stdlib.OptionOpenDB
	if config.RuntimeParams[idleSetting] == "" {
		options = append(options, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
			_, err := conn.Exec(ctx, limitIdle)
			return err
		}))
	}
	db := stdlib.OpenDB(*config, options...)
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), db.Close())
	}
	return db, nil
}

func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Unique reports whether a row was refused because its like is there already.
func Unique(err error) bool { return code(err) == "23505" }

// Orphan reports whether a row was refused because what it belongs to is not there.
func Orphan(err error) bool { return code(err) == "23503" }

// Retry reports whether the transaction was the loser of a race or a deadlock and would go through if run again.
func Retry(err error) bool {
	c := code(err)
	return c == "40001" || c == "40P01"
}

// Ended reports whether the error took the whole transaction with it, beyond any savepoint.
func Ended(err error) bool {
	c := code(err)
	return Retry(err) || c == "25P03" || len(c) == 5 && (c[:2] == "08" || c[:3] == "57P")
}

// Lost reports whether the connection is gone.
func Lost(conn *sql.Conn) bool {
	lost := true
	_ = conn.Raw(func(c any) error { // fails only when the connection is gone already
		lost = c.(*stdlib.Conn).Conn().IsClosed()
		return nil
	})
	return lost
}

// Full reports whether the server is out of disk or memory: nothing was lost, nothing can be written.
func Full(err error) bool { c := code(err); return len(c) == 5 && c[:2] == "53" }
