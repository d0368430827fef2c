package web

import (
	"context"

	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// ConversationReading is what the customer's words were read to say. Its reason is that of the newest message of which it is decided, or
// the word of members; the rest is what her newest message says.
type ConversationReading struct {
	Reason       string  `json:"reason" doc:"A key of the workspace's reasons; empty: to sort."`
	By           string  `json:"by" enum:"reader,member" doc:"Whose word the reason is."`
	Alone        bool    `json:"alone" doc:"Readings as sure as this one were right at least nine times in ten."`
	Mood         float64 `json:"mood" minimum:"-1" maximum:"1"`
	Dissatisfied bool    `json:"dissatisfied"`
	Urgency      string  `json:"urgency" enum:"whenever,today,now,"`
	Language     string  `json:"language" doc:"ISO 639-1; empty for a message without words."`
	MessageID    string  `json:"messageId" format:"uuid"`
}

// conversationReading is nil while nothing was read.
func conversationReading(c desk.Conversation) *ConversationReading {
	r := c.Reading
	if r.Message == "" {
		return nil
	}
	out := &ConversationReading{Reason: c.About.Reason, By: string(r.By), Alone: r.Alone, Mood: float64(c.About.Mood) / desk.MaxMood,
		Dissatisfied: r.Dissatisfied, Urgency: r.Urgency, Language: r.Language, MessageID: string(r.Message)}
	switch {
	case r.By == "" && out.Reason != "":
		out.By = string(desk.BySaid) // from before anything was read
	case r.By == "":
		out.By = string(desk.ByReader)
	}
	return out
}

// Reading is what one message of a customer was read to say.
type Reading struct {
	MessageID      string             `json:"messageId" format:"uuid"`
	ConversationID string             `json:"conversationId" format:"uuid"`
	At             Moment             `json:"at"`
	Engine         string             `json:"engine" enum:"built-in,endpoint"`
	Model          string             `json:"model"`
	Language       string             `json:"language" doc:"ISO 639-1; empty for a message without words."`
	LanguageSure   float64            `json:"languageSure"`
	Reason         string             `json:"reason" doc:"A key of the workspace's reasons; empty where it is left to people."`
	Best           string             `json:"best" doc:"The nearest reason."`
	BestSure       float64            `json:"bestSure"`
	Next           string             `json:"next,omitempty"`
	NextSure       float64            `json:"nextSure,omitempty"`
	Alone          bool               `json:"alone" doc:"Readings as sure as this one were right at least nine times in ten."`
	Mood           float64            `json:"mood" minimum:"-1" maximum:"1"`
	Dissatisfied   float64            `json:"dissatisfied" minimum:"0" maximum:"1"`
	Urgency        string             `json:"urgency" enum:"whenever,today,now,"`
	UrgencySure    float64            `json:"urgencySure"`
	Correction     *ReadingCorrection `json:"correction,omitempty"`
}

// ReadingCorrection is what a member set right of a reading.
type ReadingCorrection struct {
	MemberID     string   `json:"memberId" format:"uuid"`
	At           Moment   `json:"at"`
	Reason       *string  `json:"reason,omitempty"`
	Mood         *float64 `json:"mood,omitempty"`
	Dissatisfied *bool    `json:"dissatisfied,omitempty"`
	Urgency      *string  `json:"urgency,omitempty"`
}

func reading(r listen.Reading) Reading {
	s := r.Says
	out := Reading{MessageID: string(r.Message), ConversationID: string(r.Conversation), At: moment(r.At), Engine: r.Engine, Model: r.Model,
		Language: s.Language.Label, LanguageSure: s.Language.Sure, Reason: s.Reason.Label, Best: s.Best.Label, BestSure: s.Best.Sure, Next: s.Next.Label,
		NextSure: s.Next.Sure, Alone: s.Alone, Mood: s.Mood, Dissatisfied: s.Dissatisfied, Urgency: s.Urgency.Label, UrgencySure: s.Urgency.Sure}
	if c := r.Correction; c != nil {
		out.Correction = &ReadingCorrection{string(c.Member), moment(c.At), c.Reason, c.Mood, c.Dissatisfied, c.Urgency}
	}
	return out
}

// ReadingWeight is a stretch of the message's text and how much it spoke for what was read (above 0) or against it.
type ReadingWeight struct {
	From   int     `json:"from" doc:"UTF-16 code units of the message's text"`
	To     int     `json:"to"`
	Weight float64 `json:"weight" minimum:"-1" maximum:"1"`
}

// ReadingWhy is which words spoke for what was read, as the reader of today sees it.
type ReadingWhy struct {
	Reason       []ReadingWeight `json:"reason" nullable:"false" doc:"For the nearest reason"`
	Mood         []ReadingWeight `json:"mood" nullable:"false" doc:"For a good mood"`
	Dissatisfied []ReadingWeight `json:"dissatisfied" nullable:"false"`
	Urgency      []ReadingWeight `json:"urgency" nullable:"false" doc:"For the urgency that was read"`
}

func readingWeights(all []listen.Weight) []ReadingWeight {
	out := make([]ReadingWeight, len(all))
	for i, w := range all {
		out[i] = ReadingWeight(w)
	}
	return out
}

// ExplainedReading is a reading with the words that decided.
type ExplainedReading struct {
	Reading
	Why ReadingWhy `json:"why"`
}

type readingEvent struct {
	Fact
	Reading      *Reading      `json:"reading"`
	Conversation *Conversation `json:"conversation"`
}

// readingsOf reads what those of some events are about that tell of readings.
func (s *Server) readingsOf(ctx context.Context, ws vis.WorkspaceID, events []vis.Event) (map[vis.MessageID]listen.Reading, error) {
	var wanted []vis.MessageID
	for _, e := range events {
		if _, is := shapes[e.Type].(readingEvent); is {
			d, err := data[desk.MessageData](e)
			if err != nil {
				return nil, err
			}
			wanted = append(wanted, d.Message)
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	all, err := s.listen.ReadingsByID(ctx, ws, wanted)
	out := make(map[vis.MessageID]listen.Reading, len(all))
	for _, r := range all {
		out[r.Message] = r
	}
	return out, err
}

// tellReading fills an event about a reading.
func (s *Server) tellReading(ctx context.Context, ws vis.WorkspaceID, t *told, h desk.Happening, readings map[vis.MessageID]listen.Reading) error {
	d, err := data[desk.MessageData](h.Event)
	if err != nil {
		return err
	}
	e := readingEvent{Fact: factOf(h.Event)}
	if r, there := readings[d.Message]; there {
		e.Reading = new(reading(r))
	}
	if h.Conversation != nil {
		e.Conversation = new(s.conversation(ctx, ws, *h.Conversation, nil))
	}
	t.full = e
	return nil
}

// ReadQuery chooses conversations by what their words say. So much is looked at for a page and not more: one may be short, or empty, and
// have a next all the same.
type ReadQuery struct {
	Reason       string `query:"reason" maxLength:"120" doc:"A key of the workspace's reasons, for it and those beneath it; none for those without a reason. With this and what follows a page may be short although it has a next."`
	Mood         string `query:"mood" enum:"negative,neutral,positive"`
	Dissatisfied bool   `query:"dissatisfied" doc:"Only those who are"`
	Urgency      string `query:"urgency" enum:"whenever,today,now"`
}

// chosen is what a query asks for.
func (s *Server) chosen(ctx context.Context, by caller, q ReadQuery) (out desk.Read, err error) {
	out = desk.Read{Mood: q.Mood, Dissatisfied: q.Dissatisfied, Urgency: q.Urgency}
	switch q.Reason {
	case "":
	case "none":
		out.Reasons = []string{""}
	default:
		out.Reasons, err = s.listen.Beneath(ctx, by.Actor, q.Reason)
	}
	return out, err
}

type correctReadingInput struct {
	ByID
	Body struct {
		Reason       *string  `json:"reason,omitempty" maxLength:"120" doc:"A key of the workspace's reasons; empty: to sort."`
		Mood         *float64 `json:"mood,omitempty" enum:"-1,0,1"`
		Dissatisfied *bool    `json:"dissatisfied,omitempty"`
		Urgency      *string  `json:"urgency,omitempty" enum:"whenever,today,now"`
		Undo         bool     `json:"undo,omitempty" doc:"Take your last correction back."`
	} `nameHint:"CorrectReading"`
}

// Reasons is the tree of reasons of a workspace.
type Reasons struct {
	Items   []Reason `json:"items" nullable:"false"`
	Version int64    `json:"version" doc:"0 while it was never changed"`
}

// Reason is why customers contact us.
type Reason struct {
	Key      string      `json:"key" maxLength:"120" doc:"Its path: that of its parent, / and its own part of a to z, 0 to 9 and -."`
	Parent   string      `json:"parent,omitempty" maxLength:"120" doc:"The key of the reason that it is beneath; follows from the key."`
	Names    ReasonNames `json:"names"`
	BuiltIn  string      `json:"builtIn,omitempty" enum:"delivery,stock,price,order,return,payment,invoice,fault,outage,account,appointment,staff,shop,contract,praise,other," doc:"What the built-in reader calls it."`
	Archived bool        `json:"archived,omitempty" doc:"Given to nothing any more."`
}

// ReasonNames are what people call a reason.
type ReasonNames struct {
	FR string `json:"fr"`
	EN string `json:"en"`
}

func reasons(t listen.Tree) Reasons {
	out := Reasons{Items: make([]Reason, len(t.Reasons)), Version: t.Version}
	for i, r := range t.Reasons {
		out.Items[i] = Reason{r.Key, listen.Parent(r.Key), ReasonNames{r.FR, r.EN}, r.BuiltIn, r.Archived}
	}
	return out
}

type changeReasonsInput struct {
	Body struct {
		Items   []Reason `json:"items" nullable:"false" maxItems:"200"`
		Version int64    `json:"version"`
	} `nameHint:"ChangeReasons"`
}

func (s *Server) readingRoutes() {
	const tag = "readings"
	read, write := vis.ReadConversations, vis.WriteConversations
	add(s, route{method: "GET", path: "/reasons", id: "listReasons", tag: tag, summary: "Why customers contact us, as a tree", access: staffers, scope: read},
		func(ctx context.Context, by caller, _ *none) (*reply[Reasons], error) {
			t, err := s.listen.Reasons(ctx, by.Actor)
			return ok(reasons(t)), err
		})
	add(s, route{method: "PUT", path: "/reasons", id: "changeReasons", tag: tag, summary: "Change the tree; what is in use is archived, not lost",
		access: members}, s.changeReasons)
	add(s, route{method: "GET", path: "/messages/{id}/reading", id: "getReading", tag: tag, summary: "What a message was read to say, and by which words",
		access: staffers, scope: read},
		func(ctx context.Context, by caller, in *ByID) (*reply[ExplainedReading], error) {
			r, why, err := s.listen.Reading(ctx, by.Actor, vis.MessageID(in.ID))
			return ok(ExplainedReading{reading(r), ReadingWhy{readingWeights(why.Reason), readingWeights(why.Mood),
				readingWeights(why.Dissatisfied), readingWeights(why.Urgency)}}), err
		})
	add(s, route{method: "PUT", path: "/conversations/{id}/reading", id: "correctReading", tag: tag, summary: "Set right what her newest message was read to say",
		access: members, scope: write}, s.correctReading)
	s.similarRoutes()
	s.readerRoutes()
	s.engineRoutes()
}

// SimilarReadings are conversations that would be corrected like another.
type SimilarReadings struct {
	Items []SimilarReading `json:"items" nullable:"false" doc:"The nearest first, at most 50"`
	Total int              `json:"total"`
}

// SimilarReading is a conversation whose newest message says nearly the same as the corrected one.
type SimilarReading struct {
	ConversationID string  `json:"conversationId" format:"uuid"`
	MessageID      string  `json:"messageId" format:"uuid"`
	Excerpt        string  `json:"excerpt"`
	Reason         string  `json:"reason" doc:"As it is read"`
	Would          string  `json:"would" doc:"What it would be"`
	Near           float64 `json:"near" minimum:"0" maximum:"1" doc:"How much of both texts is the same"`
}

type correctSimilarInput struct {
	ByID
	Body struct {
		ConversationIDs []string `json:"conversationIds" nullable:"false" maxItems:"50"`
	} `nameHint:"CorrectSimilar"`
}

// CorrectedSimilar says how many were corrected.
type CorrectedSimilar struct {
	Changed int `json:"changed"`
}

func (s *Server) similarRoutes() {
	const tag = "readings"
	add(s, route{method: "GET", path: "/conversations/{id}/reading/similar", id: "listSimilarReadings", tag: tag,
		summary: "Conversations of the last month that would be corrected like this one", access: staffers, scope: vis.ReadConversations},
		func(ctx context.Context, by caller, in *ByID) (*reply[SimilarReadings], error) {
			all, total, err := s.listen.Similar(ctx, by.Actor, vis.ConversationID(in.ID))
			out := SimilarReadings{Items: make([]SimilarReading, len(all)), Total: total}
			for i, one := range all {
				out.Items[i] = SimilarReading{string(one.Conversation), string(one.Message), one.Excerpt, one.Reason, one.Would, one.Near}
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: "/conversations/{id}/reading/similar", id: "correctSimilarReadings", tag: tag,
		summary: "Correct the chosen ones like this one", access: members},
		func(ctx context.Context, by caller, in *correctSimilarInput) (*reply[CorrectedSimilar], error) {
			n, err := s.listen.CorrectSimilar(ctx, by.Actor, vis.ConversationID(in.ID), ids[vis.ConversationID](in.Body.ConversationIDs))
			return ok(CorrectedSimilar{n}), err
		})
}

// ReaderState is what the workspace reads by.
type ReaderState struct {
	Engine        string         `json:"engine" enum:"built-in,endpoint" doc:"endpoint: one is asked too."`
	Model         string         `json:"model"`
	TrainedAt     *Moment        `json:"trainedAt,omitempty" doc:"Without it: the model that is built in."`
	Corrections   int            `json:"corrections"`
	SinceTraining int            `json:"sinceTraining" doc:"Corrections since the last training"`
	Scores        ReaderScores   `json:"scores"`
	Training      *TrainingState `json:"training,omitempty" doc:"While one is underway"`
	LastTraining  *LastTraining  `json:"lastTraining,omitempty"`
}

// ReaderScores are which share of messages that were not learnt from is read rightly, by what is read of them.
type ReaderScores struct {
	Reason       float64 `json:"reason" minimum:"0" maximum:"1"`
	Mood         float64 `json:"mood" minimum:"0" maximum:"1"`
	Dissatisfied float64 `json:"dissatisfied" minimum:"0" maximum:"1"`
	Urgency      float64 `json:"urgency" minimum:"0" maximum:"1"`
}

// TrainingState is how far a training is.
type TrainingState struct {
	Progress float64 `json:"progress" minimum:"0" maximum:"1"`
}

// LastTraining is how the last training ended.
type LastTraining struct {
	At      Moment        `json:"at"`
	Outcome string        `json:"outcome" enum:"kept,refused,failed" doc:"refused: it would have read worse"`
	Before  *ReaderScores `json:"before,omitempty"`
	After   *ReaderScores `json:"after,omitempty"`
}

func readerScores(of map[string]float64) ReaderScores {
	share := func(head string) float64 { return of[head+" accuracy"] / 100 }
	return ReaderScores{share(text.HeadReason), share(text.HeadMood), share(text.HeadDissatisfied), share(text.HeadUrgency)}
}

func readerState(is listen.Standing, err error) (*reply[ReaderState], error) {
	out := ReaderState{Engine: is.Engine, Model: is.Model, TrainedAt: maybe(is.TrainedAt), Corrections: is.Corrections, SinceTraining: is.SinceTraining,
		Scores: readerScores(is.Scores)}
	if is.Underway {
		out.Training = &TrainingState{is.Progress}
	}
	if l := is.Last; l != nil {
		out.LastTraining = &LastTraining{At: moment(l.At), Outcome: l.Outcome, Before: new(readerScores(l.Before))}
		if l.After != nil {
			out.LastTraining.After = new(readerScores(l.After))
		}
	}
	return ok(out), err
}

func (s *Server) readerRoutes() {
	const tag = "readings"
	add(s, route{method: "GET", path: "/reader", id: "getReader", tag: tag, summary: "By what messages are read, and how well", access: staffers, scope: vis.ReadSettings},
		func(ctx context.Context, by caller, _ *none) (*reply[ReaderState], error) {
			return readerState(s.listen.Reader(ctx, by.Actor))
		})
	add(s, route{method: "POST", path: "/reader/train", id: "trainReader", tag: tag, summary: "Teach it what members corrected, in the background",
		access: members, status: 202},
		func(ctx context.Context, by caller, _ *none) (*reply[ReaderState], error) {
			return readerState(s.listen.Train(ctx, by.Actor))
		})
}

func (s *Server) correctReading(ctx context.Context, by caller, in *correctReadingInput) (*conversationOutput, error) {
	b, id := in.Body, vis.ConversationID(in.ID)
	if b.Undo {
		c, err := s.listen.Undo(ctx, by.Actor, id)
		return s.conversationFor(ctx, by, c, err)
	}
	c, err := s.listen.Correct(ctx, by.Actor, id, listen.Word{Reason: b.Reason, Mood: b.Mood, Dissatisfied: b.Dissatisfied, Urgency: b.Urgency})
	return s.conversationFor(ctx, by, c, err)
}

func (s *Server) changeReasons(ctx context.Context, by caller, in *changeReasonsInput) (*reply[Reasons], error) {
	all := make([]listen.Reason, len(in.Body.Items))
	for i, r := range in.Body.Items {
		if r.Parent != "" && r.Parent != listen.Parent(r.Key) {
			return nil, vis.InField("items", "The reason %q is not beneath %q: its key says so.", text.Line(r.Key), text.Line(r.Parent))
		}
		all[i] = listen.Reason{Key: r.Key, FR: r.Names.FR, EN: r.Names.EN, BuiltIn: r.BuiltIn, Archived: r.Archived}
	}
	t, err := s.listen.ChangeReasons(ctx, by.Actor, all, in.Body.Version)
	return ok(reasons(t)), err
}
