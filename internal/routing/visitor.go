package routing

import (
	"context"
	"slices"
	"sync"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// How the customers' truth is told.
const (
	tellEvery  = 5 * time.Second // of one conversation, at most
	truthFor   = 5 * time.Second // what is said before somebody writes is not computed more often
	truthMost  = 10_000          // channels of which it is remembered
	placePages = 20              // of what waits, read for a place when no picture is at hand
)

// QueuePlace is where a customer's conversation stands in its queue. When Known, she will most likely wait for Low to High, rounded to
// what people say; Low 0 is "under a minute". A Place of 0 says that it waits no longer.
type QueuePlace struct {
	Place     int
	Low, High time.Duration
	Known     bool
	At        time.Time
}

// same reports whether a customer would be told nothing new.
func (q QueuePlace) same(o QueuePlace) bool {
	return q.Place == o.Place && q.Low == o.Low && q.High == o.High && q.Known == o.Known
}

// wanted is a conversation whose customer was told where it stands, and shall be told when that changes.
type wanted struct {
	last   QueuePlace
	toldAt time.Time
}

// OnStanding sets who is told when the place or the wait changes of a conversation of which Standing was asked, at most every five
// seconds each, until it waits no longer. It must not wait; set it before Run.
func (e *Engine) OnStanding(tell func(vis.WorkspaceID, vis.ConversationID, QueuePlace)) {
	e.told = tell
}

// Standing is the place of a conversation in its queue and the honest wait, from how long such conversations took lately. It is false
// when the conversation does not wait in a queue.
func (e *Engine) Standing(ctx context.Context, ws vis.WorkspaceID, id vis.ConversationID) (QueuePlace, bool) {
	now := e.service.clock.Now()
	if b := e.board(ws); b != nil {
		if q, waits, ready := b.standing(id, now); ready {
			return q, waits
		}
	}
	e.Ring(ws) // the next question finds a picture
	place, err := e.service.placeInQueue(ctx, ws, id)
	return QueuePlace{Place: place, At: now}, err == nil && place > 0
}

// standing answers from the picture, and remembers that somebody wants to know.
func (b *switchboard) standing(id vis.ConversationID, now time.Time) (q QueuePlace, waits, ready bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.picture == nil {
		return QueuePlace{}, false, false
	}
	q = b.estimate(id, make(map[lineOfWork]int), now)
	if q.Place == 0 {
		return q, false, true
	}
	b.wanted[id] = &wanted{last: q, toldAt: now}
	return q, true, true
}

// estimate is the place and wait of a conversation. servers remembers how many answer side by side.
func (b *switchboard) estimate(id vis.ConversationID, servers map[lineOfWork]int, now time.Time) QueuePlace {
	p := b.picture
	w, ok := p.snap.Waiting(id)
	if !ok {
		return QueuePlace{At: now}
	}
	q := QueuePlace{At: now}
	q.Place, _ = Place(p.snap, id)
	line := lineOfWork{w.Team, w.Work}
	n, known := servers[line]
	if !known {
		n = p.answering(line)
		servers[line] = n
	}
	if q.Low, q.High, q.Known = Estimate(q.Place, n, b.measures.handling(w.Team, w.Work)); q.Known {
		q.Low, q.High = Round(q.Low), max(Round(q.High), time.Minute)
	}
	return q
}

// answering is how many conversations of a queue are answered side by side: by those who are available, as many as each holds at once.
func (p *picture) answering(line lineOfWork) int {
	n := 0
	for m, shift := range p.shifts {
		member := p.members[m]
		if shift.Presence() != Available || member.State != staff.Active || line.team != "" && !slices.Contains(member.Teams, line.team) {
			continue
		}
		n += p.settings.Caps(p.profiles[m].Capacity)[line.work]
	}
	return n
}

// tell tells those who want to know what has changed.
func (b *switchboard) tell(now time.Time) {
	if b.engine.told == nil {
		return
	}
	for id, q := range b.newStandings(now) {
		b.engine.told(b.ws, id, q)
	}
}

func (b *switchboard) newStandings(now time.Time) map[vis.ConversationID]QueuePlace {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.picture == nil {
		return nil
	}
	out := make(map[vis.ConversationID]QueuePlace)
	servers := make(map[lineOfWork]int)
	for id, w := range b.wanted {
		if since := now.Sub(w.toldAt); since >= 0 && since < tellEvery {
			continue
		}
		q := b.estimate(id, servers, now)
		if q.Place == 0 {
			delete(b.wanted, id)
		} else if q.same(w.last) {
			continue
		}
		w.last, w.toldAt = q, now
		out[id] = q
	}
	return out
}

// placeInQueue counts the place of a conversation in the database; 0 when it does not wait, or too many come before it.
func (s *Service) placeInQueue(ctx context.Context, ws vis.WorkspaceID, id vis.ConversationID) (int, error) {
	return vis.View(ctx, s.db, ws, func(tx Tx) (int, error) {
		c, err := tx.Conversation(ctx, id)
		if err != nil || c.State != desk.Open || c.Assignee != "" {
			return 0, err
		}
		var after RankPlace
		place := 0
		for range placePages {
			page, err := tx.Waiting(ctx, after, loadPage)
			if err != nil {
				return 0, err
			}
			for _, x := range page {
				if x.Team == c.Team {
					place++
				}
				if x.ID == id {
					return place, nil
				}
			}
			if len(page) < loadPage {
				break
			}
			last := page[len(page)-1]
			after = RankPlace{last.Standing.Rank, last.ID}
		}
		return 0, nil
	})
}

// Truth is what a customer is told before she writes.
type Truth struct {
	Open    bool
	OpensAt time.Time // when closed: when somebody answers next; zero when that is never
	// UsualFor is how long customers waited here for the first answer lately: the median of the last week, 0 while too few were measured.
	UsualFor time.Duration
	// AnswerBy is when an answer to a message written now is promised; zero when none is.
	AnswerBy time.Time
	Term     Term
	Zone     string // of the opening hours
}

// truths remembers what was said a moment ago.
type truths struct {
	mu   sync.Mutex
	said map[truthKey]saidTruth
}

// truthKey is what was asked about: a channel as it stood, so that what is said of it changes with it at once.
type truthKey struct {
	ws      vis.WorkspaceID
	channel vis.ChannelID
	version int64
}

type saidTruth struct {
	Truth
	at time.Time
}

func (t *truths) get(k truthKey, now time.Time) (Truth, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	said, ok := t.said[k]
	age := now.Sub(said.at)
	return said.Truth, ok && age >= 0 && age < truthFor
}

func (t *truths) put(k truthKey, truth Truth, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.said == nil || len(t.said) >= truthMost {
		t.said = make(map[truthKey]saidTruth)
	}
	t.said[k] = saidTruth{truth, now}
}

// Before is what a customer is told before she writes on a channel, which was read just now. A change of anything else that it rests on, such
// as a calendar, is told some seconds later; see truthFor.
func (e *Engine) Before(ctx context.Context, ws vis.WorkspaceID, ch channel.Channel) (Truth, error) {
	now := e.service.clock.Now()
	k := truthKey{ws, ch.ID, ch.Version}
	if t, ok := e.truths.get(k, now); ok {
		return t, nil
	}
	t, err := e.service.before(ctx, ws, ch.ID, now)
	if err != nil {
		return Truth{}, err
	}
	if b := e.board(ws); b != nil {
		t.UsualFor = b.usual(ch.ID, now)
	} else {
		e.Ring(ws)
	}
	e.truths.put(k, t, now)
	return t, nil
}

func (b *switchboard) usual(ch vis.ChannelID, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.measures.usual(ch, now)
}

// before says what is promised to a message that is written now, under the policy that it would fall under.
func (s *Service) before(ctx context.Context, ws vis.WorkspaceID, id vis.ChannelID, now time.Time) (Truth, error) {
	return vis.View(ctx, s.db, ws, func(tx Tx) (Truth, error) {
		u := s.setup(tx, ws)
		ch, err := tx.Channel(ctx, id)
		if err != nil {
			return Truth{}, err
		}
		h, _, err := u.Hours(ctx, "", ch.Team, ch)
		if err != nil {
			return Truth{}, err
		}
		t := Truth{Open: h.Open(now), Zone: h.Zone().String()}
		if !t.Open {
			t.OpensAt, _ = h.NextOpen(now)
		}
		f := Facts{Channel: string(ch.ID), ChannelKind: string(ch.Kind), Team: string(ch.Team), State: string(desk.Open), Open: t.Open}
		policy, clock, _, err := u.owed(ctx, f)
		if err != nil {
			return Truth{}, err
		}
		if _, always := h.NextClose(now); !always {
			space, err := tx.Workspace(ctx)
			if err != nil {
				return Truth{}, err
			}
			t.Zone = space.Zone // what never closes has no clock of its own
		}
		if term, promised := policy.Terms[First]; promised {
			t.Term = term
			t.AnswerBy, _ = term.Due(clock, now)
		}
		return t, nil
	})
}
