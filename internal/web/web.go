// Package web is the door to the outside: typed routes, sign-in, uploads and files, the live socket, the description of all that,
// and the front end.
package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"visavis/internal/assist"
	"visavis/internal/blob"
	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/notify"
	"visavis/internal/post"
	"visavis/internal/realtime"
	"visavis/internal/report"
	"visavis/internal/routing"
	"visavis/internal/safehttp"
	"visavis/internal/seal"
	"visavis/internal/staff"
	"visavis/internal/staffing"
	"visavis/internal/vis"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Options is what a server is made of.
type Options struct {
	Desk     *desk.Service
	Staff    *staff.Service
	Channels *channel.Service
	Notify   *notify.Service
	Routing  *routing.Service
	Engine   *routing.Engine
	Report   *report.Service
	Post     *post.Service
	Listen   *listen.Service
	// Watch hears incidents, and Counts counts why customers contact us.
	Watch  *listen.Watch
	Counts *listen.Counter
	// Assist is live assistance; it says itself whether it is switched on.
	Assist *assist.Service
	// Outside is the one door to addresses that strangers chose, for the pictures of letters.
	Outside *safehttp.Client
	Blobs   blob.Store
	Space   *blob.Space // is asked before a file is taken; nil takes all
	Keys    *seal.Keys
	// Front holds the built front end under dist/; without it, pages say how to build it.
	Front fs.FS
	// PublicURL is where people reach this server; links in invitations begin with it.
	PublicURL string
	// ContentURL is where files are served when that is another origin than PublicURL; "" for the same.
	ContentURL string
	// ViewerURL is the origin where members are shown customers' pages, which is no other's; "" where they are not shown.
	ViewerURL string
	// MediaURL is where browsers reach the media server that carries calls elsewhere, as ws:// or wss://; "" for none. MediaHook hears what
	// it says.
	MediaURL  string
	MediaHook MediaHook
	// NodeURL is where the other nodes on the same database reach this one; "" for nowhere.
	NodeURL string
	// RateLimits switches the limits on; off only for load tests.
	RateLimits bool
	// TrustedProxies are whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	Clock          vis.Clock
	Log            *slog.Logger
	// OpenMetrics shows /metrics to everybody who can reach the server, not to this machine only.
	OpenMetrics bool
	// Counters are figures of other rooms, to be shown at /metrics too.
	Counters []Counter
	// History is where arrivals are read from for staffing; nil when nothing counts them.
	History staffing.History
	// Ready says why the server should get no traffic now; nil means that it always should.
	Ready   func(context.Context) error
	Version string
}

// Server answers HTTP and holds the live connections.
type Server struct {
	desk      *desk.Service
	staff     *staff.Service
	channels  *channel.Service
	notify    *notify.Service
	routing   *routing.Service
	engine    *routing.Engine
	report    *report.Service
	post      *post.Service
	listen    *listen.Service
	assist    *assist.Service
	hearing   *listen.Watch
	counts    *listen.Counter
	outside   *safehttp.Client
	blobs     blob.Store
	space     *blob.Space
	keys      *seal.Keys
	clock     vis.Clock
	log       *slog.Logger
	hub       *realtime.Hub
	directory *directory
	limits    *limiter
	trusted   []netip.Prefix
	metrics   *metrics
	ready     func(context.Context) error
	life      context.Context //nolint:containedctx // it follows no request
	version   string

	openMetrics bool

	publicURL     string
	origin        string // of publicURL
	contentBase   string // where signed links point
	contentHost   string // "" when files share the host
	contentSource string // for policies: " https://files.example" or ""
	secure        bool
	deskPolicy    string
	viewerURL     string // "" where customers' pages are not shown
	viewerPolicy  string
	mediaSource   string // for policies: " wss://livekit.example" or ""
	mediaHook     MediaHook
	nodeURL       string

	history  staffing.History
	planning chan struct{} // held by the one plan that is worked out
	boards   boards

	waiting    sync.Map       // whose the conversations are of which visitors were told where they stand: vis.ConversationID to vis.CustomerID
	uploads    chan struct{}  // bounds how many files arrive at once
	fetches    chan struct{}  // and how many pictures of customers' pages
	seated     sync.WaitGroup // the connections for co-browsing
	neighbours *neighbours
	passing    chan struct{} // bounds what is passed through to other nodes at once
	front      *front
	mux        *patterns
	api        huma.API
	spec       func() []byte // written when first asked for: it would take half of the start
	handler    http.Handler
}

// New makes the server.
func New(o Options) (*Server, error) {
	s := &Server{desk: o.Desk, staff: o.Staff, channels: o.Channels, notify: o.Notify, routing: o.Routing, engine: o.Engine, report: o.Report, post: o.Post, listen: o.Listen, assist: o.Assist, hearing: o.Watch, counts: o.Counts, outside: o.Outside, blobs: o.Blobs, space: o.Space, keys: o.Keys, clock: o.Clock,
		log: o.Log, limits: newLimiter(o.Clock, o.RateLimits), trusted: o.TrustedProxies, ready: o.Ready, version: o.Version, openMetrics: o.OpenMetrics,
		history: o.History, planning: make(chan struct{}, 1), uploads: make(chan struct{}, 32), fetches: make(chan struct{}, 16), mux: &patterns{ServeMux: http.NewServeMux()}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.version == "" {
		s.version = "dev"
	}
	if o.MediaURL != "" {
		s.mediaSource, s.mediaHook = " "+o.MediaURL, o.MediaHook
	}
	if err := s.place(o.PublicURL, o.ContentURL, o.ViewerURL); err != nil {
		return nil, err
	}
	s.nodeURL, s.passing, s.neighbours = o.NodeURL, make(chan struct{}, maxPassing), newNeighbours(s)
	s.directory = newDirectory(o.Staff, o.Channels, o.Routing, o.Clock)
	s.life = context.Background() // of the live connections, which outlast the requests that they began as
	s.hub = realtime.New(s.life, deskLog{o.Desk}, encoder{s}, o.Clock, s.log)
	s.follow()
	if s.assist != nil {
		s.assist.ShowOn(s)
	}
	s.metrics = newMetrics(s.hub, o.Counters)
	s.api = humago.New(s.mux, describe(s.version, s.publicURL))
	s.routes()
	doc := s.api.OpenAPI()
	finishSpec(doc)
	s.spec = sync.OnceValue(func() []byte { return writeSpec(doc) })
	s.pages(o.Front)
	s.handler = s.watch(s.guard(s.mux))
	return s, nil
}

// follow lets the live connections and the engine know of each other.
func (s *Server) follow() {
	if s.engine == nil {
		return // only the description is wanted
	}
	s.hub.Watch(s.engine)
	s.engine.OnStanding(func(ws vis.WorkspaceID, id vis.ConversationID, q routing.QueuePlace) {
		customer, known := s.waiting.Load(id)
		if !known {
			return
		}
		if q.Place == 0 {
			s.waiting.Delete(id)
		}
		s.hub.TellCustomer(ws, customer.(vis.CustomerID), frame(StandingFrame{"standing", string(id), queueRank(q)}))
	})
}

// place works out the origins from the configured addresses.
func (s *Server) place(public, content, viewer string) error {
	u, err := originOf(public)
	if err != nil {
		return fmt.Errorf("read the public address: %w", err)
	}
	s.publicURL, s.origin, s.contentBase, s.secure = strings.TrimRight(public, "/"), u.String(), u.String(), u.Scheme == "https"
	if content != "" {
		c, err := originOf(content)
		if err != nil {
			return fmt.Errorf("read the address for files: %w", err)
		}
		if *c != *u {
			s.contentBase, s.contentHost, s.contentSource = c.String(), c.Host, " "+c.String()
		}
	}
	if viewer != "" {
		v, err := originOf(viewer)
		switch {
		case err != nil:
			return fmt.Errorf("read the address for customers' pages: %w", err)
		case v.Host == u.Host, v.String() == s.contentBase:
			return errors.New("customers' pages are shown on an origin of their own: not the public one, nor that of files")
		}
		s.viewerURL, s.viewerPolicy = v.String(), viewerPolicy(u)
	}
	s.deskPolicy = s.appPolicy(s.viewerURL, "'none'") + trustedWorker
	return nil
}

// originOf reads an address as the origin that browsers compare.
func originOf(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q is no web address such as https://help.example.org", address)
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}, nil
}

// patterns is a mux that knows what it serves, so that nothing is served unwatched: every pattern has a row in the tests' table of
// who may do what.
type patterns struct {
	*http.ServeMux
	all []string
}

// HandleFunc implements humago.Mux.
func (p *patterns) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	p.all = append(p.all, pattern)
	p.ServeMux.HandleFunc(pattern, handler)
}

// Handler returns what answers requests.
func (s *Server) Handler() http.Handler { return s.handler }

// Ring tells the live connections that a workspace's log has grown. It never blocks.
func (s *Server) Ring(ws vis.WorkspaceID) { s.hub.Ring(ws) }

// Stats are the figures of the live connections.
func (s *Server) Stats() realtime.Stats { return s.hub.Stats() }

// Close sends the live connections away and waits for them. Call it before http.Server.Shutdown, which does not know of them.
func (s *Server) Close() {
	s.hub.Close()
	s.seated.Wait()
	s.neighbours.close()
}

// Harden sets the time-outs and sizes that keep slow and greedy clients from holding a server's connections.
func (s *Server) Harden(h *http.Server) {
	h.ReadHeaderTimeout = 5 * time.Second
	h.IdleTimeout = 60 * time.Second
	h.MaxHeaderBytes = 32 << 10
	h.ErrorLog = slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)
}

// Spec is the API's description as JSON, without a running server.
func Spec(version string) []byte {
	s, err := New(Options{PublicURL: "http://127.0.0.1", Clock: vis.ClockFunc(time.Now), Version: version})
	if err != nil {
		panic("web: " + err.Error()) // the options are our own
	}
	defer s.Close()
	return s.spec()
}

// guard is what every request passes first: the rules that hold whatever the route.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer s.survive(w, r)
		s.protect(w.Header(), surfaceAPI, "") // the strictest; pages loosen it
		if r.ContentLength != 0 {
			// A body that trickles in must not hold its connection for ever, whether somebody reads it or it is refused.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyWithin)) //nolint:forbidigo // not every writer can
		}
		if err := s.prove(r); err != nil {
			s.refuse(w, r, err)
			return
		}
		onContentHost := s.contentHost != "" && strings.EqualFold(r.Host, s.contentHost)
		probe := r.URL.Path == "/livez" || r.URL.Path == "/readyz"
		if onContentHost != (s.contentHost != "" && strings.HasPrefix(r.URL.Path, "/content/")) && !probe {
			s.refuse(w, r, vis.Errorf(vis.NotFound, "misdirected_request", "There is nothing here under this name."))
			return
		}
		if err := s.sameOrigin(r); err != nil {
			s.refuse(w, r, err)
			return
		}
		if !s.passOn(w, r) {
			next.ServeHTTP(w, r)
		}
	})
}

// survive answers for a handler that panicked, and keeps the process alive.
func (s *Server) survive(w http.ResponseWriter, r *http.Request) {
	fault := recover()
	if fault == nil {
		return
	}
	if fault == http.ErrAbortHandler { //nolint:errorlint // it is compared as net/http does
		panic(fault)
	}
	s.log.Error("a handler panicked", "route", r.Pattern, "fault", fault, "stack", string(debug.Stack()))
	s.metrics.panics.Inc()
	writeProblem(w, newProblem(http.StatusInternalServerError, "internal", "Something went wrong on our side. Please try again."))
}

// route is a typed route before it is added.
type route struct {
	method, path string
	id           string // names the operation in clients
	tag          string
	summary      string
	access       access
	status       int // of success; 0 for 200, or 204 without a body
	// scope is what a token needs, for the description; the rooms check it.
	scope vis.Scope
	// limits are taken for each call by the caller's address or id.
	byAddress, byCaller []limit
}

// add registers a typed route: who calls is found and checked before anything of the request is read, and handed over plainly.
func add[I, O any](s *Server, r route, handle func(ctx context.Context, by caller, in *I) (*O, error)) {
	op := huma.Operation{Method: r.method, Path: "/api/v1" + r.path, OperationID: r.id, Tags: []string{r.tag}, Summary: r.summary,
		DefaultStatus: r.status, Security: r.security(), MaxBodyBytes: maxBody}
	if r.scope != "" {
		op.Description = "An API token needs the scope `" + string(r.scope) + "`."
	}
	op.Middlewares = huma.Middlewares{func(hc huma.Context, next func(huma.Context)) {
		req, w := humago.Unwrap(hc)
		by, err := s.admit(req, r)
		if err != nil {
			if errIsSession(err) {
				cookie := endedCookie()
				http.SetCookie(w, &cookie)
			}
			writeProblem(w, s.problemOf(req.Context(), by, err))
			return
		}
		next(huma.WithValue(hc, callerKey{}, by))
	}}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		by := from(ctx)
		out, err := handle(ctx, by, in)
		if err != nil {
			return nil, s.problemOf(ctx, by, err)
		}
		return out, nil
	})
}

// admit checks a request against its route, before its body is read further than its hash needs.
func (s *Server) admit(req *http.Request, r route) (caller, error) {
	if err := wellFormed(req, "application/json"); err != nil {
		return caller{}, err
	}
	by, err := s.authenticate(req, r.access)
	if err != nil {
		return by, err
	}
	for _, l := range r.byAddress {
		if err := s.limits.take(l, addressKey(by.address)); err != nil {
			return by, err
		}
	}
	for _, l := range r.byCaller {
		if err := s.limits.take(l, by.ID); err != nil {
			return by, err
		}
	}
	return by, remember(req, &by)
}

func (r route) security() []map[string][]string {
	switch r.access {
	case staffers:
		return []map[string][]string{{"session": {}}, {"token": {}}}
	case members:
		return []map[string][]string{{"session": {}}}
	case visitors:
		return []map[string][]string{{"visitor": {}}}
	case everybody:
	}
	return []map[string][]string{}
}

// none is the body of a route that answers nothing.
type none struct{}

// reply wraps a body.
type reply[T any] struct{ Body T }

func ok[T any](body T) *reply[T] { return &reply[T]{body} }

// Paged is the query of a list.
type Paged struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
	Cursor string `query:"cursor" maxLength:"500" doc:"The next of the page before."`
}

func (p Paged) asked() vis.Page { return vis.Page{Limit: p.Limit, After: p.Cursor} }

// routes registers everything of the API.
func (s *Server) routes() {
	s.setupRoutes()
	s.sessionRoutes()
	s.memberRoutes()
	s.teamRoutes()
	s.channelRoutes()
	s.mailKeyRoutes()
	s.mailConsentRoutes()
	s.tokenRoutes()
	s.auditRoutes()
	s.webhookRoutes()
	s.noticeRoutes()
	s.conversationRoutes()
	s.viewRoutes()
	s.letterRoutes()
	s.mailRoomRoutes()
	s.connectionRoutes()
	s.beginRoutes()
	s.signatureRoutes()
	s.templateRoutes()
	s.visitorSearchRoutes()
	s.promiseRoutes()
	s.offerRoutes()
	s.assistRoutes()
	s.incidentRoutes()
	s.calendarRoutes()
	s.policyRoutes()
	s.routingRoutes()
	s.boardRoutes()
	s.ruleRoutes()
	s.callbackRoutes()
	s.promisePageRoutes()
	s.promisePages()
	s.customerRoutes()
	s.searchRoutes()
	s.readingRoutes()
	s.reasonBoardRoutes()
	s.staffingRoutes()
	s.visitorRoutes()
	s.attachmentRoutes()
	s.eventRoutes()
	s.liveRoutes()
}
