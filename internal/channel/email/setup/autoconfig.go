package setup

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// maxConfig is how many bytes of a configuration are read; real ones have less than a tenth of it.
const maxConfig = 64 << 10

// config is what we read of Mozilla's configuration file, version 1.1.
type config struct {
	XMLName  xml.Name `xml:"clientConfig"`
	Provider struct {
		In  []configServer `xml:"incomingServer"`
		Out []configServer `xml:"outgoingServer"`
	} `xml:"emailProvider"`
}

type configServer struct {
	Type     string   `xml:"type,attr"`
	Host     string   `xml:"hostname"`
	Port     uint16   `xml:"port"`
	Security string   `xml:"socketType"`
	User     string   `xml:"username"`
	Auth     []string `xml:"authentication"`
}

// fetchConfig asks the domain itself, at both places where its configuration may lie and at the same time, so that one which never
// answers does not hide the other. Only encrypted answers are believed, for whoever could forge one would be handed the password.
func fetchConfig(ctx context.Context, a address, g Guard) []Found {
	places := []string{
		"https://autoconfig." + a.domain + "/mail/config-v1.1.xml?emailaddress=" + url.QueryEscape(a.whole()),
		"https://" + a.domain + "/.well-known/autoconfig/mail/config-v1.1.xml",
	}
	answers := make([][]Found, len(places))
	var both sync.WaitGroup
	for i, at := range places {
		both.Go(func() {
			answer, err := g.Get(ctx, at)
			if err != nil || answer.Status != http.StatusOK {
				return
			}
			if f, ok := readConfig(answer.Body, a); ok {
				answers[i] = []Found{f}
			}
		})
	}
	both.Wait()
	return slices.Concat(answers...)
}

// readConfig reads a configuration. Entities other than XML's own five are an error in this decoder, so nothing in it can grow.
func readConfig(raw []byte, a address) (Found, bool) {
	var c config
	if len(raw) > maxConfig || xml.Unmarshal(raw, &c) != nil {
		return Found{}, false
	}
	f := Found{Source: FromAutoconfig, Auth: Password}
	f.In = pick(c.Provider.In, "imap", a)
	f.Out = pick(c.Provider.Out, "smtp", a)
	return f, f.In.Host != ""
}

// pick takes the first server of a type that is encrypted and signed in to with a password.
func pick(servers []configServer, kind string, a address) Server {
	replace := strings.NewReplacer("%EMAILADDRESS%", a.whole(), "%EMAILLOCALPART%", a.local, "%EMAILDOMAIN%", a.domain)
	for _, s := range servers {
		out := Server{Host: fold(replace.Replace(strings.TrimSpace(s.Host))), Port: s.Port, User: replace.Replace(strings.TrimSpace(s.User))}
		switch strings.ToUpper(strings.TrimSpace(s.Security)) {
		case "SSL":
			out.Security = TLS
		case "STARTTLS":
			out.Security = StartTLS
		}
		if s.Type == kind && out.Security != "" && out.Port != 0 && out.Host != "" && usable(out.User) && byPassword(s.Auth) {
			return out
		}
	}
	return Server{}
}

// byPassword reports whether one of the ways to sign in is a password that travels inside of TLS, in any of its old names.
func byPassword(ways []string) bool {
	for _, w := range ways {
		switch strings.TrimSpace(w) {
		case "password-cleartext", "plain", "password-encrypted", "secure":
			return true
		}
	}
	return len(ways) == 0
}

// usable reports whether a text may be a user name: short, and nothing that ends a line.
func usable(user string) bool {
	return user != "" && len(user) <= maxAddress && !strings.ContainsFunc(user, func(r rune) bool { return r < ' ' || r == 0x7f })
}
