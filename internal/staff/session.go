package staff

import (
	"context"
	"crypto/subtle"
	"time"

	"visavis/internal/vis"
)

// Founding is what makes a workspace with its first administrator.
type Founding struct {
	Workspace, Name, Email, Password, Locale, Zone string
}

// SignedIn is a member with a new session. Secret goes into her cookie and is kept nowhere.
type SignedIn struct {
	Secret    string
	ExpiresAt time.Time
	Workspace Workspace
	Member    Member
}

// SetupNeeded reports whether this server has no workspace yet.
func (s *Service) SetupNeeded(ctx context.Context) (bool, error) {
	all, err := s.db.Workspaces(ctx)
	return err == nil && len(all) == 0, err
}

// SetUp makes the first workspace for whoever holds the console's token, and signs her in. Of two at once, one wins.
func (s *Service) SetUp(ctx context.Context, token string, f Founding) (SignedIn, error) {
	if s.setup == "" || subtle.ConstantTimeCompare([]byte(vis.HashSecret(token)), []byte(s.setup)) != 1 {
		return SignedIn{}, refuse("setup_refused", "This set-up link is not valid any more. The server's console shows the present one, until somebody has used it.")
	}
	w, m, err := s.Found(ctx, f, true)
	if err != nil {
		return SignedIn{}, err
	}
	return s.begin(ctx, w, m)
}

// Found makes a workspace with its first administrator. With only set it is refused when there is a workspace already.
func (s *Service) Found(ctx context.Context, f Founding, only bool) (Workspace, Member, error) {
	now := s.clock.Now()
	name, err := checkName("name", f.Name)
	if err != nil {
		return Workspace{}, Member{}, err
	}
	workspace, err := checkName("workspace", f.Workspace)
	if err != nil {
		return Workspace{}, Member{}, err
	}
	email, key, err := checkEmail(f.Email)
	if err != nil {
		return Workspace{}, Member{}, err
	}
	locale, err := checkLocale(f.Locale)
	if err != nil {
		return Workspace{}, Member{}, err
	}
	zone, err := checkZone(f.Zone)
	if err != nil {
		return Workspace{}, Member{}, err
	}
	if err := checkPassword(f.Password, name, email, workspace); err != nil {
		return Workspace{}, Member{}, err
	}
	w := Workspace{ID: vis.WorkspaceID(s.mint.ID(now)), Name: workspace, Locale: locale, Zone: zone, CreatedAt: now}
	m := Member{ID: vis.MemberID(s.mint.ID(now)), Email: email, EmailKey: key, Name: name, FirstName: FirstName(name),
		Role: vis.Administrator, Locale: locale, Zone: zone, State: Active, PasswordHash: s.hasher.hash(f.Password), CreatedAt: now, Version: 1}
	return w, m, s.db.CreateWorkspace(ctx, w, m, only)
}

// SignIn checks an address and a password and begins a session. Whether the address is known cannot be told from the answer or
// from how long it takes.
func (s *Service) SignIn(ctx context.Context, email, password string) (SignedIn, error) {
	refused := refuse("wrong_credentials", "This address and this password do not go together.")
	var found []Located
	if _, key, err := checkEmail(email); err == nil {
		if found, err = s.db.MembersByEmail(ctx, key); err != nil {
			return SignedIn{}, err
		}
	}
	if len(found) == 0 {
		s.hasher.matches(password, "")
		return SignedIn{}, refused
	}
	for _, l := range found {
		if !s.hasher.matches(password, l.Member.PasswordHash) || l.Member.State != Active {
			continue
		}
		w, err := vis.View(ctx, s.db, l.Workspace, func(tx Tx) (Workspace, error) { return tx.Workspace(ctx) })
		if err != nil {
			return SignedIn{}, err
		}
		return s.begin(ctx, w, l.Member)
	}
	return SignedIn{}, refused
}

// begin starts a session with a secret of its own: one from before the sign-in is never taken over.
func (s *Service) begin(ctx context.Context, w Workspace, m Member) (SignedIn, error) {
	now := s.clock.Now()
	secret := s.mint.Bearer(w.ID)
	by := memberActor(w.ID, m)
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		session := Session{TokenHash: vis.HashSecret(secret), Member: m.ID, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(SessionFor)}
		if err := tx.InsertSession(ctx, session); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, tx.Audit(ctx, vis.NewAudit(by, now, "session.started", string(m.ID), nil))
	})
	return SignedIn{secret, now.Add(SessionFor), w, m}, err
}

// BySession finds whose session a cookie's secret is, and counts as use of it. Ended, idle and unknown ones are alike.
func (s *Service) BySession(ctx context.Context, secret string) (vis.Actor, Member, error) {
	ended := refuse("session_ended", "Your session has ended; please sign in again.")
	ws, ok := vis.BearerWorkspace(secret)
	if !ok {
		return vis.Actor{}, Member{}, ended
	}
	now := s.clock.Now()
	hash := vis.HashSecret(secret)
	var session Session
	m, err := vis.View(ctx, s.db, ws, func(tx Tx) (_ Member, err error) {
		if session, err = tx.Session(ctx, hash); err != nil {
			return Member{}, err
		}
		return tx.Member(ctx, session.Member)
	})
	switch {
	case vis.CodeOf(err) == vis.NotFound:
		return vis.Actor{}, Member{}, ended
	case err != nil:
		return vis.Actor{}, Member{}, err
	case m.State != Active || !session.ExpiresAt.After(now) || now.Sub(session.SeenAt) > IdleFor:
		return vis.Actor{}, Member{}, ended
	}
	by := memberActor(ws, m)
	if now.Sub(session.SeenAt) > touchEvery {
		if _, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) { return struct{}{}, tx.TouchSession(ctx, hash, now) }); err != nil {
			return vis.Actor{}, Member{}, err
		}
	}
	return by, m, nil
}

// SignOut ends one session.
func (s *Service) SignOut(ctx context.Context, by vis.Actor, secret string) error {
	now := s.clock.Now()
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		if err := tx.DeleteSession(ctx, vis.HashSecret(secret)); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, tx.Audit(ctx, vis.NewAudit(by, now, "session.ended", by.ID, nil))
	})
	return err
}

// ChangePassword sets a new password for whoever knows the old one, and ends all her sessions but the one with secret.
func (s *Service) ChangePassword(ctx context.Context, by vis.Actor, current, password, secret string) error {
	m, err := vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Member, error) { return tx.Member(ctx, by.Member()) })
	if err != nil {
		return err
	}
	if !s.hasher.matches(current, m.PasswordHash) {
		return vis.InField("current", "This is not your present password.")
	}
	if err := checkPassword(password, m.Name, m.Email); err != nil {
		return err
	}
	hash := s.hasher.hash(password)
	now := s.clock.Now()
	_, err = vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		m, err := tx.Member(ctx, by.Member())
		if err != nil {
			return struct{}{}, err
		}
		m.PasswordHash = hash
		if _, err := tx.SaveMember(ctx, m); err != nil {
			return struct{}{}, err
		}
		if err := tx.DeleteSessions(ctx, m.ID, vis.HashSecret(secret)); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, tx.Audit(ctx, vis.NewAudit(by, now, "password.changed", by.ID, nil))
	})
	return err
}

func memberActor(ws vis.WorkspaceID, m Member) vis.Actor {
	return vis.Actor{Workspace: ws, Kind: vis.ByMember, ID: string(m.ID), Role: m.Role}
}
