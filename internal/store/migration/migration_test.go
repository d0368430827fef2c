package migration_test

import (
	"errors"
	"path/filepath"
	"testing"

	"visavis/internal/store/migration"
	"visavis/internal/store/sqlite"
)

// K-37: a program that is older than the data leaves it untouched and says so.
func TestNewerDataIsLeftUntouched(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db, err := sqlite.OpenWriter(ctx, filepath.Join(t.TempDir(), "newer.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for range 2 { // bringing it up to date twice changes nothing the second time
		if err := migration.UpSQLite(ctx, db); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.ExecContext(ctx, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`); err != nil {
		t.Fatal(err)
	}
	if err := migration.UpSQLite(ctx, db); !errors.Is(err, migration.ErrNewer) {
		t.Errorf("got %v", err)
	}
}
