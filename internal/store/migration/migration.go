// Package migration holds the database's history as twin folders of forward-only steps, one for each engine.
package migration

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed sqlite/*.sql postgres/*.sql
var steps embed.FS

// ErrNewer is returned for data that a newer program has brought further than this one knows. Writing to it could lose what this
// program cannot see, so it is left untouched.
var ErrNewer = errors.New("the data is newer than this program")

// UpSQLite brings a SQLite database to the newest step. Each step is its own transaction, so that a kill in between is resumed, and
// a process that loses a step to another one that starts at the same time goes on after it.
func UpSQLite(ctx context.Context, db *sql.DB) (err error) {
	for attempt := range 8 {
		if err = up(ctx, db, goose.DialectSQLite3, "sqlite"); err == nil || errors.Is(err, ErrNewer) {
			return err
		}
		timer := time.NewTimer(time.Duration(attempt) * 20 * time.Millisecond)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
	return err
}

// UpPostgres brings a PostgreSQL database to the newest step; nodes that start together wait for one another.
func UpPostgres(ctx context.Context, db *sql.DB) error {
	locker, err := lock.NewPostgresTableLocker(lock.WithTableLockTimeout(250*time.Millisecond, 1200))
	if err != nil {
		return fmt.Errorf("prepare the migration lock: %w", err)
	}
	return up(ctx, db, goose.DialectPostgres, "postgres", goose.WithLocker(locker))
}

func provider(db *sql.DB, dialect goose.Dialect, folder string, options ...goose.ProviderOption) (*goose.Provider, error) {
	files, err := fs.Sub(steps, folder)
	if err != nil {
		return nil, fmt.Errorf("find the migrations: %w", err)
	}
	p, err := goose.NewProvider(dialect, db, files, append(options, goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return p, nil
}

func up(ctx context.Context, db *sql.DB, dialect goose.Dialect, folder string, options ...goose.ProviderOption) error {
	p, err := provider(db, dialect, folder, options...)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	// Newer data holds none of our steps back, so nothing was changed so far.
	found, known, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the database's step: %w", err)
	}
	if found > known {
		return fmt.Errorf("%w: it is at step %d and this program knows %d; start a newer program", ErrNewer, found, known)
	}
	return nil
}
