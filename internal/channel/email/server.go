package email

import (
	"context"
	"net"
	"slices"
	"strings"

	"visavis/internal/channel"
	"visavis/internal/channel/email/imapin"
	"visavis/internal/channel/email/line"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// Server is one that we speak to.
type Server struct {
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Security string `json:"security"` // "tls", "starttls", "none"
	User     string `json:"user"`     // "" for a server that asks nobody
	Bearer   bool   `json:"bearer"`   // the secret is an access token
}

// Inbox is a mailbox that letters are fetched from.
type Inbox struct {
	Server
	// Folders are fetched from, INBOX when none is named. In the first, letters are fetched the moment they come.
	Folders []string `json:"folders"`
	// After is what becomes of a letter there once it is kept: "leave", "move" (to MoveTo), "delete".
	After  string `json:"after"`
	MoveTo string `json:"moveTo,omitempty"`
	// Existing is what becomes of letters that were there before: "ignore", "fetch", or "pause" for a fetching that goes on later.
	Existing string `json:"existing"`
}

const (
	maxFolders    = 20
	maxFolderName = 200 // bytes
)

// check normalises where a server is. field is where it stands in the settings.
func (s *Server) check(field string) error {
	s.Host, s.User = strings.ToLower(strings.TrimSpace(s.Host)), strings.TrimSpace(s.User)
	switch {
	case !isHost(s.Host) && net.ParseIP(s.Host) == nil:
		return vis.InField(field+".host", "%q is no server; one looks like mail.example.org.", text.Preview(s.Host, maxName))
	case s.Port < 1 || s.Port > 65535:
		return vis.InField(field+".port", "A port is a number from 1 to 65535; 993 is usual to fetch letters, 465 and 587 to send them.")
	case !line.Security(s.Security).Valid():
		return vis.InField(field+".security", "The line is protected by tls or starttls, or by none, not by %q.", s.Security)
	case len(s.User) > 200 || strings.ContainsAny(s.User, "\r\n\x00"):
		return vis.InField(field+".user", "This name cannot be signed in with.")
	}
	return nil
}

// line is the server as those who speak to it want it; the settings have been checked.
func (s *Server) line() line.Server {
	return line.Server{Host: s.Host, Port: uint16(s.Port), Security: line.Security(s.Security), User: s.User, Bearer: s.Bearer} //nolint:gosec // checked
}

func (s *Settings) checkIn() error {
	in := s.In
	if in == nil {
		return nil
	}
	if err := in.check("settings.in"); err != nil {
		return err
	}
	if in.User == "" {
		return vis.InField("settings.in.user", "A mailbox belongs to somebody: name whom to sign in as.")
	}
	if in.After == "" {
		in.After = string(imapin.Leave)
	}
	if in.Existing == "" {
		in.Existing = string(imapin.Ignore)
	}
	switch imapin.Existing(in.Existing) {
	case imapin.Ignore, imapin.Fetch, imapin.Pause:
	default:
		return vis.InField("settings.in.existing", "Letters that were there before are left by ignore, fetched by fetch, or wait by pause, not %q.", in.Existing)
	}
	return in.checkFolders()
}

func (in *Inbox) checkFolders() error {
	if len(in.Folders) > maxFolders {
		return vis.InField("settings.in.folders", "A mailbox is fetched from %d folders at most.", maxFolders)
	}
	folders := make([]string, 0, max(1, len(in.Folders)))
	for _, name := range in.Folders {
		name, ok := folder(name)
		if !ok {
			return vis.InField("settings.in.folders", "%q is no name of a folder.", text.Preview(name, maxName))
		}
		if !slices.Contains(folders, name) {
			folders = append(folders, name)
		}
	}
	if len(folders) == 0 {
		folders = append(folders, "INBOX")
	}
	in.Folders = folders
	switch imapin.After(in.After) {
	case imapin.Leave, imapin.Delete:
		in.MoveTo = ""
		return nil
	case imapin.Move:
	default:
		return vis.InField("settings.in.after", "A letter that was fetched stays by leave, is moved by move, or deleted by delete, not %q.", in.After)
	}
	to, ok := folder(in.MoveTo)
	if !ok || slices.Contains(folders, to) {
		return vis.InField("settings.in.moveTo", "Letters are moved to a folder that is not fetched from, such as Archive, not to %q.", text.Preview(in.MoveTo, maxName))
	}
	in.MoveTo = to
	return nil
}

// folder is a folder's name as the server knows it; false when none can have it.
func folder(name string) (string, bool) {
	name = strings.TrimSpace(name)
	if strings.EqualFold(name, "inbox") {
		name = "INBOX" // RFC 9051 §5.1: the one name that is the same in any case
	}
	return name, name != "" && len(name) <= maxFolderName && text.Line(name) == name && !strings.ContainsAny(name, "*%")
}

// isHost reports whether a name is one of the domain name system, with at least one dot.
func isHost(name string) bool {
	if len(name) > 253 || !strings.Contains(name, ".") {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		bad := func(r rune) bool { return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') }
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") || strings.ContainsFunc(label, bad) {
			return false
		}
	}
	return true
}

// Receives implements channel.Receiver.
func (*Adapter) Receives(c channel.Channel) bool {
	s, err := parse(c.Settings)
	return err == nil && s.In != nil
}

// Receive implements channel.Receiver.
func (a *Adapter) Receive(ctx context.Context, account channel.Account, in channel.Intake) error {
	s, err := parse(account.Channel.Settings)
	if err != nil {
		return err
	}
	a.fetcher.Receive(ctx, s.In.mailbox(), func(ctx context.Context, refused string) (string, error) {
		if refused != "" {
			a.tokens.Refused(account, refused)
		}
		return a.secretFor(ctx, account, &s.In.Server, SecretIn)
	}, in)
	return ctx.Err()
}

// mailbox is the inbox as those who fetch from it want it; the settings have been checked.
func (in *Inbox) mailbox() imapin.Mailbox {
	return imapin.Mailbox{Server: in.line(), Folders: in.Folders, After: imapin.After(in.After), MoveTo: in.MoveTo, Existing: imapin.Existing(in.Existing), MaxLetter: channel.MaxRaw}
}
