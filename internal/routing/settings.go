package routing

import "visavis/internal/vis"

// Settings are how a workspace routes and ranks.
type Settings struct {
	// Profile names the preset that Weights came from: "balanced", "urgent", "loyal", "public", "fair"; "own" when they were changed.
	Profile string  `json:"profile"`
	Weights Weights `json:"weights"`
	// Capacity is how many of each kind of work a member can hold at once.
	Capacity map[Work]int `json:"capacity"`
	// Calendar is when the workspace answers; "" means always.
	Calendar vis.CalendarID `json:"calendarId,omitempty"`
	// FinishFor is how many seconds a member has to finish up after a call or a chat before she gets the next.
	FinishFor int `json:"finishFor"`
	// VanishedAfter is after how many seconds without a connection a member counts as gone.
	VanishedAfter int `json:"vanishedAfter"`
	// Words that make a matter critical when a customer writes them, with the criticality (1 to 4).
	Words   map[string]int `json:"words,omitempty"`
	Reasons map[string]int `json:"reasons,omitempty"` // criticality by reason
	// CallCountries are those that customers are called back in (ISO 3166-1 alpha-2); none for NearCountries and the workspace's own.
	CallCountries []string `json:"callCountries,omitempty"`
	// CallsADay is how many call-backs may be asked for within a day, by everybody together; 0 for the default.
	CallsADay int `json:"callsADay,omitempty"`
	// Goal is the share of promises to keep, in percent; it is shown beside what was reached.
	Goal    int   `json:"goal"`
	Version int64 `json:"-"`
}

// Weights say how many points each term of the priority may bring at most. Each is 0 to 100; PerHour is at least 1, for nobody may
// starve.
type Weights struct {
	Criticality  int `json:"criticality"`
	Influence    int `json:"influence"`
	Value        int `json:"value"`
	Mood         int `json:"mood"`
	Urgency      int `json:"urgency"` // as her words were read
	Dissatisfied int `json:"dissatisfied"`
	Repeat       int `json:"repeat"`
	Deadline     int `json:"deadline"` // a deadline that the customer stated
	Slack        int `json:"slack"`    // how little is left of the promise
	PerHour      int `json:"perHour"`  // points for each hour of waiting, without an end
}
