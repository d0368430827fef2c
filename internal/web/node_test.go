package web

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/pion/webrtc/v4"

	"visavis/internal/assist"
	"visavis/internal/assist/media"
	"visavis/internal/assist/media/mediatest"
	"visavis/internal/vis"
)

// register keeps nodes in memory; which sessions they hold is read from the database.
type register struct {
	h     *house
	mu    sync.Mutex
	nodes []assist.Node
}

func (r *register) Enter(_ context.Context, n assist.Node) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.nodes = append(slices.DeleteFunc(r.nodes, func(o assist.Node) bool { return o.URL == n.URL }), n)
	return nil
}

func (r *register) Leave(_ context.Context, url string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.nodes = slices.DeleteFunc(r.nodes, func(o assist.Node) bool { return o.URL == url })
	return nil
}

func (r *register) Nodes(context.Context) ([]assist.Node, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.nodes), nil
}

func (r *register) Held(ctx context.Context) (out []assist.Held, err error) {
	err = r.h.store.Assist().View(ctx, r.h.ws, func(tx assist.Tx) error {
		open, err := tx.OpenAssists(ctx)
		for _, x := range open {
			out = append(out, assist.Held{Workspace: r.h.ws, ID: x.ID, Node: x.Node})
		}
		return err
	})
	return out, err
}

func (r *register) Holder(ctx context.Context, id vis.AssistID) (string, bool, error) {
	held, err := r.Held(ctx)
	i := slices.IndexFunc(held, func(h assist.Held) bool { return h.ID == id })
	if i < 0 {
		return "", false, err
	}
	return held[i].Node, true, err
}

// aNode is one of several servers on the house's database.
type aNode struct {
	*house
	url     string
	assist  *assist.Service
	media   *media.Backend // nil for one without
	listens *httptest.Server
}

// node starts another server on the house's database.
func (r *register) node(o Options, lines int) *aNode {
	h := r.h
	h.Helper()
	var handler http.Handler
	n := &aNode{listens: httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))}
	n.url = n.listens.URL
	own := assist.Options{DB: h.store.Assist(), Desk: h.desk, Reach: h.channels, Roster: h.roster(), Cobrowse: true, Clock: h.clock,
		Mint: vis.Mint{Rand: rand.Reader}, Nodes: r, NodeURL: n.url, Log: slog.New(slog.DiscardHandler)}
	if lines > 0 {
		var err error
		n.media, err = media.New(h.ctx, media.Options{Listen: "127.0.0.1:0", Calls: lines, Clock: vis.ClockFunc(time.Now), Mint: own.Mint})
		h.must(err)
		h.Cleanup(n.media.Close)
		own.Media = n.media
	}
	n.assist = assist.New(own)
	o.Assist, o.NodeURL, o.RateLimits = n.assist, n.url, true
	server, err := New(o)
	h.must(err)
	handler = server.Handler()
	n.house = &house{TB: h.TB, ctx: h.ctx, clock: h.clock, server: server, store: h.store, staff: h.staff, desk: h.desk, channels: h.channels,
		routing: h.routing, assist: n.assist, ws: h.ws, admin: h.admin, chat: h.chat}
	h.Cleanup(n.listens.Close)
	h.Cleanup(server.Close)
	return n
}

// beat lets nodes hear of each other.
func beat(t *testing.T, nodes ...*aNode) {
	t.Helper()
	for range 2 { // the first has heard of the last, too
		for _, n := range nodes {
			n.must(n.assist.Beat(t.Context()))
		}
	}
}

// sits opens a connection for co-browsing at a node.
func (n *aNode) sits(who principal, id, load string) *line {
	n.Helper()
	l, _, err := dialAt(n, n.url+"/api/v1/cobrowse?assist="+id, &websocket.DialOptions{Subprotocols: []string{cobrowseProtocol},
		CompressionMode: websocket.CompressionContextTakeover}, who, nil)
	n.must(err)
	l.conn.SetReadLimit(maxPageFrame)
	l.say(SitFrame{Type: "hello", AssistID: id, Visitor: who.visit, Load: load})
	l.next("welcome")
	return l
}

func (n *aNode) holder(id string) string {
	n.Helper()
	x, err := n.assist.Session(n.ctx, vis.System(n.ws), vis.AssistID(id))
	n.must(err)
	return x.Node
}

// several are two nodes with media and one without, which know of each other.
func several(t *testing.T) (first, second, bare *aNode, r *register) {
	t.Helper()
	var o Options
	h := newHouse(t, func(made *Options) { o = *made })
	r = &register{h: h}
	first, second, bare = r.node(o, 10), r.node(o, 10), r.node(o, 0)
	beat(t, first, second, bare)
	return first, second, bare, r
}

// W-21: a call lives on one node. Its customer and its member are at others, see and hear each other, browse together, and go on when
// the node that holds it is gone.
func TestACallLivesOnOneNodeAndGoesOnAtAnother(t *testing.T) {
	t.Parallel()
	first, second, bare, _ := several(t)
	yann := first.hire(first.admin, "Yann", vis.Agent)
	first.available(yann)
	anna := first.visitor(first.ws, first.chat)
	hers, his := bare.open(bare.url, anna, nil), second.open(second.url, yann, nil)

	her, agent := mediatest.Customer(t, webrtc.Configuration{}), mediatest.Agent(t)
	pressed := read[PressedAssist](t, first.post(anna, "/api/v1/visitor/assists", obj{"offer": her.Offer()}))
	id := pressed.Assist.ID
	if first.holder(id) != first.url {
		t.Fatalf("%q holds it", first.holder(id))
	}
	his.event(assist.SessionRang) // at once, though nobody rings that node's own bell
	mine, ours := "/api/v1/visitor/assists/"+id, "/api/v1/assists/"+id
	agent.Take(read[JoinedAssist](t, second.post(yann, ours+"/accept", obj{"offer": agent.Offer()})).Answer)
	agent.Play(true)
	answer, _ := hers.next("assist_answer")["answer"].(string)
	her.Take(answer)
	her.Play(false)
	hers.event(assist.SessionLive)
	mediatest.Until(t, "the first picture", her.Seen, mediatest.IsWhole)
	mediatest.Until(t, "the member's voice", her.Heard, mediatest.Any)
	mediatest.Until(t, "the customer's voice", agent.Heard, mediatest.Any)

	read[Assist](t, second.post(yann, ours+"/ask", obj{"kind": "page"}))
	read[VisitorAssist](t, bare.post(anna, mine+"/consents", obj{"kind": "page"}))
	page, looks := bare.sits(anna, id, "one"), second.sits(yann, id, "")
	page.say(obj{"type": "page", "n": 1, "fresh": true, "events": wholePage(shopSite+"/panier", "un vélo")})
	looks.sees("un vélo")
	read[VisitorAssist](t, bare.post(anna, mine+"/consents", obj{"kind": "control", "origin": shopSite}))
	if g := looks.next("grants"); g["control"] != true {
		t.Errorf("he is told %v", g)
	}
	if !second.assist.Shown(t.Context(), second.ws, vis.AssistID(id)) {
		t.Error("a node does not know what is shown through another")
	}

	// It is gone without a word. Until that is certain nobody takes its call; then another does, once.
	first.listens.Listener.Close()
	first.listens.CloseClientConnections()
	if a := second.post(yann, ours+"/join", obj{"offer": agent.Offer()}); a.status != 503 || a.problem().Code != "node_unreachable" {
		t.Errorf("a node that is gone: %d %s", a.status, a.body)
	}
	for range 4 {
		first.clock.move(2 * time.Second)
		beat(t, second, bare)
	}
	if second.holder(id) != second.url {
		t.Fatalf("%q holds it", second.holder(id))
	}
	for {
		if e := hers.event(assist.SessionInterrupted); e["assist"].(map[string]any)["id"] == id {
			break
		}
	}
	her, agent = mediatest.Customer(t, webrtc.Configuration{}), mediatest.Agent(t)
	her.Take(read[JoinedAsVisitor](t, bare.post(anna, mine+"/join", obj{"offer": her.Offer()})).Answer)
	agent.Take(read[JoinedAssist](t, bare.post(yann, ours+"/join", obj{"offer": agent.Offer()})).Answer)
	agent.Play(true)
	her.Play(false)
	hers.event(assist.SessionLive)
	mediatest.Until(t, "the picture from the other node", her.Seen, mediatest.IsWhole)
	mediatest.Until(t, "the customer's voice there", agent.Heard, mediatest.Any)
	page, looks = bare.sits(anna, id, "two"), second.sits(yann, id, "")
	page.say(obj{"type": "page", "n": 1, "fresh": true, "events": wholePage(shopSite+"/panier", "deux vélos")})
	looks.sees("deux vélos")

	// The node was only asleep. It finds that the call is another's, and lets its media go.
	if first.media.Room() != 9 {
		t.Errorf("it has room for %d", first.media.Room())
	}
	first.must(first.assist.Beat(t.Context()))
	if first.media.Room() != 10 || first.holder(id) != second.url {
		t.Errorf("it has room for %d; %q holds the call", first.media.Room(), first.holder(id))
	}
	if x := read[VisitorAssist](t, bare.post(anna, mine+"/end", obj{})); x.Outcome != "done" || second.media.Room() != 10 {
		t.Errorf("the end: %+v, room for %d", x, second.media.Room())
	}
}

// W-21: who presses where there is no media, or no room, is passed to where there is; so are all steps of a check. Limits by address count the
// address of whoever asks.
func TestWhatANodeCannotDoIsPassedOn(t *testing.T) {
	t.Parallel()
	first, second, bare, r := several(t)
	for range 3 {
		first.must(first.media.Open(vis.AssistID(newID())))
	}
	beat(t, first, second, bare)
	anna := first.visitor(first.ws, first.chat)
	id := read[PressedAssist](t, bare.post(anna, "/api/v1/visitor/assists", obj{})).Assist.ID
	if got := bare.holder(id); got != second.url {
		t.Errorf("%q holds it, not the one with the most room", got)
	}
	if again := read[PressedAssist](t, first.post(anna, "/api/v1/visitor/assists", obj{})); again.Assist.ID != id {
		t.Error("a press at another node made another session")
	}
	read[VisitorAssist](t, first.post(anna, "/api/v1/visitor/assists/"+id+"/end", obj{}))

	begin := func(n *aNode, address string) answer {
		return n.do(call{method: "POST", path: "/api/v1/sos/checks", body: obj{"key": first.chat.Key}, address: address})
	}
	check := read[CheckBegun](t, begin(bare, "203.0.113.7:1")).ID
	for path, elsewhere := range map[string]bool{"/api/v1/assists/" + newID() + "/recording/export": true, "/content/" + newID() + "?a=w.member.m.v4&e=1&s=x": true,
		"/content/" + newID() + "?a=w.member.m.vw&e=1&s=x": false, "/api/v1/assists/" + newID(): false} {
		one, err := first.server.placeOf(httptest.NewRequest(http.MethodGet, path, nil))
		first.must(err)
		other, err := second.server.placeOf(httptest.NewRequest(http.MethodGet, path, nil))
		first.must(err)
		if (one+other != "") != elsewhere || one != "" && other != "" {
			t.Errorf("%s is answered at %q and %q", path, one, other)
		}
	}
	if a := second.post(nobody, "/api/v1/sos/checks/"+check+"/send", obj{"steps": []obj{{"what": "udp", "state": "good"}}}); a.status != 200 {
		t.Errorf("a check that was begun at another node: %d %s", a.status, a.body)
	}
	for i := range 9 {
		begin([]*aNode{first, second, bare}[i%3], "203.0.113.7:1")
	}
	if a := begin(bare, "203.0.113.7:1"); a.status != 429 {
		t.Errorf("the eleventh check of an address: %d", a.status)
	}
	if a := begin(bare, "203.0.113.8:1"); a.status != 201 {
		t.Errorf("another address's first: %d %s", a.status, a.body)
	}

	// Without any media nothing is offered; a node that leaves is known at once.
	for _, n := range []*aNode{first, second} {
		first.must(r.Leave(t.Context(), n.url))
	}
	first.must(bare.assist.Beat(t.Context()))
	if a := bare.post(anna, "/api/v1/visitor/assists", obj{}); a.status != 409 || a.problem().Code != "assist_off" {
		t.Errorf("a press where nobody has media: %d %s", a.status, a.body)
	}
}

// W-21: what says that it comes from another node, and does not, gets nothing; what does come from one goes no further.
func TestOnlyNodesSpeakAsNodes(t *testing.T) {
	t.Parallel()
	first, second, bare, _ := several(t)
	anna := first.visitor(first.ws, first.chat)
	hers := second.open(second.url, anna, nil)
	id := read[PressedAssist](t, first.post(anna, "/api/v1/visitor/assists", obj{})).Assist.ID
	hers.event(assist.SessionLate) // nobody is there
	join, told := "/api/v1/visitor/assists/"+id+"/join", "/api/v1/nodes/word"
	from, now := netip.MustParseAddr("203.0.113.7"), first.clock.Now()
	said := `{"workspace":"` + string(first.ws) + `","customer":"` + anna.actor.ID + `","frame":{"type":"assist_answer","assistId":"` + id + `","answer":"forged"}}`
	sign := func(p proof, to *aNode, method, uri string) string {
		return p.sign(first.house.server.keys, to.url, method, uri)
	}
	good := sign(proof{now, from, ""}, second, "POST", join)
	stranger := strings.TrimRight(good, good[len(good)-1:]) + "0"
	if stranger == good {
		stranger = strings.TrimRight(good, "0") + "1"
	}
	for name, try := range map[string]struct {
		path, body, proof string
		status            int
		code              string
	}{
		"one that is right goes no further":   {join, `{"offer":"` + "v=0" + `"}`, good, 503, "assist_moved"},
		"no proof":                            {join, `{}`, "yes", 403, "not_a_node"},
		"an empty one":                        {join, `{}`, " ", 403, "not_a_node"},
		"a wrong sum":                         {join, `{}`, stranger, 403, "not_a_node"},
		"another address":                     {join, `{}`, strings.Replace(good, "203.0.113.7", "203.0.113.8", 1), 403, "not_a_node"},
		"of another request":                  {join + "?x", `{}`, good, 403, "not_a_node"},
		"for another node":                    {join, `{}`, sign(proof{now, from, ""}, first, "POST", join), 403, "not_a_node"},
		"an old one":                          {join, `{}`, sign(proof{now.Add(-2 * time.Minute), from, ""}, second, "POST", join), 403, "not_a_node"},
		"one of tomorrow":                     {join, `{}`, sign(proof{now.Add(time.Hour), from, ""}, second, "POST", join), 403, "not_a_node"},
		"a word without a proof":              {told, said, "", 404, "not_found"},
		"a word with a passed request's":      {told, said, sign(proof{now, from, ""}, second, "POST", told), 404, "not_found"},
		"a word with that of another word":    {told, said, sign(proof{now, from, digestOf([]byte("{}"))}, second, "POST", told), 404, "not_found"},
		"a word that is none":                 {told, "[]", sign(proof{now, from, digestOf([]byte("[]"))}, second, "POST", told), 404, "not_found"},
		"two proofs, of which the last right": {join, `{}`, "twice", 403, "not_a_node"},
	} {
		c := call{method: "POST", path: try.path, as: anna, body: try.body}
		r := c.request()
		r.Header.Del(nodeHeader)
		switch try.proof {
		case "":
		case "twice":
			r.Header.Add(nodeHeader, "yes")
			r.Header.Add(nodeHeader, good)
		default:
			r.Header.Set(nodeHeader, try.proof)
		}
		w := httptest.NewRecorder()
		second.house.server.Handler().ServeHTTP(w, r)
		a := answer{w.Code, w.Header(), w.Body.Bytes()}
		if a.status != try.status || a.problem().Code != try.code {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	hers.quiet()

	// A word with its proof arrives; what a customer's browser says of other nodes goes no further than its own.
	body := call{method: "POST", path: told, body: said, header: map[string]string{nodeHeader: sign(proof{now, from, digestOf([]byte(said))}, second, "POST", told)}}
	if a := second.do(body); a.status != 204 || hers.next("assist_answer")["answer"] != "forged" {
		t.Errorf("a word of a node: %d %s", a.status, a.body)
	}
	if a := bare.do(call{method: "POST", path: join, as: anna, body: obj{"offer": "x"}, header: map[string]string{nodeHeader: good}}); a.status != 403 {
		t.Errorf("a proof for another node at the edge: %d %s", a.status, a.body)
	}
	// An origin that may not is refused behind a pass, too.
	foreign := http.Header{"Origin": {theirs}, "Cookie": {cookieName + "=" + first.admin.cookie}}
	u, err := url.Parse(bare.url)
	first.must(err)
	u.Scheme, u.Path, u.RawQuery = "ws", "/api/v1/cobrowse", "assist="+id
	_, res, err := websocket.Dial(t.Context(), u.String(), &websocket.DialOptions{HTTPHeader: foreign, Subprotocols: []string{cobrowseProtocol}})
	if err == nil || res == nil || res.StatusCode != 403 {
		t.Errorf("another site's page gets through: %v, %v", res, err)
	}
}
