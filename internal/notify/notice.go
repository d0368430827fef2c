package notify

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"visavis/internal/staff"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// Give rings the bell of members inside a transaction of another room: each gets a notice of her own like n, and one event tells of
// all of them. Nobody is no error. n needs no ID, Member, At.
func (s *Service) Give(ctx context.Context, tx Board, members []vis.MemberID, n Notice, now time.Time) error {
	members = slices.Clone(members)
	slices.Sort(members)
	members = slices.Compact(members)
	if len(members) == 0 {
		return nil
	}
	data := NoticeData{Members: members, Notices: make([]vis.NoticeID, len(members))}
	for i, m := range members {
		n.ID, n.Member, n.At, n.ReadAt = vis.NoticeID(s.mint.ID(now)), m, now, time.Time{}
		if err := tx.InsertNotice(ctx, n); err != nil {
			return err
		}
		data.Notices[i] = n.ID
	}
	by := vis.Actor{Kind: vis.BySystem}
	if n.By != "" {
		by = vis.Actor{Kind: vis.ByMember, ID: string(n.By)}
	}
	e := vis.NewEvent(by, now, NoticeGiven, data)
	e.Conversation = n.Conversation
	return tx.Append(ctx, e)
}

// Bell is one page of a member's notices, newest first, and how many are unread.
type Bell struct {
	vis.List[Notice]
	Unread int
}

// mostUnread is how far the unread are counted.
const mostUnread = 100

// Notices reads the actor's own notices.
func (s *Service) Notices(ctx context.Context, by vis.Actor, p vis.Page) (Bell, error) {
	if err := onlyMembers(by); err != nil {
		return Bell{}, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Bell, error) {
		l, err := tx.Notices(ctx, by.Member(), p.Bounded())
		if err != nil {
			return Bell{}, err
		}
		unread, err := tx.CountUnreadNotices(ctx, by.Member(), mostUnread)
		return Bell{l, unread}, err
	})
}

// NoticesByID reads notices of any member, for whoever tells each member her own.
func (s *Service) NoticesByID(ctx context.Context, ws vis.WorkspaceID, ids []vis.NoticeID) ([]Notice, error) {
	return vis.View(ctx, s.db, ws, func(tx Tx) ([]Notice, error) { return tx.NoticesByID(ctx, ids) })
}

// ReadNotices marks the actor's own notices as read, up to and with one.
func (s *Service) ReadNotices(ctx context.Context, by vis.Actor, upTo vis.NoticeID) error {
	if err := onlyMembers(by); err != nil {
		return err
	}
	if !vis.IsID(upTo) {
		return vis.InField("upTo", "This is not the id of a notice.")
	}
	now := s.clock.Now()
	return s.db.Update(ctx, by, nil, func(tx Tx) error { return tx.ReadNotices(ctx, by.Member(), upTo, now) })
}

// TellAdministrators rings the bell of every administrator for what concerns the server itself.
func (s *Service) TellAdministrators(ctx context.Context, ws vis.WorkspaceID, kind Kind) error {
	now := s.clock.Now()
	return s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) error { return s.giveAdministrators(ctx, tx, Notice{Kind: kind}, now) })
}

func (s *Service) giveAdministrators(ctx context.Context, tx Tx, n Notice, now time.Time) error {
	all, err := tx.Members(ctx)
	if err != nil {
		return err
	}
	var administrators []vis.MemberID
	for _, m := range all {
		if mayOwn(m) {
			administrators = append(administrators, m.ID)
		}
	}
	return s.Give(ctx, tx, administrators, n, now)
}

// Write sends a member a short message to her bell, as a supervisor or administrator may.
func (s *Service) Write(ctx context.Context, by vis.Actor, to vis.MemberID, words string) (Notice, error) {
	if err := onlyMembers(by); err != nil {
		return Notice{}, err
	}
	if by.Role != vis.Supervisor && by.Role != vis.Administrator {
		return Notice{}, vis.Errorf(vis.Forbidden, "not_a_supervisor", "Only supervisors and administrators write to the bell of others.")
	}
	words = strings.TrimSpace(text.Clean(words))
	if n := utf8.RuneCountInString(words); n == 0 || n > MaxText {
		return Notice{}, vis.InField("text", "A message has between 1 and %d characters; this one has %d.", MaxText, n)
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Notice, error) {
		m, err := tx.Member(ctx, to)
		switch {
		case err != nil:
			return Notice{}, err
		case m.State != staff.Active:
			return Notice{}, vis.Errorf(vis.Conflict, "member_absent", "%s does not work here at the moment.", m.Name)
		}
		given := &keeping{Board: tx}
		if err := s.Give(ctx, given, []vis.MemberID{to}, Notice{Kind: Message, Text: words, By: by.Member()}, now); err != nil {
			return Notice{}, err
		}
		return given.last, nil
	})
}

// keeping remembers the notice that was written.
type keeping struct {
	Board
	last Notice
}

// InsertNotice implements Board.
func (k *keeping) InsertNotice(ctx context.Context, n Notice) error {
	k.last = n
	return k.Board.InsertNotice(ctx, n)
}

func onlyMembers(by vis.Actor) error {
	if by.Kind != vis.ByMember {
		return vis.Errorf(vis.Forbidden, "not_a_member", "Only members have a bell.")
	}
	return nil
}
