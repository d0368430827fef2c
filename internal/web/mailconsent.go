package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"visavis/internal/vis"
)

// consentPath is where providers send members back to; it is registered with them, so it never changes.
const consentPath = "/oauth/callback"

// The bounds of what a provider sends a member back with.
const (
	mostState = 300  // bytes
	mostCode  = 8000 // as above
)

// MailOAuth is how a mailbox is signed in to at a provider who takes no passwords. The client secret is the secret oauth.client_secret.
type MailOAuth struct {
	_        struct{} `nullable:"true"`
	Provider string   `json:"provider" enum:"google,microsoft"`
	ClientID string   `json:"clientId" doc:"As which this server is registered there."`
	Tenant   string   `json:"tenant,omitempty" doc:"The directory at Microsoft; none is all of them."`
}

// Authorisation is where a member consents to a channel's sign-in.
type Authorisation struct {
	Address string `json:"address" format:"uri" doc:"The provider's page, to be opened in this browser within ten minutes. It can be come back from once, in this session only."`
	Back    string `json:"back" format:"uri" doc:"Where the provider sends her back to, to be registered with it."`
}

func (s *Server) mailConsentRoutes() {
	add(s, route{method: "POST", path: "/channels/{id}/authorisation", id: "authoriseChannel", tag: "channels", access: members,
		summary: "Begin to sign a mailbox in at its provider", byCaller: []limit{limitConsent}},
		func(ctx context.Context, by caller, in *ByID) (*reply[Authorisation], error) {
			address, err := s.post.Consent(ctx, by.Actor, vis.ChannelID(in.ID), by.secret, s.publicURL+consentPath)
			return ok(Authorisation{address, s.publicURL + consentPath}), err
		})
	s.mux.HandleFunc("GET "+consentPath, s.consented)
}

// consented ends a sign-in. Whatever came, the member goes on to the desk, to an address of ours and with one word that the desk explains:
// what she came with is in her browser's history, and worth nothing any more.
func (s *Server) consented(w http.ResponseWriter, r *http.Request) {
	id, word := s.consent(r)
	to := s.publicURL + "/desk/?consent=" + word + "#/settings/channels"
	if id != "" {
		to += "/" + url.PathEscape(string(id))
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (s *Server) consent(r *http.Request) (vis.ChannelID, string) {
	by, err := s.authenticate(r, members)
	if err == nil {
		err = s.limits.take(limitConsent, by.ID)
	}
	if err != nil {
		return "", "unknown"
	}
	q := r.URL.Query()
	state, code := q["state"], q["code"]
	if len(state) != 1 || len(state[0]) > mostState || len(code) > 1 || len(code) == 1 && len(code[0]) > mostCode || len(code) == 0 && !q.Has("error") {
		return "", "unknown"
	}
	given := ""
	if !q.Has("error") {
		given = code[0]
	}
	id, err := s.post.Consented(r.Context(), by.Actor, by.secret, state[0], given)
	var e *vis.Error
	switch {
	case err == nil:
		return id, "done"
	case errors.As(err, &e) && e.Reason == "consent_refused":
		return id, "refused"
	case errors.As(err, &e) && e.Reason == "consent_failed":
		return id, "failed"
	case !errors.As(err, &e):
		s.log.ErrorContext(r.Context(), "a mailbox could not be signed in", "workspace", by.Workspace, "error", err)
		return id, "failed"
	}
	return "", "unknown"
}
