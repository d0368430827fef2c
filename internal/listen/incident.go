package listen

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// IncidentState is how far an incident has come.
type IncidentState string

const (
	Suspected  IncidentState = "suspected"
	Confirmed  IncidentState = "confirmed"
	Fixing     IncidentState = "fixing"
	Solved     IncidentState = "solved"
	FalseAlarm IncidentState = "false_alarm"
)

// Trigger is what an incident was seen by.
type Trigger string

const (
	ByNumbers Trigger = "numbers" // more messages with a reason than is usual
	ByWords   Trigger = "words"   // several customers said nearly the same
	BySignal  Trigger = "signal"  // the organisation's own supervision
)

// Incident is a burst of contacts that have one cause, and what people do about it. Of one cause there is one that is open.
type Incident struct {
	ID       vis.IncidentID
	State    IncidentState
	Cause    string
	OpenedAt time.Time
	EndedAt  time.Time // zero while it is open
	Course   Course
	Version  int64
}

// Course is how an incident went.
type Course struct {
	Trigger Trigger       `json:"trigger"`
	Reason  string        `json:"reason,omitempty"`
	Channel vis.ChannelID `json:"channel,omitempty"` // where the numbers stood out, "" for all together
	Place   string        `json:"place,omitempty"`   // likewise, "" for all together
	Name    string        `json:"name,omitempty"`    // by people
	// Look is what was seen when it was opened; Told is how many were concerned when people were last told.
	Look Look `json:"look,omitzero"`
	Told int  `json:"told,omitempty"`
	// Sign is of what was said, where words showed it.
	Sign        text.Signature `json:"sign,omitzero"`
	ConfirmedAt time.Time      `json:"confirmedAt,omitzero"`
	FixingAt    time.Time      `json:"fixingAt,omitzero"`
	Scenario    vis.ScenarioID `json:"scenario,omitempty"`
	Texts       Texts          `json:"texts,omitzero"`
	Signals     []Signal       `json:"signals,omitempty"`
	// Lead counts the messages of its topic in the hour before it was opened, by stretches of CurveEvery that end with the one it was opened in.
	Lead []int `json:"lead,omitempty"`
	// Usual is what each hour usually brings, from the hour before it was opened on for a day.
	Usual []float64 `json:"usual,omitempty"`
	// Tasks are the steps of its scenario, as far as they are done.
	Tasks []Task `json:"tasks,omitempty"`
	// Called are the members who were rung because they are called in or have a step to do.
	Called []vis.MemberID `json:"called,omitempty"`
	// Sighting is when somebody else saw it, where a member says so; nil where nobody did.
	Sighting *Sighting `json:"sighting,omitempty"`
	// Deeds are what people did about it, in order.
	Deeds []Deed `json:"deeds,omitempty"`
	// Why says what made it a false alarm; Lessons what people learnt of it.
	Why     string `json:"why,omitempty"`
	Lessons string `json:"lessons,omitempty"`
	// Learnt is by how much the verdict moved the bar of its cause.
	Learnt float64 `json:"learnt,omitempty"`
	// Untold are conversations that could not be told.
	Untold []vis.ConversationID `json:"untold,omitempty"`
}

// Texts are what customers are told of an incident; empty ones are not said.
type Texts struct {
	Holding Words `json:"holding,omitzero"` // to each who wrote about it, once it is confirmed
	Solved  Words `json:"solved,omitzero"`  // to the same, once
	Banner  Words `json:"banner,omitzero"`  // before anybody writes
}

// Words are a text in the languages that we speak.
type Words struct {
	FR string `json:"fr,omitempty"`
	EN string `json:"en,omitempty"`
}

// In is the text in a language, or in the other one where it is not written in that.
func (w Words) In(language string) string {
	if w.EN == "" || w.FR != "" && strings.HasPrefix(language, "fr") {
		return w.FR
	}
	return w.EN
}

// Empty reports whether nothing is said.
func (w Words) Empty() bool { return w == Words{} }

// MaxWords is how long a text may be, in runes; MaxName how long a name.
const (
	MaxWords = 4000
	MaxName  = 120
)

func (w *Words) check(field string) (err error) {
	for _, s := range []*string{&w.FR, &w.EN} {
		if *s, err = paragraph(field, *s, MaxWords); err != nil {
			return err
		}
	}
	return nil
}

// kinds are the texts by their names.
func (t *Texts) kinds() map[string]*Words {
	return map[string]*Words{"holding": &t.Holding, "solved": &t.Solved, "banner": &t.Banner}
}

func (t *Texts) check() error {
	for kind, w := range t.kinds() {
		if err := w.check("texts." + kind); err != nil {
			return err
		}
	}
	return nil
}

// over puts what is said in another over this.
func (t Texts) over(by Texts) Texts {
	said := by.kinds()
	for kind, w := range t.kinds() {
		if !said[kind].Empty() {
			*w = *said[kind]
		}
	}
	return t
}

// Signal is what the organisation's own supervision says.
type Signal struct {
	Source  string    `json:"source"`
	Key     string    `json:"key"`
	Title   string    `json:"title,omitempty"`
	At      time.Time `json:"at"`
	EndedAt time.Time `json:"endedAt,omitzero"`
}

// maxSignals are kept of one incident.
const maxSignals = 50

// Open reports whether people still have to do with it.
func (i Incident) Open() bool { return i.EndedAt.IsZero() }

// Won is by how long the customers' voice came before the organisation's own supervision, or whoever else saw it; negative where that was first,
// false where nothing is known of it.
func (i Incident) Won() (time.Duration, bool) {
	if i.Course.Trigger == BySignal {
		return 0, false
	}
	var seen []time.Time
	for _, s := range i.Course.Signals {
		seen = append(seen, s.At)
	}
	if i.Course.Sighting != nil {
		seen = append(seen, i.Course.Sighting.At)
	}
	if len(seen) == 0 {
		return 0, false
	}
	return slices.MinFunc(seen, time.Time.Compare).Sub(i.OpenedAt), true
}

// Confirm says that it is real.
func (i *Incident) Confirm(now time.Time) error {
	if i.State != Suspected {
		return i.refuse()
	}
	i.State, i.Course.ConfirmedAt = Confirmed, now
	return nil
}

// Fix says that somebody is at work on it; what was only suspected is confirmed by that.
func (i *Incident) Fix(now time.Time) error {
	switch i.State {
	case Suspected:
		i.Course.ConfirmedAt = now
	case Confirmed:
	case Fixing, Solved, FalseAlarm:
		return i.refuse()
	}
	i.State, i.Course.FixingAt = Fixing, now
	return nil
}

// Solve ends it.
func (i *Incident) Solve(now time.Time) error {
	if !i.Open() || i.State == Suspected {
		return i.refuse()
	}
	i.State, i.EndedAt = Solved, now
	return nil
}

// Dismiss says that it was none. What was confirmed to customers cannot be taken back.
func (i *Incident) Dismiss(now time.Time) error {
	if i.State != Suspected {
		return i.refuse()
	}
	i.State, i.EndedAt = FalseAlarm, now
	return nil
}

func (i *Incident) refuse() error {
	e := vis.Errorf(vis.Conflict, "incident_state", "This incident is %s already.", strings.ReplaceAll(string(i.State), "_", " "))
	if i.State == Suspected {
		e = vis.Errorf(vis.Conflict, "incident_state", "This incident is only suspected: confirm it first.")
	}
	return e
}

// concerns reports whether a message is about the incident.
func (i Incident) concerns(h Heard) bool {
	if i.Course.Trigger == ByWords {
		return h.Letters >= shortest && i.Course.Sign.Near(h.Sign) >= alike
	}
	return i.Course.Reason != "" && h.Reason == i.Course.Reason && (i.Course.Channel == "" || i.Course.Channel == h.Channel) &&
		(i.Course.Place == "" || i.Course.Place == h.Place)
}

// Heard is what is remembered of a message for some days: enough to count it and to find others like it.
type Heard struct {
	Said
	Conversation vis.ConversationID
	Channel      vis.ChannelID
	Reason       string
	Language     string
	Place        string // "" while it is not known
}

// Concerned is a conversation that an incident concerns.
type Concerned struct {
	Incident     vis.IncidentID
	Conversation vis.ConversationID
	Customer     vis.CustomerID
	Name         string        // of the customer, "" while we do not know it
	Message      vis.MessageID // the first about it
	At           time.Time     // when it was said
	Channel      vis.ChannelID // of the conversation
	Language     string
	HeldAt       time.Time // when she was told that it is known
	ToldAt       time.Time // when she was told that it is solved
	Place        string    // where she is, "" while it is not known
}

// Tally is how many of the conversations of an incident have the same channel, language and time zone, and how many of them were told.
type Tally struct {
	Channel        vis.ChannelID
	Language, Zone string // the language she wrote in or, where we do not speak it, her own
	Place          string
	Conversations  int
	Held, Told     int
}

// Square is one of the map of an incident: a place and a channel.
type Square struct {
	Place     string // "" while it is not known
	Channel   vis.ChannelID
	Customers int
	// Usual is the share that contacts from there usually have among all whose place is known; see Detail.Usually for whether that is known.
	Usual float64
}

// Scenario is what was prepared for incidents of some reasons.
type Scenario struct {
	ID        vis.ScenarioID
	Plan      Plan
	CreatedAt time.Time
	Version   int64
}

// Plan is the prepared part of a scenario.
type Plan struct {
	Name    string   `json:"name"`
	Reasons []string `json:"reasons,omitempty"`
	Steps   Steps    `json:"steps,omitempty"`
	// Owners are called in; Lead is the one of them in the middle, who alone speaks for all: to customers, and to whoever asks.
	Owners []vis.MemberID `json:"owners,omitempty"`
	Lead   vis.MemberID   `json:"lead,omitempty"`
	// Calls are people outside who are to be called.
	Calls []Call `json:"calls,omitempty"`
	Texts Texts  `json:"texts,omitzero"`
}

// Step is one thing to do, and whose it is: a member's, a team's, or of neither, which leaves it to the one in the middle.
type Step struct {
	Text  string       `json:"text"`
	Owner vis.MemberID `json:"owner,omitempty"`
	Team  vis.TeamID   `json:"team,omitempty"`
}

// Steps are what is to be done, in order.
type Steps []Step

// UnmarshalJSON also reads steps that were kept before they had owners: their words alone.
func (s *Steps) UnmarshalJSON(b []byte) error {
	var words []string
	if json.Unmarshal(b, &words) != nil {
		return json.Unmarshal(b, (*[]Step)(s))
	}
	*s = nil
	for _, w := range words {
		*s = append(*s, Step{Text: w})
	}
	return nil
}

// Call is somebody outside, and where she is reached.
type Call struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
}

// The bounds of a plan.
const (
	MaxScenarios = 100
	maxList      = 50
)

func (p *Plan) check() error {
	p.Name = strings.TrimSpace(text.Line(p.Name))
	if n := utf8.RuneCountInString(p.Name); n == 0 || n > MaxName {
		return vis.InField("name", "A name has between 1 and %d characters.", MaxName)
	}
	lists := make(map[string][]*string)
	for i := range p.Reasons {
		lists["reasons"] = append(lists["reasons"], &p.Reasons[i])
	}
	for i, s := range p.Steps {
		lists["steps"] = append(lists["steps"], &p.Steps[i].Text)
		if s.Owner != "" && s.Team != "" {
			return vis.InField("steps", "A step is a member's or a team's, not both.")
		}
	}
	for field, list := range lists {
		if len(list) > maxList {
			return vis.InField(field, "There are at most %d of these.", maxList)
		}
		for _, s := range list {
			*s = strings.TrimSpace(text.Line(*s))
			if n := utf8.RuneCountInString(*s); n == 0 || n > 500 {
				return vis.InField(field, "Each has between 1 and 500 characters.")
			}
		}
	}
	if len(p.Owners) > maxList {
		return vis.InField("ownerIds", "There are at most %d of these.", maxList)
	}
	if len(p.Calls) > maxList {
		return vis.InField("calls", "There are at most %d of these.", maxList)
	}
	for i := range p.Calls {
		for _, s := range []*string{&p.Calls[i].Name, &p.Calls[i].Phone} {
			if *s = strings.TrimSpace(text.Line(*s)); *s == "" || utf8.RuneCountInString(*s) > MaxName {
				return vis.InField("calls", "Each has a name and a number, of at most %d characters.", MaxName)
			}
		}
	}
	return p.Texts.check()
}

// Change is what people say of an incident when they move it on; what is empty stays.
type Change struct {
	Name     string
	Scenario vis.ScenarioID
	Texts    Texts
	Without  []string // the kinds of texts that are not to be said after all
	// Why is said of a false alarm.
	Why string
	// Lessons are what was learnt of it; nil leaves them as they are.
	Lessons *string
	// Sighting is when somebody else saw it; nil leaves it as it is.
	Sighting *Sighting
}

// Settings are how an organisation wants to be alarmed.
type Settings struct {
	// Budget is one false alarm in so many days of a topic.
	Budget Budget `json:"budget"`
	// Place and Product are the keys of the customers' attributes by which contacts are told apart: "" for none, nil while nobody said.
	Place   *string `json:"place,omitempty"`
	Product *string `json:"product,omitempty"`
	// PlaceNames and ProductNames are what people call them.
	PlaceNames   Names `json:"placeNames,omitzero"`
	ProductNames Names `json:"productNames,omitzero"`
	Version      int64 `json:"-"`
}
