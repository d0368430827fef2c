package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"visavis/internal/routing"
	"visavis/internal/staffing"
	"visavis/internal/vis"
)

type staffCmd struct {
	Arrivals string        `help:"CSV file of arrivals: time,number (or only a time, once for each). Times are RFC 3339, or 2026-12-24 15:45 on the clocks of --zone." type:"existingfile" xor:"source"`
	Data     string        `help:"Folder of a server: its own arrivals. It may be running." type:"existingdir" xor:"source"`
	Team     string        `help:"Only the arrivals of the team with this name; with --data."`
	Zone     string        `help:"Time zone of the days; that of the workspace with --data." default:"UTC"`
	Country  string        `help:"Whose public holidays are days of their own, such as FR; by default that of the zone."`
	Day      string        `help:"Day to plan, such as 2026-12-24; the one after the last that is known by default."`
	Target   string        `help:"Promise to keep, and its share." default:"15s:95%"`
	Handle   time.Duration `help:"Mean time that a contact takes an agent, finishing up included." default:"6m"`
	HandleSD time.Duration `help:"Its standard deviation; 80 % of it by default." name:"handle-sd"`
	Patience time.Duration `help:"Mean time until people give up; 0: never."`
	PickUp   time.Duration `help:"How long it rings until an agent answers." name:"pick-up"`
	Work     string        `help:"Kind of work." enum:"call,chat,mail" default:"call"`
	Agents   int           `help:"How many are planned all day; by default as many as are needed."`
	Ill      int           `help:"What happens when so many are ill."`
	At       string        `help:"Also: which people are needed at this time of day, such as 03:00; with --languages." and:"mix"`
	Speak    string        `help:"Share of each language, such as fr=80,en=20; with --at." name:"languages" and:"mix"`
	Seed     uint64        `help:"Seed of the simulation: the same seed gives the same answer." default:"1"`
	JSON     bool          `help:"As JSON." name:"json"`
}

// Run implements kong's command.
func (c *staffCmd) Run(ctx context.Context) error {
	target, err := parseTarget(c.Target)
	if err != nil {
		return err
	}
	past, err := c.past(ctx)
	if err != nil {
		return err
	}
	model, err := staffing.Learn(past)
	if err != nil {
		return err
	}
	day := past.To
	if c.Day != "" {
		if day, err = time.ParseInLocation(time.DateOnly, c.Day, past.Zone); err != nil {
			return vis.InField("--day", "Write it as in 2026-12-24.")
		}
	}
	q := c.question(model.Day(day), target)
	plan, err := staffing.NewPlan(ctx, q)
	if err != nil {
		return err
	}
	r := staffReport{zone: past.Zone, target: target, ill: c.Ill, accuracy: model.Accuracy, plan: plan}
	if c.At != "" {
		if r.crew, err = c.mix(ctx, q, past.Zone); err != nil {
			return err
		}
	}
	if c.JSON {
		return r.json(os.Stdout)
	}
	return r.print(os.Stdout)
}

// question is what the flags ask.
func (c *staffCmd) question(slots []staffing.Expected, target staffing.Target) staffing.Question {
	deviation := c.HandleSD
	if deviation == 0 {
		deviation = c.Handle * 4 / 5
	}
	q := staffing.Question{From: slots[0].At, Slots: slots, Target: target, PickUp: c.PickUp, Ill: c.Ill, Seed: c.Seed,
		Class: staffing.Class{Name: "all", Work: routing.Work(c.Work), Patience: c.Patience, Handle: staffing.Handling{Mean: c.Handle, SD: deviation}}}
	come := 1.0
	for _, s := range slots {
		come += s.N
	}
	q.Replications = min(300, max(10, int(60_000/come)))
	if c.Agents > 0 {
		q.Agents = []int{c.Agents}
	}
	return q
}

// past reads the history that the flags name.
func (c *staffCmd) past(ctx context.Context) (staffing.Past, error) {
	if c.Arrivals == "" && c.Data == "" {
		return staffing.Past{}, vis.InField("--arrivals", "Say where arrivals come from: --arrivals FILE.csv or --data FOLDER.")
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return staffing.Past{}, vis.InField("--zone", "There is no time zone %q.", c.Zone)
	}
	var p staffing.Past
	if c.Data != "" {
		p, err = c.pastOf(ctx)
	} else {
		p, err = c.pastIn(zone)
	}
	if err != nil {
		return p, err
	}
	country := c.Country
	if country == "" {
		country = staffing.CountryOf(p.Zone)
	}
	p.Holiday = staffing.HolidaysOf(country, "")
	p.SinceFirst()
	return p, nil
}

// pastIn reads the CSV file: whole days from that of its first arrival to that of its last.
func (c *staffCmd) pastIn(zone *time.Location) (staffing.Past, error) {
	file, err := os.Open(c.Arrivals)
	if err != nil {
		return staffing.Past{}, fmt.Errorf("read the arrivals: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	counts, err := readArrivals(file, zone)
	if err != nil {
		return staffing.Past{}, err
	}
	p := staffing.Past{Zone: zone, Counts: counts}
	for _, count := range counts {
		if count.At.After(p.To) {
			p.To = count.At
		}
	}
	y, m, d := p.To.In(zone).Date()
	p.To = time.Date(y, m, d+1, 0, 0, 0, 0, zone)
	return p, nil
}

// readArrivals reads lines of a time and a number; without a number they count one. A first line of words is skipped.
func readArrivals(r io.Reader, zone *time.Location) ([]staffing.Count, error) {
	lines := csv.NewReader(r)
	lines.FieldsPerRecord, lines.TrimLeadingSpace, lines.ReuseRecord = -1, true, true
	var out []staffing.Count
	for n := 1; ; n++ {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the arrivals: %w", err)
		}
		at, err := parseInstant(line[0], zone)
		if err != nil {
			if n == 1 {
				continue
			}
			return nil, vis.InField("--arrivals", "Line %d: %q is no time such as 2026-12-24T15:45:00Z.", n, line[0])
		}
		count := staffing.Count{At: at, N: 1}
		if len(line) > 1 {
			if count.N, err = strconv.Atoi(strings.TrimSpace(line[1])); err != nil || count.N < 0 {
				return nil, vis.InField("--arrivals", "Line %d: %q is no number of arrivals.", n, line[1])
			}
		}
		out = append(out, count)
	}
}

func parseInstant(s string, zone *time.Location) (time.Time, error) {
	s = strings.TrimSpace(strings.TrimPrefix(s, "\ufeff"))
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, nil
		}
	}
	return time.Parse(time.RFC3339, s)
}

// parseTarget reads "15s:95%".
func parseTarget(s string) (staffing.Target, error) {
	wrong := vis.InField("--target", "Write a time and a share, such as 15s:95%%.")
	within, share, ok := strings.Cut(s, ":")
	if !ok {
		return staffing.Target{}, wrong
	}
	d, err := time.ParseDuration(strings.TrimSpace(within))
	percent, bad := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(share), "%"), 64)
	if err != nil || bad != nil || d <= 0 || percent <= 0 || percent >= 100 {
		return staffing.Target{}, wrong
	}
	return staffing.Target{Within: d, Share: percent / 100}, nil
}
