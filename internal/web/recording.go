package web

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"visavis/internal/assist"
	"visavis/internal/vis"
)

// The forms of a recording's tracks as content.
const (
	formMember   form = "vm"
	formCustomer form = "vc"
	formGuest    form = "vg"
	formPages    form = "vp" // is no content: it signs that its holder began to look
	formWebM     form = "vw" // all tracks in one file, to be saved
	formMP4      form = "v4" // a film for ordinary players, to be saved
)

var filmForms = map[assist.Side]form{assist.MemberSide: formMember, assist.CustomerSide: formCustomer, assist.GuestSide: formGuest}

// filmFor is how long one can look at a recording from when one began.
const filmFor = 6 * time.Hour

// RecordingPolicyBody is what is decided about recordings.
type RecordingPolicyBody struct {
	Mode     string            `json:"mode" enum:"off,request,always" doc:"Of every channel that is not named."`
	Channels map[string]string `json:"channels,omitempty" doc:"Modes of single channels, by their ids."`
	Days     int               `json:"days" minimum:"0" maximum:"3650" doc:"After so many a recording is deleted. Required where anything is recorded."`
	Replay   string            `json:"replay" enum:"supervisor,administrator" doc:"Who may look: supervisors too, or administrators only."`
}

// RecordingPolicy is what was decided.
type RecordingPolicy struct {
	RecordingPolicyBody
	Elsewhere bool  `json:"elsewhere,omitempty" doc:"Calls run through LiveKit here: none can be recorded, whatever was decided."`
	Version   int64 `json:"version"`
}

func (s *Server) recordingPolicy(p assist.Policy) RecordingPolicy {
	out := RecordingPolicy{RecordingPolicyBody{Mode: string(p.Mode), Channels: map[string]string{}, Days: p.Days, Replay: string(p.Replay)},
		s.assist.Elsewhere(), p.Version}
	for id, m := range p.Channels {
		out.Channels[string(id)] = string(m)
	}
	return out
}

func (b RecordingPolicyBody) policy(version int64) assist.Policy {
	p := assist.Policy{Mode: assist.Mode(b.Mode), Days: b.Days, Replay: vis.Role(b.Replay), Version: version}
	for id, m := range b.Channels {
		if p.Channels == nil {
			p.Channels = make(map[vis.ChannelID]assist.Mode)
		}
		p.Channels[vis.ChannelID(id)] = assist.Mode(m)
	}
	return p
}

// Recording is what is kept of a live assistance.
type Recording struct {
	AssistID       string        `json:"assistId" format:"uuid"`
	ConversationID string        `json:"conversationId" format:"uuid"`
	MemberID       string        `json:"memberId" format:"uuid"`
	StartedAt      Moment        `json:"startedAt"`
	DeleteAt       Moment        `json:"deleteAt"`
	Seconds        float64       `json:"seconds" doc:"From its beginning to the end of what was kept"`
	Bytes          int64         `json:"bytes"`
	GoesOn         bool          `json:"goesOn" doc:"The call is not over: it cannot be looked at yet."`
	Conversation   *Conversation `json:"conversation"`
}

// Recordings are the newest, and how much room all of them take.
type Recordings struct {
	Items []Recording `json:"items" nullable:"false"`
	More  bool        `json:"more"`
	Count int         `json:"count" doc:"Of all"`
	Bytes int64       `json:"bytes" doc:"Of all"`
}

// RecordingReplay is what one needs to look at a recording. All times are seconds on its own clock.
type RecordingReplay struct {
	Recording
	Tracks []RecordingTrack `json:"tracks" nullable:"false"`
	Gaps   []RecordingGap   `json:"gaps" nullable:"false" doc:"Times of which nothing was kept."`
	Marks  []RecordingMark  `json:"marks" nullable:"false" doc:"What happened, in order."`
	// PageKey is empty where the customer's page was not shown.
	PageKey   string `json:"pageKey" doc:"Opens what was shown of the customer's page; empty where nothing was."`
	ViewerURL string `json:"viewerUrl"`
	MP4       bool   `json:"mp4" doc:"It can leave as MP4: this server has ffmpeg."`
	// Export is nil where none was asked for.
	Export *RecordingExport `json:"export,omitempty" doc:"Your MP4 file of it, made or in the making"`
}

// RecordingExport is a recording that leaves as a file.
type RecordingExport struct {
	Format string  `json:"format" enum:"webm,mp4"`
	State  string  `json:"state" enum:"waiting,making,ready,failed" doc:"Waiting, while another is being made."`
	Done   float64 `json:"done" doc:"The share of it that is made, 0 to 1"`
	Bytes  int64   `json:"bytes,omitempty" doc:"How large it is, once that is known"`
	URL    string  `json:"url,omitempty" doc:"Where it can be saved from, for some minutes, once it is ready"`
}

// RecordingTrack is one voice; the member's is with the picture.
type RecordingTrack struct {
	Side string `json:"side" enum:"member,customer,guest"`
	URL  string `json:"url" doc:"WebM, for some hours"`
}

// RecordingGap is a time of which nothing was kept.
type RecordingGap struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
}

// RecordingMark is a moment of the call.
type RecordingMark struct {
	Kind     string  `json:"kind" enum:"accepted,asked,allowed,ended,passed,over"`
	What     string  `json:"what,omitempty" enum:"page,control,record,camera," doc:"Was asked for, allowed, or ended."`
	MemberID string  `json:"memberId,omitempty"`
	At       float64 `json:"at"`
}

// RecordingPages is a stretch of what was shown of the customer's page.
type RecordingPages struct {
	Items []RecordedFrame `json:"items" nullable:"false"`
	Next  int             `json:"next" doc:"Where to go on; 0 at the end"`
}

// RecordedFrame is a frame of co-browsing, as the member was sent it.
type RecordedFrame struct {
	At    float64         `json:"at"`
	Frame json.RawMessage `json:"frame"`
}

type (
	changeRecordingPolicyInput struct {
		IfMatch
		Body struct {
			RecordingPolicyBody
			Version *int64 `json:"version,omitempty"`
		} `nameHint:"ChangeRecordingPolicy"`
	}
	recordingsInput struct {
		Before string `query:"before" doc:"The assistId of the last that you have"`
	}
	exportRecordingInput struct {
		ByID
		Body struct {
			Format string `json:"format" enum:"webm,mp4" doc:"webm: the picture and each voice as a track of its own. mp4: for ordinary players, made by ffmpeg."`
		} `nameHint:"ExportRecording"`
	}
	recordingPagesInput struct {
		ByID
		From int    `query:"from" minimum:"0"`
		Key  string `query:"key" doc:"Of the replay"`
	}
)

func (s *Server) recordingOf(ctx context.Context, by caller, k assist.Kept) (Recording, error) {
	c, err := s.desk.Conversation(ctx, by.Actor, k.Session.Conversation)
	if err != nil {
		return Recording{}, err
	}
	return Recording{AssistID: string(k.Assist), ConversationID: string(k.Session.Conversation), MemberID: string(k.Session.Member), StartedAt: moment(k.StartedAt),
		DeleteAt: moment(k.DeleteAt), Seconds: k.Length.Seconds(), Bytes: k.Bytes, GoesOn: k.Session.State != assist.Ended,
		Conversation: new(s.conversation(ctx, by.Workspace, c, nil))}, nil
}

func (s *Server) recordingRoutes() {
	const tag, one = "recordings", "/assists/{id}/recording"
	add(s, route{method: "GET", path: "/recording-policy", id: "getRecordingPolicy", tag: tag, summary: "Whether calls are recorded, for how long and for whom",
		access: staffers, scope: vis.ReadSettings},
		func(ctx context.Context, by caller, _ *none) (*reply[RecordingPolicy], error) {
			p, err := s.assist.RecordingPolicy(ctx, by.Actor)
			return ok(s.recordingPolicy(p)), err
		})
	add(s, route{method: "PUT", path: "/recording-policy", id: "changeRecordingPolicy", tag: tag, summary: "Decide otherwise", access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *changeRecordingPolicyInput) (*reply[RecordingPolicy], error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			p, err := s.assist.DecideRecording(ctx, by.Actor, in.Body.policy(version))
			return ok(s.recordingPolicy(p)), err
		})
	add(s, route{method: "GET", path: "/recordings", id: "listRecordings", tag: tag, summary: "Those that are kept, newest first", access: members}, s.listRecordings)
	add(s, route{method: "POST", path: one + "/replay", id: "replayAssist", tag: tag, summary: "Look at it; that you do is written down", access: members, status: 200},
		s.replayRecording)
	add(s, route{method: "GET", path: one + "/pages", id: "listRecordedPages", tag: tag, summary: "What was shown of the customer's page", access: members},
		s.recordedPages)
	add(s, route{method: "POST", path: one + "/export", id: "exportRecording", tag: tag, summary: "Let it leave as a file; that you do is written down", access: members, status: 200},
		func(ctx context.Context, by caller, in *exportRecordingInput) (*reply[RecordingExport], error) {
			e, err := s.assist.Export(ctx, by.Actor, vis.AssistID(in.ID), assist.Format(in.Body.Format))
			return ok(s.recordingExport(by, in.ID, e)), err
		})
	add(s, route{method: "GET", path: one + "/export", id: "getRecordingExport", tag: tag, summary: "How far your MP4 file of it is", access: members},
		func(ctx context.Context, by caller, in *ByID) (*reply[RecordingExport], error) {
			e, err := s.assist.Exported(ctx, by.Actor, vis.AssistID(in.ID))
			return ok(s.recordingExport(by, in.ID, e)), err
		})
	add(s, route{method: "DELETE", path: one + "/export", id: "stopRecordingExport", tag: tag, summary: "Let your MP4 file of it go", access: members},
		func(ctx context.Context, by caller, in *ByID) (*none, error) {
			return nil, s.assist.StopExport(ctx, by.Actor, vis.AssistID(in.ID))
		})
	add(s, route{method: "DELETE", path: "/customers/{id}/recordings", id: "deleteCustomerRecordings", tag: tag, summary: "Delete all of a customer's for good", access: members},
		func(ctx context.Context, by caller, in *ByID) (*none, error) {
			return nil, s.assist.ForgetRecordingsOf(ctx, by.Actor, vis.CustomerID(in.ID))
		})
	add(s, route{method: "DELETE", path: one, id: "deleteRecording", tag: tag, summary: "Delete it for good", access: members},
		func(ctx context.Context, by caller, in *ByID) (*none, error) {
			return nil, s.assist.ForgetRecording(ctx, by.Actor, vis.AssistID(in.ID))
		})
}

func (s *Server) recordingExport(by caller, id string, e assist.Export) RecordingExport {
	out := RecordingExport{Format: string(e.Format), State: string(e.State), Bytes: e.Size}
	if e.Of > 0 {
		out.Done = e.Done.Seconds() / e.Of.Seconds()
	}
	if e.State == assist.ExportReady {
		f := formWebM
		if e.Format == assist.MP4 {
			f = formMP4
		}
		out.URL = s.contentURL(to(by.Actor), id, f)
	}
	return out
}

func (s *Server) listRecordings(ctx context.Context, by caller, in *recordingsInput) (*reply[Recordings], error) {
	if in.Before != "" && !vis.IsID(in.Before) {
		return nil, vis.InField("before", "This is no assistId.")
	}
	all, err := s.assist.Recordings(ctx, by.Actor, vis.AssistID(in.Before))
	out := Recordings{Items: make([]Recording, len(all.Items)), More: all.More, Count: all.Count, Bytes: all.Bytes}
	for i := 0; i < len(all.Items) && err == nil; i++ {
		out.Items[i], err = s.recordingOf(ctx, by, all.Items[i])
	}
	return ok(out), err
}

func (s *Server) replayRecording(ctx context.Context, by caller, in *ByID) (*reply[RecordingReplay], error) {
	r, err := s.assist.Replay(ctx, by.Actor, vis.AssistID(in.ID))
	if err != nil {
		return nil, err
	}
	out := RecordingReplay{Tracks: make([]RecordingTrack, len(r.Tracks)), Gaps: make([]RecordingGap, len(r.Gaps)), Marks: make([]RecordingMark, len(r.Marks)),
		ViewerURL: s.viewerURL, MP4: s.assist.CanMake(ctx)}
	if e, err := s.assist.Exported(ctx, by.Actor, vis.AssistID(in.ID)); err == nil {
		out.Export = new(s.recordingExport(by, in.ID, e))
	}
	for i, side := range r.Tracks {
		out.Tracks[i] = RecordingTrack{string(side), s.contentURL(to(by.Actor), in.ID, filmForms[side])}
	}
	for i, g := range r.Gaps {
		out.Gaps[i] = RecordingGap{g.From.Seconds(), g.To.Seconds()}
	}
	for i, m := range r.Marks {
		out.Marks[i] = RecordingMark{string(m.Kind), string(m.What), string(m.Member), m.At.Seconds()}
	}
	if r.Page {
		u, err := url.Parse(s.contentURL(to(by.Actor), in.ID, formPages))
		if err != nil {
			return nil, err
		}
		out.PageKey = u.RawQuery
	}
	out.Recording, err = s.recordingOf(ctx, by, r.Kept)
	return ok(out), err
}

// recordedPages gives the page to who began to look: a look that is not written down sees nothing.
func (s *Server) recordedPages(ctx context.Context, by caller, in *recordingPagesInput) (*reply[RecordingPages], error) {
	l, err := s.checkLink(ctx, in.ID, in.Key)
	if err != nil || l.form != formPages || !hmac.Equal([]byte(to(l.by).says("")), []byte(to(by.Actor).says(""))) {
		return nil, errLink
	}
	shown, next, err := s.assist.Pages(ctx, by.Actor, vis.AssistID(in.ID), in.From)
	out := RecordingPages{make([]RecordedFrame, len(shown)), next}
	assets := regexp.MustCompile(regexp.QuoteMeta(s.viewerURL) + `/asset/[0-9a-f-]{36}/[A-Za-z0-9_-]+`)
	for i, one := range shown {
		out.Items[i] = RecordedFrame{float64(one.At) / 1000, assets.ReplaceAllLiteral(one.Frame, []byte(blank))}
	}
	return ok(out), err
}

// blank is what stands in a replay where a picture or a font of the customer's site was: they are not kept, and nothing is fetched.
const blank = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="

// film serves a track of a recording, any part of it.
func (s *Server) film(w http.ResponseWriter, r *http.Request, l link) error {
	side := assist.CustomerSide
	for of, f := range filmForms {
		if f == l.form {
			side = of
		}
	}
	film, err := s.assist.Film(r.Context(), l.by, vis.AssistID(l.id), side)
	if err != nil {
		return errLink
	}
	s.protect(w.Header(), surfaceContent, "")
	kind := "audio/webm"
	if side == assist.MemberSide {
		kind = "video/webm"
	}
	w.Header().Set("Content-Type", kind)
	http.ServeContent(w, r, "", time.Time{}, film)
	return nil
}

// savedFilm serves what a recording leaves as.
func (s *Server) savedFilm(w http.ResponseWriter, r *http.Request, l link) error {
	format := assist.WebM
	if l.form == formMP4 {
		format = assist.MP4
	}
	file, err := s.assist.Copy(r.Context(), l.by, vis.AssistID(l.id), format)
	if err != nil {
		return errLink
	}
	s.protect(w.Header(), surfaceContent, "")
	w.Header().Set("Content-Type", "video/"+string(format))
	w.Header().Set("Content-Disposition", disposition("attachment", "sos-"+l.id+"."+string(format)))
	http.ServeContent(w, r, "", time.Time{}, file)
	return nil
}
