package web

import (
	"encoding/base64"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"visavis/internal/picture"
	"visavis/internal/vis"
)

// A customer's page is a stranger's HTML, and no cleaning of HTML is the last word. So it is shown on an origin of its own, where there are
// no cookies and no API, under a policy that lets nothing of it run and load from nowhere but here. Its pictures and fonts are fetched by
// us: a member's browser calls nobody whom a customer names.

const (
	assetPurpose = "cobrowse asset"
	assetFor     = 4 * time.Hour // a link; it ends with the assistance at the latest
	assetHops    = 3
	maxAsset     = 5 << 20
	maxAddress   = 2000
)

// limitAsset bounds how many pictures one assistance has us fetch.
var limitAsset = limit{"cobrowse asset", 1200, time.Minute}

// viewerPolicy is the content security policy of the viewer's page: framed by the desk alone.
func viewerPolicy(desk *url.URL) string {
	ancestors := desk.String()
	if ip, err := netip.ParseAddr(desk.Hostname()); desk.Hostname() == "localhost" || err == nil && ip.IsLoopback() {
		for _, host := range []string{"localhost", "127.0.0.1"} { // on one's own machine all of these are the desk
			at := url.URL{Scheme: desk.Scheme, Host: host}
			if desk.Port() != "" {
				at.Host += ":" + desk.Port()
			}
			ancestors += " " + at.String()
		}
	}
	return "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; frame-src 'self'; " +
		"object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors " + ancestors
}

// policyAsset lets a drawing that is opened by itself do nothing.
const policyAsset = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

// Viewer answers on the origin where customers' pages are shown.
func (s *Server) Viewer() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /asset/{workspace}/{sealed}", s.viewerAsset)
	mux.HandleFunc("GET /reach", func(w http.ResponseWriter, _ *http.Request) { // the check of connections asks from the public origin
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		name := path.Clean("dist/viewer" + r.URL.Path)
		caching := "no-cache"
		switch {
		case r.URL.Path == "/":
			name = "dist/viewer/index.html"
		case hashed.MatchString(name):
			caching = "public, max-age=31536000, immutable"
		}
		s.front.serve(w, r, name, caching)
	})
	return s.watch(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer s.survive(w, r)
		s.protect(w.Header(), surfaceViewer, "")
		mux.ServeHTTP(w, r)
	}))
}

// Asset implements assist.Screens: the address of a picture or font is sealed, so that neither screens nor logs hold the tokens in it, and
// nobody can have us call an address that no customer's page holds.
func (s *Server) Asset(ws vis.WorkspaceID, id vis.AssistID, address string) string {
	if s.viewerURL == "" || len(address) > maxAddress {
		return ""
	}
	until := strconv.FormatInt(s.clock.Now().Add(assetFor).Unix(), 10)
	sealed := s.keys.Seal(ws, assetPurpose, []byte(string(id)+" "+until+" "+address))
	return s.viewerURL + "/asset/" + string(ws) + "/" + base64.RawURLEncoding.EncodeToString(sealed)
}

// viewerAsset fetches a picture or font of a customer's page, and serves it if it is one. Whatever is wrong, the answer is the same.
func (s *Server) viewerAsset(w http.ResponseWriter, r *http.Request) {
	kind, body := s.fetchAsset(r)
	if kind == "" {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", policyAsset)
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "private, max-age=3600")
	_, _ = w.Write(body) // whoever has gone needs no picture
}

// fetchAsset returns a media type and content; "" for what is not to be had.
func (s *Server) fetchAsset(r *http.Request) (kind string, body []byte) {
	ws := r.PathValue("workspace")
	sealed, err := base64.RawURLEncoding.DecodeString(r.PathValue("sealed"))
	if err != nil || !vis.IsID(ws) || s.outside == nil {
		return "", nil
	}
	said, err := s.keys.Open(vis.WorkspaceID(ws), assetPurpose, sealed)
	if err != nil {
		return "", nil
	}
	id, rest, _ := strings.Cut(string(said), " ")
	until, address, _ := strings.Cut(rest, " ")
	end, err := strconv.ParseInt(until, 10, 64)
	if err != nil || s.clock.Now().Unix() >= end || !s.assist.Shown(r.Context(), vis.WorkspaceID(ws), vis.AssistID(id)) || s.limits.take(limitAsset, id) != nil {
		return "", nil
	}
	select {
	case s.fetches <- struct{}{}:
		defer func() { <-s.fetches }()
	case <-r.Context().Done():
		return "", nil
	}
	answer, err := s.outside.Download(r.Context(), address, assetHops, maxAsset)
	if err != nil || answer.Status != http.StatusOK || len(answer.Body) >= maxAsset {
		return "", nil
	}
	return assetKind(answer.Body), answer.Body
}

// assetKind tells by its bytes what a picture or a font is, "" for anything else. What the other side calls it counts for nothing.
func assetKind(body []byte) string {
	if kind, width, height := picture.Look(body); kind != "" {
		if width == 0 || picture.TooLarge(width, height) {
			return ""
		}
		return kind
	}
	for _, known := range []struct{ starts, kind string }{
		{"wOF2", "font/woff2"}, {"wOFF", "font/woff"}, {"OTTO", "font/otf"}, {"\x00\x01\x00\x00", "font/ttf"}, {"true", "font/ttf"},
		{"\x00\x00\x01\x00", "image/x-icon"},
	} {
		if strings.HasPrefix(string(body[:min(len(body), 4)]), known.starts) {
			return known.kind
		}
	}
	if len(body) > 12 && (string(body[4:12]) == "ftypavif" || string(body[4:12]) == "ftypavis") {
		return "image/avif"
	}
	if isDrawing(body) {
		return "image/svg+xml"
	}
	return ""
}

// isDrawing reports whether a text is an SVG document: its first element is one. As a picture it runs nothing.
func isDrawing(body []byte) bool {
	head := strings.ToLower(strings.TrimPrefix(string(body[:min(len(body), 4096)]), "\ufeff"))
	for {
		head = strings.TrimLeft(head, " \t\r\n")
		end := ""
		switch {
		case strings.HasPrefix(head, "<!--"):
			end = "-->"
		case strings.HasPrefix(head, "<?xml"), strings.HasPrefix(head, "<!doctype svg"):
			end = ">"
		default:
			return strings.HasPrefix(head, "<svg") && len(head) > 4 && strings.ContainsRune(" \t\r\n>/", rune(head[4]))
		}
		_, rest, found := strings.Cut(head, end)
		if !found {
			return false
		}
		head = rest
	}
}
