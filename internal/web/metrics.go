package web

import (
	"bufio"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"visavis/internal/realtime"
	"visavis/internal/vis"
)

// metrics are this server's figures. Labels are routes and statuses, never an id and never anybody's words.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	panics   prometheus.Counter
}

// Counter is a figure that another room counts, such as visavis_commits_total.
type Counter struct {
	Name, Help string
	// Gauge says that the figure can fall.
	Gauge bool
	Value func() float64
}

func newMetrics(hub *realtime.Hub, more []Counter) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "visavis_requests_total", Help: "Requests by route and status."}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "visavis_request_seconds", Help: "How long requests took, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"route"}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{Name: "visavis_panics_total", Help: "Requests whose handler panicked."}),
	}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), m.requests, m.seconds, m.panics)
	live := []Counter{
		{"visavis_sockets", "Live connections now.", true, func() float64 { return float64(hub.Stats().Sockets) }},
		{"visavis_frames_total", "Frames handed to live connections.", false, func() float64 { return float64(hub.Stats().Frames) }},
		{"visavis_events_total", "Events read from the log and fanned out.", false, func() float64 { return float64(hub.Stats().Events) }},
		{"visavis_sockets_cut_total", "Live connections cut because they did not read.", false, func() float64 { return float64(hub.Stats().Cut) }},
	}
	for _, c := range append(live, more...) {
		if c.Gauge {
			m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: c.Name, Help: c.Help}, c.Value))
		} else {
			m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: c.Name, Help: c.Help}, c.Value))
		}
	}
	return m
}

// showMetrics answers the machine's own monitor, and nobody who comes through a proxy.
func (s *Server) showMetrics(w http.ResponseWriter, r *http.Request) {
	if !s.openMetrics {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		ip := net.ParseIP(host)
		if err != nil || ip == nil || !ip.IsLoopback() || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
			s.refuse(w, r, vis.Errorf(vis.NotFound, "not_found", "There is nothing at this address."))
			return
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

// watch counts requests.
func (s *Server) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now() //nolint:forbidigo // a duration, not an instant
		out := &watched{ResponseWriter: w}
		next.ServeHTTP(out, r)
		route := routeOf(r)
		s.metrics.requests.WithLabelValues(route, strconv.Itoa(out.status())).Inc()
		if !out.hijacked {
			s.metrics.seconds.WithLabelValues(route).Observe(time.Since(begun).Seconds())
		}
	})
}

// routeOf names a route by its pattern: there are only so many.
func routeOf(r *http.Request) string {
	if r.Pattern == "" || r.Pattern == "/" {
		return "other"
	}
	if _, path, found := strings.Cut(r.Pattern, " "); found {
		return r.Method + " " + path
	}
	return r.Pattern
}

// watched remembers the status of an answer.
type watched struct {
	http.ResponseWriter
	code     int
	hijacked bool
}

func (w *watched) WriteHeader(code int) {
	if w.code == 0 {
		w.code = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *watched) status() int {
	if w.code == 0 {
		return http.StatusOK
	}
	return w.code
}

// Unwrap lets http.ResponseController reach what is underneath.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack implements http.Hijacker for the live socket.
func (w *watched) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.hijacked = true
	return http.NewResponseController(w.ResponseWriter).Hijack()
}
