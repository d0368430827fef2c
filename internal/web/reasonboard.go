package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"math"
	"strconv"

	"visavis/internal/listen"
	"visavis/internal/vis"
)

// ReasonBoard is why customers contacted us on some days. Each conversation that a customer began counts once, on the day on which she did.
type ReasonBoard struct {
	At       Moment         `json:"at"`
	Zone     string         `json:"zone" doc:"IANA time zone of the workspace, in which days are days."`
	From     string         `json:"from" format:"date"`
	To       string         `json:"to" format:"date" doc:"Included; today is not over yet."`
	Reasons  []ReasonCount  `json:"reasons" nullable:"false" doc:"Those that came, the most frequent first; an empty reason stands for what is left to people."`
	Known    bool           `json:"known" doc:"Whether there is past enough, four weeks, to tell what rises."`
	Rising   []ReasonRising `json:"rising" nullable:"false" doc:"What came more often in the last seven full days than its own past explains."`
	Rate     WorkRate       `json:"rate"`
	Places   []string       `json:"places" nullable:"false" doc:"Those that are told apart; … stands for all others."`
	Products []string       `json:"products" nullable:"false" doc:"Likewise."`
	Parts    []ReasonPart   `json:"parts,omitempty" nullable:"false" doc:"What came of each place or product, the most frequent first, where that is asked for."`
}

// ReasonPart is what was counted of one place or product.
type ReasonPart struct {
	Value        string             `json:"value"`
	Contacts     int                `json:"contacts"`
	Before       int                `json:"before" doc:"Contacts on as many days before."`
	Mood         *float64           `json:"mood,omitempty" minimum:"-1" maximum:"1"`
	Dissatisfied *float64           `json:"dissatisfied,omitempty" minimum:"0" maximum:"1"`
	Repeats      int                `json:"repeats"`
	Reasons      []ReasonPartReason `json:"reasons" nullable:"false" doc:"The three most frequent."`
}

// ReasonPartReason is how many contacts of a place or product had a reason.
type ReasonPartReason struct {
	Reason   string `json:"reason"`
	Contacts int    `json:"contacts"`
}

// ReasonCount is what was counted of a reason on the days of a board.
type ReasonCount struct {
	Reason       string   `json:"reason"`
	Contacts     int      `json:"contacts"`
	Before       int      `json:"before" doc:"Contacts on as many days before."`
	Mood         *float64 `json:"mood,omitempty" minimum:"-1" maximum:"1" doc:"Mean of those that were read."`
	Dissatisfied *float64 `json:"dissatisfied,omitempty" minimum:"0" maximum:"1" doc:"Share of those that were read."`
	Repeats      int      `json:"repeats" doc:"Begun within 30 days of another of the same customer for the same reason, or come back to by her."`
	Handled      int      `json:"handled" doc:"Contacts that members had in their hands."`
	HandledFor   float64  `json:"handledFor" doc:"Seconds that they had them in their hands, together."`
	Cost         *float64 `json:"cost,omitempty" doc:"What that cost; absent while nobody said what an hour costs."`
	Days         []int    `json:"days" nullable:"false" doc:"Contacts of each day, from the first."`
}

// ReasonChannel is how many contacts came on a channel.
type ReasonChannel struct {
	ChannelID string `json:"channelId" format:"uuid"`
	Contacts  int    `json:"contacts"`
}

// ReasonRising is a reason that comes more often than it did.
type ReasonRising struct {
	Reason   string  `json:"reason"`
	Seen     int     `json:"seen" doc:"Contacts in the last seven full days."`
	Expected float64 `json:"expected" doc:"What would have been usual."`
	OneIn    float64 `json:"oneIn" doc:"Were all as usual, so many or more would come in less than one week out of so many; a power of ten."`
}

// WorkRate is what an hour of work on conversations costs.
type WorkRate struct {
	Hourly   float64 `json:"hourly" minimum:"0" maximum:"100000" doc:"0 while nobody said."`
	Currency string  `json:"currency" minLength:"3" maxLength:"3" doc:"ISO 4217"`
	Version  int64   `json:"version"`
}

func workRate(r listen.Rate) WorkRate {
	if r.Currency == "" {
		r.Currency = "EUR"
	}
	return WorkRate{r.Hourly, r.Currency, r.Version}
}

func reasonBoard(b listen.ReasonBoard) ReasonBoard {
	out := ReasonBoard{At: moment(b.At), From: b.From.String(), To: b.To.String(), Reasons: make([]ReasonCount, len(b.Reasons)), Known: b.Known,
		Rising: make([]ReasonRising, len(b.Rising)), Rate: workRate(b.Rate)}
	out.Places, out.Products = []string{}, []string{}
	for _, v := range b.Values {
		if v.Kind == listen.ByPlace {
			out.Places = append(out.Places, v.Value)
		} else {
			out.Products = append(out.Products, v.Value)
		}
	}
	for _, p := range b.Parts {
		part := ReasonPart{Value: p.Value, Contacts: p.Contacts, Before: p.Before, Repeats: p.Repeats, Reasons: make([]ReasonPartReason, len(p.Reasons))}
		part.Mood, part.Dissatisfied = felt(p.Sums)
		for i, r := range p.Reasons {
			part.Reasons[i] = ReasonPartReason{r.Reason, r.Contacts}
		}
		out.Parts = append(out.Parts, part)
	}
	if b.Zone != nil {
		out.Zone = b.Zone.String()
	}
	for i, r := range b.Reasons {
		out.Reasons[i] = reasonCount(r, b.Rate)
	}
	for i, r := range b.Rising {
		out.Rising[i] = ReasonRising{r.Reason, r.Look.Seen, rounded(r.Look.Expected), math.Pow(10, math.Floor(min(r.Look.Surprise, 6)))}
	}
	return out
}

func reasonCount(r listen.ReasonCount, rate listen.Rate) ReasonCount {
	out := ReasonCount{Reason: r.Reason, Contacts: r.Contacts, Before: r.Before, Repeats: r.Repeats, Handled: r.Handled,
		HandledFor: r.HandledFor.Seconds(), Days: r.Days}
	out.Mood, out.Dissatisfied = felt(r.Sums)
	if cost, known := rate.Cost(r.HandledFor); known {
		out.Cost = new(rounded(cost))
	}
	return out
}

// felt is the mean mood of what was read and the share of those who were dissatisfied; nil while nothing was.
func felt(s listen.Sums) (mood, dissatisfied *float64) {
	if s.Read <= 0 {
		return nil, nil
	}
	n := float64(s.Read)
	return new(rounded(float64(s.Moods) / 100 / n)), new(math.Round(float64(s.Dissatisfied)/n*1000) / 1000)
}

// BoardDays chooses the contacts of some days.
type BoardDays struct {
	From      string `query:"from" format:"date" doc:"A day such as 2026-11-02; four weeks before the last when absent."`
	To        string `query:"to" format:"date" doc:"Included; today when absent."`
	ChannelID string `query:"channelId" maxLength:"64" doc:"Of one channel only."`
	Language  string `query:"language" maxLength:"8" doc:"Of one language only, ISO 639-1."`
}

func (d BoardDays) query() (q listen.BoardQuery, err error) {
	q.Channel, q.Language = vis.ChannelID(d.ChannelID), d.Language
	for _, day := range []struct {
		field, text string
		to          *listen.Day
	}{{"from", d.From, &q.From}, {"to", d.To, &q.To}} {
		if *day.to, err = dayIn(day.field, day.text); err != nil {
			return q, err
		}
	}
	return q, nil
}

func (b BoardChoice) chosen() (listen.BoardQuery, error) {
	q, err := b.query()
	q.Split = listen.Split(b.Split)
	return q, err
}

// dayIn reads a day; "" is none.
func dayIn(field, text string) (listen.Day, error) {
	if text == "" {
		return 0, nil
	}
	d, err := listen.ParseDay(text)
	if err != nil || d <= 0 {
		return 0, vis.InField(field, "This is no day such as 2026-11-30.")
	}
	return d, nil
}

// ReasonContacts are some of the contacts behind a figure of the board.
type ReasonContacts struct {
	Items    []ReasonContact `json:"items" nullable:"false"`
	Next     string          `json:"next,omitempty"`
	Channels []ReasonChannel `json:"channels" nullable:"false" doc:"Of all that are asked for, the most frequent first; on the first page of the list only."`
	Pages    []ReasonPage    `json:"pages" nullable:"false" doc:"Where the newest 400 were begun on the site, the most frequent first; on the first page of the list only."`
}

// ReasonContact is a contact with what was said.
type ReasonContact struct {
	ConversationID string  `json:"conversationId" format:"uuid"`
	CustomerID     string  `json:"customerId" format:"uuid"`
	CustomerName   string  `json:"customerName"`
	ChannelID      string  `json:"channelId" format:"uuid"`
	At             Moment  `json:"at" doc:"When she began it."`
	Subject        string  `json:"subject"`
	Excerpt        string  `json:"excerpt" doc:"Of the message that was read last."`
	Reason         string  `json:"reason"`
	Language       string  `json:"language"`
	Mood           float64 `json:"mood" minimum:"-1" maximum:"1"`
	Dissatisfied   bool    `json:"dissatisfied"`
	Repeat         bool    `json:"repeat"`
	Place          string  `json:"place" doc:"Where she is by her file; empty while that is not known."`
	Product        string  `json:"product" doc:"What she has."`
}

// ReasonPage is how many contacts were begun on a page.
type ReasonPage struct {
	Page     string `json:"page" doc:"Its address, without what follows a question mark."`
	Contacts int    `json:"contacts"`
}

func reasonContacts(all []listen.Example) []ReasonContact {
	out := make([]ReasonContact, len(all))
	for i, e := range all {
		out[i] = ReasonContact{string(e.Conversation), string(e.Customer), e.Name, string(e.Channel), moment(e.BeganAt), e.Subject, e.Excerpt, e.Reason,
			e.Language, float64(e.Mood) / 100, e.Dissatisfied, e.Repeat, e.Place, e.Product}
	}
	return out
}

// FreshMatters are what customers write about that has no reason yet.
type FreshMatters struct {
	Items []FreshMatter `json:"items" nullable:"false"`
}

// FreshMatter is named by the words that its messages share and others do not have.
type FreshMatter struct {
	Words     []string        `json:"words" nullable:"false"`
	Customers int             `json:"customers"`
	Contacts  int             `json:"contacts"`
	Examples  []ReasonContact `json:"examples" nullable:"false"`
}

// BoardSpot chooses, of those, customers in one place or with one product.
type BoardSpot struct {
	BoardDays
	Place   string `query:"place" maxLength:"320" doc:"Of customers in one place only, as the board lists it; … for those that are not told apart."`
	Product string `query:"product" maxLength:"320" doc:"Of customers with one product only, likewise."`
}

func (b BoardSpot) query() (listen.BoardQuery, error) {
	q, err := b.BoardDays.query()
	q.Spot = listen.Spot{Place: b.Place, Product: b.Product}
	return q, err
}

type reasonContactsInput struct {
	BoardSpot
	Reason string `query:"reason" maxLength:"120" required:"true" doc:"A key of the workspace's reasons, for it and those beneath it; none for those without a reason."`
	Cursor string `query:"cursor" maxLength:"500" doc:"The next of the page before."`
}

// BoardChoice says beside that by what contacts are told apart.
type BoardChoice struct {
	BoardSpot
	Split string `query:"split" enum:"place,product," doc:"Tell places or products apart."`
}

type exportReasonsInput struct {
	BoardChoice
	Format string `query:"format" enum:"csv,json" default:"csv"`
}

// file is an answer that browsers save.
type file struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (s *Server) reasonBoardRoutes() {
	const tag = "readings"
	read := vis.ReadConversations
	add(s, route{method: "GET", path: "/reasons/board", id: "getReasonBoard", tag: tag, summary: "Why customers contacted us: volume, mood, cost, and what rises",
		access: staffers, scope: read},
		func(ctx context.Context, by caller, in *BoardChoice) (*reply[ReasonBoard], error) {
			q, err := in.chosen()
			if err != nil {
				return nil, err
			}
			b, err := s.counts.Board(ctx, by.Actor, q)
			return ok(reasonBoard(b)), err
		})
	add(s, route{method: "GET", path: "/reasons/contacts", id: "listReasonContacts", tag: tag, summary: "The contacts behind a figure of the board, the newest first",
		access: staffers, scope: read},
		func(ctx context.Context, by caller, in *reasonContactsInput) (*reply[ReasonContacts], error) {
			q, err := in.query()
			if err != nil {
				return nil, err
			}
			reason := in.Reason
			if reason == "none" {
				reason = ""
			}
			d, err := s.counts.Drill(ctx, by.Actor, q, reason, in.Cursor)
			out := ReasonContacts{Items: reasonContacts(d.Items), Next: d.Next, Channels: make([]ReasonChannel, len(d.Channels)),
				Pages: make([]ReasonPage, len(d.Pages))}
			for i, c := range d.Channels {
				out.Channels[i] = ReasonChannel{string(c.Channel), c.Contacts}
			}
			for i, p := range d.Pages {
				out.Pages[i] = ReasonPage(p)
			}
			return ok(out), err
		})
	add(s, route{method: "GET", path: "/reasons/new", id: "listFreshMatters", tag: tag, summary: "What several customers wrote about lately that has no reason yet",
		access: staffers, scope: read},
		func(ctx context.Context, by caller, _ *none) (*reply[FreshMatters], error) {
			all, err := s.counts.Fresh(ctx, by.Actor)
			out := FreshMatters{make([]FreshMatter, len(all))}
			for i, f := range all {
				out.Items[i] = FreshMatter{orEmpty(f.Words), f.Customers, f.Total, reasonContacts(f.Contacts)}
			}
			return ok(out), err
		})
	add(s, route{method: "GET", path: "/reasons/export", id: "exportReasons", tag: tag, summary: "The counts of a board as a file, by day, reason, channel and language, and by place or product where that is asked for",
		access: staffers, scope: read}, s.exportReasons)
	s.reasonActionRoutes()
	s.searchBoardRoutes()
}

// exported is a line of the file.
type exported struct {
	Day          string   `json:"day"`
	Reason       string   `json:"reason"`
	NameFR       string   `json:"nameFr"`
	NameEN       string   `json:"nameEn"`
	Channel      string   `json:"channel"`
	Language     string   `json:"language"`
	Place        string   `json:"place"`
	Product      string   `json:"product"`
	Contacts     int      `json:"contacts"`
	Read         int      `json:"read"`
	Mood         *float64 `json:"mood"`
	Dissatisfied int      `json:"dissatisfied"`
	Repeats      int      `json:"repeats"`
	Handled      int      `json:"handled"`
	HandledFor   float64  `json:"handledSeconds"`
	Cost         *float64 `json:"cost"`
	Currency     string   `json:"currency"`
}

var exportedColumns = []string{"day", "reason", "name_fr", "name_en", "channel", "language", "place", "product", "contacts", "read", "mood", "dissatisfied", "repeats", "handled",
	"handled_seconds", "cost", "currency"}

func (e exported) line() []string {
	return []string{e.Day, spreadsheetSafe(e.Reason), spreadsheetSafe(e.NameFR), spreadsheetSafe(e.NameEN), spreadsheetSafe(e.Channel), spreadsheetSafe(e.Language),
		spreadsheetSafe(e.Place), spreadsheetSafe(e.Product),
		strconv.Itoa(e.Contacts), strconv.Itoa(e.Read), decimal(e.Mood), strconv.Itoa(e.Dissatisfied), strconv.Itoa(e.Repeats), strconv.Itoa(e.Handled),
		decimal(&e.HandledFor), decimal(e.Cost), e.Currency}
}

func decimal(x *float64) string {
	if x == nil {
		return ""
	}
	return strconv.FormatFloat(*x, 'f', -1, 64)
}

func (s *Server) exportReasons(ctx context.Context, by caller, in *exportReasonsInput) (*file, error) {
	q, err := in.chosen()
	if err != nil {
		return nil, err
	}
	all, tree, rate, err := s.counts.Export(ctx, by.Actor, q)
	if err != nil {
		return nil, err
	}
	names, err := s.channelNames(ctx, by.Workspace)
	if err != nil {
		return nil, err
	}
	lines := make([]exported, len(all))
	for i, c := range all {
		e := exported{Day: c.Day.String(), Reason: c.Reason, Channel: names[c.Channel], Language: c.Language, Place: c.Place, Product: c.Product, Contacts: c.Contacts, Read: c.Read,
			Dissatisfied: c.Dissatisfied, Repeats: c.Repeats, Handled: c.Handled, HandledFor: c.HandledFor.Seconds()}
		e.Mood, _ = felt(c.Sums)
		if cost, known := rate.Cost(c.HandledFor); known {
			e.Cost, e.Currency = new(rounded(cost)), rate.Currency
		}
		e.NameFR, e.NameEN = tree.Names(c.Reason)
		lines[i] = e
	}
	return saved("reasons", exportedColumns, lines, in.Format)
}

// lined is what a file has a line for.
type lined interface{ line() []string }

// saved writes lines as a file of a form.
func saved[T lined](name string, columns []string, lines []T, format string) (*file, error) {
	disposition := func(ending string) string { return `attachment; filename="` + name + ending + `"` }
	if format == "json" {
		body, err := json.Marshal(lines)
		return &file{"application/json", disposition(".json"), body}, err
	}
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	if err := out.Write(columns); err != nil {
		return nil, err
	}
	for _, l := range lines {
		if err := out.Write(l.line()); err != nil {
			return nil, err
		}
	}
	out.Flush()
	return &file{"text/csv; charset=utf-8", disposition(".csv"), b.Bytes()}, out.Error()
}
