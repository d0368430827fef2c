package web

import (
	"context"

	"visavis/internal/report"
	"visavis/internal/vis"
)

// PromisePage is the public page of promises, as administrators write it. Its figures come from the log and cannot be written.
type PromisePage struct {
	PromisePageBody
	URL     string `json:"url,omitempty" doc:"Where everybody can read it; absent until it is first saved."`
	Version int64  `json:"version"`
}

// PromisePageBody is what can be written of it.
type PromisePageBody struct {
	Published  bool              `json:"published"`
	ChannelIDs []string          `json:"channelIds" nullable:"false" maxItems:"50" doc:"Shown on it, in this order"`
	Notes      []PromisePageNote `json:"notes" nullable:"false" maxItems:"6"`
	SignerID   *string           `json:"signerId,omitempty" nullable:"true"`
	Word       Greeting          `json:"word"`
}

// PromisePageNote says what was missed, and what is done about it.
type PromisePageNote struct {
	Since string   `json:"since" format:"date"`
	Title Greeting `json:"title"`
	Text  Greeting `json:"text"`
}

type changePromisePageInput struct {
	IfMatch
	Body struct {
		PromisePageBody
		Version *int64 `json:"version,omitempty"`
	} `nameHint:"ChangePromisePage"`
}

func (s *Server) promisePageOf(p report.Page) PromisePage {
	out := PromisePage{PromisePageBody: PromisePageBody{Published: p.Published, ChannelIDs: texts(p.Channels), Notes: make([]PromisePageNote, len(p.Notes)),
		SignerID: optional(p.Signer), Word: Greeting(p.Word)}, Version: p.Version}
	for i, n := range p.Notes {
		out.Notes[i] = PromisePageNote{n.Since, Greeting(n.Title), Greeting(n.Text)}
	}
	if p.Key != "" {
		out.URL = s.publicURL + "/help/promises/" + p.Key
	}
	return out
}

func (b PromisePageBody) page(version int64) report.Page {
	out := report.Page{Published: b.Published, Channels: ids[vis.ChannelID](b.ChannelIDs), Word: report.Words(b.Word), Version: version}
	for _, n := range b.Notes {
		out.Notes = append(out.Notes, report.Note{Since: n.Since, Title: report.Words(n.Title), Text: report.Words(n.Text)})
	}
	if b.SignerID != nil {
		out.Signer = vis.MemberID(*b.SignerID)
	}
	return out
}

func (s *Server) promisePageRoutes() {
	const tag = "promises"
	add(s, route{method: "GET", path: "/promise-page", id: "getPromisePage", tag: tag, summary: "The public page of promises", access: staffers,
		scope: vis.ReadSettings},
		func(ctx context.Context, by caller, _ *none) (*reply[PromisePage], error) {
			p, err := s.report.PublicPage(ctx, by.Actor)
			return ok(s.promisePageOf(p)), err
		})
	add(s, route{method: "PUT", path: "/promise-page", id: "changePromisePage", tag: tag, summary: "Publish it, or say something else on it", access: staffers,
		scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *changePromisePageInput) (*reply[PromisePage], error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			page := in.Body.page(version)
			if page.Signer != "" {
				if err := s.checkMember(ctx, by.Workspace, page.Signer); err != nil {
					return nil, err
				}
			}
			p, err := s.report.SavePage(ctx, by.Actor, page)
			return ok(s.promisePageOf(p)), err
		})
}
