package bench

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/pion/webrtc/v4"
)

const (
	benchEmail    = "bench@bench.example"
	benchPassword = "a password for a bench"
	sosRuns       = 100 // of each way to a first picture
	sosPatience   = 15 * time.Second
	playFor       = 10 * time.Second
)

// sos measures live assistance: how soon a picture is there, what a call costs, and how soon a change of a page is.
func (r *run) sos(ctx context.Context) error {
	dir := filepath.Join(r.data, "sos")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if _, err := prepare(ctx, r.cfg.Binary, dir); err != nil {
		return err
	}
	viewer, err := freeAddress(18600)
	if err != nil {
		return err
	}
	t, _, err := launch(ctx, r.cfg.Binary, dir, "--media-listen", "127.0.0.1:0", "--turn-listen", "127.0.0.1:0", "--viewer-listen", viewer, "--media-calls", "500")
	if err != nil {
		return err
	}
	defer t.stop()
	if err := t.offerAssist(); err != nil {
		return err
	}
	lea, err := t.adviser(ctx, benchEmail)
	if err != nil {
		return err
	}
	defer lea.close()
	for _, way := range []string{"direct", "relay_udp", "relay_tcp"} {
		if err := r.firstPictures(ctx, t, lea, way); err != nil {
			return err
		}
	}
	for _, nodes := range []int{2_000, 20_000} {
		if err := r.cobrowse(ctx, t, lea, nodes); err != nil {
			return err
		}
	}
	return r.manyCalls(ctx, t, lea)
}

// offerAssist lets customers of the channel press.
func (t *target) offerAssist() error {
	var all struct {
		Items []struct {
			ID       string
			Version  int64
			Settings map[string]any
		}
	}
	if err := t.call("GET", "/api/v1/channels", nil, &all); err != nil {
		return err
	}
	c := all.Items[0]
	c.Settings["assist"] = true
	return t.call("PATCH", "/api/v1/channels/"+c.ID, map[string]any{"settings": c.Settings, "version": c.Version}, &struct{}{})
}

// person is somebody with a browser: a member by her cookie, or a customer by her visit.
type person struct {
	t      *target
	id     string // of a member
	header http.Header
	client *http.Client
	socket *websocket.Conn
	frames chan []byte // what concerns assistances, on the live socket
	cancel context.CancelFunc
}

func (p *person) close() {
	p.cancel()
	p.socket.CloseNow()
	p.client.CloseIdleConnections()
}

// ask makes one call.
func (p *person) ask(ctx context.Context, method, path string, body, into any) error {
	var in io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		in = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://"+p.t.address+"/api/v1"+path, in)
	if err != nil {
		return err
	}
	r.Header = p.header.Clone()
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := p.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		return fmt.Errorf("%s %s was answered with %d: %.300s", method, path, answer.StatusCode, text)
	}
	for _, c := range answer.Cookies() {
		p.header.Set("Cookie", c.Name+"="+c.Value)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

// listen opens the live socket.
func (p *person) listen(ctx context.Context, hello string) error {
	ctx, p.cancel = context.WithCancel(ctx)
	var err error
	p.socket, err = p.dial(ctx, "/api/v1/live", "visavis.v1", websocket.CompressionDisabled, hello)
	if err != nil {
		return err
	}
	p.frames = make(chan []byte, 256)
	go func() {
		for {
			_, text, err := p.socket.Read(ctx)
			if err != nil {
				return
			}
			if bytes.Contains(text, []byte("assist")) {
				select {
				case p.frames <- text:
				default: // nobody waits for so many
				}
			}
		}
	}()
	return nil
}

func (p *person) dial(ctx context.Context, path, protocol string, packed websocket.CompressionMode, hello string) (*websocket.Conn, error) {
	header := p.header.Clone()
	header.Del("Authorization") // a customer names her visit in her first frame
	socket, _, err := websocket.Dial(ctx, "ws://"+p.t.address+path, &websocket.DialOptions{HTTPHeader: header, Subprotocols: []string{protocol},
		CompressionMode: packed, HTTPClient: &http.Client{Transport: socketTransport}}) //nolint:bodyclose // the library closes it
	if err != nil {
		return nil, err
	}
	socket.SetReadLimit(16 << 20)
	return socket, socket.Write(ctx, websocket.MessageText, []byte(hello))
}

// adviser signs a member in and makes her available.
func (t *target) adviser(ctx context.Context, email string) (*person, error) {
	p := &person{t: t, header: http.Header{"Origin": {"http://" + t.address}}, client: &http.Client{}}
	if err := p.ask(ctx, "POST", "/session", map[string]string{"email": email, "password": benchPassword}, nil); err != nil {
		return nil, err
	}
	var me struct{ Member struct{ ID string } }
	if err := p.ask(ctx, "GET", "/me", nil, &me); err != nil {
		return nil, err
	}
	p.id = me.Member.ID
	if err := p.listen(ctx, `{"type":"hello"}`); err != nil {
		return nil, err
	}
	return p, p.ask(ctx, "PUT", "/me/presence", map[string]string{"presence": "available"}, nil)
}

// customer arrives on the site.
func (t *target) customer(ctx context.Context) (*person, string, error) {
	w := wire{address: t.address}
	defer w.close()
	token, err := t.session(&w)
	if err != nil {
		return nil, "", err
	}
	p := &person{t: t, header: http.Header{"Origin": {"http://" + t.address}, "Authorization": {"Visitor " + token}}, client: &http.Client{}}
	return p, token, p.listen(ctx, hello(token))
}

// call is one that goes on.
type call struct {
	id                  string
	customer            *person
	token               string
	hers, members       *far
	stop                context.CancelFunc
	total, fromAccepted time.Duration // to the first picture
}

type iceServer struct {
	URLs                 []string
	Username, Credential string
}

// connect presses, answers at once, and returns when a whole picture has reached the customer.
func (t *target) connect(ctx context.Context, way string, advisers ...*person) (c *call, err error) {
	ctx, cancel := context.WithTimeout(ctx, sosPatience)
	defer cancel()
	c = &call{}
	defer func() {
		if err != nil {
			c.end(context.WithoutCancel(ctx))
		}
	}()
	if c.customer, c.token, err = t.customer(context.WithoutCancel(ctx)); err != nil {
		return c, err
	}
	if c.members, err = newFar(false, nil); err != nil {
		return c, err
	}
	began := time.Now()
	if err := c.press(ctx, way); err != nil {
		return c, err
	}
	offer, err := c.members.offer(ctx)
	if err != nil {
		return c, err
	}
	answers, err := c.rings(ctx, advisers)
	if err != nil {
		return c, err
	}
	accepted := time.Now()
	var joined struct{ Answer string }
	if err := answers.ask(ctx, "POST", "/assists/"+c.id+"/accept", map[string]string{"offer": offer}, &joined); err != nil {
		return c, err
	}
	if err := c.members.take(joined.Answer); err != nil {
		return c, err
	}
	var within context.Context
	within, c.stop = context.WithCancel(context.WithoutCancel(ctx))
	go c.members.play(within)
	go c.hers.play(within)
	if err := c.answered(ctx); err != nil {
		return c, err
	}
	select {
	case <-c.hers.first:
	case <-ctx.Done():
		return c, errors.New("no picture came")
	}
	c.total, c.fromAccepted = time.Since(began), time.Since(accepted)
	return c, nil
}

// rings is for whom it rings; where there is one only, for her.
func (c *call) rings(ctx context.Context, advisers []*person) (*person, error) {
	if len(advisers) == 1 {
		return advisers[0], nil
	}
	var x struct {
		Rings []struct{ MemberID, State string }
	}
	if err := advisers[0].ask(ctx, "GET", "/assists/"+c.id, nil, &x); err != nil {
		return nil, err
	}
	for _, ring := range x.Rings {
		for _, a := range advisers {
			if a.id == ring.MemberID && ring.State == "ringing" {
				return a, nil
			}
		}
	}
	return nil, errors.New("it rings for nobody")
}

// press calls: directly with an offer in hand; by a relay, its credentials come first.
func (c *call) press(ctx context.Context, way string) (err error) {
	var pressed struct {
		Assist     struct{ ID string }
		IceServers []iceServer
	}
	if way == "direct" {
		if c.hers, err = newFar(true, nil); err != nil {
			return err
		}
		offer, err := c.hers.offer(ctx)
		if err != nil {
			return err
		}
		err = c.customer.ask(ctx, "POST", "/visitor/assists", map[string]string{"offer": offer}, &pressed)
		c.id = pressed.Assist.ID
		return err
	}
	if err := c.customer.ask(ctx, "POST", "/visitor/assists", map[string]string{}, &pressed); err != nil {
		return err
	}
	c.id = pressed.Assist.ID
	var servers []webrtc.ICEServer
	for _, s := range pressed.IceServers {
		for _, url := range s.URLs {
			if strings.HasSuffix(url, strings.TrimPrefix(way, "relay_")) {
				servers = append(servers, webrtc.ICEServer{URLs: []string{url}, Username: s.Username, Credential: s.Credential})
			}
		}
	}
	if c.hers, err = newFar(true, servers); err != nil {
		return err
	}
	offer, err := c.hers.offer(ctx)
	if err != nil {
		return err
	}
	return c.customer.ask(ctx, "POST", "/visitor/assists/"+c.id+"/join", map[string]string{"offer": offer}, nil)
}

// answered waits for the answer to the customer's offer.
func (c *call) answered(ctx context.Context) error {
	for {
		select {
		case text := <-c.customer.frames:
			var f struct{ Type, AssistID, Answer string }
			if json.Unmarshal(text, &f) == nil && f.Type == "assist_answer" && f.AssistID == c.id {
				return c.hers.take(f.Answer)
			}
		case <-ctx.Done():
			return errors.New("the customer's offer was not answered")
		}
	}
}

// end hangs up.
func (c *call) end(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, sosPatience)
	defer cancel()
	if c.id != "" {
		_ = c.customer.ask(ctx, "POST", "/visitor/assists/"+c.id+"/end", map[string]string{}, nil) // it may have ended
	}
	if c.stop != nil {
		c.stop()
	}
	for _, f := range []*far{c.hers, c.members} {
		if f != nil {
			f.close()
		}
	}
	if c.customer != nil && c.customer.socket != nil {
		c.customer.close()
	}
}

// firstPictures is how long a picture takes, with nothing else going on and no network between.
func (r *run) firstPictures(ctx context.Context, t *target, lea *person, way string) error {
	r.say("sos: %d calls, %s", sosRuns, way)
	var total, accepted samples
	failed := 0
	var fault error
	before := t.cpu()
	for range sosRuns {
		c, err := t.connect(ctx, way, lea)
		if err != nil {
			failed++
			fault = err
			continue
		}
		total.add(c.total)
		accepted.add(c.fromAccepted)
		c.end(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if failed == sosRuns {
		return fmt.Errorf("no call came about, %s: %w", way, fault)
	}
	cpu := milliseconds(t.cpu()-before) / sosRuns
	for _, row := range []struct {
		work string
		of   *samples
	}{{"accept → first whole picture", &accepted}, {"press → first whole picture, answered at once", &total}} {
		out := Row{Section: "sos", Work: row.work + ", " + way, Failed: failed}
		row.of.into(&out)
		out.Value, out.Unit = milliseconds(percentile(row.of.all, 95)), "ms p95"
		if row.of == &accepted {
			out.CPU = cpu
		}
		if fault != nil {
			out.Note = fault.Error()
		}
		r.add(out)
	}
	return nil
}

// manyCalls is what calls cost that go on at once: each has an adviser of its own.
func (r *run) manyCalls(ctx context.Context, t *target, lea *person) error {
	counts := []int{1, 5, 10, 20}
	if r.cfg.Full {
		counts = append(counts, 30, 40)
	}
	advisers := []*person{lea}
	var open []*call
	defer func() {
		for _, c := range open {
			c.end(context.WithoutCancel(ctx))
		}
		for _, a := range advisers[1:] {
			a.close()
		}
	}()
	for len(advisers) < counts[len(counts)-1] {
		a, err := t.hire(ctx, lea, len(advisers))
		if err != nil {
			return err
		}
		advisers = append(advisers, a)
	}
	sleep(ctx, 2*time.Second)
	empty, _, err := memory(t.pid)
	if err != nil {
		return err
	}
	for _, n := range counts {
		r.say("sos: %s at once for %v", plural(n, "call"), playFor)
		for len(open) < n {
			c, err := t.connect(ctx, "direct", advisers...)
			if err != nil && strings.Contains(err.Error(), "assist_full") { // the generator shares the processors, and makes it late too
				r.add(Row{Section: "sos", Work: "calls at once before the server is late, and takes no more", Value: float64(len(open)), Unit: "calls"})
				return nil
			}
			if err != nil {
				return fmt.Errorf("call %d: %w", len(open)+1, err)
			}
			open = append(open, c)
		}
		r.play(ctx, t, open, empty)
	}
	return nil
}

// play lets calls go on, and adds what they cost and lost.
func (r *run) play(ctx context.Context, t *target, open []*call, empty int64) {
	sleep(ctx, time.Second)
	for _, c := range open {
		for _, n := range []*count{&c.hers.heard, &c.hers.seen, &c.members.heard} {
			n.reset()
		}
	}
	before, mine, began := t.cpu(), ownCPU(), time.Now()
	sleep(ctx, playFor)
	took := time.Since(began)
	used, own := t.cpu()-before, ownCPU()-mine
	came, lost := 0, 0
	for _, c := range open {
		for _, n := range []*count{&c.hers.heard, &c.hers.seen, &c.members.heard} {
			some, gone := n.read()
			came, lost = came+some, lost+gone
		}
	}
	now, _, _ := memory(t.pid) // 0 where it cannot be told
	share := used.Seconds() / took.Seconds()
	r.add(Row{Section: "sos", Work: fmt.Sprintf("%s at once", plural(len(open), "call")), Value: 100 * share, Unit: "% of a core", Count: came,
		Note: fmt.Sprintf("%.1f calls a core; %.2f %% lost; the server holds %.0f MiB, %.0f before; the generator used %.0f %% of a core", float64(len(open))/share,
			100*float64(lost)/float64(max(1, came+lost)), mebibytes(now), mebibytes(empty), 100*own.Seconds()/took.Seconds())})
}

// hire invites a member and lets her sign in.
func (t *target) hire(ctx context.Context, lea *person, n int) (*person, error) {
	email := fmt.Sprintf("agent%d@bench.example", n)
	var invited struct{ InviteURL string }
	if err := lea.ask(ctx, "POST", "/members", map[string]any{"email": email, "name": fmt.Sprintf("Agent %d", n), "role": "agent"}, &invited); err != nil {
		return nil, err
	}
	token := invited.InviteURL[strings.LastIndex(invited.InviteURL, "/")+1:]
	guest := &person{t: t, header: http.Header{"Origin": {"http://" + t.address}}, client: &http.Client{}}
	if err := guest.ask(ctx, "POST", "/invites/accept", map[string]string{"token": token, "name": fmt.Sprintf("Agent %d", n), "password": benchPassword}, nil); err != nil {
		return nil, err
	}
	return t.adviser(ctx, email)
}

// cobrowse is how soon a change of the customer's page has gone through the server, and how large the page is.
func (r *run) cobrowse(ctx context.Context, t *target, lea *person, nodes int) error {
	r.say("sos: a page of %s nodes", thousands(nodes))
	c, err := t.connect(ctx, "direct", lea)
	if err != nil {
		return err
	}
	defer c.end(context.WithoutCancel(ctx))
	if err := lea.ask(ctx, "POST", "/assists/"+c.id+"/ask", map[string]string{"kind": "page"}, nil); err != nil {
		return err
	}
	if err := c.customer.ask(ctx, "POST", "/visitor/assists/"+c.id+"/consents", map[string]string{"kind": "page"}, nil); err != nil {
		return err
	}
	within, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	const protocol = "visavis.cobrowse.v1"
	hers, err := c.customer.dial(within, "/api/v1/cobrowse", protocol, websocket.CompressionContextTakeover,
		fmt.Sprintf(`{"type":"hello","assistId":%q,"visitor":%q,"load":"one"}`, c.id, c.token))
	if err != nil {
		return err
	}
	defer hers.CloseNow()
	sees, err := lea.dial(within, "/api/v1/cobrowse", protocol, websocket.CompressionContextTakeover, fmt.Sprintf(`{"type":"hello","assistId":%q}`, c.id))
	if err != nil {
		return err
	}
	defer sees.CloseNow()
	frames := make(chan []byte, 64)
	go func() {
		defer close(frames)
		for {
			_, text, err := sees.Read(within)
			if err != nil {
				return
			}
			frames <- text
		}
	}()
	go func() { // what she is told is not measured, but must be read
		for {
			if _, _, err := hers.Read(within); err != nil {
				return
			}
		}
	}()
	if err := until(within, frames, `"here"`); err != nil {
		return err
	}
	return r.changes(within, t, hers, frames, nodes)
}

// changes shows the page whole some times, and then small changes of it.
func (r *run) changes(ctx context.Context, t *target, hers *websocket.Conn, frames <-chan []byte, nodes int) error {
	snapshot := pageOf(nodes)
	var whole, small samples
	n := 0
	show := func(fresh bool, events []byte) (time.Duration, error) {
		n++
		frame := fmt.Appendf(nil, `{"type":"page","n":%d,"fresh":%t,"events":%s}`, n, fresh, events)
		began := time.Now()
		if err := hers.Write(ctx, websocket.MessageText, frame); err != nil {
			return 0, err
		}
		err := until(ctx, frames, fmt.Sprintf(`"n":%d,`, n))
		return time.Since(began), err
	}
	before := t.cpu()
	for range 10 {
		took, err := show(true, snapshot)
		if err != nil {
			return err
		}
		whole.add(took)
	}
	used := t.cpu() - before
	const many = 200
	before = t.cpu()
	for i := range many {
		took, err := show(false, fmt.Appendf(nil, `[{"type":3,"timestamp":2,"data":{"source":0,"texts":[{"id":15,"value":"%d €"}],"attributes":[],"removes":[],"adds":[]}}]`, i))
		if err != nil {
			return err
		}
		small.add(took)
		sleep(ctx, 20*time.Millisecond)
	}
	row := Row{Section: "sos", Work: fmt.Sprintf("whole page of %s nodes → agent's socket", thousands(nodes)), CPU: milliseconds(used) / 10,
		Value: float64(packed(snapshot)) / 1000, Unit: "kB deflated", Note: fmt.Sprintf("%.0f kB raw", float64(len(snapshot))/1000)}
	whole.into(&row)
	r.add(row)
	row = Row{Section: "sos", Work: fmt.Sprintf("a text changes on %s nodes → agent's socket", thousands(nodes)), CPU: milliseconds(t.cpu()-before) / many}
	small.into(&row)
	row.Value, row.Unit = milliseconds(percentile(small.all, 95)), "ms p95"
	r.add(row)
	return nil
}

// until reads frames up to one that says something.
func until(ctx context.Context, frames <-chan []byte, says string) error {
	for {
		select {
		case text, open := <-frames:
			if !open {
				return errors.New("the socket for co-browsing was closed")
			}
			if bytes.Contains(text[:min(len(text), 200)], []byte(says)) {
				return nil
			}
		case <-ctx.Done():
			return fmt.Errorf("no frame said %s", says)
		}
	}
}

func packed(text []byte) int {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err != nil {
		panic(err) // the level is our own
	}
	_, _ = w.Write(text) // a buffer takes everything
	_ = w.Close()
	return b.Len()
}

// pageOf is the recording of a shop's page of about so many nodes: tiles with a picture, a link, words and a field.
func pageOf(nodes int) []byte {
	id := 9
	next := func() int { id++; return id }
	element := func(tag string, attributes map[string]string, children ...any) any {
		if children == nil {
			children = []any{}
		}
		return map[string]any{"type": 2, "id": next(), "tagName": tag, "attributes": attributes, "childNodes": children}
	}
	words := func(text string) any { return map[string]any{"type": 3, "id": next(), "textContent": text} }
	var tiles []any
	for id < nodes {
		n := fmt.Sprint(id)
		tiles = append(tiles, element("li", map[string]string{"class": "tile product-card", "data-product": n},
			element("a", map[string]string{"href": "https://shop.example/velo/" + n, "class": "tile__link"},
				element("img", map[string]string{"src": "https://shop.example/photo/" + n + ".jpg", "alt": "Un vélo", "width": "320", "height": "240"}),
				element("h3", map[string]string{"class": "tile__title"}, words("Vélo de ville Ria "+n))),
			element("p", map[string]string{"class": "tile__price"}, words("1 290,00 €")),
			element("input", map[string]string{"type": "number", "name": "quantity", "value": "1"})))
	}
	body := map[string]any{"type": 2, "id": 5, "tagName": "body", "attributes": map[string]string{}, "childNodes": tiles}
	head := map[string]any{"type": 2, "id": 3, "tagName": "head", "attributes": map[string]string{}, "childNodes": []any{}}
	html := map[string]any{"type": 2, "id": 2, "tagName": "html", "attributes": map[string]string{"lang": "fr"}, "childNodes": []any{head, body}}
	out, err := json.Marshal([]any{
		map[string]any{"type": 4, "timestamp": 1, "data": map[string]any{"href": "https://shop.example/velos", "width": 1280, "height": 800}},
		map[string]any{"type": 2, "timestamp": 1, "data": map[string]any{"initialOffset": map[string]int{"left": 0, "top": 0},
			"node": map[string]any{"type": 0, "id": 1, "childNodes": []any{html}}}},
	})
	if err != nil {
		panic(err) // it is our own page
	}
	return out
}

// ownCPU is the CPU time of the generator itself, 0 where it cannot be told.
func ownCPU() time.Duration {
	used, _ := cpuTime(os.Getpid())
	return used
}
