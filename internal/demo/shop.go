package demo

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"visavis/internal/vis"
)

//go:embed shop
var files embed.FS

// Shop serves the pages of the demo's online shop, which stand on an origin of their own and load the chat as any site would.
type Shop struct {
	Visavis string // origin of the Visavis server
	Key     string // of the web chat
	Secret  []byte // signs who is at home on the account page
	Clock   vis.Clock
}

// ServeHTTP implements http.Handler.
func (s Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "" {
		name = "index.html"
	}
	page, err := fs.ReadFile(files, "shop/"+name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	switch path.Ext(name) {
	case ".css":
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
	case ".js":
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		page = []byte(strings.NewReplacer("__VISAVIS_URL__", s.Visavis, "__CHANNEL_KEY__", s.Key, "__IDENTITY__", s.identity()).Replace(string(page)))
	}
	_, _ = w.Write(page) // the reader has left: nothing to be done
}

// identity is what a real shop's server would sign for the customer who is signed in there: here always Camille Rousseau.
func (s Shop) identity() string {
	if len(s.Secret) == 0 {
		return ""
	}
	claims := jwt.MapClaims{"sub": "arzel-0417-882", "email": patrons[0].email, "name": patrons[0].name, "exp": s.Clock.Now().Add(8 * time.Hour).Unix()}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(s.Secret)
	if err != nil {
		return ""
	}
	return token
}
