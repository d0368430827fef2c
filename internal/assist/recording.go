package assist

import (
	"cmp"
	"slices"
	"time"

	"visavis/internal/vis"
)

// A recording keeps what the two who speak agreed to keep: each voice and the member's picture as tracks of their own, and the customer's page
// as her agent saw it. It is written in short parts while the call goes on, so that what breaks loses a few seconds and not the whole.

// Mode is whether calls are recorded.
type Mode string

const (
	RecordNever  Mode = "off"
	RecordAsked  Mode = "request" // when the member asks for it
	RecordAlways Mode = "always"  // the customer of every call is asked
)

// Valid reports whether m is one of the three.
func (m Mode) Valid() bool { return m == RecordNever || m == RecordAsked || m == RecordAlways }

// Policy is what a workspace has decided about recordings.
type Policy struct {
	Mode     Mode                   `json:"mode"`
	Channels map[vis.ChannelID]Mode `json:"channels,omitempty"` // where it is another than Mode
	Days     int                    `json:"days"`               // until a recording is deleted
	Replay   vis.Role               `json:"replay"`             // who may look: supervisors too, or administrators only
	Version  int64                  `json:"-"`
}

// The bounds of a policy.
const (
	maxDays       = 3650
	maxExceptions = 200
)

// decided is a policy with what holds where nobody has decided anything.
func (p Policy) decided() Policy {
	if p.Mode == "" {
		p.Mode = RecordNever
	}
	if p.Replay == "" {
		p.Replay = vis.Supervisor
	}
	return p
}

// On is the mode of a channel.
func (p Policy) On(c vis.ChannelID) Mode {
	if m, set := p.Channels[c]; set {
		return m
	}
	return p.decided().Mode
}

// records reports whether any call is recorded.
func (p Policy) records() bool {
	for _, m := range p.Channels {
		if m != RecordNever {
			return true
		}
	}
	return p.Mode != RecordNever
}

func (p Policy) check() error {
	for _, m := range p.Channels {
		if !m.Valid() {
			return vis.InField("channels", "A channel records off, on request or always, not %q.", m)
		}
	}
	switch {
	case !p.Mode.Valid():
		return vis.InField("mode", "Calls are recorded off, on request or always, not %q.", p.Mode)
	case p.Replay != vis.Supervisor && p.Replay != vis.Administrator:
		return vis.InField("replay", "Recordings are for supervisors or for administrators, not %q.", p.Replay)
	case len(p.Channels) > maxExceptions:
		return vis.InField("channels", "At most %d channels can differ.", maxExceptions)
	case p.Days < 0 || p.Days > maxDays:
		return vis.InField("days", "A recording is kept for 1 to %d days.", maxDays)
	case p.Days == 0 && p.records():
		return vis.InField("days", "Say after how many days a recording is deleted.")
	}
	return nil
}

// lets reports whether somebody may look at recordings.
func (p Policy) lets(by vis.Actor) bool {
	return by.Kind == vis.ByMember && (by.Role == vis.Administrator || by.Role == vis.Supervisor && p.decided().Replay == vis.Supervisor)
}

// Recording is what is kept of one session.
type Recording struct {
	Assist    vis.AssistID
	StartedAt time.Time // its clock begins here
	DeleteAt  time.Time
	Key       []byte // sealed; without it no part can be read
	Bytes     int64
	Length    time.Duration // to the end of its last part
	Parts     int
}

// PageTrack is the customer's page; the other tracks are named by the side that is heard.
const PageTrack Side = "page"

// Section is a track within a part.
type Section struct {
	Track   Side  `json:"track"`
	Bytes   int64 `json:"bytes"`  // as they are read
	Sealed  int64 `json:"sealed"` // as they are kept, one section behind the other
	Sound   bool  `json:"sound,omitempty"`
	Picture bool  `json:"picture,omitempty"`
	Width   int   `json:"width,omitempty"`
	Height  int   `json:"height,omitempty"`
	Seek    bool  `json:"seek,omitempty"` // its first picture rests on no other
	Lost    int   `json:"lost,omitempty"` // frames that did not come, or were dropped
}

// Part is a few seconds of a recording, in one file.
type Part struct {
	N        int
	From, To time.Duration // since the beginning
	Blob     string
	Sections []Section
}

// Gap is a time of which nothing was kept.
type Gap struct{ From, To time.Duration }

// smallGap is not worth a word.
const smallGap = 500 * time.Millisecond

// gaps are the times between parts, and those in which voices were lost.
func gaps(parts []Part) (out []Gap) {
	var upTo time.Duration
	for _, p := range parts {
		if p.From-upTo >= smallGap {
			out = append(out, Gap{upTo, p.From})
		}
		if slices.ContainsFunc(p.Sections, func(s Section) bool { return s.Lost >= lostWord }) {
			out = append(out, Gap{p.From, p.To})
		}
		upTo = p.To
	}
	return out
}

// lostWord is how many packets in a part are more than the ear makes up for.
const lostWord = 25

// MarkKind is what happened at a moment of a recorded call.
type MarkKind string

// Mark is a chapter of a recording.
type Mark struct {
	Kind   MarkKind // "accepted", "asked", "allowed", "ended" with What, "passed", "over"
	What   Kind     // of "asked", "allowed" and "ended"
	Member vis.MemberID
	At     time.Duration // since the beginning; what was before it, is at 0
}

// marks are the chapters of a session on the clock of its recording.
func (s *Session) marks(begins time.Time, length time.Duration) []Mark {
	var out []Mark
	add := func(kind MarkKind, what Kind, m vis.MemberID, at time.Time) {
		if !at.IsZero() {
			out = append(out, Mark{kind, what, m, at.Sub(begins)})
		}
	}
	first := s.Member
	if len(s.Story.Passes) > 0 {
		first = s.Story.Passes[0].From
	}
	add("accepted", "", first, s.Story.AcceptedAt)
	for _, q := range s.Story.Questions {
		add("asked", q.Kind, q.Member, q.At)
	}
	for _, c := range s.Story.Consents {
		add("allowed", c.Kind, c.Member, c.GivenAt)
		if c.Why != "ended" {
			add("ended", c.Kind, c.Member, c.EndedAt)
		}
	}
	for _, p := range s.Story.Passes {
		add("passed", "", p.To, p.At)
	}
	add("over", "", "", s.EndedAt)
	slices.SortStableFunc(out, func(a, b Mark) int { return cmp.Compare(a.At, b.At) })
	for i := range out {
		out[i].At = min(length, max(0, out[i].At))
	}
	return out
}
