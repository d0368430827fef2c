package torture

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

// fact is an event of the log, as far as promises, offers and owners are read from it.
type fact struct {
	Seq            int64
	Type           string
	Actor          struct{ Kind, ID string }
	ConversationID string
	Promise        *struct{ ID, Kind, Mark string }
	Offer          *struct{ ID, MemberID, State string }
	Message        *struct {
		Text string
		Line *struct{ MemberID, TeamID string }
	}
	MemberID, Presence string
	RuleID             string
}

// chronicle is the log as far as it has been read. Whom an offer was made to only that member is told, so that it is read as
// every one of them.
type chronicle struct {
	facts []fact
}

// read reads what was appended since, as the client's owner may see it.
func (c *chronicle) read(ctx context.Context, client *Client) error {
	for {
		after := int64(0)
		if n := len(c.facts); n > 0 {
			after = c.facts[n-1].Seq
		}
		var page struct {
			Items []fact
			Head  int64
		}
		if err := client.Call(ctx, "GET", fmt.Sprintf("/api/v1/events?after=%d&limit=100", after), "", nil, &page); err != nil {
			return err
		}
		c.facts = append(c.facts, page.Items...)
		if len(page.Items) < 100 {
			return nil
		}
	}
}

// count is how many facts of some types there are.
func (c *chronicle) count(types ...string) int {
	n := 0
	for _, f := range c.facts {
		if slices.Contains(types, f.Type) {
			n++
		}
	}
	return n
}

// sorts is how many facts of each type there are, for whoever has to find out what went wrong.
func (c *chronicle) sorts() map[string]int {
	out := map[string]int{}
	for _, f := range c.facts {
		out[f.Type]++
	}
	return out
}

// learn takes from another's view of the same log whom offers were made to.
func (c *chronicle) learn(other chronicle) {
	bySeq := make(map[int64]fact, len(other.facts))
	for _, f := range other.facts {
		bySeq[f.Seq] = f
	}
	for i := range c.facts {
		if f, known := bySeq[c.facts[i].Seq]; known && c.facts[i].Offer == nil {
			c.facts[i].Offer = f.Offer
		}
	}
}

// marks of a promise, in the order in which they are passed.
var marks = []string{"warned_first", "warned_second", "missed", "missed_long"}

// account is what the log says of one promise.
type account struct {
	conversation, kind string
	passed             []string
	ended              string // kept, late or voided
	paused             bool
}

// auditor reads a log from its beginning and notes what must not be.
type auditor struct {
	promises map[string]*account
	offers   map[string]string // offer → how it ended, "" while it rings
	ringing  map[string]string // conversation → the offer that rings
	owners   map[string]string // conversation → member
	teams    map[string]string // conversation → team
	runs     map[string]int    // rule and conversation → runs
	taken    map[string]int    // offers accepted, and conversations pushed
	broken   []string
}

func (a *auditor) fault(format string, args ...any) {
	a.broken = append(a.broken, fmt.Sprintf(format, args...))
}

// audit holds a whole log against what was promised:
//
//   - I7: every mark of a promise is passed once, in order, and nothing after its end
//   - an offer is made once and ended once, and no conversation rings for two members
//   - a conversation that somebody has is given to nobody else before it was taken from her
//   - I5: the log has no gap
func audit(facts []fact) *auditor {
	a := &auditor{promises: map[string]*account{}, offers: map[string]string{}, ringing: map[string]string{}, owners: map[string]string{},
		teams: map[string]string{}, runs: map[string]int{}, taken: map[string]int{}}
	for i, f := range facts {
		if f.Seq != int64(i)+1 {
			a.fault("gap: fact %d of the log has the number %d", i+1, f.Seq)
			return a
		}
		switch {
		case f.Promise != nil:
			a.promise(f)
		case f.Type == "offer.made" || f.Type == "offer.ended":
			a.offer(f)
		case f.Type == "conversation.assigned":
			a.assigned(f)
		case f.Type == "rule.ran":
			a.runs[f.RuleID+" "+f.ConversationID]++
		}
	}
	return a
}

func (a *auditor) promise(f fact) {
	id := f.Promise.ID
	p, known := a.promises[id]
	if f.Type == "promise.made" {
		if known {
			a.fault("promise %s was made twice, again at %d", id, f.Seq)
			return
		}
		a.promises[id] = &account{conversation: f.ConversationID, kind: f.Promise.Kind}
		return
	}
	switch {
	case !known:
		a.fault("%s of promise %s at %d, which was never made", f.Type, id, f.Seq)
		return
	case p.ended != "":
		a.fault("%s %s of promise %s at %d, after it had ended as %s", f.Type, f.Promise.Mark, id, f.Seq, p.ended)
		return
	}
	switch f.Type {
	case "promise.warned", "promise.missed":
		a.mark(p, f)
	case "promise.paused", "promise.resumed":
		if pausing := f.Type == "promise.paused"; pausing == p.paused {
			a.fault("%s twice in a row: promise %s at %d", f.Type, id, f.Seq)
		} else {
			p.paused = pausing
		}
	case "promise.kept", "promise.late", "promise.voided":
		p.ended = f.Type
		missed := slices.Contains(p.passed, "missed")
		if missed && p.ended == "promise.kept" || !missed && p.ended == "promise.late" {
			a.fault("promise %s ended as %s at %d, and its marks are %q", id, p.ended, f.Seq, p.passed)
		}
	}
}

// mark wants the marks in their order; those between may be left out only by what was done late before its timer came round.
func (a *auditor) mark(p *account, f fact) {
	m := f.Promise.Mark
	if (f.Type == "promise.missed") != (m == "missed") {
		a.fault("%s says %q at %d", f.Type, m, f.Seq)
	}
	if slices.Contains(p.passed, m) {
		a.fault("promise %s passed %s twice, again at %d", f.Promise.ID, m, f.Seq)
	} else if n := len(p.passed); n > 0 && slices.Index(marks, m) < slices.Index(marks, p.passed[n-1]) {
		a.fault("promise %s passed %s after %s, at %d", f.Promise.ID, m, p.passed[n-1], f.Seq)
	}
	p.passed = append(p.passed, m)
}

func (a *auditor) offer(f fact) {
	if f.Offer == nil {
		a.fault("%s at %d was told to no member", f.Type, f.Seq)
		return
	}
	id, at := f.Offer.ID, f.ConversationID
	how, known := a.offers[id]
	if f.Type == "offer.made" {
		switch {
		case known:
			a.fault("offer %s was made twice, again at %d", id, f.Seq)
		case a.ringing[at] != "":
			a.fault("%s rings for two: offer %s was made at %d while %s rang", at, id, f.Seq, a.ringing[at])
		case a.owners[at] != "":
			a.fault("%s was offered to another at %d while %s had it", at, f.Seq, a.owners[at])
		}
		a.offers[id], a.ringing[at] = "", id
		return
	}
	switch {
	case !known:
		a.fault("offer %s ended at %d and was never made", id, f.Seq)
	case how != "":
		a.fault("offer %s ended as %s and again as %s at %d", id, how, f.Offer.State, f.Seq)
	case f.Offer.State == "accepted":
		a.taken[id]++
	}
	a.offers[id] = f.Offer.State
	delete(a.ringing, at)
}

func (a *auditor) assigned(f fact) {
	if f.Message == nil || f.Message.Line == nil {
		a.fault("an assignment without its line at %d", f.Seq)
		return
	}
	at, to := f.ConversationID, f.Message.Line.MemberID
	if before := a.owners[at]; to != "" && before != "" && to != before {
		a.fault("%s was given to %s at %d while %s had it", at, to, f.Seq, before)
	}
	if to != "" {
		a.taken[at]++
	}
	a.owners[at], a.teams[at] = to, f.Message.Line.TeamID
}

// settled adds what must hold once every mark's time has passed and nobody is left to be offered anything.
func (a *auditor) settled() {
	for id, p := range a.promises {
		if p.ended == "" && !p.paused && len(p.passed) < len(marks) {
			a.fault("promise %s (%s) is owed still, and its marks are %q", id, p.kind, p.passed)
		}
	}
	for at, id := range a.ringing {
		a.fault("offer %s for %s rings for ever", id, at)
	}
}

// passed is how many marks were passed in all.
func (a *auditor) passed() int {
	n := 0
	for _, p := range a.promises {
		n += len(p.passed)
	}
	return n
}

// The auditor finds what it is there to find.
func TestAuditorFindsBrokenPromises(t *testing.T) {
	promise := func(typ, mark string) fact {
		return fact{Type: typ, ConversationID: "c", Promise: &struct{ ID, Kind, Mark string }{"p", "first", mark}}
	}
	offer := func(typ, id, state string) fact {
		return fact{Type: typ, ConversationID: "c", Offer: &struct{ ID, MemberID, State string }{id, "m", state}}
	}
	given := func(to string) fact {
		f := fact{Type: "conversation.assigned", ConversationID: "c"}
		f.Message = &struct {
			Text string
			Line *struct{ MemberID, TeamID string }
		}{Line: &struct{ MemberID, TeamID string }{MemberID: to}}
		return f
	}
	made := promise("promise.made", "")
	all := []fact{made, promise("promise.warned", marks[0]), promise("promise.warned", marks[1]), promise("promise.missed", marks[2]), promise("promise.warned", marks[3])}
	for name, c := range map[string]struct {
		log    []fact
		faults int
	}{
		"a promise that was missed":    {all, 0},
		"a mark twice":                 {append(slices.Clone(all), promise("promise.warned", marks[3])), 1},
		"marks in the wrong order":     {[]fact{made, promise("promise.warned", marks[1]), promise("promise.warned", marks[0]), promise("promise.kept", "")}, 1},
		"a mark is missing":            {all[:4], 1},
		"a mark after the end":         {[]fact{made, promise("promise.kept", ""), promise("promise.warned", marks[0])}, 1},
		"kept although it was missed":  {append(slices.Clone(all), promise("promise.kept", "")), 1},
		"an offer that was accepted":   {[]fact{offer("offer.made", "o", ""), offer("offer.ended", "o", "accepted"), given("m")}, 0},
		"an offer that ended twice":    {[]fact{offer("offer.made", "o", ""), offer("offer.ended", "o", "accepted"), offer("offer.ended", "o", "expired")}, 1},
		"a conversation rings for two": {[]fact{offer("offer.made", "o", ""), offer("offer.made", "p", ""), offer("offer.ended", "p", "expired")}, 1},
		"an offer that rings for ever": {[]fact{offer("offer.made", "o", "")}, 1},
		"given to two":                 {[]fact{given("m"), given("n")}, 1},
		"given, taken back, given":     {[]fact{given("m"), given(""), given("n")}, 0},
	} {
		for i := range c.log {
			c.log[i].Seq = int64(i) + 1
		}
		a := audit(slices.Clone(c.log))
		a.settled()
		if len(a.broken) != c.faults {
			t.Errorf("%s: %d faults, want %d: %q", name, len(a.broken), c.faults, a.broken)
		}
	}
	gap := []fact{{Seq: 1}, {Seq: 3}}
	if a := audit(gap); len(a.broken) != 1 {
		t.Errorf("a gap in the log: %q", a.broken)
	}
}
