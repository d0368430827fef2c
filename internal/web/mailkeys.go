package web

import (
	"context"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// DomainRecord is a record that DNS should hold for letters of a domain to be believed.
type DomainRecord struct {
	Purpose  string   `json:"purpose" enum:"dkim,spf,dmarc,mx,return-path"`
	Type     string   `json:"type" enum:"TXT,MX"`
	Name     string   `json:"name" doc:"Where it stands, as a whole name."`
	Value    string   `json:"value" doc:"What should stand there, in one piece; what stands there when that is as good."`
	State    string   `json:"state" enum:"right,missing,wrong,unknown" doc:"unknown: DNS did not answer in time, or cannot tell"`
	Found    []string `json:"found" nullable:"false" doc:"What DNS says now."`
	Required bool     `json:"required" doc:"Without it letters are not believed; others are better to have."`
}

// DomainRecords are those of a domain. Without one for dkim, no signing key was made; without any, the domain is a mail provider's own.
type DomainRecords struct {
	Items []DomainRecord `json:"items" nullable:"false"`
}

// SigningKey is a key that signs letters of a domain, without its private part.
type SigningKey struct {
	Domain    string `json:"domain"`
	Selector  string `json:"selector"`
	Algorithm string `json:"algorithm" enum:"rsa,ed25519"`
	CreatedAt Moment `json:"createdAt"`
}

// SigningKeys are keys that wait for their records.
type SigningKeys struct {
	Items []SigningKey `json:"items" nullable:"false"`
}

type recordsInput struct {
	ByID
	Domain string `query:"domain" required:"true" maxLength:"253" doc:"Of one of the channel's addresses."`
}

type makeKeysInput struct {
	ByID
	Body struct {
		Domain string `json:"domain" maxLength:"253" doc:"Of one of the channel's addresses."`
	} `nameHint:"MakeSigningKeys"`
}

func (s *Server) mailKeyRoutes() {
	add(s, route{method: "GET", path: "/channels/{id}/records", id: "listDomainRecords", tag: "channels", access: staffers, scope: vis.ReadSettings,
		summary: "What DNS should hold for letters of a domain to be believed, and what it holds now", byCaller: []limit{limitDNS}},
		func(ctx context.Context, by caller, in *recordsInput) (*reply[DomainRecords], error) {
			all, err := s.post.Records(ctx, by.Actor, vis.ChannelID(in.ID), in.Domain)
			out := DomainRecords{make([]DomainRecord, len(all))}
			for i, r := range all {
				out.Items[i] = DomainRecord{r.Purpose, r.Type, r.Name, r.Value, string(r.State), r.Found, r.Required}
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: "/channels/{id}/signing-keys", id: "makeSigningKeys", tag: "channels", access: staffers, status: 201,
		scope: vis.WriteSettings, summary: "Make keys that sign letters of a domain once their records are seen; those before sign until then",
		byCaller: []limit{limitDNS}},
		func(ctx context.Context, by caller, in *makeKeysInput) (*reply[SigningKeys], error) {
			all, err := s.post.MakeSigningKeys(ctx, by.Actor, vis.ChannelID(in.ID), in.Body.Domain)
			return ok(SigningKeys{signingKeys(all)}), err
		})
}

func signingKeys(all []channel.SigningKey) []SigningKey {
	out := make([]SigningKey, len(all))
	for i, k := range all {
		out[i] = SigningKey{k.Domain, k.Selector, k.Algorithm, moment(k.CreatedAt)}
	}
	return out
}
