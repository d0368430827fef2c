package web

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"visavis/internal/blob"
	"visavis/internal/desk"
	"visavis/internal/vis"
)

// How a file arrives.
const (
	headSize  = 512 << 10       // of a picture's beginning is read to find its size
	uploadFor = 5 * time.Minute // a file may take to arrive
)

func (s *Server) attachmentRoutes() {
	add(s, route{method: "GET", path: "/attachments/{id}", id: "getAttachment", tag: "attachments", summary: "A file, with fresh links", access: staffers,
		scope: vis.ReadConversations}, s.attachmentByID)
	add(s, route{method: "GET", path: "/visitor/attachments/{id}", id: "getVisitorAttachment", tag: "visitor", summary: "A file, with fresh links",
		access: visitors}, s.attachmentByID)
	s.uploadRoute(route{method: "POST", path: "/attachments", id: "attach", tag: "attachments", summary: "Send a file, to go with words that follow",
		access: staffers, status: 201, scope: vis.WriteConversations})
	s.uploadRoute(route{method: "POST", path: "/visitor/attachments", id: "attachAsVisitor", tag: "visitor", summary: "Send a file, to go with words that follow",
		access: visitors, status: 201, byCaller: []limit{limitUpload}})
	s.mux.HandleFunc("GET /content/{id}", s.content)
}

func (s *Server) attachmentByID(ctx context.Context, by caller, in *ByID) (*reply[Attachment], error) {
	a, err := s.desk.Attachment(ctx, by.Actor, vis.AttachmentID(in.ID))
	if err != nil {
		return nil, err
	}
	return ok(s.attachment(to(by.Actor), a)), nil
}

// uploadRoute adds a plain handler for a form with one file, and describes it.
func (s *Server) uploadRoute(r route) {
	s.mux.HandleFunc(r.method+" /api/v1"+r.path, func(w http.ResponseWriter, req *http.Request) {
		by, err := s.admitUpload(req, r)
		if err == nil {
			var a desk.Attachment
			if a, err = s.upload(w, req, by); err == nil {
				writeJSON(w, r.status, s.attachment(to(by.Actor), a))
				return
			}
		}
		w.Header().Set("Connection", "close") // the rest of the file need not come
		writeProblem(w, s.problemOf(req.Context(), by, err))
	})
	form := &huma.Schema{Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{
		"file": {Type: huma.TypeString, Format: "binary", Description: "25 MB at most"}}}
	op := &huma.Operation{Method: r.method, Path: "/api/v1" + r.path, OperationID: r.id, Tags: []string{r.tag}, Summary: r.summary, Security: r.security(),
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: form}}},
		Responses:   s.responses(r.status, Attachment{})}
	if r.access == staffers {
		op.Parameters = []*huma.Param{{Name: "conversationId", In: "query", Description: "The conversation it is meant for.", Schema: &huma.Schema{Type: huma.TypeString}}}
	}
	s.api.OpenAPI().AddOperation(op)
}

func (s *Server) admitUpload(req *http.Request, r route) (caller, error) {
	if err := wellFormed(req, "multipart/form-data"); err != nil {
		return caller{}, err
	}
	by, err := s.authenticate(req, r.access)
	if err != nil {
		return by, err
	}
	if by.Kind != vis.ByCustomer {
		if err := by.Must(vis.WriteConversations); err != nil {
			return by, err
		}
	}
	for _, l := range r.byCaller {
		if err := s.limits.take(l, by.ID); err != nil {
			return by, err
		}
	}
	// Whether the conversation may be written in is found out before the file comes, not after.
	if id := req.URL.Query().Get("conversationId"); id != "" {
		if _, err := s.desk.Conversation(req.Context(), by.Actor, vis.ConversationID(id)); err != nil {
			return by, err
		}
	}
	return by, nil
}

var errTooLarge = vis.Errorf(vis.TooLarge, "file_too_large", "A file may have 25 MB at most.")

// upload takes the file of a form as it comes, keeps it, and records it.
func (s *Server) upload(w http.ResponseWriter, r *http.Request, by caller) (desk.Attachment, error) {
	if r.ContentLength > maxUpload {
		return desk.Attachment{}, errTooLarge
	}
	if s.space != nil {
		if err := s.space.Admit(); err != nil {
			return desk.Attachment{}, err
		}
	}
	select {
	case s.uploads <- struct{}{}:
		defer func() { <-s.uploads }()
	default:
		e := vis.Errorf(vis.Unavailable, "busy", "Many files are arriving just now; please try again in a moment.")
		e.RetryAfter = 2
		return desk.Attachment{}, e
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadFor)) // not every writer can
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	part, err := filePart(r)
	if err != nil {
		return desk.Attachment{}, err
	}
	defer part.Close()
	return s.keepFile(r, by, part)
}

// filePart finds the field “file” in a form.
func filePart(r *http.Request) (*multipart.Part, error) {
	form, err := r.MultipartReader()
	if err != nil {
		return nil, vis.Errorf(vis.Invalid, "not_a_form", "A file is sent as multipart/form-data in the field “file”.")
	}
	for range 8 { // a form of ours has one field; a few others are passed over
		part, err := form.NextPart()
		if err != nil {
			break
		}
		if part.FormName() == "file" {
			return part, nil
		}
	}
	return nil, vis.InField("file", "The form has no field “file”.")
}

func (s *Server) keepFile(r *http.Request, by caller, part *multipart.Part) (desk.Attachment, error) {
	in := bufio.NewReaderSize(part, 4<<10)
	head, err := in.Peek(1 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return desk.Attachment{}, arrival(err)
	}
	name, mediaType, err := accept(fileName(part.FileName()), part.Header.Get("Content-Type"), head)
	if err != nil {
		return desk.Attachment{}, err
	}
	a := desk.Attachment{Conversation: vis.ConversationID(r.URL.Query().Get("conversationId")), Name: name, MediaType: mediaType}
	if _, shown := pictures[mediaType]; shown {
		in = bufio.NewReaderSize(in, headSize)
		head, err := in.Peek(headSize)
		if err != nil && !errors.Is(err, io.EOF) {
			return desk.Attachment{}, arrival(err)
		}
		if a.Width, a.Height, err = measure(head); err != nil {
			return desk.Attachment{}, err
		}
	}
	ref, err := s.blobs.Put(r.Context(), by.Workspace, in, desk.MaxFile)
	if err != nil {
		return desk.Attachment{}, arrival(err)
	}
	if ref.Size == 0 {
		return desk.Attachment{}, vis.InField("file", "This file is empty.")
	}
	a.Blob, a.Size = ref.Hash, ref.Size
	return s.recordFile(r, by, a)
}

// recordFile writes the file down under the request's key: the same key with the same file is the same attachment.
func (s *Server) recordFile(r *http.Request, by caller, a desk.Attachment) (desk.Attachment, error) {
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		if err := checkKey(key); err != nil {
			return desk.Attachment{}, err
		}
		h := sha256.Sum256([]byte(requestHash(r, []byte(a.Blob+"\n"+a.Name))))
		by.Request = vis.Request{Key: key, Hash: hex.EncodeToString(h[:])}
	}
	return s.desk.Attach(r.Context(), by.Actor, a)
}

// arrival says why a file did not arrive.
func arrival(err error) error {
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long), errors.Is(err, blob.ErrTooLarge):
		return errTooLarge
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, http.ErrBodyReadAfterClose):
		return vis.Errorf(vis.Invalid, "malformed", "The file did not arrive whole; please send it again.")
	}
	return err
}
