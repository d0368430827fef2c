package web

import (
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"visavis/internal/vis"
)

// The bounds of a request.
const (
	maxBody   = 1 << 20
	maxUpload = 25<<20 + 64<<10 // a file and the form around it
	// bodyWithin is how long a body may take to arrive; a file has uploadFor.
	bodyWithin = 30 * time.Second
)

// surface is a part of the site with its own rules for browsers.
type surface int

const (
	surfaceAPI surface = iota
	surfaceDocs
	surfaceDesk
	surfaceChat
	surfaceLoader
	surfaceContent
	surfaceViewer
	surfaceCheck
	surfaceTester
	surfaceWorker
)

const (
	policyNothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
	// policyTester shows a page that somebody pasted, in a frame of the desk and without an origin: nothing of it runs or is fetched.
	policyTester  = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
	policyContent = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; frame-ancestors 'none'; sandbox"
	// policyWorker is for what the desk runs beside its page: it may compile WebAssembly, which nothing else of ours may, and reach our
	// own files. It has no page to write into.
	policyWorker = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
	// trustedTypes names the one policy that Svelte makes for its own templates.
	trustedTypes = "require-trusted-types-for 'script'; trusted-types svelte-trusted-html"
	// trustedWorker lets the desk start its own worker; without the name nothing starts one.
	trustedWorker = " visavis-worker"
)

// appPolicy is the content security policy of our own pages: nothing but our own scripts, styles and fonts, no inline script, and
// pictures also from where files are served. Connections lead to this site, and to the media server where calls run through one. viewer is
// where customers' pages are framed from, "" for nowhere.
func (s *Server) appPolicy(viewer, ancestors string) string {
	content := s.contentSource
	if viewer != "" {
		viewer = " " + viewer
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:" + content +
		"; media-src 'self' blob:" + content + "; connect-src 'self' " + strings.Replace(s.origin, "http", "ws", 1) + s.mediaSource + "; font-src 'self'; manifest-src 'self'; frame-src 'self'" + content + viewer +
		"; base-uri 'none'; form-action 'self'; frame-ancestors " + ancestors + "; " + trustedTypes
}

// protect sets the headers of a surface. ancestors is who may frame it, for the chat.
func (s *Server) protect(h http.Header, on surface, ancestors string) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", permissions(on))
	h.Set("Cross-Origin-Resource-Policy", "same-site")
	if s.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
	switch on {
	case surfaceAPI:
		h.Set("Content-Security-Policy", policyNothing)
		h.Set("Cache-Control", "no-store")
	case surfaceDocs:
		h.Set("Content-Security-Policy", docsPolicy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
	case surfaceDesk:
		h.Set("Content-Security-Policy", s.deskPolicy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
	case surfaceChat:
		h.Set("Content-Security-Policy", s.appPolicy("", ancestors))
		h.Set("Cross-Origin-Resource-Policy", "cross-origin") // other people's pages frame it; which ones, the policy says
	case surfaceLoader:
		h.Set("Content-Security-Policy", policyNothing)
		h.Set("Cross-Origin-Resource-Policy", "cross-origin") // other people's pages load it: that is what it is for
	case surfaceContent:
		h.Set("Content-Security-Policy", policyContent)
		h.Set("Cache-Control", "private, no-store")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		// Its links are signed, and letters are shown in frames that belong to no origin.
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	case surfaceCheck:
		h.Set("Content-Security-Policy", s.checkPolicy())
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
	case surfaceTester:
		h.Set("Content-Security-Policy", policyTester)
	case surfaceWorker:
		h.Set("Content-Security-Policy", policyWorker)
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
	case surfaceViewer:
		h.Set("Content-Security-Policy", s.viewerPolicy)
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
	}
}

// permissions is what a surface may ask of a browser: those that carry live assistance reach microphone and camera.
// A page that frames the chat must lend it both as well; the loader asks for them.
func permissions(on surface) string {
	const closed = "geolocation=(), payment=(), usb=()"
	switch on {
	case surfaceDesk, surfaceCheck, surfaceChat:
		return "camera=(self), microphone=(self), " + closed
	default:
		return "camera=(), microphone=(), " + closed
	}
}

func changes(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
}

// sameOrigin refuses a change that a browser makes for another site's page. Browsers say where a request comes from in headers
// that no page can forge; a client that is no browser sends neither and no cookie.
func (s *Server) sameOrigin(r *http.Request) error {
	if !changes(r) {
		return nil
	}
	refused := vis.Errorf(vis.Forbidden, "foreign_origin", "This request comes from another site's page and was not carried out.")
	site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")
	switch {
	case site != "" && site != "same-origin" && site != "none":
		return refused
	case origin != "" && !s.ownOrigin(r, origin):
		return refused
	case site == "" && origin == "" && r.Header.Get("Cookie") != "":
		return refused
	}
	return nil
}

// ownOrigin reports whether an Origin header names this site: as it is configured, or as it was called. A page cannot choose the
// Host that a browser sends.
func (s *Server) ownOrigin(r *http.Request, origin string) bool {
	if strings.EqualFold(origin, s.origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Host, r.Host)
}

// wellFormed checks what a request says of its body. Compressed bodies are refused: a small one can unfold into anything.
func wellFormed(r *http.Request, mediaType string) error {
	if r.Header.Get("Content-Encoding") != "" {
		return vis.Errorf(vis.Invalid, "encoding_refused", "Please send the body as it is, not compressed.")
	}
	if !changes(r) || r.ContentLength == 0 {
		return nil
	}
	got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && got == mediaType {
		return nil
	}
	if mediaType == "application/json" {
		return vis.Errorf(vis.Invalid, "not_json", "The body must be JSON, sent with the Content-Type application/json.")
	}
	return vis.Errorf(vis.Invalid, "not_a_form", "A file is sent as multipart/form-data in the field “file”.")
}
