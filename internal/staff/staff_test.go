package staff_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"visavis/internal/staff"
	"visavis/internal/store"
	"visavis/internal/store/storetest"
	"visavis/internal/vis"
)

const password = "quatre mots en file"

type house struct {
	t     *testing.T
	ctx   context.Context
	now   time.Time
	staff *staff.Service
	ws    vis.WorkspaceID
	lea   vis.Actor
}

type plain struct{}

func (plain) Seal(_ vis.WorkspaceID, _ string, secret []byte) []byte { return secret }
func (plain) Open(_ vis.WorkspaceID, _ string, sealed []byte) ([]byte, error) {
	return sealed, nil
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, ctx: t.Context(), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	clock := vis.ClockFunc(func() time.Time { return h.now })
	db, err := store.Open(h.ctx, storetest.Fresh(t), store.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	h.staff = staff.New(db.Staff(), clock, vis.Mint{Rand: rand.Reader}, plain{}, 2)
	return h
}

func founded(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	s, err := h.staff.SetUp(h.ctx, h.staff.AllowSetup(), staff.Founding{Workspace: "Arzel", Name: "Léa Morvan", Email: "Lea@arzel.example", Password: password, Locale: "fr", Zone: "Europe/Paris"})
	if err != nil {
		t.Fatal(err)
	}
	h.ws = s.Workspace.ID
	h.lea = vis.Actor{Workspace: h.ws, Kind: vis.ByMember, ID: string(s.Member.ID), Role: vis.Administrator}
	return h
}

func (h *house) invite(email string, role vis.Role) (staff.InvitedMember, string) {
	h.t.Helper()
	i, err := h.staff.Invite(h.ctx, h.lea, staff.Invitation{Email: email, Name: "Yann Kerbrat", Role: role, Locale: "fr"})
	if err != nil {
		h.t.Fatal(err)
	}
	secret, err := h.staff.InviteSecret(h.ws, i)
	if err != nil {
		h.t.Fatal(err)
	}
	return i, secret
}

func (h *house) join(email string, role vis.Role) staff.SignedIn {
	h.t.Helper()
	_, secret := h.invite(email, role)
	s, err := h.staff.AcceptInvite(h.ctx, secret, staff.Joining{Name: "Yann Kerbrat", Password: password, Locale: "fr"})
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

func wantReason(t *testing.T, err error, reason string) {
	t.Helper()
	e, ok := err.(*vis.Error)
	if !ok || e.Reason != reason {
		t.Errorf("got %v, want the reason %q", err, reason)
	}
}

// Abuse case A-16: the first administrator is whoever reads the console, once.
func TestOnlyTheConsolesTokenFoundsAWorkspaceOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f := staff.Founding{Workspace: "Arzel", Name: "Léa", Email: "lea@arzel.example", Password: password}
	_, err := h.staff.SetUp(h.ctx, "", f)
	wantReason(t, err, "setup_refused")
	token := h.staff.AllowSetup()
	_, err = h.staff.SetUp(h.ctx, token+"0", f)
	wantReason(t, err, "setup_refused")
	results := make(chan error, 4)
	for range cap(results) {
		go func() {
			_, err := h.staff.SetUp(h.ctx, token, f)
			results <- err
		}()
	}
	won := 0
	for range cap(results) {
		if err := <-results; err == nil {
			won++
		} else if vis.CodeOf(err) != vis.Conflict {
			t.Errorf("a loser of the race gets %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d first administrators", won)
	}
}

func TestSigningInNeedsBothAndGivesANewSecretEachTime(t *testing.T) {
	t.Parallel()
	h := founded(t)
	first, err := h.staff.SignIn(h.ctx, " LEA@arzel.example ", password)
	if err != nil {
		t.Fatal(err)
	}
	second, err := h.staff.SignIn(h.ctx, "lea@arzel.example", password)
	if err != nil || first.Secret == second.Secret {
		t.Errorf("a session is taken over: %v", err)
	}
	for _, pair := range [][2]string{{"lea@arzel.example", "wrong password!"}, {"nobody@arzel.example", password}, {"", ""}, {"lea@arzel.example", strings.Repeat("x", 1<<20)}} {
		_, err := h.staff.SignIn(h.ctx, pair[0], pair[1])
		wantReason(t, err, "wrong_credentials")
	}
	by, m, err := h.staff.BySession(h.ctx, first.Secret)
	if err != nil || by.Workspace != h.ws || m.Name != "Léa Morvan" || by.Role != vis.Administrator {
		t.Errorf("the session is %+v of %+v, %v", by, m, err)
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(h *house, s staff.SignedIn) error{
		"by signing out": func(h *house, s staff.SignedIn) error { return h.staff.SignOut(h.ctx, h.lea, s.Secret) },
		"when idle": func(h *house, _ staff.SignedIn) error {
			h.now = h.now.Add(staff.IdleFor + time.Second)
			return nil
		},
		"after a week of use": func(h *house, s staff.SignedIn) error {
			for end := h.now.Add(staff.SessionFor); h.now.Before(end); h.now = h.now.Add(11 * time.Hour) {
				if _, _, err := h.staff.BySession(h.ctx, s.Secret); err != nil {
					h.t.Errorf("ended early, at %v: %v", h.now, err)
				}
			}
			return nil
		},
		"with a new password": func(h *house, _ staff.SignedIn) error {
			return h.staff.ChangePassword(h.ctx, h.lea, password, "encore quatre mots", "other")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := founded(t)
			s, err := h.staff.SignIn(h.ctx, "lea@arzel.example", password)
			if err != nil {
				t.Fatal(err)
			}
			h.t = t
			if err := end(h, s); err != nil {
				t.Fatal(err)
			}
			_, _, err = h.staff.BySession(h.ctx, s.Secret)
			wantReason(t, err, "session_ended")
		})
	}
}

func TestDisablingAMemberEndsHerSessionsAndTokensAtOnce(t *testing.T) {
	t.Parallel()
	h := founded(t)
	s := h.join("soazig@arzel.example", vis.Administrator)
	soazig := vis.Actor{Workspace: h.ws, Kind: vis.ByMember, ID: string(s.Member.ID), Role: vis.Administrator}
	made, err := h.staff.CreateToken(h.ctx, soazig, "script", []vis.Scope{vis.ReadConversations}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := h.staff.TokenSecret(h.ws, made)
	if err != nil {
		t.Fatal(err)
	}
	if by, err := h.staff.ByToken(h.ctx, secret); err != nil || by.May(vis.WriteConversations) || !by.May(vis.ReadConversations) {
		t.Fatalf("the token may %+v, %v", by, err)
	}
	yes := true
	if _, err := h.staff.ChangeMember(h.ctx, h.lea, s.Member.ID, staff.MemberChange{Disabled: &yes, Version: s.Member.Version}); err != nil {
		t.Fatal(err)
	}
	_, _, err = h.staff.BySession(h.ctx, s.Secret)
	wantReason(t, err, "session_ended")
	_, err = h.staff.ByToken(h.ctx, secret)
	wantReason(t, err, "token_refused")
	_, err = h.staff.SignIn(h.ctx, "soazig@arzel.example", password)
	wantReason(t, err, "wrong_credentials")
}

// C-08: a token does for its owner what she may do herself, and no more: not what she might do once.
func TestATokenLosesWhatItsOwnerLoses(t *testing.T) {
	t.Parallel()
	h := founded(t)
	s := h.join("soazig@arzel.example", vis.Administrator)
	soazig := vis.Actor{Workspace: h.ws, Kind: vis.ByMember, ID: string(s.Member.ID), Role: vis.Administrator}
	made, err := h.staff.CreateToken(h.ctx, soazig, "script", []vis.Scope{vis.ReadConversations, vis.WriteSettings}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := h.staff.TokenSecret(h.ws, made)
	if err != nil {
		t.Fatal(err)
	}
	role := func(r vis.Role) vis.Actor {
		m, err := h.staff.Member(h.ctx, h.ws, s.Member.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.staff.ChangeMember(h.ctx, h.lea, m.ID, staff.MemberChange{Role: &r, Version: m.Version}); err != nil {
			t.Fatal(err)
		}
		by, err := h.staff.ByToken(h.ctx, secret)
		if err != nil {
			t.Fatal(err)
		}
		return by
	}
	if by := role(vis.Agent); by.May(vis.WriteSettings) || !by.May(vis.ReadConversations) {
		t.Errorf("an agent's token may %v", by.Scopes)
	}
	if by := role(vis.Administrator); !by.May(vis.WriteSettings) {
		t.Errorf("an administrator's token may %v again", by.Scopes)
	}
}

// Abuse case A-11: a link works once, for a week, and only as it was sent.
func TestInvitationsWorkOnce(t *testing.T) {
	t.Parallel()
	h := founded(t)
	_, secret := h.invite("yann@arzel.example", vis.Agent)
	in := staff.Joining{Name: "Yann", Password: password}
	for _, wrong := range []string{"", " ", secret[:len(secret)-1], strings.ToUpper(secret), secret + "0"} {
		_, err := h.staff.AcceptInvite(h.ctx, wrong, in)
		wantReason(t, err, "invite_ended")
	}
	i, renewed := func() (staff.InvitedMember, string) {
		w, m, err := h.staff.ReadInvite(h.ctx, secret)
		if err != nil || w.Name != "Arzel" || m.Email != "yann@arzel.example" {
			t.Fatalf("the link invites %+v to %+v, %v", m, w, err)
		}
		i, err := h.staff.RenewInvite(h.ctx, h.lea, m.ID)
		if err != nil {
			t.Fatal(err)
		}
		s, err := h.staff.InviteSecret(h.ws, i)
		if err != nil {
			t.Fatal(err)
		}
		return i, s
	}()
	_, err := h.staff.AcceptInvite(h.ctx, secret, in)
	wantReason(t, err, "invite_ended")
	if _, err := h.staff.AcceptInvite(h.ctx, renewed, in); err != nil {
		t.Fatal(err)
	}
	_, err = h.staff.AcceptInvite(h.ctx, renewed, in)
	wantReason(t, err, "invite_ended")
	if again, err := h.staff.RenewInvite(h.ctx, h.lea, i.Member.ID); err != nil || again.Member.State != staff.Active {
		t.Errorf("a link for a new password: %+v, %v", again.Member, err)
	}

	_, late := h.invite("late@arzel.example", vis.Agent)
	h.now = h.now.Add(staff.InviteFor + time.Second)
	_, err = h.staff.AcceptInvite(h.ctx, late, in)
	wantReason(t, err, "invite_ended")
}

func TestAForgottenPasswordIsReplacedByALinkOnce(t *testing.T) {
	t.Parallel()
	h := founded(t)
	s := h.join("yann@arzel.example", vis.Agent)
	i, err := h.staff.RenewInvite(h.ctx, h.lea, s.Member.ID)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := h.staff.InviteSecret(h.ws, i)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.staff.BySession(h.ctx, s.Secret); err != nil {
		t.Errorf("the link alone ended her session: %v", err)
	}
	back, err := h.staff.AcceptInvite(h.ctx, secret, staff.Joining{Password: "encore quatre mots"})
	if err != nil || back.Member.Name != "Yann Kerbrat" || back.Member.Role != vis.Agent {
		t.Fatalf("back as %+v, %v", back.Member, err)
	}
	_, _, err = h.staff.BySession(h.ctx, s.Secret)
	wantReason(t, err, "session_ended")
	_, err = h.staff.SignIn(h.ctx, "yann@arzel.example", password)
	wantReason(t, err, "wrong_credentials")
	if _, err := h.staff.SignIn(h.ctx, "yann@arzel.example", "encore quatre mots"); err != nil {
		t.Error(err)
	}
	_, err = h.staff.AcceptInvite(h.ctx, secret, staff.Joining{Password: "encore quatre mots"})
	wantReason(t, err, "invite_ended")

	yes := true
	m, err := h.staff.ChangeMember(h.ctx, h.lea, s.Member.ID, staff.MemberChange{Disabled: &yes, Version: back.Member.Version})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.staff.RenewInvite(h.ctx, h.lea, m.ID)
	wantReason(t, err, "member_disabled")
}

// Abuse case A-17: nobody raises herself, and nobody leaves the house without an administrator.
func TestRolesDoNotClimb(t *testing.T) {
	t.Parallel()
	h := founded(t)
	s := h.join("yann@arzel.example", vis.Agent)
	yann := vis.Actor{Workspace: h.ws, Kind: vis.ByMember, ID: string(s.Member.ID), Role: vis.Agent}
	admin, agent, yes := vis.Administrator, vis.Agent, true
	if m, err := h.staff.ChangeMe(h.ctx, yann, staff.MemberChange{Role: &admin}); err != nil || m.Role != vis.Agent {
		t.Errorf("changed himself into %q, %v", m.Role, err)
	}
	_, err := h.staff.ChangeMember(h.ctx, yann, s.Member.ID, staff.MemberChange{Role: &admin, Version: s.Member.Version})
	wantReason(t, err, "scope_missing")
	_, err = h.staff.Invite(h.ctx, yann, staff.Invitation{Email: "x@y.example", Name: "X", Role: admin})
	wantReason(t, err, "scope_missing")
	_, err = h.staff.CreateToken(h.ctx, yann, "mine", []vis.Scope{vis.WriteSettings}, time.Time{})
	wantReason(t, err, "scope_missing")
	_, err = h.staff.Audit(h.ctx, yann, vis.Page{})
	wantReason(t, err, "scope_missing")
	lea, err := h.staff.Member(h.ctx, h.ws, h.lea.Member())
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []staff.MemberChange{{Role: &agent}, {Disabled: &yes}} {
		change.Version = lea.Version
		_, err = h.staff.ChangeMember(h.ctx, h.lea, lea.ID, change)
		wantReason(t, err, "last_administrator")
	}
}

func TestPasswordsThatAnybodyWouldTryAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, bad := range []string{"", "short", "aaaaaaaaaaaaaaaa", "1234567890ab", "Azertyuiop12", "lea@arzel.example", "Léa Morvan 12", strings.Repeat("long enough ", 100)} {
		_, _, err := h.staff.Found(h.ctx, staff.Founding{Workspace: "Arzel", Name: "Léa Morvan", Email: "lea@arzel.example", Password: bad}, true)
		if e, ok := err.(*vis.Error); !ok || e.Field != "password" {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
}

func TestTokensAreWhatTheyWereMadeFor(t *testing.T) {
	t.Parallel()
	h := founded(t)
	made, err := h.staff.CreateToken(h.ctx, h.lea, "script", []vis.Scope{vis.ReadConversations}, h.now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	secret, err := h.staff.TokenSecret(h.ws, made)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(secret, "vv_") || strings.Contains(secret, made.Token.SecretHash) {
		t.Errorf("the secret is %q", secret)
	}
	for _, wrong := range []string{"", "vv_", secret[:len(secret)-1], secret[:40] + "0" + secret[41:], strings.ToUpper(secret)} {
		if wrong == secret {
			continue
		}
		_, err := h.staff.ByToken(h.ctx, wrong)
		wantReason(t, err, "token_refused")
	}
	for name, call := range map[string]func() error{
		"scopes":    func() error { _, err := h.staff.CreateToken(h.ctx, h.lea, "x", nil, time.Time{}); return err },
		"expiresAt": func() error { _, err := h.staff.CreateToken(h.ctx, h.lea, "x", vis.Scopes(), h.now); return err },
	} {
		if e, ok := call().(*vis.Error); !ok || e.Field != name {
			t.Errorf("%s: %v", name, call())
		}
	}
	h.now = h.now.Add(time.Hour)
	_, err = h.staff.ByToken(h.ctx, secret)
	wantReason(t, err, "token_refused")
	if err := h.staff.RevokeToken(h.ctx, h.lea, made.Token.ID); err != nil {
		t.Error(err)
	}
}

// Abuse case A-17: the right to change settings is not the right to become an administrator.
func TestATokenGivesOutNoRolesAndNoWaysIn(t *testing.T) {
	t.Parallel()
	h := founded(t)
	s := h.join("yann@arzel.example", vis.Agent)
	token := vis.Actor{Workspace: h.ws, Kind: vis.ByToken, ID: "t", Scopes: vis.Scopes()}
	admin := vis.Administrator
	_, err := h.staff.Invite(h.ctx, token, staff.Invitation{Email: "x@arzel.example", Name: "X", Role: admin})
	wantReason(t, err, "not_a_member")
	_, err = h.staff.RenewInvite(h.ctx, token, h.lea.Member())
	wantReason(t, err, "not_a_member")
	_, err = h.staff.ChangeMember(h.ctx, token, s.Member.ID, staff.MemberChange{Role: &admin, Version: s.Member.Version})
	wantReason(t, err, "not_a_member")
	if _, err := h.staff.Invite(h.ctx, token, staff.Invitation{Email: "z@arzel.example", Name: "Z", Role: vis.Agent}); err != nil {
		t.Error(err)
	}
}

// Abuse case A-18: the audit log tells who did what, and a changed line breaks its chain.
func TestTheAuditLogIsAChain(t *testing.T) {
	t.Parallel()
	h := founded(t)
	h.join("yann@arzel.example", vis.Agent)
	if _, err := h.staff.CreateTeam(h.ctx, h.lea, "Atelier", "bike", []vis.MemberID{h.lea.Member()}); err != nil {
		t.Fatal(err)
	}
	log, err := h.staff.Audit(h.ctx, h.lea, vis.Page{Limit: 100})
	if err != nil || len(log.Items) < 4 {
		t.Fatalf("%d entries, %v", len(log.Items), err)
	}
	previous := ""
	for i := len(log.Items) - 1; i >= 0; i-- {
		e := log.Items[i]
		if e.Chain(previous) != e.Hash {
			t.Errorf("entry %d does not follow", e.Number)
		}
		forged := e
		forged.ByID = "somebody else"
		if forged.Chain(previous) == e.Hash {
			t.Errorf("entry %d could be forged", e.Number)
		}
		previous = e.Hash
	}
}
