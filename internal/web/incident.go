package web

import (
	"context"
	"encoding/json"
	"time"

	"visavis/internal/listen"
	"visavis/internal/vis"
)

// IncidentTexts are what customers are told of an incident.
type IncidentTexts struct {
	Holding Wording `json:"holding,omitempty" doc:"To each who wrote about it, in her conversation and her language, once it is confirmed."`
	Solved  Wording `json:"solved,omitempty" doc:"To the same, once, when it is solved."`
	Banner  Wording `json:"banner,omitempty" doc:"Before anybody writes, while it is open."`
}

func (t IncidentTexts) texts() listen.Texts {
	return listen.Texts{Holding: listen.Words(t.Holding), Solved: listen.Words(t.Solved), Banner: listen.Words(t.Banner)}
}

func incidentTexts(t listen.Texts) IncidentTexts {
	return IncidentTexts{Wording(t.Holding), Wording(t.Solved), Wording(t.Banner)}
}

// Incident is a burst of contacts with one cause.
type Incident struct {
	ID            string            `json:"id" format:"uuid"`
	State         string            `json:"state" enum:"suspected,confirmed,fixing,solved,false_alarm"`
	Trigger       string            `json:"trigger" enum:"numbers,words,signal" doc:"What it was seen by."`
	Name          string            `json:"name,omitempty"`
	Reason        string            `json:"reason,omitempty"`
	ChannelID     *string           `json:"channelId,omitempty" doc:"Where the numbers stood out; absent for all channels together."`
	Place         string            `json:"place,omitempty" doc:"Likewise of places."`
	OpenedAt      Moment            `json:"openedAt"`
	ConfirmedAt   *Moment           `json:"confirmedAt,omitempty"`
	FixingAt      *Moment           `json:"fixingAt,omitempty"`
	EndedAt       *Moment           `json:"endedAt,omitempty"`
	Conversations int               `json:"conversations" doc:"How many it concerns."`
	Customers     int               `json:"customers"`
	Window        float64           `json:"window,omitempty" doc:"Seconds that were looked at when it was opened."`
	Seen          int               `json:"seen,omitempty" doc:"Messages in them."`
	Expected      float64           `json:"expected,omitempty" doc:"Messages that would have been usual."`
	ScenarioID    *string           `json:"scenarioId,omitempty"`
	Texts         IncidentTexts     `json:"texts"`
	Signals       []IncidentSignal  `json:"signals" nullable:"false"`
	Why           string            `json:"why,omitempty" doc:"What made it a false alarm."`
	MinutesWon    *float64          `json:"minutesWon,omitempty" doc:"By how much customers were heard before the first alert, or before whoever else saw it; negative where that came first, absent while nothing is known of it."`
	Sighting      *IncidentSighting `json:"sighting,omitempty" doc:"When somebody else saw it, as a member says where no alert did."`
	Version       int64             `json:"version"`
}

// IncidentSighting is when somebody else saw it.
type IncidentSighting struct {
	At      Moment  `json:"at"`
	Source  string  `json:"source,omitempty" doc:"Who or what saw it; absent for the organisation's own supervision."`
	ByID    *string `json:"byId,omitempty" doc:"The member who says so."`
	NotedAt Moment  `json:"notedAt"`
}

// IncidentSignal is an alert of the organisation's own supervision.
type IncidentSignal struct {
	Source  string  `json:"source"`
	Key     string  `json:"key"`
	Title   string  `json:"title,omitempty"`
	At      Moment  `json:"at"`
	EndedAt *Moment `json:"endedAt,omitempty"`
}

func incidentOf(l listen.Listed) Incident {
	c := l.Course
	out := Incident{ID: string(l.ID), State: string(l.State), Trigger: string(c.Trigger), Name: c.Name, Reason: c.Reason, ChannelID: optional(c.Channel),
		Place:    c.Place,
		OpenedAt: moment(l.OpenedAt), ConfirmedAt: maybe(c.ConfirmedAt), FixingAt: maybe(c.FixingAt), EndedAt: maybe(l.EndedAt),
		Conversations: l.Conversations, Customers: l.Customers, Window: c.Look.Window.Seconds(), Seen: c.Look.Seen, Expected: c.Look.Expected,
		ScenarioID: optional(c.Scenario), Texts: incidentTexts(c.Texts), Signals: []IncidentSignal{}, Why: c.Why, Version: l.Version}
	for _, s := range c.Signals {
		out.Signals = append(out.Signals, IncidentSignal{s.Source, s.Key, s.Title, moment(s.At), maybe(s.EndedAt)})
	}
	if s := c.Sighting; s != nil {
		out.Sighting = &IncidentSighting{moment(s.At), s.Source, optional(s.By), moment(s.NotedAt)}
	}
	if won, known := l.Won(); known {
		out.MinutesWon = new(won.Minutes())
	}
	return out
}

// Incidents are those that were found.
type Incidents struct {
	Items []Incident `json:"items" nullable:"false"`
}

// IncidentDetail is an incident with what people decide by.
type IncidentDetail struct {
	Incident
	First     []IncidentVoice    `json:"first" nullable:"false" doc:"What was said first; what was said alike is folded into one."`
	Words     []string           `json:"words" nullable:"false" doc:"Words that its messages share and others do not have."`
	Curve     IncidentCurve      `json:"curve"`
	Concerned []IncidentConcerns `json:"concerned" nullable:"false" doc:"The conversations, in the order in which they came; at most 500."`
	Usually   map[string]float64 `json:"usually,omitempty" doc:"The share of contacts that each place usually has, among those whose place is known; absent while too little is known."`
	Map       []IncidentSquare   `json:"map" nullable:"false" doc:"How many customers it concerns by place and channel, against what is usual."`
	Tallies   []IncidentTally    `json:"tallies" nullable:"false" doc:"How many conversations it concerns by channel, language, time zone and place, and how many were told; all of them."`
	Scenarios []Scenario         `json:"scenarios" nullable:"false" doc:"Those that fit, the best first."`
	Steps     []IncidentStep     `json:"steps" nullable:"false" doc:"Those of its scenario."`
	Deeds     []IncidentDeed     `json:"deeds" nullable:"false" doc:"What members did about it, in order."`
	Untold    []string           `json:"untold" nullable:"false" doc:"Conversations that could not be told; their customers were passed over."`
	Lessons   string             `json:"lessons,omitempty" doc:"What was learnt of it."`
}

// IncidentSquare is one place on one channel.
type IncidentSquare struct {
	Place     string   `json:"place,omitempty" doc:"Absent while it is unknown."`
	ChannelID string   `json:"channelId" format:"uuid"`
	Customers int      `json:"customers"`
	Usual     *float64 `json:"usual,omitempty" doc:"The share of contacts that usually come from there, among all whose place is known; absent while too little is known."`
}

// IncidentTally is how many conversations have something in common.
type IncidentTally struct {
	ChannelID     string `json:"channelId" format:"uuid"`
	Language      string `json:"language,omitempty" doc:"In which they are told."`
	Zone          string `json:"zone,omitempty" doc:"Of the customer, as an IANA name; absent while it is unknown."`
	Place         string `json:"place,omitempty" doc:"Where she is by her file; absent while it is unknown."`
	Conversations int    `json:"conversations"`
	Held          int    `json:"held" doc:"Were told that it is known."`
	Told          int    `json:"told" doc:"Were told that it is solved."`
}

// IncidentStep is one thing to do.
type IncidentStep struct {
	Text    string  `json:"text"`
	OwnerID *string `json:"ownerId,omitempty" doc:"The member whose step it is: her own, or as the one in the middle."`
	TeamID  *string `json:"teamId,omitempty" doc:"The team whose step it is."`
	DoneAt  *Moment `json:"doneAt,omitempty"`
	ByID    *string `json:"byId,omitempty"`
}

// IncidentDeed is something that a member did about it.
type IncidentDeed struct {
	At   Moment  `json:"at"`
	ByID *string `json:"byId,omitempty"`
	Kind string  `json:"kind" enum:"confirmed,fixing,solved,dismissed,undone,named,scenario,texts,task,untask,lessons,sighted,unsighted"`
	Text string  `json:"text,omitempty" doc:"The name, the scenario or the step that it is about, or the instant at which somebody else saw it."`
}

// IncidentVoice is something that was said, and by how many.
type IncidentVoice struct {
	ConversationID string   `json:"conversationId" format:"uuid"`
	MessageID      string   `json:"messageId" format:"uuid"`
	At             Moment   `json:"at"`
	Excerpt        string   `json:"excerpt"`
	Alike          int      `json:"alike" doc:"How many said nearly this, herself included."`
	AlikeIDs       []string `json:"alikeIds" nullable:"false" doc:"Their conversations."`
}

// IncidentCurve counts conversations by stretches.
type IncidentCurve struct {
	From   *Moment   `json:"from,omitempty"`
	Every  float64   `json:"every" doc:"Seconds of a stretch."`
	Counts []int     `json:"counts" nullable:"false" doc:"Before it was opened, messages of its topic; then conversations that it concerns."`
	Usual  []float64 `json:"usual" nullable:"false" doc:"What would have been usual then; empty for what numbers did not show."`
}

// IncidentConcerns is a conversation that an incident concerns.
type IncidentConcerns struct {
	ConversationID string  `json:"conversationId" format:"uuid"`
	CustomerID     string  `json:"customerId" format:"uuid"`
	Name           string  `json:"name,omitempty" doc:"Of the customer, while it is known."`
	ChannelID      string  `json:"channelId" format:"uuid"`
	Place          string  `json:"place,omitempty" doc:"Where she is by her file; absent while it is unknown."`
	At             Moment  `json:"at"`
	HeldAt         *Moment `json:"heldAt,omitempty" doc:"When she was told that it is known."`
	ToldAt         *Moment `json:"toldAt,omitempty" doc:"When she was told that it is solved."`
}

func incidentDetail(d listen.Detail) IncidentDetail {
	out := IncidentDetail{Incident: incidentOf(d.Listed), First: []IncidentVoice{}, Words: orEmpty(d.Words),
		Curve: IncidentCurve{maybe(d.CurveFrom), listen.CurveEvery.Seconds(), orEmpty(d.Curve), orEmpty(d.Usual)}, Concerned: []IncidentConcerns{},
		Map: []IncidentSquare{}, Tallies: []IncidentTally{}, Scenarios: []Scenario{}, Steps: []IncidentStep{}, Deeds: []IncidentDeed{}, Untold: texts(d.Course.Untold),
		Lessons: d.Course.Lessons, Usually: d.Usually}
	for _, v := range d.First {
		out.First = append(out.First, IncidentVoice{string(v.Conversation), string(v.Message), moment(v.At), v.Excerpt, len(v.Alike), texts(v.Alike)})
	}
	for _, c := range d.Concerned {
		out.Concerned = append(out.Concerned, IncidentConcerns{string(c.Conversation), string(c.Customer), c.Name, string(c.Channel), c.Place, moment(c.At), maybe(c.HeldAt), maybe(c.ToldAt)})
	}
	for _, s := range d.Map {
		square := IncidentSquare{Place: s.Place, ChannelID: string(s.Channel), Customers: s.Customers}
		if d.Usually != nil && s.Place != "" {
			square.Usual = new(s.Usual)
		}
		out.Map = append(out.Map, square)
	}
	for _, y := range d.Tallies {
		out.Tallies = append(out.Tallies, IncidentTally{string(y.Channel), y.Language, y.Zone, y.Place, y.Conversations, y.Held, y.Told})
	}
	for _, t := range d.Course.Tasks {
		out.Steps = append(out.Steps, IncidentStep{t.Text, optional(t.Owner), optional(t.Team), maybe(t.DoneAt), optional(t.By)})
	}
	for _, did := range d.Course.Deeds {
		out.Deeds = append(out.Deeds, IncidentDeed{moment(did.At), optional(did.By), string(did.Kind), did.Text})
	}
	for _, s := range d.Scenarios {
		out.Scenarios = append(out.Scenarios, scenarioOf(s))
	}
	return out
}

// incidentEvent is about an incident: small facts, and where it stood then.
type incidentEvent struct {
	Fact
	IncidentID string `json:"incidentId" format:"uuid"`
	State      string `json:"state"`
	Trigger    string `json:"trigger"`
	Reason     string `json:"reason,omitempty"`
	Concerned  int    `json:"concerned" doc:"Conversations"`
}

func tellIncident(t *told) error {
	e := incidentEvent{}
	if err := json.Unmarshal(t.event.Data, &e); err != nil {
		return err
	}
	e.Fact = factOf(t.event)
	t.full = e
	return nil
}

type incidentInput struct {
	ByID
	Body struct {
		Name       string        `json:"name,omitempty"`
		ScenarioID string        `json:"scenarioId,omitempty" maxLength:"64" doc:"Whose texts it takes."`
		Texts      IncidentTexts `json:"texts,omitempty" doc:"Over those of the scenario; empty ones stay as they are."`
		Without    []string      `json:"without,omitempty" enum:"holding,solved,banner" maxItems:"3" doc:"Texts that are not to be said after all."`
	} `nameHint:"DecideIncident"`
}

func (in *incidentInput) change() listen.Change {
	return listen.Change{Name: in.Body.Name, Scenario: vis.ScenarioID(in.Body.ScenarioID), Texts: in.Body.Texts.texts(),
		Without: in.Body.Without}
}

type dismissInput struct {
	ByID
	Body struct {
		Why string `json:"why,omitempty" doc:"What it was instead."`
	} `nameHint:"DismissIncident"`
}

type amendInput struct {
	ByID
	Body struct {
		Name       string        `json:"name,omitempty"`
		ScenarioID string        `json:"scenarioId,omitempty" maxLength:"64" doc:"Whose steps it takes, and while it is only suspected its texts."`
		Texts      IncidentTexts `json:"texts,omitempty" doc:"Over those of the scenario; empty ones stay as they are."`
		Without    []string      `json:"without,omitempty" enum:"holding,solved,banner" maxItems:"3" doc:"Texts that are not to be said after all."`
		Lessons    *string       `json:"lessons,omitempty" doc:"What was learnt of it."`
	} `nameHint:"AmendIncident"`
}

type tickInput struct {
	ByID
	At   int `path:"at" minimum:"0" maximum:"49" doc:"The place of the step, from 0."`
	Body struct {
		Done bool `json:"done"`
	} `nameHint:"TickIncident"`
}

type sightInput struct {
	ByID
	Body struct {
		At     time.Time `json:"at" doc:"Not in the future, and at most a day before the first message."`
		Source string    `json:"source,omitempty" doc:"Who or what saw it; empty for your own monitoring."`
	} `nameHint:"SightIncident"`
}

type signalInput struct {
	Body struct {
		Source string `json:"source" doc:"Which program speaks."`
		Key    string `json:"key" doc:"By which the end of the alert is known."`
		Title  string `json:"title,omitempty"`
		Reason string `json:"reason,omitempty" doc:"Key of the reason for which customers would write; empty for that of an outage."`
		State  string `json:"state" enum:"firing,resolved"`
	} `nameHint:"Signal"`
}

func (s *Server) incidentRoutes() {
	const tag = "incidents"
	add(s, route{method: "GET", path: "/incidents", id: "listIncidents", tag: tag, summary: "Incidents, the newest first", access: staffers, scope: vis.ReadConversations},
		func(ctx context.Context, by caller, _ *none) (*reply[Incidents], error) {
			all, err := s.hearing.Incidents(ctx, by.Actor)
			out := Incidents{make([]Incident, len(all))}
			for i, l := range all {
				out.Items[i] = incidentOf(l)
			}
			return ok(out), err
		})
	add(s, route{method: "GET", path: "/incidents/{id}", id: "getIncident", tag: tag, summary: "An incident with what people decide by", access: staffers,
		scope: vis.ReadConversations},
		func(ctx context.Context, by caller, in *ByID) (*reply[IncidentDetail], error) {
			d, err := s.hearing.Incident(ctx, by.Actor, vis.IncidentID(in.ID))
			return ok(incidentDetail(d)), err
		})
	for verb, decide := range map[string]struct {
		id, summary string
		do          func(context.Context, vis.Actor, vis.IncidentID, listen.Change) (listen.Listed, error)
	}{
		"confirm": {"confirmIncident", "It is real: tell everyone who wrote about it", s.hearing.Confirm},
		"fixing":  {"fixIncident", "Somebody is at work on it", s.hearing.Fix},
		"solve":   {"solveIncident", "It is over: tell everyone concerned, once", s.hearing.Solve},
	} {
		add(s, route{method: "POST", path: "/incidents/{id}/" + verb, id: decide.id, tag: tag, summary: decide.summary, access: members},
			func(ctx context.Context, by caller, in *incidentInput) (*reply[Incident], error) {
				l, err := decide.do(ctx, by.Actor, vis.IncidentID(in.ID), in.change())
				return ok(incidentOf(l)), err
			})
	}
	add(s, route{method: "POST", path: "/incidents/{id}/dismiss", id: "dismissIncident", tag: tag, summary: "It was a false alarm: be harder to alarm by this", access: members},
		func(ctx context.Context, by caller, in *dismissInput) (*reply[Incident], error) {
			l, err := s.hearing.Dismiss(ctx, by.Actor, vis.IncidentID(in.ID), in.Body.Why)
			return ok(incidentOf(l)), err
		})
	add(s, route{method: "POST", path: "/incidents/{id}/undo", id: "undoIncident", tag: tag, access: members,
		summary: "Take back the last verdict, where no customer was told of it"},
		func(ctx context.Context, by caller, in *ByID) (*reply[Incident], error) {
			l, err := s.hearing.Undo(ctx, by.Actor, vis.IncidentID(in.ID))
			return ok(incidentOf(l)), err
		})
	add(s, route{method: "PATCH", path: "/incidents/{id}", id: "amendIncident", tag: tag, summary: "Note something of an incident without moving it on", access: members},
		func(ctx context.Context, by caller, in *amendInput) (*reply[Incident], error) {
			l, err := s.hearing.Amend(ctx, by.Actor, vis.IncidentID(in.ID), listen.Change{Name: in.Body.Name, Scenario: vis.ScenarioID(in.Body.ScenarioID),
				Texts: in.Body.Texts.texts(), Without: in.Body.Without, Lessons: in.Body.Lessons})
			return ok(incidentOf(l)), err
		})
	add(s, route{method: "PUT", path: "/incidents/{id}/steps/{at}", id: "tickIncident", tag: tag, summary: "A step is done, or not after all", access: members},
		func(ctx context.Context, by caller, in *tickInput) (*reply[Incident], error) {
			l, err := s.hearing.Tick(ctx, by.Actor, vis.IncidentID(in.ID), in.At, in.Body.Done)
			return ok(incidentOf(l)), err
		})
	add(s, route{method: "PUT", path: "/incidents/{id}/sighting", id: "sightIncident", tag: tag, access: members,
		summary: "When somebody else saw it, where no alert says so: the minutes won follow"},
		func(ctx context.Context, by caller, in *sightInput) (*reply[Incident], error) {
			l, err := s.hearing.Sight(ctx, by.Actor, vis.IncidentID(in.ID), listen.Sighting{At: in.Body.At.UTC(), Source: in.Body.Source})
			return ok(incidentOf(l)), err
		})
	add(s, route{method: "DELETE", path: "/incidents/{id}/sighting", id: "unsightIncident", tag: tag, summary: "Nobody else saw it after all", access: members},
		func(ctx context.Context, by caller, in *ByID) (*reply[Incident], error) {
			l, err := s.hearing.Unsight(ctx, by.Actor, vis.IncidentID(in.ID))
			return ok(incidentOf(l)), err
		})
	add(s, route{method: "POST", path: "/signals", id: "signal", tag: tag, summary: "An alert of the organisation's own supervision", access: staffers, scope: vis.WriteSignals},
		func(ctx context.Context, by caller, in *signalInput) (*reply[Incident], error) {
			l, err := s.hearing.Signal(ctx, by.Actor, listen.SignalIn{Source: in.Body.Source, Key: in.Body.Key, Title: in.Body.Title, Reason: in.Body.Reason,
				Over: in.Body.State == "resolved"})
			return ok(incidentOf(l)), err
		})
	s.listeningRoutes()
	s.scenarioRoutes()
}
