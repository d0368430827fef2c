package web

import (
	"context"
	"slices"
	"strconv"
	"time"

	"visavis/internal/assist"
	"visavis/internal/vis"
)

// PastCall is a live assistance that is over.
type PastCall struct {
	AssistID       string        `json:"assistId" format:"uuid"`
	ConversationID string        `json:"conversationId" format:"uuid"`
	Members        []string      `json:"members" nullable:"false" doc:"Who had it, in order; none where nobody answered."`
	Guests         []string      `json:"guests" nullable:"false" doc:"Who came in as a third and never had it, in order"`
	PressedAt      Moment        `json:"pressedAt"`
	Waited         float64       `json:"waited" doc:"Seconds to the answer, or until it ended without one"`
	Lasted         float64       `json:"lasted" doc:"Seconds from the answer"`
	Outcome        string        `json:"outcome" enum:"done,cancelled,missed,failed" doc:"Failed: sound and picture never came, or were lost for good."`
	Missed         string        `json:"missed,omitempty" enum:"left,nobody,refused,unheard," doc:"Why nobody answered; empty where somebody did."`
	Result         string        `json:"result,omitempty" enum:"solved,follow_up,call_back,no_request,abuse," doc:"What came of it, once that is said"`
	Rating         int           `json:"rating,omitempty" doc:"By the customer, 1 to 5"`
	Recorded       bool          `json:"recorded" doc:"It is recorded, and you may look at it."`
	Conversation   *Conversation `json:"conversation"`
}

// PastCalls are the newest.
type PastCalls struct {
	Items []PastCall `json:"items" nullable:"false"`
	Next  string     `json:"next" doc:"Give it as before to go on; empty at the end. Where few calls fit, there can be more although few came."`
}

// PastSpan says which calls are listed.
type PastSpan struct {
	From     time.Time `query:"from" required:"true" doc:"Of the press"`
	To       time.Time `query:"to" required:"true"`
	MemberID string    `query:"memberId" doc:"Who had it last; agents see their own."`
	What     string    `query:"what" enum:"missed,answered,unsaid,solved,follow_up,call_back,no_request,abuse," doc:"unsaid: answered, and nobody has said what came of it"`
}

type pastPageInput struct {
	PastSpan
	Before string `query:"before" doc:"The next of the page that you have"`
}

func (in PastSpan) query() (assist.PastQuery, error) {
	if in.MemberID != "" && !vis.IsID(in.MemberID) {
		return assist.PastQuery{}, vis.InField("memberId", "This is no member's id.")
	}
	return assist.PastQuery{From: in.From, To: in.To, Member: vis.MemberID(in.MemberID), What: in.What}, nil
}

func (s *Server) pastRoutes() {
	add(s, route{method: "GET", path: "/assists/past", id: "listPastAssists", tag: "assist", summary: "Calls that are over, newest first: yours, or all for those who supervise",
		access: members}, s.listPastCalls)
	add(s, route{method: "GET", path: "/assists/past/export", id: "exportPastAssists", tag: "assist", summary: "The same as a file (CSV), the newest 5,000", access: members},
		s.exportPastCalls)
}

func (s *Server) listPastCalls(ctx context.Context, by caller, in *pastPageInput) (*reply[PastCalls], error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	if q.Before = vis.AssistID(in.Before); in.Before != "" && !vis.IsID(in.Before) {
		return nil, vis.InField("before", "This is no assistId.")
	}
	all, err := s.assist.Past(ctx, by.Actor, q)
	out := PastCalls{Items: make([]PastCall, len(all.Items)), Next: string(all.Next)}
	for i := 0; i < len(all.Items) && err == nil; i++ {
		out.Items[i], err = s.pastCall(ctx, by, all.Items[i])
	}
	return ok(out), err
}

func (s *Server) pastCall(ctx context.Context, by caller, p assist.Past) (PastCall, error) {
	c, err := s.desk.Conversation(ctx, by.Actor, p.Conversation)
	if err != nil {
		return PastCall{}, err
	}
	out := PastCall{AssistID: string(p.ID), ConversationID: string(p.Conversation), Members: membersOf(p.Session), Guests: guestsOf(p.Session), PressedAt: moment(p.PressedAt), Waited: p.Waited.Seconds(),
		Lasted: p.Lasted.Seconds(), Outcome: string(p.Story.Outcome), Missed: string(p.Missed), Rating: p.Story.Rating, Recorded: p.Recorded,
		Conversation: new(s.conversation(ctx, by.Workspace, c, nil))}
	if p.Story.Conclusion != nil {
		out.Result = string(p.Story.Conclusion.Result)
	}
	return out, nil
}

// membersOf are those who had a session, in order.
func membersOf(x assist.Session) []string {
	out := []string{}
	for _, p := range x.Story.Passes {
		out = append(out, string(p.From))
	}
	if x.Member != "" {
		out = append(out, string(x.Member))
	}
	return slices.Compact(out)
}

// guestsOf are those who came into a session and never had it.
func guestsOf(x assist.Session) []string {
	had := membersOf(x)
	return slices.DeleteFunc(texts(x.Story.Guests), func(m string) bool { return slices.Contains(had, m) })
}

func (s *Server) exportPastCalls(ctx context.Context, by caller, in *PastSpan) (*file, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	all, err := s.assist.PastFile(ctx, by.Actor, q)
	if err != nil {
		return nil, err
	}
	staff, err := s.staff.Members(ctx, by.Workspace)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(staff))
	for _, m := range staff {
		names[string(m.ID)] = m.Name
	}
	lines := make([]exportedCall, len(all.Items))
	for i, p := range all.Items {
		lines[i] = exportedCall{p, names[string(p.Member)]}
	}
	return saved("calls", exportedCallColumns, lines, "csv")
}

// exportedCall is a line of the file.
type exportedCall struct {
	assist.Past
	member string // its name
}

var exportedCallColumns = []string{"pressed_at", "conversation", "member", "waited_seconds", "lasted_seconds", "outcome", "missed", "result", "rating", "recorded"}

func (e exportedCall) line() []string {
	result, rating := "", ""
	if c := e.Story.Conclusion; c != nil {
		result = string(c.Result)
	}
	if e.Story.Rating > 0 {
		rating = strconv.Itoa(e.Story.Rating)
	}
	return []string{e.PressedAt.UTC().Format(time.RFC3339), string(e.Conversation), spreadsheetSafe(e.member), seconds(e.Waited), seconds(e.Lasted),
		string(e.Story.Outcome), string(e.Missed), result, rating, strconv.FormatBool(e.Recorded)}
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) }
