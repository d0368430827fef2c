package web

import (
	"context"
	"encoding/json"
	"time"

	"visavis/internal/realtime"
	"visavis/internal/vis"
)

// beatEvery is how often both sides of a live connection make sure of the other.
const beatEvery = 25 * time.Second

// The frames that the server sends on the live socket. Each is one JSON text; type tells them apart.
type (
	// WelcomeFrame is the first: where the log stands, and when.
	WelcomeFrame struct {
		Type      string `json:"type"`
		Seq       int64  `json:"seq"`
		Now       Moment `json:"now"`
		Heartbeat int    `json:"heartbeat" doc:"Seconds between signs of life."`
	}
	// SkipFrame says that the events up to seq were not for this reader.
	SkipFrame struct {
		Type string `json:"type"`
		Seq  int64  `json:"seq"`
	}
	// ReloadFrame says that too much was missed: fetch everything anew.
	ReloadFrame struct {
		Type string `json:"type"`
		Seq  int64  `json:"seq"`
	}
	// ViewersFrame says who looks at a conversation, to those who do.
	ViewersFrame struct {
		Type           string   `json:"type"`
		ConversationID string   `json:"conversationId" format:"uuid"`
		Members        []string `json:"members" nullable:"false"`
	}
	// StandingFrame tells a waiting customer where she stands, when that changes.
	StandingFrame struct {
		Type           string     `json:"type"`
		ConversationID string     `json:"conversationId" format:"uuid"`
		Queue          *QueueRank `json:"queue" doc:"null once she waits no longer"`
	}
	// TypingFrame says that somebody writes; forget it after six seconds without another.
	TypingFrame struct {
		Type           string       `json:"type"`
		ConversationID string       `json:"conversationId" format:"uuid"`
		Author         TypingAuthor `json:"author"`
		On             bool         `json:"on"`
	}
	// VisitorFrame says whether a customer has the chat open, and on which page.
	VisitorFrame struct {
		Type       string     `json:"type"`
		CustomerID string     `json:"customerId" format:"uuid"`
		Here       bool       `json:"here"`
		Page       *PageVisit `json:"page,omitempty"`
	}
	// TeamFrame tells visitors who is there to answer, and what is known to be wrong.
	TeamFrame struct {
		Type     string       `json:"type"`
		Here     bool         `json:"here"`
		Team     []TeamMember `json:"team" nullable:"false"`
		Incident *Greeting    `json:"incident,omitempty"`
	}
	// ErrorFrame refuses a frame of the client.
	ErrorFrame struct {
		Type   string `json:"type"`
		Code   string `json:"code"`
		Detail string `json:"detail"`
	}
	// PongFrame answers a ping.
	PongFrame struct {
		Type string `json:"type"`
	}
)

// The frames that a client sends.
type (
	// HelloFrame comes first, within ten seconds. Visitors say their token here.
	HelloFrame struct {
		Type    string `json:"type"`
		Last    *int64 `json:"last,omitempty" minimum:"0" doc:"The newest sequence seen; what came after is told again."`
		Visitor string `json:"visitor,omitempty"`
	}
	// TypeFrame says that I write; once a second is enough.
	TypeFrame struct {
		Type           string `json:"type"`
		ConversationID string `json:"conversationId" format:"uuid"`
		On             bool   `json:"on"`
	}
	// ViewFrame says which conversation is on my screen.
	ViewFrame struct {
		Type           string  `json:"type"`
		ConversationID *string `json:"conversationId"`
	}
	// PageFrame says which page a visitor is on.
	PageFrame struct {
		Type  string `json:"type"`
		URL   string `json:"url"`
		Title string `json:"title"`
	}
	// PingFrame asks for a pong.
	PingFrame struct {
		Type string `json:"type"`
	}
)

// TypingAuthor is who writes.
type TypingAuthor struct {
	Kind      string `json:"kind" enum:"customer,member"`
	ID        string `json:"id" format:"uuid"`
	FirstName string `json:"firstName,omitempty"`
	Face      string `json:"face,omitempty"`
}

func frame(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("web: a frame does not marshal: " + err.Error()) // they are our own types
	}
	return b
}

// Welcome implements realtime.Encoder.
func (s encoder) Welcome(seq int64) []byte {
	return frame(WelcomeFrame{Type: "welcome", Seq: seq, Now: moment(s.clock.Now()), Heartbeat: int(beatEvery / time.Second)})
}

// Skip implements realtime.Encoder.
func (encoder) Skip(seq int64) []byte { return frame(SkipFrame{"skip", seq}) }

// Reload implements realtime.Encoder.
func (encoder) Reload(seq int64) []byte { return frame(ReloadFrame{"reload", seq}) }

// Viewers implements realtime.Encoder.
func (encoder) Viewers(c vis.ConversationID, members []vis.MemberID) []byte {
	return frame(ViewersFrame{"viewers", string(c), texts(members)})
}

// Visitor implements realtime.Encoder.
func (encoder) Visitor(c vis.CustomerID, here bool, p *realtime.Page) []byte {
	return frame(VisitorFrame{"visitor", string(c), here, pageOf(nil, p)})
}

// Team implements realtime.Encoder.
func (s encoder) Team(ctx context.Context, ws vis.WorkspaceID, ch vis.ChannelID) ([]byte, error) {
	c := s.directory.of(ctx, ws).channels[ch]
	team, here := s.teamOf(ctx, ws, c.Team)
	incident, err := s.incidentNow(ctx, ws)
	return frame(TeamFrame{"team", here, team, incident}), err
}
