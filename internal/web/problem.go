package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/notify"
	"visavis/internal/post"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// Problem is every refusal of this API (RFC 9457).
type Problem struct {
	Type   string `json:"type" doc:"Always about:blank: the code tells problems apart."`
	Title  string `json:"title" doc:"The status in words."`
	Status int    `json:"status"`
	Detail string `json:"detail" doc:"What happened and what to do, as a sentence for a person."`
	Code   string `json:"code" doc:"A stable word for programs, such as conversation_changed."`
	// Errors names the wrong inputs.
	Errors []Fault `json:"errors,omitempty" nullable:"false"`
	// Current is the present state of what could not be changed, in the form in which it is read.
	Current any `json:"current,omitempty" doc:"The present state of what could not be changed."`

	retryAfter int
}

// Fault is one wrong input.
type Fault struct {
	Location string `json:"location,omitempty" doc:"Where, such as body.email or query.limit."`
	Message  string `json:"message"`
	Value    any    `json:"value,omitempty"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header {
	h := make(http.Header)
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	return h
}

// statuses is the one table from what a room refuses to what HTTP calls it.
var statuses = map[vis.Code]int{
	vis.Invalid:         http.StatusUnprocessableEntity,
	vis.Unauthenticated: http.StatusUnauthorized,
	vis.Forbidden:       http.StatusForbidden,
	vis.NotFound:        http.StatusNotFound,
	vis.Conflict:        http.StatusConflict,
	vis.Mismatch:        http.StatusUnprocessableEntity,
	vis.TooLarge:        http.StatusRequestEntityTooLarge,
	vis.TooMany:         http.StatusTooManyRequests,
	vis.Unavailable:     http.StatusServiceUnavailable,
}

// unsupported are the reasons for which HTTP has a finer word than for their code.
var unsupported = map[string]int{
	"storage_full":        http.StatusInsufficientStorage,
	"file_type_refused":   http.StatusUnsupportedMediaType,
	"not_json":            http.StatusUnsupportedMediaType,
	"not_a_form":          http.StatusUnsupportedMediaType,
	"encoding_refused":    http.StatusUnsupportedMediaType,
	"malformed":           http.StatusBadRequest,
	"version_required":    http.StatusPreconditionRequired,
	"method_not_allowed":  http.StatusMethodNotAllowed,
	"header_too_large":    http.StatusRequestHeaderFieldsTooLarge,
	"upgrade_required":    http.StatusUpgradeRequired,
	"misdirected_request": http.StatusMisdirectedRequest,
}

// codes are the words for refusals that the framework makes by itself.
var codes = map[int]string{
	http.StatusBadRequest:            "malformed",
	http.StatusUnauthorized:          "unauthenticated",
	http.StatusForbidden:             "forbidden",
	http.StatusNotFound:              "not_found",
	http.StatusRequestTimeout:        "too_slow",
	http.StatusRequestEntityTooLarge: "too_large",
	http.StatusUnsupportedMediaType:  "not_json",
	http.StatusUnprocessableEntity:   "invalid",
	http.StatusInternalServerError:   "internal",
}

// problemOf says an error in the API's form. What is no vis.Error is our own fault: it is logged here, and not told.
func (s *Server) problemOf(ctx context.Context, by caller, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var e *vis.Error
	if errors.As(err, &e) {
		return s.refusal(ctx, by, e)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return newProblem(http.StatusServiceUnavailable, "interrupted", "The request was interrupted.")
	case errors.Is(err, context.DeadlineExceeded):
		return newProblem(http.StatusServiceUnavailable, "too_slow", "This took too long; please try again.")
	}
	s.log.LogAttrs(ctx, slog.LevelError, "a request failed", slog.String("workspace", string(by.Workspace)), slog.String("error", err.Error()))
	return newProblem(http.StatusInternalServerError, "internal", "Something went wrong on our side. Nothing you sent was half done; please try again.")
}

func (s *Server) refusal(ctx context.Context, by caller, e *vis.Error) *Problem {
	status, ok := unsupported[e.Reason]
	if !ok {
		if status, ok = statuses[e.Code]; !ok {
			status = http.StatusInternalServerError
		}
	}
	p := newProblem(status, e.Reason, e.Text)
	p.retryAfter = e.RetryAfter
	if e.Field != "" {
		p.Errors = []Fault{{Location: "body." + e.Field, Message: e.Text}}
	}
	if e.Current != nil {
		p.Current = s.current(ctx, by, e.Current)
	}
	return p
}

// current turns what a room says is there now into what its reader may see of it; nil when that is nothing.
func (s *Server) current(ctx context.Context, by caller, current any) any {
	if by.Kind == vis.ByCustomer || by.Kind == "" {
		return nil
	}
	switch c := current.(type) {
	case desk.Conversation:
		read, err := s.desk.ReadPosition(ctx, by.Actor, c.ID)
		if err != nil {
			return nil
		}
		return s.conversation(ctx, by.Workspace, c, &read)
	case desk.Customer:
		return s.customer(by.Workspace, c)
	case desk.SavedView:
		return savedView(by.Actor, c)
	case staff.Member:
		return s.member(ctx, by.Workspace, c)
	case staff.Team:
		return team(c)
	case notify.Webhook:
		return s.webhook(by.Actor, c)
	case post.Signature:
		return signature(c)
	case post.Template:
		return templateOf(c)
	case channel.Channel:
		return s.channel(c)
	case listen.EngineState:
		return readerEngine(c, s.clock.Now())
	}
	return nil
}

func newProblem(status int, code, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Code: code}
}

// ownProblems turns the framework's refusals into ours, before they are written.
func ownProblems(_ huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	code := codes[m.Status]
	if code == "" {
		code = "refused"
	}
	detail := "Something in the request is wrong."
	p := newProblem(m.Status, code, detail)
	for _, e := range m.Errors {
		p.Errors = append(p.Errors, Fault{Location: e.Location, Message: e.Message, Value: harmless(e.Value)})
	}
	if len(p.Errors) > 0 {
		p.Detail = p.Errors[0].Message
		if at := p.Errors[0].Location; at != "" {
			p.Detail += " (" + at + ")"
		}
	} else if m.Detail != "" {
		p.Detail = m.Detail
	}
	return p, nil
}

// harmless repeats only small plain values: a client knows what it sent, and a log of answers should not.
func harmless(v any) any {
	switch t := v.(type) {
	case bool, float64, int, int64:
		return t
	case string:
		if len(t) <= 40 {
			return t
		}
	}
	return nil
}

// refuse answers a plain request with a problem.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	writeProblem(w, s.problemOf(r.Context(), caller{}, err))
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	h := w.Header()
	for name, values := range p.GetHeaders() {
		h[name] = values
	}
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client may be gone; there is nobody else to tell
}
