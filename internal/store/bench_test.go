package store_test

import (
	"crypto/rand"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/store"
	"visavis/internal/store/storetest"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// shop is a workspace with a heart and customers who write.
type shop struct {
	store     *store.Store
	heart     *desk.Service
	ws        vis.WorkspaceID
	member    vis.MemberID
	channel   vis.ChannelID
	customers []vis.Actor
	mint      vis.Mint
}

func open(tb testing.TB, e storetest.Engine, customers int) *shop {
	tb.Helper()
	ctx := tb.Context()
	clock := vis.ClockFunc(time.Now)
	s := &shop{store: storetest.Open(tb, e.URL(tb)), mint: vis.Mint{Rand: rand.Reader}}
	now := clock.Now()
	s.ws, s.member, s.channel = vis.WorkspaceID(s.mint.ID(now)), vis.MemberID(s.mint.ID(now)), vis.ChannelID(s.mint.ID(now))
	m := staff.Member{ID: s.member, EmailKey: "a", CreatedAt: now, Version: 1}
	if err := s.store.Staff().CreateWorkspace(ctx, staff.Workspace{ID: s.ws, CreatedAt: now}, m, true); err != nil {
		tb.Fatal(err)
	}
	c := channel.Channel{ID: s.channel, Kind: "webchat", Key: "k", Settings: []byte("{}"), CreatedAt: now, Version: 1}
	if err := s.store.Channels().Update(ctx, vis.System(s.ws), nil, func(tx channel.Tx) error { return tx.InsertChannel(ctx, c) }); err != nil {
		tb.Fatal(err)
	}
	s.heart = desk.New(s.store.Desk(), nil, clock, s.mint)
	for range customers {
		a, err := s.heart.StartVisit(ctx, s.ws, desk.Arrival{Channel: s.channel, Locale: "fr"})
		if err != nil {
			tb.Fatal(err)
		}
		s.customers = append(s.customers, vis.Actor{Workspace: s.ws, Kind: vis.ByCustomer, ID: string(a.Customer.ID)})
	}
	return s
}

const said = "Bonjour, où en est la réparation de mon vélo électrique ? Le frein avant grince depuis lundi et j'en ai besoin samedi."

func (s *shop) receive(tb testing.TB, i int) {
	in := desk.Inbound{Channel: s.channel, Text: fmt.Sprint(said, " ", i), ClientID: s.mint.ID(time.Now())}
	if _, err := s.heart.Receive(tb.Context(), s.customers[i%len(s.customers)], in); err != nil {
		tb.Error(err)
	}
}

// cpu is the time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkReceive is a customer's message from the heart to the synced disk.
func BenchmarkReceive(b *testing.B) {
	for _, e := range []storetest.Engine{storetest.SQLite(), storetest.Postgres()} {
		for _, callers := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/%d", e.Name, callers), func(b *testing.B) {
				s := open(b, e, 500)
				var n atomic.Int64
				b.SetParallelism(max(1, callers/runtime.GOMAXPROCS(0)))
				if callers == 1 {
					defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
				}
				b.ReportAllocs()
				before, commits := cpu(), s.store.Stats().Commits
				b.ResetTimer()
				if callers == 1 {
					for b.Loop() {
						s.receive(b, int(n.Add(1)))
					}
				} else {
					b.RunParallel(func(p *testing.PB) {
						for p.Next() {
							s.receive(b, int(n.Add(1)))
						}
					})
				}
				b.StopTimer()
				b.ReportMetric(float64((cpu()-before).Microseconds())/float64(n.Load()), "cpu-µs/op")
				b.ReportMetric(float64(s.store.Stats().Commits-commits)/float64(n.Load()), "commits/op")
			})
		}
	}
}

// BenchmarkFourStatements is a command of four statements among 64 callers.
func BenchmarkFourStatements(b *testing.B) {
	s := open(b, storetest.SQLite(), 200)
	for i := range s.customers {
		s.receive(b, i)
	}
	var ids []vis.ConversationID
	if err := s.store.Desk().View(b.Context(), s.ws, func(tx desk.Tx) error {
		l, err := tx.Conversations(b.Context(), desk.Filter{View: desk.ViewAll, State: desk.Open}, vis.Page{Limit: 100})
		for _, c := range l.Items {
			ids = append(ids, c.ID)
		}
		return err
	}); err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	b.SetParallelism(32)
	b.ReportAllocs()
	before := cpu()
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			i := int(n.Add(1))
			err := s.store.Desk().Update(b.Context(), vis.System(s.ws), nil, func(tx desk.Tx) error {
				id := ids[i%len(ids)]
				c, err := tx.Conversation(b.Context(), id)
				if err != nil {
					return err
				}
				if err := tx.SaveReadPosition(b.Context(), id, s.member, int64(i), time.Now()); err != nil {
					return err
				}
				if err := tx.SaveReadMarks(b.Context(), id, 1, int64(i)); err != nil {
					return err
				}
				e := vis.NewEvent(vis.System(s.ws), time.Now(), desk.ConversationRead, nil)
				e.Conversation, e.Customer = id, c.Customer.ID
				return tx.Append(b.Context(), e)
			})
			if err != nil {
				b.Error(err)
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64((cpu()-before).Microseconds())/float64(n.Load()), "cpu-µs/op")
}

// BenchmarkRead is what a desk asks of a workspace of VISAVIS_SEED conversations.
func BenchmarkRead(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("VISAVIS_SEED"))
	if err != nil {
		n = 5_000
	}
	s := open(b, storetest.SQLite(), 1)
	out, err := s.store.Seed(b.Context(), s.ws, store.SeedSpec{Conversations: n, Members: 20, Teams: 5, Rand: rand.Reader, Until: time.Now()})
	if err != nil {
		b.Fatal(err)
	}
	ctx := b.Context()
	list := func(f desk.Filter) func(desk.Tx) error {
		return func(tx desk.Tx) error {
			_, err := tx.Conversations(ctx, f, vis.Page{Limit: 50})
			return err
		}
	}
	find := func(q string) func(desk.Tx) error {
		return func(tx desk.Tx) error {
			_, err := tx.SearchConversations(ctx, text.QueryTerms(q), 20)
			return err
		}
	}
	for _, c := range []struct {
		name string
		read func(desk.Tx) error
	}{
		{"Mine", list(desk.Filter{View: desk.ViewMine, Member: out.Members[0], State: desk.Open})},
		{"Unassigned", list(desk.Filter{View: desk.ViewUnassigned, State: desk.Open})},
		{"AllResolved", list(desk.Filter{View: desk.ViewAll, State: desk.Resolved})},
		{"Teams", list(desk.Filter{View: desk.ViewTeams, Teams: out.Teams, State: desk.Open})},
		{"Counts", func(tx desk.Tx) error {
			_, err := tx.CountConversations(ctx, out.Members[0], out.Teams, time.Now())
			return err
		}},
		{"AllByRank", list(desk.Filter{View: desk.ViewAll, State: desk.Open, ByRank: true})},
		{"TeamsByRank", list(desk.Filter{View: desk.ViewTeams, Teams: out.Teams, State: desk.Open, ByRank: true})},
		{"SearchCommon", find("vélo ")},
		{"SearchTwo", find("dérailleur samedi ")},
		{"SearchPrefix", find("dér")},
		{"SearchShortPrefix", find("d")},
		{"SearchNothing", find("introuvable ")},
		{"SearchCustomer", func(tx desk.Tx) error {
			_, err := tx.SearchCustomers(ctx, text.QueryTerms("anna kerb"), 20)
			return err
		}},
		{"Events", func(tx desk.Tx) error { _, err := tx.Events(ctx, 100, 100); return err }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			before := cpu()
			for b.Loop() {
				if err := s.store.Desk().View(ctx, s.ws, c.read); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}

// BenchmarkWaiting reads all that waits page by page, as routing does when it starts; VISAVIS_WAITING says how many conversations.
func BenchmarkWaiting(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("VISAVIS_WAITING"))
	if err != nil {
		n = 5_000
	}
	for _, e := range []storetest.Engine{storetest.SQLite(), storetest.Postgres()} {
		b.Run(e.Name, func(b *testing.B) {
			s := open(b, e, 1)
			s.wait(b, n)
			ctx := b.Context()
			for b.Loop() {
				read := 0
				for after := (routing.RankPlace{}); ; {
					page, err := vis.View(ctx, s.store.Routing(), s.ws, func(tx routing.Tx) ([]desk.Conversation, error) {
						return tx.Waiting(ctx, after, 500)
					})
					if err != nil {
						b.Fatal(err)
					}
					if read += len(page); len(page) < 500 {
						break
					}
					last := page[len(page)-1]
					after = routing.RankPlace{Rank: last.Standing.Rank, ID: last.ID}
				}
				if read != n {
					b.Fatalf("read %d", read)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "conversations/s")
		})
	}
}

// wait makes conversations that nobody owns, each with a rank.
func (s *shop) wait(tb testing.TB, n int) {
	tb.Helper()
	ctx, now := tb.Context(), time.Now()
	for done := 0; done < n; done += 1000 {
		err := s.store.Desk().Update(ctx, vis.System(s.ws), nil, func(tx desk.Tx) error {
			for i := done; i < min(n, done+1000); i++ {
				c := desk.Conversation{ID: vis.ConversationID(s.mint.ID(now)), Number: int64(i + 1), State: desk.Open, Channel: s.channel,
					Customer: desk.CustomerRef{ID: vis.CustomerID(s.customers[0].ID)}, CreatedAt: now, LastActivityAt: now, WaitingSince: now, Version: 1,
					Standing: desk.Standing{Rank: int64(-1 - i - i*7919%2000), Promise: "first", PromiseState: "running", DueAt: now.Add(time.Duration(i) * time.Second)}}
				if err := tx.InsertConversation(ctx, c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
}
