package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// SavedView is a list of conversations under a name, to come back to.
type SavedView struct {
	ID vis.ViewID
	// Owner made it; "" for one that a program made.
	Owner   vis.MemberID
	Sharing Sharing
	Team    vis.TeamID // with which it is shared
	Name    string
	List    SavedList
	// Position orders a member's own views, and the shared ones of the workspace, each from 0.
	Position  int
	CreatedAt time.Time
	Version   int64
}

// Sharing says whose a view is.
type Sharing string

const (
	Own      Sharing = "own"
	WithTeam Sharing = "team"
	WithAll  Sharing = "workspace"
)

// The bounds of saved views.
const (
	MaxOwnViews    = 50
	MaxSharedViews = 100
	MaxViewName    = 80 // runes
	// maxCountedViews are counted: each may look at as many conversations as MaxCount.
	maxCountedViews = 20
)

// SavedList is what a view shows.
type SavedList struct {
	View  View       `json:"view"`
	Team  vis.TeamID `json:"team,omitempty"` // for ViewTeam
	State State      `json:"state"`
	// Reason is a key, for it and those beneath it, or NoReason; "" for any. The rest is as in Read.
	Reason       string `json:"reason,omitempty"`
	Mood         string `json:"mood,omitempty"`
	Dissatisfied bool   `json:"dissatisfied,omitempty"`
	Urgency      string `json:"urgency,omitempty"`
}

// NoReason chooses, in the place of a reason, conversations without one.
const NoReason = "none"

func (l SavedList) check() error {
	switch {
	case !slices.Contains([]View{ViewMine, ViewUnassigned, ViewTeams, ViewTeam, ViewAll, ViewAtRisk}, l.View):
		return vis.InField("list.view", "There is no such list.")
	case (l.View == ViewTeam) != (l.Team != ""):
		return vis.InField("list.teamId", "The list of a team, and no other, says which team.")
	case !slices.Contains([]State{Open, Snoozed, Resolved}, l.State):
		return vis.InField("list.state", "A list shows what is open, snoozed or resolved.")
	case l.View == ViewAtRisk && l.State != Open:
		return vis.InField("list.state", "Promises at risk are of open conversations.")
	case utf8.RuneCountInString(l.Reason) > MaxReason || strings.Trim(l.Reason, "abcdefghijklmnopqrstuvwxyz0123456789-/") != "":
		return vis.InField("list.reason", "A reason is named by its key, such as delivery/late, or by %s.", NoReason)
	case l.Mood != "" && !slices.Contains([]string{text.Negative, "neutral", text.Positive}, l.Mood):
		return vis.InField("list.mood", "A mood is negative, neutral or positive.")
	case l.Urgency != "" && !slices.Contains(text.Urgencies, l.Urgency):
		return vis.InField("list.urgency", "There is no such urgency.")
	}
	return nil
}

func (v *SavedView) check() error {
	v.Name = text.Line(v.Name)
	switch n := utf8.RuneCountInString(v.Name); {
	case text.Fold(v.Name) == "" || n > MaxViewName:
		return vis.InField("name", "A view has a name of 1 to %d characters.", MaxViewName)
	case v.Sharing != Own && v.Sharing != WithTeam && v.Sharing != WithAll:
		return vis.InField("sharing", "A view is one's own, or shared with a team or the workspace.")
	case (v.Sharing == WithTeam) != (v.Team != ""):
		return vis.InField("teamId", "A view that is shared with a team, and no other, says with which.")
	case v.Sharing == Own && v.Owner == "":
		return vis.InField("sharing", "A program has no views of its own; share it with a team or the workspace.")
	}
	return v.List.check()
}

// maySee reports whether a view is there for an actor in some teams.
func (v SavedView) maySee(by vis.Actor, teams []vis.TeamID) bool {
	switch v.Sharing {
	case Own:
		return v.Owner == by.Member() && v.Owner != ""
	case WithTeam:
		return slices.Contains(teams, v.Team) || v.Owner == by.Member() && v.Owner != ""
	case WithAll:
		return true
	}
	return false
}

// MayChange reports whether an actor who sees a view may change it.
func (v SavedView) MayChange(by vis.Actor) bool {
	return v.Sharing == Own && v.Owner == by.Member() && v.Owner != "" || v.Sharing != Own && mayShare(by) == nil
}

// mayShare refuses whoever may not make views for others: that is for supervisors, administrators and their programs.
func mayShare(by vis.Actor) error {
	if by.Kind == vis.ByMember && by.Role == vis.Supervisor {
		return nil
	}
	return by.Must(vis.WriteSettings)
}

// together reports whether two views stand in one order.
func (v SavedView) together(w SavedView) bool {
	return (v.Sharing == Own) == (w.Sharing == Own) && (v.Sharing != Own || v.Owner == w.Owner)
}

// ViewData is the data of ViewChanged. Owner is set for a view that was nobody else's before either: nobody else is told of it.
type ViewData struct {
	View  vis.ViewID   `json:"viewId"`
	Owner vis.MemberID `json:"ownerId,omitempty"`
}

func viewChanged(ctx context.Context, tx Tx, by vis.Actor, now time.Time, views ...SavedView) error {
	d := ViewData{View: views[0].ID, Owner: views[0].Owner}
	if slices.ContainsFunc(views, func(v SavedView) bool { return v.Sharing != Own }) {
		d.Owner = ""
	}
	return tx.Append(ctx, vis.NewEvent(by, now, ViewChanged, d))
}

// SavedViews are the actor's own, in her order, and after them those that are shared with her. all has those of other teams too, for whoever
// may change them.
func (s *Service) SavedViews(ctx context.Context, by vis.Actor, teams []vis.TeamID, all bool) ([]SavedView, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return nil, err
	}
	if all {
		if err := mayShare(by); err != nil {
			return nil, err
		}
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]SavedView, error) {
		found, err := tx.SavedViews(ctx, by.Member())
		return slices.DeleteFunc(found, func(v SavedView) bool { return !v.maySee(by, teams) && !(all && v.Sharing != Own) }), err
	})
}

// ViewChange is what is to be another way; nil stays as it is.
type ViewChange struct {
	Name    *string
	Sharing *Sharing
	Team    *vis.TeamID
	List    *SavedList
	// After is the view that it is to stand behind, "" for the first place.
	After *vis.ViewID
}

func (in ViewChange) apply(v *SavedView) {
	if in.Name != nil {
		v.Name = *in.Name
	}
	if in.Sharing != nil {
		if v.Sharing = *in.Sharing; v.Sharing != WithTeam {
			v.Team = ""
		}
	}
	if in.Team != nil {
		v.Team = *in.Team
	}
	if in.List != nil {
		v.List = *in.List
	}
}

// KeepView keeps a list under a name: her own, or for others where she may share. The caller has checked that the teams are there.
func (s *Service) KeepView(ctx context.Context, by vis.Actor, v SavedView, after *vis.ViewID) (SavedView, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return SavedView{}, err
	}
	if v.Sharing != Own {
		if err := mayShare(by); err != nil {
			return SavedView{}, err
		}
	}
	now := s.clock.Now()
	v.ID, v.Owner, v.CreatedAt, v.Version = vis.ViewID(s.mint.ID(now)), by.Member(), now, 1
	if err := v.check(); err != nil {
		return SavedView{}, err
	}
	return vis.Update(ctx, s.db, by, func(tx Tx) (SavedView, error) {
		v := v
		if err := stand(ctx, tx, &v, nil, after); err != nil {
			return v, err
		}
		if err := tx.InsertSavedView(ctx, v); err != nil {
			return v, err
		}
		return v, viewChanged(ctx, tx, by, now, v)
	})
}

// ChangeView changes a view by the version that the actor has seen. What is another's own is not there for her.
func (s *Service) ChangeView(ctx context.Context, by vis.Actor, teams []vis.TeamID, id vis.ViewID, in ViewChange, version int64) (SavedView, error) {
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (SavedView, error) {
		before, err := changeable(ctx, tx, by, teams, id)
		if err != nil {
			return before, err
		}
		if before.Version != version {
			e := vis.Errorf(vis.Conflict, "view_changed", "Somebody changed this view a moment before you.")
			e.Current = before
			return before, e
		}
		v := before
		in.apply(&v)
		if v.Sharing != Own && before.Sharing == Own {
			if err := mayShare(by); err != nil {
				return v, err
			}
		}
		if v.Sharing == Own && v.Owner != by.Member() {
			return v, vis.InField("sharing", "Only who made a view can take it back as her own.")
		}
		if err := v.check(); err != nil {
			return v, err
		}
		if err := stand(ctx, tx, &v, &before, in.After); err != nil {
			return v, err
		}
		if v, err = tx.SaveSavedView(ctx, v); err != nil {
			return v, err
		}
		return v, viewChanged(ctx, tx, by, now, v, before)
	})
}

// ForgetView deletes a view.
func (s *Service) ForgetView(ctx context.Context, by vis.Actor, teams []vis.TeamID, id vis.ViewID) error {
	now := s.clock.Now()
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		v, err := changeable(ctx, tx, by, teams, id)
		if err != nil {
			return struct{}{}, err
		}
		if err := tx.DeleteSavedView(ctx, id); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, viewChanged(ctx, tx, by, now, v)
	})
	return err
}

// changeable is a view that the actor may change.
func changeable(ctx context.Context, tx Tx, by vis.Actor, teams []vis.TeamID, id vis.ViewID) (SavedView, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return SavedView{}, err
	}
	v, err := tx.SavedView(ctx, id)
	switch {
	case err != nil:
		return SavedView{}, err
	case v.MayChange(by):
		return v, nil
	case v.maySee(by, teams):
		return SavedView{}, mayShare(by)
	}
	return SavedView{}, vis.Absent("view")
}

// stand gives a view its place among those that it stands with, where there is room for it: behind another, or, when nothing is said, where it
// was before, or else last.
func stand(ctx context.Context, tx Tx, v, before *SavedView, after *vis.ViewID) error {
	all, err := tx.SavedViews(ctx, v.Owner)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(all, func(w SavedView) bool { return w.ID == v.ID || !v.together(w) })
	joins := before == nil || !before.together(*v)
	most := MaxOwnViews
	if v.Sharing != Own {
		most = MaxSharedViews
	}
	if joins && len(others) >= most {
		return vis.Errorf(vis.Conflict, "too_many", "There are %d views already; that is the most there can be. Delete one first.", most)
	}
	switch {
	case after != nil && *after == "":
		return move(ctx, tx, others, v, 0)
	case after != nil:
		i := slices.IndexFunc(others, func(w SavedView) bool { return w.ID == *after })
		if i < 0 {
			return vis.InField("afterId", "There is no such view for it to stand behind.")
		}
		return move(ctx, tx, others, v, i+1)
	case joins && len(others) > 0:
		v.Position = others[len(others)-1].Position + 1
	case joins:
		v.Position = 0
	}
	return nil
}

// move puts a view among others, and lets those behind it move on.
func move(ctx context.Context, tx Tx, others []SavedView, v *SavedView, to int) error {
	for i, w := range others {
		if i >= to {
			i++
		}
		if w.Position == i {
			continue
		}
		if err := tx.PlaceSavedView(ctx, w.ID, i); err != nil {
			return err
		}
	}
	v.Position = to
	return nil
}

// SortViews orders views as they are shown: one's own first.
func SortViews(views []SavedView) {
	shared := func(v SavedView) int {
		if v.Sharing == Own {
			return 0
		}
		return 1
	}
	slices.SortFunc(views, func(a, b SavedView) int {
		return cmp.Or(shared(a)-shared(b), a.Position-b.Position, strings.Compare(string(a.ID), string(b.ID)))
	})
}

// ViewCount is how many conversations a view shows, or how many of those that were looked at where More says that there are others.
type ViewCount struct {
	View  vis.ViewID
	Count int
	More  bool
}

// CountViews counts what the first of the actor's open views show. beneath gives the reasons beneath one.
func (s *Service) CountViews(ctx context.Context, by vis.Actor, teams []vis.TeamID, beneath func(reason string) ([]string, error)) ([]ViewCount, error) {
	views, err := s.SavedViews(ctx, by, teams, false)
	if err != nil {
		return nil, err
	}
	views = slices.DeleteFunc(views, func(v SavedView) bool { return v.List.State != Open })
	views = views[:min(len(views), maxCountedViews)]
	filters := make([]Filter, len(views))
	for i, v := range views {
		l := v.List
		filters[i] = Filter{View: l.View, State: l.State, Team: l.Team, Teams: teams, Member: by.Member(), DueBefore: s.clock.Now().Add(RiskWithin),
			Read: Read{Mood: l.Mood, Dissatisfied: l.Dissatisfied, Urgency: l.Urgency}}
		switch l.Reason {
		case "":
		case NoReason:
			filters[i].Read.Reasons = []string{""}
		default:
			if filters[i].Read.Reasons, err = beneath(l.Reason); err != nil {
				return nil, err
			}
		}
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]ViewCount, error) {
		out := make([]ViewCount, len(views))
		for i, f := range filters {
			n, more, err := tx.CountChosen(ctx, f)
			if err != nil {
				return nil, err
			}
			out[i] = ViewCount{views[i].ID, n, more}
		}
		return out, nil
	})
}
