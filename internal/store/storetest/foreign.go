package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// attempt calls a method from workspace own with what belongs to theirs. It returns what it got.
type attempt func(ctx context.Context, tx everything, own, theirs *house) (any, error)

// did makes an attempt of a method that returns only an error.
func did(fn func(ctx context.Context, tx everything, own, theirs *house) error) attempt {
	return func(ctx context.Context, tx everything, own, theirs *house) (any, error) {
		return nil, fn(ctx, tx, own, theirs)
	}
}

// absent are the methods that must not find the row of another workspace.
var absent = map[string]attempt{
	"Channel": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.Channel(ctx, a.channel.ID)
	},
	"SaveChannel": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.SaveChannel(ctx, a.channel)
	},
	"Customer": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.Customer(ctx, a.customer.ID)
	},
	"SaveCustomer": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.SaveCustomer(ctx, a.customer)
	},
	"Conversation": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.Conversation(ctx, a.convers.ID)
	},
	"SaveConversation": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.SaveConversation(ctx, a.convers)
	},
	"Message": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.Message(ctx, a.message.ID)
	},
	"Attachment": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.Attachment(ctx, a.attachment.ID)
	},
	"VisitByToken": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.VisitByToken(ctx, a.visit.TokenHash)
	},
	"Member": func(ctx context.Context, tx everything, _, a *house) (any, error) { return tx.Member(ctx, a.member.ID) },
	"MemberByEmail": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.MemberByEmail(ctx, a.member.EmailKey)
	},
	"SaveMember": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.SaveMember(ctx, a.member)
	},
	"Team":     func(ctx context.Context, tx everything, _, a *house) (any, error) { return tx.Team(ctx, a.team.ID) },
	"SaveTeam": func(ctx context.Context, tx everything, _, a *house) (any, error) { return tx.SaveTeam(ctx, a.team) },
	"Session": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.Session(ctx, a.session.TokenHash)
	},
	"InviteByToken": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.InviteByToken(ctx, a.invite.TokenHash)
	},
	"Token": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.Token(ctx, a.token.SecretHash)
	},
	"TouchCustomer": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.TouchCustomer(ctx, a.customer.ID, now, nil)
	}),
	"VerifyIdentity": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.VerifyIdentity(ctx, a.identity.ID)
	}),
	"IndexCustomer": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.IndexCustomer(ctx, a.customer.ID, []string{"x"})
	}),
	"SaveReadMarks": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.SaveReadMarks(ctx, a.convers.ID, 1, 1)
	}),
	"SaveReading": did(func(ctx context.Context, tx everything, _, a *house) error { return tx.SaveReading(ctx, a.convers) }),
	"SaveAbout": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.SaveAbout(ctx, a.convers)
	},
	"Step":     func(ctx context.Context, tx everything, _, a *house) (any, error) { return tx.Step(ctx, a.step.ID) },
	"SaveStep": func(ctx context.Context, tx everything, _, a *house) (any, error) { return tx.SaveStep(ctx, a.step) },
	"DeleteStep": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.DeleteStep(ctx, a.step.ID)
	}),
	"InsertStep": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		s := a.step
		s.ID = id[vis.StepID]()
		return tx.InsertStep(ctx, s)
	},
	"BindAttachment": did(func(ctx context.Context, tx everything, b, a *house) error {
		return tx.BindAttachment(ctx, a.upload.ID, b.convers.ID, b.message.ID)
	}),
	"SaveReadPosition": did(func(ctx context.Context, tx everything, b, a *house) error {
		return tx.SaveReadPosition(ctx, a.convers.ID, b.member.ID, 9, now)
	}),
	"SetTeams": did(func(ctx context.Context, tx everything, b, a *house) error {
		return tx.SetTeams(ctx, b.member.ID, []vis.TeamID{a.team.ID})
	}),
	"DeleteTeam": did(func(ctx context.Context, tx everything, _, a *house) error { return tx.DeleteTeam(ctx, a.team.ID) }),
	"TouchSession": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.TouchSession(ctx, a.session.TokenHash, now)
	}),
	"TouchToken": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.TouchToken(ctx, a.token.ID, now)
	}),
	"DeleteToken": did(func(ctx context.Context, tx everything, _, a *house) error { return tx.DeleteToken(ctx, a.token.ID) }),
	"HandOver": did(func(ctx context.Context, tx everything, b, a *house) error {
		return tx.HandOver(ctx, a.customer.ID, b.customer.ID)
	}),
	"HandOver (to)": did(func(ctx context.Context, tx everything, b, a *house) error {
		return tx.HandOver(ctx, b.customer.ID, a.customer.ID)
	}),
	"SetTeams (member)": did(func(ctx context.Context, tx everything, _, a *house) error { return tx.SetTeams(ctx, a.member.ID, nil) }),
	"MessageByClientID": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.MessageByClientID(ctx, desk.AuthorCustomer, string(a.customer.ID), a.message.ClientID)
	},
	"CurrentConversation": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.CurrentConversation(ctx, a.customer.ID, a.channel.ID)
	},
	"CustomerByIdentity": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.CustomerByIdentity(ctx, a.identity.Kind, a.identity.Key+"@only.theirs")
	},

	"SavedView": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.SavedView(ctx, a.saved.ID)
	},
	"SaveSavedView": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.SaveSavedView(ctx, a.saved)
	},
	"PlaceSavedView": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.PlaceSavedView(ctx, a.saved.ID, 9)
	}),
	"DeleteSavedView": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.DeleteSavedView(ctx, a.saved.ID)
	}),

	// What is new must not hang on what is another's.
	"InsertIdentity": did(func(ctx context.Context, tx everything, _, a *house) error {
		i := a.identity
		i.ID, i.Verified = id[vis.IdentityID](), false
		return tx.InsertIdentity(ctx, i)
	}),
	"InsertVisit": did(func(ctx context.Context, tx everything, b, a *house) error {
		v := b.visit
		v.TokenHash, v.Customer = mint.Secret(32), a.customer.ID
		return tx.InsertVisit(ctx, v)
	}),
	"InsertVisit (channel)": did(func(ctx context.Context, tx everything, b, a *house) error {
		v := b.visit
		v.TokenHash, v.Channel = mint.Secret(32), a.channel.ID
		return tx.InsertVisit(ctx, v)
	}),
	"InsertConversation": did(func(ctx context.Context, tx everything, b, a *house) error {
		c := newConversation(b, 99)
		c.Customer.ID = a.customer.ID
		return tx.InsertConversation(ctx, c)
	}),
	"InsertMessage": did(func(ctx context.Context, tx everything, b, a *house) error {
		m := b.note
		m.ID, m.Conversation, m.Position = id[vis.MessageID](), a.convers.ID, 77
		return tx.InsertMessage(ctx, m, nil)
	}),
	"InsertSession": did(func(ctx context.Context, tx everything, b, a *house) error {
		s := b.session
		s.TokenHash, s.Member = mint.Secret(32), a.member.ID
		return tx.InsertSession(ctx, s)
	}),
	"PutInvite": did(func(ctx context.Context, tx everything, _, a *house) error { return tx.PutInvite(ctx, a.invite) }),
	"InsertToken": did(func(ctx context.Context, tx everything, b, a *house) error {
		k := b.token
		k.ID, k.SecretHash, k.Owner = id[vis.TokenID](), mint.Secret(32), a.member.ID
		return tx.InsertToken(ctx, k)
	}),
	"InsertTeam": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.InsertTeam(ctx, staff.Team{ID: id[vis.TeamID](), Members: []vis.MemberID{a.member.ID}, CreatedAt: now, Version: 1})
	}),
	"InsertMember": did(func(ctx context.Context, tx everything, _, a *house) error {
		m := newMember("Eve", "eve@example.org")
		m.Teams = []vis.TeamID{a.team.ID}
		return tx.InsertMember(ctx, m)
	}),
}

// empty are the methods that must find, or do, nothing.
var empty = map[string]attempt{
	"SearchCustomers": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.SearchCustomers(ctx, []string{"theirs"}, 10)
	},
	"SearchConversations": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.SearchConversations(ctx, []string{"theirs"}, 10)
	},
	"Conversations": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		var all []desk.Conversation
		for _, f := range []desk.Filter{{View: desk.ViewMine, Member: a.member.ID}, {View: desk.ViewTeam, Team: a.team.ID}, {View: desk.ViewTeams,
			Teams: []vis.TeamID{a.team.ID}}, {Customer: a.customer.ID}} {
			f.State = desk.Open
			l, err := tx.Conversations(ctx, f, vis.Page{})
			if err != nil {
				return nil, err
			}
			all = append(all, l.Items...)
		}
		return all, nil
	},
	"Messages": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.Messages(ctx, a.convers.ID, desk.Range{Limit: 10})
	},
	"CountConversations": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		c, err := tx.CountConversations(ctx, a.member.ID, []vis.TeamID{a.team.ID}, now)
		return []int{c.Mine, c.Teams, c.ByTeam[a.team.ID]}, err // what is at risk is counted in testCounts
	},
	"CountChosen": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		n, _, err := tx.CountChosen(ctx, desk.Filter{View: desk.ViewTeam, Team: a.team.ID, State: desk.Open})
		return n, err
	},
	"SavedViews": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.SavedViews(ctx, a.member.ID)
		return slices.DeleteFunc(l, func(v desk.SavedView) bool { return v.ID != a.saved.ID }), err
	},
	"InsertSavedView": did(func(ctx context.Context, tx everything, _, a *house) error {
		v := a.saved
		v.ID = id[vis.ViewID]()
		return tx.InsertSavedView(ctx, v)
	}),
	"Steps": func(ctx context.Context, tx everything, _, a *house) (any, error) { return tx.Steps(ctx, a.convers.ID) },
	"CountUploads": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.CountUploads(ctx, desk.AuthorCustomer, string(a.customer.ID), now)
	},
	"ForgetUploads": func(ctx context.Context, tx everything, _, _ *house) (any, error) {
		n, orphans, err := tx.ForgetUploads(ctx, now.Add(time.Hour), 10)
		return append(make([]string, n), orphans...), err
	},
	"ReadPosition": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.ReadPosition(ctx, a.convers.ID, a.member.ID)
	},
	"ReadPositions": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		m, err := tx.ReadPositions(ctx, []vis.ConversationID{a.convers.ID}, a.member.ID)
		return slices.Collect(maps.Keys(m)), err
	},
	"Take": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		return tx.Take(ctx, a.timer.Kind, a.timer.Key, now)
	},
	"Disarm": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.Disarm(ctx, a.timer.Kind, a.timer.Key)
	}),
	"DeleteVisit": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.DeleteVisit(ctx, a.visit.TokenHash)
	}),
	"DeleteSession": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.DeleteSession(ctx, a.session.TokenHash)
	}),
	"DeleteSessions": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.DeleteSessions(ctx, a.member.ID, "")
	}),
	"DeleteInvite": did(func(ctx context.Context, tx everything, _, a *house) error { return tx.DeleteInvite(ctx, a.invite.ID) }),

	// These take nothing that could be another's: what they write or read has to be their own workspace's.
	"Append": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.Append(ctx, vis.NewEvent(vis.System(a.ws), now, desk.CustomerChanged, nil))
	}),
	"Audit": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.Audit(ctx, vis.NewAudit(vis.System(a.ws), now, "x", "", nil))
	}),
	"Arm":            did(func(ctx context.Context, tx everything, _, a *house) error { return tx.Arm(ctx, a.timer) }),
	"InsertCustomer": did(func(ctx context.Context, tx everything, _, a *house) error { return tx.InsertCustomer(ctx, a.customer) }),
	"InsertAttachment": did(func(ctx context.Context, tx everything, _, a *house) error {
		return tx.InsertAttachment(ctx, a.attachment)
	}),
	"InsertChannel": did(func(ctx context.Context, tx everything, _, a *house) error {
		c := a.channel
		c.Key += "2"
		return tx.InsertChannel(ctx, c)
	}),
	"NextNumber": did(func(ctx context.Context, tx everything, _, _ *house) error { _, err := tx.NextNumber(ctx); return err }),
	"Workspace": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		w, err := tx.Workspace(ctx)
		return w.ID == a.ws, err
	},
	"Events": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		events, err := tx.Events(ctx, 0, 100)
		return slices.DeleteFunc(events, func(e vis.Event) bool { return e.Conversation != a.convers.ID }), err
	},
	"Head": func(ctx context.Context, tx everything, own, _ *house) (any, error) {
		n, err := tx.Head(ctx)
		return max(0, n-2), err // its own event, and what Append wrote above
	},
	"AuditLog": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.AuditLog(ctx, vis.Page{})
		return slices.DeleteFunc(l.Items, func(e vis.AuditEntry) bool { return e.Target != string(a.ws) }), err
	},
	"Members": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.Members(ctx)
		return slices.DeleteFunc(l, func(m staff.Member) bool { return m.ID != a.member.ID }), err
	},
	"Teams": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.Teams(ctx)
		return slices.DeleteFunc(l, func(m staff.Team) bool { return m.ID != a.team.ID }), err
	},
	"Tokens": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.Tokens(ctx)
		return slices.DeleteFunc(l, func(m staff.Token) bool { return m.ID != a.token.ID }), err
	},
	"Channels": func(ctx context.Context, tx everything, _, a *house) (any, error) {
		l, err := tx.Channels(ctx)
		return len(l) > 2, err // its own, and what InsertChannel wrote above
	},
}

// testForeign calls every method of every Tx from a second workspace. Its list is made by reflection: a method without a row
// here fails the test.
func testForeign(t *testing.T, e Engine) {
	s := Open(t, e.URL(t))
	theirs, own := furnish(t, s), furnish(t, s)
	write(t, theirs, func(tx everything) error {
		m := theirs.note
		m.ID, m.Position = id[vis.MessageID](), 4
		if err := tx.InsertMessage(t.Context(), m, []string{"theirs"}); err != nil {
			return err
		}
		if err := tx.MoveCursor(t.Context(), "only theirs", 0, 1); err != nil {
			return err
		}
		if _, err := tx.Lease(t.Context(), "only theirs", "node", now, now.Add(time.Hour)); err != nil {
			return err
		}
		return tx.IndexCustomer(t.Context(), theirs.customer.ID, []string{"theirs"})
	})
	absent, empty := maps.Clone(absent), maps.Clone(empty)
	maps.Copy(absent, absentRouted)
	maps.Copy(empty, emptyRouted)
	before := photograph(t, theirs)
	for method := range reflect.TypeFor[everything]().Methods() {
		if absent[method.Name] == nil && empty[method.Name] == nil {
			t.Errorf("%s has no row: what does it answer to another workspace?", method.Name)
		}
	}
	ctx := t.Context()
	for _, name := range slices.Sorted(maps.Keys(absent)) {
		err := own.update(ctx, func(tx everything) error {
			_, err := absent[name](ctx, tx, own, theirs)
			return err
		})
		if vis.CodeOf(err) != vis.NotFound && !errors.Is(err, vis.ErrStale) {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(empty)) {
		err := own.update(ctx, func(tx everything) error {
			got, err := empty[name](ctx, tx, own, theirs)
			if err == nil && !hollow(reflect.ValueOf(got)) {
				err = fmt.Errorf("got %+v, want nothing", got)
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	same(t, "the other workspace", photograph(t, theirs), before)
}

// hollow reports whether v holds nothing: zero, no members, or only such.
func hollow(v reflect.Value) bool {
	if !v.IsValid() || v.IsZero() {
		return true
	}
	if v.Kind() != reflect.Slice {
		return false
	}
	for i := range v.Len() {
		if !v.Index(i).IsZero() {
			return false
		}
	}
	return true
}
