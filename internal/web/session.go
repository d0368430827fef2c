package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

type signInInput struct {
	Body struct {
		Email    string `json:"email" maxLength:"320"`
		Password string `json:"password" maxLength:"1024"`
	} `nameHint:"SignIn"`
}

type signedOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

// Invitation is what an invitation's link says before it is accepted.
type Invitation struct {
	Workspace string `json:"workspace"`
	Email     string `json:"email"`
	Name      string `json:"name"`
	Role      string `json:"role" enum:"agent,supervisor,administrator"`
	State     string `json:"state" enum:"invited,active" doc:"An active member chooses a new password by the link."`
}

type readInviteInput struct {
	Body struct {
		Token string `json:"token" maxLength:"200"`
	} `nameHint:"ReadInvite"`
}

type acceptInviteInput struct {
	Body struct {
		Token    string `json:"token" maxLength:"200"`
		Name     string `json:"name,omitempty" doc:"Needed to join; an active member keeps hers without."`
		Password string `json:"password"`
		Locale   string `json:"locale,omitempty"`
		Zone     string `json:"zone,omitempty"`
		Face     string `json:"face,omitempty"`
	} `nameHint:"AcceptInvite"`
}

type changeMeInput struct {
	Body struct {
		Name      *string `json:"name,omitempty"`
		FirstName *string `json:"firstName,omitempty"`
		Locale    *string `json:"locale,omitempty"`
		Zone      *string `json:"zone,omitempty"`
		Face      *string `json:"face,omitempty"`
	} `nameHint:"ChangeMe"`
}

type passwordInput struct {
	Body struct {
		Current  string `json:"current" maxLength:"1024"`
		Password string `json:"password"`
	} `nameHint:"ChangePassword"`
}

type presenceInput struct {
	Body struct {
		Presence string     `json:"presence" enum:"available,busy,away"`
		BackAt   *time.Time `json:"backAt,omitempty" doc:"When she will be back, with away"`
	} `nameHint:"SetPresence"`
}

func (s *Server) sessionRoutes() {
	add(s, route{method: "POST", path: "/session", id: "signIn", tag: "session", summary: "Sign in", byAddress: []limit{limitSignInAddress}}, s.signIn)
	add(s, route{method: "DELETE", path: "/session", id: "signOut", tag: "session", summary: "Sign out", access: members},
		func(ctx context.Context, by caller, _ *none) (*signedOut, error) {
			if err := s.staff.SignOut(ctx, by.Actor, by.secret); err != nil {
				return nil, err
			}
			s.hub.EndSession(by.Workspace, sessionName(by.secret))
			return &signedOut{endedCookie()}, nil
		})
	add(s, route{method: "POST", path: "/invites/read", id: "readInvite", tag: "session", summary: "Read an invitation", byAddress: []limit{limitLink}},
		func(ctx context.Context, _ caller, in *readInviteInput) (*reply[Invitation], error) {
			w, m, err := s.staff.ReadInvite(ctx, in.Body.Token)
			return ok(Invitation{w.Name, m.Email, m.Name, string(m.Role), string(m.State)}), err
		})
	add(s, route{method: "POST", path: "/invites/accept", id: "acceptInvite", tag: "session", summary: "Accept an invitation", byAddress: []limit{limitLink}},
		func(ctx context.Context, _ caller, in *acceptInviteInput) (*signedIn, error) {
			b := in.Body
			joined, err := s.staff.AcceptInvite(ctx, b.Token, staff.Joining{Name: b.Name, Password: b.Password, Locale: b.Locale, Zone: b.Zone, Face: b.Face})
			if err != nil {
				return nil, err
			}
			return s.signedIn(ctx, joined), nil
		})
	s.meRoutes()
}

func (s *Server) signIn(ctx context.Context, by caller, in *signInInput) (*signedIn, error) {
	account := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(in.Body.Email))))
	if err := s.limits.take(limitSignInAccount, hex.EncodeToString(account[:])); err != nil {
		return nil, err
	}
	in2, err := s.staff.SignIn(ctx, in.Body.Email, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return s.signedIn(ctx, in2), nil
}

func (s *Server) meRoutes() {
	add(s, route{method: "GET", path: "/me", id: "getMe", tag: "session", summary: "Who am I?", access: staffers}, s.me)
	add(s, route{method: "PATCH", path: "/me", id: "changeMe", tag: "session", summary: "Change what others see of me", access: members},
		func(ctx context.Context, by caller, in *changeMeInput) (*reply[Me], error) {
			b := in.Body
			_, err := s.staff.ChangeMe(ctx, by.Actor, staff.MemberChange{Name: b.Name, FirstName: b.FirstName, Locale: b.Locale, Zone: b.Zone, Face: b.Face})
			if err != nil {
				return nil, err
			}
			s.directory.forget(by.Workspace)
			return s.me(ctx, by, nil)
		})
	add(s, route{method: "PUT", path: "/me/password", id: "changePassword", tag: "session", summary: "Change my password; my other sessions end",
		access: members, byCaller: []limit{limitSignInAccount}},
		func(ctx context.Context, by caller, in *passwordInput) (*none, error) {
			if err := s.staff.ChangePassword(ctx, by.Actor, in.Body.Current, in.Body.Password, by.secret); err != nil {
				return nil, err
			}
			s.hub.Check(by.Workspace, by.ID)
			return nil, nil
		})
	add(s, route{method: "PUT", path: "/me/presence", id: "setPresence", tag: "session", summary: "Say whether I can be given work", access: members},
		func(ctx context.Context, by caller, in *presenceInput) (*reply[Member], error) {
			var back time.Time
			if in.Body.BackAt != nil {
				back = *in.Body.BackAt
			}
			if _, err := s.routing.SetPresence(ctx, by.Actor, routing.Presence(in.Body.Presence), back); err != nil {
				return nil, err
			}
			s.directory.forget(by.Workspace)
			m, err := s.staff.Member(ctx, by.Workspace, by.Member())
			return ok(s.member(ctx, by.Workspace, m)), err
		})
}

// me answers for a member, and for an API token with what it may do.
func (s *Server) me(ctx context.Context, by caller, _ *none) (*reply[Me], error) {
	w, err := s.staff.Workspace(ctx, by.Actor)
	if err != nil {
		return nil, err
	}
	out := Me{Workspace: workspace(w)}
	if by.Kind == vis.ByToken {
		owner, err := s.ownerOf(ctx, by)
		if err != nil {
			return nil, err
		}
		out.Member, out.Scopes = s.member(ctx, w.ID, owner), texts(by.Scopes)
		return ok(out), nil
	}
	m, err := s.staff.Member(ctx, by.Workspace, by.Member())
	out.Member = s.member(ctx, w.ID, m)
	return ok(out), err
}

// ownerOf finds the member who made the caller's token.
func (s *Server) ownerOf(ctx context.Context, by caller) (staff.Member, error) {
	all, err := s.staff.Tokens(ctx, vis.System(by.Workspace))
	if err != nil {
		return staff.Member{}, err
	}
	for _, t := range all {
		if string(t.ID) == by.ID {
			return s.staff.Member(ctx, by.Workspace, t.Owner)
		}
	}
	return staff.Member{}, errNobody
}

// sessionName names a session among the live connections without keeping its secret about.
func sessionName(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}
