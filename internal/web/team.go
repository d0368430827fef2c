package web

import (
	"context"

	"visavis/internal/staff"
	"visavis/internal/vis"
)

// Teams is every team of the workspace.
type Teams struct {
	Items []Team `json:"items" nullable:"false"`
}

type createTeamInput struct {
	Body struct {
		Name      string   `json:"name"`
		Icon      string   `json:"icon,omitempty" maxLength:"24"`
		MemberIDs []string `json:"memberIds,omitempty" nullable:"false" maxItems:"500"`
	} `nameHint:"CreateTeam"`
}

type changeTeamInput struct {
	ByID
	IfMatch
	Body struct {
		Name      *string   `json:"name,omitempty"`
		Icon      *string   `json:"icon,omitempty" maxLength:"24"`
		MemberIDs *[]string `json:"memberIds,omitempty" nullable:"false" maxItems:"500"`
		Version   *int64    `json:"version,omitempty"`
	} `nameHint:"ChangeTeam"`
}

func (s *Server) teamRoutes() {
	add(s, route{method: "GET", path: "/teams", id: "listTeams", tag: "teams", summary: "Every team", access: staffers},
		func(ctx context.Context, by caller, _ *none) (*reply[Teams], error) {
			all, err := s.staff.Teams(ctx, by.Workspace)
			out := Teams{make([]Team, len(all))}
			for i, t := range all {
				out.Items[i] = team(t)
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: "/teams", id: "createTeam", tag: "teams", summary: "Make a team", access: staffers, status: 201,
		scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *createTeamInput) (*reply[Team], error) {
			b := in.Body
			t, err := s.staff.CreateTeam(ctx, by.Actor, b.Name, b.Icon, ids[vis.MemberID](b.MemberIDs))
			return ok(team(t)), err
		})
	add(s, route{method: "PATCH", path: "/teams/{id}", id: "changeTeam", tag: "teams", summary: "Change a team", access: staffers,
		scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *changeTeamInput) (*reply[Team], error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			change := staff.TeamChange{Name: in.Body.Name, Icon: in.Body.Icon, Version: version}
			if in.Body.MemberIDs != nil {
				change.Members = new(ids[vis.MemberID](*in.Body.MemberIDs))
			}
			t, err := s.staff.ChangeTeam(ctx, by.Actor, vis.TeamID(in.ID), change)
			return ok(team(t)), err
		})
	add(s, route{method: "DELETE", path: "/teams/{id}", id: "deleteTeam", tag: "teams", summary: "Delete a team; its conversations stay",
		access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *ByID) (*none, error) {
			return nil, s.staff.DeleteTeam(ctx, by.Actor, vis.TeamID(in.ID))
		})
}
