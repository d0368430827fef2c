package routing

import (
	"context"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// How far TakeNext looks for something that a member may take.
const (
	takePage = 100
	takeMost = 20 // pages
)

// Take gives a conversation that nobody owns to the member who asks for it, beside whatever is handed out by itself. What rings for
// somebody else stops ringing.
func (s *Service) Take(ctx context.Context, by vis.Actor, id vis.ConversationID, version int64) (desk.Conversation, error) {
	if err := mayTake(by); err != nil {
		return desk.Conversation{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (desk.Conversation, error) {
		c, err := tx.Conversation(ctx, id)
		if err != nil {
			return desk.Conversation{}, err
		}
		if c.Version != version {
			e := vis.Errorf(vis.Conflict, "conversation_changed", "Somebody changed this conversation a moment before you.")
			e.Current = c
			return desk.Conversation{}, e
		}
		return s.take(ctx, tx, by, c, now)
	})
}

func mayTake(by vis.Actor) error {
	if by.Kind != vis.ByMember {
		return vis.Errorf(vis.Forbidden, "not_a_member", "Only a member can take a conversation.")
	}
	return by.Must(vis.WriteConversations)
}

func (s *Service) take(ctx context.Context, tx Tx, by vis.Actor, c desk.Conversation, now time.Time) (desk.Conversation, error) {
	refused := func(reason, text string) error {
		e := vis.Errorf(vis.Conflict, reason, "%s", text)
		e.Current = c
		return e
	}
	switch {
	case c.State == desk.Resolved:
		return desk.Conversation{}, refused("conversation_resolved", "This conversation has just been resolved.")
	case c.Assignee == by.Member():
		return c, nil
	case c.Assignee != "":
		return desk.Conversation{}, refused("conversation_taken", "Somebody has taken this conversation a moment before you.")
	}
	if err := s.withdraw(ctx, tx, by, c.ID, now); err != nil {
		return desk.Conversation{}, err
	}
	err := s.desk.AssignWithin(ctx, tx, by, &c, by.Member(), c.Team, now)
	return c, err
}

// TakeNext gives a member the first in rank that she may take: of a team's queue or, with team "", of all her teams' and the general
// one. It must fit what she can do and ring for nobody else. It is false when there is nothing.
func (s *Service) TakeNext(ctx context.Context, by vis.Actor, team vis.TeamID) (desk.Conversation, bool, error) {
	if err := mayTake(by); err != nil {
		return desk.Conversation{}, false, err
	}
	type taken struct {
		Conversation desk.Conversation
		Found        bool
	}
	now := s.clock.Now()
	t, err := vis.Update(ctx, s.db, by, func(tx Tx) (taken, error) {
		c, found, err := s.next(ctx, tx, by, team, now)
		if err != nil || !found {
			return taken{}, err
		}
		c, err = s.take(ctx, tx, by, c, now)
		return taken{c, true}, err
	})
	return t.Conversation, t.Found, err
}

// next is the first waiting conversation that a member may take.
func (s *Service) next(ctx context.Context, tx Tx, by vis.Actor, team vis.TeamID, now time.Time) (desk.Conversation, bool, error) {
	may, err := s.chooser(ctx, tx, by.Workspace, by.Member(), team, now)
	if err != nil {
		return desk.Conversation{}, false, err
	}
	var after RankPlace
	for range takeMost {
		page, err := tx.Waiting(ctx, after, takePage)
		if err != nil {
			return desk.Conversation{}, false, err
		}
		for _, c := range page {
			if may(c) {
				return c, true, nil
			}
		}
		if len(page) < takePage {
			break
		}
		last := page[len(page)-1]
		after = RankPlace{last.Standing.Rank, last.ID}
	}
	return desk.Conversation{}, false, nil
}

// chooser says which waiting conversations a member may take from the queues she asks for.
func (s *Service) chooser(ctx context.Context, tx Tx, ws vis.WorkspaceID, m vis.MemberID, team vis.TeamID, now time.Time) (func(desk.Conversation) bool, error) {
	members, err := tx.Members(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(members, func(x staff.Member) bool { return x.ID == m })
	if i < 0 {
		return nil, vis.Absent("member")
	}
	if team != "" && !slices.Contains(members[i].Teams, team) && members[i].Role == vis.Agent {
		return nil, vis.Errorf(vis.Forbidden, "not_in_team", "Only members of that team take from its queue.")
	}
	ringing, err := tx.RingingOffers(ctx)
	if err != nil {
		return nil, err
	}
	fits, err := s.setup(tx, ws).fitter(ctx, now)
	if err != nil {
		return nil, err
	}
	return func(c desk.Conversation) bool {
		if team != "" && c.Team != team || team == "" && c.Team != "" && !slices.Contains(members[i].Teams, c.Team) {
			return false
		}
		if slices.ContainsFunc(ringing, func(o Offer) bool { return o.Conversation == c.ID && o.Member != m }) {
			return false
		}
		return fits(m, c)
	}, nil
}
