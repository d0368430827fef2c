package web

import (
	"context"

	"visavis/internal/staff"
	"visavis/internal/vis"
)

// Members is every member of the workspace.
type Members struct {
	Items []Member `json:"items" nullable:"false"`
}

// Invited is a new member with the link that lets her join, once.
type Invited struct {
	Member          Member `json:"member"`
	InviteURL       string `json:"inviteUrl"`
	InviteExpiresAt Moment `json:"inviteExpiresAt"`
}

// InviteLink is a link that lets a member join, once.
type InviteLink struct {
	InviteURL       string `json:"inviteUrl"`
	InviteExpiresAt Moment `json:"inviteExpiresAt"`
}

// ByID names what a route is about.
type ByID struct {
	ID string `path:"id" maxLength:"64"`
}

// IfMatch is the other way to say which version a change was decided on.
type IfMatch struct {
	Match string `header:"If-Match" doc:"The version in quotes, instead of version in the body."`
}

type inviteInput struct {
	Body struct {
		Email   string   `json:"email"`
		Name    string   `json:"name"`
		Role    string   `json:"role" enum:"agent,supervisor,administrator"`
		TeamIDs []string `json:"teamIds,omitempty" nullable:"false" maxItems:"100"`
		Locale  string   `json:"locale,omitempty"`
	} `nameHint:"InviteMember"`
}

type changeMemberInput struct {
	ByID
	IfMatch
	Body struct {
		Name     *string   `json:"name,omitempty"`
		Role     *string   `json:"role,omitempty" enum:"agent,supervisor,administrator"`
		Disabled *bool     `json:"disabled,omitempty"`
		TeamIDs  *[]string `json:"teamIds,omitempty" nullable:"false" maxItems:"100"`
		Version  *int64    `json:"version,omitempty"`
	} `nameHint:"ChangeMember"`
}

func (s *Server) memberRoutes() {
	add(s, route{method: "GET", path: "/members", id: "listMembers", tag: "members", summary: "Everybody who works here", access: staffers},
		func(ctx context.Context, by caller, _ *none) (*reply[Members], error) {
			all, err := s.staff.Members(ctx, by.Workspace)
			out := Members{make([]Member, len(all))}
			for i, m := range all {
				out.Items[i] = s.member(ctx, by.Workspace, m)
			}
			return ok(out), err
		})
	add(s, route{method: "GET", path: "/members/{id}", id: "getMember", tag: "members", summary: "One member", access: staffers},
		func(ctx context.Context, by caller, in *ByID) (*reply[Member], error) {
			m, err := s.staff.Member(ctx, by.Workspace, vis.MemberID(in.ID))
			return ok(s.member(ctx, by.Workspace, m)), err
		})
	add(s, route{method: "POST", path: "/members", id: "inviteMember", tag: "members", summary: "Invite somebody", access: staffers,
		status: 201, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *inviteInput) (*reply[Invited], error) {
			b := in.Body
			invited, err := s.staff.Invite(ctx, by.Actor, staff.Invitation{Email: b.Email, Name: b.Name, Locale: b.Locale, Role: vis.Role(b.Role),
				Teams: ids[vis.TeamID](b.TeamIDs)})
			if err != nil {
				return nil, err
			}
			s.directory.forget(by.Workspace)
			link, err := s.inviteLink(by, invited)
			return ok(Invited{s.member(ctx, by.Workspace, invited.Member), link.InviteURL, link.InviteExpiresAt}), err
		})
	add(s, route{method: "PATCH", path: "/members/{id}", id: "changeMember", tag: "members", summary: "Change a member", access: staffers,
		scope: vis.WriteSettings}, s.changeMember)
	add(s, route{method: "POST", path: "/members/{id}/invite", id: "renewInvite", tag: "members", summary: "A new link: to join, or for a new password",
		access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *ByID) (*reply[InviteLink], error) {
			invited, err := s.staff.RenewInvite(ctx, by.Actor, vis.MemberID(in.ID))
			if err != nil {
				return nil, err
			}
			link, err := s.inviteLink(by, invited)
			return ok(link), err
		})
}

// inviteLink puts the secret behind the #, where no server and no Referer ever sees it.
func (s *Server) inviteLink(by caller, i staff.InvitedMember) (InviteLink, error) {
	secret, err := s.staff.InviteSecret(by.Workspace, i)
	return InviteLink{s.publicURL + "/desk/#/invite/" + secret, moment(i.ExpiresAt)}, err
}

func (s *Server) changeMember(ctx context.Context, by caller, in *changeMemberInput) (*reply[Member], error) {
	version, err := in.version(in.Body.Version)
	if err != nil {
		return nil, err
	}
	b := in.Body
	change := staff.MemberChange{Name: b.Name, Disabled: b.Disabled, Version: version}
	if b.Role != nil {
		change.Role = new(vis.Role(*b.Role))
	}
	if b.TeamIDs != nil {
		change.Teams = new(ids[vis.TeamID](*b.TeamIDs))
	}
	m, err := s.staff.ChangeMember(ctx, by.Actor, vis.MemberID(in.ID), change)
	if err != nil {
		return nil, err
	}
	s.directory.forget(by.Workspace)
	s.hub.Check(by.Workspace, in.ID)
	return ok(s.member(ctx, by.Workspace, m)), nil
}
