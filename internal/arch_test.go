// Package internal_test holds the plan of the house as a test: which rooms there are and who may import whom.
package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rooms is the plan. A folder that is not on it fails the test: put it here with what it may import of ours. Test files may
// import more than their room does, for they start real parts.
var rooms = map[string][]string{
	"vis":        nil,
	"text":       nil,
	"text/gates": {"text", "listen"}, // measures how well messages are read and bursts are seen
	"selector":   nil,                // reads CSS selectors
	"picture":    nil,                // what a picture is

	// Signing in to mailboxes without their passwords, and a provider of them that runs within a test.
	"channel/email/oauth":           {"vis", "channel", "channel/email/line", "safehttp"},
	"channel/email/oauth/oauthtest": {"channel/email/oauth", "safehttp"},

	"channel":               {"vis", "text", "hours"},
	"channel/webchat":       {"channel", "hours", "selector", "vis", "text"},
	"channel/email":         {"vis", "text", "channel", "channel/email/compose", "channel/email/dkim", "channel/email/imapin", "channel/email/letter", "channel/email/line", "channel/email/oauth", "channel/email/records", "channel/email/setup", "channel/email/submit", "channel/email/token"},
	"channel/email/setup":   {"vis", "safehttp"},                       // finds a mailbox's servers from its address
	"channel/email/compose": {"channel"},                               // letters that leave
	"channel/email/dkim":    {"channel"},                               // signs them for their domain
	"channel/email/smtpin":  {"vis", "channel"},                        // the door at which other servers hand letters over
	"channel/email/line":    nil,                                       // what lines to mail servers have in common
	"channel/email/imapin":  {"channel", "channel/email/line"},         // fetches letters from a mailbox
	"channel/email/peers":   nil,                                       // real mail servers, mails and DNS for tests
	"channel/email/submit":  {"channel", "channel/email/line"},         // hands letters over to a server that takes them for us
	"channel/email/token":   nil,                                       // the parts of addresses by which answers find their conversation
	"channel/email/letter":  {"channel", "text", "channel/email/tnef"}, // reads what arrived
	"channel/email/tnef":    nil,                                       // opens winmail.dat
	"channel/email/records": {"channel", "channel/email/dkim"},         // what DNS must say for our letters to be believed
	"channel/standard":      {"channel", "channel/webchat", "channel/email", "channel/email/imapin", "channel/email/line", "channel/email/oauth", "channel/email/submit", "safehttp"},
	"channel/channeltest":   {"channel", "vis"},
	"jobs":                  {"vis"},
	"hours":                 {"vis"}, // when people answer: promises, routing and screens count the same open time
	"staff":                 {"vis", "text"},
	"realtime":              {"vis"},
	"seal":                  {"vis"},         // keys, sealed secrets and sealed files: one place for cryptography
	"blob":                  {"vis", "seal"}, // files by content: durable before they are acknowledged
	"desk":                  {"vis", "text", "channel", "jobs"},
	"post":                  {"vis", "text", "picture", "channel", "jobs", "staff", "desk"}, // letters: kept before they are read, sent from an outbox
	"safehttp":              {"vis"},                                                        // the one door to addresses that others chose
	"notify":                {"vis", "text", "channel", "jobs", "staff", "desk", "safehttp"},

	"routing":                {"vis", "text", "hours", "channel", "jobs", "staff", "desk", "notify"},
	"assist":                 {"vis", "text", "channel", "jobs", "desk", "assist/page", "assist/webm"},
	"assist/page":            {"selector"},                                                              // what of a customer's page may be seen
	"assist/film":            {"assist"},                                                                // makes films for ordinary players, with ffmpeg
	"assist/media/mediatest": nil,                                                                       // a browser, for tests
	"assist/webm":            nil,                                                                       // writes WebM files
	"assist/media":           {"vis", "assist", "assist/webm"},                                          // sound and pictures of live assistance, and the relay for those who reach us in no other way
	"assist/livekit":         {"vis", "assist"},                                                         // the same through a LiveKit cluster
	"listen":                 {"vis", "text", "jobs", "channel", "staff", "desk", "notify", "safehttp"}, // what customers say: every message is read, and what many say at once is noticed
	"report":                 {"vis", "text", "hours", "channel", "jobs", "staff", "desk", "routing"},   // reads the log, owns no truth
	"staffing":               {"vis", "hours", "routing"},                                               // how many people keep a promise: forecast, queueing theory, simulation

	"store":           {"vis", "text", "channel", "hours", "jobs", "staff", "desk", "notify", "post", "routing", "report", "assist", "listen", "store/sqlite", "store/postgres", "store/migration"},
	"store/sqlite":    {"vis"},
	"store/postgres":  {"vis"},
	"store/migration": {"store/sqlite", "store/postgres"},
	"store/storetest": {"vis", "text", "channel", "hours", "jobs", "staff", "desk", "notify", "post", "routing", "report", "assist", "listen", "store", "store/postgres"},

	"web":   {"vis", "text", "picture", "channel", "hours", "jobs", "staff", "desk", "notify", "post", "routing", "report", "assist", "listen", "staffing", "realtime", "seal", "blob", "safehttp"},
	"demo":  {"vis", "text", "channel", "hours", "jobs", "staff", "desk", "notify", "post", "routing", "report", "listen", "blob"}, // the workspace that `visavis demo` tells
	"bench": nil,                                                                                                                   // measures from outside, so it knows nothing of the inside
	"app":   {"*"},
}

// domain rooms know neither wire nor disk.
var domain = []string{"vis", "text", "picture", "selector", "channel", "jobs", "staff", "desk", "realtime", "routing", "assist", "assist/page", "assist/webm", "listen", "report", "staffing", "hours", "notify", "post"}

// outside lists, for those rooms that have one, what of other people's code they may import, by prefix. Rooms that are not named
// here are free, but for drivers and sockets, which have one room each.
var outside = map[string][]string{
	"vis":         nil,
	"text":        {"golang.org/x/text"},
	"desk":        nil,
	"jobs":        nil,
	"hours":       nil,
	"channel":     nil,
	"realtime":    nil,
	"assist":      nil,
	"assist/page": nil,
	"selector":    nil,
	"assist/webm": nil,
	"listen":      nil,
	"staff":       {"golang.org/x/crypto"},
	"routing":     {"github.com/nyaruka/phonenumbers"}, // whom we may call back: see docs/decisions/0011
}

func TestEveryRoomImportsOnlyWhatThePlanAllows(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		room := filepath.ToSlash(filepath.Dir(path))
		if room == "." {
			return nil
		}
		seen[room] = true
		allowed, planned := rooms[room]
		if !planned {
			t.Errorf("%s: the room %q is not on the plan", path, room)
			return nil
		}
		if strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			if why := refuse(room, allowed, strings.Trim(spec.Path.Value, `"`)); why != "" {
				t.Errorf("%s imports %s: %s", path, spec.Path.Value, why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for room := range rooms {
		if !seen[room] {
			t.Errorf("the plan has a room %q that does not exist", room)
		}
	}
}

// refuse says why a room may not import a package, or "".
func refuse(room string, allowed []string, imported string) string {
	if ours, ok := strings.CutPrefix(imported, "visavis/internal/"); ok {
		if slices.Contains(allowed, ours) || slices.Contains(allowed, "*") {
			return ""
		}
		return "the plan does not allow it"
	}
	if imported == "visavis/ui" && room != "app" && room != "web" {
		return "only app hands the front end over"
	}
	if slices.Contains(domain, room) && (imported == "database/sql" || imported == "net/http") {
		return "domain rooms know neither wire nor disk"
	}
	standard := !strings.Contains(strings.SplitN(imported, "/", 2)[0], ".") && !strings.HasPrefix(imported, "visavis/")
	switch {
	case strings.HasPrefix(imported, "modernc.org/") && room != "store/sqlite",
		strings.HasPrefix(imported, "github.com/jackc/") && room != "store/postgres":
		return "drivers live in store/sqlite and store/postgres"
	case strings.HasPrefix(imported, "github.com/coder/websocket") && room != "web" && room != "bench":
		return "sockets live in web"
	case standard:
		return ""
	}
	prefixes, limited := outside[room]
	if limited && !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(imported, p) }) {
		return "this room makes do without other people's code"
	}
	return ""
}

// Only app, commands and tests make the outside world appear: clocks, chance, the environment, contexts without a parent.
func TestOnlyTheEdgeTouchesTheWorld(t *testing.T) {
	t.Parallel()
	forbidden := []string{"time.Now(", "rand.Reader", "os.Getenv(", "context.Background("}
	for _, room := range domain {
		files, err := filepath.Glob(filepath.Join(room, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %d files", room, err, len(files))
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			for _, bad := range forbidden {
				if line := find(t, path, bad); line != "" {
					t.Errorf("%s: %q in %q: be handed it instead", path, bad, line)
				}
			}
		}
	}
}
