// Package gates measures how well messages are read, on published sets and on our own, against what others reached on the same.
package gates

import (
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"visavis/internal/text"
)

// Row is one measured figure with the bar that it must reach.
type Row struct {
	What    string  `json:"what"`
	Unit    string  `json:"unit"`
	Reached float64 `json:"reached"`
	// Gate is what it must reach; below it the row has failed. Where AtMost is set less is better, and above it the row has failed.
	Gate   float64 `json:"gate"`
	AtMost bool    `json:"atMost,omitempty"`
	// Others is what published systems reach on the same set.
	Others string `json:"others,omitempty"`
	// Absent says that the set is not on this machine; nothing was measured then.
	Absent bool          `json:"absent,omitempty"`
	Took   time.Duration `json:"took"`
}

// Passed reports whether a row reached its gate, or could not be measured.
func (r Row) Passed() bool {
	return r.Absent || r.Reached == r.Gate || (r.Reached < r.Gate) == r.AtMost
}

// Bar is the gate as people read it.
func (r Row) Bar() string {
	if r.AtMost {
		return fmt.Sprintf("≤ %v", r.Gate)
	}
	return fmt.Sprint(r.Gate)
}

// gate is a figure that is to be measured.
type gate struct {
	what, unit string
	// bar is below 0 where it must not be exceeded.
	bar     float64
	others  string
	measure func(*folder) float64
}

// About reasons: what a text is about. About mood: what is said of it.
var (
	aboutReasons = text.Recipe{Rarest: 1}
	aboutMood    = text.Recipe{Rarest: 1, Bayes: 0.05, Cost: 1}
)

var gates = []gate{
	{"HINT3 mattress shop, 328 labelled", "% right", 76, "BERT 73.6, Rasa 69.3", topics(func(f *folder) set { return f.pair("hint3/sofmattress_train.csv", "hint3/sofmattress_test.csv") })},
	{"HINT3 health shop, 600 labelled", "% right", 84, "BERT 83.6, Rasa 84.1", topics(func(f *folder) set { return f.pair("hint3/curekart_train.csv", "hint3/curekart_test.csv") })},
	{"HINT3 gaming, 471 labelled", "% right", 62, "BERT 58.5", topics(func(f *folder) set { return f.pair("hint3/powerplay11_train.csv", "hint3/powerplay11_test.csv") })},
	{"banking77, 77 intents", "% right", 91.5, "BERT 93.7", topics(func(f *folder) set { return f.pair("banking77/train.csv", "banking77/test.csv") })},
	{"CLINC150, 150 intents", "% right", 93, "BERT 96.9, MLP 93.5, SVM 91.0, fastText 89.0", topics((*folder).clinc)},
	{"Allociné sample, polarity", "% right", 89.5, "CamemBERT ~96, TF-IDF 87–91", func(f *folder) float64 {
		right, _ := ask(aboutMood, f.pair("allocine-sample/train2k.csv", "allocine-sample/test1k.csv"))
		return right
	}},
	{"UMSAB French tweets, 3 moods", "macro-F1", 63, "XLM-R 72.0, fastText 54.8", func(f *folder) float64 {
		_, f1 := ask(aboutMood, f.umsab())
		return f1
	}},
	{"language of sentences, 7", "% right", 99.3, "lingua 99.26, whatlanggo 96.6", language(func(f *folder) []text.Example { return f.tongues("lingua-lid-test/sentences/%s.txt") })},
	{"language of tweets, 6", "% right", 98, "lingua 97.2, whatlanggo 89.9", language((*folder).tweets)},
	{"near duplicates, 4 edits in 100 bytes", "% found", 99, "SimHash 59", near},
	{"article for a question, PIAF", "MRR@10", 0.755, "BM25 .713", piaf},
	{"bursts, NAB Twitter, nothing fitted to it", "score", 61, "ARTime 81.8, HTM 68.0, ADVec 59.6, Gaussian 51.4", nab},
	{"ten times 12 messages an hour, 9 of 10 seen", "minutes", -15, "", ninth},
	{"false alarms, made-up quiet topics", "in 30 days", -1, "", falseAlarms},
}

func topics(of func(*folder) set) func(*folder) float64 {
	return func(f *folder) float64 {
		right, _ := ask(aboutReasons, of(f))
		return right
	}
}

func ask(r text.Recipe, s set) (right, f1 float64) {
	if len(s.learn) == 0 || len(s.ask) == 0 {
		return 0, 0
	}
	return text.Learn(s.learn, r).Ask(s.ask)
}

// language asks the model that ships.
func language(of func(*folder) []text.Example) func(*folder) float64 {
	return func(f *folder) float64 {
		r := text.NewReader(text.Standard())
		right, all := 0, of(f)
		for _, e := range all {
			if r.Read(e.Text).Language.Label == e.Label {
				right++
			}
		}
		return 100 * float64(right) / float64(max(len(all), 1))
	}
}

// near changes messages of the seed in four places, and looks whether they share a band and are found near.
func near(*folder) float64 {
	random := rand.New(rand.NewPCG(1, 2))
	found, asked := 0, 0
	for _, m := range text.Seed() {
		if len(m.Text) < 90 || len(m.Text) > 130 {
			continue
		}
		asked++
		a, b := text.Sign(m.Text), text.Sign(edited(m.Text, 4, random))
		if share(a, b) && a.Near(b) >= 0.5 {
			found++
		}
	}
	return 100 * float64(found) / float64(max(asked, 1))
}

func share(a, b text.Signature) bool {
	x, y := a.Bands(), b.Bands()
	for i := range x {
		if x[i] == y[i] {
			return true
		}
	}
	return false
}

// edited leaves letters out, puts some in and changes some.
func edited(s string, edits int, random *rand.Rand) string {
	runes := []rune(s)
	for range edits {
		at := random.IntN(len(runes))
		letter := 'a' + rune(random.IntN(26))
		switch random.IntN(3) {
		case 0:
			runes = append(runes[:at], runes[at+1:]...)
		case 1:
			runes[at] = letter
		default:
			runes = append(runes[:at], append([]rune{letter}, runes[at:]...)...)
		}
	}
	return string(runes)
}

// Measure measures all that the sets in some places allow, and tells each row as it is known.
func Measure(places []fs.FS, tell func(Row)) error {
	for _, g := range gates {
		f := folder{places: places}
		began := time.Now()
		row := Row{What: g.what, Unit: g.unit, Gate: math.Abs(g.bar), AtMost: g.bar < 0, Others: g.others}
		row.Reached = g.measure(&f)
		row.Took = time.Since(began)
		if row.Absent = f.absent(); f.err != nil && !row.Absent {
			return f.err
		}
		tell(row)
	}
	scores := text.Standard().Manifest().Scores
	for _, own := range []Row{
		{What: "our own messages, reasons, 5 parts", Unit: "% right", Reached: scores[text.HeadReason+" accuracy"], Gate: 85},
		{What: "our own messages, reasons where decided", Unit: "% right", Reached: scores[text.HeadReason+" right where decided"], Gate: 90},
		{What: "our own messages, urgency, 5 parts", Unit: "macro-F1", Reached: scores[text.HeadUrgency+" macro-F1"], Gate: 0.74},
		{What: "our own messages, dissatisfied, 5 parts", Unit: "AUROC", Reached: scores[text.HeadDissatisfied+" auroc"], Gate: 0.97},
	} {
		tell(own)
	}
	return nil
}

// Markdown is a table of rows for the documentation.
func Markdown(rows []Row) string {
	var b strings.Builder
	b.WriteString(tableHead)
	for _, r := range rows {
		b.WriteString(r.line())
	}
	return b.String()
}

const tableHead = "| measured on | unit | reached | gate | others |\n|---|---|---:|---:|---|\n"

// line is a row of the table.
func (r Row) line() string {
	reached := fmt.Sprintf("%.4g", r.Reached)
	if r.Absent {
		reached = "–"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s |\n", r.What, r.Unit, reached, r.Bar(), r.Others)
}

// What stands around the table in a page of the documentation.
const tableBegin, tableEnd = "<!-- written by visavis eval --docs -->\n", "<!-- end of what visavis eval wrote -->\n"

// Update puts rows into the table of a page. What could not be measured here stays as the page has it, for it was measured elsewhere.
func Update(page string, rows []Row) (string, error) {
	before, rest, begun := strings.Cut(page, tableBegin)
	table, after, ended := strings.Cut(rest, tableEnd)
	if !begun || !ended {
		return "", fmt.Errorf("the page has no %q and %q around its table", strings.TrimSpace(tableBegin), strings.TrimSpace(tableEnd))
	}
	var b strings.Builder
	b.WriteString(before + tableBegin + tableHead)
	for _, r := range rows {
		line := r.line()
		for old := range strings.Lines(table) {
			if r.Absent && strings.HasPrefix(old, "| "+r.What+" |") {
				line = old
			}
		}
		b.WriteString(line)
	}
	b.WriteString(tableEnd + after)
	return b.String(), nil
}
