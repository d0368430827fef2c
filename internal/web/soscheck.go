package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"
	"time"

	"visavis/internal/assist"
	"visavis/internal/channel"
	"visavis/internal/vis"
)

// The page on which people try their connection out is rendered here and runs in old browsers too: that is what it is to find out.

//go:embed soscheck.css
var checkStyle string

//go:embed soscheck.html
var checkHTML string

//go:embed soscheck.js
var checkScript []byte

var checkTemplate = template.Must(template.New("check").Parse(checkHTML))

var checkStyleHash = func() string {
	h := sha256.Sum256([]byte(checkStyle))
	return base64.StdEncoding.EncodeToString(h[:])
}()

// The limits of checks, by address.
var (
	limitChecks       = limit{"sos checks", 10, 10 * time.Minute}
	limitCheckTries   = limit{"sos check tries", 80, 10 * time.Minute}
	limitCheckReports = limit{"sos check reports", 6, time.Hour}
	limitExamine      = limit{"sos examinations", 6, time.Minute}
)

// checkPolicy lets the page call this server, and the viewer's origin, whose reach it tries.
func (s *Server) checkPolicy() string {
	reach := "'self' ws: wss:"
	if s.viewerURL != "" {
		reach += " " + s.viewerURL
	}
	return "default-src 'none'; script-src 'self'; style-src 'sha256-" + checkStyleHash + "'; media-src 'self' blob:; connect-src " + reach +
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

type checkView struct {
	checkWords
	Style           template.CSS
	Language, Other string
	OtherURL        string
	Key, Viewer     string
	Organisation    string
}

func (s *Server) checkPage(w http.ResponseWriter, r *http.Request) {
	if err := s.limits.take(limitPage, addressKey(addressOf(r, s.trusted))); err != nil {
		s.refuse(w, r, err)
		return
	}
	key := r.URL.Query().Get("channel")
	e, err := s.channels.Embedded(r.Context(), key)
	if err != nil {
		key, e = "", channel.Embedded{Welcome: channel.Welcome{Name: "Visavis"}} // what needs no channel can be tried all the same
	}
	language := languageOf(r, strings.Join(e.Welcome.Languages[:min(1, len(e.Welcome.Languages))], ""))
	if language == "" {
		language = "en"
	}
	other := map[string]string{"fr": "en", "en": "fr"}[language]
	member := r.URL.Query().Get("for") == "member"
	v := checkView{checkWords: checkTexts[language].named(member), Style: template.CSS(checkStyle), Language: language, Other: other, Key: key, //nolint:gosec // our own
		OtherURL: "?channel=" + template.URLQueryEscaper(key) + "&lang=" + other, Organisation: e.Welcome.Name}
	if member {
		v.Viewer, v.OtherURL = s.viewerURL, v.OtherURL+"&for=member"
	}
	var page bytes.Buffer
	if err := checkTemplate.Execute(&page, v); err != nil {
		s.refuse(w, r, err)
		return
	}
	s.protect(w.Header(), surfaceCheck, "")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(page.Bytes())
}

// CheckBegun is a check of a connection that may be made now.
type CheckBegun struct {
	ID         string      `json:"id" format:"uuid"`
	IceServers []IceServer `json:"iceServers" nullable:"false" doc:"Relays, with credentials of this check: they last for a minute and a half, and lead to this server only."`
}

// CheckStep is one thing that was tried, as a browser says.
type CheckStep struct {
	What  string  `json:"what" enum:"browser,secure,microphone,camera,socket,udp,relay_udp,relay_tcp,relay_tls,page,viewer"`
	State string  `json:"state" enum:"good,slow,bad,skipped"`
	Took  float64 `json:"took,omitempty" minimum:"0" maximum:"600000" doc:"Milliseconds"`
	Trip  float64 `json:"trip,omitempty" minimum:"0" maximum:"600000" doc:"Milliseconds there and back, the median"`
	Lost  float64 `json:"lost,omitempty" minimum:"0" maximum:"100" doc:"Percent"`
	Note  string  `json:"note,omitempty" maxLength:"60"`
}

// SentCheck is a check that was sent.
type SentCheck struct {
	ID        string      `json:"id" format:"uuid"`
	Code      string      `json:"code" doc:"Short, to be said on the phone"`
	ChannelID string      `json:"channelId" format:"uuid"`
	At        Moment      `json:"at"`
	Name      string      `json:"name" doc:"As she gave it; nobody checked it."`
	Browser   string      `json:"browser"`
	Steps     []CheckStep `json:"steps" nullable:"false"`
}

// SentChecks are the newest, newest first.
type SentChecks struct {
	Items []SentCheck `json:"items" nullable:"false"`
}

// Examination is what the server found out about itself.
type Examination struct {
	Findings []Finding `json:"findings" nullable:"false"`
}

// Finding is one thing that the server tried on itself.
type Finding struct {
	What  string  `json:"what" enum:"secure,media,livekit,relay_udp,relay_tcp,relay_tls,relay_closed,certificate,viewer"`
	State string  `json:"state" enum:"good,bad,off"`
	At    string  `json:"at,omitempty" doc:"The address that was tried"`
	Took  float64 `json:"took,omitempty" doc:"Milliseconds"`
	Until *Moment `json:"until,omitempty" doc:"When the certificate ends"`
}

type beginCheckInput struct {
	Body struct {
		Key string `json:"key" maxLength:"100" doc:"Of the channel"`
	} `nameHint:"BeginCheck"`
}

type sendCheckInput struct {
	ByID
	Body struct {
		Name    string      `json:"name,omitempty" maxLength:"80"`
		Browser string      `json:"browser,omitempty" maxLength:"300"`
		Steps   []CheckStep `json:"steps" nullable:"false" minItems:"1" maxItems:"16"`
	} `nameHint:"SendCheck"`
}

func (s *Server) checkRoutes() {
	s.mux.HandleFunc("GET /sos/check", s.checkPage)
	s.mux.HandleFunc("GET /sos/check.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(checkScript)
	})
	const tag, one = "assist", "/sos/checks/{id}"
	add(s, route{method: "POST", path: "/sos/checks", id: "beginCheck", tag: tag, summary: "Try out my connection for live assistance", access: everybody,
		status: 201, byAddress: []limit{limitChecks}},
		func(ctx context.Context, _ caller, in *beginCheckInput) (*reply[CheckBegun], error) {
			e, err := s.channels.Embedded(ctx, in.Body.Key)
			if err != nil {
				return nil, err
			}
			id, servers, err := s.assist.OpenCheck(e.Workspace, e.Channel)
			return ok(CheckBegun{string(id), iceServers(servers)}), err
		})
	add(s, route{method: "POST", path: one + "/try", id: "tryConnection", tag: tag, summary: "Connect; whatever data I send comes back", access: everybody,
		byAddress: []limit{limitCheckTries}},
		func(ctx context.Context, _ caller, in *offerInput) (*reply[TriedConnection], error) {
			answer, err := s.assist.TryOut(ctx, vis.AssistID(in.ID), in.Body.Offer)
			return ok(TriedConnection{answer}), err
		})
	add(s, route{method: "POST", path: one + "/send", id: "sendCheck", tag: tag, summary: "Send what the check found", access: everybody, status: 200,
		byAddress: []limit{limitCheckReports}},
		func(ctx context.Context, _ caller, in *sendCheckInput) (*reply[CheckSent], error) {
			found := assist.Found{Name: strings.TrimSpace(in.Body.Name), Browser: in.Body.Browser}
			for _, x := range in.Body.Steps {
				found.Steps = append(found.Steps, assist.Step(x))
			}
			c, err := s.assist.SendCheck(ctx, vis.AssistID(in.ID), found)
			if err != nil {
				return nil, err
			}
			return ok(CheckSent{c.Code()}), nil
		})
	add(s, route{method: "GET", path: "/sos/checks", id: "listChecks", tag: tag, summary: "Checks that people sent, newest first", access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, _ *none) (*reply[SentChecks], error) {
			all, err := s.assist.Checks(ctx, by.Actor)
			out := SentChecks{make([]SentCheck, len(all))}
			for i, c := range all {
				out.Items[i] = sentCheck(c)
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: "/sos/examination", id: "examineServer", tag: tag, summary: "Have the server try its own ports for live assistance", access: members,
		status: 200, byCaller: []limit{limitExamine}},
		func(ctx context.Context, by caller, _ *none) (*reply[Examination], error) {
			found, err := s.assist.Examine(ctx, by.Actor)
			return ok(s.examination(found)), err
		})
}

// TriedConnection answers an offer.
type TriedConnection struct {
	Answer string `json:"answer"`
}

// CheckSent names a check that was kept.
type CheckSent struct {
	Code string `json:"code"`
}

func sentCheck(c assist.Check) SentCheck {
	out := SentCheck{ID: string(c.ID), Code: c.Code(), ChannelID: string(c.Channel), At: moment(c.At), Name: c.Found.Name, Browser: c.Found.Browser,
		Steps: make([]CheckStep, len(c.Found.Steps))}
	for i, x := range c.Found.Steps {
		out.Steps[i] = CheckStep(x)
	}
	return out
}

// examination adds to what media found what the server knows of its addresses: browsers lend a microphone to secure pages only.
func (s *Server) examination(found []assist.Finding) Examination {
	state := func(good bool) string {
		if good {
			return "good"
		}
		return "bad"
	}
	local := strings.HasPrefix(s.publicURL, "http://localhost")
	out := Examination{[]Finding{{What: "secure", State: state(s.secure || local), At: s.publicURL}}}
	relays := 0
	for _, f := range found {
		if strings.HasPrefix(f.What, "relay_") {
			relays++
		}
		one := Finding{What: f.What, State: state(f.Good), At: f.At, Took: float64(f.Took.Milliseconds()), Until: maybe(f.Until)}
		if f.Skipped {
			one.State = "off"
		}
		out.Findings = append(out.Findings, one)
	}
	if relays == 0 && !s.assist.Elsewhere() { // LiveKit has its own
		out.Findings = append(out.Findings, Finding{What: "relay_udp", State: "off"})
	}
	viewer := Finding{What: "viewer", State: "off", At: s.viewerURL}
	if s.viewerURL != "" {
		viewer.State = state(!s.secure || strings.HasPrefix(s.viewerURL, "https://"))
	}
	out.Findings = append(out.Findings, viewer)
	return out
}
