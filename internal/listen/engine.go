package listen

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"visavis/internal/safehttp"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// Endpoint is the engine that reads outside of this server, where a workspace chose one.
const Endpoint = "endpoint"

// Which messages are sent to it.
const (
	AskAll       = "all"
	AskAbstained = "abstained" // those of which our own reader leaves the reason to people
)

// Terms is the version of the words that an administrator accepts before messages leave the server.
const Terms = 1

// The bounds of an engine's settings.
const (
	maxEngineURL   = 500
	maxEngineKey   = 500
	maxEngineModel = 120
	mostCalls      = 10_000_000 // a month
	mostTokens     = 10_000_000_000
)

// Engine is the endpoint that a workspace chose to ask what messages say, beside our own reader.
type Engine struct {
	On    bool   `json:"on"`
	URL   string `json:"url"` // of an OpenAI-compatible API, without /chat/completions
	Model string `json:"model"`
	Key   []byte `json:"-"` // sealed; none for none
	Which string `json:"which"`
	// MonthlyCalls and MonthlyTokens are the budget: with the next call that would pass either, nothing is asked until the month is over (UTC).
	MonthlyCalls  int64 `json:"monthlyCalls"`
	MonthlyTokens int64 `json:"monthlyTokens"`
	// Consent is who accepted that messages are sent there, nil while nobody has.
	Consent *Consent `json:"consent,omitempty"`
	Version int64    `json:"-"`
}

// Consent says who accepted that messages are sent to an address, and when.
type Consent struct {
	Member vis.MemberID `json:"memberId"`
	Name   string       `json:"name"` // hers, as she wrote it
	At     time.Time    `json:"at"`
	Terms  int          `json:"terms"`
	To     string       `json:"to"` // the address and the model that she accepted
}

// holds reports whether what was accepted is what would be done.
func (e Engine) holds() bool {
	return e.Consent != nil && e.Consent.Terms == Terms && e.Consent.To == e.to()
}

func (e Engine) to() string { return e.URL + " " + e.Model }

// EngineUse is what an engine was used for in a month.
type EngineUse struct {
	Month    string // 2026-11
	Calls    int64
	Tokens   int64
	Answered int64
	// Abstained are answers that gave no reason of the tree, Failed calls without an answer that holds.
	Abstained, Failed int64
}

// EngineState is an engine as its workspace sees it.
type EngineState struct {
	Engine
	Use EngineUse
	// Resting is until when nothing is asked because too much went wrong, Wrong what went wrong last; both are this node's.
	Resting time.Time
	Wrong   string
	// need is how many tokens of the budget a call about an ordinary message is set aside.
	need int64
}

// Spent reports whether the budget of the month is used up.
func (e EngineState) Spent() bool {
	return e.Use.Calls >= e.MonthlyCalls || e.Use.Tokens+e.need > e.MonthlyTokens
}

// Caller calls addresses that others chose; *safehttp.Client is one.
type Caller interface {
	Check(url string) error
	Post(ctx context.Context, url string, header map[string]string, body []byte) (safehttp.Answer, error)
}

// Sealer keeps a secret in a form that only this server can open.
type Sealer interface {
	Seal(ws vis.WorkspaceID, purpose string, secret []byte) []byte
	Open(ws vis.WorkspaceID, purpose string, sealed []byte) ([]byte, error)
}

const sealEngine = "reader.engine.key"

// EngineChange is what an administrator sets. A nil Key leaves the one that there is, unless the address changes: a key is for whom it was
// given to.
type EngineChange struct {
	On                          bool
	URL, Model, Which           string
	Key                         *string
	MonthlyCalls, MonthlyTokens int64
	Accept                      string // her name, with which she accepts that messages are sent there
	Version                     int64
}

// check cleans a change and refuses what cannot be meant.
func (in *EngineChange) check(may func(string) error) error {
	in.URL, in.Model, in.Accept = strings.TrimRight(strings.TrimSpace(in.URL), "/"), text.Line(in.Model), text.Line(in.Accept)
	switch {
	case in.Which != AskAll && in.Which != AskAbstained:
		return vis.InField("which", "There is no choice %q.", text.Line(in.Which))
	case len(in.URL) > maxEngineURL:
		return vis.InField("url", "The address is longer than %d characters.", maxEngineURL)
	case in.URL == "" && in.On:
		return vis.InField("url", "Say where the engine is.")
	case utf8.RuneCountInString(in.Model) > maxEngineModel || in.Model == "" && in.On:
		return vis.InField("model", "Name the model, in at most %d characters.", maxEngineModel)
	case in.MonthlyCalls < 1 || in.MonthlyCalls > mostCalls:
		return vis.InField("monthlyCalls", "A month's calls are 1 to %d.", mostCalls)
	case in.MonthlyTokens < leastTokens || in.MonthlyTokens > mostTokens:
		return vis.InField("monthlyTokens", "A month's tokens are %d to %d.", leastTokens, mostTokens)
	case in.Key != nil && (len(*in.Key) > maxEngineKey || strings.ContainsFunc(*in.Key, func(r rune) bool { return r <= ' ' || r > '~' })):
		return vis.InField("key", "A key is at most %d letters, digits and signs without spaces.", maxEngineKey)
	case in.URL == "":
		return nil
	}
	if u, err := url.Parse(in.URL); err != nil || u.RawQuery != "" || u.ForceQuery {
		return vis.InField("url", "The address is one such as https://api.example.org/v1, without a ? in it.")
	}
	if err := may(in.URL); err != nil {
		var refused *vis.Error
		if errors.As(err, &refused) {
			return &vis.Error{Code: refused.Code, Reason: refused.Reason, Text: refused.Text, Field: "url"}
		}
		return err
	}
	return nil
}

// Engine reads the engine of the workspace, without its key. Who may not change it does not see the whole address.
func (s *Service) Engine(ctx context.Context, by vis.Actor) (EngineState, error) {
	if err := by.Must(vis.ReadSettings); err != nil {
		return EngineState{}, err
	}
	is, err := vis.View(ctx, s.db, by.Workspace, func(tx Tx) (EngineState, error) { return s.engineState(ctx, tx, by.Workspace) })
	if u, wrong := url.Parse(is.URL); is.URL != "" && !by.May(vis.WriteSettings) && wrong == nil {
		is.URL = u.Scheme + "://" + u.Host + "/…"
	}
	return is, err
}

func (s *Service) engineState(ctx context.Context, tx Tx, ws vis.WorkspaceID) (is EngineState, err error) {
	if is.Engine, err = engineOf(ctx, tx); err != nil {
		return is, err
	}
	now := s.clock.Now()
	if is.Use, err = tx.EngineUse(ctx, monthOf(now)); err != nil {
		return is, err
	}
	tree, err := reasonTree(ctx, tx)
	is.need = ask(is.Engine, tree, "").most + someWords
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.breakers[ws]; b != nil {
		is.Wrong = b.wrong
		if b.until.After(now) {
			is.Resting = b.until
		}
	}
	return is, err
}

// engineOf is the engine of a workspace, or one that is off.
func engineOf(ctx context.Context, tx Tx) (Engine, error) {
	e, err := tx.Engine(ctx)
	if vis.CodeOf(err) == vis.NotFound {
		return Engine{Which: AskAbstained, MonthlyCalls: 5000, MonthlyTokens: 5_000_000}, nil
	}
	return e, err
}

func monthOf(t time.Time) string { return t.UTC().Format("2006-01") }

// ChangeEngine chooses an engine, or another. It reads what is said from then on, and only after an administrator has accepted by her name that
// messages are sent there; another address or model needs that anew.
func (s *Service) ChangeEngine(ctx context.Context, by vis.Actor, in EngineChange) (EngineState, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return EngineState{}, err
	}
	if s.caller == nil {
		return EngineState{}, vis.Errorf(vis.Conflict, "no_engine", "This server asks no engine.")
	}
	if err := in.check(s.caller.Check); err != nil {
		return EngineState{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (EngineState, error) {
		before, err := engineOf(ctx, tx)
		if err != nil {
			return EngineState{}, err
		}
		if before.Version != in.Version {
			e := vis.Errorf(vis.Conflict, "engine_changed", "Somebody changed this a moment before you.")
			if e.Current, err = s.engineState(ctx, tx, by.Workspace); err != nil {
				return EngineState{}, err
			}
			return EngineState{}, e
		}
		next := Engine{On: in.On, URL: in.URL, Model: in.Model, Which: in.Which, MonthlyCalls: in.MonthlyCalls, MonthlyTokens: in.MonthlyTokens,
			Key: before.Key, Consent: before.Consent, Version: before.Version}
		switch {
		case in.Key != nil && *in.Key != "":
			next.Key = s.sealer.Seal(by.Workspace, sealEngine, []byte(*in.Key))
		case in.Key != nil || in.URL != before.URL:
			next.Key = nil
		}
		if in.Accept != "" && by.Kind == vis.ByMember {
			next.Consent = &Consent{Member: by.Member(), Name: in.Accept, At: now, Terms: Terms, To: next.to()}
		}
		if !next.holds() {
			if next.Consent = nil; in.On {
				return EngineState{}, vis.InField("accept", "Before messages are sent there, an administrator must accept it with her name.")
			}
		}
		if next.On && !before.On { // what was said before is not sent
			if err := toHead(ctx, tx, asker); err != nil {
				return EngineState{}, err
			}
		}
		if _, err = tx.SaveEngine(ctx, next); err != nil {
			return EngineState{}, err
		}
		if err := tx.Audit(ctx, vis.NewAudit(by, now, "reader.engine_changed", "", next.audit(before))); err != nil {
			return EngineState{}, err
		}
		s.mu.Lock()
		delete(s.breakers, by.Workspace)
		s.mu.Unlock()
		return s.engineState(ctx, tx, by.Workspace)
	})
}

// audit is what the audit log says of a change: of the address the host only, and of the key whether there is one.
func (e Engine) audit(before Engine) map[string]any {
	out := map[string]any{"on": e.On, "model": e.Model, "which": e.Which, "calls": e.MonthlyCalls, "tokens": e.MonthlyTokens, "key": len(e.Key) > 0}
	if u, err := url.Parse(e.URL); err == nil {
		out["host"] = u.Host
	}
	if e.Consent != nil && (before.Consent == nil || *before.Consent != *e.Consent) {
		out["accepted"] = e.Consent.Name
	}
	return out
}

// toHead moves a follower to the end of the log.
func toHead(ctx context.Context, tx Tx, follower string) error {
	at, err := tx.Cursor(ctx, follower)
	if err != nil {
		return err
	}
	head, err := tx.Head(ctx)
	if err != nil || head == at {
		return err
	}
	return tx.MoveCursor(ctx, follower, at, head)
}

// EngineTrial is what came of a trial.
type EngineTrial struct {
	Wrong  string // what went wrong; "" where it answered
	Reason string // the reason it gave
}

// trialWords are ours: a trial sends nothing that a customer said.
const trialWords = "Bonjour, mon colis devait arriver lundi et je n'ai toujours rien reçu."

// TryEngine asks the engine what a message of ours says. The call counts for the budget.
func (s *Service) TryEngine(ctx context.Context, by vis.Actor) (EngineTrial, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return EngineTrial{}, err
	}
	type trial struct {
		Engine Engine
		Tree   Tree
	}
	now := s.clock.Now()
	on, err := vis.View(ctx, s.db, by.Workspace, func(tx Tx) (on trial, err error) {
		if on.Engine, err = engineOf(ctx, tx); err == nil {
			on.Tree, err = reasonTree(ctx, tx)
		}
		return on, err
	})
	if err != nil {
		return EngineTrial{}, err
	}
	if on.Engine.URL == "" || s.caller == nil {
		return EngineTrial{}, vis.Errorf(vis.Conflict, "no_engine", "Say first where the engine is, and save that.")
	}
	q := ask(on.Engine, on.Tree, trialWords)
	granted := false
	err = s.db.Update(ctx, vis.System(by.Workspace), nil, func(tx Tx) (err error) {
		granted, err = tx.SpendEngine(ctx, monthOf(now), q.most, on.Engine.MonthlyCalls, on.Engine.MonthlyTokens)
		return err
	})
	if err != nil || !granted {
		return EngineTrial{Wrong: wrongSpent}, err
	}
	said, used := s.call(ctx, by.Workspace, on.Engine, on.Tree, q)
	err = s.db.Update(ctx, vis.System(by.Workspace), nil, func(tx Tx) error { return tx.CountEngine(ctx, monthOf(now), used) })
	return EngineTrial{said.wrong, said.Reason}, err
}
