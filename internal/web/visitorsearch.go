package web

import (
	"context"
	"encoding/hex"
	"slices"

	"visavis/internal/channel"
	"visavis/internal/listen"
	"visavis/internal/vis"
)

// VisitorAnswer is a ready answer that customers may read.
type VisitorAnswer struct {
	ID    string `json:"id" format:"uuid"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// VisitorAnswers are those that were found, the best first.
type VisitorAnswers struct {
	Items []VisitorAnswer `json:"items" nullable:"false"`
}

// SoughtAfter names what a customer looks for, and the channel on which she does.
type SoughtAfter struct {
	Key    string `json:"key" maxLength:"64"`
	Query  string `json:"query" minLength:"1" maxLength:"200"`
	Locale string `json:"locale" enum:"fr,en"`
	Reader string `json:"reader" format:"uuid" doc:"A number that this browser made up, so that one person who looks twice counts once. It is not kept."`
}

type findAnswersInput struct {
	Body SoughtAfter `nameHint:"FindAnswers"`
}

type tellFoundInput struct {
	Body struct {
		SoughtAfter
		Did string `json:"did" enum:"read,answered,wrote"`
	} `nameHint:"TellFound"`
}

func (s *Server) visitorSearchRoutes() {
	const tag = "visitor"
	limits := []limit{limitSearch, limitSearches}
	add(s, route{method: "POST", path: "/visitor/answers", id: "findAnswers", tag: tag, summary: "Look among the answers that are ready, before writing", access: everybody,
		status: 200, byAddress: limits},
		func(ctx context.Context, _ caller, in *findAnswersInput) (*reply[VisitorAnswers], error) {
			e, err := s.channels.Embedded(ctx, in.Body.Key)
			if err != nil {
				return nil, err
			}
			found, err := s.post.Answers(ctx, e.Workspace, e.Welcome.Team, in.Body.Locale, in.Body.Query)
			if err != nil {
				return nil, err
			}
			out := VisitorAnswers{make([]VisitorAnswer, len(found))}
			for i, a := range found {
				out.Items[i] = VisitorAnswer{string(a.ID), a.Title, a.Text}
			}
			if err := s.countSearch(ctx, e, in.Body, listen.Sought, len(found)); err != nil {
				s.log.Error("a search could not be counted", "workspace", e.Workspace, "err", err) // she has her answers all the same
			}
			return ok(out), nil
		})
	add(s, route{method: "POST", path: "/visitor/answers/told", id: "tellFound", tag: tag, summary: "Say what came of what was found", access: everybody,
		byAddress: limits},
		func(ctx context.Context, _ caller, in *tellFoundInput) (*none, error) {
			e, err := s.channels.Embedded(ctx, in.Body.Key)
			if err != nil {
				return nil, err
			}
			return nil, s.countSearch(ctx, e, in.Body.SoughtAfter, listen.SearchDeed(in.Body.Did), 0)
		})
}

// countSearch counts what a customer looked for or did about it. Where nothing can be found in her language nothing is counted: the chat does not
// show her where to look.
func (s *Server) countSearch(ctx context.Context, e channel.Embedded, of SoughtAfter, deed listen.SearchDeed, found int) error {
	if spoken, err := s.post.Answering(ctx, e.Workspace, e.Welcome.Team); err != nil || !slices.Contains(spoken, of.Locale) {
		return err
	}
	term, person, asks := s.sought(e.Workspace, of)
	if !asks {
		return nil
	}
	return s.counts.CountSearch(ctx, e.Workspace, listen.Search{Channel: e.Channel.ID, Language: of.Locale, Term: term, Person: person, Deed: deed, Found: found})
}

// sought is the term that somebody looks for, with its fingerprint, and the bit that stands for her; false when she asks for nothing.
func (s *Server) sought(ws vis.WorkspaceID, of SoughtAfter) (listen.Term, uint8, bool) {
	const purpose = "search terms"
	term, asks := listen.TermOf(of.Query)
	term.Print = hex.EncodeToString(s.keys.MAC(ws, purpose, of.Locale, term.Key)[:12])
	return term, s.keys.MAC(ws, purpose, term.Print, of.Reader)[0] % 64, asks
}
