package migration_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/post"
	"visavis/internal/routing"
	"visavis/internal/store/migration"
	"visavis/internal/store/postgres"
	"visavis/internal/store/sqlite"
	"visavis/internal/store/storetest"
	"visavis/internal/vis"
)

// before are rows as they were written at step 5.
var before = []string{
	`INSERT INTO workspaces (id, ordinal, name, locale, zone, created_at, seq, conversations) VALUES ('w', 1, 'Arzel', 'fr', 'Europe/Paris', 1, 0, 2)`,
	`UPDATE house SET workspaces = 1`,
	`INSERT INTO members (workspace, id, email, email_key, name, first_name, role, face, locale, zone, state, password_hash, created_at, version)
		VALUES ('w', 'lea', 'a', 'a', 'Léa', 'Léa', 'agent', '', 'fr', 'Europe/Paris', 'active', '', 1, 1)`,
	`INSERT INTO customers (workspace, id, name, face, locale, zone, verified, page_url, page_title, page_at, first_seen_at, last_seen_at, version)
		VALUES ('w', 'anna', 'Anna', '', 'fr', '', FALSE, '', '', 0, 1, 1, 1)`,
	`INSERT INTO conversations (workspace, id, number, subject, state, channel, customer, assignee, team, snoozed_until, snoozed_until_reply,
		preview_text, preview_author, preview_at, preview_attachments, waiting_since, last_position, customer_read, member_read, created_at,
		last_activity_at, resolved_at, version)
		VALUES ('w', 'c1', 1, 'Freins', 'open', 'shop', 'anna', '', '', 0, FALSE, 'Bonjour', 'customer', 5, 0, 5, 1, 1, 0, 5, 5, 0, 1),
		('w', 'c2', 2, 'Selle', 'open', 'shop', 'anna', 'lea', '', 0, FALSE, 'Merci', 'member', 9, 0, 0, 1, 1, 1, 8, 9, 0, 4)`,
	`INSERT INTO messages (workspace, id, conversation, position, kind, author, author_id, text, attachments, channel, client_id, line, created_at)
		VALUES ('w', 'm1', 'c2', 1, 'message', 'member', 'lea', 'Merci', 0, 'shop', '', '', 9)`,
}

// TestDataOfBeforePromisesIsReadAndRanked brings a database with rows in it from step 5 to the newest.
func TestDataOfBeforePromisesIsReadAndRanked(t *testing.T) {
	t.Parallel()
	for _, e := range []storetest.Engine{storetest.SQLite(), storetest.Postgres()} {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			url := e.URL(t)
			fill(t, e, url, 5, before)
			s := storetest.Open(t, url)
			tx := func(fn func(routing.Tx) error) {
				t.Helper()
				if err := s.Routing().Update(ctx, vis.System("w"), nil, fn); err != nil {
					t.Error(err)
				}
			}
			tx(func(tx routing.Tx) error {
				list, err := tx.Conversations(ctx, desk.Filter{View: desk.ViewAll, State: desk.Open, ByRank: true}, vis.Page{})
				if err != nil || len(list.Items) != 2 {
					t.Fatalf("got %d conversations, %v", len(list.Items), err)
				}
				for _, c := range list.Items {
					if c.Standing != (desk.Standing{Rank: desk.Unranked}) || c.About != (desk.About{}) || c.Customer.Name != "Anna" {
						t.Errorf("got %+v", c)
					}
				}
				u, err := tx.Customer(ctx, "anna")
				if err != nil || u.Adviser != "" || u.Segment != "" || u.Value != 0 {
					t.Errorf("got %+v, %v", u, err)
				}
				last, err := tx.LastAnswerer(ctx, "anna", time.Time{})
				if err != nil || last != "lea" {
					t.Errorf("%q answered last, %v", last, err)
				}
				return tx.SaveStanding(ctx, "c2", desk.Standing{Rank: -5, Promise: "next", PromiseState: "running", DueAt: time.UnixMilli(99)})
			})
			tx(func(tx routing.Tx) error {
				c, err := tx.Conversation(ctx, "c2")
				if err != nil || c.Standing.Rank != -5 || c.Version != 4 {
					t.Errorf("got %+v, %v", c, err)
				}
				_, err = tx.SaveConversation(ctx, c)
				return err
			})
		})
	}
}

// putAside is a letter in quarantine as it was written at step 12.
var putAside = []string{
	`INSERT INTO workspaces (id, ordinal, name, locale, zone, created_at, seq, conversations) VALUES ('w', 1, 'Arzel', 'fr', 'Europe/Paris', 1, 0, 0)`,
	`INSERT INTO channels (workspace, id, kind, name, key, settings, team, disabled, created_at, version)
		VALUES ('w', 'mail', 'email', 'Mail', 'k', '{}', '', FALSE, 1, 1)`,
	`INSERT INTO arrivals (workspace, id, channel, hash, remote, blob, size, envelope_json, received_at, state, reason, detail, tries, next_at, fence,
		conversation, message, changed_at) VALUES ('w', 'a', 'mail', 'h', '', 'b', 7, '{}', 1, 'quarantined', 'broken', '', 1, 1, 1, '', '', 1)`,
}

func TestALetterPutAsideBeforeHeadsWereKeptHasNone(t *testing.T) {
	t.Parallel()
	for _, e := range []storetest.Engine{storetest.SQLite(), storetest.Postgres()} {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			url := e.URL(t)
			fill(t, e, url, 12, putAside)
			s := storetest.Open(t, url)
			a, err := vis.View(t.Context(), s.Post(), "w", func(tx post.Tx) (post.Arrival, error) { return tx.Arrival(t.Context(), "a") })
			if err != nil || a.Head != nil || a.Reason != "broken" || a.Size != 7 {
				t.Errorf("got %+v, %v", a, err)
			}
		})
	}
}

// fill makes a database at a step of the past with rows in it.
func fill(t *testing.T, e storetest.Engine, url string, step int64, rows []string) {
	t.Helper()
	ctx := t.Context()
	open := func(ctx context.Context) (*sql.DB, error) {
		if e.Shared {
			return postgres.Open(ctx, url, 2)
		}
		return sqlite.OpenWriter(ctx, strings.TrimPrefix(url, "sqlite://"))
	}
	db, err := open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := migration.UpTo(ctx, db, e.Shared, step); err != nil {
		t.Fatal(err)
	}
	for _, statement := range rows {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}
