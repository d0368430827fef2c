package web

import (
	"bytes"
	"context"
	"crypto/rand"
	_ "embed"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"

	"visavis/internal/picture"
	"visavis/internal/post"
	"visavis/internal/vis"
)

// A letter's HTML is shown in a frame of its own: another origin than any of ours, without our cookies, where only the few lines run that
// tell the desk how high the letter is. Pictures that lie elsewhere are shown only when a member asks for them, and then by us, so that
// nobody elsewhere learns who reads what, and when. They are asked for by their place in the letter, never by an address: nobody can
// have us call one that no letter holds.

// limitPicture bounds how often somebody lets this server fetch pictures.
var limitPicture = limit{"letter picture", 300, time.Minute}

// pictureHops is how often whoever has a picture may say that it lies elsewhere.
const pictureHops = 3

// pictureFor is how long a picture may be kept by the browser that was shown it.
const pictureFor = "private, max-age=600"

//go:embed letterpage.css
var letterStyle string

// letterScript tells the desk the height of the letter whenever it changes.
//
//go:embed letterpage.js
var letterScript string

// letterPage serves a letter's HTML.
func (s *Server) letterPage(w http.ResponseWriter, r *http.Request, l link) error {
	shown, err := s.shown(r.Context(), l)
	if err != nil {
		return err
	}
	remote := func(int) string { return "" }
	if l.form == formPictures {
		remote = func(n int) string { return s.contentURL(l.audience(), l.id, remotePicture(n)) }
	}
	inline := func(n int) string {
		if n >= len(shown.Inline) || shown.Inline[n].ID == "" || !shown.Inline[n].Inline() {
			return ""
		}
		return s.contentURL(l.audience(), string(shown.Inline[n].ID), formPreview)
	}
	nonce := rand.Text()
	h := w.Header()
	s.protect(h, surfaceContent, "")
	h.Set("Content-Security-Policy", letterPolicy(s.contentBase, s.origin, nonce))
	h.Set("Content-Type", "text/html; charset=utf-8")
	var page bytes.Buffer
	fmt.Fprintf(&page, `<!doctype html><meta charset="utf-8"><title></title><base target="_blank"><style>%s</style>`, letterStyle)
	dress(&page, shown.HTML, inline, remote)
	fmt.Fprintf(&page, `<script nonce="%s" data-desk="%s">%s</script>`, nonce, html.EscapeString(s.origin), letterScript)
	_, err = page.WriteTo(w)
	if err != nil && r.Context().Err() == nil {
		s.log.Debug("a letter was not shown to its end", "message", l.id, "err", err)
	}
	return nil
}

// letterPolicy lets a letter show pictures that we serve and run nothing but our own script; the desk alone may frame it.
func letterPolicy(content, desk, nonce string) string {
	return "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'unsafe-inline'; img-src " + content + "; script-src 'nonce-" + nonce +
		"'; frame-ancestors " + desk + "; sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox"
}

// shown is a letter's HTML with what it shows.
func (s *Server) shown(ctx context.Context, l link) (post.Shown, error) {
	if l.by.Kind == vis.ByCustomer || !l.by.May(vis.ReadConversations) {
		return post.Shown{}, errLink
	}
	shown, err := s.post.Show(ctx, l.by.Workspace, vis.MessageID(l.id))
	if err != nil {
		return post.Shown{}, errLink
	}
	return shown, nil
}

// dress writes a letter's sanitised HTML with addresses for its pictures: those that came with it, and those that lie elsewhere, each by
// its number. One without an address is left out; of one elsewhere, a frame with its description stays.
func dress(w *bytes.Buffer, sanitised string, inline, remote func(n int) string) {
	elsewhere := 0
	z := html.NewTokenizer(strings.NewReader(sanitised))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return // the end: a string cannot fail otherwise
		}
		raw := z.Raw()
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken || !bytes.HasPrefix(bytes.ToLower(raw), []byte("<img")) {
			w.Write(raw)
			continue
		}
		t := z.Token()
		kept := t.Attr[:0]
		source := ""
		for _, a := range t.Attr {
			switch a.Key {
			case "src":
				if digits, ok := strings.CutPrefix(a.Val, "cid:"); ok {
					if n, err := strconv.Atoi(digits); err == nil {
						source = inline(n)
					}
				}
			case "data-src":
				source = remote(elsewhere)
				elsewhere++
				if source == "" {
					kept = append(kept, html.Attribute{Key: "class", Val: "elsewhere"})
				}
			case "srcset", "class":
			default:
				kept = append(kept, a)
			}
		}
		if source != "" {
			kept = append(kept, html.Attribute{Key: "src", Val: source})
		}
		t.Attr = kept
		w.WriteString(t.String())
	}
}

// elsewhere finds the address of the n-th picture of a letter that lies elsewhere; "" when there is none.
func elsewhere(sanitised string, n int) string {
	at, found := 0, ""
	z := html.NewTokenizer(strings.NewReader(sanitised))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return found
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			for _, a := range t.Attr {
				if t.Data != "img" || a.Key != "data-src" {
					continue
				}
				if at == n {
					return a.Val
				}
				at++
			}
		}
	}
}

// remotePicture fetches a picture that a letter names, and shows it if it is one.
func (s *Server) remotePicture(w http.ResponseWriter, r *http.Request, l link) error {
	if err := s.limits.take(limitPicture, l.by.ID); err != nil {
		return err
	}
	shown, err := s.shown(r.Context(), l)
	if err != nil {
		return err
	}
	at, err := url.Parse(elsewhere(shown.HTML, l.number))
	if err != nil || at.Host == "" || s.outside == nil {
		return errPictureAbsent
	}
	at.Scheme, at.User, at.Fragment = "https", nil, "" // what is asked in the clear is read by everybody on the way
	answer, err := s.outside.Fetch(r.Context(), at.String(), pictureHops)
	if err != nil || answer.Status != http.StatusOK {
		return errPictureAbsent
	}
	kind, width, height := picture.Look(answer.Body)
	if width == 0 || picture.TooLarge(width, height) {
		return errPictureAbsent
	}
	h := w.Header()
	s.protect(h, surfaceContent, "")
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", pictureFor)
	_, _ = io.Copy(w, bytes.NewReader(answer.Body)) // whoever has gone needs no picture
	return nil
}

var errPictureAbsent = vis.Errorf(vis.NotFound, "picture_absent", "This picture could not be had.")

// rawLetter serves the bytes of a letter, or of something that arrived and could not be read, to be saved.
func (s *Server) rawLetter(w http.ResponseWriter, r *http.Request, l link) error {
	var raw []byte
	var err error
	if l.form == formMail {
		raw, err = s.post.RawLetter(r.Context(), l.by, vis.MessageID(l.id))
	} else {
		raw, err = s.post.Raw(r.Context(), l.by, vis.ArrivalID(l.id))
	}
	if err != nil {
		return errLink
	}
	h := w.Header()
	s.protect(h, surfaceContent, "")
	h.Set("Content-Type", "application/octet-stream") // a browser that opened it would run what it holds
	h.Set("Content-Disposition", disposition("attachment", l.id+".eml"))
	h.Set("Content-Length", strconv.Itoa(len(raw)))
	_, _ = w.Write(raw) // whoever has gone needs no letter
	return nil
}
