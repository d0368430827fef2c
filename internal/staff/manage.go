package staff

import (
	"context"
	"regexp"
	"slices"
	"time"

	"visavis/internal/vis"
)

var faceSeed = regexp.MustCompile(`^([a-z]{2,8}-[0-9]{1,2}-[0-9]{1,2})?$`)

func checkFace(face string) error {
	if !faceSeed.MatchString(face) {
		return vis.InField("face", "A face is a style and two numbers, such as long-2-7.")
	}
	return nil
}

// Workspace reads the actor's workspace.
func (s *Service) Workspace(ctx context.Context, by vis.Actor) (Workspace, error) {
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Workspace, error) { return tx.Workspace(ctx) })
}

// Members lists every member of a workspace. Anybody who works there may see them; what customers may see of them is not here.
func (s *Service) Members(ctx context.Context, ws vis.WorkspaceID) ([]Member, error) {
	return vis.View(ctx, s.db, ws, func(tx Tx) ([]Member, error) { return tx.Members(ctx) })
}

// Member reads one member.
func (s *Service) Member(ctx context.Context, ws vis.WorkspaceID, id vis.MemberID) (Member, error) {
	return vis.View(ctx, s.db, ws, func(tx Tx) (Member, error) { return tx.Member(ctx, id) })
}

// MemberChange is what may change of a member; nil leaves a field as it is.
type MemberChange struct {
	Name, FirstName, Locale, Zone, Face *string
	Role                                *vis.Role
	Disabled                            *bool
	Teams                               *[]vis.TeamID
	Version                             int64
}

// ChangeMe changes what a member may change of herself.
func (s *Service) ChangeMe(ctx context.Context, by vis.Actor, in MemberChange) (Member, error) {
	if by.Kind != vis.ByMember {
		return Member{}, vis.Errorf(vis.Forbidden, "not_a_member", "Only a member can change herself.")
	}
	in.Role, in.Disabled, in.Teams = nil, nil, nil
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Member, error) {
		m, err := tx.Member(ctx, by.Member())
		if err != nil {
			return Member{}, err
		}
		if err := m.apply(in); err != nil {
			return Member{}, err
		}
		if m, err = tx.SaveMember(ctx, m); err != nil {
			return Member{}, err
		}
		return m, tell(ctx, tx, by, MemberChanged, MemberData{m.ID}, now)
	})
}

// ChangeMember changes a member as an administrator may. Disabling her ends her sessions and tokens at once; the last
// administrator stays one.
func (s *Service) ChangeMember(ctx context.Context, by vis.Actor, id vis.MemberID, in MemberChange) (Member, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Member{}, err
	}
	if in.Role != nil {
		if err := onlyPeople(by); err != nil {
			return Member{}, err
		}
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Member, error) {
		m, err := tx.Member(ctx, id)
		if err != nil {
			return Member{}, err
		}
		if m.Version != in.Version {
			e := vis.Errorf(vis.Conflict, "member_changed", "Somebody changed this member a moment before you.")
			e.Current = m
			return Member{}, e
		}
		before := m
		if err := m.apply(in); err != nil {
			return Member{}, err
		}
		if err := keepAnAdministrator(ctx, tx, before, m); err != nil {
			return Member{}, err
		}
		if m, err = tx.SaveMember(ctx, m); err != nil {
			return Member{}, err
		}
		if in.Teams != nil {
			if err := s.setTeams(ctx, tx, &m, *in.Teams); err != nil {
				return Member{}, err
			}
		}
		if m.State == Disabled || m.Role != before.Role {
			if err := tx.DeleteSessions(ctx, id, ""); err != nil {
				return Member{}, err
			}
		}
		change := map[string]any{"role": m.Role, "state": m.State}
		if err := tx.Audit(ctx, vis.NewAudit(by, now, "member.changed", string(id), change)); err != nil {
			return Member{}, err
		}
		return m, tell(ctx, tx, by, MemberChanged, MemberData{m.ID}, now)
	})
}

func (m *Member) apply(in MemberChange) (err error) {
	if in.Name != nil {
		if m.Name, err = checkName("name", *in.Name); err != nil {
			return err
		}
		if in.FirstName == nil {
			m.FirstName = FirstName(m.Name)
		}
	}
	if in.FirstName != nil {
		if m.FirstName, err = checkName("firstName", *in.FirstName); err != nil {
			return err
		}
	}
	if in.Locale != nil {
		if m.Locale, err = checkLocale(*in.Locale); err != nil {
			return err
		}
	}
	if in.Zone != nil {
		if m.Zone, err = checkZone(*in.Zone); err != nil {
			return err
		}
	}
	if in.Face != nil {
		if err := checkFace(*in.Face); err != nil {
			return err
		}
		m.Face = *in.Face
	}
	if in.Role != nil {
		if !in.Role.Valid() {
			return vis.InField("role", "A role is agent, supervisor or administrator, not %q.", *in.Role)
		}
		m.Role = *in.Role
	}
	if in.Disabled != nil {
		switch {
		case *in.Disabled:
			m.State = Disabled
		case m.State == Disabled && m.PasswordHash == "":
			m.State = Invited
		case m.State == Disabled:
			m.State = Active
		}
	}
	return nil
}

// keepAnAdministrator refuses a change after which nobody could change anything any more.
func keepAnAdministrator(ctx context.Context, tx Tx, before, after Member) error {
	rules := func(m Member) bool { return m.Role == vis.Administrator && m.State == Active }
	if !rules(before) || rules(after) {
		return nil
	}
	all, err := tx.Members(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(m Member) bool { return m.ID != after.ID && rules(m) }) {
		return nil
	}
	return vis.Errorf(vis.Conflict, "last_administrator", "%s is the last administrator; make somebody else one first.", before.Name)
}

func (s *Service) setTeams(ctx context.Context, tx Tx, m *Member, teams []vis.TeamID) error {
	for _, t := range teams {
		if _, err := tx.Team(ctx, t); err != nil {
			return vis.InField("teamIds", "There is no team %s here.", t)
		}
	}
	m.Teams = teams
	return tx.SetTeams(ctx, m.ID, teams)
}

// Teams lists every team of a workspace.
func (s *Service) Teams(ctx context.Context, ws vis.WorkspaceID) ([]Team, error) {
	return vis.View(ctx, s.db, ws, func(tx Tx) ([]Team, error) { return tx.Teams(ctx) })
}

// TeamChange is what may change of a team; nil leaves a field as it is.
type TeamChange struct {
	Name, Icon *string
	Members    *[]vis.MemberID
	Version    int64
}

// CreateTeam makes a team.
func (s *Service) CreateTeam(ctx context.Context, by vis.Actor, name, icon string, members []vis.MemberID) (Team, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Team{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Team, error) {
		t := Team{ID: vis.TeamID(s.mint.ID(now)), CreatedAt: now, Version: 1}
		if err := t.apply(ctx, tx, TeamChange{Name: &name, Icon: &icon, Members: &members}); err != nil {
			return Team{}, err
		}
		if err := tx.InsertTeam(ctx, t); err != nil {
			return Team{}, err
		}
		return t, s.recordTeam(ctx, tx, by, TeamCreated, t.ID, now)
	})
}

// ChangeTeam changes a team.
func (s *Service) ChangeTeam(ctx context.Context, by vis.Actor, id vis.TeamID, in TeamChange) (Team, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Team{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Team, error) {
		t, err := tx.Team(ctx, id)
		if err != nil {
			return Team{}, err
		}
		if t.Version != in.Version {
			e := vis.Errorf(vis.Conflict, "team_changed", "Somebody changed this team a moment before you.")
			e.Current = t
			return Team{}, e
		}
		if err := t.apply(ctx, tx, in); err != nil {
			return Team{}, err
		}
		if t, err = tx.SaveTeam(ctx, t); err != nil {
			return Team{}, err
		}
		return t, s.recordTeam(ctx, tx, by, TeamChanged, id, now)
	})
}

// DeleteTeam removes a team; its conversations stay, without a team.
func (s *Service) DeleteTeam(ctx context.Context, by vis.Actor, id vis.TeamID) error {
	if err := by.Must(vis.WriteSettings); err != nil {
		return err
	}
	now := s.clock.Now()
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		if _, err := tx.Team(ctx, id); err != nil {
			return struct{}{}, err
		}
		if err := tx.DeleteTeam(ctx, id); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.recordTeam(ctx, tx, by, TeamDeleted, id, now)
	})
	return err
}

func (t *Team) apply(ctx context.Context, tx Tx, in TeamChange) (err error) {
	if in.Name != nil {
		if t.Name, err = checkName("name", *in.Name); err != nil {
			return err
		}
	}
	if in.Icon != nil {
		if len(*in.Icon) > 24 {
			return vis.InField("icon", "An icon is one short name, such as parcel.")
		}
		t.Icon = *in.Icon
	}
	if in.Members != nil {
		for _, m := range *in.Members {
			if _, err := tx.Member(ctx, m); err != nil {
				return vis.InField("memberIds", "There is no member %s here.", m)
			}
		}
		t.Members = *in.Members
	}
	return nil
}

func (s *Service) recordTeam(ctx context.Context, tx Tx, by vis.Actor, typ vis.EventType, id vis.TeamID, now time.Time) error {
	if err := tx.Audit(ctx, vis.NewAudit(by, now, string(typ), string(id), nil)); err != nil {
		return err
	}
	return tell(ctx, tx, by, typ, TeamData{id}, now)
}

// Audit reads the audit log, newest first.
func (s *Service) Audit(ctx context.Context, by vis.Actor, p vis.Page) (vis.List[vis.AuditEntry], error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return vis.List[vis.AuditEntry]{}, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (vis.List[vis.AuditEntry], error) { return tx.AuditLog(ctx, p.Bounded()) })
}
