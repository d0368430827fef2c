package web

import (
	"context"
	"time"

	"visavis/internal/listen"
	"visavis/internal/vis"
)

var limitEngineTest = limit{"engine test", 10, time.Minute}

// ReaderEngine is the endpoint that a workspace chose to ask what messages say, without its key.
type ReaderEngine struct {
	On            bool            `json:"on"`
	URL           string          `json:"url" doc:"Of an OpenAI-compatible API, without /chat/completions. Those who may not change settings see its host."`
	Model         string          `json:"model"`
	HasKey        bool            `json:"hasKey"`
	Which         string          `json:"which" enum:"all,abstained" doc:"Which messages are sent: all, or those of which the built-in reader leaves the reason to people."`
	MonthlyCalls  int64           `json:"monthlyCalls"`
	MonthlyTokens int64           `json:"monthlyTokens"`
	Consent       *EngineConsent  `json:"consent,omitempty"`
	Use           ReaderEngineUse `json:"use"`
	State         string          `json:"state" enum:"off,ready,resting,spent"`
	RestingUntil  *Moment         `json:"restingUntil,omitempty"`
	Wrong         string          `json:"wrong,omitempty" enum:"address,timeout,connection,key,busy,status,answer" doc:"What went wrong last, on this node."`
	Version       int64           `json:"version" doc:"0 while none was chosen"`
}

// EngineConsent says who accepted that messages are sent there.
type EngineConsent struct {
	MemberID string `json:"memberId" format:"uuid"`
	Name     string `json:"name" doc:"As she wrote it"`
	At       Moment `json:"at"`
	Terms    int    `json:"terms" doc:"Which version of the words she accepted"`
}

// ReaderEngineUse is what an engine was used for in a month.
type ReaderEngineUse struct {
	Month     string `json:"month" example:"2026-11" doc:"In UTC"`
	Calls     int64  `json:"calls"`
	Tokens    int64  `json:"tokens" doc:"As the endpoint counts them; what it does not say is counted at its most."`
	Answered  int64  `json:"answered"`
	Abstained int64  `json:"abstained" doc:"Answers without a reason of the tree"`
	Failed    int64  `json:"failed"`
}

func readerEngine(e listen.EngineState, now time.Time) ReaderEngine {
	out := ReaderEngine{On: e.On, URL: e.URL, Model: e.Model, HasKey: len(e.Key) > 0, Which: e.Which, MonthlyCalls: e.MonthlyCalls,
		MonthlyTokens: e.MonthlyTokens, Use: ReaderEngineUse(e.Use), State: "ready", RestingUntil: maybe(e.Resting), Wrong: e.Wrong, Version: e.Version}
	switch {
	case !e.On:
		out.State = "off"
	case e.Spent():
		out.State = "spent"
	case e.Resting.After(now):
		out.State = "resting"
	}
	if c := e.Consent; c != nil {
		out.Consent = &EngineConsent{string(c.Member), c.Name, moment(c.At), c.Terms}
	}
	return out
}

type changeEngineInput struct {
	Body struct {
		On            bool    `json:"on"`
		URL           string  `json:"url" maxLength:"500"`
		Model         string  `json:"model" maxLength:"480"`
		Key           *string `json:"key,omitempty" maxLength:"500" doc:"Without it the present one stays, unless the address changes; empty for none."`
		Which         string  `json:"which" enum:"all,abstained"`
		MonthlyCalls  int64   `json:"monthlyCalls" minimum:"1" maximum:"10000000"`
		MonthlyTokens int64   `json:"monthlyTokens" minimum:"10000" maximum:"10000000000"`
		Accept        string  `json:"accept,omitempty" maxLength:"200" doc:"Your name, with which you accept that messages are sent there without what tells whose they are. Needed once, and again for another address or model."`
		Version       int64   `json:"version"`
	} `nameHint:"ChangeReaderEngine"`
}

// EngineTrial is what came of a trial.
type EngineTrial struct {
	Outcome string `json:"outcome" enum:"read,address,timeout,connection,key,busy,status,answer,reason,spent"`
	Reason  string `json:"reason,omitempty" doc:"The reason that it gave to a message of ours about a late parcel"`
}

func (s *Server) engineRoutes() {
	const tag = "readings"
	add(s, route{method: "GET", path: "/reader/engine", id: "getReaderEngine", tag: tag, summary: "Which endpoint is asked what messages say, and this month's use",
		access: staffers, scope: vis.ReadSettings},
		func(ctx context.Context, by caller, _ *none) (*reply[ReaderEngine], error) {
			e, err := s.listen.Engine(ctx, by.Actor)
			return ok(readerEngine(e, s.clock.Now())), err
		})
	add(s, route{method: "PUT", path: "/reader/engine", id: "changeReaderEngine", tag: tag,
		summary: "Choose an endpoint to ask, or none; it reads what is said from then on", access: members}, s.changeEngine)
	add(s, route{method: "POST", path: "/reader/engine/test", id: "testReaderEngine", tag: tag,
		summary: "Ask it about a message of ours; this counts for the budget", access: members, byCaller: []limit{limitEngineTest}},
		func(ctx context.Context, by caller, _ *none) (*reply[EngineTrial], error) {
			is, err := s.listen.TryEngine(ctx, by.Actor)
			if is.Wrong == "" {
				return ok(EngineTrial{"read", is.Reason}), err
			}
			return ok(EngineTrial{Outcome: is.Wrong}), err
		})
}

func (s *Server) changeEngine(ctx context.Context, by caller, in *changeEngineInput) (*reply[ReaderEngine], error) {
	b := in.Body
	e, err := s.listen.ChangeEngine(ctx, by.Actor, listen.EngineChange{On: b.On, URL: b.URL, Model: b.Model, Key: b.Key, Which: b.Which,
		MonthlyCalls: b.MonthlyCalls, MonthlyTokens: b.MonthlyTokens, Accept: b.Accept, Version: b.Version})
	return ok(readerEngine(e, s.clock.Now())), err
}
