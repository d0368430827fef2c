package web

import (
	"cmp"
	"context"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// ViewList is what a saved view shows, as the list of conversations is asked for.
type ViewList struct {
	View         string `json:"view" enum:"mine,unassigned,teams,all,team,risk"`
	TeamID       string `json:"teamId,omitempty" maxLength:"64" doc:"For the view team."`
	State        string `json:"state,omitempty" enum:"open,snoozed,resolved" default:"open"`
	Reason       string `json:"reason,omitempty" maxLength:"120" doc:"A key of the workspace's reasons, for it and those beneath it; none for those without a reason."`
	Mood         string `json:"mood,omitempty" enum:"negative,neutral,positive"`
	Dissatisfied bool   `json:"dissatisfied,omitempty" doc:"Only those who are"`
	Urgency      string `json:"urgency,omitempty" enum:"whenever,today,now"`
}

func (l ViewList) list() desk.SavedList {
	return desk.SavedList{View: desk.View(l.View), Team: vis.TeamID(l.TeamID), State: cmp.Or(desk.State(l.State), desk.Open), Reason: l.Reason, Mood: l.Mood,
		Dissatisfied: l.Dissatisfied, Urgency: l.Urgency}
}

// SavedView is a list of conversations under a name.
type SavedView struct {
	ID        string   `json:"id" format:"uuid"`
	Name      string   `json:"name"`
	Sharing   string   `json:"sharing" enum:"own,team,workspace" doc:"Whose it is: one's own, a team's or everybody's."`
	TeamID    *string  `json:"teamId,omitempty" doc:"The team with which it is shared."`
	OwnerID   *string  `json:"ownerId,omitempty" doc:"Who made it, if that was a member."`
	List      ViewList `json:"list"`
	MayChange bool     `json:"mayChange" doc:"Whether the caller may change or delete it."`
	Version   int64    `json:"version"`
	CreatedAt Moment   `json:"createdAt"`
}

func savedView(by vis.Actor, v desk.SavedView) SavedView {
	l := v.List
	return SavedView{string(v.ID), v.Name, string(v.Sharing), optional(v.Team), optional(v.Owner),
		ViewList{string(l.View), string(l.Team), string(l.State), l.Reason, l.Mood, l.Dissatisfied, l.Urgency}, v.MayChange(by), v.Version, moment(v.CreatedAt)}
}

// SavedViews are those that a caller may see: her own in her order, then those that are shared with her.
type SavedViews struct {
	Items []SavedView `json:"items" nullable:"false"`
}

// ViewCounts are how many open conversations views show.
type ViewCounts struct {
	Items []ViewCount `json:"items" nullable:"false"`
}

// ViewCount is how many conversations a view shows.
type ViewCount struct {
	ID    string `json:"id" format:"uuid"`
	Count int    `json:"count"`
	More  bool   `json:"more" doc:"Only so many were looked at; there may be others."`
}

// viewEvent tells of a saved view; ask for the views to know more.
type viewEvent struct {
	Fact
	ViewID string `json:"viewId,omitempty" format:"uuid" doc:"Also of a view that is gone. Absent for another member's own."`
}

func tellView(t *told) error {
	d, err := data[desk.ViewData](t.event)
	e := viewEvent{factOf(t.event), string(d.View)}
	if t.full = e; d.Owner != "" {
		t.full, t.own = viewEvent{Fact: e.Fact}, map[vis.MemberID]any{d.Owner: e}
	}
	return err
}

type listViewsInput struct {
	All bool `query:"all" doc:"Those shared with other teams too; for supervisors and administrators."`
}

type keepViewInput struct {
	Body struct {
		Name    string   `json:"name" doc:"At most 80 characters."`
		Sharing string   `json:"sharing,omitempty" enum:"own,team,workspace" default:"own"`
		TeamID  string   `json:"teamId,omitempty" maxLength:"64" doc:"The team with which it is shared."`
		List    ViewList `json:"list"`
		AfterID *string  `json:"afterId,omitempty" maxLength:"64" doc:"The view behind which it stands, empty for the first place; absent, it stands last."`
	} `nameHint:"KeepView"`
}

type changeViewInput struct {
	ByID
	IfMatch
	Body struct {
		Name    *string   `json:"name,omitempty" doc:"At most 80 characters."`
		Sharing *string   `json:"sharing,omitempty" enum:"own,team,workspace"`
		TeamID  *string   `json:"teamId,omitempty" maxLength:"64"`
		List    *ViewList `json:"list,omitempty"`
		AfterID *string   `json:"afterId,omitempty" maxLength:"64" doc:"The view behind which it is to stand, empty for the first place; absent, it stays."`
		Version *int64    `json:"version,omitempty"`
	} `nameHint:"ChangeView"`
}

func (s *Server) viewRoutes() {
	const tag = "views"
	add(s, route{method: "GET", path: "/views", id: "listViews", tag: tag, access: staffers, scope: vis.ReadConversations,
		summary: "Saved views: the caller's own in her order, then those that are shared with her"},
		func(ctx context.Context, by caller, in *listViewsInput) (*reply[SavedViews], error) {
			all, err := s.desk.SavedViews(ctx, by.Actor, by.who.Teams, in.All)
			out := SavedViews{make([]SavedView, len(all))}
			for i, v := range all {
				out.Items[i] = savedView(by.Actor, v)
			}
			return ok(out), err
		})
	add(s, route{method: "GET", path: "/views/counts", id: "countViews", tag: tag, access: staffers, scope: vis.ReadConversations,
		summary: "How many conversations the first twenty of the caller's open views show"},
		func(ctx context.Context, by caller, _ *none) (*reply[ViewCounts], error) {
			counts, err := s.desk.CountViews(ctx, by.Actor, by.who.Teams, func(reason string) ([]string, error) { return s.listen.Beneath(ctx, by.Actor, reason) })
			out := ViewCounts{make([]ViewCount, len(counts))}
			for i, c := range counts {
				out.Items[i] = ViewCount{string(c.View), c.Count, c.More}
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: "/views", id: "keepView", tag: tag, access: staffers, status: 201, scope: vis.ReadConversations,
		summary: "Keep a list under a name; shared ones are for supervisors, administrators and tokens with settings:write"},
		func(ctx context.Context, by caller, in *keepViewInput) (*reply[SavedView], error) {
			b := in.Body
			v := desk.SavedView{Sharing: desk.Sharing(b.Sharing), Team: vis.TeamID(b.TeamID), Name: b.Name, List: b.List.list()}
			if err := s.checkViewTeams(ctx, by.Workspace, v.Team, v.List.Team); err != nil {
				return nil, err
			}
			v, err := s.desk.KeepView(ctx, by.Actor, v, (*vis.ViewID)(b.AfterID))
			return ok(savedView(by.Actor, v)), err
		})
	add(s, route{method: "PATCH", path: "/views/{id}", id: "changeView", tag: tag, access: staffers, scope: vis.ReadConversations,
		summary: "Rename a view, let it show another list, share it, or put it elsewhere"}, s.changeView)
	add(s, route{method: "DELETE", path: "/views/{id}", id: "deleteView", tag: tag, access: staffers, scope: vis.ReadConversations,
		summary: "Delete a view"},
		func(ctx context.Context, by caller, in *ByID) (*none, error) {
			return nil, s.desk.ForgetView(ctx, by.Actor, by.who.Teams, vis.ViewID(in.ID))
		})
}

func (s *Server) changeView(ctx context.Context, by caller, in *changeViewInput) (*reply[SavedView], error) {
	version, err := in.version(in.Body.Version)
	if err != nil {
		return nil, err
	}
	b := in.Body
	change := desk.ViewChange{Name: b.Name, Sharing: (*desk.Sharing)(b.Sharing), Team: (*vis.TeamID)(b.TeamID), After: (*vis.ViewID)(b.AfterID)}
	var team, listed vis.TeamID
	if change.Team != nil {
		team = *change.Team
	}
	if b.List != nil {
		change.List = new(b.List.list())
		listed = change.List.Team
	}
	if err := s.checkViewTeams(ctx, by.Workspace, team, listed); err != nil {
		return nil, err
	}
	v, err := s.desk.ChangeView(ctx, by.Actor, by.who.Teams, vis.ViewID(in.ID), change, version)
	return ok(savedView(by.Actor, v)), err
}

// checkViewTeams checks that the team with which a view is shared is here, and the one whose list it shows: the heart knows teams by their ids only.
func (s *Server) checkViewTeams(ctx context.Context, ws vis.WorkspaceID, shared, listed vis.TeamID) error {
	if err := s.checkTeam(ctx, ws, "teamId", shared); err != nil {
		return err
	}
	return s.checkTeam(ctx, ws, "list.teamId", listed)
}
