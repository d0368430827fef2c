package listen

import (
	"context"
	"time"

	"visavis/internal/desk"
	"visavis/internal/notify"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// IncidentDB opens the transactions of those who watch for incidents.
type IncidentDB = vis.DB[IncidentTx]

// IncidentTx keeps what was heard, and incidents. Lookups of something absent are vis.Absent; Save takes the row as read, writes it with
// Version+1 and fails with vis.ErrStale when it has moved on.
type IncidentTx interface {
	desk.Tx
	notify.Board
	Audit(ctx context.Context, e vis.AuditEntry) error
	Members(ctx context.Context) ([]staff.Member, error)
	Team(ctx context.Context, id vis.TeamID) (staff.Team, error)
	spotTx
	// Split counts contacts by place or by product: see CountTx.
	Split(ctx context.Context, by Split, q CountQuery) ([]Part, error)
	Workspace(ctx context.Context) (staff.Workspace, error)
	Cursor(ctx context.Context, reader string) (int64, error)
	MoveCursor(ctx context.Context, reader string, from, to int64) error

	MessagesByID(ctx context.Context, ids []vis.MessageID) ([]desk.Message, error)
	ReadingsByID(ctx context.Context, ids []vis.MessageID) ([]Reading, error)
	ReasonTree(ctx context.Context) (Tree, error)

	// InsertHeard remembers a message; one that is remembered already stays as it is.
	InsertHeard(ctx context.Context, h Heard) error
	// HeardSince reads what was said after an instant, at most so many, and those the newest; oldest first.
	HeardSince(ctx context.Context, after time.Time, limit int) ([]Heard, error)
	ForgetHeard(ctx context.Context, before time.Time) error
	// CountHour adds a message to the hour of a topic in which it was said.
	CountHour(ctx context.Context, topic string, at time.Time) error
	// Hours are how many messages of a topic came in each hour after an instant; those without any are left out.
	Hours(ctx context.Context, topic string, after time.Time) ([]Hour, error)
	ForgetHours(ctx context.Context, before time.Time) error
	// Lessons are what verdicts added to the bars of causes.
	Lessons(ctx context.Context) (map[string]float64, error)
	SaveLesson(ctx context.Context, cause string, learnt float64) error

	// InsertIncident fails with vis.Conflict when there is an open one with the same cause.
	InsertIncident(ctx context.Context, i Incident) error
	SaveIncident(ctx context.Context, i Incident) (Incident, error)
	Incident(ctx context.Context, id vis.IncidentID) (Incident, error)
	// OpenIncidents are those that have not ended, oldest first.
	OpenIncidents(ctx context.Context) ([]Incident, error)
	// EndedIncidents are those that ended after an instant.
	EndedIncidents(ctx context.Context, after time.Time) ([]Incident, error)
	// Incidents are all, newest first.
	Incidents(ctx context.Context, limit int) ([]Incident, error)
	// InsertConcerned adds a conversation to an incident; one that is in it already stays as it is.
	InsertConcerned(ctx context.Context, c Concerned) error
	CountConcerned(ctx context.Context, id vis.IncidentID) (conversations, customers int, err error)
	// AllConcerned are the conversations of an incident, in the order in which they came, at most so many.
	AllConcerned(ctx context.Context, id vis.IncidentID, limit int) ([]Concerned, error)
	// TallyConcerned counts all the conversations of an incident by channel, language and time zone, in that order.
	TallyConcerned(ctx context.Context, id vis.IncidentID) ([]Tally, error)
	// MapConcerned counts its customers by place and channel, in that order.
	MapConcerned(ctx context.Context, id vis.IncidentID) ([]Square, error)
	// Unheld are those that were not told that it is known, Untold those that were not told that it is solved.
	Unheld(ctx context.Context, id vis.IncidentID, limit int) ([]Concerned, error)
	Untold(ctx context.Context, id vis.IncidentID, limit int) ([]Concerned, error)
	// MarkHeld and MarkTold note that a conversation was told one or the other. They fail with vis.ErrStale where it was before.
	MarkHeld(ctx context.Context, c Concerned, at time.Time) error
	MarkTold(ctx context.Context, c Concerned, at time.Time) error

	// Scenarios are all, by when they were made.
	Scenarios(ctx context.Context) ([]Scenario, error)
	Scenario(ctx context.Context, id vis.ScenarioID) (Scenario, error)
	InsertScenario(ctx context.Context, s Scenario) error
	SaveScenario(ctx context.Context, s Scenario) (Scenario, error)
	DeleteScenario(ctx context.Context, id vis.ScenarioID) error

	// SaveListenSettings fails with vis.ErrStale when they have moved on.
	SaveListenSettings(ctx context.Context, s Settings) (Settings, error)
	// NewestAttributes are those of the newest so many customers who have any.
	NewestAttributes(ctx context.Context, newest int) ([]desk.Attributes, error)
}

// Hour is how many messages came in one.
type Hour struct {
	Hour  int64 // since 1970
	Count int
}
