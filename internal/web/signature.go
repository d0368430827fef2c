package web

import (
	"context"

	"visavis/internal/post"
	"visavis/internal/vis"
)

// Wording is a text in the languages of customers; one may be missing.
type Wording struct {
	FR string `json:"fr,omitempty" maxLength:"20000"`
	EN string `json:"en,omitempty" maxLength:"20000"`
}

// Signature is what is put below the letters of a member, a team or a brand.
type Signature struct {
	Kind    string  `json:"kind" enum:"member,team,brand"`
	OwnerID *string `json:"ownerId,omitempty" doc:"The member or the team."`
	Address *string `json:"address,omitempty" doc:"The one of our own addresses that it is for; absent for all of them."`
	Text    Wording `json:"text"`
	Version int64   `json:"version"`
}

func signature(s post.Signature) Signature {
	return Signature{string(s.Kind), optional(s.Owner), optional(s.Brand), Wording(s.Text), s.Version}
}

// Signatures are those that a caller may see.
type Signatures struct {
	Items []Signature `json:"items" nullable:"false"`
}

// Signed is what stands below an answer.
type Signed struct {
	Text string `json:"text" doc:"Empty where words do not travel as letters."`
}

// OfSignature says which signature is meant.
type OfSignature struct {
	Kind    string `path:"kind" enum:"member,team,brand"`
	Owner   string `path:"owner" maxLength:"254" doc:"The id of the member or the team; for a brand, the address that it stands for."`
	Address string `query:"address" maxLength:"254" doc:"For a member: the one of our own addresses that it is for."`
}

// signature names the one that is meant.
func (o OfSignature) signature() post.Signature {
	if o.Kind == string(post.OfBrand) {
		return post.Signature{Kind: post.OfBrand, Brand: o.Owner}
	}
	return post.Signature{Kind: post.SignatureKind(o.Kind), Owner: o.Owner, Brand: o.Address}
}

type setSignatureInput struct {
	OfSignature
	IfMatch
	Body struct {
		Text    Wording `json:"text" doc:"May name {{firstName}}, {{name}}, {{team}} and {{brand}}."`
		Version *int64  `json:"version,omitempty" doc:"0 for a new one."`
	} `nameHint:"SetSignature"`
}

type signedInput struct {
	ByID
	ChannelID string `query:"channelId" maxLength:"64" doc:"Another way than the one on which the customer last wrote."`
	From      string `query:"from" maxLength:"254" doc:"The one of that channel's addresses that the answer leaves from, if that was chosen."`
}

func (s *Server) signatureRoutes() {
	const tag = "signatures"
	add(s, route{method: "GET", path: "/signatures", id: "listSignatures", tag: tag, access: staffers, scope: vis.ReadSettings,
		summary: "A member's own signatures and those that may stand below her letters; all of them for whoever may read the settings"},
		func(ctx context.Context, by caller, _ *none) (*reply[Signatures], error) {
			all, err := s.post.Signatures(ctx, by.Actor)
			out := Signatures{make([]Signature, len(all))}
			for i, one := range all {
				out.Items[i] = signature(one)
			}
			return ok(out), err
		})
	add(s, route{method: "PUT", path: "/signatures/{kind}/{owner}", id: "setSignature", tag: tag, access: staffers, scope: vis.WriteSettings,
		summary: "Write a signature: a member her own, an administrator every one"},
		func(ctx context.Context, by caller, in *setSignatureInput) (*reply[Signature], error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			one := in.signature()
			one.Text, one.Version = post.Wording(in.Body.Text), version
			one, err = s.post.SetSignature(ctx, by.Actor, one)
			return ok(signature(one)), err
		})
	add(s, route{method: "DELETE", path: "/signatures/{kind}/{owner}", id: "deleteSignature", tag: tag, access: staffers, scope: vis.WriteSettings,
		summary: "Delete a signature; the next in line is used"},
		func(ctx context.Context, by caller, in *OfSignature) (*none, error) {
			one := in.signature()
			return nil, s.post.DeleteSignature(ctx, by.Actor, one.Kind, one.Owner, one.Brand)
		})
	add(s, route{method: "GET", path: "/conversations/{id}/signature", id: "getSignature", tag: tag, access: staffers, scope: vis.ReadConversations,
		summary: "What would stand below the caller's answer"},
		func(ctx context.Context, by caller, in *signedInput) (*reply[Signed], error) {
			text, err := s.post.Signed(ctx, by.Actor, vis.ConversationID(in.ID), vis.ChannelID(in.ChannelID), in.From)
			return ok(Signed{text}), err
		})
}
