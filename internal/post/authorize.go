package post

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// consentWithin is how long a member may take on a provider's page.
const consentWithin = 10 * time.Minute

// awaitedConsent is the name under which the consent that is awaited lies beside a channel's cursors, sealed: it is no secret that anybody
// sets.
const awaitedConsent = "consent"

// awaited is a consent that a member was sent to give. There is one of a channel at most: the latest.
type awaited struct {
	State   string       `json:"state"` // hashed
	Member  vis.MemberID `json:"member"`
	Session string       `json:"session"` // hashed
	Back    string       `json:"back"`
	Proof   string       `json:"proof"`
	EndsAt  time.Time    `json:"endsAt"`
}

// Consent begins the sign-in of a channel at its provider and returns the address that the member has to open. session is hers, in which
// alone she can come back; back is where the provider sends her.
func (s *Service) Consent(ctx context.Context, by vis.Actor, id vis.ChannelID, session, back string) (string, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return "", err
	}
	ch, err := s.channels.Get(ctx, by.Workspace, id)
	if err != nil {
		return "", err
	}
	authorizer, ok := channel.As[channel.Authorizer](s.channels, ch)
	if !ok {
		return "", vis.Errorf(vis.Invalid, "no_consent_needed", "A channel of this kind is not signed in to at a provider.")
	}
	account, err := s.account(ctx, by.Workspace, ch)
	if err != nil {
		return "", err
	}
	state := s.mint.Bearer(by.Workspace) + "." + string(id)
	address, proof, err := authorizer.Consent(account, back, state)
	if err != nil {
		return "", err
	}
	now := s.clock.Now()
	by.Request = vis.Request{} // nothing of it is remembered: who asks again begins anew
	text, err := json.Marshal(awaited{vis.HashSecret(state), by.Member(), vis.HashSecret(session), back, proof, now.Add(consentWithin)})
	if err != nil {
		return "", err
	}
	return address, s.db.Update(ctx, by, nil, func(tx Tx) error {
		if err := tx.Audit(ctx, vis.NewAudit(by, now, "channel.consent_asked", string(id), nil)); err != nil {
			return err
		}
		return tx.SaveChannelCursor(ctx, id, awaitedConsent, s.keys.Seal(by.Workspace, consentPurpose(id), text))
	})
}

func consentPurpose(id vis.ChannelID) string { return "channel.consent:" + string(id) }

// errConsent says in one word all that can be wrong with who comes back, and tells nobody what it is.
var errConsent = vis.Errorf(vis.Forbidden, "consent_unknown", "This sign-in was not begun here, was finished already, or took more than ten minutes. Please begin it again.")

// Consented ends a sign-in: with the code that the member brings back, or without one when she or the provider refused. It returns the
// channel that it was for as soon as that is known to be hers to sign in.
func (s *Service) Consented(ctx context.Context, by vis.Actor, session, state, code string) (vis.ChannelID, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return "", err
	}
	at := strings.LastIndexByte(state, '.')
	ws, ok := vis.BearerWorkspace(state[:max(at, 0)])
	if !ok || ws != by.Workspace {
		return "", errConsent
	}
	id := vis.ChannelID(state[at+1:])
	now := s.clock.Now()
	mine := func(w awaited) bool {
		return w.State == vis.HashSecret(state) && w.Session == vis.HashSecret(session) && w.Member == by.Member() && now.Before(w.EndsAt)
	}
	// Once only: whoever comes second finds nothing awaited.
	was, err := vis.Update(ctx, s.db, by, func(tx Tx) (awaited, error) {
		w, err := s.awaited(ctx, tx, by.Workspace, id)
		if err != nil || !mine(w) {
			return awaited{}, err
		}
		return w, tx.SaveChannelCursor(ctx, id, awaitedConsent, []byte{})
	})
	if err != nil {
		return "", err
	}
	if !mine(was) {
		return "", errConsent
	}
	if code == "" {
		return id, vis.Errorf(vis.Conflict, "consent_refused", "The provider did not let us in: consent was refused there.")
	}
	ch, err := s.channels.Get(ctx, ws, id)
	if err != nil {
		return id, err
	}
	authorizer, ok := channel.As[channel.Authorizer](s.channels, ch)
	if !ok {
		return id, errConsent
	}
	account, err := s.account(ctx, ws, ch)
	if err != nil {
		return id, err
	}
	secrets, err := authorizer.Redeem(ctx, account, was.Back, code, was.Proof)
	if err != nil {
		return id, vis.Errorf(vis.Unavailable, "consent_failed", "The provider did not take the sign-in. Please check the client id and its secret, and begin it again.")
	}
	return id, s.keepSecrets(ctx, by, id, secrets, "channel.signed_in")
}

// awaited reads the consent that a channel awaits; the zero value, which is nobody's, when there is none.
func (s *Service) awaited(ctx context.Context, tx Tx, ws vis.WorkspaceID, id vis.ChannelID) (awaited, error) {
	sealed, err := tx.ChannelCursor(ctx, id, awaitedConsent)
	if err != nil || len(sealed) == 0 {
		return awaited{}, err
	}
	text, err := s.keys.Open(ws, consentPurpose(id), sealed)
	if err != nil {
		return awaited{}, err
	}
	var w awaited
	return w, json.Unmarshal(text, &w)
}
