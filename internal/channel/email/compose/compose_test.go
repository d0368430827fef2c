package compose

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"visavis/internal/channel"
)

func letter() channel.Out {
	return channel.Out{
		MessageID: "m1@example.org", Date: time.Date(2026, 11, 27, 6, 0, 0, 0, time.UTC),
		From: channel.Address{Name: "Léa", Address: "support@example.org"}, To: []channel.Address{{Address: "sam@example.net"}},
		Subject: "Votre commande, très bientôt", Text: "Bonjour,\n.\nà demain", Language: "fr",
	}
}

func read(t *testing.T, out channel.Out) (*mail.Message, string) {
	t.Helper()
	raw, err := Letter(out)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := Letter(out); !bytes.Equal(raw, again) {
		t.Error("the second writing differs")
	}
	for _, line := range strings.Split(string(raw), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n\x00") {
			t.Errorf("a line that mail does not allow: %.80q", line)
		}
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	body := io.Reader(m.Body)
	if kind, p, _ := mime.ParseMediaType(m.Header.Get("Content-Type")); kind == "multipart/mixed" {
		part, err := multipart.NewReader(m.Body, p["boundary"]).NextPart() // decodes quoted-printable by itself
		if err != nil {
			t.Fatal(err)
		}
		body = part
	} else {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return m, strings.ReplaceAll(string(text), "\r\n", "\n")
}

func TestLetterReadsBackAsItWasMeant(t *testing.T) {
	t.Parallel()
	out := letter()
	out.Signature = "Léa"
	out.Quote = &channel.Quote{From: channel.Address{Name: "Sam"}, At: out.Date, Text: "Où est\nmon colis ?"}
	out.Files = []channel.File{{Name: "reçu.pdf", MediaType: "application/pdf", Bytes: []byte("%PDF")}}
	for range 30 {
		out.References = append(out.References, "r@example.org")
	}
	m, text := read(t, out)
	want := "Bonjour,\n.\nà demain\n\n-- \nLéa\n\nLe 2026-11-27 06:00 UTC, Sam a écrit\u00a0:\n> Où est\n> mon colis ?\n"
	if text != want {
		t.Errorf("text %q, want %q", text, want)
	}
	if subject, _ := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); subject != out.Subject {
		t.Errorf("subject %q", subject)
	}
	if from, err := m.Header.AddressList("From"); err != nil || from[0].Name != "Léa" {
		t.Errorf("from %v, %v", from, err)
	}
	if n := strings.Count(m.Header.Get("References"), "<"); n != referencesMost {
		t.Errorf("%d references", n)
	}
	raw, _ := Letter(out)
	if !bytes.Contains(raw, []byte(base64.StdEncoding.EncodeToString([]byte("%PDF")))) || !bytes.Contains(raw, []byte("filename*=utf-8''re%C3%A7u.pdf")) {
		t.Error("the file is not in it")
	}
}

func TestAcknowledgementSaysThatItIsAutomatic(t *testing.T) {
	t.Parallel()
	out := letter()
	if m, _ := read(t, out); m.Header.Get("Auto-Submitted") != "" {
		t.Error("a person's letter says that it is automatic")
	}
	out.Automatic = true
	if m, _ := read(t, out); m.Header.Get("Auto-Submitted") != "auto-replied" || m.Header.Get("X-Auto-Response-Suppress") != "All" {
		t.Error("an acknowledgement does not say so")
	}
}

// E-20: whatever a name, a subject or a file is called, it writes no header.
func TestNothingWritesAHeaderOfItsOwn(t *testing.T) {
	t.Parallel()
	const evil = "a\r\nBcc: eve@example.com\r\n\r\nb\x00\u2028"
	out := letter()
	out.Subject, out.From.Name = evil, evil
	out.Files = []channel.File{{Name: evil, MediaType: evil, Bytes: []byte("x")}}
	raw, err := Letter(out)
	if err != nil || bytes.Contains(raw, []byte("\nBcc:")) {
		t.Errorf("a header got in: %v", err)
	}
	for name, change := range map[string]func(*channel.Out){
		"message id":   func(o *channel.Out) { o.MessageID = evil },
		"from":         func(o *channel.Out) { o.From.Address = evil },
		"to":           func(o *channel.Out) { o.To[0].Address = evil },
		"loop token":   func(o *channel.Out) { o.LoopToken = evil },
		"content id":   func(o *channel.Out) { o.Files = []channel.File{{Name: "a", ContentID: evil}} },
		"no sender":    func(o *channel.Out) { o.From.Address = "" },
		"no id at all": func(o *channel.Out) { o.MessageID = "" },
	} {
		out := letter()
		change(&out)
		if _, err := Letter(out); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// E-20: what a stranger calls his letter writes no header in ours.
func TestBadIdOfAStrangerDoesNotHinderTheAnswer(t *testing.T) {
	t.Parallel()
	out := letter()
	out.InReplyTo = "a b\r\nBcc: eve@example.com"
	out.References = []string{"good@example.net", out.InReplyTo, "", "é@example.net"}
	m, _ := read(t, out)
	if m.Header.Get("In-Reply-To") != "" || m.Header.Get("References") != "<good@example.net>" || m.Header.Get("Bcc") != "" {
		t.Errorf("headers %v", m.Header)
	}
}

// E-08, E-20: whose name a letter comes in stays on one line, and turns around nothing that follows it.
func TestANameBreaksIntoNothing(t *testing.T) {
	t.Parallel()
	out := letter()
	out.From.Name = "Léa \u202e· \"Arzel\"\r\nBcc: x@else.example <ceo@else.example>\u2066"
	m, _ := read(t, out)
	from, err := m.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Address != "support@example.org" || from[0].Name != "Léa · \"Arzel\"  Bcc: x@else.example <ceo@else.example>" {
		t.Errorf("it comes from %+v, %v", from, err)
	}
	if m.Header.Get("Bcc") != "" {
		t.Errorf("the name has a header of its own: %v", m.Header)
	}
}
