package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"visavis/internal/assist"
	"visavis/internal/assist/media"
	"visavis/internal/blob"
	"visavis/internal/channel"
	"visavis/internal/channel/email/oauth"
	"visavis/internal/channel/email/peers"
	"visavis/internal/channel/standard"
	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/notify"
	"visavis/internal/post"
	"visavis/internal/report"
	"visavis/internal/routing"
	"visavis/internal/safehttp"
	"visavis/internal/seal"
	"visavis/internal/staff"
	"visavis/internal/store"
	"visavis/internal/store/storetest"
	"visavis/internal/vis"
)

// ours is the address under which the house is reached; theirs is another site.
const (
	ours       = "https://desk.example"
	theirs     = "https://evil.example"
	shopSite   = "https://shop.example"
	viewerSite = "https://viewer.example"
	password   = "quite a long password"
)

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// house is the whole server on a real database.
type house struct {
	testing.TB
	ctx      context.Context
	clock    *clock
	server   *Server
	store    *store.Store
	staff    *staff.Service
	desk     *desk.Service
	channels *channel.Service
	notify   *notify.Service
	routing  *routing.Service
	engine   *routing.Engine
	report   *report.Service
	letters  *post.Service
	assist   *assist.Service
	listen   *listen.Service
	watch    *listen.Watch
	counts   *listen.Counter
	dns      peers.Names

	outside   outside
	providers map[string]oauth.Provider
	ws        vis.WorkspaceID
	admin     principal
	chat      channel.Channel
}

// principal is somebody who calls.
type principal struct {
	name   string
	actor  vis.Actor
	cookie string
	bearer string
	visit  string
}

var nobody = principal{name: "anonymous"}

func newHouse(t testing.TB, change ...func(*Options)) *house {
	t.Helper()
	h := &house{TB: t, ctx: t.Context(), clock: &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}, providers: oauth.Providers()}
	dir := t.TempDir()
	keys, err := seal.New(bytes.Repeat([]byte{1}, seal.KeySize))
	h.must(err)
	blobs, err := blob.NewFolder(dir+"/files", keys)
	h.must(err)
	h.store, err = store.Open(h.ctx, storetest.Fresh(t), store.Options{Clock: h.clock})
	h.must(err)
	mint := vis.Mint{Rand: rand.Reader}
	h.staff = staff.New(h.store.Staff(), h.clock, mint, keys, 2)
	h.channels = channel.New(h.store.Channels(), h.clock, mint, keys, standard.Adapters(standard.World{Now: h.clock.Now, Resolver: &h.dns, Web: &h.outside, Providers: h.providers})...)
	h.desk = desk.New(h.store.Desk(), h.channels, h.clock, mint)
	out, err := safehttp.New(safehttp.Options{Allow: []string{"127.0.0.0/8"}})
	h.must(err)
	h.letters = post.New(post.Options{DB: h.store.Post(), Desk: h.desk, Channels: h.channels, Blobs: blob.Whole{Store: blobs, Max: channel.MaxRaw}, Keys: keys,
		Clock: h.clock, Mint: mint})
	h.desk.LeaveBy(h.letters)
	h.notify = notify.New(notify.Options{DB: h.store.Notify(), Clock: h.clock, Mint: mint, Sealer: keys, Caller: out, Types: EventTypes()})
	h.routing = routing.New(h.store.Routing(), h.desk, h.channels, nil, nil, h.clock, mint, slog.New(slog.DiscardHandler))
	h.engine = routing.NewEngine(h.routing, "here", nil)
	h.report = report.New(h.store.Report(), h.clock, mint)
	calls, err := media.New(h.ctx, media.Options{Listen: "127.0.0.1:0", Calls: 10, Relay: media.Relay{Listen: "127.0.0.1:0"}, Clock: vis.ClockFunc(time.Now), Mint: mint})
	h.must(err)
	t.Cleanup(calls.Close)
	h.assist = assist.New(assist.Options{DB: h.store.Assist(), Desk: h.desk, Reach: h.channels, Roster: h.roster(), Media: calls, Cobrowse: true, Clock: h.clock, Mint: mint,
		Shelf: blob.Whole{Store: blobs, Max: 64 << 20}, Safe: keys, Log: slog.New(slog.DiscardHandler)})
	h.listen = listen.New(listen.Options{DB: h.store.Listen(), Desk: h.desk, Clock: h.clock, Caller: out, Sealer: keys})
	h.watch = listen.NewWatch(h.store.Incidents(), h.desk, h.notify, h.clock, mint, slog.New(slog.DiscardHandler))
	h.counts = listen.NewCounter(h.store.Contacts(), h.clock)
	o := Options{Post: h.letters, Listen: h.listen, Watch: h.watch, Counts: h.counts, Assist: h.assist, Outside: out, Routing: h.routing, Engine: h.engine, Report: h.report, Desk: h.desk, Staff: h.staff, Channels: h.channels, Notify: h.notify, Blobs: blobs, Keys: keys, Front: frontEnd, PublicURL: ours, ViewerURL: viewerSite, Clock: h.clock, RateLimits: false}
	for _, c := range change {
		c(&o)
	}
	h.server, err = New(o)
	h.must(err)
	h.store.OnCommit(func(ws vis.WorkspaceID, _ int64) { h.server.Ring(ws) })
	t.Cleanup(func() {
		h.server.Close()
		h.assist.Close()
		if err := h.store.Close(); err != nil {
			t.Error(err)
		}
	})
	h.ws, h.admin = h.found("Arzel", "Lea Morvan", "lea@arzel.example")
	h.chat = h.channel(h.ws, h.admin, "Shop")
	return h
}

// roster is as in app: the rooms share one transaction.
type roster struct{ *routing.Service }

func (h *house) roster() roster { return roster{h.routing} }

func (r roster) Callable(ctx context.Context, tx assist.Tx, ws vis.WorkspaceID, c desk.Conversation, now time.Time) ([]vis.MemberID, error) {
	return r.Service.Callable(ctx, tx.(routing.Tx), ws, c, now)
}

func (r roster) Free(ctx context.Context, tx assist.Tx, ws vis.WorkspaceID, team vis.TeamID, now time.Time) ([]vis.MemberID, error) {
	return r.Service.Free(ctx, tx.(routing.Tx), ws, team, now)
}

func (r roster) Floor(ctx context.Context, tx assist.Tx, ws vis.WorkspaceID, ch channel.Channel, now time.Time) (assist.Floor, []vis.MemberID, error) {
	open, opensAt, free, err := r.Service.Floor(ctx, tx.(routing.Tx), ws, ch, now)
	return assist.Floor{Open: open, OpensAt: opensAt}, free, err
}

func (r roster) Engage(ctx context.Context, tx assist.Tx, ws vis.WorkspaceID, m vis.MemberID, now time.Time) error {
	return r.Service.Engage(ctx, tx.(routing.Tx), ws, m, now)
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// found makes a workspace with its administrator, signed in.
func (h *house) found(workspace, name, email string) (vis.WorkspaceID, principal) {
	h.Helper()
	w, _, err := h.staff.Found(h.ctx, staff.Founding{Workspace: workspace, Name: name, Email: email, Password: password, Locale: "fr", Zone: "Europe/Paris"}, false)
	h.must(err)
	in, err := h.staff.SignIn(h.ctx, email, password)
	h.must(err)
	return w.ID, principal{name: "administrator", actor: member(in.Member, w.ID), cookie: in.Secret}
}

func member(m staff.Member, ws vis.WorkspaceID) vis.Actor {
	return vis.Actor{Workspace: ws, Kind: vis.ByMember, ID: string(m.ID), Role: m.Role}
}

// hire makes a member, signed in.
func (h *house) hire(by principal, name string, role vis.Role) principal {
	h.Helper()
	email := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@" + string(by.actor.Workspace[:8]) + ".example"
	i, err := h.staff.Invite(h.ctx, by.actor, staff.Invitation{Email: email, Name: name, Role: role, Locale: "fr"})
	h.must(err)
	secret, err := h.staff.InviteSecret(by.actor.Workspace, i)
	h.must(err)
	in, err := h.staff.AcceptInvite(h.ctx, secret, staff.Joining{Name: name, Password: password, Locale: "fr", Zone: "Europe/Paris"})
	h.must(err)
	return principal{name: name, actor: member(in.Member, by.actor.Workspace), cookie: in.Secret}
}

func (h *house) channel(ws vis.WorkspaceID, by principal, name string) channel.Channel {
	h.Helper()
	c, err := h.channels.Create(h.ctx, by.actor, channel.Creation{Kind: "webchat", Name: name, Settings: json.RawMessage(`{"origins":["` + shopSite + `"],"assist":true}`)})
	h.must(err)
	return c
}

// token makes an API token.
func (h *house) token(by principal, scopes ...vis.Scope) principal {
	h.Helper()
	made, err := h.staff.CreateToken(h.ctx, by.actor, "Robot", scopes, time.Time{})
	h.must(err)
	secret, err := h.staff.TokenSecret(by.actor.Workspace, made)
	h.must(err)
	return principal{name: "token", actor: vis.Actor{Workspace: by.actor.Workspace, Kind: vis.ByToken, ID: string(made.Token.ID), Scopes: scopes}, bearer: secret}
}

// visitor begins a visit on a channel.
func (h *house) visitor(ws vis.WorkspaceID, c channel.Channel) principal {
	h.Helper()
	a, err := h.desk.StartVisit(h.ctx, ws, desk.Arrival{Channel: c.ID, Locale: "fr", Zone: "Europe/Paris"})
	h.must(err)
	return principal{name: "visitor", actor: vis.Actor{Workspace: ws, Kind: vis.ByCustomer, ID: string(a.Customer.ID)}, visit: a.Token}
}

// newID is an id as clients make them.
func newID() string { return vis.Mint{Rand: rand.Reader}.ID(time.Now()) }

// write is a visitor's words.
func (h *house) write(who principal, words string) desk.Received {
	h.Helper()
	got, err := h.desk.Receive(h.ctx, who.actor, desk.Inbound{Channel: h.chat.ID, Text: words, ClientID: newID()})
	h.must(err)
	return got
}

// call is one request.
type call struct {
	method, path string
	as           principal
	body         any // a string is sent as it is; anything else as JSON
	header       map[string]string
	address      string
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// problem reads the body as a refusal.
func (a answer) problem() Problem {
	var p Problem
	_ = json.Unmarshal(a.body, &p)
	return p
}

// read reads the body as JSON into a T.
func read[T any](t testing.TB, a answer) T {
	t.Helper()
	var v T
	if a.status >= 300 {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	return v
}

func (c call) request() *http.Request {
	var body io.Reader = http.NoBody
	switch b := c.body.(type) {
	case nil:
	case string:
		body = strings.NewReader(b)
	case []byte:
		body = bytes.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			panic(err)
		}
		body = bytes.NewReader(raw)
	}
	target := c.path
	if strings.HasPrefix(target, "/") {
		target = ours + target
	}
	r := httptest.NewRequest(c.method, target, body)
	if c.address != "" {
		r.RemoteAddr = c.address
	}
	if c.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	c.as.dress(r.Header)
	for name, value := range c.header {
		r.Header.Del(name)
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	return r
}

// dress adds a caller's credentials as her program sends them: a browser also says which page asks.
func (p principal) dress(h http.Header) {
	switch {
	case p.cookie != "":
		h.Set("Cookie", cookieName+"="+p.cookie)
		h.Set("Origin", ours)
		h.Set("Sec-Fetch-Site", "same-origin")
	case p.bearer != "":
		h.Set("Authorization", "Bearer "+p.bearer)
	case p.visit != "":
		h.Set("Authorization", "Visitor "+p.visit)
		h.Set("Origin", ours)
		h.Set("Sec-Fetch-Site", "same-origin")
	}
}

func (h *house) do(c call) answer {
	w := httptest.NewRecorder()
	h.server.Handler().ServeHTTP(w, c.request())
	res := w.Result()
	body, _ := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, body}
}

func (h *house) get(as principal, path string) answer {
	return h.do(call{method: "GET", path: path, as: as})
}

func (h *house) post(as principal, path string, body any) answer {
	return h.do(call{method: "POST", path: path, as: as, body: body})
}

type obj = map[string]any

// head is the sequence of the newest event of a workspace.
func (h *house) head(ws vis.WorkspaceID) int64 {
	h.Helper()
	_, head, err := h.desk.Events(h.ctx, vis.System(ws), 0, 1)
	h.must(err)
	return head
}

// since lists the types of the events after a sequence.
func (h *house) since(ws vis.WorkspaceID, after int64) string {
	h.Helper()
	events, _, err := h.desk.Events(h.ctx, vis.System(ws), after, 100)
	h.must(err)
	var types []string
	for _, e := range events {
		types = append(types, string(e.Type))
	}
	return strings.Join(types, " ")
}

// fileForm is a form with one file.
func fileForm(name, mediaType string, content []byte) (body []byte, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	header := make(textproto.MIMEHeader)
	header.Set("Content-Disposition", `form-data; name="file"; filename="`+strings.ReplaceAll(name, `"`, `\"`)+`"`)
	header.Set("Content-Type", mediaType)
	part, err := w.CreatePart(header)
	if err != nil {
		panic(err)
	}
	part.Write(content)
	w.Close()
	return b.Bytes(), w.FormDataContentType()
}

func (h *house) upload(as principal, path, name, mediaType string, content []byte) answer {
	body, contentType := fileForm(name, mediaType, content)
	return h.do(call{method: "POST", path: path, as: as, body: body, header: map[string]string{"Content-Type": contentType}})
}

// frontEnd is a built front end, as small as can be.
var frontEnd = fstest.MapFS{
	"dist/desk/index.html":              {Data: []byte("<!doctype html><title>desk</title>" + strings.Repeat("<!-- -->", 100))},
	"dist/desk/assets/app-0a1b2c3d4.js": {Data: []byte("export {}")},
	"dist/chat/index.html":              {Data: []byte("<!doctype html><title>chat</title>")},
	"dist/loader.js":                    {Data: []byte("(function(){})()")},
	"dist/cobrowse.js":                  {Data: []byte("(function(){})()")},
	"dist/tester.js":                    {Data: []byte("(function(){})()")},
	"dist/viewer/index.html":            {Data: []byte("<!doctype html><title>viewer</title>")},
}
