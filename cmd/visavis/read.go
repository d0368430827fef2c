package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"visavis/internal/text"
	"visavis/internal/text/gates"
)

type readCmd struct {
	Message []string `arg:"" optional:"" help:"The message; without one, each line of standard input or of --file is one."`
	File    string   `help:"File with a message on each line." type:"existingfile" xor:"source"`
	Model   string   `help:"Model that train made; by default the one that is built in." type:"existingfile"`
	Why     bool     `help:"Also which words spoke for the reason, and for and against dissatisfaction." negatable:"" default:"true"`
}

// told is a reading as it is printed.
type told struct {
	Text string `json:"text"`
	text.Reading
	Why map[string][]because `json:"why,omitempty"`
}

// because is a word and how much it spoke for what it stands below.
type because struct {
	Word   string  `json:"word"`
	Weight float64 `json:"weight"`
}

// Run implements kong's command.
func (c *readCmd) Run() error {
	model, err := modelIn(c.Model)
	if err != nil {
		return err
	}
	r, out := text.NewReader(model), json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	if len(c.Message) > 0 {
		out.SetIndent("", "  ")
		return out.Encode(c.tell(r, strings.Join(c.Message, " ")))
	}
	var in io.Reader = os.Stdin
	if c.File != "" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if err := out.Encode(c.tell(r, lines.Text())); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (c *readCmd) tell(r *text.Reader, message string) told {
	out := told{Text: message, Reading: r.Read(message)}
	if c.Why && out.Best.Label != "" {
		out.Why = map[string][]because{out.Best.Label: words(message, r.Why(message, text.HeadReason, out.Best.Label)),
			text.HeadDissatisfied: words(message, r.Why(message, text.HeadDissatisfied, text.Yes))}
	}
	return out
}

// words are those of a text that counted.
func words(message string, why text.Why) (out []because) {
	for _, w := range why.Words {
		out = append(out, because{message[w.From:w.To], w.Weight})
	}
	return out
}

func modelIn(path string) (*text.Model, error) {
	if path == "" {
		return text.Standard(), nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return text.ParseModel(b)
}

type trainCmd struct {
	Seed        []string `help:"Files of messages in five columns; by default those that are built in." type:"existingfile"`
	Corrections []string `help:"Files of messages that people corrected, in the same columns; each counts for three." type:"existingfile"`
	Tongues     string   `help:"Folder of published sets, to learn languages from too; by default the built-in model's are kept." type:"existingdir"`
	Out         string   `help:"File of the model that is made." default:"model.bin" type:"path"`
	Worse       bool     `help:"Keep the model although it reads worse than the built-in one."`
}

// Run implements kong's command.
func (c *trainCmd) Run() error {
	messages, data, err := c.messages()
	if err != nil {
		return err
	}
	var from *text.Model
	if c.Tongues == "" {
		from = text.Standard()
	} else {
		fmt.Fprintln(os.Stderr, "learning languages")
		examples, err := gates.Tongues(c.Tongues)
		if err != nil {
			return err
		}
		if from, err = text.LearnTongues(examples); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "learning from %d messages\n", len(messages))
	m, err := text.Train(from, messages, data, func(step string) { fmt.Fprintln(os.Stderr, " ", step) })
	if err != nil {
		return err
	}
	before := c.before()
	compare(os.Stdout, before, m.Manifest().Scores)
	if text.Worse(before, m.Manifest().Scores) && !c.Worse {
		return errors.New("the new model reads worse than the one before, so it was not kept; --worse keeps it all the same")
	}
	b := m.Bytes()
	fmt.Printf("%s: %d bytes\n", c.Out, len(b))
	return os.WriteFile(c.Out, b, 0o644)
}

// before are the scores of the model that there was.
func (c *trainCmd) before() map[string]float64 {
	if b, err := os.ReadFile(c.Out); err == nil {
		if m, err := text.ParseModel(b); err == nil {
			return m.Manifest().Scores
		}
	}
	return nil
}

func (c *trainCmd) messages() ([]text.Message, map[string]string, error) {
	messages, data := text.Seed(), text.SeedHashes()
	if len(c.Seed) > 0 {
		messages, data = nil, map[string]string{}
	}
	for i, path := range append(append([]string(nil), c.Seed...), c.Corrections...) {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, err
		}
		more, err := text.ParseMessages(string(b))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		if i >= len(c.Seed) {
			for j := range more {
				more[j].Weight = text.Corrected
			}
		}
		messages = append(messages, more...)
		data[filepath.Base(path)] = text.HashOf(b)
	}
	return messages, data, nil
}

// compare prints scores beside those of before.
func compare(w io.Writer, before, after map[string]float64) {
	for _, name := range slices.Sorted(maps.Keys(after)) {
		was, known := before[name]
		if !known {
			fmt.Fprintf(w, "%-30s %8.2f\n", name, after[name])
			continue
		}
		fmt.Fprintf(w, "%-30s %8.2f  (was %.2f)\n", name, after[name], was)
	}
}

type evalCmd struct {
	Data     []string `help:"Folders and archives of published sets, the first that has one counts; what is nowhere is left out." default:"../shared/data,internal/text/gates/testdata/published.zip" type:"path"`
	JSON     bool     `help:"As JSON." name:"json" xor:"form"`
	Markdown bool     `help:"As a table for the documentation." xor:"form"`
	Docs     string   `help:"Page of the documentation whose table is written; what is not measured stays." type:"existingfile" xor:"form"`
}

// Run implements kong's command.
func (c *evalCmd) Run() error {
	var rows []gates.Row
	failed := 0
	err := gates.Measure(gates.Places(c.Data...), func(r gates.Row) {
		rows = append(rows, r)
		if !r.Passed() {
			failed++
		}
		if !c.JSON && !c.Markdown && c.Docs == "" {
			fmt.Println(line(r))
		}
	})
	if err != nil {
		return err
	}
	switch {
	case c.JSON:
		if err := json.NewEncoder(os.Stdout).Encode(rows); err != nil {
			return err
		}
	case c.Markdown:
		fmt.Print(gates.Markdown(rows))
	case c.Docs != "":
		if err := updateDocs(c.Docs, rows); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d figures do not reach their gates", failed)
	}
	return nil
}

// updateDocs writes the table of a page.
func updateDocs(path string, rows []gates.Row) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	now, err := gates.Update(string(page), rows)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, []byte(now), 0o644)
}

// line is a row as people read it.
func line(r gates.Row) string {
	verdict := "reached"
	switch {
	case r.Absent:
		return fmt.Sprintf("%-42s not measured: the set is not here", r.What)
	case !r.Passed():
		verdict = "MISSED"
	}
	return fmt.Sprintf("%-42s %8.4g %-9s gate %-6s %-8s %5.1f s  %s", r.What, r.Reached, r.Unit, r.Bar(), verdict, r.Took.Seconds(), r.Others)
}
