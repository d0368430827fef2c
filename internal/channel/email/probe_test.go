package email

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"visavis/internal/channel"
	"visavis/internal/channel/email/imapin"
	"visavis/internal/channel/email/peers"
	"visavis/internal/channel/email/submit"
	"visavis/internal/safehttp"
	"visavis/internal/vis"
)

// world is what a detector asks: a resolver that knows nothing, and a guard that lets through what is not refused.
type world struct{ refused string }

func (world) LookupMX(context.Context, string) ([]*net.MX, error) { return nil, errors.New("nothing") }
func (world) LookupSRV(context.Context, string, string, string) (string, []*net.SRV, error) {
	return "", nil, errors.New("nothing")
}
func (world) Get(context.Context, string) (safehttp.Answer, error) {
	return safehttp.Answer{}, errors.New("nothing")
}
func (w world) Reaches(_ context.Context, host string, _ uint16) bool { return host != w.refused }

func dial(ctx context.Context, host string, port uint16) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(int(port))))
}

// relay takes letters and delivers them to lea's mailbox, unless it refuses or loses them.
type relay struct {
	to           *peers.Dovecot
	refuse, lose bool
	took         string // the letter that it took last
}

func (r *relay) NewSession(*smtp.Conn) (smtp.Session, error) { return r, nil }
func (*relay) AuthMechanisms() []string                      { return []string{sasl.Plain} }
func (*relay) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, _, password string) error {
		if password != peers.Password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "wrong password " + password}
		}
		return nil
	}), nil
}
func (*relay) Mail(string, *smtp.MailOptions) error { return nil }
func (r *relay) Rcpt(string, *smtp.RcptOptions) error {
	if r.refuse {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "Relay access denied"}
	}
	return nil
}
func (r *relay) Data(in io.Reader) error {
	raw, err := io.ReadAll(in)
	r.took = "Received: from there\r\n" + string(raw)
	if err == nil && !r.lose {
		r.to.Deliver("lea", "INBOX", r.took)
	}
	return err
}
func (*relay) Reset()        {}
func (*relay) Logout() error { return nil }

func (r *relay) serve(t *testing.T) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := smtp.NewServer(r)
	s.AllowInsecureAuth = true
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { s.Close() })
	return l.Addr().(*net.TCPAddr).Port
}

// trying is an adapter with a mailbox and a relay to be tried out.
func trying(t *testing.T, d *peers.Dovecot, r *relay, refused string) (*Adapter, channel.Account) {
	t.Helper()
	a := New(Options{Sender: submit.New(dial, "desk.arzel.example", nil, time.Now), Fetcher: imapin.New(dial, d.Roots, time.Now), Detector: Detector{world{}, world{refused}}})
	settings, err := a.CheckSettings(json.RawMessage(fmt.Sprintf(`{"addresses":[{"address":"lea@arzel.example","name":"Léa"}],
		"in":{"host":"127.0.0.1","port":%d,"security":"tls","user":"lea","after":"delete"},
		"out":{"host":"127.0.0.1","port":%d,"security":"none","user":"lea"}}`, d.TLSPort, r.serve(t))))
	if err != nil {
		t.Fatal(err)
	}
	return a, channel.Account{Channel: channel.Channel{Kind: Kind, Settings: settings}, LoopToken: "ours", Secrets: map[string]string{SecretIn: peers.Password, SecretOut: peers.Password}}
}

// try tries an account, and returns what became of each step in one word or two.
func try(t *testing.T, ctx context.Context, a *Adapter, account channel.Account) (steps []string, last channel.Step, err error) {
	t.Helper()
	begun := channel.Step{}
	err = a.Try(ctx, account, func(s channel.Step) {
		if s.State == "running" {
			begun = s
			return
		}
		if begun.Name != s.Name || begun.Part != s.Part {
			t.Errorf("%s ended, and %s had begun", s.Name, begun.Name)
		}
		steps, last = append(steps, strings.TrimSpace(s.Part+" "+s.Name+" "+s.Problem)), s
	})
	return steps, last, err
}

var allSteps = []string{"in resolve", "in connect", "in tls", "in sign-in", "in folders", "out resolve", "out connect", "out tls", "out sign-in", "out send", "in receive"}

func TestSettingsAreTriedOutStepByStep(t *testing.T) {
	t.Parallel()
	d := peers.StartDovecot(t, "")
	stranger := "From: camille@mel.example\r\nSubject: Bonjour\r\n\r\nBonjour\r\n"
	d.Deliver("lea", "INBOX", stranger)
	a, account := trying(t, d, &relay{to: d}, "")
	steps, _, err := try(t, t.Context(), a, account)
	if err != nil || !slices.Equal(steps, allSteps) {
		t.Errorf("%v: %q", err, steps)
	}
	if left := d.Letters("lea", "INBOX"); len(left) != 1 || left[0] != stranger || d.Seen("lea", "INBOX") {
		t.Errorf("afterwards there are %q", left)
	}
}

func TestATrialStopsAtTheFirstStepThatFails(t *testing.T) {
	t.Parallel()
	d := peers.StartDovecot(t, "")
	for name, c := range map[string]struct {
		relay   relay
		refused string
		change  func(*channel.Account)
		done    int
		fails   string
		answers bool
	}{
		"a host that leads inside": {refused: "127.0.0.1", done: 0, fails: "in resolve no-such-host"},
		"a wrong password":         {change: func(a *channel.Account) { a.Secrets[SecretIn] = "an0ther" }, done: 3, fails: "in sign-in sign-in-refused", answers: true},
		"a folder that is missing": {change: func(a *channel.Account) {
			a.Channel.Settings = []byte(strings.Replace(string(a.Channel.Settings), `["INBOX"]`, `["INBOX","Nowhere"]`, 1))
		}, done: 4, fails: "in folders no-such-folder", answers: true},
		"a wrong password, out": {change: func(a *channel.Account) { a.Secrets[SecretOut] = "an0ther" }, done: 8, fails: "out sign-in sign-in-refused", answers: true},
		"a relay that refuses":  {relay: relay{refuse: true}, done: 9, fails: "out send relay-denied", answers: true},
		"a letter that is lost": {relay: relay{lose: true}, done: 10, fails: "in receive not-arrived", answers: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.relay.to = d
			a, account := trying(t, d, &c.relay, c.refused)
			if c.change != nil {
				c.change(&account)
			}
			ctx := t.Context()
			if c.relay.lose {
				short, cancel := context.WithTimeout(ctx, 3*time.Second)
				defer cancel()
				ctx = short
			}
			steps, last, err := try(t, ctx, a, account)
			want := append(slices.Clone(allSteps[:c.done]), c.fails)
			if err == nil || !slices.Equal(steps, want) {
				t.Errorf("%v: %q, want %q", err, steps, want)
			}
			if last.State != "failed" || (last.Answer != "") != c.answers || strings.Contains(last.Answer, "an0ther") || strings.ContainsAny(last.Answer, "\r\n") {
				t.Errorf("the last step was %+v", last)
			}
		})
	}
}

// desk keeps what a fetcher brings.
type desk struct {
	channel.Intake
	kept chan channel.Raw
}

func (d *desk) Keep(_ context.Context, in channel.Raw) (bool, error) {
	d.kept <- in
	return false, nil
}
func (*desk) Cursor(context.Context, string) ([]byte, error)   { return nil, nil }
func (*desk) SaveCursor(context.Context, string, []byte) error { return nil }
func (*desk) Tell(context.Context, channel.Health)             {}

// While a mailbox is being fetched from, and emptied, it can be tried out all the same; what is fetched of the trial is nobody's words.
func TestATrialOfALiveMailboxMakesNoConversation(t *testing.T) {
	t.Parallel()
	d := peers.StartDovecot(t, "")
	r := &relay{to: d}
	a, account := trying(t, d, r, "")
	account.Channel.Settings = []byte(strings.Replace(string(account.Channel.Settings), `"ignore"`, `"fetch"`, 1))
	in := &desk{kept: make(chan channel.Raw, 10)}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = a.Receive(ctx, account, in)
	}()
	defer func() {
		stop()
		<-done
	}()
	stranger := "From: camille@mel.example\r\nSubject: Bonjour\r\n\r\nBonjour\r\n"
	d.Deliver("lea", "INBOX", stranger)
	if steps, last, err := try(t, t.Context(), a, account); err != nil || !slices.Equal(steps, allSteps) {
		t.Errorf("%v: %q, %+v", err, steps, last)
	}
	if raw := <-in.kept; string(raw.Bytes) != stranger {
		t.Errorf("first came %q", raw.Bytes)
	}
	l, err := a.Read(account, []byte(r.took), channel.Envelope{})
	if err != nil || l.Class != channel.Trial || l.Loop {
		t.Errorf("the trial is read as %s, %v", l.Class, err)
	}
	account.LoopToken = "theirs"
	if l, err = a.Read(account, []byte(r.took), channel.Envelope{}); err != nil || l.Class == channel.Trial {
		t.Errorf("another house's trial is read as %s, %v", l.Class, err)
	}
}

func TestProposalsAreWholeSettings(t *testing.T) {
	t.Parallel()
	a := New(Options{Detector: Detector{world{}, world{}}})
	for address, want := range map[string]struct{ provider, in, out string }{
		"Camille@gmail.com":     {"google", "imap.gmail.com", "smtp.gmail.com"},
		"camille@proton.me":     {"proton", "", ""},
		"camille@arzel.example": {"", "imap.arzel.example", "smtp.arzel.example"},
	} {
		found, err := a.Detect(t.Context(), address)
		if err != nil || len(found) != 1 || found[0].Provider != want.provider {
			t.Errorf("%s: %+v, %v", address, found, err)
			continue
		}
		var s Settings
		if err := json.Unmarshal(found[0].Settings, &s); err != nil {
			t.Fatal(err)
		}
		in, out := "", ""
		if s.In != nil {
			in = s.In.Host
		}
		if s.Out != nil {
			out = s.Out.Host
		}
		if in != want.in || out != want.out || s.Addresses[0].Address != strings.ToLower(address) {
			t.Errorf("%s: %s", address, found[0].Settings)
		}
		if again, err := a.CheckSettings(found[0].Settings); err != nil || string(again) != string(found[0].Settings) {
			t.Errorf("%s: taken as %s, %v", found[0].Settings, again, err)
		}
	}
	if _, err := a.Detect(t.Context(), "nobody"); vis.CodeOf(err) != vis.Invalid {
		t.Errorf("no address: %v", err)
	}
	if _, err := New(Options{}).Detect(t.Context(), "camille@gmail.com"); vis.CodeOf(err) != vis.Unavailable {
		t.Errorf("without DNS: %v", err)
	}
}
