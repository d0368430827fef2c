package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"visavis/internal/channel"
	"visavis/internal/channel/email"
	"visavis/internal/vis"
)

func TestWhatDNSShouldHoldIsShownAndSeen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	supervisor := h.hire(h.admin, "Nolwenn", vis.Supervisor)
	mailbox, err := h.channels.Create(h.ctx, h.admin.actor, channel.Creation{Kind: email.Kind, Name: "Mail", Settings: json.RawMessage(`{"addresses":[{"address":"bonjour@arzel.example"}],
		"out":{"host":"smtp.gmail.com","port":465,"security":"tls"},"ownReturnPath":true}`)})
	h.must(err)
	path := "/api/v1/channels/" + string(mailbox.ID)
	states := func(who principal) map[string]string {
		out := make(map[string]string)
		for _, r := range read[DomainRecords](t, h.get(who, path+"/records?domain=arzel.example")).Items {
			out[r.Purpose] = r.State
			if r.State == "missing" && r.Value != "" {
				h.dns.Set(r.Name, r.Value)
			}
		}
		return out
	}
	if got := states(supervisor); len(got) != 3 || got["spf"] != "missing" || got["dmarc"] != "missing" || got["return-path"] != "missing" {
		t.Errorf("without keys: %v", got)
	}
	made := read[SigningKeys](t, h.post(h.admin, path+"/signing-keys", obj{"domain": "arzel.example"}))
	again := h.post(h.admin, path+"/signing-keys", obj{"domain": "arzel.example"})
	if len(made.Items) != 2 || again.status != http.StatusCreated || !bytes.Contains(again.body, []byte(made.Items[0].Selector)) || bytes.Contains(again.body, []byte("rivate")) {
		t.Errorf("made %+v, then %s", made, again.body)
	}
	if got := states(h.admin); got["dkim"] != "missing" || got["dmarc"] != "right" {
		t.Errorf("with keys: %v", got)
	}
	if got := states(supervisor); got["dkim"] != "right" {
		t.Errorf("with records: %v", got)
	}
	next := read[SigningKeys](t, h.post(h.admin, path+"/signing-keys", obj{"domain": "arzel.example"}))
	if len(next.Items) != 2 || next.Items[0].Selector == made.Items[0].Selector {
		t.Errorf("the next keys are %+v", next)
	}
	for ask, want := range map[string]int{path + "/records?domain=mel.example": http.StatusUnprocessableEntity, path + "/records": http.StatusUnprocessableEntity,
		"/api/v1/channels/" + string(h.chat.ID) + "/records?domain=arzel.example": http.StatusUnprocessableEntity} {
		if got := h.get(h.admin, ask); got.status != want {
			t.Errorf("%s: %d %s", ask, got.status, got.body)
		}
	}
	if log := string(h.get(h.admin, "/api/v1/audit").body); strings.Count(log, "channel.signing_keys_made") != 2 {
		t.Errorf("the audit log: %s", log)
	}
}
