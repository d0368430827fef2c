// Package sqlite opens SQLite databases and tells their errors apart.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// busy comes first in every connection: whatever follows may already have to wait for another process.
var common = []string{"busy_timeout(10000)", "foreign_keys(1)", "temp_store(memory)"}

// OpenWriter opens the database at path for the one connection that writes, and makes the file when it is not there, readable
// by its owner alone. synchronous=FULL: a commit that was acknowledged outlives a power cut.
func OpenWriter(ctx context.Context, path string) (*sql.DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the database's folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the database's file: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("make the database's file: %w", err)
	}
	return open(ctx, path, 1, url.Values{"_txlock": {"immediate"}, "_pragma": append(common[:len(common):len(common)],
		"journal_mode(wal)", "synchronous(full)", "cache_size(-16000)", "journal_size_limit(67108864)", "wal_autocheckpoint(2000)")})
}

// OpenReaders opens n connections to the database at path that cannot write.
func OpenReaders(ctx context.Context, path string, n int) (*sql.DB, error) {
	return open(ctx, path, n, url.Values{"mode": {"ro"}, "_pragma": append(common[:len(common):len(common)],
		"query_only(1)", "cache_size(-4000)")})
}

func open(ctx context.Context, path string, n int, options url.Values) (*sql.DB, error) {
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: options.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	if err := reach(ctx, db); err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), db.Close())
	}
	return db, nil
}

// reach makes the first connection. While another process makes the database, or closes it as the last one, SQLite refuses at
// once instead of waiting; that is over in a moment.
func reach(ctx context.Context, db *sql.DB) (err error) {
	for attempt := range 20 {
		if err = db.PingContext(ctx); !Busy(err) {
			return err
		}
		timer := time.NewTimer(time.Duration(attempt) * 10 * time.Millisecond)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
	return err
}

func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// Unique reports whether a row was refused because its like is there already.
func Unique(err error) bool {
	c := code(err)
	return c == lib.SQLITE_CONSTRAINT_UNIQUE || c == lib.SQLITE_CONSTRAINT_PRIMARYKEY
}

// Orphan reports whether a row was refused because what it belongs to is not there.
func Orphan(err error) bool { return code(err) == lib.SQLITE_CONSTRAINT_FOREIGNKEY }

// Ended reports whether the error may have ended the transaction it came in (https://www.sqlite.org/lang_transaction.html,
// "Response To Errors"): nothing more may be written under the belief that it can be undone.
func Ended(err error) bool {
	switch code(err) & 0xff {
	case lib.SQLITE_FULL, lib.SQLITE_IOERR, lib.SQLITE_NOMEM, lib.SQLITE_BUSY, lib.SQLITE_INTERRUPT, lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB, lib.SQLITE_READONLY:
		return true
	}
	return false
}

// Fatal reports whether the file can no longer be trusted to keep what is written. After a failed sync the kernel may have
// dropped the very pages that a second sync would then claim to have written, so the process must end and recover.
func Fatal(err error) bool {
	switch code(err) & 0xff {
	case lib.SQLITE_IOERR, lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return true
	}
	return false
}

// Full reports whether the disk is full: nothing was lost, nothing can be written.
func Full(err error) bool { return code(err)&0xff == lib.SQLITE_FULL }

// Busy reports whether another process kept the database to itself for longer than a connection waits.
func Busy(err error) bool { return code(err)&0xff == lib.SQLITE_BUSY }
