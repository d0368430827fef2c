package bench

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"text/tabwriter"
)

func cores() int { return runtime.NumCPU() }

// print writes the figures as a table; the server's CPU time comes first because it is the
// figure that other load on the machine disturbs least.
func (r Report) print(out io.Writer) {
	fmt.Fprintf(out, "\n%s\n%s\n\n", r.Server, r.Machine)
	table := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "CPU ms/op\tp50 ms\tp99 ms\tvalue\tn\twork")
	for _, row := range r.Rows {
		work := row.Work
		if row.Floor {
			work = "floor: " + work
		}
		if row.Failed > 0 {
			work += fmt.Sprintf(" · %d FAILED", row.Failed)
		}
		if row.Note != "" {
			work += " · " + row.Note
		}
		value := figure(row.Value, 1)
		if value != "" {
			value += " " + row.Unit
		}
		count := ""
		if row.Count > 0 {
			count = fmt.Sprint(row.Count)
		}
		fmt.Fprintln(table, strings.Join([]string{figure(row.CPU, 3), figure(row.P50, 2), figure(row.P99, 2), value, count, work}, "\t"))
	}
	_ = table.Flush() // out is a terminal or a buffer; a reader that left needs no table
}

// figure is empty for what was not measured.
func figure(v float64, decimals int) string {
	if v == 0 {
		return ""
	}
	if v < 1 && decimals < 2 {
		decimals = 2
	}
	return fmt.Sprintf("%.*f", decimals, v)
}
