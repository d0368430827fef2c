// Package demo fills an empty server with a workspace that looks like a working day: the bicycle maker Cycles Arzel, its
// people, its customers and what they said. Everything goes through the same commands as in real life.
package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"visavis/internal/blob"
	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/listen"
	"visavis/internal/notify"
	"visavis/internal/post"
	"visavis/internal/report"
	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// House is what the demo is built with.
type House struct {
	Staff     staff.DB
	Channels  channel.DB
	Desk      desk.DB
	Letters   post.DB
	Routing   routing.DB
	Report    report.DB
	Reasons   listen.DB
	Contacts  listen.CountDB
	Incidents listen.IncidentDB
	Timers    jobs.DB
	Notices   routing.Notices
	Bells     *notify.Service
	Log       *slog.Logger
	Blobs     blob.Store
	Sealer    staff.Sealer
	Keys      post.Keys
	Adapters  []channel.Adapter
	Mint      vis.Mint
	Cores     int
}

// Built says where the demo stands.
type Built struct {
	Workspace vis.WorkspaceID
	Channel   channel.Channel // the shop's web chat
	// Present are members who are at work although nobody signs in for them, so that the board has somebody to show.
	Present []vis.MemberID
}

// builder writes history: its clock stands wherever the story is.
type builder struct {
	House
	now      time.Time
	ws       vis.WorkspaceID
	staff    *staff.Service
	channel  *channel.Service
	desk     *desk.Service
	routing  *routing.Service
	reader   *listen.Service
	watch    *listen.Watch
	heard    bool // since the last look at what was heard
	effects  map[string]jobs.Effect
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
	b.routing = routing.New(house.Routing, b.desk, b.channel, house.Notices, nil, clock, house.Mint, house.Log)
	b.reader = listen.New(listen.Options{DB: house.Reasons, Desk: b.desk, Clock: clock})
	b.watch = listen.NewWatch(house.Incidents, b.desk, house.Bells, clock, house.Mint, house.Log)
	b.effects = map[string]jobs.Effect{desk.TimerWake: b.desk.Wake}
	maps.Copy(b.effects, b.routing.Effects())
	maps.Copy(b.effects, b.watch.Effects())
	b.effects[listen.TimerLook] = b.look
	for _, part := range []struct {
		name string
		make func() error
	}{
		{"people", func() error { return b.people(ctx) }},
		{"channels", func() error { return b.ways(ctx, shopOrigins) }},
		{"promises", func() error { return b.promises(ctx, now) }},
		{"customers", func() error { return b.customers(ctx) }},
		{"reasons", func() error { return b.reasons(ctx, now) }},
		{"scenarios", func() error { return b.prepared(ctx, now) }},
		{"history", func() error { return b.history(ctx, now) }},
		{"figures", func() error { return b.figures(ctx, now) }},
		{"promise page", func() error { return b.page(ctx, now) }},
		{"present", func() error { return b.clockIn(ctx, now) }},
	} {
		if err := part.make(); err != nil {
			return Built{}, fmt.Errorf("make the demo's %s: %w", part.name, err)
		}
	}
	return Built{b.ws, b.channels["chat"], b.presentIDs()}, nil
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
	present, err := presentIn(ctx, db, all[0].ID)
	return Built{all[0].ID, list[i], present}, err == nil, err
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
	kind     channel.Kind
	name     string
	settings json.RawMessage
}{
	{"email", mailAddress, json.RawMessage(`{"addresses":[{"address":"` + mailAddress + `","name":"Cycles Arzel"}],"trustedServers":[]}`)},
	{"phone", "Standard de Rennes", json.RawMessage("{}")}, {"sms", "SMS", json.RawMessage("{}")}, {"social", "Réseaux sociaux", json.RawMessage("{}")},
	{"letter", "Courrier", json.RawMessage("{}")}, {"shop", "Boutique de Rennes", json.RawMessage("{}")},
}

func (b *builder) ways(ctx context.Context, shopOrigins []string) error {
	settings, err := json.Marshal(map[string]any{
		"colour": "#022832", "origins": shopOrigins, "languages": []string{"fr", "en"}, "assist": true,
		"greeting": map[string]string{"fr": "Nous sommes là, en personne.", "en": "Real people, right here."},
	})
	if err != nil {
		return err
	}
	chat, err := b.channel.Create(ctx, b.as("lea"), channel.Creation{Kind: "webchat", Name: "Boutique en ligne", Settings: settings, Team: b.teams["commandes"]})
	if err != nil {
		return err
	}
	if chat, err = b.channel.RotateSecret(ctx, b.as("lea"), chat.ID); err != nil {
		return err
	}
	b.channels["chat"] = chat
	for _, p := range past {
		c := channel.Channel{ID: vis.ChannelID(b.Mint.ID(b.now)), Kind: p.kind, Name: p.name, Key: b.Mint.Secret(10),
			Settings: p.settings, Disabled: true, CreatedAt: b.now, Version: 1}
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
		if w, known := worth[p.key]; known {
			c.Adviser, c.Segment, c.Value = b.members[w.adviser].ID, w.segment, w.value
		}
		c.Attributes = known[p.key]
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
