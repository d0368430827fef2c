package web

import (
	"context"
	"encoding/json"

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
	ID            string           `json:"id" format:"uuid"`
	State         string           `json:"state" enum:"suspected,confirmed,fixing,solved,false_alarm"`
	Trigger       string           `json:"trigger" enum:"numbers,words,signal" doc:"What it was seen by."`
	Name          string           `json:"name,omitempty"`
	Reason        string           `json:"reason,omitempty"`
	ChannelID     *string          `json:"channelId,omitempty" doc:"Where the numbers stood out; absent for all channels together."`
	OpenedAt      Moment           `json:"openedAt"`
	ConfirmedAt   *Moment          `json:"confirmedAt,omitempty"`
	FixingAt      *Moment          `json:"fixingAt,omitempty"`
	EndedAt       *Moment          `json:"endedAt,omitempty"`
	Conversations int              `json:"conversations" doc:"How many it concerns."`
	Customers     int              `json:"customers"`
	Window        float64          `json:"window,omitempty" doc:"Seconds that were looked at when it was opened."`
	Seen          int              `json:"seen,omitempty" doc:"Messages in them."`
	Expected      float64          `json:"expected,omitempty" doc:"Messages that would have been usual."`
	ScenarioID    *string          `json:"scenarioId,omitempty"`
	Texts         IncidentTexts    `json:"texts"`
	Signals       []IncidentSignal `json:"signals" nullable:"false"`
	MinutesWon    *float64         `json:"minutesWon,omitempty" doc:"By how much customers were heard before the first alert; negative where that came first, absent without any."`
	Version       int64            `json:"version"`
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
		OpenedAt: moment(l.OpenedAt), ConfirmedAt: maybe(c.ConfirmedAt), FixingAt: maybe(c.FixingAt), EndedAt: maybe(l.EndedAt),
		Conversations: l.Conversations, Customers: l.Customers, Window: c.Look.Window.Seconds(), Seen: c.Look.Seen, Expected: c.Look.Expected,
		ScenarioID: optional(c.Scenario), Texts: incidentTexts(c.Texts), Signals: []IncidentSignal{}, Version: l.Version}
	for _, s := range c.Signals {
		out.Signals = append(out.Signals, IncidentSignal{s.Source, s.Key, s.Title, moment(s.At), maybe(s.EndedAt)})
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
	Concerned []IncidentConcerns `json:"concerned" nullable:"false" doc:"The conversations, in the order in which they came."`
	Scenarios []Scenario         `json:"scenarios" nullable:"false" doc:"Those that fit, the best first."`
}

// IncidentVoice is something that was said, and by how many.
type IncidentVoice struct {
	ConversationID string `json:"conversationId" format:"uuid"`
	MessageID      string `json:"messageId" format:"uuid"`
	At             Moment `json:"at"`
	Excerpt        string `json:"excerpt"`
	Alike          int    `json:"alike" doc:"How many said nearly this, herself included."`
}

// IncidentCurve counts conversations by stretches.
type IncidentCurve struct {
	From   *Moment `json:"from,omitempty"`
	Every  float64 `json:"every" doc:"Seconds of a stretch."`
	Counts []int   `json:"counts" nullable:"false"`
}

// IncidentConcerns is a conversation that an incident concerns.
type IncidentConcerns struct {
	ConversationID string  `json:"conversationId" format:"uuid"`
	CustomerID     string  `json:"customerId" format:"uuid"`
	At             Moment  `json:"at"`
	HeldAt         *Moment `json:"heldAt,omitempty" doc:"When she was told that it is known."`
	ToldAt         *Moment `json:"toldAt,omitempty" doc:"When she was told that it is solved."`
}

func incidentDetail(d listen.Detail) IncidentDetail {
	out := IncidentDetail{Incident: incidentOf(d.Listed), First: []IncidentVoice{}, Words: orEmpty(d.Words),
		Curve: IncidentCurve{maybe(d.CurveFrom), listen.CurveEvery.Seconds(), orEmpty(d.Curve)}, Concerned: []IncidentConcerns{}, Scenarios: []Scenario{}}
	for _, v := range d.First {
		out.First = append(out.First, IncidentVoice{string(v.Conversation), string(v.Message), moment(v.At), v.Excerpt, v.Alike})
	}
	for _, c := range d.Concerned {
		out.Concerned = append(out.Concerned, IncidentConcerns{string(c.Conversation), string(c.Customer), moment(c.At), maybe(c.HeldAt), maybe(c.ToldAt)})
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
	} `nameHint:"DecideIncident"`
}

func (in *incidentInput) change() listen.Change {
	return listen.Change{Name: in.Body.Name, Scenario: vis.ScenarioID(in.Body.ScenarioID), Texts: in.Body.Texts.texts()}
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

// ListenSettings are how an organisation wants to be alarmed.
type ListenSettings struct {
	FalseAlarmDays float64 `json:"falseAlarmDays" minimum:"1" maximum:"3650" doc:"One false alarm in so many days of one reason is put up with."`
	Version        int64   `json:"version"`
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
		func(ctx context.Context, by caller, in *ByID) (*reply[Incident], error) {
			l, err := s.hearing.Dismiss(ctx, by.Actor, vis.IncidentID(in.ID))
			return ok(incidentOf(l)), err
		})
	add(s, route{method: "POST", path: "/signals", id: "signal", tag: tag, summary: "An alert of the organisation's own supervision", access: staffers, scope: vis.WriteSignals},
		func(ctx context.Context, by caller, in *signalInput) (*reply[Incident], error) {
			l, err := s.hearing.Signal(ctx, by.Actor, listen.SignalIn{Source: in.Body.Source, Key: in.Body.Key, Title: in.Body.Title, Reason: in.Body.Reason,
				Over: in.Body.State == "resolved"})
			return ok(incidentOf(l)), err
		})
	add(s, route{method: "GET", path: "/listening", id: "getListening", tag: tag, summary: "How we want to be alarmed", access: staffers, scope: vis.ReadSettings},
		func(ctx context.Context, by caller, _ *none) (*reply[ListenSettings], error) {
			l, err := s.hearing.Settings(ctx, by.Actor)
			return ok(ListenSettings{float64(l.Budget), l.Version}), err
		})
	add(s, route{method: "PUT", path: "/listening", id: "changeListening", tag: tag, summary: "Change how we want to be alarmed", access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *listeningInput) (*reply[ListenSettings], error) {
			l, err := s.hearing.ChangeSettings(ctx, by.Actor, listen.Settings{Budget: listen.Budget(in.Body.FalseAlarmDays), Version: in.Body.Version})
			return ok(ListenSettings{float64(l.Budget), l.Version}), err
		})
	s.scenarioRoutes()
}

type listeningInput struct {
	Body ListenSettings
}
