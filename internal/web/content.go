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

// A file is had by a signed link: who it was made for (a), until when (e), and a MAC over both with the workspace, the file and
// the method (s). The link is no credential of its own: when it is used, its holder must still be allowed to see the file.
const (
	linkFor     = 15 * time.Minute
	linkStep    = 5 * time.Minute // links made within it are equal, so that screens need not draw a picture anew
	linkPurpose = "content links"
)

// form is what of a file a link gives.
type form string

const (
	formOriginal form = "o" // as it was sent, to be saved
	formPreview  form = "p" // a picture to be shown, without its metadata
)

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
	f := form(parts[3])
	return audience{vis.WorkspaceID(parts[0]), vis.ActorKind(parts[1]), parts[2]}, f, f == formOriginal || f == formPreview
}

// contentURL makes a signed link.
func (s *Server) contentURL(to audience, id vis.AttachmentID, f form) string {
	a := to.says(f)
	e := strconv.FormatInt(s.clock.Now().Add(linkFor).Truncate(linkStep).Unix(), 10)
	return s.contentURLOf(id) + "?a=" + a + "&e=" + e + "&s=" + s.signLink(to.workspace, id, a, e)
}

func (s *Server) contentURLOf(id vis.AttachmentID) string {
	return s.contentBase + "/content/" + string(id)
}

func (s *Server) signLink(ws vis.WorkspaceID, id vis.AttachmentID, a, e string) string {
	mac := s.keys.MAC(ws, linkPurpose, string(ws), string(id), a, e, http.MethodGet)
	return base64.RawURLEncoding.EncodeToString(mac)
}

var errLink = vis.Errorf(vis.Forbidden, "link_invalid", "This link is not valid, or not any more. Open the conversation again for a new one.")

// content serves a file. Whatever is wrong with a link, the answer is the same.
func (s *Server) content(w http.ResponseWriter, r *http.Request) {
	a, f, err := s.linked(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	file, err := s.blobs.Open(r.Context(), a.workspace, a.Blob)
	if err != nil {
		if !errors.Is(err, blob.ErrAbsent) {
			s.log.Error("a file could not be opened", "attachment", a.ID, "error", err)
		}
		s.refuse(w, r, errLink)
		return
	}
	defer file.Close()
	s.protect(w.Header(), surfaceContent, "")
	s.serveFile(w, r, a.Attachment, file, f)
}

// served is a file with the workspace it is in.
type served struct {
	desk.Attachment
	workspace vis.WorkspaceID
}

// linked checks a link and that whoever it was made for may see the file now.
func (s *Server) linked(r *http.Request) (served, form, error) {
	q := r.URL.Query()
	if len(q) != 3 || len(q["a"]) != 1 || len(q["e"]) != 1 || len(q["s"]) != 1 {
		return served{}, "", errLink
	}
	id := vis.AttachmentID(r.PathValue("id"))
	who, f, ok := parseAudience(q.Get("a"))
	if !ok || !vis.IsID(id) || !hmac.Equal([]byte(q.Get("s")), []byte(s.signLink(who.workspace, id, q.Get("a"), q.Get("e")))) {
		return served{}, "", errLink
	}
	now := s.clock.Now()
	until, err := strconv.ParseInt(q.Get("e"), 10, 64)
	if err != nil || now.Unix() >= until || until > now.Add(linkFor).Unix() {
		return served{}, "", errLink
	}
	by, err := s.stillThere(r.Context(), who)
	if err != nil {
		return served{}, "", errLink
	}
	a, err := s.desk.Attachment(r.Context(), by, id)
	if err != nil || f == formPreview && !a.Inline() {
		return served{}, "", errLink
	}
	return served{a, who.workspace}, f, nil
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
