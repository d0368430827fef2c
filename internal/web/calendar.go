package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"visavis/internal/hours"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// NamedCalendar is opening hours with a name.
type NamedCalendar struct {
	ID       string         `json:"id" format:"uuid"`
	Name     string         `json:"name"`
	Hours    hours.Calendar `json:"hours"`
	OpenNow  bool           `json:"openNow"`
	OpensAt  *Moment        `json:"opensAt,omitempty" doc:"When closed: when it opens next; absent when it never does."`
	ClosesAt *Moment        `json:"closesAt,omitempty" doc:"When open: when it closes; absent when it never does."`
	Version  int64          `json:"version"`
}

// Calendars are all calendars of a workspace.
type Calendars struct {
	Items []NamedCalendar `json:"items" nullable:"false"`
}

func (s *Server) calendar(c routing.Calendar) NamedCalendar {
	out := NamedCalendar{ID: string(c.ID), Name: c.Name, Hours: c.Hours, Version: c.Version}
	h, err := hours.Compile(c.Hours)
	if err != nil {
		return out // a calendar of a later version shows what is understood
	}
	out.OpenNow, out.OpensAt, out.ClosesAt = doors(h, s.clock.Now())
	return out
}

// doors says whether somebody is there at an instant, and when that changes.
func doors(h *hours.Hours, now time.Time) (open bool, opensAt, closesAt *Moment) {
	if h.Open(now) {
		if at, ok := h.NextClose(now); ok {
			closesAt = maybe(at)
		}
		return true, nil, closesAt
	}
	if at, ok := h.NextOpen(now); ok {
		opensAt = maybe(at)
	}
	return false, opensAt, nil
}

type createCalendarInput struct {
	Body struct {
		Name  string         `json:"name"`
		Hours hours.Calendar `json:"hours"`
	} `nameHint:"CreateCalendar"`
}

type changeCalendarInput struct {
	ByID
	IfMatch
	Body struct {
		Name    *string         `json:"name,omitempty"`
		Hours   *hours.Calendar `json:"hours,omitempty"`
		Version *int64          `json:"version,omitempty"`
	} `nameHint:"ChangeCalendar"`
}

type previewCalendarInput struct {
	Body struct {
		Hours hours.Calendar `json:"hours"`
		At    *time.Time     `json:"at,omitempty" doc:"Now without it."`
		Term  *Term          `json:"term,omitempty" doc:"A promise to try on it."`
	} `nameHint:"PreviewCalendar"`
}

// CalendarPreview is what a calendar comes to.
type CalendarPreview struct {
	Open     bool          `json:"open"`
	OpensAt  *Moment       `json:"opensAt,omitempty"`
	ClosesAt *Moment       `json:"closesAt,omitempty"`
	DueAt    *Moment       `json:"dueAt,omitempty" doc:"When a promise of the term that was asked about would be due."`
	Days     []CalendarDay `json:"days" nullable:"false" doc:"The next fourteen."`
}

// CalendarDay is one day of a calendar.
type CalendarDay struct {
	Date    string       `json:"date" example:"2026-12-24"`
	Spans   []hours.Span `json:"spans" nullable:"false" doc:"When it is open, on the zone's clocks; 24:00 is the end of the day."`
	Holiday string       `json:"holiday,omitempty" doc:"The public holiday's id."`
}

type holidaysInput struct {
	Country string `query:"country" required:"true" minLength:"2" maxLength:"2"`
	Region  string `query:"region" maxLength:"10"`
	Year    int    `query:"year" minimum:"1970" maximum:"2100" required:"true"`
}

// Holidays are the public holidays of a year.
type Holidays struct {
	Items []hours.Holiday `json:"items" nullable:"false"`
}

// Countries are those whose public holidays are known.
type Countries struct {
	Items []hours.Country `json:"items" nullable:"false"`
}

// ImportedDays are the closing days of a calendar file.
type ImportedDays struct {
	Days []hours.Day `json:"days" nullable:"false"`
}

func (s *Server) calendarRoutes() {
	const tag = "hours"
	add(s, route{method: "GET", path: "/calendars", id: "listCalendars", tag: tag, summary: "Every calendar of opening hours", access: staffers},
		func(ctx context.Context, by caller, _ *none) (*reply[Calendars], error) {
			all, err := s.routing.Calendars(ctx, by.Actor)
			out := Calendars{make([]NamedCalendar, len(all))}
			for i, c := range all {
				out.Items[i] = s.calendar(c)
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: "/calendars", id: "createCalendar", tag: tag, summary: "Make a calendar", access: staffers, status: 201,
		scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *createCalendarInput) (*reply[NamedCalendar], error) {
			c, err := s.routing.CreateCalendar(ctx, by.Actor, in.Body.Name, in.Body.Hours)
			return ok(s.calendar(c)), err
		})
	add(s, route{method: "PATCH", path: "/calendars/{id}", id: "changeCalendar", tag: tag, summary: "Change a calendar; promises already given keep their deadline",
		access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *changeCalendarInput) (*reply[NamedCalendar], error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			c, err := s.routing.ChangeCalendar(ctx, by.Actor, vis.CalendarID(in.ID), routing.CalendarChange{Name: in.Body.Name, Hours: in.Body.Hours, Version: version})
			return ok(s.calendar(c)), err
		})
	add(s, route{method: "DELETE", path: "/calendars/{id}", id: "deleteCalendar", tag: tag, summary: "Delete a calendar that nothing uses", access: staffers,
		scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *ByID) (*none, error) {
			return nil, s.routing.DeleteCalendar(ctx, by.Actor, vis.CalendarID(in.ID))
		})
	add(s, route{method: "POST", path: "/calendars/preview", id: "previewCalendar", tag: tag, summary: "What a calendar comes to; nothing is saved",
		access: staffers}, s.previewCalendar)
	add(s, route{method: "GET", path: "/holidays", id: "listHolidays", tag: tag, summary: "The public holidays of a country or region", access: staffers},
		func(_ context.Context, _ caller, in *holidaysInput) (*reply[Holidays], error) {
			all, err := hours.Holidays(in.Country, in.Region, in.Year)
			return ok(Holidays{orEmpty(all)}), err
		})
	add(s, route{method: "GET", path: "/countries", id: "listCountries", tag: tag, summary: "Countries and regions whose public holidays are known",
		access: staffers},
		func(context.Context, caller, *none) (*reply[Countries], error) {
			return ok(Countries{hours.Countries()}), nil
		})
	s.mux.HandleFunc("POST /api/v1/calendars/import", s.importCalendar)
}

// inField says where in the body an error's field is.
func inField(at string, err error) error {
	var wrong *vis.Error
	if !errors.As(err, &wrong) || wrong.Field == "" {
		return err
	}
	moved := *wrong
	moved.Field = at + "." + wrong.Field
	return &moved
}

func orEmpty[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

func (s *Server) previewCalendar(_ context.Context, _ caller, in *previewCalendarInput) (*reply[CalendarPreview], error) {
	h, err := hours.Compile(in.Body.Hours)
	if err != nil {
		return nil, inField("hours", err)
	}
	at := s.clock.Now()
	if in.Body.At != nil {
		at = *in.Body.At
	}
	out := CalendarPreview{Days: nextDays(h, in.Body.Hours, at)}
	out.Open, out.OpensAt, out.ClosesAt = doors(h, at)
	if in.Body.Term != nil {
		if due, ok := in.Body.Term.term().Due(h, at); ok {
			out.DueAt = maybe(due)
		}
	}
	return ok(out), nil
}

// nextDays are the stretches of the fortnight that begins on the day of at, cut at midnight.
func nextDays(h *hours.Hours, c hours.Calendar, at time.Time) []CalendarDay {
	const days = 14
	local := at.In(h.Zone())
	out := make([]CalendarDay, days)
	for i := range out {
		from := time.Date(local.Year(), local.Month(), local.Day()+i, 0, 0, 0, 0, h.Zone())
		to := time.Date(local.Year(), local.Month(), local.Day()+i+1, 0, 0, 0, 0, h.Zone())
		day := CalendarDay{Date: from.Format(time.DateOnly), Spans: []hours.Span{}, Holiday: holidayOn(c, from)}
		for t := from; ; {
			opens, ok := h.NextOpen(t)
			if !ok || !opens.Before(to) {
				break
			}
			closes, ok := h.NextClose(opens)
			if !ok || closes.After(to) {
				closes = to
			}
			day.Spans = append(day.Spans, hours.Span{From: opens.Format("15:04"), To: endOf(closes, to)})
			t = closes
		}
		out[i] = day
	}
	return out
}

func endOf(closes, midnight time.Time) string {
	if !closes.Before(midnight) {
		return "24:00"
	}
	return closes.Format("15:04")
}

// holidayOn is the public holiday of a date, "" for none.
func holidayOn(c hours.Calendar, day time.Time) string {
	if c.Country == "" {
		return ""
	}
	all, err := hours.Holidays(c.Country, c.Region, day.Year())
	if err != nil {
		return ""
	}
	for _, h := range all {
		if h.Date == day.Format(time.DateOnly) {
			return h.ID
		}
	}
	return ""
}

// importCalendar reads the closing days out of an iCalendar file (RFC 5545); nothing is saved.
func (s *Server) importCalendar(w http.ResponseWriter, r *http.Request) {
	const largest = 2 << 20
	by, err := s.authenticate(r, staffers)
	if err == nil {
		err = by.Must(vis.WriteSettings)
	}
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largest))
	if err != nil {
		s.refuse(w, r, vis.Errorf(vis.TooLarge, "file_too_large", "A calendar file may have 2 MB."))
		return
	}
	zone, err := time.LoadLocation(r.URL.Query().Get("zone"))
	if err != nil {
		s.refuse(w, r, vis.InField("zone", "There is no such time zone; one looks like Europe/Paris."))
		return
	}
	now := s.clock.Now()
	days, err := hours.ParseICal(bytes.NewReader(raw), zone, now.AddDate(0, -1, 0), now.AddDate(3, 0, 0))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, ImportedDays{orEmpty(days)})
}
