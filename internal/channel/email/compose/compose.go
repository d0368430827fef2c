// Package compose writes the letters that leave.
package compose

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"visavis/internal/channel"
)

const (
	referencesMost = 20  // ids: more make headers that some servers refuse
	wordsMost      = 200 // bytes of a subject, a name of a person or of a file
)

// Letter writes out as a plain-text letter with its files (RFC 5322, 2045). The same out gives the same bytes, for nothing in it is
// drawn or read from a clock. Line breaks in names and subjects become spaces; in addresses and in ids of our own they are an error.
func Letter(out channel.Out) ([]byte, error) {
	var w writer
	w.addresses("From", out.From)
	if out.ReplyTo.Address != "" {
		w.addresses("Reply-To", out.ReplyTo)
	}
	w.addresses("To", out.To...)
	w.addresses("Cc", out.Cc...)
	w.line("Subject", words(out.Subject))
	w.line("Date", out.Date.UTC().Format(time.RFC1123Z))
	w.ids("Message-ID", out.MessageID)
	w.ids("In-Reply-To", sound(out.InReplyTo)...)
	w.ids("References", latest(sound(out.References...))...)
	if out.Automatic {
		w.line("Auto-Submitted", "auto-replied")
		w.line("X-Auto-Response-Suppress", "All")
		w.line("Precedence", "bulk")
	}
	if out.AskReceipt {
		w.addresses("Disposition-Notification-To", out.From)
	}
	if out.LoopToken != "" {
		w.line("X-Visavis-Loop", w.strict(out.LoopToken))
	}
	if out.Trial {
		w.line(channel.TrialHeader, w.strict(out.LoopToken))
	}
	w.line("MIME-Version", "1.0")
	w.body(out)
	if w.err != nil {
		return nil, w.err
	}
	return w.Bytes(), nil
}

// writer keeps the first error, so that the letter above reads as a list.
type writer struct {
	bytes.Buffer
	err error
}

func (w *writer) line(name, value string) {
	w.WriteString(name + ": " + value + "\r\n")
}

func (w *writer) addresses(name string, list ...channel.Address) {
	var written []string
	for _, a := range list {
		one := mail.Address{Name: clean(a.Name), Address: w.strict(a.Address)}
		if !strings.Contains(one.Address, "@") {
			w.err = errors.New("compose a letter: an address has no @")
		}
		written = append(written, fold(one.String()))
	}
	if len(written) > 0 {
		w.line(name, strings.Join(written, ",\r\n "))
	}
}

func (w *writer) ids(name string, list ...string) {
	var written []string
	for _, id := range list {
		written = append(written, "<"+w.strict(id)+">")
	}
	if len(written) > 0 {
		w.line(name, strings.Join(written, "\r\n "))
	}
}

// strict refuses what could end a header, a bracket or a line.
func (w *writer) strict(s string) string {
	if !strictly(s) {
		w.err = errors.New("compose a letter: an address or id is empty, too long or has characters that it must not have")
	}
	return s
}

func strictly(s string) bool {
	bad := func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '<' || r == '>' }
	return s != "" && len(s) <= 500 && !strings.ContainsFunc(s, bad)
}

// sound drops ids that cannot be written. Those of a thread come from strangers, who must not make themselves unanswerable by a bad one.
func sound(ids ...string) []string {
	var good []string
	for _, id := range ids {
		if strictly(id) {
			good = append(good, id)
		}
	}
	return good
}

func (w *writer) body(out channel.Out) {
	if len(out.Files) == 0 {
		w.text(out)
		return
	}
	// A boundary of 128 bits that comes from the id stands in no text by chance; quoted-printable would hide it besides, as it has "=".
	sum := sha256.Sum256([]byte(out.MessageID))
	boundary := "=_" + hex.EncodeToString(sum[:16])
	w.line("Content-Type", `multipart/mixed; boundary="`+boundary+`"`)
	w.WriteString("\r\n--" + boundary + "\r\n")
	w.text(out)
	for _, f := range out.Files {
		w.WriteString("\r\n--" + boundary + "\r\n")
		w.file(f)
	}
	w.WriteString("\r\n--" + boundary + "--\r\n")
}

func (w *writer) text(out channel.Out) {
	w.line("Content-Type", "text/plain; charset=utf-8")
	w.line("Content-Transfer-Encoding", "quoted-printable")
	w.WriteString("\r\n")
	q := quotedprintable.NewWriter(w)
	_, err := q.Write([]byte(strings.ReplaceAll(said(out), "\n", "\r\n")))
	if err := errors.Join(err, q.Close()); err != nil {
		w.err = err
	}
}

func (w *writer) file(f channel.File) {
	kind := mime.FormatMediaType(f.MediaType, nil)
	if kind == "" || strings.HasPrefix(kind, "multipart/") || strings.HasPrefix(kind, "message/") || len(kind) > wordsMost {
		kind = "application/octet-stream"
	}
	place := "attachment"
	if f.Inline {
		place = "inline"
	}
	w.line("Content-Type", kind)
	w.line("Content-Disposition", mime.FormatMediaType(place, map[string]string{"filename": clean(f.Name)}))
	w.line("Content-Transfer-Encoding", "base64")
	if f.ContentID != "" {
		w.ids("Content-ID", f.ContentID)
	}
	coded := base64.StdEncoding.EncodeToString(f.Bytes)
	for len(coded) > 0 {
		n := min(76, len(coded))
		w.WriteString("\r\n" + coded[:n])
		coded = coded[n:]
	}
	w.WriteString("\r\n")
}

// said is the words, the signature below the usual mark, and the history.
func said(out channel.Out) string {
	text := lines(out.Text)
	if out.Signature != "" {
		text += "\n\n-- \n" + lines(out.Signature)
	}
	if q := out.Quote; q != nil {
		who := clean(q.From.Name)
		if who == "" {
			who = clean(q.From.Address)
		}
		at := q.At.UTC().Format("2006-01-02 15:04 UTC")
		if out.Language == "fr" {
			text += "\n\nLe " + at + ", " + who + " a écrit\u00a0:\n"
		} else {
			text += "\n\nOn " + at + ", " + who + " wrote:\n"
		}
		text += "> " + strings.ReplaceAll(lines(q.Text), "\n", "\n> ")
	}
	return text + "\n"
}

func lines(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(strings.ToValidUTF8(s, "\ufffd"))
	return strings.TrimRight(s, "\n")
}

// clean makes one line of what may be many, and cuts it.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			return -1 // they turn around what follows, which may be the address
		}
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	if len(s) > wordsMost {
		s = s[:wordsMost]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
	}
	return strings.TrimSpace(s)
}

func words(s string) string {
	return fold(mime.QEncoding.Encode("utf-8", clean(s)))
}

// fold breaks lines between encoded words (RFC 2047 §2), where the break is not part of the text.
func fold(s string) string {
	return strings.ReplaceAll(s, "?= =?", "?=\r\n =?")
}

// latest keeps the first id, which names the thread, and the last ones.
func latest(ids []string) []string {
	if len(ids) <= referencesMost {
		return ids
	}
	return append([]string{ids[0]}, ids[len(ids)-referencesMost+1:]...)
}
