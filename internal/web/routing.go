package web

import (
	"context"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

// Weights say how many points each term of the priority may bring at most.
type Weights struct {
	Criticality  int `json:"criticality" minimum:"0" maximum:"100"`
	Influence    int `json:"influence" minimum:"0" maximum:"100"`
	Value        int `json:"value" minimum:"0" maximum:"100"`
	Mood         int `json:"mood" minimum:"0" maximum:"100"`
	Urgency      int `json:"urgency" required:"false" minimum:"0" maximum:"100" doc:"As the customer's words were read"`
	Dissatisfied int `json:"dissatisfied" required:"false" minimum:"0" maximum:"100" doc:"The same"`
	Repeat       int `json:"repeat" minimum:"0" maximum:"100"`
	Deadline     int `json:"deadline" minimum:"0" maximum:"100"`
	Slack        int `json:"slack" minimum:"0" maximum:"100"`
	PerHour      int `json:"perHour" minimum:"1" maximum:"100" doc:"Points for each hour of waiting, without an end: nobody starves."`
}

// WorkCapacity is how many of each kind of work a member can hold at once: none of it with 0, whatever is usual where it is absent.
type WorkCapacity struct {
	Call *int `json:"call,omitempty" minimum:"0" maximum:"1"`
	Chat *int `json:"chat,omitempty" minimum:"0" maximum:"50"`
	Mail *int `json:"mail,omitempty" minimum:"0" maximum:"100"`
}

// kinds are its fields by the kind of work.
func (c *WorkCapacity) kinds() map[routing.Work]**int {
	return map[routing.Work]**int{routing.WorkCall: &c.Call, routing.WorkChat: &c.Chat, routing.WorkMail: &c.Mail}
}

func capacityOf(c map[routing.Work]int) (out WorkCapacity) {
	for kind, n := range out.kinds() {
		if most, said := c[kind]; said {
			*n = new(most)
		}
	}
	return out
}

func (c WorkCapacity) capacity() map[routing.Work]int {
	out := make(map[routing.Work]int)
	for kind, n := range c.kinds() {
		if *n != nil {
			out[kind] = **n
		}
	}
	return out
}

// RoutingBody is how a workspace routes and ranks, as it is written.
type RoutingBody struct {
	Profile       string         `json:"profile" enum:"balanced,urgent,loyal,public,fair,own"`
	Weights       Weights        `json:"weights"`
	Capacity      WorkCapacity   `json:"capacity"`
	CalendarID    *string        `json:"calendarId,omitempty" nullable:"true" doc:"When the workspace answers; without it, always."`
	FinishFor     int            `json:"finishFor" minimum:"0" maximum:"3600" doc:"Seconds to finish up after a call or a chat"`
	VanishedAfter int            `json:"vanishedAfter" minimum:"5" maximum:"3600" doc:"Seconds without a connection after which a member counts as gone"`
	Words         map[string]int `json:"words,omitempty" doc:"Words that make a matter critical, with how critical (1 to 4)"`
	Reasons       map[string]int `json:"reasons,omitempty" doc:"Reasons that do"`
	CallCountries *[]string      `json:"callCountries,omitempty" nullable:"true" maxItems:"300" doc:"Countries that customers are called back in (ISO 3166-1 alpha-2); empty for the workspace's own and those nearby. Without it, as it is."`
	CallsADay     *int           `json:"callsADay,omitempty" nullable:"true" minimum:"0" maximum:"10000" doc:"Call-backs that may be asked for within a day by everybody together; 0 for 200. Without it, as it is."`
	Goal          int            `json:"goal" minimum:"1" maximum:"100" doc:"Share of promises to keep, in percent"`
}

// RoutingSettings are RoutingBody with what may be chosen.
type RoutingSettings struct {
	RoutingBody
	Presets map[string]Weights `json:"presets"`
	Version int64              `json:"version"`
}

func routingSettings(s routing.Settings) RoutingSettings {
	out := RoutingSettings{RoutingBody: RoutingBody{Profile: s.Profile, Weights: Weights(s.Weights), Capacity: capacityOf(s.Capacity),
		CalendarID: optional(s.Calendar), FinishFor: s.FinishFor, VanishedAfter: s.VanishedAfter, Words: s.Words, Reasons: s.Reasons, Goal: s.Goal,
		CallCountries: new(append([]string{}, s.CallCountries...)), CallsADay: new(s.CallsADay)},
		Presets: make(map[string]Weights), Version: s.Version}
	for name, w := range routing.Presets() {
		out.Presets[name] = Weights(w)
	}
	return out
}

func (b RoutingBody) change(version int64) routing.SettingsChange {
	out := routing.SettingsChange{Profile: &b.Profile, Capacity: new(b.Capacity.capacity()), FinishFor: &b.FinishFor, VanishedAfter: &b.VanishedAfter,
		Words: &b.Words, Reasons: &b.Reasons, Goal: &b.Goal, CallCountries: b.CallCountries, CallsADay: b.CallsADay, Calendar: new(vis.CalendarID("")), Version: version}
	if b.Profile == "own" {
		out.Weights = new(routing.Weights(b.Weights))
	}
	if b.CalendarID != nil {
		*out.Calendar = vis.CalendarID(*b.CalendarID)
	}
	return out
}

type changeRoutingInput struct {
	IfMatch
	Body struct {
		RoutingBody
		Version *int64 `json:"version,omitempty"`
	} `nameHint:"ChangeRouting"`
}

type previewWeightsInput struct {
	Body struct {
		Weights Weights `json:"weights"`
	} `nameHint:"PreviewWeights"`
}

// WeightsPreview says how other weights would order those who wait now.
type WeightsPreview struct {
	Items []MovedConversation `json:"items" nullable:"false" doc:"In the order that would be."`
	Moved int                 `json:"moved"`
}

// MovedConversation is one of them, with its place now and then; places count from 1.
type MovedConversation struct {
	ConversationID string  `json:"conversationId" format:"uuid"`
	CustomerName   string  `json:"customerName"`
	Subject        string  `json:"subject"`
	From           int     `json:"from"`
	To             int     `json:"to"`
	Before         float64 `json:"before" doc:"Points"`
	After          float64 `json:"after"`
}

// Queue is how the conversations of a team, or of none, are handed out.
type Queue struct {
	TeamID string `json:"teamId" doc:"Empty for conversations of no team."`
	QueueBody
	Version int64 `json:"version" doc:"0 while it was never set up"`
}

// QueueBody is a queue as it is written.
type QueueBody struct {
	Mode        string          `json:"mode" enum:"pull,offer,assign"`
	CalendarID  *string         `json:"calendarId,omitempty" nullable:"true"`
	RingFor     int             `json:"ringFor,omitempty" minimum:"0" maximum:"300" doc:"Seconds that an offer rings"`
	Skills      map[string]int  `json:"skills,omitempty" doc:"Skills that its work needs, with the level from 1 to 5"`
	AdviserFor  int             `json:"adviserFor,omitempty" minimum:"0" maximum:"86400" doc:"Seconds that a conversation is kept for the customer's adviser"`
	LastFor     int             `json:"lastFor,omitempty" minimum:"0" maximum:"86400" doc:"Seconds that it is then kept for who answered last"`
	RelaxAfter  int             `json:"relaxAfter,omitempty" minimum:"0" maximum:"86400" doc:"Seconds of waiting after which each level falls by one"`
	Overflow    []QueueOverflow `json:"overflow,omitempty" nullable:"false" maxItems:"20"`
	Ring        []string        `json:"ring,omitempty" nullable:"false" maxItems:"20" doc:"Teams that take over in this order when this one closes"`
	ReassignFor int             `json:"reassignFor,omitempty" minimum:"0" maximum:"86400" doc:"Seconds without an answer of its owner after which a waiting conversation goes to somebody else; 0 for the default"`
}

// QueueOverflow is a team that helps out.
type QueueOverflow struct {
	TeamID string `json:"teamId"`
	After  int    `json:"after" minimum:"0" maximum:"86400" doc:"Seconds of waiting"`
}

func queue(q routing.Queue) Queue {
	out := Queue{TeamID: string(q.Team), Version: q.Version, QueueBody: QueueBody{Mode: string(q.Mode), CalendarID: optional(q.Calendar), RingFor: q.RingFor,
		Skills: q.Skills, AdviserFor: q.AdviserFor, LastFor: q.LastFor, RelaxAfter: q.RelaxAfter, Overflow: []QueueOverflow{}, Ring: texts(q.Ring),
		ReassignFor: q.ReassignFor}}
	for _, o := range q.Overflow {
		out.Overflow = append(out.Overflow, QueueOverflow{string(o.Team), o.After})
	}
	return out
}

func (b QueueBody) queue(team string, version int64) routing.Queue {
	out := routing.Queue{Team: vis.TeamID(team), Mode: routing.Mode(b.Mode), RingFor: b.RingFor, Skills: b.Skills, AdviserFor: b.AdviserFor, LastFor: b.LastFor,
		RelaxAfter: b.RelaxAfter, Ring: ids[vis.TeamID](b.Ring), ReassignFor: b.ReassignFor, Version: version}
	if b.CalendarID != nil {
		out.Calendar = vis.CalendarID(*b.CalendarID)
	}
	for _, o := range b.Overflow {
		out.Overflow = append(out.Overflow, routing.Overflow{Team: vis.TeamID(o.TeamID), After: o.After})
	}
	return out
}

// Queues are those of all teams, and of none.
type Queues struct {
	Items []Queue `json:"items" nullable:"false"`
}

type changeQueueInput struct {
	ByID
	IfMatch
	Body struct {
		QueueBody
		Version *int64 `json:"version,omitempty"`
	} `nameHint:"ChangeQueue"`
}

// Profile is what a member can take on.
type Profile struct {
	MemberID string `json:"memberId" format:"uuid"`
	ProfileBody
	Version int64 `json:"version" doc:"0 while it was never set up"`
}

// ProfileBody is a profile as it is written.
type ProfileBody struct {
	Skills    map[string]int `json:"skills,omitempty" doc:"Level from 1 to 5"`
	Languages []string       `json:"languages,omitempty" nullable:"false" enum:"fr,en" doc:"None: those of everybody"`
	Capacity  WorkCapacity   `json:"capacity,omitempty" doc:"Instead of the workspace's"`
}

func profile(p routing.Profile) Profile {
	return Profile{MemberID: string(p.Member), Version: p.Version, ProfileBody: ProfileBody{Skills: p.Skills, Languages: orEmpty(p.Languages), Capacity: capacityOf(p.Capacity)}}
}

// Profiles are those of all members.
type Profiles struct {
	Items []Profile `json:"items" nullable:"false"`
}

type changeProfileInput struct {
	ByID
	IfMatch
	Body struct {
		ProfileBody
		Version *int64 `json:"version,omitempty"`
	} `nameHint:"ChangeProfile"`
}

func (s *Server) routingRoutes() {
	const tag = "routing"
	add(s, route{method: "GET", path: "/routing", id: "getRouting", tag: tag, summary: "How work is ranked and handed out", access: staffers, scope: vis.ReadSettings},
		func(ctx context.Context, by caller, _ *none) (*reply[RoutingSettings], error) {
			out, err := s.routing.Settings(ctx, by.Actor)
			return ok(routingSettings(out)), err
		})
	add(s, route{method: "PUT", path: "/routing", id: "changeRouting", tag: tag, summary: "Rank and hand out otherwise", access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *changeRoutingInput) (*reply[RoutingSettings], error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			out, err := s.routing.ChangeSettings(ctx, by.Actor, in.Body.change(version))
			return ok(routingSettings(out)), err
		})
	add(s, route{method: "POST", path: "/routing/preview", id: "previewWeights", tag: tag, summary: "What other weights would do to those who wait now",
		access: staffers, scope: vis.ReadSettings}, s.previewWeights)
	add(s, route{method: "GET", path: "/queues", id: "listQueues", tag: tag, summary: "How each team's conversations are handed out", access: staffers},
		func(ctx context.Context, by caller, _ *none) (*reply[Queues], error) {
			all, err := s.routing.Queues(ctx, by.Actor)
			out := Queues{make([]Queue, len(all))}
			for i, q := range all {
				out.Items[i] = queue(q)
			}
			return ok(out), err
		})
	add(s, route{method: "PUT", path: "/queues/{id}", id: "changeQueue", tag: tag, summary: "Hand a team's conversations out otherwise; {id} is the team's, or general",
		access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *changeQueueInput) (*reply[Queue], error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			team := in.ID
			if team == "general" {
				team = ""
			}
			q, err := s.routing.PutQueue(ctx, by.Actor, in.Body.queue(team, version))
			return ok(queue(q)), err
		})
	add(s, route{method: "GET", path: "/profiles", id: "listProfiles", tag: tag, summary: "What each member can take on", access: staffers},
		func(ctx context.Context, by caller, _ *none) (*reply[Profiles], error) {
			all, err := s.routing.Profiles(ctx, by.Actor)
			out := Profiles{make([]Profile, len(all))}
			for i, p := range all {
				out.Items[i] = profile(p)
			}
			return ok(out), err
		})
	add(s, route{method: "PUT", path: "/profiles/{id}", id: "changeProfile", tag: tag, summary: "Say what a member can take on", access: staffers},
		func(ctx context.Context, by caller, in *changeProfileInput) (*reply[Profile], error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			b := in.Body
			p, err := s.routing.PutProfile(ctx, by.Actor, routing.Profile{Member: vis.MemberID(in.ID), Skills: b.Skills, Languages: b.Languages,
				Capacity: b.Capacity.capacity(), Version: version})
			return ok(profile(p)), err
		})
}

func (s *Server) previewWeights(ctx context.Context, by caller, in *previewWeightsInput) (*reply[WeightsPreview], error) {
	placed, err := s.routing.PreviewWeights(ctx, by.Actor, routing.Weights(in.Body.Weights))
	if err != nil {
		return nil, err
	}
	out := WeightsPreview{Items: make([]MovedConversation, len(placed))}
	for i, p := range placed {
		out.Items[i] = MovedConversation{string(p.Conversation.ID), p.Conversation.Customer.Name, p.Conversation.Subject, p.From, p.To, p.Before, p.After}
		if p.From != p.To {
			out.Moved++
		}
	}
	return ok(out), nil
}
