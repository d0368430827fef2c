package store

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// SeedSpec says what a workspace is filled with for measuring.
type SeedSpec struct {
	Conversations int
	MessagesPer   int // in each conversation; 3 when it says nothing
	Members       int // made in addition to those who are there
	Teams         int // likewise
	// Channel is where the conversations came in; a new web chat when it says nothing.
	Channel vis.ChannelID
	// Rand makes the ids; cryptographically strong, as everywhere.
	Rand io.Reader
	// Until is when the newest conversation was last active, and For how long before that the oldest.
	Until time.Time
	For   time.Duration
	// Progress is called now and then with how many conversations are there.
	Progress func(done int)
}

// Seeded is what a seed left behind, besides its conversations.
type Seeded struct {
	Channel vis.ChannelID
	Members []vis.MemberID
	Teams   []vis.TeamID
}

// seedChunk is how many conversations one transaction takes: enough that its sync costs nothing, few enough that a live server
// goes on answering.
const seedChunk = 5000

// Seed fills a workspace through the writer with conversations as a shop has them: most are resolved, some open, few asleep; half
// of the customers come back. It is the same each time but for the ids.
func (s *Store) Seed(ctx context.Context, ws vis.WorkspaceID, spec SeedSpec) (Seeded, error) {
	if spec.MessagesPer <= 0 {
		spec.MessagesPer = 3
	}
	if spec.For <= 0 {
		spec.For = 365 * 24 * time.Hour
	}
	g := &sower{spec: spec, mint: vis.Mint{Rand: spec.Rand}, random: rand.New(rand.NewPCG(1, 2)), //nolint:gosec // it decides nothing secret
		members: []vis.MemberID{""}, teams: []vis.TeamID{""}}
	out := Seeded{Channel: spec.Channel}
	err := s.writer.do(ctx, ws, func(t *tx) (err error) {
		if out, err = g.people(ctx, t); err != nil {
			return err
		}
		return g.words(ctx, t)
	})
	for done := 0; err == nil && done < spec.Conversations; {
		n := min(seedChunk, spec.Conversations-done)
		crop := g.grow(done, n)
		err = s.writer.do(ctx, ws, func(t *tx) error { return crop.store(ctx, t) })
		done += n
		if spec.Progress != nil && err == nil {
			spec.Progress(done)
		}
	}
	if err != nil {
		return out, fmt.Errorf("seed: %w", err)
	}
	return out, nil
}

// sower makes up conversations.
type sower struct {
	spec    SeedSpec
	mint    vis.Mint
	random  *rand.Rand
	ordinal int64
	search  func(int64, []string) string

	channel   vis.ChannelID
	members   []vis.MemberID
	teams     []vis.TeamID
	customers []desk.CustomerRef // the last ones, who may come back
	sentences []sentence
}

// sentence is something that is said, with its search terms as the engine wants them.
type sentence struct{ said, terms string }

// people makes members, teams and a channel.
func (g *sower) people(ctx context.Context, t *tx) (Seeded, error) {
	at := g.spec.Until.Add(-g.spec.For)
	g.members, g.teams, g.channel = g.members[:1], g.teams[:1], g.spec.Channel
	for i := range g.spec.Teams {
		team := staff.Team{ID: vis.TeamID(g.mint.ID(at)), Name: fmt.Sprint("Équipe ", i+1), CreatedAt: at, Version: 1}
		if err := t.InsertTeam(ctx, team); err != nil {
			return Seeded{}, err
		}
		g.teams = append(g.teams, team.ID)
	}
	for i := range g.spec.Members {
		id := g.mint.ID(at)
		email := "seed-" + id[24:] + "@example.org"
		first := firstNames[i%len(firstNames)]
		m := staff.Member{ID: vis.MemberID(id), Email: email, EmailKey: email, Name: first + " " + lastNames[i%len(lastNames)], FirstName: first,
			Role: vis.Agent, Locale: "fr", Zone: "Europe/Paris", State: staff.Active, CreatedAt: at, Version: 1}
		if len(g.teams) > 1 {
			m.Teams = []vis.TeamID{g.teams[1+i%(len(g.teams)-1)]}
		}
		if err := t.InsertMember(ctx, m); err != nil {
			return Seeded{}, err
		}
		g.members = append(g.members, m.ID)
	}
	if g.channel == "" {
		id := g.mint.ID(at)
		c := channel.Channel{ID: vis.ChannelID(id), Kind: "webchat", Name: "Boutique", Key: id, Settings: []byte("{}"), CreatedAt: at, Version: 1}
		if err := t.InsertChannel(ctx, c); err != nil {
			return Seeded{}, err
		}
		g.channel = c.ID
	}
	return Seeded{Channel: g.channel, Members: g.members[1:], Teams: g.teams[1:]}, nil
}

// words makes the sentences.
func (g *sower) words(ctx context.Context, t *tx) (err error) {
	if g.ordinal, err = t.ordinal(ctx); err != nil {
		return err
	}
	g.search = document
	if t.session.dialect.inlineSearch {
		g.search = vector
	}
	g.sentences = g.sentences[:0]
	for _, opening := range openings {
		for _, matter := range matters {
			for _, detail := range details {
				said := opening + " " + matter + " " + detail
				g.sentences = append(g.sentences, sentence{said, g.search(g.ordinal, text.Terms(said))})
			}
		}
	}
	return nil
}

// crop is some conversations, ready to be stored; one command may be run more than once.
type crop struct {
	customers     [][]any
	identities    [][]any
	known         []words // search terms of the customers
	conversations []desk.Conversation
	messages      [][]any
	said          []words // search terms of the messages
	events        []vis.Event
}

// grow makes up the conversations from number first on. Each is a little later than the one before, so that indexes grow at
// their ends.
func (g *sower) grow(first, n int) *crop {
	c := &crop{}
	step := g.spec.For / time.Duration(g.spec.Conversations)
	for i := range n {
		last := g.spec.Until.Add(-g.spec.For + time.Duration(first+i+1)*step).UTC().Truncate(time.Millisecond)
		g.conversation(c, g.customer(c, last), last)
	}
	return c
}

// customer returns one who comes back, or a new one.
func (g *sower) customer(c *crop, at time.Time) desk.CustomerRef {
	if len(g.customers) > 100 && g.random.IntN(2) == 0 {
		return g.customers[g.random.IntN(len(g.customers))]
	}
	first, last := firstNames[g.random.IntN(len(firstNames))], lastNames[g.random.IntN(len(lastNames))]
	id := g.mint.ID(at)
	u := desk.CustomerRef{ID: vis.CustomerID(id), Name: first + " " + last, Face: "long-2-7", Locale: "fr", Verified: g.random.IntN(2) == 0}
	email := strings.ToLower(first+"."+last) + "." + id[24:] + "@example.org"
	key, _ := text.Email(email)
	c.customers = append(c.customers, []any{id, u.Name, u.Face, u.Locale, "Europe/Paris", u.Verified, "", "", int64(0), millis(at), millis(at), 1, "", "", 0, "{}"})
	c.identities = append(c.identities, []any{g.mint.ID(at), id, string(desk.IdentityEmail), email, key, u.Verified, millis(at)})
	c.known = append(c.known, words{customer: true, terms: g.search(g.ordinal, text.Terms(u.Name+" "+email))})
	if g.customers = append(g.customers, u); len(g.customers) > 2000 {
		g.customers = g.customers[1000:]
	}
	return u
}

func (g *sower) conversation(c *crop, u desk.CustomerRef, last time.Time) {
	n := g.spec.MessagesPer
	began := last.Add(-time.Duration(n-1) * time.Minute)
	v := desk.Conversation{ID: vis.ConversationID(g.mint.ID(began)), State: desk.Resolved, Channel: g.channel, Customer: u,
		Assignee: g.members[g.random.IntN(len(g.members))], Team: g.teams[g.random.IntN(len(g.teams))], LastPosition: int64(n),
		CustomerReadPosition: int64(n), MemberReadPosition: int64(n), CreatedAt: began, LastActivityAt: last, ResolvedAt: last, Version: int64(n)}
	switch dice := g.random.IntN(100); {
	case dice < 10:
		v.State, v.ResolvedAt, v.WaitingSince = desk.Open, time.Time{}, last
	case dice < 13:
		v.State, v.ResolvedAt, v.SnoozedUntilReply = desk.Snoozed, time.Time{}, true
	}
	c.events = append(c.events, g.event(v, began, desk.ConversationStarted, "{}"))
	for p := range n {
		at := began.Add(time.Duration(p) * time.Minute)
		s := g.sentences[g.random.IntN(len(g.sentences))]
		author, authorID, typ := desk.AuthorCustomer, string(u.ID), desk.MessageReceived
		if p%2 == 1 {
			author, authorID, typ = desk.AuthorMember, string(v.Assignee), desk.MessageSent
		}
		id := g.mint.ID(at)
		c.messages = append(c.messages, []any{id, string(v.ID), p + 1, string(desk.KindMessage), string(author), authorID, s.said, 0,
			string(g.channel), "", "", millis(at)})
		c.said = append(c.said, words{terms: s.terms})
		c.events = append(c.events, g.event(v, at, typ, `{"messageId":"`+id+`"}`))
		v.Preview = desk.Preview{Text: text.Preview(s.said, desk.PreviewRunes), Author: author, At: at}
		if p == 0 {
			v.Subject = text.Preview(s.said, 80)
		}
	}
	c.conversations = append(c.conversations, v)
}

func (g *sower) event(v desk.Conversation, at time.Time, typ vis.EventType, data string) vis.Event {
	return vis.Event{At: at, Type: typ, By: vis.ByCustomer, ByID: string(v.Customer.ID), Conversation: v.ID, Customer: v.Customer.ID, Data: []byte(data)}
}

const (
	takeNumbers          = `UPDATE workspaces SET conversations = conversations + $2 WHERE id = $1 RETURNING conversations`
	seedCustomerPostgres = `INSERT INTO customers (workspace, id, name, face, locale, zone, verified, page_url, page_title, page_at,
		first_seen_at, last_seen_at, version, adviser, segment, value, attributes_json, words)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18::tsvector)`
)

var (
	seedCustomers     = map[bool]sized{false: inSizes(insertCustomer, 1, 50), true: inSizes(seedCustomerPostgres, 1, 50)}
	seedIdentities    = inSizes(insertIdentity, 1, 50)
	seedConversations = inSizes(insertConversation, 1, 50)
	seedMessages      = map[bool]sized{false: inSizes(insertMessageSQLite, 1, 50), true: inSizes(insertMessagePostgres, 1, 50)}
)

// store writes the crop in statements of many rows.
func (c *crop) store(ctx context.Context, t *tx) error {
	inline := t.session.dialect.inlineSearch
	newest, err := value[int64](ctx, t, "workspace", takeNumbers, len(c.conversations))
	if err != nil {
		return err
	}
	known, err := t.sow(ctx, seedCustomers[inline], with(c.customers, c.known, inline))
	if err != nil {
		return err
	}
	if _, err := t.sow(ctx, seedIdentities, c.identities); err != nil {
		return err
	}
	conversations := make([][]any, len(c.conversations))
	for i, v := range c.conversations {
		v.Number = newest - int64(len(c.conversations)-1-i)
		conversations[i] = conversationArgs(v)
	}
	if _, err := t.sow(ctx, seedConversations, conversations); err != nil {
		return err
	}
	said, err := t.sow(ctx, seedMessages[inline], with(c.messages, c.said, inline))
	if err != nil {
		return err
	}
	t.command.events = append(t.command.events, c.events...)
	for i := range t.command.events {
		t.command.events[i].Workspace = t.workspace
	}
	for i, ref := range known {
		t.command.words = append(t.command.words, words{customer: true, ref: ref, terms: c.known[i].terms})
	}
	for i, ref := range said {
		t.command.words = append(t.command.words, words{ref: ref, terms: c.said[i].terms})
	}
	return nil
}

// with adds to each row its search terms, where they are a column of it.
func with(rows [][]any, terms []words, inline bool) [][]any {
	if !inline {
		return rows
	}
	out := make([][]any, len(rows))
	for i, row := range rows {
		out[i] = append(row[:len(row):len(row)], terms[i].terms)
	}
	return out
}

// sow inserts rows and returns their refs, which one statement gives out one after another; on PostgreSQL there are none.
func (t *tx) sow(ctx context.Context, insert sized, all [][]any) (refs []int64, err error) {
	err = insert.each(len(all), func(statement string, first, rows int) error {
		var args []any
		for _, row := range all[first : first+rows] {
			args = append(args, row...)
		}
		r, err := t.exec(ctx, statement, args...)
		if err != nil || t.session.dialect.inlineSearch {
			return err
		}
		last, err := r.LastInsertId()
		for i := range rows {
			refs = append(refs, last-int64(rows-1-i))
		}
		return err
	})
	return refs, err
}

var (
	firstNames = strings.Fields("Anna Yann Léa Marc Nora Hugo Emma Louis Chloé Adam Inès Jules Alice Paul Zoé Noah Jane Tom Sarah Erwan Mary Liam Maëlle Ravi Aïcha")
	lastNames  = strings.Fields("Moreau LeGoff Martin Arzel Bernard Petit Durand Leroy Kerbrat Smith Brown Nguyen Garcia Roux Simon Lopez Wilson Taylor Diallo Rossi Weber Novak Haddad Silva Kowalski")
	openings   = []string{"Bonjour,", "Hello,", "Bonsoir,", "Merci.", "Good morning,", "Désolée de vous relancer :", "Thank you.", "Une question :"}
	matters    = []string{
		"où en est la réparation de mon vélo ?", "my order has not arrived yet.", "le frein avant grince depuis lundi.",
		"can I change the delivery address?", "la batterie ne charge plus.", "the saddle is too high for my daughter.",
		"je voudrais échanger le casque contre une taille M.", "do you repair electric bikes?", "la facture ne correspond pas au devis.",
		"is the blue frame still in stock?", "le dérailleur saute sur le petit plateau.", "I would like a refund, please.",
	}
	details = []string{
		"J'en ai besoin samedi.", "The order number is 4711.", "Je peux passer à l'atelier demain matin.", "It is quite urgent.",
		"Voici la photo.", "Please call me back.", "Votre collègue m'avait dit mardi.", "I can wait until next week.",
		"Le vélo a deux ans.", "Thanks for your help!", "C'est le modèle Brest 28 pouces.", "It worked fine until yesterday.",
	}
)
