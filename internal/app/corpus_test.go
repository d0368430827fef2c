package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/smtp"
	"slices"
	"strings"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/email"
	"visavis/internal/channel/email/peers"
	"visavis/internal/post"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// postHouse is a server in this process, with a door for letters and one mailbox.
type postHouse struct {
	*App
	door string
	by   vis.Actor
	mail channel.Channel
}

// newPostHouse serves until the test ends. in is where its mailbox is fetched from, nil for nowhere.
func newPostHouse(t testing.TB, in *email.Inbox) *postHouse {
	t.Helper()
	h := putTogether(t, in)
	ctx, stop := context.WithCancel(context.Background())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- h.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return h
}

// putTogether makes one that does not serve.
func putTogether(t testing.TB, in *email.Inbox) *postHouse {
	t.Helper()
	h := &postHouse{door: freeAddress(t)}
	ctx := t.Context()
	a, err := New(ctx, Config{Listen: "127.0.0.1:0", Data: t.TempDir(), PublicURL: "http://127.0.0.1:1", SMTPListen: h.door, AllowEgress: []string{"127.0.0.1"}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	h.App = a
	w, m, err := a.Staff.Found(ctx, staff.Founding{Workspace: "Arzel", Name: "Léa", Email: "lea@arzel.example", Password: "a very long password", Locale: "fr", Zone: "Europe/Paris"}, true)
	if err != nil {
		t.Fatal(err)
	}
	h.by = vis.Actor{Workspace: w.ID, Kind: vis.ByMember, ID: string(m.ID), Role: vis.Administrator}
	settings, err := json.Marshal(email.Settings{Addresses: []email.Address{{Address: "bonjour@arzel.example"}}, In: in, Out: &email.Server{Host: "127.0.0.1", Port: 1, Security: "none"}})
	if err != nil {
		t.Fatal(err)
	}
	if h.mail, err = a.Channels.Create(ctx, h.by, channel.Creation{Kind: email.Kind, Name: "Mail", Settings: settings}); err != nil {
		t.Fatal(err)
	}
	if in != nil {
		if err := a.Post.SetSecrets(ctx, h.by, h.mail.ID, map[string]string{email.SecretIn: peers.Password}); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// hand brings letters over one line; each is told as taken before the next.
func (h *postHouse) hand(t testing.TB, letters ...brought) {
	t.Helper()
	c, err := dialDoor(h.door)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, l := range letters {
		if err := deliver(c, l); err != nil {
			t.Errorf("%s: %v", l.name, err)
			return
		}
	}
}

// dialDoor calls a door that is about to be opened.
func dialDoor(at string) (*smtp.Client, error) {
	for deadline := time.Now().Add(10 * time.Second); ; {
		c, err := smtp.Dial(at)
		if err == nil || time.Now().After(deadline) {
			return c, err
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func deliver(c *smtp.Client, l brought) error {
	if err := c.Mail(l.from); err != nil {
		return err
	}
	if err := c.Rcpt("bonjour@arzel.example"); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(l.raw); err != nil {
		return err
	}
	return w.Close()
}

// settled waits until nothing waits to be read.
func (h *postHouse) settled(t testing.TB) {
	t.Helper()
	h.await(t, "all are read", func() bool {
		n, err := h.Post.Counts(t.Context(), h.by)
		if err != nil {
			t.Fatal(err)
		}
		return n.Waiting == 0
	})
}

// await waits for what others do in their own time.
func (*postHouse) await(t testing.TB, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never happened that %s", what)
		}
	}
}

func (h *postHouse) arrivals(t testing.TB, state post.ArrivalState) (out []post.Arrival) {
	t.Helper()
	for after := ""; ; {
		l, err := h.Post.Arrivals(t.Context(), h.by, state, vis.Page{After: after, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, l.Items...)
		if after = l.Next; after == "" {
			return out
		}
	}
}

// brought is a letter as it arrives.
type brought struct {
	name, from string
	raw        []byte
}

// told is a file as Dovecot tells it: CR LF at the end of each line, and 0x80 for what IMAP cannot say (RFC 9051 §4.3).
func told(raw []byte) []byte {
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n")), []byte("\x00"), []byte("\x80"))
}

func TestEveryMailOfTheCollectionComesThroughTheDoorOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("the collection takes a while")
	}
	t.Parallel()
	var letters []brought
	for _, m := range peers.Collection(t) {
		l := brought{m.Name, "somebody@world.example", m.Sent()}
		if strings.Contains(l.name, "bounce-dsn") || strings.Contains(l.name, "dsn-forged") {
			l.from = ""
		}
		letters = append(letters, l)
	}
	h := newPostHouse(t, nil)
	h.passes(t, letters, func() { h.hand(t, letters...) })
}

// E-28: what nobody could read does not hold up what lies behind it in the mailbox.
func TestEveryMailOfTheCollectionIsFetchedOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("the collection takes a while")
	}
	t.Parallel()
	var letters []brought
	var files []string
	for _, m := range peers.Collection(t) {
		letters = append(letters, brought{name: m.Name, raw: told(m.Raw)})
		files = append(files, string(m.Raw))
	}
	d := peers.StartDovecot(t, "")
	h := newPostHouse(t, &email.Inbox{Server: email.Server{Host: "127.0.0.1", Port: int(d.Port), Security: "none", User: "lea"}, After: "move", MoveTo: "Done", Existing: "fetch"})
	rounds := 0
	h.passes(t, letters, func() {
		d.Deliver("lea", "INBOX", files...)
		rounds++
		h.await(t, "all are fetched", func() bool { return d.Count("lea", "Done") == rounds*len(files) && d.Count("lea", "INBOX") == 0 })
	})
}

// passes holds the house to the pass rule of the collection, whatever way letters take into the real store: every letter that the other side
// need not keep any more is in a conversation or in quarantine, once, byte by byte as it came, whatever came before it; and no machine is
// answered.
func (h *postHouse) passes(t *testing.T, letters []brought, bring func()) {
	t.Helper()
	bring()
	h.settled(t)
	first := h.visible(t, letters)
	bring() // the same bytes again, as from a server that heard no answer
	h.settled(t)
	if again := h.visible(t, letters); again != first {
		t.Errorf("after a second delivery %s are visible, before %s", again, first)
	}
	h.onlyPeopleAreAnswered(t)
	t.Logf("%d letters: %s", len(letters), first)
}

// visible checks that each letter stands somewhere, as it was sent, and says how many stand where.
func (h *postHouse) visible(t *testing.T, letters []brought) string {
	t.Helper()
	kept := make(map[string]post.Arrival)
	where := make(map[string]int)
	for _, state := range []post.ArrivalState{post.Filed, post.Repeated, post.Quarantined, post.Waiting, post.Discarded} {
		for _, a := range h.arrivals(t, state) {
			raw, err := h.Post.Raw(t.Context(), h.by, a.ID)
			if err != nil {
				t.Errorf("the bytes of an arrival: %v", err)
			}
			if _, twice := kept[string(raw)]; twice {
				t.Errorf("two arrivals have the same %d bytes", len(raw))
			}
			kept[string(raw)] = a
		}
	}
	if len(kept) != len(letters) {
		t.Errorf("%d arrivals of %d letters", len(kept), len(letters))
	}
	for _, l := range letters {
		a, ok := kept[string(l.raw)]
		switch {
		case !ok:
			t.Errorf("%s: it was taken and is not there", l.name)
		case a.State == post.Quarantined:
			where["quarantined: "+a.Reason]++
		case a.State == post.Filed && a.Message == "" && strings.Contains(string(l.raw), "disposition-notification"):
			where["receipts of letters that are not ours"]++
		case a.State != post.Filed && a.State != post.Repeated, a.Conversation == "" || a.Message == "":
			t.Errorf("%s: it is %s, and nowhere", l.name, a.State)
		default:
			where[string(a.State)]++
			raw, err := h.Post.RawLetter(t.Context(), h.by, a.Message)
			if a.State == post.Filed && (err != nil || !bytes.Equal(raw, l.raw)) {
				t.Errorf("%s: its download has %d bytes of %d, %v", l.name, len(raw), len(l.raw), err)
			}
		}
	}
	return fmt.Sprint(where)
}

// onlyPeopleAreAnswered waits until acknowledgements are due, and looks to whom they go.
func (h *postHouse) onlyPeopleAreAnswered(t *testing.T) {
	t.Helper()
	var all []post.Sending
	h.await(t, "somebody is told that her letter arrived", func() bool {
		l, err := h.Post.Sendings(t.Context(), h.by, nil, vis.Page{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		all = l.Items
		return len(all) > 0
	})
	for _, s := range all {
		of, err := h.Post.Correspondence(t.Context(), h.by, s.Conversation)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(of.Letters, func(l post.Letter) bool {
			return !l.Outward && l.Body.Class == channel.Ordinary && l.Body.From.Address == s.Draft.To[0].Address
		}) {
			t.Errorf("%s was answered, who wrote no ordinary letter", s.Draft.To[0].Address)
		}
	}
}
