package routing

import (
	"context"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"visavis/internal/jobs"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// The bounds of the settings.
const (
	maxWords     = 200
	maxWordRunes = 60
	maxFinishFor = 3600 // seconds
	maxVanished  = 3600 // seconds
	maxCallsADay = 10_000
	// callsADay is how many call-backs are promised in a day where nobody has said otherwise.
	callsADay = 200
)

// Standard are the settings of a workspace that has saved none.
func Standard() Settings {
	return Settings{Profile: "balanced", Weights: Presets()["balanced"], Capacity: map[Work]int{WorkCall: 1, WorkChat: 3, WorkMail: 10},
		FinishFor: 15, VanishedAfter: 60, Goal: 90}
}

func (s Settings) orDefault() Settings {
	if s.Version == 0 {
		return Standard()
	}
	if w, known := Presets()[s.Profile]; known {
		s.Weights = w // a profile is what it is today: it may have learnt to weigh more since it was chosen
	}
	return s
}

// Check cleans the settings and refuses what cannot be meant.
func (s *Settings) Check() error {
	if err := s.Weights.Check(); err != nil {
		return err
	}
	s.Profile = "own"
	for name, w := range Presets() {
		if w == s.Weights {
			s.Profile = name
		}
	}
	if err := checkCapacity(s.Capacity); err != nil {
		return err
	}
	switch {
	case s.FinishFor < 0 || s.FinishFor > maxFinishFor:
		return vis.InField("finishFor", "Finishing up takes 0 to %d seconds.", maxFinishFor)
	case s.VanishedAfter < 5 || s.VanishedAfter > maxVanished:
		return vis.InField("vanishedAfter", "A member counts as gone after 5 to %d seconds without a connection.", maxVanished)
	case s.Goal < 1 || s.Goal > 100:
		return vis.InField("goal", "The goal is a share of promises, from 1 to 100 percent.")
	}
	if s.CallsADay < 0 || s.CallsADay > maxCallsADay {
		return vis.InField("callsADay", "From 1 to %d calls may be asked for in a day; 0 is the default of %d.", maxCallsADay, callsADay)
	}
	var err error
	if s.CallCountries, err = checkCountries(s.CallCountries); err != nil {
		return err
	}
	if s.Words, err = checkLevels("words", s.Words, text.Fold); err != nil {
		return err
	}
	s.Reasons, err = checkLevels("reasons", s.Reasons, text.Line)
	return err
}

// maxCapacity is how many of each kind of work anybody may hold at once.
var maxCapacity = map[Work]int{WorkCall: 1, WorkChat: 50, WorkMail: 100}

func checkCapacity(all map[Work]int) error {
	for work, n := range all {
		most, known := maxCapacity[work]
		if !known {
			return vis.InField("capacity", "Work is call, chat or mail, not %q.", work)
		}
		if n < 0 || n > most {
			return vis.InField("capacity", "Nobody holds more than %d of this at once; %d is too many.", most, n)
		}
	}
	return nil
}

// checkLevels folds words or reasons and checks the criticality that each stands for.
func checkLevels(field string, all map[string]int, fold func(string) string) (map[string]int, error) {
	if len(all) > maxWords {
		return nil, vis.InField(field, "There may be %d of these; there are %d.", maxWords, len(all))
	}
	out := make(map[string]int, len(all))
	for _, word := range slices.Sorted(maps.Keys(all)) {
		w, level := fold(word), all[word]
		if w == "" || utf8.RuneCountInString(w) > maxWordRunes {
			return nil, vis.InField(field, "A word or reason has 1 to %d characters.", maxWordRunes)
		}
		if level < 1 || level > 4 {
			return nil, vis.InField(field, "Criticality goes from 1 to 4; %d is none.", level)
		}
		out[w] = max(out[w], level)
	}
	return out, nil
}

// Settings reads how the workspace routes and ranks.
func (s *Service) Settings(ctx context.Context, by vis.Actor) (Settings, error) {
	if err := by.Must(vis.ReadSettings); err != nil {
		return Settings{}, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Settings, error) { return s.setup(tx, by.Workspace).Settings(ctx) })
}

// SettingsChange is what may change of the settings; nil leaves a field as it is. A Profile sets its weights.
type SettingsChange struct {
	Profile                        *string
	Weights                        *Weights
	Capacity                       *map[Work]int
	Calendar                       *vis.CalendarID
	FinishFor, VanishedAfter, Goal *int
	Words, Reasons                 *map[string]int
	CallCountries                  *[]string
	CallsADay                      *int
	Version                        int64
}

func (s *Settings) apply(in SettingsChange) error {
	if in.Profile != nil && *in.Profile != "own" {
		w, ok := Presets()[*in.Profile]
		if !ok {
			return vis.InField("profile", "There is no profile %q.", *in.Profile)
		}
		s.Weights = w
	}
	set(&s.Weights, in.Weights)
	set(&s.Capacity, in.Capacity)
	set(&s.Calendar, in.Calendar)
	set(&s.FinishFor, in.FinishFor)
	set(&s.VanishedAfter, in.VanishedAfter)
	set(&s.Goal, in.Goal)
	set(&s.Words, in.Words)
	set(&s.Reasons, in.Reasons)
	set(&s.CallCountries, in.CallCountries)
	set(&s.CallsADay, in.CallsADay)
	return s.Check()
}

// set takes a new value when there is one.
func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// versioned is an answer that is kept for a repeat of the request with its version, which is not of its own JSON form.
type versioned[T any] struct {
	Is      T
	Version int64
}

// ChangeSettings changes how the workspace routes and ranks. Other weights give every conversation another rank.
func (s *Service) ChangeSettings(ctx context.Context, by vis.Actor, in SettingsChange) (Settings, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Settings{}, err
	}
	now := s.clock.Now()
	got, err := vis.Update(ctx, s.db, by, func(tx Tx) (versioned[Settings], error) {
		is, err := s.changeSettings(ctx, tx, by, in, now)
		return versioned[Settings]{is, is.Version}, err
	})
	got.Is.Version = got.Version
	return got.Is, err
}

func (s *Service) changeSettings(ctx context.Context, tx Tx, by vis.Actor, in SettingsChange, now time.Time) (Settings, error) {
	saved, err := tx.Settings(ctx)
	if err != nil {
		return Settings{}, err
	}
	is := saved.orDefault()
	if is.Version != in.Version {
		return Settings{}, changedMeanwhile("settings", is)
	}
	before := is.Weights
	if err := is.apply(in); err != nil {
		return Settings{}, err
	}
	if err := mustHaveCalendar(ctx, tx, is.Calendar); err != nil {
		return Settings{}, err
	}
	if is, err = tx.SaveSettings(ctx, is); err != nil {
		return Settings{}, err
	}
	if is.Weights != before {
		if err := tx.Arm(ctx, jobs.Timer{Workspace: by.Workspace, Kind: TimerRerank, Key: "all", DueAt: now}); err != nil {
			return Settings{}, err
		}
	}
	if err := s.armRings(ctx, tx, by.Workspace, now); err != nil {
		return Settings{}, err
	}
	return is, changed(ctx, tx, by, "settings", "", "routing.settings_changed", map[string]any{"profile": is.Profile, "weights": is.Weights}, now)
}

// changed appends the event and the audit entry of a change of the set-up.
func changed(ctx context.Context, tx Tx, by vis.Actor, what, id, action string, data any, now time.Time) error {
	if err := tx.Audit(ctx, vis.NewAudit(by, now, action, id, data)); err != nil {
		return err
	}
	return tx.Append(ctx, vis.NewEvent(by, now, RoutingChanged, ChangedData{What: what, ID: id}))
}

// changedMeanwhile refuses a change that was decided on an older version than the present one.
func changedMeanwhile(noun string, current any) error {
	e := vis.Errorf(vis.Conflict, noun+"_changed", "Somebody changed this a moment before you.")
	e.Current = current
	return e
}

func mustHaveCalendar(ctx context.Context, tx Tx, id vis.CalendarID) error {
	if id == "" {
		return nil
	}
	_, err := tx.Calendar(ctx, id)
	if vis.CodeOf(err) == vis.NotFound {
		return vis.InField("calendarId", "There is no calendar %s here.", id)
	}
	return err
}
