package store_test

import (
	"crypto/rand"
	"os"
	"strconv"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/store"
	"visavis/internal/store/storetest"
	"visavis/internal/text"
	"visavis/internal/vis"
)

func TestASeedIsLikeWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	for _, e := range []storetest.Engine{storetest.SQLite(), storetest.Postgres()} {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			s := open(t, e, 1)
			s.receive(t, 1)
			const n = 1234
			out, err := s.store.Seed(ctx, s.ws, store.SeedSpec{Conversations: n, Members: 4, Teams: 2, Rand: rand.Reader, Until: time.Now()})
			if err != nil {
				t.Fatal(err)
			}
			s.receive(t, 2)
			err = s.store.Desk().View(ctx, s.ws, func(tx desk.Tx) error {
				head, err := tx.Head(ctx)
				if err != nil || head != n*4+3 {
					t.Errorf("the head is %d, %v", head, err)
				}
				l, err := tx.Conversations(ctx, desk.Filter{View: desk.ViewTeam, Team: out.Teams[0], State: desk.Resolved}, vis.Page{Limit: 10})
				if err != nil || len(l.Items) != 10 {
					t.Fatalf("a team has %d conversations, %v", len(l.Items), err)
				}
				c := l.Items[0]
				thread, err := tx.Messages(ctx, c.ID, desk.Range{Limit: 9})
				if err != nil || len(thread) != 3 || thread[2].Position != c.LastPosition || text.Preview(thread[2].Text, desk.PreviewRunes) != c.Preview.Text {
					t.Errorf("%+v goes with %+v, %v", thread, c, err)
				}
				people, err := tx.SearchCustomers(ctx, text.QueryTerms(c.Customer.Name), 50)
				if err != nil || len(people) == 0 || len(people[0].Identities) != 1 {
					t.Errorf("%q finds %+v, %v", c.Customer.Name, people, err)
				}
				hits, err := tx.SearchConversations(ctx, text.QueryTerms("réparation du vélo"), 50)
				if err == nil {
					hits, err = tx.SearchConversations(ctx, text.QueryTerms("dérailleurs plateau"), 50)
				}
				if err != nil || len(hits) != 50 {
					t.Errorf("got %d hits, %v", len(hits), err)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// BenchmarkSeed reports conversations a second; VISAVIS_SEED says how many.
func BenchmarkSeed(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("VISAVIS_SEED"))
	if err != nil {
		n = 20_000
	}
	for b.Loop() {
		s := open(b, storetest.SQLite(), 0)
		start, used := time.Now(), cpu()
		if _, err := s.store.Seed(b.Context(), s.ws, store.SeedSpec{Conversations: n, Members: 20, Teams: 5, Rand: rand.Reader, Until: time.Now()}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(n)/time.Since(start).Seconds(), "conversations/s")
		b.ReportMetric(float64((cpu()-used).Microseconds())/float64(n), "cpu-µs/conversation")
	}
}
