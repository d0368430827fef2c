package web

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"visavis/internal/seal"
	"visavis/internal/vis"
)

// Several nodes on one database: a call is held by one of them. What concerns it and comes to another is passed through to that one, as it
// came; and what is said to a screen and stands in no log is said to the other nodes too. Both carry a proof that no outsider can make.
//
// A proof is over one request to one node within a minute, and says from where the request came first. A request with a proof is never
// passed through again, and one with a wrong proof is refused; nodes without a common master key are strangers to each other.

const (
	nodeHeader    = "Visavis-Node"
	nodePurpose   = "nodes"
	nodeWithin    = time.Minute // clocks of nodes may differ by so much
	nodeAnswers   = 20 * time.Second
	nodeDials     = 2 * time.Second
	maxPassing    = 2048 // requests and connections that are passed through at once
	maxWord       = maxFrame + 1<<10
	wordsWaiting  = 256 // for one node; those that find no room are lost, as a frame to a screen that is away is
	wordDelivered = 2 * time.Second
)

// proof is what a node says of a request that it sends.
type proof struct {
	at      time.Time
	address netip.Addr // of whoever began it
	digest  string     // of a body that is the node's own word, "" for one that is passed through
}

// sign writes a proof for a request to a node.
func (p proof) sign(keys *seal.Keys, node, method, uri string) string {
	at := strconv.FormatInt(p.at.Unix(), 10)
	mac := keys.MAC("", nodePurpose, node, method, uri, at, p.address.String(), p.digest)
	return strings.Join([]string{at, p.address.String(), p.digest, hex.EncodeToString(mac)}, " ")
}

// readProof is false for a text that is no proof of this request.
func readProof(keys *seal.Keys, node, method, uri, said string, now time.Time) (proof, bool) {
	part := strings.Split(said, " ")
	if len(part) != 4 || node == "" {
		return proof{}, false
	}
	at, err := strconv.ParseInt(part[0], 10, 64)
	if err != nil {
		return proof{}, false
	}
	address, err := netip.ParseAddr(part[1])
	p := proof{time.Unix(at, 0), address, part[2]}
	if err != nil || now.Sub(p.at).Abs() > nodeWithin || !hmac.Equal([]byte(p.sign(keys, node, method, uri)), []byte(said)) {
		return proof{}, false
	}
	return p, true
}

type (
	provenKey struct{} // of the proof that a request came with
	passingTo struct{} // of the address that it is passed through to
)

// prove looks at what a request says of itself to be another node's. It comes from where that one says, then.
func (s *Server) prove(r *http.Request) error {
	said := r.Header.Values(nodeHeader)
	if len(said) == 0 {
		return nil
	}
	refused := vis.Errorf(vis.Forbidden, "not_a_node", "This does not come from another of our servers.")
	if len(said) > 1 || s.keys == nil {
		return refused
	}
	p, ok := readProof(s.keys, s.nodeURL, r.Method, r.URL.RequestURI(), said[0], s.clock.Now())
	if !ok {
		return refused
	}
	for _, name := range []string{nodeHeader, "X-Forwarded-For", "Forwarded"} {
		r.Header.Del(name)
	}
	*r = *r.WithContext(context.WithValue(r.Context(), provenKey{}, p))
	r.RemoteAddr = net.JoinHostPort(p.address.String(), "0")
	return nil
}

// placeOf is the address of the node that a request is for, "" for this one.
func (s *Server) placeOf(r *http.Request) (string, error) {
	path, isAPI := strings.CutPrefix(r.URL.Path, "/api/v1/")
	switch {
	case s.assist != nil && aboutFilm(r):
		return s.assist.CheckAt(), nil
	case !isAPI || s.assist == nil:
		return "", nil
	case path == "cobrowse":
		return s.holderOf(r, r.URL.Query().Get("assist"))
	case !changes(r):
		return "", nil
	case path == mediaHookPath:
		return s.mediaPlace(r)
	case path == "visitor/assists":
		return s.assist.PressAt(), nil
	case strings.HasPrefix(path, "sos/"):
		return s.assist.CheckAt(), nil
	}
	for _, before := range []string{"visitor/assists/", "assists/"} {
		if rest, is := strings.CutPrefix(path, before); is {
			id, _, _ := strings.Cut(rest, "/")
			return s.holderOf(r, id)
		}
	}
	return "", nil
}

// aboutFilm reports whether a request concerns a film of a recording.
func aboutFilm(r *http.Request) bool {
	if strings.HasPrefix(r.URL.Path, "/content/") {
		return strings.HasSuffix(r.URL.Query().Get("a"), "."+string(formMP4))
	}
	return strings.HasPrefix(r.URL.Path, "/api/v1/assists/") && strings.HasSuffix(r.URL.Path, "/recording/export")
}

func (s *Server) holderOf(r *http.Request, id string) (string, error) {
	if !vis.IsID(id) {
		return "", nil // it is refused in words
	}
	return s.assist.HeldAt(r.Context(), vis.AssistID(id))
}

// passOn passes a request through to the node that it is for. It is false for one that is to be answered here: above all for one that was
// passed through already.
func (s *Server) passOn(w http.ResponseWriter, r *http.Request) bool {
	if r.Context().Value(provenKey{}) != nil {
		return false
	}
	to, err := s.placeOf(r)
	switch {
	case err != nil:
		s.refuse(w, r, err)
		return true
	case to == "":
		return false
	}
	select {
	case s.passing <- struct{}{}:
		defer func() { <-s.passing }()
	default:
		s.refuse(w, r, unreachable())
		return true
	}
	ctx, cancel := context.WithCancel(context.WithValue(r.Context(), passingTo{}, to))
	defer cancel()
	defer context.AfterFunc(s.neighbours.life, cancel)() // connections end with this server
	clear(w.Header())                                    // the other one says what protects its answer
	s.neighbours.proxy.ServeHTTP(w, r.WithContext(ctx))
	return true
}

func unreachable() error {
	e := vis.Errorf(vis.Unavailable, "node_unreachable", "The server that holds this call does not answer; another one takes over. Please try again in a moment.")
	e.RetryAfter = 2
	return e
}

// neighbours is how this server speaks to the other nodes.
type neighbours struct {
	s     *Server
	proxy *httputil.ReverseProxy
	http  *http.Client
	life  context.Context //nolint:containedctx // of connections, which outlast requests
	stop  context.CancelFunc
	work  sync.WaitGroup

	mu    sync.Mutex
	lines map[string]chan []byte // of words, by the node's address
}

func newNeighbours(s *Server) *neighbours {
	dial := &net.Dialer{Timeout: nodeDials}
	transport := &http.Transport{DialContext: dial.DialContext, TLSHandshakeTimeout: nodeDials, ResponseHeaderTimeout: nodeAnswers,
		IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 64, DisableCompression: true}
	p := &neighbours{s: s, http: &http.Client{Transport: transport, Timeout: wordDelivered}, lines: make(map[string]chan []byte)}
	p.life, p.stop = context.WithCancel(context.Background())
	p.proxy = &httputil.ReverseProxy{
		Transport: transport,
		ErrorLog:  slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		Rewrite: func(out *httputil.ProxyRequest) {
			to, err := url.Parse(out.In.Context().Value(passingTo{}).(string))
			if err != nil {
				return // the request has no host then, and fails
			}
			out.SetURL(to)
			out.Out.Host = out.In.Host // what pages are told apart by
			out.Out.Header.Set(nodeHeader, proof{at: s.clock.Now(), address: addressOf(out.In, s.trusted)}.
				sign(s.keys, to.String(), out.Out.Method, out.Out.URL.RequestURI()))
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			s.log.Warn("another node does not answer", "node", r.URL.Host, "err", err)
			s.protect(w.Header(), surfaceAPI, "")
			s.refuse(w, r, unreachable())
		},
	}
	return p
}

func (p *neighbours) close() {
	p.stop()
	p.work.Wait()
	p.http.CloseIdleConnections()
}

// nodeWord is what one node says to another: that something was committed, and perhaps a frame for some screens.
type nodeWord struct {
	Workspace vis.WorkspaceID `json:"workspace"`
	Customer  vis.CustomerID  `json:"customer,omitempty"`
	Member    vis.MemberID    `json:"member,omitempty"`
	Frame     json.RawMessage `json:"frame,omitempty"`
}

// tell says a word to all other nodes. It never waits; a node hears the words of another in their order.
func (p *neighbours) tell(w nodeWord) {
	beside := p.s.assist.NodesBeside()
	if len(beside) == 0 {
		return
	}
	said, err := json.Marshal(w)
	if err != nil || p.life.Err() != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, node := range beside {
		line := p.lines[node]
		if line == nil {
			line = make(chan []byte, wordsWaiting)
			p.lines[node] = line
			p.work.Go(func() { p.speak(node, line) })
		}
		select {
		case line <- said:
		default:
		}
	}
}

// speak carries words to one node. What does not arrive is not said again: the node reads the log anyway.
func (p *neighbours) speak(node string, line <-chan []byte) {
	const path = "/api/v1/nodes/word"
	for {
		select {
		case <-p.life.Done():
			return
		case said := <-line:
			r, err := http.NewRequestWithContext(p.life, http.MethodPost, node+path, bytes.NewReader(said))
			if err != nil {
				continue
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set(nodeHeader, proof{p.s.clock.Now(), netip.IPv4Unspecified(), digestOf(said)}.sign(p.s.keys, node, r.Method, path))
			answer, err := p.http.Do(r)
			if err != nil {
				p.s.log.Debug("a word did not reach another node", "node", node, "err", err)
				continue
			}
			_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxWord)) // so that the connection is used again
			_ = answer.Body.Close()
		}
	}
}

func digestOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// hearWord takes a word of another node. For everybody else there is nothing here.
func (s *Server) hearWord(w http.ResponseWriter, r *http.Request) {
	p, _ := r.Context().Value(provenKey{}).(proof)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWord))
	var said nodeWord
	if p.digest == "" || err != nil || p.digest != digestOf(body) || json.Unmarshal(body, &said) != nil {
		s.refuse(w, r, vis.Errorf(vis.NotFound, "not_found", "There is nothing at this address."))
		return
	}
	s.hub.Ring(said.Workspace)
	s.hub.TellCustomer(said.Workspace, said.Customer, said.Frame)
	s.hub.TellMember(said.Workspace, said.Member, said.Frame)
	w.WriteHeader(http.StatusNoContent)
}

// Happened implements assist.Screens.
func (s *Server) Happened(ws vis.WorkspaceID) { s.neighbours.tell(nodeWord{Workspace: ws}) }

// say shows a frame to a customer and a member, "" for nobody, at whatever node they are.
func (s *Server) say(ws vis.WorkspaceID, customer vis.CustomerID, member vis.MemberID, frame []byte) {
	s.hub.TellCustomer(ws, customer, frame)
	s.hub.TellMember(ws, member, frame)
	s.neighbours.tell(nodeWord{ws, customer, member, frame})
}
