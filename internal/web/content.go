package web

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"visavis/internal/blob"
	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// A file, or a letter as it travelled, is had by a signed link: who it was made for and what of it (a), until when (e), and a MAC over both
// with the workspace, the id and the method (s). The link is no credential of its own: when it is used, its holder must still be allowed to
// see what it leads to.
const (
	linkFor     = 15 * time.Minute
	linkStep    = 5 * time.Minute // links made within it are equal, so that screens need not draw a picture anew
	linkPurpose = "content links"
)

// form is what a link gives of what it names.
type form string

const (
	formOriginal form = "o" // a file as it was sent, to be saved
	formPreview  form = "p" // a picture to be shown, without its metadata
	formLetter   form = "h" // a letter's HTML without what lies elsewhere
	formPictures form = "r" // a letter's HTML with the pictures that lie elsewhere
	formMail     form = "m" // a letter's bytes as they travelled
	formArrival  form = "a" // the bytes of something that arrived
	formRemote   form = "x" // with a number behind it: one of the pictures of a letter that lie elsewhere
)

// remotePicture is the form of the n-th picture of a letter that lies elsewhere.
func remotePicture(n int) form { return formRemote + form(strconv.Itoa(n)) }

// read takes the number off the form of a picture that lies elsewhere.
func (f form) read() (kind form, n int, ok bool) {
	switch f {
	case formOriginal, formPreview, formLetter, formPictures, formMail, formArrival, formMember, formCustomer, formGuest, formPages, formWebM, formMP4:
		return f, 0, true
	}
	digits, found := strings.CutPrefix(string(f), string(formRemote))
	n, err := strconv.Atoi(digits)
	return formRemote, n, found && err == nil && n >= 0 && remotePicture(n) == f
}

// audience is who a link is for.
type audience struct {
	workspace vis.WorkspaceID
	kind      vis.ActorKind
	id        string
}

func to(by vis.Actor) audience { return audience{by.Workspace, by.Kind, by.ID} }

// says is the audience and the form as a link carries them.
func (a audience) says(f form) string {
	return string(a.workspace) + "." + string(a.kind) + "." + a.id + "." + string(f)
}

func parseAudience(in string) (audience, form, bool) {
	parts := strings.Split(in, ".")
	if len(parts) != 4 || !vis.IsID(parts[0]) || !vis.IsID(parts[2]) {
		return audience{}, "", false
	}
	return audience{vis.WorkspaceID(parts[0]), vis.ActorKind(parts[1]), parts[2]}, form(parts[3]), true
}

// lasts is how long a link to it can be used.
func (f form) lasts() time.Duration {
	switch f {
	case formMember, formCustomer, formGuest, formPages:
		return filmFor
	}
	return linkFor
}

// contentURL makes a signed link.
func (s *Server) contentURL(to audience, id string, f form) string {
	a := to.says(f)
	e := strconv.FormatInt(s.clock.Now().Add(f.lasts()).Truncate(linkStep).Unix(), 10)
	return s.contentBase + "/content/" + id + "?a=" + a + "&e=" + e + "&s=" + s.signLink(to.workspace, id, a, e)
}

func (s *Server) signLink(ws vis.WorkspaceID, id, a, e string) string {
	mac := s.keys.MAC(ws, linkPurpose, string(ws), id, a, e, http.MethodGet)
	return base64.RawURLEncoding.EncodeToString(mac)
}

var errLink = vis.Errorf(vis.Forbidden, "link_invalid", "This link is not valid, or not any more. Open the conversation again for a new one.")

// content serves what a link leads to. Whatever is wrong with a link, the answer is the same.
func (s *Server) content(w http.ResponseWriter, r *http.Request) {
	l, err := s.linked(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	switch l.form {
	case formLetter, formPictures:
		err = s.letterPage(w, r, l)
	case formRemote:
		err = s.remotePicture(w, r, l)
	case formMail, formArrival:
		err = s.rawLetter(w, r, l)
	case formMember, formCustomer, formGuest:
		err = s.film(w, r, l)
	case formWebM, formMP4:
		err = s.savedFilm(w, r, l)
	case formPages:
		err = errLink
	default:
		err = s.file(w, r, l)
	}
	if err != nil {
		s.refuse(w, r, err)
	}
}

// link is one that was checked.
type link struct {
	id     string
	form   form
	number int       // of a picture that lies elsewhere
	by     vis.Actor // whom it was made for, with the rights of this moment
}

func (l link) audience() audience { return to(l.by) }

// linked checks a link, and that whoever it was made for is still there.
func (s *Server) linked(r *http.Request) (link, error) {
	return s.checkLink(r.Context(), r.PathValue("id"), r.URL.RawQuery)
}

// checkLink checks what a link to an id says.
func (s *Server) checkLink(ctx context.Context, id, says string) (link, error) {
	q, err := url.ParseQuery(says)
	if err != nil || len(q) != 3 || len(q["a"]) != 1 || len(q["e"]) != 1 || len(q["s"]) != 1 {
		return link{}, errLink
	}
	who, f, ok := parseAudience(q.Get("a"))
	if !ok || !vis.IsID(id) || !hmac.Equal([]byte(q.Get("s")), []byte(s.signLink(who.workspace, id, q.Get("a"), q.Get("e")))) {
		return link{}, errLink
	}
	now := s.clock.Now()
	until, err := strconv.ParseInt(q.Get("e"), 10, 64)
	if err != nil || now.Unix() >= until || until > now.Add(f.lasts()).Unix() {
		return link{}, errLink
	}
	l := link{id: id}
	if l.form, l.number, ok = f.read(); !ok {
		return link{}, errLink
	}
	if l.by, err = s.stillThere(ctx, who); err != nil {
		return link{}, errLink
	}
	return l, nil
}

// file serves a file of a message.
func (s *Server) file(w http.ResponseWriter, r *http.Request, l link) error {
	a, err := s.desk.Attachment(r.Context(), l.by, vis.AttachmentID(l.id))
	if err != nil || l.form == formPreview && !a.Inline() {
		return errLink
	}
	file, err := s.blobs.Open(r.Context(), l.by.Workspace, a.Blob)
	if err != nil {
		if !errors.Is(err, blob.ErrAbsent) {
			s.log.Error("a file could not be opened", "attachment", a.ID, "error", err)
		}
		return errLink
	}
	defer file.Close()
	s.protect(w.Header(), surfaceContent, "")
	s.serveFile(w, r, a, file, l.form)
	return nil
}

// stillThere is the audience of a link as an actor with the rights of this moment.
func (s *Server) stillThere(ctx context.Context, who audience) (vis.Actor, error) {
	by := vis.Actor{Workspace: who.workspace, Kind: who.kind, ID: who.id}
	switch who.kind {
	case vis.ByCustomer:
		return by, nil // the heart lets her see what is hers
	case vis.ByMember:
		m, err := s.staff.Member(ctx, who.workspace, by.Member())
		if err != nil || m.State != staff.Active {
			return vis.Actor{}, errLink
		}
		by.Role = m.Role
		return by, nil
	case vis.ByToken:
		return s.staff.TokenActor(ctx, who.workspace, vis.TokenID(who.id))
	case vis.BySystem:
	}
	return vis.Actor{}, errLink
}

func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, a desk.Attachment, file blob.File, f form) {
	h := w.Header()
	h.Set("Content-Type", a.MediaType)
	if f == formOriginal {
		h.Set("Content-Disposition", disposition("attachment", a.Name))
		http.ServeContent(w, r, "", time.Time{}, file)
		return
	}
	h.Set("Content-Disposition", disposition("inline", a.Name))
	if r.Method == http.MethodHead {
		return
	}
	if err := withoutMetadata(w, file, a.MediaType); err != nil && r.Context().Err() == nil {
		s.log.Warn("a picture could not be shown to its end", "attachment", a.ID, "error", err)
	}
}

// disposition is a Content-Disposition header with a name in any script (RFC 6266).
func disposition(kind, name string) string {
	if v := mime.FormatMediaType(kind, map[string]string{"filename": name}); v != "" {
		return v
	}
	return kind + "; filename*=UTF-8''" + url.PathEscape(name)
}
