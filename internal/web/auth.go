package web

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// cookieName carries a member's session. The prefix makes browsers insist on Secure, on the whole site and on this very host.
const cookieName = "__Host-visavis"

// access says who may call a route.
type access int

const (
	// everybody may call it.
	everybody access = iota
	// staffers: a signed-in member, or an API token.
	staffers
	// members: a signed-in member only.
	members
	// visitors: a visitor's session.
	visitors
)

// caller is who calls, as authenticated. It is zero for everybody.
type caller struct {
	vis.Actor
	// secret is what she showed: the session's or the visit's.
	secret string
	// visit is set for visitors.
	visit desk.Visit
	// who is set for members.
	who staff.Member
	// address is where the call comes from.
	address netip.Addr
}

var errNobody = vis.Errorf(vis.Unauthenticated, "unauthenticated", "Please sign in first.")

// authenticate finds who calls, by the one credential that the route takes.
func (s *Server) authenticate(r *http.Request, a access) (caller, error) {
	by := caller{address: addressOf(r, s.trusted)}
	var err error
	switch a {
	case everybody:
		return by, nil
	case visitors:
		err = s.asVisitor(r, &by)
	case staffers:
		if r.Header.Get("Authorization") != "" {
			err = s.asToken(r, &by)
		} else {
			err = s.asMember(r, &by)
		}
	case members:
		err = s.asMember(r, &by)
	}
	return by, err
}

func (s *Server) asVisitor(r *http.Request, by *caller) (err error) {
	token, ok := credential(r, "Visitor")
	if !ok {
		return errNobody
	}
	by.secret = token
	by.Actor, by.visit, err = s.desk.VisitorBy(r.Context(), token)
	if err == nil {
		err = s.limits.take(limitVisitor, by.ID)
	}
	return notFoundIsNobody(err)
}

func (s *Server) asToken(r *http.Request, by *caller) (err error) {
	secret, ok := credential(r, "Bearer")
	if !ok {
		return errNobody
	}
	by.secret = secret
	by.Actor, err = s.staff.ByToken(r.Context(), secret)
	if err == nil {
		err = s.limits.take(limitToken, by.ID)
	}
	return notFoundIsNobody(err)
}

func (s *Server) asMember(r *http.Request, by *caller) (err error) {
	secret, ok := sessionOf(r)
	if !ok {
		return errNobody
	}
	by.secret = secret
	by.Actor, by.who, err = s.staff.BySession(r.Context(), secret)
	if err == nil {
		err = s.limits.take(limitMember, by.ID)
	}
	return notFoundIsNobody(err)
}

// notFoundIsNobody keeps a credential of a workspace that does not exist from looking different.
func notFoundIsNobody(err error) error {
	if vis.CodeOf(err) == vis.NotFound {
		return errNobody
	}
	return err
}

// credential reads an Authorization header of one scheme. Two headers are none.
func credential(r *http.Request, scheme string) (string, bool) {
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return "", false
	}
	got, value, ok := strings.Cut(values[0], " ")
	return value, ok && strings.EqualFold(got, scheme) && value != "" && len(value) <= 200
}

// sessionOf reads the session cookie. Two of them are none: somebody may have planted one.
func sessionOf(r *http.Request) (string, bool) {
	found := r.CookiesNamed(cookieName)
	if len(found) != 1 || found[0].Value == "" || len(found[0].Value) > 200 {
		return "", false
	}
	return found[0].Value, true
}

func sessionCookie(secret string, expires time.Time) http.Cookie {
	return http.Cookie{Name: cookieName, Value: secret, Path: "/", Expires: expires, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

func endedCookie() http.Cookie {
	return http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

type callerKey struct{}

// from takes the caller that a route's guard has put into its context; handlers get it as an argument.
func from(ctx context.Context) caller {
	by, _ := ctx.Value(callerKey{}).(caller)
	return by
}

// errIsSession reports whether an error means that the session is over, so that its cookie should go.
func errIsSession(err error) bool {
	var e *vis.Error
	return errors.As(err, &e) && e.Reason == "session_ended"
}
