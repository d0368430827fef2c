package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"visavis/internal/channel"
	"visavis/internal/post"
	"visavis/internal/vis"
)

// limitTry bounds how often somebody has this server connect to others to see what happens.
var limitTry = limit{"channel trial", 20, time.Minute}

// Arrival is something that arrived on a channel of letters.
type Arrival struct {
	ID             string   `json:"id" format:"uuid"`
	ChannelID      string   `json:"channelId" format:"uuid"`
	State          string   `json:"state" enum:"waiting,filed,repeated,quarantined,discarded"`
	Reason         string   `json:"reason,omitempty" doc:"Why it is in quarantine, a stable word: empty, no-sender, too-many-parts, too-deep, too-many-headers, header-too-long, too-large, loop, broken, poison, bounce-unknown"`
	Detail         string   `json:"detail,omitempty" doc:"One line for an expert."`
	From           *Mailbox `json:"from,omitempty" doc:"Who it says that it is from; unproved."`
	Subject        string   `json:"subject"`
	Text           string   `json:"text" doc:"Its beginning as it came, headers included. Only when one is asked for."`
	Remote         string   `json:"remote" doc:"Where it came from."`
	Recipients     []string `json:"recipients" nullable:"false" doc:"Of its envelope, when it was handed over by SMTP."`
	Size           int64    `json:"size" doc:"Bytes"`
	Tries          int      `json:"tries"`
	ReceivedAt     Moment   `json:"receivedAt"`
	ChangedAt      Moment   `json:"changedAt"`
	ConversationID *string  `json:"conversationId,omitempty"`
	RawURL         string   `json:"rawUrl,omitempty" doc:"Its bytes as they came."`
}

// ArrivalPage is one page of arrivals, newest first.
type ArrivalPage struct {
	Items []Arrival `json:"items" nullable:"false"`
	Next  string    `json:"next,omitempty"`
}

// SendingPage is one page of letters that leave, newest first.
type SendingPage struct {
	Items []Sending `json:"items" nullable:"false"`
	Next  string    `json:"next,omitempty"`
}

// MailCounts is what waits for people; 1000 means that many or more.
type MailCounts struct {
	Quarantined int `json:"quarantined"`
	Failed      int `json:"failed" doc:"Letters that did not leave."`
	Waiting     int `json:"waiting" doc:"Letters that arrived and are not read yet."`
}

// Connection is how one of a channel's two ways does.
type Connection struct {
	ChannelID string      `json:"channelId" format:"uuid"`
	Part      string      `json:"part" enum:"in,out"`
	State     string      `json:"state" enum:"healthy,trying,broken"`
	Problem   string      `json:"problem,omitempty" doc:"A stable word, such as sign-in-refused."`
	Answer    string      `json:"answer,omitempty" doc:"What the other server said."`
	Backlog   int         `json:"backlog" doc:"How many letters are known to wait on the other side; -1 when unknown."`
	Missed    int         `json:"missed" doc:"How many letters somebody has taken away from there before they could be fetched, as far as can be told."`
	MissedAt  *Moment     `json:"missedAt,omitempty" doc:"Of the last of them."`
	ContactAt *Moment     `json:"contactAt,omitempty" doc:"Of the last success."`
	Since     *Moment     `json:"since,omitempty" doc:"Of the present state."`
	Old       *OldLetters `json:"old,omitempty" doc:"How far fetching what was in the mailbox before has come; absent when there is nothing of that."`
}

// OldLetters is how far fetching what was in a mailbox before has come.
type OldLetters struct {
	Total   int     `json:"total" doc:"When it began."`
	Left    int     `json:"left" doc:"Of them, to be fetched."`
	PerHour int     `json:"perHour" doc:"How many come in an hour, as measured last; 0 when unknown."`
	BeganAt *Moment `json:"beganAt,omitempty" doc:"Without it, it waits to begin."`
}

// connection is what a caller sees of how one of a channel's ways does.
func connection(ch vis.ChannelID, h channel.Health) Connection {
	out := Connection{string(ch), h.Part, string(h.State), h.Problem, h.Answer, h.Backlog, h.Missed, maybe(h.MissedAt), maybe(h.ContactAt), maybe(h.Since), nil}
	if h.Old.Total > 0 {
		out.Old = &OldLetters{h.Old.Total, h.Old.Left, h.Old.PerHour, maybe(h.Old.BeganAt)}
	}
	return out
}

// Connections are those of all channels that have any.
type Connections struct {
	Items []Connection `json:"items" nullable:"false"`
}

// SecretNames are the names of what a channel keeps secret; the secrets themselves are never shown again.
type SecretNames struct {
	Names []string `json:"names" nullable:"false"`
}

// Proposal is settings that may fit an address.
type Proposal struct {
	Settings MailboxSettings `json:"mailbox"`
	Source   string          `json:"source" doc:"Whose word it is: provider, mx, autoconfig, srv or guess."`
	Provider string          `json:"provider,omitempty"`
}

// Proposals are settings that may fit an address, best first.
type Proposals struct {
	Items []Proposal `json:"items" nullable:"false"`
}

type arrivalsInput struct {
	Paged
	State string `query:"state" enum:"quarantined,waiting,filed,repeated,discarded" default:"quarantined"`
}

type sendingsInput struct {
	Paged
	State string `query:"state" enum:"failed,bounced,waiting,sent,cancelled,all" default:"failed" doc:"waiting: not sent yet, for whatever reason"`
}

type secretsInput struct {
	ByID
	Body struct {
		Secrets map[string]string `json:"secrets" doc:"By name, such as in.password; an empty one is forgotten."`
	} `nameHint:"SetSecrets"`
}

type detectInput struct {
	Body struct {
		Kind    string `json:"kind" maxLength:"24" example:"email"`
		Address string `json:"address" maxLength:"320"`
	} `nameHint:"DetectChannel"`
}

// sendingStates are the states behind the words of a list.
var sendingStates = map[string][]post.SendingState{
	"failed":    {post.Failed},
	"bounced":   {post.Bounced},
	"waiting":   {post.ToSend, post.Underway, post.Unknown},
	"sent":      {post.Sent},
	"cancelled": {post.Cancelled},
	"all":       {post.ToSend, post.Underway, post.Unknown, post.Sent, post.Failed, post.Bounced, post.Cancelled},
}

// arrival is what a caller sees of one.
func (s *Server) arrival(ctx context.Context, by caller, a post.Arrival, whole bool) Arrival {
	out := Arrival{ID: string(a.ID), ChannelID: string(a.Channel), State: string(a.State), Reason: a.Reason, Detail: a.Detail, Remote: a.Remote,
		Recipients: a.Envelope.To, Size: a.Size, Tries: a.Tries, ReceivedAt: moment(a.ReceivedAt), ChangedAt: moment(a.ChangedAt),
		ConversationID: optional(a.Conversation)}
	if out.Recipients == nil {
		out.Recipients = []string{}
	}
	var seen post.Glimpse
	var err error
	if whole {
		seen, err = s.post.Glimpse(ctx, by.Actor, a)
	} else {
		seen.Head, err = s.post.Head(ctx, by.Actor, a)
	}
	if err != nil {
		s.log.Warn("a letter in quarantine could not be looked at", "arrival", a.ID, "err", err)
		return out
	}
	out.Subject = seen.Subject
	if seen.From.Address != "" {
		out.From = new(mailbox(seen.From))
	}
	out.Text = seen.Text
	if a.Blob != "" {
		out.RawURL = s.contentURL(to(by.Actor), string(a.ID), formArrival)
	}
	return out
}

// mailRoomRoutes are those of what arrives and what leaves, whatever conversation it belongs to.
func (s *Server) mailRoomRoutes() {
	read := vis.ReadConversations
	add(s, route{method: "GET", path: "/arrivals", id: "listArrivals", tag: "mail", summary: "What arrived and stands so, newest first", access: staffers, scope: read},
		func(ctx context.Context, by caller, in *arrivalsInput) (*reply[ArrivalPage], error) {
			listed, err := s.post.Arrivals(ctx, by.Actor, post.ArrivalState(in.State), in.asked())
			out := ArrivalPage{make([]Arrival, len(listed.Items)), listed.Next}
			for i, a := range listed.Items {
				out.Items[i] = s.arrival(ctx, by, a, false)
			}
			return ok(out), err
		})
	add(s, route{method: "GET", path: "/arrivals/{id}", id: "getArrival", tag: "mail", summary: "One of them, with its beginning", access: staffers, scope: read},
		func(ctx context.Context, by caller, in *ByID) (*reply[Arrival], error) {
			a, err := s.post.Arrival(ctx, by.Actor, vis.ArrivalID(in.ID))
			return s.arrivalFor(ctx, by, a, err)
		})
	s.arrivalAct("retry", "retryArrival", "Read it once more", s.post.Retry)
	s.arrivalAct("convert", "convertArrival", "Make a conversation of it, with its bytes as a file", s.post.Convert)
	s.arrivalAct("discard", "discardArrival", "Decide that it is nothing; its bytes are deleted", s.post.Discard)
	add(s, route{method: "GET", path: "/sendings", id: "listSendings", tag: "mail", summary: "Letters that leave, newest first", access: staffers, scope: read},
		func(ctx context.Context, by caller, in *sendingsInput) (*reply[SendingPage], error) {
			listed, err := s.post.Sendings(ctx, by.Actor, sendingStates[in.State], in.asked())
			out := SendingPage{make([]Sending, len(listed.Items)), listed.Next}
			for i, x := range listed.Items {
				out.Items[i] = sending(x)
			}
			return ok(out), err
		})
	add(s, route{method: "GET", path: "/sendings/{id}", id: "getSending", tag: "mail", summary: "One of them", access: staffers, scope: read},
		func(ctx context.Context, by caller, in *ByID) (*reply[Sending], error) {
			x, err := s.post.Sending(ctx, by.Actor, vis.SendingID(in.ID))
			return ok(sending(x)), err
		})
	s.sendingAct("again", "sendAgain", "Try a letter that failed once more, under the same Message-ID", s.post.SendAgain)
	s.sendingAct("cancel", "cancelSending", "Take a letter back that has not left", s.post.Cancel)
	add(s, route{method: "GET", path: "/mail/counts", id: "countMail", tag: "mail", summary: "What waits for people", access: staffers, scope: read},
		func(ctx context.Context, by caller, _ *none) (*reply[MailCounts], error) {
			c, err := s.post.Counts(ctx, by.Actor)
			return ok(MailCounts(c)), err
		})
}

// arrivalAct adds a member's decision on something in quarantine.
func (s *Server) arrivalAct(name, id, summary string, act func(context.Context, vis.Actor, vis.ArrivalID) (post.Arrival, error)) {
	add(s, route{method: "POST", path: "/arrivals/{id}/" + name, id: id, tag: "mail", summary: summary, access: staffers, scope: vis.WriteConversations},
		func(ctx context.Context, by caller, in *ByID) (*reply[Arrival], error) {
			a, err := act(ctx, by.Actor, vis.ArrivalID(in.ID))
			return s.arrivalFor(ctx, by, a, err)
		})
}

func (s *Server) arrivalFor(ctx context.Context, by caller, a post.Arrival, err error) (*reply[Arrival], error) {
	if err != nil {
		return nil, err
	}
	return ok(s.arrival(ctx, by, a, true)), nil
}

// sendingAct adds a member's decision on a letter that leaves.
func (s *Server) sendingAct(name, id, summary string, act func(context.Context, vis.Actor, vis.SendingID) (post.Sending, error)) {
	add(s, route{method: "POST", path: "/sendings/{id}/" + name, id: id, tag: "mail", summary: summary, access: staffers, scope: vis.WriteConversations},
		func(ctx context.Context, by caller, in *ByID) (*reply[Sending], error) {
			x, err := act(ctx, by.Actor, vis.SendingID(in.ID))
			return ok(sending(x)), err
		})
}

// connectionRoutes are those of a channel's connections: how they do, what they sign in with, and how they are found and tried out.
func (s *Server) connectionRoutes() {
	add(s, route{method: "GET", path: "/connections", id: "listConnections", tag: "channels", summary: "How the connections of channels do", access: staffers,
		scope: vis.ReadSettings},
		func(ctx context.Context, by caller, _ *none) (*reply[Connections], error) {
			all, err := s.post.Health(ctx, by.Actor)
			out := Connections{[]Connection{}}
			for id, parts := range all {
				for _, h := range parts {
					out.Items = append(out.Items, connection(id, h))
				}
			}
			return ok(out), err
		})
	add(s, route{method: "GET", path: "/channels/{id}/secrets", id: "listChannelSecrets", tag: "channels", summary: "The names of what it keeps secret",
		access: staffers, scope: vis.ReadSettings},
		func(ctx context.Context, by caller, in *ByID) (*reply[SecretNames], error) {
			names, err := s.post.SecretNames(ctx, by.Actor, vis.ChannelID(in.ID))
			return ok(SecretNames{append([]string{}, names...)}), err
		})
	add(s, route{method: "PUT", path: "/channels/{id}/secrets", id: "setChannelSecrets", tag: "channels", summary: "Keep secrets, such as a password",
		access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *secretsInput) (*none, error) {
			defer s.directory.forget(by.Workspace)
			return nil, s.post.SetSecrets(ctx, by.Actor, vis.ChannelID(in.ID), in.Body.Secrets)
		})
	add(s, route{method: "POST", path: "/channels/detect", id: "detectChannel", tag: "channels", summary: "Find settings for an address",
		access: staffers, scope: vis.WriteSettings, byCaller: []limit{limitTry}},
		func(ctx context.Context, by caller, in *detectInput) (*reply[Proposals], error) {
			found, err := s.post.Detect(ctx, by.Actor, channel.Kind(in.Body.Kind), in.Body.Address)
			if err != nil {
				return nil, err
			}
			out := Proposals{make([]Proposal, len(found))}
			for i, p := range found {
				out.Items[i] = Proposal{Source: p.Source, Provider: p.Provider}
				if err := json.Unmarshal(p.Settings, &out.Items[i].Settings); err != nil {
					return nil, err
				}
			}
			return ok(out), nil
		})
	add(s, route{method: "POST", path: "/channels/{id}/try", id: "tryChannel", tag: "channels", access: staffers, scope: vis.WriteSettings,
		summary: "Try its settings out; each step is a line of JSON as it begins and ends", byCaller: []limit{limitTry}}, s.tryChannel)
}

// tryChannel streams the steps of a trial, one Step in JSON on each line (application/x-ndjson). A trial that cannot begin is a problem.
func (s *Server) tryChannel(ctx context.Context, by caller, in *ByID) (*huma.StreamResponse, error) {
	if err := s.post.MayTry(ctx, by.Actor, vis.ChannelID(in.ID)); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		r, w := humago.Unwrap(hc)
		hc.SetHeader("Content-Type", "application/x-ndjson")
		hc.SetHeader("X-Accel-Buffering", "no")
		lines, flush := json.NewEncoder(w), http.NewResponseController(w)
		err := s.post.Try(r.Context(), by.Actor, vis.ChannelID(in.ID), func(step channel.Step) {
			if lines.Encode(step) == nil {
				_ = flush.Flush() //nolint:forbidigo // not every writer can
			}
		})
		if err != nil && r.Context().Err() == nil {
			s.log.Warn("a channel could not be tried out", "workspace", by.Workspace, "channel", in.ID, "err", err)
		}
	}}, nil
}
