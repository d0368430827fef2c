package letter

import (
	"bytes"
	"net/textproto"
	"regexp"
	"strings"

	"github.com/jhillyerd/enmime/v2"

	"visavis/internal/channel"
	"visavis/internal/text"
)

// classify says what sort of letter this is. A null return path is told by the envelope, or by the server that put it into the head.
func (r *reading) classify(e *enmime.Envelope, env channel.Envelope) {
	h := r.head
	r.list()
	kind := strings.ToLower(h.first("content-type"))
	report := part(e.Root, "message/delivery-status")
	receipt := part(e.Root, "message/disposition-notification")
	auto := strings.ToLower(strings.TrimSpace(h.first("auto-submitted")))
	local, _, _ := strings.Cut(r.From.Address, "@")
	null := strings.TrimSpace(h.first("return-path")) == "<>" || env.From == "" && len(env.To) > 0
	switch {
	case receipt != nil || strings.Contains(kind, "disposition-notification"):
		r.Class = channel.WasRead
		r.Receipt = receiptOf(receipt)
	case report != nil || strings.Contains(kind, "report-type=delivery-status") || strings.Contains(kind, `report-type="delivery-status"`),
		null && (local == "mailer-daemon" || local == "postmaster"):
		r.Class = channel.Bounced
		if r.Bounce = bounceOf(e, report, r.Text); r.Bounce == nil {
			r.Class = channel.Automatic
		}
	case null, auto != "" && auto != "no" && !strings.HasPrefix(auto, "no;"), h.first("x-autoreply") != "", h.first("x-autorespond") != "",
		h.first("x-auto-reply-from") != "", precedence(h, "auto_reply"):
		r.Class = channel.Automatic
	case r.List != nil:
		r.Class = channel.ListPost
	case precedence(h, "bulk", "junk", "list"), h.first("list-unsubscribe") != "", h.first("feedback-id") != "":
		r.Class = channel.Automatic
	default:
		r.Class = channel.Ordinary
	}
}

func precedence(h head, words ...string) bool {
	is := strings.ToLower(strings.TrimSpace(h.first("precedence")))
	for _, w := range words {
		if is == w {
			return true
		}
	}
	return false
}

// list reads which mailing list a letter came through (RFC 2919, RFC 2369).
func (r *reading) list() {
	id := r.head.first("list-id")
	if id == "" {
		return
	}
	if open, end := strings.LastIndexByte(id, '<'), strings.LastIndexByte(id, '>'); open >= 0 && end > open {
		id = id[open+1 : end]
	}
	l := channel.MailingList{ID: text.Preview(id, 200)}
	if _, to, ok := strings.Cut(strings.ToLower(r.head.first("list-post")), "mailto:"); ok {
		to, _, _ = strings.Cut(to, ">")
		to, _, _ = strings.Cut(to, "?")
		l.Post, _ = text.Email(to)
	}
	r.List = &l
}

// part is the first part of a type, nil when there is none.
func part(p *enmime.Part, kind string) *enmime.Part {
	if p == nil {
		return nil
	}
	return p.BreadthMatchFirst(func(p *enmime.Part) bool { return strings.EqualFold(p.ContentType, kind) })
}

// fieldsOf reads groups of fields with empty lines between them (RFC 3464 §2.1).
func fieldsOf(content []byte) []textproto.MIMEHeader {
	var out []textproto.MIMEHeader
	for group := range bytes.SplitSeq(bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n")), []byte("\n\n")) {
		fields := make(textproto.MIMEHeader)
		for _, f := range headOf(group) {
			fields.Add(f.name, f.value)
		}
		if len(fields) > 0 {
			out = append(out, fields)
		}
		if len(out) == maxRecipients {
			break
		}
	}
	return out
}

var (
	idLine  = regexp.MustCompile(`(?im)^\s*message-id:\s*<?([^<>\s]{3,250})>?`)
	code    = regexp.MustCompile(`\b([245]\.\d{1,3}\.\d{1,3})\b`)
	mailbox = regexp.MustCompile(`<?([A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+)>?`)
)

// tried is what programs without a delivery status notification write of a letter that they still try to deliver.
var tried = regexp.MustCompile(`(?i)warning message only|do not need to resend|(will|is going to) (be retried|keep trying|continue to try|try again)|not (yet )?been delivered yet|delivery (is|has been) delayed|wird weiterhin versucht|nouvelle tentative|nouvelles tentatives`)

// bounceOf reads a report that a letter of ours did not arrive: as a delivery status notification, or from what programs without one write.
// nil when the report says that it did.
func bounceOf(e *enmime.Envelope, report *enmime.Part, said string) *channel.Bounce {
	var b channel.Bounce
	if report != nil {
		arrived := 0
		for _, f := range fieldsOf(report.Content) {
			action := strings.ToLower(f.Get("Action"))
			to := afterType(f.Get("Final-Recipient"))
			if to == "" {
				to = afterType(f.Get("Original-Recipient"))
			}
			key, ok := text.Email(to)
			if action == "" && !ok {
				continue
			}
			if action == "delivered" || action == "relayed" || action == "expanded" {
				arrived++
				continue
			}
			b.Delayed = b.Delayed || action == "delayed"
			b.Permanent = b.Permanent || action == "failed" && !strings.HasPrefix(f.Get("Status"), "4.")
			if ok {
				b.Recipients = append(b.Recipients, channel.BouncedRecipient{Address: key, Status: code.FindString(f.Get("Status")),
					Answer: text.Preview(afterType(f.Get("Diagnostic-Code")), 300)})
			}
		}
		if arrived > 0 && len(b.Recipients) == 0 && !b.Permanent && !b.Delayed {
			return nil
		}
	}
	for _, kind := range []string{"message/rfc822", "text/rfc822-headers"} {
		if p := part(e.Root, kind); p != nil && b.MessageID == "" {
			if m := idLine.FindSubmatch(p.Content); m != nil {
				b.MessageID = string(m[1])
			}
		}
	}
	if len(b.Recipients) == 0 {
		b.Delayed = b.Delayed || report == nil && tried.MatchString(said)
		b.Permanent = !b.Delayed
		for _, m := range mailbox.FindAllStringSubmatch(said, 5) {
			if key, ok := text.Email(m[1]); ok && !strings.HasPrefix(key, "mailer-daemon@") && !strings.HasPrefix(key, "postmaster@") {
				b.Recipients = []channel.BouncedRecipient{{Address: key, Status: code.FindString(said), Answer: text.Preview(said, 300)}}
				break
			}
		}
	}
	if b.MessageID == "" {
		if m := idLine.FindStringSubmatch(e.Text); m != nil {
			b.MessageID = m[1]
		}
	}
	return &b
}

// afterType is a field's value without the type before its semicolon.
func afterType(v string) string {
	if _, rest, ok := strings.Cut(v, ";"); ok {
		return strings.TrimSpace(rest)
	}
	return strings.TrimSpace(v)
}

// receiptOf reads that a letter of ours was shown, or deleted unread (RFC 8098 §3).
func receiptOf(p *enmime.Part) *channel.ReadReceipt {
	if p == nil {
		return nil
	}
	var out channel.ReadReceipt
	for _, f := range fieldsOf(p.Content) {
		if ids := idsIn(f.Get("Original-Message-Id")); len(ids) > 0 {
			out.MessageID = ids[0]
		}
		if strings.Contains(strings.ToLower(f.Get("Disposition")), "displayed") {
			out.Displayed = true
		}
	}
	return &out
}

// invitation reads the first event of a calendar object, as far as it is shown.
func invitation(content []byte) *channel.Invitation {
	const most = 64 << 10
	var out channel.Invitation
	unfolded := strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", "\n\t", "").Replace(strings.ToValidUTF8(string(content[:min(len(content), most)]), "�"))
	in := false
	for line := range strings.SplitSeq(strings.ReplaceAll(unfolded, "\r", ""), "\n") {
		full, value, ok := strings.Cut(line, ":")
		name, parameters, _ := strings.Cut(full, ";")
		if !ok {
			continue
		}
		name = strings.ToUpper(name)
		zone := ""
		for parameter := range strings.SplitSeq(parameters, ";") {
			if key, z, _ := strings.Cut(parameter, "="); strings.EqualFold(key, "tzid") {
				zone = z
			}
		}
		plain := text.Preview(strings.NewReplacer(`\n`, " ", `\,`, ",", `\;`, ";", `\\`, `\`).Replace(value), 300)
		switch {
		case name == "METHOD":
			out.Method = strings.ToUpper(text.Preview(value, 20))
		case name == "BEGIN" && value == "VEVENT":
			in = true
		case name == "END" && value == "VEVENT":
			if out.BeginsAt.IsZero() {
				return nil
			}
			return &out
		case !in:
		case name == "SUMMARY":
			out.Summary = plain
		case name == "LOCATION":
			out.Place = plain
		case name == "RRULE":
			out.Repeats = text.Preview(value, 200)
		case name == "DTSTART":
			out.BeginsAt, out.WholeDay = calendarTime(value, zone)
		case name == "DTEND":
			out.EndsAt, _ = calendarTime(value, zone)
		case name == "ORGANIZER":
			key, ok := text.Email(strings.TrimPrefix(strings.ToLower(value), "mailto:"))
			if ok {
				out.Organizer = channel.Address{Address: key}
			}
		}
	}
	return nil
}
