package routing

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"visavis/internal/hours"
	"visavis/internal/jobs"
	"visavis/internal/staff"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// The bounds of queues and profiles.
const (
	maxSkills     = 50
	maxSkillRunes = 60
	maxTeams      = 20     // of an overflow or a ring
	maxSeconds    = 86_400 // of any wait
	minRing       = 5      // seconds
	maxRing       = 300    // seconds
)

// Check cleans the queue and refuses what cannot be meant. An offer of which nothing is said rings as long as is usual.
func (q *Queue) Check() (err error) {
	if q.RingFor == 0 {
		q.RingFor = DefaultQueue().RingFor
	}
	switch {
	case q.Mode != Pull && q.Mode != Ring && q.Mode != Push:
		return vis.InField("mode", "A queue is pull, offer or assign, not %q.", q.Mode)
	case q.RingFor < minRing || q.RingFor > maxRing:
		return vis.InField("ringFor", "An offer rings for %d to %d seconds.", minRing, maxRing)
	case len(q.Overflow) > maxTeams:
		return vis.InField("overflow", "At most %d teams help out.", maxTeams)
	case len(q.Ring) > maxTeams:
		return vis.InField("ring", "A ring has %d teams at most.", maxTeams)
	}
	for field, seconds := range map[string]int{"adviserFor": q.AdviserFor, "lastFor": q.LastFor, "relaxAfter": q.RelaxAfter, "reassignFor": q.ReassignFor} {
		if seconds < 0 || seconds > maxSeconds {
			return vis.InField(field, "This is a number of seconds from 0 to %d.", maxSeconds)
		}
	}
	if q.Skills, err = checkSkills(q.Skills); err != nil {
		return err
	}
	for i, o := range q.Overflow {
		if o.After < 0 || o.After > maxSeconds {
			return vis.InField(fmt.Sprintf("overflow[%d].after", i), "A team helps out after 0 to %d seconds.", maxSeconds)
		}
		if o.Team == q.Team {
			return vis.InField(fmt.Sprintf("overflow[%d].teamId", i), "A team cannot help itself out.")
		}
	}
	if q.Team == "" && len(q.Ring) > 0 {
		return vis.InField("ring", "Only a team hands over to others; the general queue has no ring.")
	}
	for i, t := range q.Ring {
		if t == q.Team || slices.Contains(q.Ring[:i], t) {
			return vis.InField(fmt.Sprintf("ring[%d]", i), "Each other team stands in the ring once.")
		}
	}
	return nil
}

// checkSkills folds the names of skills and checks their levels.
func checkSkills(all map[string]int) (map[string]int, error) {
	if len(all) > maxSkills {
		return nil, vis.InField("skills", "There may be %d skills; there are %d.", maxSkills, len(all))
	}
	out := make(map[string]int, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		folded, level := text.Fold(name), all[name]
		if folded == "" || utf8.RuneCountInString(folded) > maxSkillRunes {
			return nil, vis.InField("skills", "The name of a skill has 1 to %d characters.", maxSkillRunes)
		}
		if level < 1 || level > 5 {
			return nil, vis.InField("skills", "The level of a skill goes from 1 to 5; %d does not.", level)
		}
		out[folded] = max(out[folded], level)
	}
	return out, nil
}

// Queues lists how the conversations of every team are handed out: the general queue first, then one for each team, set up or not.
func (s *Service) Queues(ctx context.Context, by vis.Actor) ([]Queue, error) {
	if err := member(by); err != nil {
		return nil, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Queue, error) {
		return s.setup(tx, by.Workspace).allQueues(ctx)
	})
}

func (u *setup) allQueues(ctx context.Context) ([]Queue, error) {
	teams, err := u.Teams(ctx)
	if err != nil {
		return nil, err
	}
	general, err := u.Queue(ctx, "")
	if err != nil {
		return nil, err
	}
	out := []Queue{general}
	for _, t := range teams {
		q, err := u.Queue(ctx, t.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, nil
}

// PutQueue sets up how the conversations of a team, or with team "" of no team, are handed out. q.Version is the one that was read, 0
// while it was not set up.
func (s *Service) PutQueue(ctx context.Context, by vis.Actor, q Queue) (Queue, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Queue{}, err
	}
	if err := q.Check(); err != nil {
		return Queue{}, err
	}
	now := s.clock.Now()
	got, err := vis.Update(ctx, s.db, by, func(tx Tx) (versioned[Queue], error) {
		is, err := s.putQueue(ctx, tx, by, q, now)
		return versioned[Queue]{is, is.Version}, err
	})
	got.Is.Team, got.Is.Version = q.Team, got.Version
	return got.Is, err
}

func (s *Service) putQueue(ctx context.Context, tx Tx, by vis.Actor, q Queue, now time.Time) (Queue, error) {
	u := s.setup(tx, by.Workspace)
	is, err := u.Queue(ctx, q.Team)
	if err != nil {
		return Queue{}, err
	}
	if is.Version != q.Version {
		return Queue{}, changedMeanwhile("queue", is)
	}
	if err := u.mustHaveTeams(ctx, q); err != nil {
		return Queue{}, err
	}
	if err := mustHaveCalendar(ctx, tx, q.Calendar); err != nil {
		return Queue{}, err
	}
	saved, err := tx.SaveQueue(ctx, q)
	if err != nil {
		return Queue{}, err
	}
	if err := s.armRings(ctx, tx, by.Workspace, now); err != nil {
		return Queue{}, err
	}
	return saved, changed(ctx, tx, by, "queue", string(q.Team), "queue.changed", map[string]any{"mode": q.Mode}, now)
}

// mustHaveTeams refuses a queue that names a team that is not here.
func (u *setup) mustHaveTeams(ctx context.Context, q Queue) error {
	teams, err := u.Teams(ctx)
	if err != nil {
		return err
	}
	here := func(id vis.TeamID) bool {
		return slices.ContainsFunc(teams, func(t staff.Team) bool { return t.ID == id })
	}
	if q.Team != "" && !here(q.Team) {
		return vis.Absent("team")
	}
	for i, o := range q.Overflow {
		if !here(o.Team) {
			return vis.InField(fmt.Sprintf("overflow[%d].teamId", i), "There is no team %s here.", o.Team)
		}
	}
	for i, t := range q.Ring {
		if !here(t) {
			return vis.InField(fmt.Sprintf("ring[%d]", i), "There is no team %s here.", t)
		}
	}
	return nil
}

// ringOf is the queue's ring as hours: the team itself first, then those that take over.
func (u *setup) ringOf(ctx context.Context, q Queue) (hours.Ring, error) {
	var ring hours.Ring
	for _, t := range append([]vis.TeamID{q.Team}, q.Ring...) {
		h, err := u.TeamHours(ctx, t)
		if err != nil {
			return ring, err
		}
		ring.Places = append(ring.Places, h)
	}
	return ring, nil
}

// armRings sets the timers of all queues with a ring to now, so that each looks at its hours anew.
func (s *Service) armRings(ctx context.Context, tx Tx, ws vis.WorkspaceID, now time.Time) error {
	queues, err := tx.Queues(ctx)
	if err != nil {
		return err
	}
	for _, q := range queues {
		if len(q.Ring) == 0 {
			if err := tx.Disarm(ctx, TimerHandover, string(q.Team)); err != nil {
				return err
			}
			continue
		}
		if err := tx.Arm(ctx, jobs.Timer{Workspace: ws, Kind: TimerHandover, Key: string(q.Team), DueAt: now}); err != nil {
			return err
		}
	}
	return nil
}

// Profiles lists what every member can take on; those of whom nothing was said have the zero value.
func (s *Service) Profiles(ctx context.Context, by vis.Actor) ([]Profile, error) {
	if err := member(by); err != nil {
		return nil, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Profile, error) {
		members, err := tx.Members(ctx)
		if err != nil {
			return nil, err
		}
		said, err := tx.Profiles(ctx)
		if err != nil {
			return nil, err
		}
		out := make([]Profile, 0, len(members))
		for _, m := range members {
			out = append(out, profileOf(said, m.ID))
		}
		return out, nil
	})
}

func profileOf(all []Profile, m vis.MemberID) Profile {
	if i := slices.IndexFunc(all, func(p Profile) bool { return p.Member == m }); i >= 0 {
		return all[i]
	}
	return Profile{Member: m}
}

// Check cleans the profile and refuses what cannot be meant.
func (p *Profile) Check() (err error) {
	if p.Skills, err = checkSkills(p.Skills); err != nil {
		return err
	}
	for _, l := range p.Languages {
		if l != "fr" && l != "en" {
			return vis.InField("languages", "A language is fr or en here, not %q.", l)
		}
	}
	slices.Sort(p.Languages)
	p.Languages = slices.Compact(p.Languages)
	return checkCapacity(p.Capacity)
}

// PutProfile says what a member can take on. Supervisors may, for they know who can do what. p.Version is the one that was read, 0 while
// nothing was said.
func (s *Service) PutProfile(ctx context.Context, by vis.Actor, p Profile) (Profile, error) {
	if by.Kind != vis.ByMember || by.Role != vis.Supervisor {
		if err := by.Must(vis.WriteSettings); err != nil {
			return Profile{}, err
		}
	}
	if err := p.Check(); err != nil {
		return Profile{}, err
	}
	now := s.clock.Now()
	got, err := vis.Update(ctx, s.db, by, func(tx Tx) (versioned[Profile], error) {
		is, err := putProfile(ctx, tx, by, p, now)
		return versioned[Profile]{is, is.Version}, err
	})
	got.Is.Member, got.Is.Version = p.Member, got.Version
	return got.Is, err
}

func putProfile(ctx context.Context, tx Tx, by vis.Actor, p Profile, now time.Time) (Profile, error) {
	members, err := tx.Members(ctx)
	if err != nil {
		return Profile{}, err
	}
	if !slices.ContainsFunc(members, func(m staff.Member) bool { return m.ID == p.Member }) {
		return Profile{}, vis.Absent("member")
	}
	said, err := tx.Profiles(ctx)
	if err != nil {
		return Profile{}, err
	}
	if is := profileOf(said, p.Member); is.Version != p.Version {
		return Profile{}, changedMeanwhile("profile", is)
	}
	saved, err := tx.SaveProfile(ctx, p)
	if err != nil {
		return Profile{}, err
	}
	return saved, changed(ctx, tx, by, "profile", string(p.Member), "profile.changed", nil, now)
}
