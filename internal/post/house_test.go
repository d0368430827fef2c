package post_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/webchat"
	"visavis/internal/desk"
	"visavis/internal/post"
	"visavis/internal/seal"
	"visavis/internal/staff"
	"visavis/internal/store"
	"visavis/internal/store/storetest"
	"visavis/internal/vis"
)

// wire is a kind of channel whose raw letters are JSON of what they say, and whose other side does what the test wants.
type wire struct {
	mu      sync.Mutex
	left    []left
	answers []channel.Outcome // to the next attempts; sent when there is none
	learnt  string            // what is readable that was not

	acknowledges bool
	brandOnly    bool
	slow         chan struct{} // closed when senders' servers answer who wrote; nil is at once
	asking       sync.WaitGroup
}

type left struct {
	to  []string
	raw string
}

func (*wire) Kind() channel.Kind { return "wire" }
func (*wire) CheckSettings(raw json.RawMessage) (json.RawMessage, error) {
	return raw, nil
}
func (*wire) Capabilities(channel.Channel, time.Time) channel.Capabilities {
	return channel.Capabilities{Written: true, Attachments: true, MaxText: desk.MaxText, MaxFile: desk.MaxFile}
}
func (*wire) Addresses(channel.Channel) []channel.OwnAddress {
	return []channel.OwnAddress{{Address: channel.Address{Name: "Arzel", Address: "bonjour@arzel.example"}}, {Address: channel.Address{Name: "Arzel Pro", Address: "pro@arzel.example"}}}
}
func (w *wire) Acknowledges(channel.Channel) bool { return w.acknowledges }
func (w *wire) BrandOnly(channel.Channel) bool    { return w.brandOnly }
func (*wire) Sign(_ channel.Channel, address, token string) string {
	local, domain, _ := strings.Cut(address, "@")
	return local + "+" + token + "@" + domain
}
func (w *wire) ReturnPath(c channel.Channel, address, token string) string {
	return w.Sign(c, address, token)
}
func (*wire) Token(address string) (base, token string) {
	local, domain, _ := strings.Cut(address, "@")
	local, token, _ = strings.Cut(local, "+")
	return local + "@" + domain, token
}
func (w *wire) Read(_ channel.Account, raw []byte, _ channel.Envelope) (channel.Letter, error) {
	if string(raw) == w.learnt {
		return letter("learnt@mel", "Bonjour", "Bonjour"), nil
	}
	if reason, bad := strings.CutPrefix(string(raw), "unreadable "); bad {
		return channel.Letter{}, &channel.Unreadable{Reason: reason, Detail: "as the test wants"}
	}
	if string(raw) == "poison" {
		panic("a parser's fault")
	}
	var l channel.Letter
	return l, json.Unmarshal(raw, &l)
}
func (w *wire) Prove(_ context.Context, _ channel.Account, _ []byte, _ channel.Envelope, l channel.Letter) channel.Trust {
	if w.slow != nil {
		w.asking.Done()
		<-w.slow
	}
	return l.Trust
}
func (*wire) Compose(_ channel.Account, out channel.Out) ([]byte, error) {
	if out.Text == "unwritable" {
		return nil, errors.New("a word that no letter may have")
	}
	return json.Marshal(out)
}
func (w *wire) Send(_ context.Context, _ channel.Account, e channel.Envelope, raw []byte) channel.Outcome {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left = append(w.left, left{e.To, string(raw)})
	if len(w.answers) == 0 {
		return channel.Outcome{State: channel.OutSent}
	}
	o := w.answers[0]
	w.answers = w.answers[1:]
	return o
}
func (*wire) Destination(channel.Account, string) string { return "there" }

var (
	_ channel.Addressed = (*wire)(nil)
	_ channel.Reader    = (*wire)(nil)
	_ channel.Sender    = (*wire)(nil)

	_ channel.Acknowledger = (*wire)(nil)
	_ channel.Discreet     = (*wire)(nil)
)

// cellar keeps bytes in memory.
type cellar struct {
	mu sync.Mutex
	of map[string][]byte
}

func (c *cellar) Keep(_ context.Context, _ vis.WorkspaceID, b []byte) (string, error) {
	sum := sha256.Sum256(b)
	name := hex.EncodeToString(sum[:])
	c.mu.Lock()
	defer c.mu.Unlock()
	c.of[name] = slices.Clone(b)
	return name, nil
}
func (c *cellar) Read(_ context.Context, _ vis.WorkspaceID, name string) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, ok := c.of[name]
	if !ok {
		return nil, errors.New("no such bytes")
	}
	return b, nil
}
func (c *cellar) Begin(ctx context.Context, ws vis.WorkspaceID, name string, most int) ([]byte, error) {
	b, err := c.Read(ctx, ws, name)
	return b[:min(len(b), most)], err
}

func (c *cellar) Forget(_ context.Context, _ vis.WorkspaceID, name string, _ time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.of, name)
	return nil
}

// plain seals nothing: these tests hold no secret.
type plain struct{}

func (plain) Seal(_ vis.WorkspaceID, _ string, secret []byte) []byte { return secret }
func (plain) Open(_ vis.WorkspaceID, _ string, sealed []byte) ([]byte, error) {
	return sealed, nil
}

// bells remember whom they rang for.
type bells struct{ rang []vis.MemberID }

func (b *bells) Undelivered(_ context.Context, _ post.Tx, to vis.MemberID, _ desk.Conversation, _ time.Time) error {
	b.rang = append(b.rang, to)
	return nil
}

// house is the post room on a real database, with a clock that is moved by hand.
type house struct {
	testing.TB
	ctx    context.Context
	now    time.Time
	store  *store.Store
	desk   *desk.Service
	post   *post.Service
	keys   *seal.Keys
	wire   *wire
	cellar *cellar
	bells  bells
	mint   vis.Mint
	ws     vis.WorkspaceID
	mail   channel.Channel
	chat   channel.Channel

	channels *channel.Service
	lea      vis.Actor
}

func newHouse(t testing.TB) *house {
	t.Helper()
	return newHouseOn(t, storetest.Fresh(t))
}

func newHouseOn(t testing.TB, url string, more ...channel.Adapter) *house {
	t.Helper()
	h := &house{TB: t, ctx: t.Context(), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), wire: &wire{}, cellar: &cellar{of: map[string][]byte{}}, mint: vis.Mint{Rand: rand.Reader}}
	clock := vis.ClockFunc(func() time.Time { return h.now })
	db, err := store.Open(h.ctx, url, store.Options{Clock: clock})
	h.ok(err)
	t.Cleanup(func() { h.ok(db.Close()) })
	h.store = db
	people := staff.New(db.Staff(), clock, h.mint, plain{}, 2)
	w, lea, err := people.Found(h.ctx, staff.Founding{Workspace: "Arzel", Name: "Léa Morvan", Email: "lea@arzel.example", Password: "a very long password", Locale: "fr", Zone: "Europe/Paris"}, true)
	h.ok(err)
	h.ws = w.ID
	h.lea = vis.Actor{Workspace: w.ID, Kind: vis.ByMember, ID: string(lea.ID), Role: vis.Administrator}
	h.channels = channel.New(db.Channels(), clock, h.mint, plain{}, append(more, webchat.Adapter{}, h.wire)...)
	h.mail, err = h.channels.Create(h.ctx, h.lea, channel.Creation{Kind: "wire", Name: "Mail"})
	h.ok(err)
	h.chat, err = h.channels.Create(h.ctx, h.lea, channel.Creation{Kind: webchat.Kind, Name: "Shop"})
	h.ok(err)
	h.desk = desk.New(db.Desk(), h.channels, clock, h.mint)
	h.keys, err = seal.New([]byte(strings.Repeat("k", seal.KeySize)))
	h.ok(err)
	h.post = post.New(post.Options{DB: db.Post(), Desk: h.desk, Channels: h.channels, Blobs: h.cellar, Keys: h.keys, Clock: clock, Mint: h.mint, Teller: &h.bells})
	h.desk.LeaveBy(h.post)
	return h
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) wantReason(err error, reason string) {
	h.Helper()
	var wrong *vis.Error
	if !errors.As(err, &wrong) || wrong.Reason != reason {
		h.Errorf("got %v, want %s", err, reason)
	}
}

// brings has raw bytes arrive.
func (h *house) brings(raw string) (known bool) {
	h.Helper()
	known, err := h.post.Intake(h.ws, h.mail.ID).Keep(h.ctx, channel.Raw{Bytes: []byte(raw)})
	h.ok(err)
	return known
}

// arrives has a letter arrive, and reads what waits.
func (h *house) arrives(l channel.Letter) {
	h.Helper()
	h.now = h.now.Add(time.Second)
	raw, err := json.Marshal(l)
	h.ok(err)
	h.brings(string(raw))
	for h.post.ReadOnce(h.ctx) > 0 {
		continue
	}
}

// letter is one from Camille, whose domain proves her.
func letter(id, subject, words string) channel.Letter {
	return channel.Letter{MessageID: id, From: channel.Address{Name: "Camille", Address: "camille@mel.example"}, Subject: subject, Text: words, Class: channel.Ordinary,
		To: []channel.Address{{Address: "bonjour@arzel.example"}}, Trust: channel.Trust{Proof: channel.Proved}}
}

func (h *house) conversations() (out []desk.Conversation) {
	h.Helper()
	for _, state := range []desk.State{desk.Open, desk.Snoozed, desk.Resolved} {
		l, err := h.desk.Conversations(h.ctx, h.lea, desk.Filter{View: desk.ViewAll, State: state}, vis.Page{Limit: 100})
		h.ok(err)
		out = append(out, l.Page.Items...)
	}
	return out
}

func (h *house) only() desk.Conversation {
	h.Helper()
	all := h.conversations()
	if len(all) != 1 {
		h.Fatalf("%d conversations", len(all))
	}
	return all[0]
}

func (h *house) thread(id vis.ConversationID) []desk.Message {
	h.Helper()
	all, err := h.desk.Thread(h.ctx, h.lea, id, desk.Range{Limit: 100})
	h.ok(err)
	return slices.DeleteFunc(all, func(m desk.Message) bool { return m.Kind != desk.KindMessage })
}

func (h *house) letters(id vis.ConversationID) post.Correspondence {
	h.Helper()
	c, err := h.post.Correspondence(h.ctx, h.lea, id)
	h.ok(err)
	return c
}

func (h *house) arrivals(s post.ArrivalState) []post.Arrival {
	h.Helper()
	l, err := h.post.Arrivals(h.ctx, h.lea, s, vis.Page{Limit: 100})
	h.ok(err)
	return l.Items
}

func (h *house) replies(id vis.ConversationID, out desk.Outbound) desk.Message {
	h.Helper()
	h.now = h.now.Add(time.Second)
	m, err := h.desk.Reply(h.ctx, h.lea, id, out)
	h.ok(err)
	return m
}

// sends sends what is due and returns the only letter that left.
func (h *house) sends() channel.Out {
	h.Helper()
	before := len(h.wire.left)
	h.post.SendOnce(h.ctx)
	if len(h.wire.left) != before+1 {
		h.Fatalf("%d letters left", len(h.wire.left)-before)
	}
	var out channel.Out
	h.ok(json.Unmarshal([]byte(h.wire.left[before].raw), &out))
	return out
}
