package migration

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

// UpTo brings a database of either engine to a step of the past.
func UpTo(ctx context.Context, db *sql.DB, shared bool, step int64) error {
	dialect, folder := goose.DialectSQLite3, "sqlite"
	if shared {
		dialect, folder = goose.DialectPostgres, "postgres"
	}
	p, err := provider(db, dialect, folder)
	if err == nil {
		_, err = p.UpTo(ctx, step)
	}
	return err
}
