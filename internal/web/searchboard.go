package web

import (
	"context"
	"strconv"

	"visavis/internal/vis"
)

// SearchBoard is what customers looked for in the chat before they wrote.
type SearchBoard struct {
	From   string       `json:"from" format:"date"`
	To     string       `json:"to" format:"date" doc:"Included; today is not over yet."`
	Terms  []SearchTerm `json:"terms" nullable:"false" doc:"At most 200: what found nothing most often first, then that after which they wrote all the same."`
	Hidden SearchCount  `json:"hidden" doc:"Searches for what one person alone looked for, whose words nobody can read, and those beyond what is kept of a day."`
}

// SearchTerm is what was counted of a term.
type SearchTerm struct {
	Term     string `json:"term"`
	Language string `json:"language"`
	SearchCount
	People int   `json:"people" doc:"About how many different people looked for it; 266 stands for as many or more."`
	Before int   `json:"before" doc:"Searches on as many days before."`
	Days   []int `json:"days" nullable:"false" doc:"Searches of each day, from the first."`
}

// SearchCount is how often something was looked for, and what came of it.
type SearchCount struct {
	Searches int `json:"searches"`
	Nothing  int `json:"nothing" doc:"Searches that found nothing."`
	Read     int `json:"read" doc:"How often an answer that was found was opened."`
	Answered int `json:"answered" doc:"How often somebody said that it answers her question."`
	Wrote    int `json:"wrote" doc:"How often somebody wrote to us after looking."`
}

// exportedSearch is a line of the file.
type exportedSearch struct {
	Day      string `json:"day"`
	Term     string `json:"term"`
	Channel  string `json:"channel"`
	Language string `json:"language"`
	People   int    `json:"people"`
	SearchCount
}

var exportedSearchColumns = []string{"day", "term", "channel", "language", "people", "searches", "nothing", "read", "answered", "wrote"}

func (e exportedSearch) line() []string {
	out := []string{e.Day, spreadsheetSafe(e.Term), spreadsheetSafe(e.Channel), e.Language}
	for _, n := range []int{e.People, e.Searches, e.Nothing, e.Read, e.Answered, e.Wrote} {
		out = append(out, strconv.Itoa(n))
	}
	return out
}

func (s *Server) searchBoardRoutes() {
	const tag = "readings"
	add(s, route{method: "GET", path: "/reasons/searches", id: "getSearchBoard", tag: tag, summary: "What customers looked for before they wrote, and what found nothing",
		access: staffers, scope: vis.ReadConversations},
		func(ctx context.Context, by caller, in *BoardDays) (*reply[SearchBoard], error) {
			q, err := in.query()
			if err != nil {
				return nil, err
			}
			b, err := s.counts.Searches(ctx, by.Actor, q)
			out := SearchBoard{From: b.From.String(), To: b.To.String(), Terms: make([]SearchTerm, len(b.Terms)), Hidden: SearchCount(b.Hidden)}
			for i, t := range b.Terms {
				out.Terms[i] = SearchTerm{t.Term, t.Language, SearchCount(t.SearchCount), t.People, t.Before, t.Days}
			}
			return ok(out), err
		})
	add(s, route{method: "GET", path: "/reasons/searches/export", id: "exportSearches", tag: tag,
		summary: "What customers looked for as a file, by day, term, channel and language", access: staffers, scope: vis.ReadConversations}, s.exportSearches)
}

func (s *Server) exportSearches(ctx context.Context, by caller, in *exportReasonsInput) (*file, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	all, err := s.counts.ExportSearches(ctx, by.Actor, q)
	if err != nil {
		return nil, err
	}
	names, err := s.channelNames(ctx, by.Workspace)
	if err != nil {
		return nil, err
	}
	lines := make([]exportedSearch, len(all))
	for i, one := range all {
		lines[i] = exportedSearch{one.Day.String(), one.Term, names[one.Channel], one.Language, one.People.About(), SearchCount(one.SearchCount)}
	}
	return saved("searches", exportedSearchColumns, lines, in.Format)
}

// channelNames are the names of a workspace's channels.
func (s *Server) channelNames(ctx context.Context, ws vis.WorkspaceID) (map[vis.ChannelID]string, error) {
	all, err := s.channels.List(ctx, ws)
	names := make(map[vis.ChannelID]string, len(all))
	for _, c := range all {
		names[c.ID] = c.Name
	}
	return names, err
}
