package web

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"visavis/internal/vis"
)

// front serves the built front end. Each file is read and compressed once, when it is first asked for; while a large one is compressed
// the others are served.
type front struct {
	files fs.FS // nil when the front end was not built
	mu    sync.Mutex
	known map[string]*asset
}

type asset struct {
	body      []byte
	packed    func() []byte // nil when it is sent as it is
	mediaType string
	tag       string
}

func (s *Server) pages(files fs.FS) {
	f := &front{files: files, known: make(map[string]*asset)}
	s.front = f
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/desk/", http.StatusFound) })
	s.mux.HandleFunc("GET /desk/", func(w http.ResponseWriter, r *http.Request) {
		s.protect(w.Header(), surfaceDesk, "")
		f.app(w, r, "desk")
	})
	s.mux.HandleFunc("GET /desk/worker/", func(w http.ResponseWriter, r *http.Request) {
		s.protect(w.Header(), surfaceWorker, "")
		f.app(w, r, "desk")
	})
	s.mux.HandleFunc("GET /chat/", s.chat(f))
	for _, name := range []string{"loader.js", "cobrowse.js", "tester.js"} {
		s.mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			s.protect(w.Header(), surfaceLoader, "")
			f.serve(w, r, "dist/"+name, "public, max-age=300")
		})
	}
	s.mux.HandleFunc("GET /sos/tester", func(w http.ResponseWriter, _ *http.Request) {
		s.protect(w.Header(), surfaceTester, "")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write([]byte(testerPage))
	})
	s.mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) {
		f.serve(w, r, "dist/desk/favicon.ico", "public, max-age=86400")
	})
	s.mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("User-agent: *\nDisallow: /\n"))
	})
	s.mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(s.spec())
	})
	s.mux.HandleFunc("GET /api/docs", s.docs())
	s.mux.HandleFunc("GET /livez", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	s.mux.HandleFunc("GET /readyz", s.readyz)
	s.mux.HandleFunc("GET /metrics", s.showMetrics)
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, vis.Errorf(vis.NotFound, "not_found", "There is nothing at this address."))
	})
}

// testerPage is where an administrator's masks are tried out on a page that she pastes; see surfaceTester.
const testerPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Visavis</title>
<style data-own>body{margin:12px;background:#fff;color:#111;font:14px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}</style><body></body><script src="/tester.js"></script></html>
`

func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if s.ready != nil {
		if err := s.ready(r.Context()); err != nil {
			s.log.Warn("not ready", "error", err)
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
	}
	_, _ = w.Write([]byte("ok\n"))
}

// chat serves the chat's frame to the pages that its channel names.
func (s *Server) chat(f *front) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ancestors := "'self'"
		if r.URL.Path == "/chat/" {
			if e, err := s.channels.Embedded(r.Context(), r.URL.Query().Get("channel")); err == nil {
				ancestors = "*"
				if len(e.Origins) > 0 {
					ancestors = "'self' " + strings.Join(e.Origins, " ")
				}
			}
		}
		s.protect(w.Header(), surfaceChat, ancestors)
		f.app(w, r, "chat")
	}
}

// hashed is the name of a file that changes whenever its content does.
var hashed = regexp.MustCompile(`[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$`)

// app serves an application's file, or its first page for every address that it makes up itself.
func (f *front) app(w http.ResponseWriter, r *http.Request, app string) {
	name := path.Clean("dist" + r.URL.Path)
	switch {
	case path.Ext(name) == "":
		f.serve(w, r, "dist/"+app+"/index.html", "no-cache")
	case hashed.MatchString(name):
		f.serve(w, r, name, "public, max-age=31536000, immutable")
	default:
		f.serve(w, r, name, "no-cache")
	}
}

func (f *front) serve(w http.ResponseWriter, r *http.Request, name, caching string) {
	a, err := f.asset(name)
	h := w.Header()
	switch {
	case errors.Is(err, errNotBuilt):
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(notBuilt))
		return
	case err != nil:
		http.NotFound(w, r)
		return
	}
	h.Set("Content-Type", a.mediaType)
	h.Set("Cache-Control", caching)
	h.Set("ETag", a.tag)
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == a.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.body
	if a.packed != nil && acceptsGzip(r) {
		if packed := a.packed(); packed != nil {
			h.Set("Content-Encoding", "gzip")
			body = packed
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}

func acceptsGzip(r *http.Request) bool {
	return slices.ContainsFunc(strings.Split(r.Header.Get("Accept-Encoding"), ","), func(one string) bool {
		name, weight, _ := strings.Cut(strings.TrimSpace(one), ";")
		return strings.TrimSpace(name) == "gzip" && strings.ReplaceAll(weight, " ", "") != "q=0"
	})
}

var errNotBuilt = errors.New("web: the front end is not built")

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Visavis</title>
<h1>The front end is not built</h1><p>This program was compiled without its pages. Run <code>make build</code> and start it again; the API works meanwhile.</p></html>
`

func (f *front) asset(name string) (*asset, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if a := f.known[name]; a != nil {
		return a, nil
	}
	if f.files == nil {
		return nil, errNotBuilt
	}
	body, err := fs.ReadFile(f.files, name)
	if errors.Is(err, fs.ErrNotExist) && (strings.HasSuffix(name, "/index.html") || name == "dist/loader.js") {
		return nil, errNotBuilt
	}
	if err != nil {
		return nil, err
	}
	a := &asset{body: body, mediaType: mediaTypeOf(name), tag: `"` + sessionName(string(body))[:20] + `"`}
	if packable(a.mediaType) && len(body) > 512 {
		a.packed = sync.OnceValue(func() []byte { return pack(body) })
	}
	f.known[name] = a // bounded by the files there are
	return a, nil
}

func mediaTypeOf(name string) string {
	switch path.Ext(name) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".webmanifest":
		return "application/manifest+json"
	case ".map", ".json":
		return "application/json"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

func packable(mediaType string) bool {
	return mediaType == "application/wasm" || strings.HasPrefix(mediaType, "text/") || strings.HasSuffix(mediaType, "json") || strings.HasSuffix(mediaType, "+xml")
}

func pack(body []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil
	}
	if _, err := z.Write(body); err != nil || z.Close() != nil || b.Len() >= len(body) {
		return nil
	}
	return b.Bytes()
}
