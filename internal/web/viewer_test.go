package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"visavis/internal/safehttp"
	"visavis/internal/vis"
)

// asset asks the viewer's origin for something.
func (h *house) atViewer(path string) answer {
	w := httptest.NewRecorder()
	h.server.Viewer().ServeHTTP(w, httptest.NewRequest("GET", viewerSite+path, nil))
	return answer{w.Code, w.Header(), w.Body.Bytes()}
}

// W-11, S-01, S-05: pictures of a customer's page are fetched for her member and as pictures only, from nowhere inside, and not after the end.
func TestPicturesOfACustomersPage(t *testing.T) {
	t.Parallel()
	fetched := 0
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fetched++
		switch r.URL.Path {
		case "/a.png":
			w.Header().Set("Content-Type", "text/html") // what it is called counts for nothing
			_, _ = w.Write(pixel(2, 2))
		case "/a.svg":
			_, _ = w.Write([]byte(`<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`))
		case "/a.woff2":
			_, _ = w.Write([]byte("wOF2 a font"))
		case "/large.png":
			_, _ = w.Write(append(pixel(2, 2), make([]byte, maxAsset)...))
		case "/inside":
			http.Redirect(w, r, "http://127.0.0.1:1/a.png", http.StatusFound)
		default:
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte("<html><script>alert(1)</script>"))
		}
	}))
	defer site.Close()
	c := newHouse(t).together()
	link := func(address string) string {
		return strings.TrimPrefix(c.server.Asset(c.ws, vis.AssistID(c.id), address), viewerSite)
	}
	for path, want := range map[string]string{"/a.png": "image/png", "/a.svg": "image/svg+xml", "/a.woff2": "font/woff2", "/page": "", "/large.png": "", "/inside": ""} {
		a := c.atViewer(link(site.URL + path))
		kind := a.header.Get("Content-Type")
		if want == "" && a.status != 404 || want != "" && (a.status != 200 || kind != want) {
			t.Errorf("%s: %d %s", path, a.status, kind)
		}
		if csp := a.header.Get("Content-Security-Policy"); want != "" && (csp != policyAsset || a.header.Get("X-Content-Type-Options") != "nosniff") {
			t.Errorf("%s: %v", path, a.header)
		}
		if a.header.Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", path)
		}
	}
	good := link(site.URL + "/a.png")
	if strings.Contains(good, "a.png") {
		t.Errorf("%s tells the address", good)
	}
	before := fetched
	for name, bad := range map[string]string{
		"changed":                good[:len(good)-2] + "AA",
		"another workspace's":    strings.Replace(good, string(c.ws), newID(), 1),
		"another assistance's":   strings.TrimPrefix(c.server.Asset(c.ws, vis.AssistID(newID()), site.URL+"/a.png"), viewerSite),
		"a plain address":        "/asset/" + string(c.ws) + "/" + site.URL,
		"the API":                "/api/v1/me",
		"what is not the page's": "/../desk/index.html",
	} {
		if a := c.atViewer(bad); a.status != 404 && a.status != 307 && a.status != 301 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	c.clock.move(assetFor)
	if a := c.atViewer(good); a.status != 404 {
		t.Errorf("an old link: %d", a.status)
	}
	c.revoke("page")
	if a := c.atViewer(link(site.URL + "/a.png")); a.status != 404 {
		t.Errorf("of a page that is not shown any more: %d", a.status)
	}
	c.consent("page")
	c.post(c.anna, "/api/v1/visitor/assists/"+c.id+"/end", obj{})
	if a := c.atViewer(link(site.URL + "/a.png")); a.status != 404 {
		t.Errorf("after the end: %d", a.status)
	}
	if fetched != before {
		t.Errorf("%d were fetched all the same", fetched-before)
	}
}

// S-01: without the operator's leave, no customer has us call an address inside.
func TestPicturesAreNotFetchedFromInside(t *testing.T) {
	t.Parallel()
	called := false
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		called = true
		_, _ = w.Write(pixel(2, 2))
	}))
	defer inside.Close()
	c := newHouse(t, func(o *Options) {
		strict, err := safehttp.New(safehttp.Options{})
		if err != nil {
			t.Fatal(err)
		}
		o.Outside = strict
	}).together()
	for _, address := range []string{inside.URL, "https://127.0.0.1/a.png", "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/a.png", "http://shop.example/a.png",
		"file:///etc/passwd", "https://localhost:8443/a.png"} {
		link := strings.TrimPrefix(c.server.Asset(c.ws, vis.AssistID(c.id), address), viewerSite)
		if a := c.atViewer(link); a.status != 404 {
			t.Errorf("%s: %d %s", address, a.status, a.body)
		}
	}
	if called {
		t.Error("an inner address was called")
	}
}

// X-10, W-12: where masks are tried out nothing of a pasted page runs, is fetched, or has an origin, and only the desk frames it.
func TestMasksAreTriedOutWithoutAnOrigin(t *testing.T) {
	t.Parallel()
	a := newHouse(t).get(nobody, "/sos/tester")
	policy := a.header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none';", "script-src 'self';", "img-src data:;", "form-action 'none';", "base-uri 'none';", "frame-ancestors 'self';", "sandbox allow-scripts"} {
		if !strings.Contains(policy+";", want) {
			t.Errorf("%q is missing in %q", want, policy)
		}
	}
	if a.status != 200 || strings.Contains(policy, "allow-same-origin") || a.header.Get("Set-Cookie") != "" {
		t.Errorf("%d %v", a.status, a.header)
	}
}

// X-10, W-11: the viewer's page runs nothing but its own scripts, and only the desk frames it.
func TestTheViewersOwnOrigin(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.atViewer("/")
	policy := a.header.Get("Content-Security-Policy")
	if a.status != 200 || !strings.Contains(string(a.body), "viewer") || a.header.Get("Set-Cookie") != "" {
		t.Errorf("%d %s %v", a.status, a.body, a.header)
	}
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "img-src 'self' data: blob:", "object-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors " + ours} {
		if !strings.Contains(policy, want) {
			t.Errorf("%q is missing in %q", want, policy)
		}
	}
	if desk := h.get(nobody, "/desk/").header.Get("Content-Security-Policy"); !strings.Contains(desk, "frame-src 'self' "+viewerSite) {
		t.Errorf("the desk may not frame it: %q", desk)
	}
	if chat := h.get(nobody, "/chat/").header.Get("Content-Security-Policy"); strings.Contains(chat, viewerSite) {
		t.Errorf("the chat may frame it: %q", chat)
	}
	for _, same := range []string{ours, "no address"} {
		if _, err := New(Options{PublicURL: ours, ViewerURL: same, Clock: h.clock}); err == nil {
			t.Errorf("a viewer at %q", same)
		}
	}
}

// Where pages are not shown, nobody is asked to show one.
func TestWithoutAViewerNobodyIsAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) { o.ViewerURL = "" })
	h.assist.Cobrowse = false
	if read[VisitorChannel](t, h.get(nobody, "/api/v1/visitor/channel?key="+h.chat.Key)).Cobrowse {
		t.Error("it is offered")
	}
	for _, kind := range []string{"page", "control"} {
		if a := h.post(h.admin, "/api/v1/assists/"+newID()+"/ask", obj{"kind": kind}); a.status != 409 || a.problem().Code != "cobrowse_off" {
			t.Errorf("asked for %s: %d %s", kind, a.status, a.body)
		}
	}
	if h.server.Asset(h.ws, "x", "https://shop.example/a.png") != "" {
		t.Error("pictures have an address")
	}
}
