package assist

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// The timers of this room; their keys are sessions.
const (
	TimerRing      = "assist.ring"      // the next members are rung
	TimerGone      = "assist.gone"      // media did not come, or did not come back
	TimerColleague = "assist.colleague" // no colleague answered
	TimerGuest     = "assist.guest"     // the media of a guest did not come, or did not come back
)

// subject is that of a conversation that begins with a press.
const subject = "SOS"

// Roster knows who could answer a call.
type Roster interface {
	// Callable are the members who are here and free for a call in this conversation, best first.
	Callable(ctx context.Context, tx Tx, ws vis.WorkspaceID, c desk.Conversation, now time.Time) ([]vis.MemberID, error)
	// Free are the members of a team, "" for all, who are here and could take a call, whatever they answer otherwise.
	Free(ctx context.Context, tx Tx, ws vis.WorkspaceID, team vis.TeamID, now time.Time) ([]vis.MemberID, error)
	// Floor is what goes on where a channel is answered, with the members who are here for its calls and in none; Free is not set.
	Floor(ctx context.Context, tx Tx, ws vis.WorkspaceID, ch channel.Channel, now time.Time) (Floor, []vis.MemberID, error)
	// Engage takes back what else is offered to a member who has just answered a call; that she does not take it is no fault of hers.
	Engage(ctx context.Context, tx Tx, ws vis.WorkspaceID, m vis.MemberID, now time.Time) error
}

// Reach says what can be done on a channel.
type Reach interface {
	Capabilities(c channel.Channel) channel.Capabilities
	Offer(c channel.Channel) channel.Offer
	Masks(c channel.Channel) channel.Masks
}

// Screens are told what is not kept in the log.
type Screens interface {
	// Answered hands the customer the answer to the offer that she pressed with.
	Answered(ws vis.WorkspaceID, customer vis.CustomerID, id vis.AssistID, answer Way)
	// Connected tells both sides that one side's media came or was lost.
	Connected(ws vis.WorkspaceID, s Session, side Side, connected bool)
	// Happened says that something was committed in a workspace, which the other nodes are to hear of at once.
	Happened(ws vis.WorkspaceID)
	// Asset is the address under which a picture or font of the customer's page is shown, "" for none.
	Asset(ws vis.WorkspaceID, id vis.AssistID, address string) string
}

// Options are what the room is made of.
type Options struct {
	DB     DB
	Desk   *desk.Service
	Reach  Reach
	Roster Roster
	// Media is nil where live assistance is not switched on.
	Media Media
	// Shelf and Safe keep recordings; without a shelf nothing is recorded.
	Shelf Shelf
	Safe  Safe
	// Studio makes films of recordings for ordinary players; nil for none.
	Studio Studio
	// Cobrowse says that customers can show their pages.
	Cobrowse bool
	// Nodes are those on the same database, nil where there cannot be several. NodeURL is where the others reach this one, "" for nowhere.
	Nodes   Nodes
	NodeURL string

	Clock vis.Clock
	Mint  vis.Mint
	Log   *slog.Logger
}

// Service is this room's door.
type Service struct {
	Options
	screens Screens

	mu sync.Mutex
	// waiting are the offers that customers pressed with, until a member answers; they are lost with the process, and asked for anew.
	waiting map[vis.AssistID]string
	spaces  map[vis.AssistID]vis.WorkspaceID // whose the sessions with media here are
	rooms   map[vis.AssistID]*room           // of co-browsing, while somebody is connected to it
	usual   map[vis.ChannelID]usual
	floors  map[vis.ChannelID]keptFloor
	checks  map[vis.AssistID]pendingCheck // that were begun and not sent yet

	known  []Node    // beside this one, as they were heard of last
	beatAt time.Time // and when that was
	steady time.Time // since when they are heard of without a gap

	recorders map[vis.AssistID]*recorder // of the sessions that are recorded now, or whose end is being written
	closed    bool
	tapes     sync.WaitGroup

	exports map[exportKey]*export
	studio  chan struct{} // one film is made at a time: calls go on beside it
}

// New makes the service.
func New(o Options) *Service {
	s := &Service{Options: o, waiting: make(map[vis.AssistID]string), spaces: make(map[vis.AssistID]vis.WorkspaceID),
		rooms: make(map[vis.AssistID]*room), usual: make(map[vis.ChannelID]usual), floors: make(map[vis.ChannelID]keptFloor),
		checks: make(map[vis.AssistID]pendingCheck), recorders: make(map[vis.AssistID]*recorder),
		exports: make(map[exportKey]*export), studio: make(chan struct{}, 1)}
	if o.Media != nil {
		o.Media.OnChange(s.changed)
	}
	return s
}

// ShowOn sets who is told what is not kept. It is set once, before the service is used.
func (s *Service) ShowOn(screens Screens) { s.screens = screens }

// Effects are what the timers of this room do.
func (s *Service) Effects() map[string]jobs.Effect {
	return map[string]jobs.Effect{TimerRing: s.ringOn, TimerGone: s.gone, TimerColleague: s.unheard, TimerGuest: s.guestGone}
}

// Offered reports whether customers of a channel can press.
func (s *Service) Offered(c channel.Channel) bool {
	return s.on() && !c.Disabled && s.Reach.Capabilities(c).Assist
}

// Servers are the relays that a side of a session may use, none when it has ended.
func (s *Service) Servers(x Session) []Server {
	if s.Media == nil || x.State == Ended {
		return nil
	}
	return s.Media.Servers(x.ID, s.Clock.Now())
}

// errOff is the refusal where there is no media: at another node there may be.
func (s *Service) errOff() error {
	if s.on() {
		return errMoved()
	}
	return vis.Errorf(vis.Conflict, "assist_off", "Live assistance is not available here. Please write to us instead.")
}

// Press is a customer's wish for a person at once.
type Press struct {
	Channel vis.ChannelID
	Offer   string // of her media; may come later, with Join
	Page    *Page
}

// Press rings members for a customer, in her conversation. While one of her sessions goes on, she is given that one.
func (s *Service) Press(ctx context.Context, by vis.Actor, in Press) (Session, error) {
	switch {
	case by.Kind != vis.ByCustomer:
		return Session{}, vis.Errorf(vis.Forbidden, "not_a_customer", "Only a customer calls for assistance.")
	case s.Media == nil:
		return Session{}, s.errOff()
	}
	if in.Offer != "" {
		if err := s.Media.Check(CustomerSide, in.Offer, false); err != nil {
			return Session{}, err
		}
	}
	if x, goesOn, err := s.Current(ctx, by); err != nil || goesOn {
		if err == nil && s.ours(x) {
			s.remember(by.Workspace, x.ID, in.Offer)
		}
		return x, err
	}
	now := s.Clock.Now()
	id := vis.AssistID(s.Mint.ID(now))
	if err := s.Media.Open(id); err != nil {
		return Session{}, err
	}
	by.Request = vis.Request{} // a press while one goes on is that one
	got, err := vis.Update(ctx, s.DB, by, func(tx Tx) (Session, error) { return s.press(ctx, tx, by, id, in, now) })
	if err != nil || got.ID != id {
		s.Media.End(id)
	}
	if err != nil {
		return got, err
	}
	if s.ours(got) {
		s.remember(by.Workspace, got.ID, in.Offer)
	}
	s.screens.Happened(by.Workspace)
	return got, nil
}

func (s *Service) press(ctx context.Context, tx Tx, by vis.Actor, id vis.AssistID, in Press, now time.Time) (Session, error) {
	open, err := tx.OpenAssists(ctx)
	if err != nil {
		return Session{}, err
	}
	if i := slices.IndexFunc(open, func(x Session) bool { return x.Customer == by.Customer() }); i >= 0 {
		return open[i], nil
	}
	ch, err := tx.Channel(ctx, in.Channel)
	if err != nil {
		return Session{}, err
	}
	if !s.Offered(ch) {
		return Session{}, s.errOff()
	}
	if err := s.mayPress(ctx, tx, by, ch, in.Page, now); err != nil {
		return Session{}, err
	}
	var page *desk.PageView
	if in.Page != nil {
		page = &desk.PageView{URL: in.Page.URL, Title: in.Page.Title, At: now}
	}
	c, err := s.Desk.CallWithin(ctx, tx, by, in.Channel, subject, page, now)
	if err != nil {
		return Session{}, err
	}
	x := Session{ID: id, Conversation: c.ID, Customer: c.Customer.ID, Channel: in.Channel, State: Ringing, Node: s.NodeURL, PressedAt: now, Story: Story{Page: in.Page}, Version: 1}
	if err := tx.InsertAssist(ctx, x); err != nil {
		return Session{}, err
	}
	if err := s.tell(ctx, tx, by, SessionPressed, x, now); err != nil {
		return Session{}, err
	}
	return s.ring(ctx, tx, by.Workspace, x, now)
}

// remember keeps what of a session lives in memory only. An offer in place of an earlier one is the one that is answered.
func (s *Service) remember(ws vis.WorkspaceID, id vis.AssistID, offer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spaces[id] = ws
	if offer != "" {
		s.waiting[id] = offer
	}
}

// takeOffer is the offer that a customer waits with, "" for none; it is answered once.
func (s *Service) takeOffer(id vis.AssistID) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	offer := s.waiting[id]
	delete(s.waiting, id)
	return offer
}

// forget lets go of a session that has ended.
func (s *Service) forget(id vis.AssistID) {
	s.mu.Lock()
	delete(s.waiting, id)
	delete(s.spaces, id)
	s.mu.Unlock()
	if s.Media != nil {
		s.Media.End(id)
	}
}

// tell appends an event about a session.
func (s *Service) tell(ctx context.Context, tx Tx, by vis.Actor, typ vis.EventType, x Session, now time.Time) error {
	by.Request = vis.Request{}
	e := vis.NewEvent(by, now, typ, Data{Assist: x.ID, State: x.State})
	e.Conversation, e.Customer = x.Conversation, x.Customer
	return tx.Append(ctx, e)
}

// save writes a session and says what happened to it.
func (s *Service) save(ctx context.Context, tx Tx, by vis.Actor, typ vis.EventType, x Session, now time.Time) (Session, error) {
	x, err := tx.SaveAssist(ctx, x)
	if err != nil {
		return Session{}, err
	}
	return x, s.tell(ctx, tx, by, typ, x, now)
}

// audit records a grant, or its end, where nobody can change it afterwards.
func (s *Service) audit(ctx context.Context, tx Tx, by vis.Actor, x Session, action string, k Kind, now time.Time) error {
	return tx.Audit(ctx, vis.NewAudit(by, now, "assist."+action, string(x.ID), map[string]any{"kind": k, "memberId": x.Member}))
}

// find reads a session that the actor may act in: the customer's own, or any of the workspace for members.
func find(ctx context.Context, tx Tx, by vis.Actor, id vis.AssistID) (Session, error) {
	x, err := tx.Assist(ctx, id)
	if err == nil && by.Kind == vis.ByCustomer && x.Customer != by.Customer() {
		err = vis.Absent("assistance")
	}
	if err != nil {
		return Session{}, err
	}
	return x, nil
}

// change runs one verb on a session. fn returns the event to append, "" when nothing changed.
func (s *Service) change(ctx context.Context, by vis.Actor, id vis.AssistID, fn func(tx Tx, x *Session, now time.Time) (vis.EventType, error)) (Session, error) {
	if by.Kind != vis.ByCustomer {
		if err := by.Must(vis.WriteConversations); err != nil {
			return Session{}, err
		}
	}
	now := s.Clock.Now()
	by.Request = vis.Request{} // every verb here says where the session stands when it comes again
	return s.commit(ctx, by, func(tx Tx) (Session, error) {
		x, err := find(ctx, tx, by, id)
		if err != nil {
			return Session{}, err
		}
		typ, err := fn(tx, &x, now)
		if err != nil || typ == "" {
			return x, err
		}
		return s.save(ctx, tx, by, typ, x, now)
	})
}

// commit runs a transaction on a session, and lets its co-browsing and its recording follow.
func (s *Service) commit(ctx context.Context, by vis.Actor, fn func(tx Tx) (Session, error)) (Session, error) {
	x, err := vis.Update(ctx, s.DB, by, fn)
	if err == nil {
		s.Noticed(ctx, by.Workspace, x)
		s.screens.Happened(by.Workspace)
	}
	return x, err
}

// Session reads one; a customer sees only her own.
func (s *Service) Session(ctx context.Context, by vis.Actor, id vis.AssistID) (Session, error) {
	if by.Kind != vis.ByCustomer {
		if err := by.Must(vis.ReadConversations); err != nil {
			return Session{}, err
		}
	}
	return vis.View(ctx, s.DB, by.Workspace, func(tx Tx) (Session, error) { return find(ctx, tx, by, id) })
}

// Current is a customer's session that goes on; it is false when there is none.
func (s *Service) Current(ctx context.Context, by vis.Actor) (Session, bool, error) {
	open, err := s.open(ctx, by, func(x Session) bool { return by.Kind == vis.ByCustomer && x.Customer == by.Customer() })
	if err != nil || len(open) == 0 {
		return Session{}, false, err
	}
	return open[0], true, nil
}

// Open are the sessions that go on and concern a member: those that ring for her or that she is in; all of them for those who supervise.
// After them come those of hers that are over, and of which she has not said what came of them.
func (s *Service) Open(ctx context.Context, by vis.Actor) ([]Session, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return nil, err
	}
	open, err := s.open(ctx, by, func(x Session) bool {
		return by.Role != vis.Agent || x.concerns(by.Member())
	})
	if err != nil || by.Member() == "" {
		return open, err
	}
	owed, err := s.owed(ctx, by)
	return append(open, owed...), err
}

func (s *Service) open(ctx context.Context, by vis.Actor, concerns func(Session) bool) ([]Session, error) {
	return vis.View(ctx, s.DB, by.Workspace, func(tx Tx) ([]Session, error) {
		all, err := tx.OpenAssists(ctx)
		return slices.DeleteFunc(all, func(x Session) bool { return !concerns(x) }), err
	})
}

// Of are the sessions of a conversation, newest first.
func (s *Service) Of(ctx context.Context, by vis.Actor, id vis.ConversationID) ([]Session, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return nil, err
	}
	return vis.View(ctx, s.DB, by.Workspace, func(tx Tx) ([]Session, error) {
		if _, err := tx.Conversation(ctx, id); err != nil {
			return nil, err
		}
		return tx.Assists(ctx, id)
	})
}
