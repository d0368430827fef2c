package email

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/channeltest"
	"visavis/internal/channel/email/imapin"
	"visavis/internal/channel/email/oauth"
	"visavis/internal/channel/email/submit"
)

const good = `{"addresses":[{"address":"Bonjour@Arzel.example","name":"Arzel"},{"address":"pro@arzel.example","name":"Arzel Pro","teamId":"01900000-0000-7000-8000-000000000001"}],
	"in":{"host":"IMAP.arzel.example","port":993,"security":"tls","user":"bonjour","folders":["inbox","Ventes/2026"],"after":"move","moveTo":"Visavis"},
	"out":{"host":"SMTP.arzel.example","port":587,"security":"starttls","user":"bonjour"},"trustedServers":["MX.arzel.example"],"noSubaddresses":false,"ownReturnPath":true,"noAcknowledgements":false}`

func adapter() *Adapter {
	refuse := func(context.Context, string, uint16) (net.Conn, error) { return nil, net.ErrClosed }
	return New(Options{Sender: submit.New(refuse, "desk.arzel.example", nil, time.Now), Tokens: oauth.NewSource(nil, oauth.Providers(), time.Now)})
}

func TestAMailboxIsAChannel(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Fixture{Adapter: adapter(),
		Good: []string{good, `{"addresses":[]}`, `{"addresses":[{"address":"a@b.example"}],"out":{"host":"127.0.0.1","port":2525,"security":"none"}}`,
			`{"addresses":[],"out":{"host":"smtp.office365.com","port":587,"security":"starttls","bearer":true},"oauth":{"provider":"microsoft","clientId":"x","tenant":"Arzel.onmicrosoft.com"}}`},
		Bad: map[string]string{
			`{"addresses":[{"address":"nobody"}]}`:                                                                                                       "settings.addresses",
			`{"addresses":[{"address":"` + strings.Repeat("x", 40) + `@b.example"}]}`:                                                                    "settings.addresses",
			`{"addresses":[{"address":"a@b.example","name":"` + strings.Repeat("x", 81) + `"}]}`:                                                         "settings.addresses",
			`{"addresses":[{"address":"a@b.example","teamId":"x"}]}`:                                                                                     "settings.addresses",
			`{"addresses":[],"out":{"host":"a b","port":25,"security":"tls"}}`:                                                                           "settings.out.host",
			`{"addresses":[],"out":{"host":"smtp.b.example","port":0,"security":"tls"}}`:                                                                 "settings.out.port",
			`{"addresses":[],"out":{"host":"smtp.b.example","port":25,"security":"ssl"}}`:                                                                "settings.out.security",
			`{"addresses":[],"out":{"host":"smtp.b.example","port":25,"security":"tls","user":"a\nb"}}`:                                                  "settings.out.user",
			`{"addresses":[],"in":{"host":"x","port":993,"security":"tls","user":"a"}}`:                                                                  "settings.in.host",
			`{"addresses":[],"in":{"host":"imap.b.example","port":993,"security":"tls"}}`:                                                                "settings.in.user",
			`{"addresses":[],"in":{"host":"imap.b.example","port":993,"security":"tls","user":"a","after":"burn"}}`:                                      "settings.in.after",
			`{"addresses":[],"in":{"host":"imap.b.example","port":993,"security":"tls","user":"a","existing":"all"}}`:                                    "settings.in.existing",
			`{"addresses":[],"in":{"host":"imap.b.example","port":993,"security":"tls","user":"a","folders":["a\r\nb"]}}`:                                "settings.in.folders",
			`{"addresses":[],"in":{"host":"imap.b.example","port":993,"security":"tls","user":"a","folders":["*"]}}`:                                     "settings.in.folders",
			`{"addresses":[],"in":{"host":"imap.b.example","port":993,"security":"tls","user":"a","after":"move"}}`:                                      "settings.in.moveTo",
			`{"addresses":[],"in":{"host":"imap.b.example","port":993,"security":"tls","user":"a","after":"move","moveTo":"Inbox"}}`:                     "settings.in.moveTo",
			`{"addresses":[],"trustedServers":["x"]}`:                                                                                                    "settings.trustedServers",
			`{"addresses":[],"oauth":{"provider":"other","clientId":"x"}}`:                                                                               "settings.oauth.provider",
			`{"addresses":[],"oauth":{"provider":"google","clientId":" "}}`:                                                                              "settings.oauth.clientId",
			`{"addresses":[],"oauth":{"provider":"google","clientId":"x","tenant":"arzel"}}`:                                                             "settings.oauth.tenant",
			`{"addresses":[],"oauth":{"provider":"microsoft","clientId":"x","tenant":"../x"}}`:                                                           "settings.oauth.tenant",
			`{"addresses":[],"oauth":{"provider":"microsoft","clientId":"x","tenant":"a/token?"}}`:                                                       "settings.oauth.tenant",
			`{"addresses":[],"out":{"host":"smtp.evil.example","port":465,"security":"tls","bearer":true},"oauth":{"provider":"google","clientId":"x"}}`: "settings.out.host",
			`{"addresses":[],"out":{"host":"evilgmail.com","port":465,"security":"tls","bearer":true},"oauth":{"provider":"google","clientId":"x"}}`:     "settings.out.host",
			`{"addresses":[],"oauth":{"provider":"google","clientId":"x","token":"https://evil.example"}}`:                                               "settings",
			`{"addresses":[],"other":1}`: "settings",
			`[]`:                         "settings",
		}})
}

func TestAMailboxIsFetchedFromWhereItsSettingsSay(t *testing.T) {
	t.Parallel()
	a := adapter()
	settings, err := a.CheckSettings(json.RawMessage(good))
	if err != nil {
		t.Fatal(err)
	}
	s, err := parse(settings)
	if err != nil || !a.Receives(channel.Channel{Settings: settings}) || a.Receives(channel.Channel{Settings: json.RawMessage(`{"addresses":[]}`)}) {
		t.Fatalf("%s: %v", settings, err)
	}
	got := s.In.mailbox()
	if got.Server.Host != "imap.arzel.example" || got.Server.Port != 993 || !slices.Equal(got.Folders, []string{"INBOX", "Ventes/2026"}) ||
		got.After != imapin.Move || got.MoveTo != "Visavis" || got.Existing != imapin.Ignore || got.MaxLetter != channel.MaxRaw {
		t.Errorf("it is fetched from as %+v", got)
	}
}

// A letter of which only the head was fetched is for people to see, whatever stands in it.
func TestTheHeadOfALetterThatIsTooLargeGoesToQuarantine(t *testing.T) {
	t.Parallel()
	account := channel.Account{Channel: channel.Channel{Kind: Kind, Settings: json.RawMessage(good)}}
	_, err := adapter().Read(account, []byte("From: camille@mel.example\r\nSubject: Le film\r\n\r\n"), channel.Envelope{HeadOf: 80 << 20})
	var unreadable *channel.Unreadable
	if !errors.As(err, &unreadable) || unreadable.Reason != "too-large" || !strings.Contains(unreadable.Detail, "83886080") {
		t.Errorf("read with %v", err)
	}
}

func TestAMailboxSpeaksOnlyWithAnAddressAndAServer(t *testing.T) {
	t.Parallel()
	for settings, speaks := range map[string]bool{good: true, `{"addresses":[]}`: false, `{"addresses":[{"address":"a@b.example"}]}`: false, `nonsense`: false} {
		c := channel.Channel{Kind: Kind, Settings: json.RawMessage(settings)}
		if can := adapter().Capabilities(c, time.Now()); can.MaxText > 0 != speaks || !can.Written {
			t.Errorf("%s: %+v", settings, can)
		}
	}
}

func TestAddressesCarryTokensWhereTheServerDeliversThem(t *testing.T) {
	t.Parallel()
	a := adapter()
	settings, err := a.CheckSettings(json.RawMessage(good))
	if err != nil {
		t.Fatal(err)
	}
	c := channel.Channel{Kind: Kind, Settings: settings}
	sign := strings.Repeat("a", 25) + "a"
	if own := a.Addresses(c); len(own) != 2 || own[0].Address.Address != "bonjour@arzel.example" || own[1].Team == "" {
		t.Errorf("its addresses are %+v", own)
	}
	signed := a.Sign(c, "bonjour@arzel.example", sign)
	if base, got := a.Token(signed); base != "bonjour@arzel.example" || got != sign || a.ReturnPath(c, "bonjour@arzel.example", sign) != signed {
		t.Errorf("signed %s, taken apart %s and %s", signed, base, got)
	}
	c.Settings = json.RawMessage(strings.Replace(string(settings), `"noSubaddresses":false`, `"noSubaddresses":true`, 1))
	if got := a.Sign(c, "bonjour@arzel.example", sign); got != "bonjour@arzel.example" || a.ReturnPath(c, got, sign) != got {
		t.Errorf("a server that delivers none is given %s", got)
	}
	c.Settings = json.RawMessage(strings.Replace(string(settings), `"ownReturnPath":true`, `"ownReturnPath":false`, 1))
	if got := a.ReturnPath(c, "bonjour@arzel.example", sign); got != "bonjour@arzel.example" {
		t.Errorf("reports go to %s", got)
	}
}

// What we write we can read, and know as ours.
func TestALetterOfOursIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	a := adapter()
	account := channel.Account{Channel: channel.Channel{Kind: Kind, Settings: json.RawMessage(good)}, LoopToken: "ours"}
	raw, err := a.Compose(account, channel.Out{MessageID: "one@arzel.example", Date: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), From: channel.Address{Name: "Léa", Address: "bonjour@arzel.example"},
		To: []channel.Address{{Address: "camille@mel.example"}}, Subject: "Votre colis est là", Text: "Bonjour,\n\nIl arrive — demain.", InReplyTo: "zero@mel", LoopToken: "ours", Language: "fr"})
	if err != nil {
		t.Fatal(err)
	}
	l, err := a.Read(account, raw, channel.Envelope{})
	if err != nil || !l.Loop || l.Subject != "Votre colis est là" || l.Text != "Bonjour,\n\nIl arrive — demain." || l.From.Name != "Léa" || l.MessageID != "one@arzel.example" ||
		len(l.InReplyTo) != 1 || l.Class != channel.Ordinary {
		t.Errorf("read %+v, %v", l, err)
	}
	account.LoopToken = "theirs"
	if l, err = a.Read(account, raw, channel.Envelope{}); err != nil || l.Loop {
		t.Errorf("another house's letter: %v %v", l.Loop, err)
	}
	if out := a.Send(t.Context(), account, channel.Envelope{To: []string{"camille@mel.example"}}, raw); out.State != channel.OutDeferred || out.Problem != "no-connection" {
		t.Errorf("sent: %+v", out)
	}
}
