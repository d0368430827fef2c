// Package storetest is what every engine under the store must do: one suite, run on each. It also opens stores for other tests.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"visavis/internal/store"
	"visavis/internal/store/postgres"
	"visavis/internal/vis"
)

// Engine makes fresh databases.
type Engine struct {
	Name string
	// URL returns the address of a new and empty database, which goes when the test ends.
	URL func(t testing.TB) string
	// Shared says that several stores may open one database.
	Shared bool
}

// SQLite is the embedded engine.
func SQLite() Engine {
	return Engine{Name: "sqlite", URL: func(t testing.TB) string {
		t.Helper()
		return "sqlite://" + filepath.Join(t.TempDir(), "visavis.db")
	}}
}

// Postgres is a PostgreSQL server named by VISAVIS_TEST_POSTGRES; without it the test is skipped. Every database is a schema of
// its own there.
func Postgres() Engine {
	return Engine{Name: "postgres", Shared: true, URL: func(t testing.TB) string {
		t.Helper()
		base := os.Getenv("VISAVIS_TEST_POSTGRES")
		if base == "" {
			t.Skip("set VISAVIS_TEST_POSTGRES=postgres://… to a database in which schemas may be created")
		}
		schema := "visavis_" + strings.ToLower(rand.Text())
		run(t, base, "CREATE SCHEMA "+schema)
		t.Cleanup(func() { run(t, base, "DROP SCHEMA "+schema+" CASCADE") })
		u, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		q.Set("search_path", schema)
		u.RawQuery = q.Encode()
		return u.String()
	}}
}

func run(t testing.TB, base, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	db, err := postgres.Open(ctx, base, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, db)
	if _, err := db.ExecContext(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func closed(t testing.TB, db *sql.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// Open opens the store at url until the test ends. A disk that fails, fails the test.
func Open(t testing.TB, url string) *store.Store {
	t.Helper()
	return OpenWith(t, url, store.Options{Clock: vis.ClockFunc(time.Now), Fatal: func(err error) { t.Errorf("fatal: %v", err) }})
}

// OpenWith is Open with other options.
func OpenWith(t testing.TB, url string, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// New opens a new, empty store on SQLite: what tests of other rooms stand on.
func New(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, Fresh(t))
}

// fresh is the file of an empty SQLite database with all its tables. To make them anew for every test would take longer than most tests.
var fresh = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "visavis-fresh-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "visavis.db")
	s, err := store.Open(context.Background(), "sqlite://"+path, store.Options{Clock: vis.ClockFunc(time.Now)})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// Fresh returns the address of a new SQLite database that has its tables already and nothing in them. It goes when the test ends.
func Fresh(t testing.TB) string {
	t.Helper()
	file, err := fresh()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "visavis.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite://" + path
}

// Run runs the suite on an engine.
func Run(t *testing.T, e Engine) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Engine)
	}{
		{"KeepsWhatIsWritten", testKeeps},
		{"ShowsNothingOfAnotherWorkspace", testForeign},
		{"RefusesStaleChanges", testStale},
		{"RefusesWhatExists", testTaken},
		{"AnswersARepeatedRequestOnce", testRequests},
		{"CommitsCommandsTogetherAndApart", testGroups},
		{"LeavesAQueuedCommand", testCancel},
		{"DrainsWhenClosed", testClose},
		{"NumbersEventsWithoutGaps", testLog},
		{"ListsLikeASortedSlice", testLists},
		{"CountsWithACap", testCounts},
		{"FindsLikeAScan", testSearch},
		{"TakesATimerOnce", testTimers},
		{"ChainsTheAudit", testAudit},
		{"SetsUpOneServerOnce", testSetUp},
		{"DeletesATeam", testDeleteTeam},
		{"HandsAVisitOver", testHandOver},
		{"StartsTwiceAtOnce", testStart},
		{"KeepsWebhooksAndNotices", testNotices},
		{"KeepsViewsInOrder", testViews},
		{"KeepsSignaturesAndTemplates", testWords},
		{"ShowsNoWordsOfAnotherWorkspace", testForeignWords},
		{"KeepsAssists", testAssists},
		{"KnowsItsNodes", testNodes},
		{"KeepsChecks", testChecks},
		{"ShowsNoAssistOfAnotherWorkspace", testForeignAssists},
		{"KeepsRecordings", testRecordings},
		{"ShowsNoRecordingOfAnotherWorkspace", testForeignRecordings},
		{"KeepsIncidents", testIncidents},
		{"KeepsWhatWasHeard", testHeard},
		{"KeepsScenarios", testScenarios},
		{"ShowsNoIncidentOfAnotherWorkspace", testForeignIncidents},
		{"KeepsReadings", testReadings},
		{"ListsByWhatIsSaid", testGists},
		{"ShowsNoReadingOfAnotherWorkspace", testForeignReadings},
		{"CountsContacts", testContacts},
		{"CountsPlaces", testPlaces},
		{"CountsSearches", testSearches},
		{"KeepsWhatIsDoneAboutReasons", testActions},
		{"ClaimsADeliveryOnce", testClaims},
		{"ShowsNoNoticeOfAnotherWorkspace", testForeignNotices},
		{"ListsByRank", testRanks},
		{"CountsQueuesAndLoads", testBoard},
		{"PagesWhileRanksChange", testRanksMove},
		{"MovesACursorOnce", testCursors},
		{"LeasesToOneAtATime", testLeases},
		{"RingsOnceForAConversation", testOffers},
		{"CountsRunsOfRules", testRuns},
		{"VouchesForMembers", testVouches},
		{"KnowsWhoAnsweredLast", testLastAnswerer},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, e)
		})
	}
}

var mint = vis.Mint{Rand: rand.Reader}

// now is a fixed instant that is no round number.
var now = time.Date(2026, 3, 29, 1, 59, 59, 987e6, time.UTC)

func id[T ~string]() T { return T(mint.ID(now)) }

func idAt[T ~string](at time.Time) T { return T(mint.ID(at)) }

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, want vis.Code) {
	t.Helper()
	if got := vis.CodeOf(err); got != want {
		t.Errorf("got error %v, want code %q", err, want)
	}
}

func numbered(what string, i int) string { return fmt.Sprintf("%s %d", what, i) }
