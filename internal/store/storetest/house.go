package storetest

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/store"
	"visavis/internal/vis"
)

// everything is what one transaction of the store can do for all rooms.
type everything interface {
	desk.Tx
	staff.Tx
	channel.Tx
	jobs.Tx
	routing.Tx
}

// house is a workspace with one of everything in it.
type house struct {
	store      *store.Store
	ws         vis.WorkspaceID
	member     staff.Member
	team       staff.Team
	session    staff.Session
	invite     staff.Invite
	token      staff.Token
	channel    channel.Channel
	customer   desk.Customer
	identity   desk.Identity
	visit      desk.Visit
	convers    desk.Conversation
	message    desk.Message
	note       desk.Message
	line       desk.Message
	attachment desk.Attachment
	upload     desk.Attachment
	timer      jobs.Timer
	step       desk.Step
	saved      desk.SavedView
	routed
}

// update runs fn for the system of the workspace.
func (h *house) update(ctx context.Context, fn func(everything) error) error {
	return h.store.Desk().Update(ctx, vis.System(h.ws), nil, func(tx desk.Tx) error { return fn(tx.(everything)) })
}

// view reads.
func (h *house) view(ctx context.Context, fn func(everything) error) error {
	return h.store.Desk().View(ctx, h.ws, func(tx desk.Tx) error { return fn(tx.(everything)) })
}

// read reads one value.
func read[T any](t testing.TB, h *house, fn func(everything) (T, error)) T {
	t.Helper()
	var out T
	check(t, h.view(t.Context(), func(tx everything) (err error) {
		out, err = fn(tx)
		return err
	}))
	return out
}

// write runs a command that must come through.
func write(t testing.TB, h *house, fn func(everything) error) {
	t.Helper()
	check(t, h.update(t.Context(), fn))
}

// found makes a workspace with its first member only.
func found(t testing.TB, s *store.Store) *house {
	t.Helper()
	h := &house{store: s, ws: id[vis.WorkspaceID]()}
	h.member = newMember("Léa Le Goff", "lea+"+string(h.ws)+"@example.org")
	w := staff.Workspace{ID: h.ws, Name: "Cycles Arzel", Locale: "fr", Zone: "Europe/Paris", CreatedAt: now}
	check(t, s.Staff().CreateWorkspace(t.Context(), w, h.member, false))
	h.channel = newChannel()
	h.customer = newCustomer()
	write(t, h, func(tx everything) error {
		if err := tx.InsertChannel(t.Context(), h.channel); err != nil {
			return err
		}
		return tx.InsertCustomer(t.Context(), h.customer)
	})
	return h
}

// furnish makes a workspace with one of everything.
func furnish(t testing.TB, s *store.Store) *house {
	t.Helper()
	ctx := t.Context()
	h := found(t, s)
	h.team = staff.Team{ID: id[vis.TeamID](), Name: "Atelier", Icon: "wrench", Members: []vis.MemberID{h.member.ID}, CreatedAt: now, Version: 1}
	h.member.Teams = []vis.TeamID{h.team.ID}
	h.session = staff.Session{TokenHash: mint.Secret(32), Member: h.member.ID, CreatedAt: now, SeenAt: now.Add(time.Minute), ExpiresAt: now.Add(time.Hour)}
	h.invite = staff.Invite{ID: id[vis.InviteID](), Member: h.member.ID, TokenHash: mint.Secret(32), CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
	h.token = staff.Token{ID: id[vis.TokenID](), Name: "Export", Prefix: "vv_ab", SecretHash: mint.Secret(32), Owner: h.member.ID,
		Scopes: []vis.Scope{vis.ReadConversations, vis.ReadCustomers}, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
	h.identity = desk.Identity{ID: id[vis.IdentityID](), Customer: h.customer.ID, Kind: desk.IdentityEmail, Value: "Anna@Example.org",
		Key: "anna@example.org", Verified: true, CreatedAt: now}
	h.customer.Identities = []desk.Identity{h.identity}
	h.visit = desk.Visit{TokenHash: mint.Secret(32), Customer: h.customer.ID, Channel: h.channel.ID, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
	h.convers = newConversation(h, 1)
	h.convers.Team, h.convers.Assignee, h.convers.LastPosition = h.team.ID, h.member.ID, 3
	h.attachment = desk.Attachment{ID: id[vis.AttachmentID](), Name: "freins.png", MediaType: "image/png", Size: 1 << 40, Width: 3, Height: 4,
		Blob: mint.Secret(32), Author: desk.AuthorCustomer, AuthorID: string(h.customer.ID), CreatedAt: now}
	h.upload = h.attachment
	h.upload.ID = id[vis.AttachmentID]()
	h.message = desk.Message{ID: id[vis.MessageID](), Conversation: h.convers.ID, Position: 1, Kind: desk.KindMessage, Author: desk.AuthorCustomer,
		AuthorID: string(h.customer.ID), Text: "Où est mon vélo ? 🚲\n\"l'atelier\"", Channel: h.channel.ID, ClientID: mint.ID(now), CreatedAt: now}
	h.attachment.Conversation, h.attachment.Message = h.convers.ID, h.message.ID
	h.message.Attachments = []desk.Attachment{h.attachment}
	h.note = desk.Message{ID: id[vis.MessageID](), Conversation: h.convers.ID, Position: 2, Kind: desk.KindNote, Author: desk.AuthorMember,
		AuthorID: string(h.member.ID), Text: "Elle attend depuis lundi.", CreatedAt: now}
	until := now.Add(time.Hour)
	h.line = desk.Message{ID: id[vis.MessageID](), Conversation: h.convers.ID, Position: 3, Kind: desk.KindLine, Author: desk.AuthorSystem,
		Line: &desk.Line{Type: desk.ConversationSnoozed, Until: &until}, CreatedAt: now}
	h.timer = jobs.Timer{Workspace: h.ws, Kind: "wake", Key: string(h.convers.ID), DueAt: now}
	h.step = desk.Step{ID: id[vis.StepID](), Conversation: h.convers.ID, Kind: "custom", Text: "La pièce est commandée.", State: desk.Underway,
		ExpectedAt: until, Member: h.member.ID, Position: 1, CreatedAt: now, ChangedAt: now, Version: 1}
	h.saved = desk.SavedView{ID: id[vis.ViewID](), Owner: h.member.ID, Sharing: desk.WithTeam, Team: h.team.ID, Name: "Fâchés « 🚲 »", CreatedAt: now, Version: 1, Position: 1,
		List: desk.SavedList{View: desk.ViewTeam, Team: h.team.ID, State: desk.Open, Reason: "repair/brakes", Mood: "negative", Dissatisfied: true, Urgency: "now"}}
	h.routed = newRouted(h)
	write(t, h, func(tx everything) error {
		for _, step := range []func() error{
			func() error { return tx.InsertTeam(ctx, h.team) },
			func() error { return tx.InsertSession(ctx, h.session) },
			func() error { return tx.PutInvite(ctx, h.invite) },
			func() error { return tx.InsertToken(ctx, h.token) },
			func() error { return tx.InsertIdentity(ctx, h.identity) },
			func() error { return tx.IndexCustomer(ctx, h.customer.ID, []string{"anna", "example"}) },
			func() error { return tx.InsertVisit(ctx, h.visit) },
			func() error { return tx.InsertConversation(ctx, h.convers) },
			func() error {
				a := h.attachment
				a.Conversation, a.Message = "", ""
				return tx.InsertAttachment(ctx, a)
			},
			func() error { return tx.BindAttachment(ctx, h.attachment.ID, h.convers.ID, h.message.ID) },
			func() error { return tx.InsertAttachment(ctx, h.upload) },
			func() error { return tx.InsertMessage(ctx, h.message, []string{"velo", "atelier"}) },
			func() error { return tx.InsertMessage(ctx, h.note, []string{"lundi"}) },
			func() error { return tx.InsertMessage(ctx, h.line, nil) },
			func() error { return tx.SaveReadPosition(ctx, h.convers.ID, h.member.ID, 2, now) },
			func() error { return tx.Arm(ctx, h.timer) },
			func() error { _, err := tx.InsertStep(ctx, h.step); return err },
			func() error { return tx.InsertSavedView(ctx, h.saved) },
			func() error { return h.routed.store(ctx, tx) },
			func() error {
				return tx.Audit(ctx, vis.NewAudit(vis.System(h.ws), now, "workspace.furnished", string(h.ws), nil))
			},
			func() error {
				e := vis.NewEvent(vis.System(h.ws), now, desk.ConversationStarted, nil)
				e.Conversation, e.Customer = h.convers.ID, h.customer.ID
				return tx.Append(ctx, e)
			},
		} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	return h
}

func newMember(name, email string) staff.Member {
	return staff.Member{ID: id[vis.MemberID](), Email: email, EmailKey: email, Name: name, FirstName: "Léa", Role: vis.Agent, Face: "long-2-7",
		Locale: "fr", Zone: "Europe/Paris", State: staff.Active, PasswordHash: "$argon2id$", CreatedAt: now, Version: 1}
}

func newChannel() channel.Channel {
	return channel.Channel{ID: id[vis.ChannelID](), Kind: "webchat", Name: "Boutique", Key: mint.Secret(8), Settings: json.RawMessage(`{"colour": "#008877"}`),
		CreatedAt: now, Version: 1}
}

func newCustomer() desk.Customer {
	return desk.Customer{ID: id[vis.CustomerID](), Name: "Anna Moreau", Face: "short-1-2", Locale: "fr", Zone: "Europe/Paris", Verified: true,
		Adviser: "lea", Segment: "gold", Value: 70, Attributes: desk.Attributes{"place": "Nantes", "x": "« 🚲 »"}, Page: &desk.PageView{URL: "https://shop.example/x", Title: "Vélos", At: now}, FirstSeenAt: now, LastSeenAt: now, Version: 1}
}

// newConversation is one in which every field says something.
func newConversation(h *house, number int64) desk.Conversation {
	return desk.Conversation{ID: id[vis.ConversationID](), Number: number, Subject: "Freins", State: desk.Open, Channel: h.channel.ID,
		Customer: h.customer.Ref(), SnoozedUntil: now.Add(time.Hour), SnoozedUntilReply: true,
		Preview:      desk.Preview{Text: "Où est", Author: desk.AuthorCustomer, At: now, Attachments: 1},
		WaitingSince: now, LastPosition: 0, CustomerReadPosition: 1, MemberReadPosition: 2, CreatedAt: now, LastActivityAt: now,
		ResolvedAt: now.Add(time.Minute), Version: 1,
		About: desk.About{Language: "fr", Reason: "repair/brakes", Criticality: 2, Mood: -40, Influence: 1 << 40, DeadlineAt: now.Add(72 * time.Hour),
			Contacts: 3},
		Reading: desk.Reading{By: desk.ByReader, Alone: true, Message: id[vis.MessageID](), Language: "fr", Dissatisfied: true, Urgency: "now",
			MoodSaid: 2},
		Standing: desk.Standing{Rank: -1 << 40, Promise: "first", PromiseState: "running", PromisedAt: now, DueAt: now.Add(4 * time.Hour)}}
}
