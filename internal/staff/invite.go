package staff

import (
	"context"
	"time"

	"visavis/internal/vis"
)

// Invitation is what an administrator says of somebody she invites.
type Invitation struct {
	Email, Name, Locale string
	Role                vis.Role
	Teams               []vis.TeamID
}

// InvitedMember is a member who may join by a link. Sealed holds the link's secret until Reveal opens it.
type InvitedMember struct {
	Member    Member
	ExpiresAt time.Time
	Sealed    []byte
}

const sealInvite = "invite"

// Invite makes a member who joins when she opens her link.
func (s *Service) Invite(ctx context.Context, by vis.Actor, in Invitation) (InvitedMember, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return InvitedMember{}, err
	}
	email, key, err := checkEmail(in.Email)
	if err != nil {
		return InvitedMember{}, err
	}
	name, err := checkName("name", in.Name)
	if err != nil {
		return InvitedMember{}, err
	}
	locale, err := checkLocale(in.Locale)
	if err != nil {
		return InvitedMember{}, err
	}
	if !in.Role.Valid() {
		return InvitedMember{}, vis.InField("role", "A role is agent, supervisor or administrator, not %q.", in.Role)
	}
	if in.Role != vis.Agent {
		if err := onlyPeople(by); err != nil {
			return InvitedMember{}, err
		}
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (InvitedMember, error) {
		w, err := tx.Workspace(ctx)
		if err != nil {
			return InvitedMember{}, err
		}
		m := Member{ID: vis.MemberID(s.mint.ID(now)), Email: email, EmailKey: key, Name: name, FirstName: FirstName(name), Role: in.Role,
			Locale: locale, Zone: w.Zone, State: Invited, CreatedAt: now, Version: 1}
		if err := tx.InsertMember(ctx, m); err != nil {
			if vis.CodeOf(err) == vis.Conflict {
				return InvitedMember{}, vis.InField("email", "Somebody with this address is a member already.")
			}
			return InvitedMember{}, err
		}
		if err := s.setTeams(ctx, tx, &m, in.Teams); err != nil {
			return InvitedMember{}, err
		}
		if err := tell(ctx, tx, by, MemberChanged, MemberData{m.ID}, now); err != nil {
			return InvitedMember{}, err
		}
		if err := tx.Audit(ctx, vis.NewAudit(by, now, "member.invited", string(m.ID), map[string]any{"role": m.Role})); err != nil {
			return InvitedMember{}, err
		}
		return s.putInvite(ctx, tx, by, m, now)
	})
}

// RenewInvite gives a member a new link; the old one ends. Who has not joined yet joins by it, who has joined chooses a new
// password: the way back in for whoever forgot hers, through somebody who knows her.
func (s *Service) RenewInvite(ctx context.Context, by vis.Actor, id vis.MemberID) (InvitedMember, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return InvitedMember{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (InvitedMember, error) {
		m, err := tx.Member(ctx, id)
		if err != nil {
			return InvitedMember{}, err
		}
		action := "member.invited"
		switch m.State {
		case Active:
			if err := onlyPeople(by); err != nil {
				return InvitedMember{}, err
			}
			action = "member.password_link"
		case Disabled:
			return InvitedMember{}, vis.Errorf(vis.Conflict, "member_disabled", "%s is disabled; enable her before you send a link.", m.Name)
		case Invited:
		}
		if err := tx.Audit(ctx, vis.NewAudit(by, now, action, string(m.ID), nil)); err != nil {
			return InvitedMember{}, err
		}
		return s.putInvite(ctx, tx, by, m, now)
	})
}

func (s *Service) putInvite(ctx context.Context, tx Tx, by vis.Actor, m Member, now time.Time) (InvitedMember, error) {
	secret := s.mint.Bearer(by.Workspace)
	i := Invite{ID: vis.InviteID(s.mint.ID(now)), Member: m.ID, TokenHash: vis.HashSecret(secret), CreatedAt: now, ExpiresAt: now.Add(InviteFor)}
	if err := tx.PutInvite(ctx, i); err != nil {
		return InvitedMember{}, err
	}
	m.PasswordHash = "" // the answer may be kept for repeats, and a hash has no business there
	return InvitedMember{m, i.ExpiresAt, s.sealer.Seal(by.Workspace, sealInvite, []byte(secret))}, nil
}

// InviteSecret opens the secret of an invitation's link.
func (s *Service) InviteSecret(ws vis.WorkspaceID, i InvitedMember) (string, error) {
	b, err := s.sealer.Open(ws, sealInvite, i.Sealed)
	return string(b), err
}

var errInvite = vis.Errorf(vis.NotFound, "invite_ended", "This invitation has been used or has expired. Ask whoever invited you for a new link.")

// ReadInvite says whom a link invites where.
func (s *Service) ReadInvite(ctx context.Context, secret string) (Workspace, Member, error) {
	ws, ok := vis.BearerWorkspace(secret)
	if !ok {
		return Workspace{}, Member{}, errInvite
	}
	var w Workspace
	m, err := vis.View(ctx, s.db, ws, func(tx Tx) (_ Member, err error) {
		m, _, err := s.invited(ctx, tx, secret)
		if err != nil {
			return Member{}, err
		}
		w, err = tx.Workspace(ctx)
		return m, err
	})
	return w, m, err
}

func (s *Service) invited(ctx context.Context, tx Tx, secret string) (Member, Invite, error) {
	i, err := tx.InviteByToken(ctx, vis.HashSecret(secret))
	if vis.CodeOf(err) == vis.NotFound || err == nil && !i.ExpiresAt.After(s.clock.Now()) {
		return Member{}, Invite{}, errInvite
	}
	if err != nil {
		return Member{}, Invite{}, err
	}
	m, err := tx.Member(ctx, i.Member)
	if err == nil && m.State == Disabled {
		err = errInvite
	}
	return m, i, err
}

// Joining is what a member says of herself when she accepts.
type Joining struct {
	Name, Password, Locale, Zone, Face string
}

// or fills what was not given with what the member has.
func (in Joining) or(m Member) Joining {
	for given, has := range map[*string]string{&in.Name: m.Name, &in.Locale: m.Locale, &in.Zone: m.Zone, &in.Face: m.Face} {
		if *given == "" {
			*given = has
		}
	}
	return in
}

// AcceptInvite makes the invited member an active one and signs her in; the link works once. For somebody who has joined already
// it sets a new password and ends her other sessions; her name and face stay unless she gives new ones.
func (s *Service) AcceptInvite(ctx context.Context, secret string, in Joining) (SignedIn, error) {
	w, invited, err := s.ReadInvite(ctx, secret)
	if err != nil {
		return SignedIn{}, err
	}
	rejoins := invited.State == Active
	if rejoins {
		in = in.or(invited)
	}
	name, err := checkName("name", in.Name)
	if err != nil {
		return SignedIn{}, err
	}
	locale, err := checkLocale(in.Locale)
	if err != nil {
		return SignedIn{}, err
	}
	zone, err := checkZone(in.Zone)
	if err != nil {
		return SignedIn{}, err
	}
	if err := checkFace(in.Face); err != nil {
		return SignedIn{}, err
	}
	if err := checkPassword(in.Password, name, invited.Email); err != nil {
		return SignedIn{}, err
	}
	hash := s.hasher.hash(in.Password)
	now := s.clock.Now()
	by := memberActor(w.ID, invited)
	m, err := vis.Update(ctx, s.db, by, func(tx Tx) (Member, error) {
		m, i, err := s.invited(ctx, tx, secret)
		if err != nil {
			return Member{}, err
		}
		if m.Name != name || m.FirstName == "" {
			m.Name, m.FirstName = name, FirstName(name)
		}
		m.Locale, m.Zone, m.Face = locale, zone, in.Face
		m.State, m.PasswordHash = Active, hash
		if m, err = tx.SaveMember(ctx, m); err != nil {
			return Member{}, err
		}
		if err := tx.DeleteInvite(ctx, i.ID); err != nil {
			return Member{}, err
		}
		if err := tx.DeleteSessions(ctx, m.ID, ""); err != nil {
			return Member{}, err
		}
		action, event := "member.joined", MemberJoined
		if rejoins {
			action, event = "password.changed", MemberChanged
		}
		if err := tx.Audit(ctx, vis.NewAudit(by, now, action, string(m.ID), nil)); err != nil {
			return Member{}, err
		}
		return m, tell(ctx, tx, by, event, MemberData{m.ID}, now)
	})
	if err != nil {
		return SignedIn{}, err
	}
	return s.begin(ctx, w, m)
}

func tell(ctx context.Context, tx Tx, by vis.Actor, typ vis.EventType, data any, now time.Time) error {
	return tx.Append(ctx, vis.NewEvent(by, now, typ, data))
}
