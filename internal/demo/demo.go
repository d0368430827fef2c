// Package demo fills an empty server with a workspace that looks like a working day: the bicycle maker Cycles Arzel, its
// people, its customers and what they said. Everything goes through the same commands as in real life.
package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"visavis/internal/blob"
	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// House is what the demo is built with.
type House struct {
	Staff    staff.DB
	Channels channel.DB
	Desk     desk.DB
	Blobs    blob.Store
	Sealer   staff.Sealer
	Adapters []channel.Adapter
	Mint     vis.Mint
	Cores    int
}

// Built says where the demo stands.
type Built struct {
	Workspace vis.WorkspaceID
	Channel   channel.Channel // the shop's web chat
}

// builder writes history: its clock stands wherever the story is.
type builder struct {
	House
	now      time.Time
	ws       vis.WorkspaceID
	staff    *staff.Service
	channel  *channel.Service
	desk     *desk.Service
	members  map[string]staff.Member
	teams    map[string]vis.TeamID
	channels map[string]channel.Channel
	patrons  map[string]vis.CustomerID
}

// Build makes the demo workspace as of now. shopOrigins are the web origins of the demo shop's pages.
func Build(ctx context.Context, house House, now time.Time, shopOrigins []string) (Built, error) {
	b := &builder{House: house, now: now.Add(-500 * 24 * time.Hour), members: map[string]staff.Member{}, teams: map[string]vis.TeamID{},
		channels: map[string]channel.Channel{}, patrons: map[string]vis.CustomerID{}}
	clock := vis.ClockFunc(func() time.Time { return b.now })
	b.staff = staff.New(house.Staff, clock, house.Mint, house.Sealer, house.Cores)
	b.channel = channel.New(house.Channels, clock, house.Mint, house.Sealer, house.Adapters...)
	b.desk = desk.New(house.Desk, everywhere{}, clock, house.Mint)
	if err := b.people(ctx); err != nil {
		return Built{}, fmt.Errorf("make the demo's people: %w", err)
	}
	if err := b.ways(ctx, shopOrigins); err != nil {
		return Built{}, fmt.Errorf("make the demo's channels: %w", err)
	}
	if err := b.customers(ctx); err != nil {
		return Built{}, fmt.Errorf("make the demo's customers: %w", err)
	}
	return Built{b.ws, b.channels["chat"]}, b.history(ctx, now)
}

// Find returns the demo workspace of a server that has one.
func Find(ctx context.Context, db staff.DB, channels *channel.Service) (Built, bool, error) {
	all, err := db.Workspaces(ctx)
	if err != nil || len(all) == 0 {
		return Built{}, false, err
	}
	list, err := channels.List(ctx, all[0].ID)
	if err != nil {
		return Built{}, false, err
	}
	i := slices.IndexFunc(list, func(c channel.Channel) bool { return !c.Disabled })
	if i < 0 {
		return Built{}, false, fmt.Errorf("the data folder holds the workspace %q without an open web chat; choose another folder for the demo", all[0].Name)
	}
	return Built{all[0].ID, list[i]}, true, nil
}

// everywhere lets history answer on channels that are not connected in the demo.
type everywhere struct{}

func (everywhere) Capabilities(channel.Channel) channel.Capabilities {
	return channel.Capabilities{MaxText: desk.MaxText}
}

// as is a member as an actor.
func (b *builder) as(key string) vis.Actor {
	m := b.members[key]
	return vis.Actor{Workspace: b.ws, Kind: vis.ByMember, ID: string(m.ID), Role: m.Role}
}

func (b *builder) people(ctx context.Context) error {
	first := staffed[0]
	w, founder, err := b.staff.Found(ctx, staff.Founding{Workspace: "Cycles Arzel", Name: first.name, Email: first.email,
		Password: Password, Locale: first.locale, Zone: first.zone}, true)
	if err != nil {
		return err
	}
	b.ws, b.members[first.key] = w.ID, founder
	if _, err := b.staff.ChangeMe(ctx, b.as(first.key), staff.MemberChange{Face: &first.face}); err != nil {
		return err
	}
	for _, p := range staffed[1:] {
		invited, err := b.staff.Invite(ctx, b.as(first.key), staff.Invitation{Email: p.email, Name: p.name, Locale: p.locale, Role: p.role})
		if err != nil {
			return err
		}
		secret, err := b.staff.InviteSecret(b.ws, invited)
		if err != nil {
			return err
		}
		joined, err := b.staff.AcceptInvite(ctx, secret, staff.Joining{Name: p.name, Password: Password, Locale: p.locale, Zone: p.zone, Face: p.face})
		if err != nil {
			return err
		}
		b.members[p.key] = joined.Member
	}
	for _, t := range squads {
		var members []vis.MemberID
		for _, key := range t.members {
			members = append(members, b.members[key].ID)
		}
		made, err := b.staff.CreateTeam(ctx, b.as(first.key), t.name, t.icon, members)
		if err != nil {
			return err
		}
		b.teams[t.key] = made.ID
	}
	return nil
}

// past are the channels by which older conversations came. They are switched off: the demo shows what was said there and sends
// nothing.
var past = []struct {
	kind channel.Kind
	name string
}{{"email", "atelier@arzel.example"}, {"phone", "Standard de Rennes"}, {"sms", "SMS"}, {"social", "Réseaux sociaux"}, {"letter", "Courrier"}, {"shop", "Boutique de Rennes"}}

func (b *builder) ways(ctx context.Context, shopOrigins []string) error {
	settings, err := json.Marshal(map[string]any{
		"colour": "#022832", "origins": shopOrigins, "languages": []string{"fr", "en"},
		"greeting": map[string]string{"fr": "Nous sommes là, en personne.", "en": "Real people, right here."},
	})
	if err != nil {
		return err
	}
	chat, err := b.channel.Create(ctx, b.as("lea"), "webchat", "Boutique en ligne", settings, b.teams["commandes"])
	if err != nil {
		return err
	}
	if chat, err = b.channel.RotateSecret(ctx, b.as("lea"), chat.ID); err != nil {
		return err
	}
	b.channels["chat"] = chat
	for _, p := range past {
		c := channel.Channel{ID: vis.ChannelID(b.Mint.ID(b.now)), Kind: p.kind, Name: p.name, Key: b.Mint.Secret(10),
			Settings: json.RawMessage("{}"), Disabled: true, CreatedAt: b.now, Version: 1}
		var none struct{}
		err := b.Channels.Update(ctx, b.as("lea"), &none, func(tx channel.Tx) error { return tx.InsertChannel(ctx, c) })
		if err != nil {
			return err
		}
		b.channels[string(p.kind)] = c
	}
	return nil
}

func (b *builder) customers(ctx context.Context) error {
	for _, p := range patrons {
		c := desk.Customer{ID: vis.CustomerID(b.Mint.ID(b.now)), Name: p.name, Face: p.face, Locale: p.locale, Zone: p.zone,
			Verified: p.verified, FirstSeenAt: b.now, LastSeenAt: b.now, Version: 1}
		for _, i := range []desk.Identity{{Kind: desk.IdentityEmail, Value: p.email}, {Kind: desk.IdentityPhone, Value: p.phone},
			{Kind: desk.IdentityCard, Value: p.card}, {Kind: desk.IdentitySocial, Value: p.social}} {
			if i.Value == "" {
				continue
			}
			i.ID, i.Customer, i.Key = vis.IdentityID(b.Mint.ID(b.now)), c.ID, strings.ReplaceAll(strings.ToLower(i.Value), " ", "")
			i.Verified, i.CreatedAt = p.verified, b.now
			c.Identities = append(c.Identities, i)
		}
		var none struct{}
		err := b.Desk.Update(ctx, vis.System(b.ws), &none, func(tx desk.Tx) error {
			if err := tx.InsertCustomer(ctx, c); err != nil {
				return err
			}
			for _, i := range c.Identities {
				if err := tx.InsertIdentity(ctx, i); err != nil {
					return err
				}
			}
			return tx.IndexCustomer(ctx, c.ID, c.Terms())
		})
		if err != nil {
			return fmt.Errorf("make the customer %s: %w", p.key, err)
		}
		b.patrons[p.key] = c.ID
	}
	return nil
}

// moment is a step with its place in history.
type moment struct {
	at   time.Time
	tale int
	step step
}

// history lets everything happen in the order in which it did.
func (b *builder) history(ctx context.Context, now time.Time) error {
	var moments []moment
	for i, t := range tales {
		last := time.Time{}
		for _, s := range t.steps {
			at := now.Add(-s.ago)
			if !at.After(last) {
				at = last.Add(time.Minute) // a tale is told in order
			}
			last = at
			moments = append(moments, moment{at, i, s})
		}
	}
	slices.SortStableFunc(moments, func(x, y moment) int { return x.at.Compare(y.at) })
	conversations := make([]vis.ConversationID, len(tales))
	for _, m := range moments {
		b.now = m.at
		if err := b.happen(ctx, tales[m.tale], &conversations[m.tale], m.step, now); err != nil {
			return fmt.Errorf("tell of %q: %w", tales[m.tale].subject, err)
		}
	}
	return b.readEarlier(ctx, conversations)
}

func (b *builder) happen(ctx context.Context, t tale, id *vis.ConversationID, s step, now time.Time) error {
	customer := vis.Actor{Workspace: b.ws, Kind: vis.ByCustomer, ID: string(b.patrons[t.customer])}
	if s.by == "" && s.say != "" {
		return b.write(ctx, customer, t, id, s)
	}
	c, err := b.desk.Conversation(ctx, vis.System(b.ws), *id)
	if err != nil {
		return err
	}
	switch by := b.as(s.by); {
	case s.read:
		return b.desk.MarkRead(ctx, customer, *id, c.LastPosition)
	case s.say != "":
		_, err = b.desk.Reply(ctx, by, *id, desk.Outbound{Text: french(s.say)})
	case s.note != "":
		_, err = b.desk.WriteNote(ctx, by, *id, french(s.note), nil)
	case s.resolve:
		_, err = b.desk.Resolve(ctx, by, *id, c.Version)
	case s.snooze > 0:
		_, err = b.desk.Snooze(ctx, by, *id, now.Add(s.snooze), false, c.Version)
	case s.asleep:
		_, err = b.desk.Snooze(ctx, by, *id, time.Time{}, true, c.Version)
	}
	return err
}

func (b *builder) write(ctx context.Context, customer vis.Actor, t tale, id *vis.ConversationID, s step) error {
	in := desk.Inbound{Channel: b.channels[t.channel].ID, Conversation: *id, Text: french(s.say), ClientID: b.Mint.ID(b.now)}
	for _, p := range patrons {
		if p.key == t.customer && p.page != "" {
			in.Page = &desk.PageView{URL: "https://cycles-arzel.example" + p.page, Title: p.title, At: b.now}
		}
	}
	if s.photo {
		a, err := b.photograph(ctx, customer)
		if err != nil {
			return err
		}
		in.Attachments = []vis.AttachmentID{a.ID}
	}
	received, err := b.desk.Receive(ctx, customer, in)
	if err != nil {
		return err
	}
	var none struct{}
	err = b.Desk.Update(ctx, customer, &none, func(tx desk.Tx) error { return tx.TouchCustomer(ctx, customer.Customer(), b.now, in.Page) })
	if err != nil || *id != "" {
		return err
	}
	*id = received.Conversation.ID
	return b.place(ctx, *id, t)
}

// place gives a conversation its subject and its owners as if it had always had them: no line in the thread tells of it.
func (b *builder) place(ctx context.Context, id vis.ConversationID, t tale) error {
	var none struct{}
	return b.Desk.Update(ctx, vis.System(b.ws), &none, func(tx desk.Tx) error {
		c, err := tx.Conversation(ctx, id)
		if err != nil {
			return err
		}
		c.Subject, c.Assignee, c.Team = french(t.subject), b.members[t.owner].ID, b.teams[t.team]
		_, err = tx.SaveConversation(ctx, c)
		return err
	})
}

// french sets narrow no-break spaces where French typography wants them; the source keeps plain ones, which can be seen.
var french = strings.NewReplacer(" ?", "\u202f?", " !", "\u202f!", " ;", "\u202f;", " :", "\u202f:", "« ", "«\u202f", " »", "\u202f»").Replace

func (b *builder) photograph(ctx context.Context, by vis.Actor) (desk.Attachment, error) {
	picture, width, height := brakeDisc()
	ref, err := b.Blobs.Put(ctx, b.ws, bytes.NewReader(picture), desk.MaxFile)
	if err != nil {
		return desk.Attachment{}, err
	}
	return b.desk.Attach(ctx, by, desk.Attachment{Name: "frein-avant.png", MediaType: "image/png", Size: ref.Size,
		Width: width, Height: height, Blob: ref.Hash})
}

// readEarlier marks as read by the demo's member all but what has come in while she was busy.
func (b *builder) readEarlier(ctx context.Context, conversations []vis.ConversationID) error {
	for i, id := range conversations {
		if slices.Contains([]string{"marc", "jonathan", "helene", "emily", "visitor", "sarah"}, tales[i].customer) {
			continue
		}
		c, err := b.desk.Conversation(ctx, vis.System(b.ws), id)
		if err != nil {
			return err
		}
		if err := b.desk.MarkRead(ctx, b.as("lea"), id, c.LastPosition); err != nil {
			return err
		}
	}
	return nil
}
