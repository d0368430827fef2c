package report

import (
	"context"
	"slices"
	"time"

	"visavis/internal/channel"
	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

type channelOf = channel.Channel

// Published is what everybody may read: what is promised, and what was kept.
type Published struct {
	Workspace staff.Workspace
	Page      Page
	Days      int
	// From and Until are midnights in the workspace's zone; Until is that after today.
	From, Until time.Time
	SignedBy    string // her name
	Goal        int    // share of promises to keep, in percent
	Channels    []ChannelRecord
	Total       Record
}

// Record is how many promises were decided, and how.
type Record struct {
	Kept, Missed int64
	// Unanswered were closed on our side before the answer that was promised, in time. They count neither way, and are shown.
	Unanswered int64
	// First is how long the first answer took, for those that were given.
	First Sketch
}

// Made is how many promises were decided.
func (r Record) Made() int64 { return r.Kept + r.Missed }

// Share is the part that was kept, 0 to 1; false when nothing was promised.
func (r Record) Share() (float64, bool) {
	if r.Made() == 0 {
		return 0, false
	}
	return float64(r.Kept) / float64(r.Made()), true
}

func (r *Record) add(t Tally) {
	switch t.What {
	case Kept:
		r.Kept += t.N
	case Missed:
		r.Missed += t.N
	case Unanswered:
		r.Unanswered += t.N
	}
	if t.Kind == string(routing.First) {
		r.First.Merge(t.Took)
	}
}

// ChannelRecord is what one channel promises, and what it kept.
type ChannelRecord struct {
	Channel channel.Channel
	Terms   map[routing.PromiseKind]routing.Term
	Record
	// Weeks are the last twelve, the present one last.
	Weeks []Week
}

// Week is seven days, from a Monday on, with what was kept in them.
type Week struct {
	From time.Time
	Record
}

const weeks = 12

// Publish reads a public page by its key, over the last 7, 30 or 90 days. One that is not published is absent.
func (s *Service) Publish(ctx context.Context, pageKey string, days int) (Published, error) {
	if days != 7 && days != 30 && days != 90 {
		return Published{}, vis.InField("days", "The page shows the last 7, 30 or 90 days.")
	}
	ws, page, err := s.db.PageByKey(ctx, pageKey)
	if err != nil {
		return Published{}, err
	}
	if !page.Published {
		return Published{}, vis.Absent("page")
	}
	now := s.clock.Now()
	return vis.View(ctx, s.db, ws, func(tx Tx) (Published, error) { return published(ctx, tx, page, days, now) })
}

func published(ctx context.Context, tx Tx, page Page, days int, now time.Time) (Published, error) {
	w, err := tx.Workspace(ctx)
	if err != nil {
		return Published{}, err
	}
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		zone = time.UTC
	}
	today := midnight(now, zone).In(zone)
	out := Published{Workspace: w, Page: page, Days: days, From: today.AddDate(0, 0, 1-days), Until: today.AddDate(0, 0, 1)}
	if page.Signer != "" {
		if m, err := tx.Member(ctx, page.Signer); err == nil && m.State == staff.Active {
			out.SignedBy = m.Name
		} else if err != nil && vis.CodeOf(err) != vis.NotFound {
			return Published{}, err
		}
	}
	settings, err := tx.Settings(ctx)
	if err != nil {
		return Published{}, err
	}
	if out.Goal = settings.Goal; out.Goal == 0 {
		out.Goal = routing.Standard().Goal
	}
	if out.Channels, err = channelRecords(ctx, tx, page, mondays(today)); err != nil {
		return Published{}, err
	}
	since := out.oldest()
	if out.From.Before(since) {
		since = out.From
	}
	all, err := tx.Tallies(ctx, []string{Kept, Missed, Late, Unanswered}, since.UTC(), out.Until.UTC())
	if err != nil {
		return Published{}, err
	}
	for _, t := range all {
		out.count(t)
	}
	return out, nil
}

// oldest is when the oldest week that is shown begins.
func (p Published) oldest() time.Time {
	if len(p.Channels) == 0 {
		return p.From
	}
	return p.Channels[0].Weeks[0].From
}

// count adds a tally where it belongs. A robot's acknowledgement is no promise that anybody is proud of.
func (p *Published) count(t Tally) {
	if t.Kind == string(routing.Acknowledge) {
		return
	}
	i := slices.IndexFunc(p.Channels, func(c ChannelRecord) bool { return c.Channel.ID == t.Channel })
	if i < 0 {
		return
	}
	c := &p.Channels[i]
	if !t.At.Before(p.From) {
		c.add(t)
		p.Total.add(t)
	}
	for n := len(c.Weeks) - 1; n >= 0; n-- {
		if !t.At.Before(c.Weeks[n].From) {
			c.Weeks[n].add(t)
			return
		}
	}
}

// mondays are the beginnings of the last twelve weeks, the present one last.
func mondays(today time.Time) []time.Time {
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	out := make([]time.Time, weeks)
	for i := range out {
		out[i] = monday.AddDate(0, 0, -7*(weeks-1-i))
	}
	return out
}

// channelRecords are the channels of a page with what they promise now, and nothing counted yet.
func channelRecords(ctx context.Context, tx Tx, page Page, from []time.Time) ([]ChannelRecord, error) {
	known, err := tx.Channels(ctx)
	if err != nil {
		return nil, err
	}
	policies, err := tx.Policies(ctx)
	if err != nil {
		return nil, err
	}
	var out []ChannelRecord
	for _, id := range page.Channels {
		i := slices.IndexFunc(known, func(c channel.Channel) bool { return c.ID == id })
		if i < 0 {
			continue // a channel that is gone promises nothing any more
		}
		c := known[i]
		p := routing.PolicyFor(policies, routing.Facts{Channel: string(c.ID), ChannelKind: string(c.Kind), Team: string(c.Team), Open: true})
		record := ChannelRecord{Channel: c, Terms: p.Terms, Weeks: make([]Week, len(from))}
		for i, at := range from {
			record.Weeks[i].From = at
		}
		out = append(out, record)
	}
	return out, nil
}

// Count is how many contacts arrived in one slot.
type Count struct {
	At time.Time
	N  int64
}

// Arrivals are the contacts by quarters of an hour, from an instant until before another, of one team or, with "", of all. Slots without
// any are left out.
func (s *Service) Arrivals(ctx context.Context, ws vis.WorkspaceID, from, to time.Time, team vis.TeamID) ([]Count, error) {
	all, err := vis.View(ctx, s.db, ws, func(tx Tx) ([]Tally, error) { return tx.Tallies(ctx, []string{Contacts}, from, to) })
	var out []Count
	for _, t := range all {
		switch {
		case team != "" && t.Team != team:
		case len(out) > 0 && out[len(out)-1].At.Equal(t.At):
			out[len(out)-1].N += t.N
		default:
			out = append(out, Count{t.At, t.N})
		}
	}
	return out, err
}

// Today is how the day goes so far: promises by team, and how long first answers took.
func (s *Service) Today(ctx context.Context, ws vis.WorkspaceID, team vis.TeamID) (Record, error) {
	return vis.View(ctx, s.db, ws, func(tx Tx) (Record, error) {
		w, err := tx.Workspace(ctx)
		if err != nil {
			return Record{}, err
		}
		zone, err := time.LoadLocation(w.Zone)
		if err != nil {
			zone = time.UTC
		}
		today := midnight(s.clock.Now(), zone)
		all, err := tx.Tallies(ctx, []string{Kept, Missed, Late, Unanswered}, today, today.AddDate(0, 0, 2))
		var out Record
		for _, t := range all {
			if t.Kind != string(routing.Acknowledge) && (team == "" || t.Team == team) {
				out.add(t)
			}
		}
		return out, err
	})
}
