package storetest

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		g, _ := json.Marshal(got)
		w, _ := json.Marshal(want)
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

func testKeeps(t *testing.T, e Engine) {
	h := furnish(t, Open(t, e.URL(t)))
	ctx := t.Context()
	check(t, h.view(ctx, func(tx everything) error {
		reads := []reading{
			{"Member", h.member, func() (any, error) { return tx.Member(ctx, h.member.ID) }},
			{"MemberByEmail", h.member, func() (any, error) { return tx.MemberByEmail(ctx, h.member.EmailKey) }},
			{"Members", []staff.Member{h.member}, func() (any, error) { return tx.Members(ctx) }},
			{"Team", h.team, func() (any, error) { return tx.Team(ctx, h.team.ID) }},
			{"Teams", []staff.Team{h.team}, func() (any, error) { return tx.Teams(ctx) }},
			{"Session", h.session, func() (any, error) { return tx.Session(ctx, h.session.TokenHash) }},
			{"InviteByToken", h.invite, func() (any, error) { return tx.InviteByToken(ctx, h.invite.TokenHash) }},
			{"Token", h.token, func() (any, error) { return tx.Token(ctx, h.token.SecretHash) }},
			{"Tokens", []staff.Token{h.token}, func() (any, error) { return tx.Tokens(ctx) }},
			{"Channel", h.channel, func() (any, error) { return tx.Channel(ctx, h.channel.ID) }},
			{"Channels", []channel.Channel{h.channel}, func() (any, error) { return tx.Channels(ctx) }},
			{"Customer", h.customer, func() (any, error) { return tx.Customer(ctx, h.customer.ID) }},
			{"CustomerByIdentity", h.customer, func() (any, error) {
				return tx.CustomerByIdentity(ctx, h.identity.Kind, h.identity.Key)
			}},
			{"SearchCustomers", []desk.Customer{h.customer}, func() (any, error) { return tx.SearchCustomers(ctx, []string{"ann"}, 10) }},
			{"VisitByToken", h.visit, func() (any, error) { return tx.VisitByToken(ctx, h.visit.TokenHash) }},
			{"SavedView", h.saved, func() (any, error) { return tx.SavedView(ctx, h.saved.ID) }},
			{"SavedViews", []desk.SavedView{h.saved}, func() (any, error) { return tx.SavedViews(ctx, "") }},
			{"Conversation", h.convers, func() (any, error) { return tx.Conversation(ctx, h.convers.ID) }},
			{"CurrentConversation", h.convers, func() (any, error) {
				return tx.CurrentConversation(ctx, h.customer.ID, h.channel.ID)
			}},
			{"Message", h.message, func() (any, error) { return tx.Message(ctx, h.message.ID) }},
			{"Message (line)", h.line, func() (any, error) { return tx.Message(ctx, h.line.ID) }},
			{"MessageByClientID", h.message, func() (any, error) {
				return tx.MessageByClientID(ctx, desk.AuthorCustomer, string(h.customer.ID), h.message.ClientID)
			}},
			{"Messages", []desk.Message{h.message, h.note, h.line}, func() (any, error) { return tx.Messages(ctx, h.convers.ID, desk.Range{Limit: 9}) }},
			{"Messages newest", []desk.Message{h.note, h.line}, func() (any, error) { return tx.Messages(ctx, h.convers.ID, desk.Range{Limit: 2}) }},
			{"Messages before", []desk.Message{h.message, h.note}, func() (any, error) {
				return tx.Messages(ctx, h.convers.ID, desk.Range{Before: 3, Limit: 2})
			}},
			{"Messages after", []desk.Message{h.note}, func() (any, error) {
				return tx.Messages(ctx, h.convers.ID, desk.Range{After: 1, Forward: true, Limit: 1})
			}},
			{"Messages of a kind", []desk.Message{h.message}, func() (any, error) {
				return tx.Messages(ctx, h.convers.ID, desk.Range{Limit: 9}, desk.KindMessage)
			}},
			{"SearchConversations", []desk.Match{{Conversation: h.convers, Message: h.message}}, func() (any, error) {
				return tx.SearchConversations(ctx, []string{"velo", "atel"}, 10)
			}},
			{"Attachment", h.attachment, func() (any, error) { return tx.Attachment(ctx, h.attachment.ID) }},
			{"Attachment unsent", h.upload, func() (any, error) { return tx.Attachment(ctx, h.upload.ID) }},
			{"CountUploads", 2, func() (any, error) {
				return tx.CountUploads(ctx, desk.AuthorCustomer, string(h.customer.ID), now)
			}},
			{"CountUploads later", 0, func() (any, error) {
				return tx.CountUploads(ctx, desk.AuthorCustomer, string(h.customer.ID), now.Add(time.Millisecond))
			}},
			{"ReadPosition", int64(2), func() (any, error) { return tx.ReadPosition(ctx, h.convers.ID, h.member.ID) }},
			{"ReadPositions", map[vis.ConversationID]int64{h.convers.ID: 2}, func() (any, error) {
				return tx.ReadPositions(ctx, []vis.ConversationID{h.convers.ID, "x"}, h.member.ID)
			}},
			{"Step", h.step, func() (any, error) { return tx.Step(ctx, h.step.ID) }},
			{"Steps", []desk.Step{h.step}, func() (any, error) { return tx.Steps(ctx, h.convers.ID) }},
			{"Head", int64(1), func() (any, error) { return tx.Head(ctx) }},
			{"Events", []vis.Event{{Workspace: h.ws, Seq: 1, At: now, Type: desk.ConversationStarted, By: vis.BySystem, Conversation: h.convers.ID,
				Customer: h.customer.ID, Data: json.RawMessage("{}")}}, func() (any, error) { return tx.Events(ctx, 0, 10) }},
		}
		for _, r := range append(reads, h.readings(ctx, tx)...) {
			got, err := r.read()
			if err != nil {
				t.Errorf("%s: %v", r.what, err)
				continue
			}
			same(t, r.what, got, r.want)
		}
		return nil
	}))
	ws, ch, err := h.store.Channels().ChannelByKey(ctx, h.channel.Key)
	check(t, err)
	if ws != h.ws || ch.ID != h.channel.ID {
		t.Errorf("ChannelByKey found %s %s", ws, ch.ID)
	}
	_, _, err = h.store.Channels().ChannelByKey(ctx, "nobody's")
	wantCode(t, err, vis.NotFound)
	at, err := h.store.Staff().MembersByEmail(ctx, h.member.EmailKey)
	check(t, err)
	same(t, "MembersByEmail", at, []staff.Located{{Workspace: h.ws, Member: h.member}})
	testChanges(t, h)
	testRoutedChanges(t, furnish(t, h.store))
}

// testChanges saves everything with other values and reads it back.
func testChanges(t *testing.T, h *house) {
	ctx := t.Context()
	later := now.Add(48 * time.Hour)
	write(t, h, func(tx everything) (err error) {
		m := h.member
		m.Name, m.Role, m.State, m.PasswordHash, m.Locale = "Léa", vis.Administrator, staff.Disabled, "x", "en"
		saved, err := tx.SaveMember(ctx, m)
		m.Version = 2
		same(t, "SaveMember", saved, m)
		h.member = m
		return err
	})
	write(t, h, func(tx everything) (err error) {
		h.team.Name, h.team.Members = "Boutique", nil
		h.member.Teams = nil
		h.team, err = tx.SaveTeam(ctx, h.team)
		return err
	})
	write(t, h, func(tx everything) (err error) {
		h.channel.Name, h.channel.Disabled, h.channel.Secret, h.channel.Team = "Chat", true, []byte{0, 1, 255}, h.team.ID
		h.channel, err = tx.SaveChannel(ctx, h.channel)
		return err
	})
	write(t, h, func(tx everything) (err error) {
		h.customer.Name, h.customer.Verified, h.customer.Page = "Anna", false, nil
		h.customer.Adviser, h.customer.Segment, h.customer.Value = "", "new", 0
		h.customer.Attributes = nil
		if h.customer, err = tx.SaveCustomer(ctx, h.customer); err != nil {
			return err
		}
		h.customer.LastSeenAt, h.customer.Page = later, &desk.PageView{URL: "https://a.example", Title: "A", At: later}
		return tx.TouchCustomer(ctx, h.customer.ID, later, h.customer.Page)
	})
	write(t, h, func(tx everything) (err error) {
		next := h.step // whatever position it names, it gets the next
		next.ID = id[vis.StepID]()
		if next, err = tx.InsertStep(ctx, next); err != nil || next.Position != 2 {
			t.Errorf("the second step is at %d, %v", next.Position, err)
		}
		h.step.Kind, h.step.Text, h.step.State, h.step.ExpectedAt, h.step.Member = "late", "", desk.Done, time.Time{}, ""
		h.step.ChangedAt = later
		h.step, err = tx.SaveStep(ctx, h.step)
		return errors.Join(err, tx.DeleteStep(ctx, next.ID))
	})
	write(t, h, func(tx everything) (err error) {
		c := h.convers
		c.Subject, c.State, c.Assignee, c.Team, c.SnoozedUntil, c.SnoozedUntilReply = "Selle", desk.Resolved, "", "", time.Time{}, false
		c.Preview, c.WaitingSince, c.LastPosition, c.CustomerReadPosition, c.MemberReadPosition = desk.Preview{}, time.Time{}, 9, 8, 7
		c.LastActivityAt, c.ResolvedAt = later, time.Time{}
		saved, err := tx.SaveConversation(ctx, c)
		c.Version = 2
		same(t, "SaveConversation", saved, c)
		c.About = desk.About{Language: "en", Criticality: 4, Mood: 90}
		c.Reading.By, c.Reading.Alone, c.Reading.MoodSaid = desk.BySaid, false, 4
		saved, e := tx.SaveAbout(ctx, c)
		c.Version = 3
		same(t, "SaveAbout", saved, c)
		c.About.Reason, c.About.Mood = "repair", -7
		c.Reading = desk.Reading{By: desk.BySaid, Message: h.message.ID, Language: "en", Urgency: "today", MoodSaid: 5}
		e = errors.Join(e, tx.SaveReading(ctx, c)) // no new version
		h.convers = c
		return errors.Join(err, e, tx.SaveReadMarks(ctx, c.ID, 10, 11))
	})
	h.convers.CustomerReadPosition, h.convers.MemberReadPosition = 10, 11
	h.convers.Customer = h.customer.Ref()
	same(t, "Member changed", read(t, h, func(tx everything) (staff.Member, error) { return tx.Member(ctx, h.member.ID) }), h.member)
	same(t, "Team changed", read(t, h, func(tx everything) (staff.Team, error) { return tx.Team(ctx, h.team.ID) }), h.team)
	same(t, "Channel changed", read(t, h, func(tx everything) (channel.Channel, error) { return tx.Channel(ctx, h.channel.ID) }), h.channel)
	same(t, "Customer changed", read(t, h, func(tx everything) (desk.Customer, error) { return tx.Customer(ctx, h.customer.ID) }), h.customer)
	same(t, "Steps changed", read(t, h, func(tx everything) ([]desk.Step, error) { return tx.Steps(ctx, h.convers.ID) }), []desk.Step{h.step})
	same(t, "Conversation changed", read(t, h, func(tx everything) (desk.Conversation, error) { return tx.Conversation(ctx, h.convers.ID) }), h.convers)
	testAccess(t, h)
}

// testAccess moves and ends sessions, invitations and tokens.
func testAccess(t *testing.T, h *house) {
	ctx := t.Context()
	other := staff.Session{TokenHash: mint.Secret(32), Member: h.member.ID, CreatedAt: now, SeenAt: now, ExpiresAt: now}
	again := h.invite
	again.ID, again.TokenHash = id[vis.InviteID](), mint.Secret(32)
	write(t, h, func(tx everything) error {
		return errors.Join(tx.InsertSession(ctx, other), tx.TouchSession(ctx, h.session.TokenHash, now.Add(time.Hour)),
			tx.DeleteSessions(ctx, h.member.ID, h.session.TokenHash), tx.PutInvite(ctx, again), tx.TouchToken(ctx, h.token.ID, now),
			tx.SetTeams(ctx, h.member.ID, []vis.TeamID{h.team.ID}))
	})
	check(t, h.view(ctx, func(tx everything) error {
		_, err := tx.Session(ctx, other.TokenHash)
		wantCode(t, err, vis.NotFound)
		_, err = tx.InviteByToken(ctx, h.invite.TokenHash)
		wantCode(t, err, vis.NotFound)
		_, err = tx.InviteByToken(ctx, again.TokenHash)
		check(t, err)
		s, err := tx.Session(ctx, h.session.TokenHash)
		check(t, err)
		k, err := tx.Token(ctx, h.token.SecretHash)
		check(t, err)
		m, err := tx.Member(ctx, h.member.ID)
		check(t, err)
		if !s.SeenAt.Equal(now.Add(time.Hour)) || !k.LastUsedAt.Equal(now) || !slices.Equal(m.Teams, []vis.TeamID{h.team.ID}) {
			t.Errorf("got session %v, token %v, teams %v", s.SeenAt, k.LastUsedAt, m.Teams)
		}
		return nil
	}))
	write(t, h, func(tx everything) error {
		return errors.Join(tx.DeleteSession(ctx, h.session.TokenHash), tx.DeleteInvite(ctx, again.ID), tx.DeleteToken(ctx, h.token.ID),
			tx.DeleteVisit(ctx, h.visit.TokenHash))
	})
	check(t, h.view(ctx, func(tx everything) error {
		_, err := tx.Session(ctx, h.session.TokenHash)
		wantCode(t, err, vis.NotFound)
		_, err = tx.InviteByToken(ctx, again.TokenHash)
		wantCode(t, err, vis.NotFound)
		_, err = tx.Token(ctx, h.token.SecretHash)
		wantCode(t, err, vis.NotFound)
		_, err = tx.VisitByToken(ctx, h.visit.TokenHash)
		wantCode(t, err, vis.NotFound)
		return nil
	}))
}
