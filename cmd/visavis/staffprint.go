package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
	"time"

	"visavis/internal/staffing"
)

// staffReport is what `visavis staff` found out.
type staffReport struct {
	zone     *time.Location
	target   staffing.Target
	ill      int
	accuracy staffing.Accuracy
	plan     staffing.Plan
	crew     *mixed
}

// print tells it to a person.
func (r staffReport) print(w io.Writer) error {
	p := r.plan
	fmt.Fprintf(w, "%s: %s for %s of those who come (times of %s)\n\n", p.Slots[0].At.In(r.zone).Format("Monday 2 January 2006"), r.target.Within, share(r.target.Share), r.zone)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	head := "time\texpected\tfrom–to\tneeded\tplanned\tkept\twait\t"
	if p.Without != nil {
		head += fmt.Sprintf("kept, %d ill\twait\t", r.ill)
	}
	fmt.Fprintln(t, head)
	for i, s := range p.Slots {
		fmt.Fprintf(t, "%s\t%.1f\t%.0f–%.0f\t%d\t%d\t%s\t%s\t", s.At.In(r.zone).Format("15:04"), s.N, s.Low, s.High, s.Needed, s.Agents, share(s.Kept), wait(s.Wait))
		if p.Without != nil {
			fmt.Fprintf(t, "%s\t%s\t", share(p.Without.Slots[i].Kept), wait(p.Without.Slots[i].Wait))
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nThe whole day: %.0f come, %s are answered in time, %s give up, the mean wait is %s. Worst hour: %s, %s.\n",
		p.Whole.Came, share(p.Whole.Kept), share(p.Whole.Abandoned), wait(p.Whole.Wait), p.LeastAt.In(r.zone).Format("15:04"), share(p.Least.Kept))
	if without := p.Without; without != nil {
		fmt.Fprintf(w, "With %d ill: %s are answered in time, %s give up, the mean wait is %s. Worst hour: %s, %s. %.0f more promises a day are broken.\n",
			r.ill, share(without.Whole.Kept), share(without.Whole.Abandoned), wait(without.Whole.Wait), without.LeastAt.In(r.zone).Format("15:04"),
			share(without.Least.Kept), p.Whole.Came*(p.Whole.Kept-without.Whole.Kept))
	}
	a := r.accuracy
	fmt.Fprintf(w, "Forecast from %d days. On the last %d weeks, each forecast from what came before it, a day was off by %s and a quarter of an hour by %s;\n"+
		"%s of the quarters lay between from and to.\n", a.Days, a.Weeks, share(a.Daily), share(a.Slots), share(a.Covered))
	if !p.Settled {
		fmt.Fprintln(w, "The search did not settle: some slots may keep a little less than the target.")
	}
	if r.crew != nil {
		r.crew.print(w, r.zone)
	}
	return nil
}

func (m *mixed) print(w io.Writer, zone *time.Location) {
	fmt.Fprintf(w, "\nFrom %s on %.1f an hour come. ", m.at.In(zone).Format("15:04"), m.perHour)
	fmt.Fprintf(w, "Who speak one language each: %s (%d).\n", m.people(m.apart), total(m.apart))
	if total(m.crew) < total(m.apart) {
		fmt.Fprintf(w, "Fewer do when some speak all: %s (%d).\n", m.people(m.crew), total(m.crew))
	}
	for i, l := range m.languages {
		fmt.Fprintf(w, "  %s: %s kept\n", l.language, share(m.crew.Kept[i].Mean))
	}
}

func (m *mixed) people(c staffing.Crew) string {
	var parts []string
	for k, n := range c.Counts {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d × %s", n, m.kinds[k].Name))
		}
	}
	if len(parts) == 0 {
		return "nobody"
	}
	return strings.Join(parts, ", ")
}

func total(c staffing.Crew) (sum int) {
	for _, n := range c.Counts {
		sum += n
	}
	return sum
}

func share(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) }

// wait is a time in seconds as people say it.
func wait(seconds float64) string {
	if seconds < 10 {
		return fmt.Sprintf("%.1fs", seconds)
	}
	return time.Duration(math.Round(seconds) * float64(time.Second)).String()
}

type resultJSON struct {
	Came      float64 `json:"came"`
	Kept      float64 `json:"kept"` // percent, as all shares here
	Abandoned float64 `json:"abandoned"`
	Wait      float64 `json:"wait"` // seconds
}

func asJSON(r staffing.Result) *resultJSON {
	return &resultJSON{digits(r.Came), digits(100 * r.Kept), digits(100 * r.Abandoned), digits(r.Wait)}
}

func digits(x float64) float64 { return math.Round(x*100) / 100 }

// json tells it to a program, in the words of POST /staffing/plan.
func (r staffReport) json(w io.Writer) error {
	type slotJSON struct {
		At       time.Time `json:"at"`
		Expected float64   `json:"expected"`
		Low      float64   `json:"low"`
		High     float64   `json:"high"`
		Needed   int       `json:"needed"`
		Agents   int       `json:"agents"`
		*resultJSON

		Without *resultJSON `json:"without,omitempty"`
	}
	p, a := r.plan, r.accuracy
	slots := make([]slotJSON, len(p.Slots))
	for i, s := range p.Slots {
		slots[i] = slotJSON{s.At.UTC(), digits(s.N), digits(s.Low), digits(s.High), s.Needed, s.Agents, asJSON(s.Result), nil}
		if p.Without != nil {
			slots[i].Without = asJSON(p.Without.Slots[i])
		}
	}
	out := map[string]any{"day": p.Slots[0].At.In(r.zone).Format(time.DateOnly), "zone": r.zone.String(), "settled": p.Settled,
		"replications": p.Replications, "slots": slots, "whole": asJSON(p.Whole), "least": asJSON(p.Least), "leastAt": p.LeastAt.UTC(),
		"error": map[string]any{"days": a.Days, "weeks": a.Weeks, "slots": digits(100 * a.Slots), "daily": digits(100 * a.Daily), "covered": digits(100 * a.Covered)}}
	if p.Without != nil {
		out["without"] = map[string]any{"whole": asJSON(p.Without.Whole), "least": asJSON(p.Without.Least), "leastAt": p.Without.LeastAt.UTC()}
	}
	if m := r.crew; m != nil {
		kinds := map[string]int{}
		for k, n := range m.crew.Counts {
			kinds[m.kinds[k].Name] = n
		}
		out["people"] = map[string]any{"at": m.at.UTC(), "perHour": digits(m.perHour), "crew": kinds, "apart": total(m.apart)}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
