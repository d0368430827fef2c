package web

import (
	"context"
	"net/http"

	"visavis/internal/staff"
)

// SetupState says whether this server waits for its first administrator.
type SetupState struct {
	Needed bool `json:"needed"`
}

// signedIn is an answer that begins a session.
type signedIn struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      Me
}

func (s *Server) signedIn(ctx context.Context, in staff.SignedIn) *signedIn {
	return &signedIn{sessionCookie(in.Secret, in.ExpiresAt), Me{Member: s.member(ctx, in.Workspace.ID, in.Member), Workspace: workspace(in.Workspace)}}
}

type setupInput struct {
	Body struct {
		Token     string `json:"token" maxLength:"200" doc:"From the link on the server's console."`
		Workspace string `json:"workspace"`
		Name      string `json:"name"`
		Email     string `json:"email"`
		Password  string `json:"password"`
		Locale    string `json:"locale,omitempty"`
		Zone      string `json:"zone,omitempty"`
	} `nameHint:"Setup"`
}

func (s *Server) setupRoutes() {
	add(s, route{method: "GET", path: "/setup", id: "getSetup", tag: "session", summary: "Does this server wait for its first administrator?"},
		func(ctx context.Context, _ caller, _ *none) (*reply[SetupState], error) {
			needed, err := s.staff.SetupNeeded(ctx)
			return ok(SetupState{needed}), err
		})
	add(s, route{method: "POST", path: "/setup", id: "setUp", tag: "session", summary: "Make the workspace with its first administrator",
		byAddress: []limit{limitLink}},
		func(ctx context.Context, _ caller, in *setupInput) (*signedIn, error) {
			b := in.Body
			made, err := s.staff.SetUp(ctx, b.Token, staff.Founding{Workspace: b.Workspace, Name: b.Name, Email: b.Email, Password: b.Password,
				Locale: b.Locale, Zone: b.Zone})
			if err != nil {
				return nil, err
			}
			return s.signedIn(ctx, made), nil
		})
}
