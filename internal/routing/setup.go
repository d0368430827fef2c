package routing

import (
	"context"
	"slices"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/hours"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// setup is how a workspace has set this room up, as one transaction sees it. Each part is read when it is first asked for.
type setup struct {
	s  *Service
	tx Tx
	ws vis.WorkspaceID

	settings  *Settings
	policies  *[]Policy
	queues    *[]Queue
	rules     *[]Rule
	members   *[]staff.Member
	teams     *[]staff.Team
	calendars map[vis.CalendarID]*hours.Hours
	channels  map[vis.ChannelID]channel.Channel
}

func (s *Service) setup(tx Tx, ws vis.WorkspaceID) *setup {
	return &setup{s: s, tx: tx, ws: ws, channels: make(map[vis.ChannelID]channel.Channel)}
}

// read fills a part once.
func read[T any](ctx context.Context, part **T, fetch func(context.Context) (T, error)) (T, error) {
	if *part == nil {
		got, err := fetch(ctx)
		if err != nil {
			return got, err
		}
		*part = &got
	}
	return **part, nil
}

// Settings are those that were saved, or the defaults.
func (u *setup) Settings(ctx context.Context) (Settings, error) {
	got, err := read(ctx, &u.settings, u.tx.Settings)
	return got.orDefault(), err
}

func (u *setup) Policies(ctx context.Context) ([]Policy, error) {
	return read(ctx, &u.policies, u.tx.Policies)
}

func (u *setup) Rules(ctx context.Context) ([]Rule, error) {
	return read(ctx, &u.rules, u.tx.Rules)
}

func (u *setup) Members(ctx context.Context) ([]staff.Member, error) {
	return read(ctx, &u.members, u.tx.Members)
}

func (u *setup) Teams(ctx context.Context) ([]staff.Team, error) {
	return read(ctx, &u.teams, u.tx.Teams)
}

// Queue is how a team's conversations are handed out.
func (u *setup) Queue(ctx context.Context, team vis.TeamID) (Queue, error) {
	all, err := read(ctx, &u.queues, u.tx.Queues)
	if err != nil {
		return Queue{}, err
	}
	return queueAmong(all, team), nil
}

func queueAmong(all []Queue, team vis.TeamID) Queue {
	if i := slices.IndexFunc(all, func(q Queue) bool { return q.Team == team }); i >= 0 {
		return all[i]
	}
	q := DefaultQueue()
	q.Team = team
	return q
}

// Channel is one of the workspace's channels; the zero value when it is gone.
func (u *setup) Channel(ctx context.Context, id vis.ChannelID) (channel.Channel, error) {
	if c, ok := u.channels[id]; ok {
		return c, nil
	}
	c, err := u.tx.Channel(ctx, id)
	if err != nil && vis.CodeOf(err) != vis.NotFound {
		return c, err
	}
	u.channels[id] = c
	return c, nil
}

// Calendar are the hours of a calendar; nil when there is none of that id.
func (u *setup) Calendar(ctx context.Context, id vis.CalendarID) (*hours.Hours, error) {
	if id == "" {
		return nil, nil
	}
	if u.calendars == nil {
		all, err := u.tx.Calendars(ctx)
		if err != nil {
			return nil, err
		}
		u.calendars = make(map[vis.CalendarID]*hours.Hours, len(all))
		for _, c := range all {
			u.calendars[c.ID] = u.s.compiled.get(compiledKey{u.ws, string(c.ID), c.Version}, c.Hours)
		}
	}
	return u.calendars[id], nil
}

// channelHours are a channel's own; nil when it has none.
func (u *setup) channelHours(c channel.Channel) *hours.Hours {
	if c.ID == "" {
		return nil
	}
	own, ok := u.s.channels.Hours(c)
	if !ok {
		return nil
	}
	return u.s.compiled.get(compiledKey{u.ws, string(c.ID), c.Version}, own)
}

// Hours are those that count for a conversation of a team on a channel: a policy's, else the channel's own, else the queue's, else the
// workspace's, else always. The id is "" for a channel's own and for always.
func (u *setup) Hours(ctx context.Context, policy vis.CalendarID, team vis.TeamID, ch channel.Channel) (*hours.Hours, vis.CalendarID, error) {
	if h, err := u.Calendar(ctx, policy); err != nil || h != nil {
		return h, policy, err
	}
	if h := u.channelHours(ch); h != nil {
		return h, "", nil
	}
	q, err := u.Queue(ctx, team)
	if err != nil {
		return nil, "", err
	}
	settings, err := u.Settings(ctx)
	if err != nil {
		return nil, "", err
	}
	for _, id := range []vis.CalendarID{q.Calendar, settings.Calendar} {
		if h, err := u.Calendar(ctx, id); err != nil || h != nil {
			return h, id, err
		}
	}
	return hours.Always(), "", nil
}

// HoursOf are those that a promise runs in: the calendar it was given under as that stands now, or else the channel's own, or always.
// When its calendar is gone, they are those that would count for a promise given today.
func (u *setup) HoursOf(ctx context.Context, p Promise) (*hours.Hours, error) {
	if h, err := u.Calendar(ctx, p.Calendar); err != nil || h != nil {
		return h, err
	}
	ch, err := u.Channel(ctx, p.Channel)
	if err != nil {
		return nil, err
	}
	if p.Calendar != "" {
		h, _, err := u.Hours(ctx, "", p.Team, ch)
		return h, err
	}
	if h := u.channelHours(ch); h != nil {
		return h, nil
	}
	return hours.Always(), nil
}

// TeamHours are when a team answers: its queue's, else the workspace's, else always.
func (u *setup) TeamHours(ctx context.Context, team vis.TeamID) (*hours.Hours, error) {
	h, _, err := u.Hours(ctx, "", team, channel.Channel{})
	return h, err
}

// facts are what policies and rules look at, as they stand at an instant.
func (u *setup) facts(ctx context.Context, c desk.Conversation, customer desk.Customer, words string, at time.Time) (Facts, error) {
	ch, err := u.Channel(ctx, c.Channel)
	if err != nil {
		return Facts{}, err
	}
	h, _, err := u.Hours(ctx, "", c.Team, ch)
	if err != nil {
		return Facts{}, err
	}
	f := Facts{Text: words, Subject: c.Subject, Channel: string(c.Channel), ChannelKind: string(ch.Kind), Team: string(c.Team),
		Assignee: string(c.Assignee), Language: c.About.Language, Reason: c.About.Reason, Criticality: c.About.Criticality,
		Mood: c.About.Mood, Influence: c.About.Influence, Contacts: c.About.Contacts, Value: customer.Value, Segment: customer.Segment,
		Dissatisfied: c.Reading.Dissatisfied, Urgency: c.Reading.Urgency, Verified: customer.Verified, State: string(c.State), Open: h.Open(at)}
	if f.Language == "" {
		f.Language = customer.Locale
	}
	if customer.Page != nil {
		f.PageURL = customer.Page.URL
	}
	if !c.WaitingSince.IsZero() {
		f.WaitingFor = max(0, at.Sub(c.WaitingSince))
	}
	return f, nil
}

// owed says what is promised to a conversation that begins at an instant, and in which hours.
func (u *setup) owed(ctx context.Context, f Facts) (Policy, *hours.Hours, vis.CalendarID, error) {
	policies, err := u.Policies(ctx)
	if err != nil {
		return Policy{}, nil, "", err
	}
	p := PolicyFor(policies, f)
	ch, err := u.Channel(ctx, vis.ChannelID(f.Channel))
	if err != nil {
		return Policy{}, nil, "", err
	}
	h, id, err := u.Hours(ctx, p.Calendar, vis.TeamID(f.Team), ch)
	return p, h, id, err
}
