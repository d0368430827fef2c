package livekit_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"visavis/internal/assist"
	"visavis/internal/assist/livekit"
	"visavis/internal/vis"
)

const (
	key    = "visavis"
	secret = "a-secret-of-at-least-thirty-two-bytes"
)

var mint = vis.Mint{Rand: rand.Reader}

func newID() vis.AssistID { return vis.AssistID(mint.ID(time.Now())) }

// asked is one request that the server got.
type asked struct {
	method string
	body   map[string]any
	video  map[string]any // of its token
}

// server stands for LiveKit: it answers in the shapes that a real one was recorded with.
type server struct {
	t    *testing.T
	http *httptest.Server

	mu      sync.Mutex
	asked   []asked
	there   []string // who is in the room, as the server would write it
	answers func(w http.ResponseWriter, method string) bool
	news    chan string
}

// The shapes of LiveKit 1.9.11.
const (
	recordedRoom    = `{"sid":"RM_xMRNzwDuAyKG","name":"%","empty_timeout":600,"departure_timeout":120,"creation_time":"1796070535","creation_time_ms":"1796070535123","turn_password":"","enabled_codecs":[],"metadata":"","num_participants":0,"num_publishers":0,"active_recording":false,"version":null,"max_participants":16}`
	recordedMissing = `{"code":"not_found","msg":"requested room does not exist","meta":{}}`
)

// recorded is somebody in a room, as LiveKit writes her.
func recorded(name, state, permission string, tracks ...string) string {
	return `{"sid":"PA_` + name + `","identity":"` + name + `","state":"` + state + `","tracks":[` + strings.Join(tracks, ",") + `],"metadata":"","joined_at":"1796070536",` +
		`"joined_at_ms":"1796070536001","name":"","version":3,"permission":{"can_subscribe":true,"can_publish":true,"can_publish_data":false,"can_publish_sources":[` + permission +
		`],"hidden":false,"recorder":false,"can_update_metadata":false,"agent":false,"can_subscribe_metrics":false},"region":"","is_publisher":true,"kind":"STANDARD","attributes":{},"disconnect_reason":"UNKNOWN_REASON","kind_details":[]}`
}

func recordedTrack(sid, kind, source string) string {
	return `{"sid":"` + sid + `","type":"` + kind + `","name":"","muted":false,"width":0,"height":0,"source":"` + source + `","mime_type":"","mid":"0","codecs":[],"stream":"","version":null}`
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, news: make(chan string, 256)}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.http.Close)
	return s
}

func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	method, _ := strings.CutPrefix(r.URL.Path, "/twirp/livekit.RoomService/")
	raw, _ := io.ReadAll(r.Body)
	var body, video map[string]any
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), claims, func(*jwt.Token) (any, error) { return []byte(secret), nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer(key), jwt.WithExpirationRequired(), jwt.WithLeeway(5*time.Minute)) // clocks are moved
	if err != nil || json.Unmarshal(raw, &body) != nil || r.Header.Get("Content-Type") != "application/json" {
		s.t.Errorf("%s: %v %s", method, err, raw)
	}
	video, _ = claims["video"].(map[string]any)
	s.mu.Lock()
	s.asked = append(s.asked, asked{method, body, video})
	answers, there := s.answers, strings.Join(s.there, ",")
	s.mu.Unlock()
	defer func() { s.news <- method }()
	w.Header().Set("Content-Type", "application/json")
	if answers != nil && answers(w, method) {
		return
	}
	switch method {
	case "CreateRoom":
		_, _ = io.WriteString(w, strings.Replace(recordedRoom, "%", body["name"].(string), 1))
	case "ListParticipants":
		_, _ = io.WriteString(w, `{"participants":[`+there+`]}`)
	case "ListRooms":
		_, _ = io.WriteString(w, `{"rooms":[]}`)
	case "UpdateParticipant":
		_, _ = io.WriteString(w, recorded(body["identity"].(string), "ACTIVE", `"MICROPHONE"`))
	default:
		_, _ = io.WriteString(w, `{}`)
	}
}

// is in the room from now on.
func (s *server) is(there ...string) {
	s.mu.Lock()
	s.there = there
	s.mu.Unlock()
}

// says no, or nothing.
func (s *server) says(answers func(w http.ResponseWriter, method string) bool) {
	s.mu.Lock()
	s.answers = answers
	s.mu.Unlock()
}

// waits until the server was asked for something, and returns what it was asked.
func (s *server) waits(method string, is func(asked) bool) asked {
	s.t.Helper()
	late := time.After(20 * time.Second)
	for {
		s.mu.Lock()
		i := slices.IndexFunc(s.asked, func(a asked) bool { return a.method == method && is(a) })
		var found asked
		if i >= 0 {
			found = s.asked[i]
			s.asked = slices.Delete(s.asked, i, i+1)
		}
		s.mu.Unlock()
		if i >= 0 {
			return found
		}
		select {
		case <-s.news:
		case <-late:
			s.t.Fatalf("never asked for %s", method)
		}
	}
}

func named(name string) func(asked) bool {
	return func(a asked) bool { return a.body["identity"] == name }
}

func any1(asked) bool { return true }

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

type change struct {
	leg  assist.Leg
	live bool
}

func newBackend(t *testing.T, url string, calls int) (*livekit.Backend, chan change, *clock) {
	t.Helper()
	c := &clock{now: time.Now()}
	b, err := livekit.New(t.Context(), livekit.Options{URL: url, Key: key, Secret: secret, Calls: calls, Clock: c, Mint: mint})
	if err != nil {
		t.Fatal(err)
	}
	changes := make(chan change, 64)
	b.OnChange(func(_ context.Context, _ vis.AssistID, leg assist.Leg, live bool) { changes <- change{leg, live} })
	t.Cleanup(b.Close)
	return b, changes, c
}

// ticket joins, and reads what the ticket says.
func ticket(t *testing.T, b *livekit.Backend, id vis.AssistID, leg assist.Leg) (name string, video map[string]any) {
	t.Helper()
	way, err := b.Join(t.Context(), id, leg, "")
	if err != nil || way.Ticket == nil || way.SDP != "" {
		t.Fatalf("join: %+v %v", way, err)
	}
	c := jwt.MapClaims{}
	if _, err := jwt.ParseWithClaims(way.Ticket.Token, c, func(*jwt.Token) (any, error) { return []byte(secret), nil }, jwt.WithIssuer(key), jwt.WithLeeway(5*time.Minute)); err != nil {
		t.Fatal(err)
	}
	until, err := c.GetExpirationTime()
	if err != nil || time.Until(until.Time) > 2*time.Minute {
		t.Errorf("a ticket holds until %v", until)
	}
	name, _ = c.GetSubject()
	video, _ = c["video"].(map[string]any)
	return name, video
}

func comes(t *testing.T, changes chan change, leg assist.Leg, live bool) {
	t.Helper()
	select {
	case got := <-changes:
		if got != (change{leg, live}) {
			t.Fatalf("%+v, not %+v %v", got, leg, live)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("never heard that %+v is %v", leg, live)
	}
}

func open(t *testing.T, b *livekit.Backend) vis.AssistID {
	t.Helper()
	id := newID()
	if err := b.Open(id); err != nil {
		t.Fatal(err)
	}
	return id
}

var (
	members   = assist.Leg{Side: assist.MemberSide}
	customers = assist.Leg{Side: assist.CustomerSide}
	guests    = assist.Leg{Side: assist.GuestSide, Member: "yann"}
	watchers  = assist.Leg{Side: assist.WatcherSide, Member: "boss"}
)

func TestATicketSaysWhatMayBeSent(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b, _, _ := newBackend(t, s.http.URL, 0)
	id := open(t, b)
	b.Lighten(id) // a ticket outlives what is taken back, so that it never allows a customer's picture
	for leg, want := range map[assist.Leg]string{members: "microphone camera", customers: "microphone", guests: "microphone camera", watchers: ""} {
		name, video := ticket(t, b, id, leg)
		var may []string
		all, _ := video["canPublishSources"].([]any)
		for _, one := range all {
			may = append(may, one.(string))
		}
		if got := strings.Join(may, " "); got != want || video["canPublish"] != (want != "") {
			t.Errorf("%s may send %q: %v", leg.Side, got, video)
		}
		if !strings.HasPrefix(name, string(leg.Side)+".") || video["room"] != "visavis-"+string(id) || video["roomJoin"] != true || video["canSubscribe"] != true {
			t.Errorf("%s is %s: %v", leg.Side, name, video)
		}
		for _, never := range []string{"canPublishData", "canUpdateOwnMetadata"} {
			if video[never] != false {
				t.Errorf("%s: %s is %v", leg.Side, never, video[never])
			}
		}
		for _, never := range []string{"roomAdmin", "roomCreate", "roomList", "roomRecord"} {
			if video[never] != nil {
				t.Errorf("%s: %s is %v", leg.Side, never, video[never])
			}
		}
	}
	made := s.waits("CreateRoom", any1)
	if made.body["name"] != "visavis-"+string(id) || made.body["empty_timeout"] != 600.0 || made.video["roomCreate"] != true {
		t.Errorf("%+v", made)
	}
}

func TestWhoIsThereIsFoundInTheListAndNowhereElse(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b, changes, clock := newBackend(t, s.http.URL, 0)
	id := open(t, b)
	first, _ := ticket(t, b, id, members)
	s.is(recorded(first, "JOINED", `"MICROPHONE","CAMERA"`)) // her page speaks to it, and nothing flows yet
	s.waits("ListParticipants", any1)
	if b.Connected(id, members) {
		t.Error("she is not connected")
	}
	s.is(recorded(first, "ACTIVE", `"MICROPHONE","CAMERA"`, recordedTrack("TR_a", "AUDIO", "MICROPHONE"), recordedTrack("TR_v", "VIDEO", "CAMERA")))
	comes(t, changes, members, true)
	if !b.Connected(id, members) || b.Connected(id, customers) {
		t.Error("she is connected, and nobody else")
	}

	// A second ticket takes the place of the first, whose holder is shown out; and who comes by none at all as well.
	second, _ := ticket(t, b, id, members)
	s.waits("RemoveParticipant", named(first))
	s.is(recorded(second, "ACTIVE", `"MICROPHONE","CAMERA"`), recorded("member.stranger", "ACTIVE", `"MICROPHONE"`), recorded("nobody", "ACTIVE", ``))
	comes(t, changes, members, true)
	s.waits("RemoveParticipant", named("member.stranger"))
	s.waits("RemoveParticipant", named("nobody"))

	// Gone is gone: found at the next look, which nothing asks for.
	s.is()
	clock.move(20 * time.Second)
	comes(t, changes, members, false)
	clock.move(20 * time.Second) // and does not come back
	comes(t, changes, members, false)
	if b.Connected(id, members) {
		t.Error("she is gone")
	}

	// One who never comes loses her place.
	late, _ := ticket(t, b, id, watchers)
	clock.move(20 * time.Second)
	comes(t, changes, watchers, false)
	s.waits("RemoveParticipant", named(late))

	b.End(id)
	s.waits("DeleteRoom", func(a asked) bool { return a.body["room"] == "visavis-"+string(id) })
	if _, err := b.Join(t.Context(), id, members, ""); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("after the end: %v", err)
	}
}

func TestWhatMayNotBeSentIsCutOff(t *testing.T) {
	t.Parallel()
	mic := recordedTrack("TR_a", "AUDIO", "MICROPHONE")
	for what, track := range map[string]string{
		"a camera":                        recordedTrack("TR_x", "VIDEO", "CAMERA"),
		"a picture said to be microphone": recordedTrack("TR_x", "VIDEO", "MICROPHONE"),
		"her screen":                      recordedTrack("TR_x", "VIDEO", "SCREEN_SHARE"),
		"what nobody named":               recordedTrack("TR_x", "VIDEO", "UNKNOWN"),
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			b, _, _ := newBackend(t, s.http.URL, 0)
			id := open(t, b)
			name, _ := ticket(t, b, id, customers)
			s.is(recorded(name, "ACTIVE", `"MICROPHONE"`, mic, track))
			cut := s.waits("MutePublishedTrack", named(name))
			if cut.body["track_sid"] != "TR_x" || cut.body["muted"] != true || cut.video["roomAdmin"] != true || cut.video["room"] != "visavis-"+string(id) {
				t.Errorf("%+v", cut)
			}
			s.waits("RemoveParticipant", named(name))
		})
	}
}

func TestAPictureIsAllowedAndTakenBackByPermission(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b, changes, _ := newBackend(t, s.http.URL, 0)
	id := open(t, b)
	name, _ := ticket(t, b, id, customers)
	s.is(recorded(name, "ACTIVE", `"MICROPHONE"`))
	comes(t, changes, customers, true)
	may := func(a asked) string {
		p, _ := a.body["permission"].(map[string]any)
		var out []string
		all, _ := p["can_publish_sources"].([]any)
		for _, one := range all {
			out = append(out, one.(string))
		}
		if p["can_subscribe"] != true || p["can_publish"] != true || p["can_publish_data"] != false {
			t.Errorf("permission: %v", p)
		}
		return strings.Join(out, " ")
	}
	b.Lighten(id)
	if got := may(s.waits("UpdateParticipant", named(name))); got != "MICROPHONE CAMERA" {
		t.Errorf("allowed: %s", got)
	}
	s.is(recorded(name, "ACTIVE", `"MICROPHONE","CAMERA"`, recordedTrack("TR_v", "VIDEO", "CAMERA")))

	// A third in the call does not see her: it was allowed to one.
	if _, err := b.Join(t.Context(), id, guests, ""); err != nil {
		t.Fatal(err)
	}
	if got := may(s.waits("UpdateParticipant", named(name))); got != "MICROPHONE" {
		t.Errorf("with a guest: %s", got)
	}
	s.is(recorded(name, "ACTIVE", `"MICROPHONE"`))
	b.Leave(id, guests)
	if got := may(s.waits("UpdateParticipant", named(name))); got != "MICROPHONE CAMERA" {
		t.Errorf("without: %s", got)
	}
	s.is(recorded(name, "ACTIVE", `"MICROPHONE","CAMERA"`))

	// Taken back: it is done when Darken returns. And when LiveKit does not answer, it is asked again.
	b.Darken(id)
	if got := may(s.waits("UpdateParticipant", named(name))); got != "MICROPHONE" {
		t.Errorf("taken back: %s", got)
	}
	refused := false
	s.says(func(w http.ResponseWriter, method string) bool {
		if method != "UpdateParticipant" || refused {
			return false
		}
		refused = true
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	})
	b.Darken(id)
	s.waits("UpdateParticipant", named(name))
	if got := may(s.waits("UpdateParticipant", named(name))); got != "MICROPHONE" {
		t.Errorf("asked again: %s", got)
	}
}

func TestALiveKitThatIsAwayIsNoticedBeforeABellRings(t *testing.T) {
	t.Parallel()
	for what, answers := range map[string]func(http.ResponseWriter, string) bool{
		"refuses the key": func(w http.ResponseWriter, _ string) bool {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"code":"unauthenticated","msg":"permissions denied"}`)
			return true
		},
		"is full": func(w http.ResponseWriter, _ string) bool {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, `{"code":"unavailable","msg":"no response from servers"}`)
			return true
		},
		"is another's page": func(w http.ResponseWriter, _ string) bool {
			_, _ = io.WriteString(w, `<!doctype html><title>Sign in</title>`)
			return true
		},
		"leads elsewhere": func(w http.ResponseWriter, _ string) bool {
			w.Header().Set("Location", "http://192.0.2.1/")
			w.WriteHeader(http.StatusTemporaryRedirect)
			return true
		},
		"hangs up": func(http.ResponseWriter, string) bool { panic(http.ErrAbortHandler) },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			s.says(answers)
			b, _, _ := newBackend(t, s.http.URL, 0)
			err := b.Open(newID())
			var e *vis.Error
			if !errors.As(err, &e) || e.Code != vis.Unavailable || e.Reason != "media_unreachable" || strings.Contains(e.Text, "twirp") {
				t.Errorf("open: %v", err)
			}
			if b.Room() != 1000 || b.Failed() != 1 {
				t.Errorf("room for %d, %d failures", b.Room(), b.Failed())
			}
			found, err := b.Examine(t.Context(), newID())
			if err != nil || len(found) != 1 || found[0].What != "livekit" || found[0].Good {
				t.Errorf("examined: %+v %v", found, err)
			}
		})
	}
}

// That Open returns at all is what is shown: the server is silent until it has. It is asked once, so its patience is the wait.
func TestASilentLiveKitIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b, _, _ := newBackend(t, s.http.URL, 0)
	held := make(chan struct{})
	s.says(func(http.ResponseWriter, string) bool { <-held; return false })
	err := b.Open(newID())
	s.mu.Lock()
	asked := len(s.asked)
	s.mu.Unlock()
	close(held)
	var e *vis.Error
	if !errors.As(err, &e) || e.Code != vis.Unavailable || e.Reason != "media_unreachable" {
		t.Errorf("open: %v", err)
	}
	if asked != 1 || b.Failed() != 1 {
		t.Errorf("asked %d times, %d failures", asked, b.Failed())
	}
}

// A room that LiveKit does not know, or does not tell of, is no reason to believe that somebody left or stays.
func TestALookThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b, changes, clock := newBackend(t, s.http.URL, 0)
	id := open(t, b)
	name, _ := ticket(t, b, id, members)
	s.is(recorded(name, "ACTIVE", `"MICROPHONE","CAMERA"`))
	comes(t, changes, members, true)
	s.says(func(w http.ResponseWriter, _ string) bool { w.WriteHeader(http.StatusBadGateway); return true })
	before := b.Failed()
	clock.move(20 * time.Second)
	for b.Failed() == before {
		<-s.news
	}
	if !b.Connected(id, members) {
		t.Error("she was lost with the look")
	}
	s.says(func(w http.ResponseWriter, _ string) bool {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, recordedMissing)
		return true
	})
	clock.move(20 * time.Second)
	comes(t, changes, members, false)
}

func TestThereAreOnlySoManyCalls(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b, _, _ := newBackend(t, s.http.URL, 2)
	first := open(t, b)
	open(t, b)
	if err := b.Open(newID()); vis.CodeOf(err) != vis.Unavailable || b.Room() != 0 {
		t.Errorf("a third: %v", err)
	}
	if err := b.Open(first); err != nil {
		t.Errorf("twice is once: %v", err)
	}
	b.End(first)
	if open(t, b); b.Room() != 0 {
		t.Errorf("room for %d", b.Room())
	}
}

func TestWhatLiveKitCannotDoIsRefusedInWords(t *testing.T) {
	t.Parallel()
	b, _, _ := newBackend(t, newServer(t).http.URL, 0)
	var e *vis.Error
	if err := b.Check(assist.WhisperSide, "", false); !errors.As(err, &e) || e.Code != vis.Conflict || e.Reason != "whisper_elsewhere" {
		t.Errorf("whispering: %v", err)
	}
	if err := b.OpenCheck(newID()); !errors.As(err, &e) || e.Code != vis.Conflict || e.Reason != "check_elsewhere" {
		t.Errorf("a check: %v", err)
	}
	if b.Records() {
		t.Error("nothing is recorded")
	}
	for _, side := range []assist.Side{assist.CustomerSide, assist.MemberSide, assist.GuestSide, assist.WatcherSide} {
		if err := b.Check(side, "v=0", false); err != nil {
			t.Errorf("%s: %v", side, err)
		}
	}
}

func TestAnAddressIsReadOnce(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"wss://livekit.example.org": "wss://livekit.example.org", "https://LiveKit.example.org/": "wss://livekit.example.org",
		"http://127.0.0.1:7880": "ws://127.0.0.1:7880", "ws://[::1]:7880": "ws://[::1]:7880",
		"": "", "livekit.example.org": "", "ftp://livekit.example.org": "", "wss://": "", "wss://a/b": "", "wss://a?b=c": "", "wss://u:p@a": "",
	} {
		b, err := livekit.New(t.Context(), livekit.Options{URL: url, Key: key, Secret: secret, Clock: vis.ClockFunc(time.Now), Mint: mint})
		if err == nil {
			defer b.Close()
		}
		if (err == nil) != (want != "") || err == nil && b.Address() != want {
			t.Errorf("%q: %v", url, err)
		}
		if err != nil && !strings.Contains(err.Error(), "livekit-url") {
			t.Errorf("%q: %v names no option", url, err)
		}
	}
	if _, err := livekit.New(t.Context(), livekit.Options{URL: "wss://a", Key: key}); err == nil || !strings.Contains(err.Error(), "livekit-key") {
		t.Errorf("without a secret: %v", err)
	}
}

// word signs a body as LiveKit does.
func word(t *testing.T, method jwt.SigningMethod, with any, body string, change func(jwt.MapClaims)) string {
	t.Helper()
	sum := sha256.Sum256([]byte(body))
	now := time.Now()
	c := jwt.MapClaims{"iss": key, "nbf": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "sha256": base64.StdEncoding.EncodeToString(sum[:])}
	if change != nil {
		change(c)
	}
	out, err := jwt.NewWithClaims(method, c).SignedString(with)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// W-23: nobody but LiveKit tells us that somebody came or left, and nothing is believed because it was told.
func TestAForgedWordIsRefusedAndARepeatedOneDoesNothing(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b, changes, _ := newBackend(t, s.http.URL, 0)
	id := open(t, b)
	about := func(n string) string {
		return `{"event":"participant_joined","room":{"sid":"RM_x","name":"visavis-` + string(id) + `"},"participant":{"identity":"member.x","state":"ACTIVE"},"id":"EV_` + n + `","createdAt":"1796070536"}`
	}
	body := about("1")
	good := word(t, jwt.SigningMethodHS256, []byte(secret), body, nil)
	way, err := b.Join(t.Context(), id, members, "")
	if err != nil {
		t.Fatal(err)
	}
	unsigned := word(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, body, nil)
	for what, forged := range map[string]string{
		"no token":            "",
		"no signature":        unsigned,
		"another secret":      word(t, jwt.SigningMethodHS256, []byte("another-secret-of-thirty-two-bytes"), body, nil),
		"another method":      word(t, jwt.SigningMethodHS512, []byte(secret), body, nil),
		"another key":         word(t, jwt.SigningMethodHS256, []byte(secret), body, func(c jwt.MapClaims) { c["iss"] = "other" }),
		"of another body":     word(t, jwt.SigningMethodHS256, []byte(secret), about("2"), nil),
		"of no body":          word(t, jwt.SigningMethodHS256, []byte(secret), body, func(c jwt.MapClaims) { delete(c, "sha256") }),
		"old":                 word(t, jwt.SigningMethodHS256, []byte(secret), body, func(c jwt.MapClaims) { c["exp"] = time.Now().Add(-2 * time.Minute).Unix() }),
		"for ever":            word(t, jwt.SigningMethodHS256, []byte(secret), body, func(c jwt.MapClaims) { delete(c, "exp") }),
		"for a year":          word(t, jwt.SigningMethodHS256, []byte(secret), body, func(c jwt.MapClaims) { c["exp"] = time.Now().AddDate(1, 0, 0).Unix() }),
		"not yet":             word(t, jwt.SigningMethodHS256, []byte(secret), body, func(c jwt.MapClaims) { c["nbf"] = time.Now().Add(time.Hour).Unix() }),
		"a customer's ticket": way.Ticket.Token,
		"a ticket with a body": word(t, jwt.SigningMethodHS256, []byte(secret), body, func(c jwt.MapClaims) {
			c["video"] = map[string]any{"roomJoin": true}
		}),
	} {
		if err := b.Hear(t.Context(), forged, []byte(body)); vis.CodeOf(err) != vis.Unauthenticated {
			t.Errorf("%s: %v", what, err)
		}
	}
	for range 3 {
		if err := b.Hear(t.Context(), good, []byte(body)); err != nil {
			t.Errorf("a good one: %v", err)
		}
	}
	if b.About([]byte(body)) != id || b.About([]byte(`{"room":{"name":"somebody else's"}}`)) != "" || b.About([]byte(`{"room":{"name":"visavis-x"}}`)) != "" || b.About([]byte("{")) != "" {
		t.Error("what words are about")
	}
	// It says that somebody came who did not.
	s.waits("ListParticipants", any1)
	s.waits("ListParticipants", any1)
	select {
	case got := <-changes:
		t.Errorf("believed: %+v", got)
	default:
	}
	if b.Connected(id, members) {
		t.Error("she never came")
	}
}

// A word has us look at once: the next look by itself would be a quarter of a minute later.
func TestAWordHasUsLookAtOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b, changes, _ := newBackend(t, s.http.URL, 0)
	id := open(t, b)
	name, _ := ticket(t, b, id, members)
	s.is(recorded(name, "ACTIVE", `"MICROPHONE","CAMERA"`))
	comes(t, changes, members, true)
	s.is()
	body := `{"event":"participant_left","room":{"name":"visavis-` + string(id) + `"},"id":"EV_9"}`
	if err := b.Hear(t.Context(), word(t, jwt.SigningMethodHS256, []byte(secret), body, nil), []byte(body)); err != nil {
		t.Fatal(err)
	}
	comes(t, changes, members, false)
}

func FuzzWords(f *testing.F) {
	f.Add([]byte(`{"room":{"name":"visavis-0197c4f6-0000-7000-8000-000000000000"},"id":"EV_1"}`), "Bearer x.y.z")
	f.Add([]byte(`[]`), "")
	b, err := livekit.New(context.Background(), livekit.Options{URL: "ws://127.0.0.1:1", Key: key, Secret: secret, Clock: vis.ClockFunc(time.Now), Mint: mint})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(b.Close)
	f.Fuzz(func(t *testing.T, body []byte, authorization string) {
		if id := b.About(body); id != "" && !vis.IsID(string(id)) {
			t.Errorf("about %q", id)
		}
		if err := b.Hear(t.Context(), authorization, body); vis.CodeOf(err) != vis.Unauthenticated {
			t.Errorf("believed: %v", err)
		}
	})
}
