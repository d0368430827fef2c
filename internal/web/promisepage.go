package web

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"visavis/internal/channel"
	"visavis/internal/report"
)

// The public page of promises is rendered here, so that search engines, old phones and readers without scripts have it.

//go:embed promisepage.css
var promiseStyle string

//go:embed promisepage.html
var promiseHTML string

var promisePolicy = func() string {
	h := sha256.Sum256([]byte(promiseStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(h[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors *"
}()

var promiseTemplate = template.Must(template.New("promises").Parse(promiseHTML))

func (s *Server) promisePages() {
	s.mux.HandleFunc("GET /help/promises/{key}", s.promisePage)
	s.mux.HandleFunc("GET /help/promises/{key}/badge.svg", s.promiseBadge)
}

// promisePage serves the page, or with .json or .csv after its key what stands on it.
func (s *Server) promisePage(w http.ResponseWriter, r *http.Request) {
	key, form := r.PathValue("key"), "html"
	for _, f := range []string{"json", "csv"} {
		if bare, found := strings.CutSuffix(key, "."+f); found {
			key, form = bare, f
		}
	}
	p, err := s.publishedFor(w, r, key)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	switch form {
	case "json":
		w.Header().Set("Access-Control-Allow-Origin", "*") // it is public, and meant to be shown elsewhere
		writeJSON(w, http.StatusOK, promiseRecord(p))
	case "csv":
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		w.Header().Set("Content-Disposition", `attachment; filename="promises.csv"`)
		writePromises(w, p)
	default:
		banner, err := s.hearing.Banner(r.Context(), p.Workspace.ID)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		view := newPromiseView(p, languageOf(r, p.Workspace.Locale), r.URL.Path)
		view.Incident = banner.In(view.Language)
		var page bytes.Buffer
		if err := promiseTemplate.Execute(&page, view); err != nil {
			s.refuse(w, r, err)
			return
		}
		w.Header().Set("Content-Security-Policy", promisePolicy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page.Bytes())
	}
}

// publishedFor reads what a request asks for, and sets the headers that all its forms share.
func (s *Server) publishedFor(w http.ResponseWriter, r *http.Request, key string) (report.Published, error) {
	if err := s.limits.take(limitPage, addressKey(addressOf(r, s.trusted))); err != nil {
		return report.Published{}, err
	}
	days := 30
	if asked := r.URL.Query().Get("days"); asked != "" {
		n, err := strconv.Atoi(asked)
		if err != nil {
			n = 0
		}
		days = n
	}
	p, err := s.report.Publish(r.Context(), key, days)
	if err != nil {
		return p, err
	}
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	w.Header().Set("Vary", "Accept-Language")
	return p, nil
}

// languageOf is that of the address, else that of the browser, else the organisation's.
func languageOf(r *http.Request, otherwise string) string {
	switch asked := r.URL.Query().Get("lang"); {
	case asked == "fr" || asked == "en":
		return asked
	case r.Header.Get("Accept-Language") != "":
		return locale(r.Header.Get("Accept-Language"))
	}
	return otherwise
}

// PromiseRecord is what stands on a public page of promises, for programs. All times are in UTC.
type PromiseRecord struct {
	Workspace  string                 `json:"workspace"`
	Days       int                    `json:"days"`
	From       Moment                 `json:"from"`
	Until      Moment                 `json:"until"`
	Goal       int                    `json:"goal" doc:"Percent"`
	Kept       int64                  `json:"kept"`
	Missed     int64                  `json:"missed"`
	Unanswered int64                  `json:"unanswered" doc:"Closed on the organisation's side, in time, without the answer that was promised: counted neither way. Spam is among them."`
	Channels   []ChannelPromiseRecord `json:"channels" nullable:"false"`
}

// ChannelPromiseRecord is that of one channel.
type ChannelPromiseRecord struct {
	Name        string   `json:"name"`
	Kind        string   `json:"kind"`
	Terms       Terms    `json:"terms"`
	Kept        int64    `json:"kept"`
	Missed      int64    `json:"missed"`
	Unanswered  int64    `json:"unanswered"`
	FirstMedian *float64 `json:"firstMedian,omitempty" doc:"Seconds: half of the first answers came sooner, to within one percent."`
	FirstP90    *float64 `json:"firstP90,omitempty" doc:"Seconds: nine of ten first answers came sooner."`
}

func promiseRecord(p report.Published) PromiseRecord {
	out := PromiseRecord{Workspace: p.Workspace.Name, Days: p.Days, From: moment(p.From), Until: moment(p.Until), Goal: p.Goal, Kept: p.Total.Kept,
		Missed: p.Total.Missed, Unanswered: p.Total.Unanswered, Channels: make([]ChannelPromiseRecord, len(p.Channels))}
	for i, c := range p.Channels {
		out.Channels[i] = ChannelPromiseRecord{Name: c.Channel.Name, Kind: string(c.Channel.Kind), Terms: termsOf(c.Terms), Kept: c.Kept, Missed: c.Missed,
			Unanswered:  c.Unanswered,
			FirstMedian: quantile(c.First, 0.5), FirstP90: quantile(c.First, 0.9)}
	}
	return out
}

func quantile(of report.Sketch, q float64) *float64 {
	d, ok := of.Quantile(q)
	if !ok {
		return nil
	}
	return new(d.Seconds())
}

// writePromises writes one line for each channel and week.
func writePromises(w http.ResponseWriter, p report.Published) {
	out := csv.NewWriter(w)
	defer out.Flush()
	_ = out.Write([]string{"channel", "kind", "week", "kept", "missed", "unanswered"})
	for _, c := range p.Channels {
		for _, week := range c.Weeks {
			_ = out.Write([]string{spreadsheetSafe(c.Channel.Name), string(c.Channel.Kind), week.From.Format(time.DateOnly),
				strconv.FormatInt(week.Kept, 10), strconv.FormatInt(week.Missed, 10), strconv.FormatInt(week.Unanswered, 10)})
		}
	}
}

// spreadsheetSafe keeps a name from being read as a formula.
func spreadsheetSafe(s string) string {
	if strings.ContainsAny(s[:min(len(s), 1)], "=+-@\t\r") {
		return "'" + s
	}
	return s
}

// promiseBadge is a picture of the share that was kept, for other pages.
func (s *Server) promiseBadge(w http.ResponseWriter, r *http.Request) {
	p, err := s.publishedFor(w, r, r.PathValue("key"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	words := pageWords[languageOf(r, p.Workspace.Locale)]
	label, value := words.badge, "–"
	colour := "#5c5752"
	if share, ok := p.Total.Share(); ok {
		value = words.percent(share)
		if colour = "#256a3e"; share*100 < float64(p.Goal) {
			colour = "#8e5311"
		}
	}
	left, right := 20+7*len([]rune(label)), 20+8*len([]rune(value))
	w.Header().Set("Content-Type", "image/svg+xml")
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="28" role="img" aria-label="%[2]s %[3]s"><title>%[2]s %[3]s</title>`+
		`<rect width="%[1]d" height="28" rx="5" fill="#022832"/><path d="M%[4]d 0h%[5]da5 5 0 0 1 5 5v18a5 5 0 0 1-5 5h-%[5]dz" fill="%[6]s"/>`+
		`<g fill="#fff" font-family="system-ui,sans-serif" font-size="13"><text x="10" y="18.5" textLength="%[8]d">%[2]s</text><text x="%[7]d" y="18.5" font-weight="600" textLength="%[9]d">%[3]s</text></g></svg>`,
		left+right, template.HTMLEscapeString(label), template.HTMLEscapeString(value), left, right-5, colour, left+10, left-20, right-20)
}

// The page as its template shows it.
type promiseView struct {
	Words
	Style                     template.CSS
	Language, Other, OtherURL string
	OtherName                 string // the other language, in its own words
	Title                     string
	Period, Headline, Second  string
	Summary, Shortfall        string
	Kept                      string // the head of its column, with the days it looks at
	Bars                      []bar
	Ranges                    []rangeLink
	Goal                      int
	Channels                  []channelView
	Notes                     []noteView
	Word, Signer              string
	CSV                       string
	Incident                  string // what is known to be wrong at the moment
}

type bar struct {
	X, Y int
	Kept bool
}

type rangeLink struct {
	Text, URL string
	Now       bool
}

type channelView struct {
	Icon, Name, Count, Promise, Share, Verdict, Half, Most string
	Reached, Known                                         bool
	Weeks                                                  []dot
	Way                                                    string // the line through the weeks, broken where one is missing
	Low, GoalY                                             int
	Told                                                   string // the picture in one sentence, for who does not see it
}

type dot struct {
	X, Y    int
	Reached bool
	Title   string
}

type noteView struct{ Since, Title, Text string }

// Where the weeks stand in their picture.
const (
	firstWeekX = 38
	weekStep   = 12
)

// dots are drawn on a scale that says where it begins: 80 or, if something lies lower, the ten below it.
func dots(c report.ChannelRecord, goal int, w Words) (out []dot, low int) {
	low = 80
	for _, week := range c.Weeks {
		if share, ok := week.Share(); ok && int(share*100) < low {
			low = int(share*10) * 10
		}
	}
	for i, week := range c.Weeks {
		share, ok := week.Share()
		if !ok {
			continue
		}
		out = append(out, dot{X: firstWeekX + i*weekStep, Y: dotY(share*100, low), Reached: share*100 >= float64(goal),
			Title: fmt.Sprintf(w.weekTold, w.date(week.From), w.percent(share))})
	}
	return out, low
}

func dotY(percent float64, low int) int { return 8 + int((100-percent)/float64(100-low)*32) }

// way joins the weeks that follow one another.
func way(of []dot) string {
	var b strings.Builder
	for i, d := range of {
		step := "L"
		if i == 0 || d.X-of[i-1].X > weekStep {
			step = "M"
		}
		fmt.Fprintf(&b, "%s%d %d", step, d.X, d.Y)
	}
	return b.String()
}

// weeksTold says in one sentence what the picture of the weeks shows.
func weeksTold(c report.ChannelRecord, goal int, w Words) string {
	least, most, reached, n := 1.0, 0.0, 0, 0
	for _, week := range c.Weeks {
		if share, ok := week.Share(); ok {
			n++
			least, most = min(least, share), max(most, share)
			if share*100 >= float64(goal) {
				reached++
			}
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(w.weeksTold, n, w.percent(least), w.percent(most), goal, reached)
}

// iconOf is the sign of a kind of channel; those of the public square share one.
func iconOf(kind channel.Kind) string {
	switch kind {
	case "webchat":
		return "webchat"
	case "email", "form", "letter", "shop":
		return "mail"
	case "phone", "callback", "sms":
		return "phone"
	case "sos":
		return "video"
	}
	return "social"
}

func newPromiseView(p report.Published, language, path string) promiseView {
	w := pageWords[language]
	other := map[string]string{"fr": "en", "en": "fr"}[language]
	v := promiseView{Words: w, Style: template.CSS(promiseStyle), Language: language, Other: other, OtherName: pageWords[other].name, //nolint:gosec // our own
		OtherURL: fmt.Sprintf("%s?lang=%s&days=%d", path, other, p.Days), Title: p.Workspace.Name, Goal: p.Goal,
		Period: w.periodOf(p.From, p.Until.AddDate(0, 0, -1)), CSV: path + ".csv", Kept: fmt.Sprintf(w.KeptIn, p.Days),
		Word: p.Page.Word.In(language), Signer: p.SignedBy}
	v.Headline = w.headline(p.Total.Made())
	if share, ok := p.Total.Share(); ok {
		v.Second = w.second(p.Total.Kept)
		v.Summary, v.Shortfall = w.summary(share), strings.TrimSpace(w.shortfall(p.Total.Missed)+" "+w.unanswered(p.Total.Unanswered))
		v.Bars = bars(share)
	}
	for _, n := range []int{7, 30, 90} {
		v.Ranges = append(v.Ranges, rangeLink{fmt.Sprintf(w.lastDays, n), fmt.Sprintf("%s?lang=%s&days=%d", path, language, n), n == p.Days})
	}
	for _, c := range p.Channels {
		v.Channels = append(v.Channels, newChannelView(c, p.Goal, w))
	}
	for _, n := range p.Page.Notes {
		since, _ := time.Parse(time.DateOnly, n.Since) // checked when it was written
		v.Notes = append(v.Notes, noteView{fmt.Sprintf(w.since, w.date(since)), n.Title.In(language), n.Text.In(language)})
	}
	return v
}

// bars are a hundred strokes in two rows, full for those kept.
func bars(share float64) []bar {
	kept := int(share * 100) // never rounded up: 99.9 is not all
	out := make([]bar, 100)
	for i := range out {
		out[i] = bar{X: i % 50 * 8, Y: i / 50 * 20, Kept: i < kept}
	}
	return out
}

func newChannelView(c report.ChannelRecord, goal int, w Words) channelView {
	v := channelView{Icon: iconOf(c.Channel.Kind), Name: c.Channel.Name, Count: w.count(c.Made()), Promise: w.promise(c.Terms)}
	share, known := c.Share()
	if v.Known = known; known {
		v.Share, v.Reached, v.Verdict = w.percent(share), share*100 >= float64(goal), w.missedGoal
		if v.Reached {
			v.Verdict = w.reachedGoal
		}
	}
	if half, ok := c.First.Quantile(0.5); ok {
		most, _ := c.First.Quantile(0.9)
		v.Half, v.Most = fmt.Sprintf(w.half, w.duration(half)), fmt.Sprintf(w.most, w.duration(most))
	}
	v.Weeks, v.Low = dots(c, goal, w)
	v.Way, v.Told = way(v.Weeks), weeksTold(c, goal, w)
	v.GoalY = dotY(float64(max(goal, v.Low)), v.Low)
	return v
}
