// Package letter reads the raw bytes of mail. It trusts nothing in them: limits are checked before any parser sees a part, every text is
// cleaned, HTML is sanitised, and what cannot be read is an *channel.Unreadable that says why.
//
// A letter is read in these steps, of which each works on what the one before has left:
//
//  1. The scan: size, fields of the head, servers passed, counted in one pass without a parser.
//  2. The head, field by field; two From fields, or one that is written in a way that programs read differently, make it ambiguous.
//  3. The parts, by enmime, whose faults become notes; a guard counts parts and depth before it looks for them. What lies in a winmail.dat
//     takes its place.
//  4. What sort of letter it is: ordinary, automatic, from a list, a bounce, a receipt.
//  5. What is new in it, and what is history or signature.
//  6. How far it is proved whose it is, which asks DNS and nothing else.
package letter

import (
	"bytes"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jhillyerd/enmime/v2"

	"visavis/internal/channel"
	"visavis/internal/text"
)

// The bounds of what is taken over from a letter.
const (
	maxSubject    = 300 // runes
	maxName       = 120
	maxRecipients = 100
	maxIDs        = 50
	maxID         = 250 // bytes
	maxFiles      = 200
	maxHTML       = 1 << 20
)

// Read reads a letter: the same bytes give the same letter, of which nothing is proved; Prove does that. The loop token is the mark of
// letters that left this workspace, "" for none.
func Read(raw []byte, env channel.Envelope, loopToken string) (channel.Letter, error) {
	l, err := read(raw, env, 0)
	if err != nil {
		return channel.Letter{}, err
	}
	l.Loop = loopToken != "" && slices.Contains(l.loops, loopToken)
	if l.Loop && slices.Contains(l.trials, loopToken) {
		l.Loop, l.Class = false, channel.Trial
	}
	for _, to := range env.To {
		if key, ok := text.Email(to); ok && !slices.Contains(l.Delivered, key) {
			l.Delivered = append(l.Delivered, key)
		}
	}
	return l.Letter, nil
}

// reading is a letter with what is needed of its head afterwards.
type reading struct {
	channel.Letter
	head   head
	loops  []string
	trials []string
}

// read reads a letter, and one that it carries.
func read(raw []byte, env channel.Envelope, depth int) (reading, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return reading{}, &channel.Unreadable{Reason: "empty", Detail: "it has no bytes but blanks"}
	}
	var out reading
	raw, out.Notes = mend(raw)
	if err := scan(raw); err != nil {
		return reading{}, err
	}
	out.Trust = channel.Trust{Proof: channel.Unproved, DKIM: "none", SPF: "none", DMARC: "none"}
	out.head = headOf(raw)
	if len(out.head) == 0 {
		return reading{}, &channel.Unreadable{Reason: "broken", Detail: "it has no head"}
	}
	out.readHead()
	parsed, err := parse(raw)
	if err != nil {
		return reading{}, err
	}
	if slices.ContainsFunc(parsed.Errors, func(e *enmime.Error) bool { return e.Name != enmime.ErrorPlainTextFromHTML }) {
		out.note("mime-faults")
	}
	out.openWinmail(parsed)
	out.readParts(parsed)
	out.classify(parsed, env)
	out.forwarded(parsed, depth)
	return out, nil
}

// mend gives lines their ends, takes away what stands before the first field (empty lines, blanks, and the line that a mailbox file puts
// there), and notes what it did.
func mend(raw []byte) (out []byte, notes []string) {
	if !bytes.Contains(raw, []byte("\n")) && bytes.Contains(raw, []byte("\r")) {
		raw = bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
		notes = append(notes, "line-ends")
	}
	whole := len(raw)
	raw = bytes.TrimLeft(raw, "\ufeff\r\n\t ")
	separator := bytes.HasPrefix(raw, []byte("From ")) && !bytes.HasPrefix(bytes.TrimLeft(raw[len("From "):], " \t"), []byte(":"))
	if separator || bytes.HasPrefix(raw, []byte(">From ")) {
		if _, rest, ok := bytes.Cut(raw, []byte("\n")); ok {
			raw = rest
		}
	}
	if len(raw) != whole {
		notes = append(notes, "head-mended")
	}
	return raw, notes
}

const maxBare = 256 << 10

// bodyOf is what stands below the head, as far as it is shown without being parsed.
func bodyOf(raw []byte) []byte {
	at := bytes.Index(raw, []byte("\n\n"))
	if crlf := bytes.Index(raw, []byte("\n\r\n")); crlf >= 0 && (at < 0 || crlf < at) {
		at = crlf
	}
	if at < 0 {
		return nil
	}
	body := raw[at+1:]
	return body[:min(len(body), maxBare)]
}

func (r *reading) note(word string) {
	if !slices.Contains(r.Notes, word) {
		r.Notes = append(r.Notes, word)
	}
}

// readHead takes over the fields that say who wrote to whom, when and in answer to what.
func (r *reading) readHead() {
	h := r.head
	from := r.addresses(h.all("from"))
	if len(from) > 0 {
		r.From = from[0]
	}
	if len(h.all("from")) != 1 || len(from) != 1 || h.odd("from") || several(h.first("from")) {
		r.Trust.Ambiguous = true
		r.note("sender-unclear")
	}
	r.ReplyTo = r.addresses(h.all("reply-to"))
	r.To, r.Cc = r.addresses(h.all("to")), r.addresses(h.all("cc"))
	for _, name := range []string{"delivered-to", "x-original-to", "envelope-to"} {
		for _, a := range r.addresses(h.all(name)) {
			if !slices.Contains(r.Delivered, a.Address) {
				r.Delivered = append(r.Delivered, a.Address)
			}
		}
	}
	r.Subject = text.Preview(decoded(h.first("subject")), maxSubject)
	if at, err := mail.ParseDate(h.first("date")); err == nil && at.Year() >= 1990 && at.Year() < 2090 {
		r.SentAt = at.UTC()
	}
	if ids := idsIn(h.first("message-id")); len(ids) > 0 {
		r.MessageID = ids[0]
	}
	r.InReplyTo, r.References = idsIn(h.first("in-reply-to")), idsIn(h.first("references"))
	r.Hops = len(h.all("received"))
	r.loops, r.trials = h.all("x-visavis-loop"), h.all(strings.ToLower(channel.TrialHeader))
}

// addresses reads the mailboxes of fields. What is no address is left out; so is what comes after the first hundred.
func (r *reading) addresses(fields []string) []channel.Address {
	var out []channel.Address
	for _, field := range fields {
		for _, a := range mailboxes(field) {
			key, ok := text.Email(a.Address)
			if !ok {
				r.note("address-unreadable")
				continue
			}
			if len(out) == maxRecipients {
				r.note("recipients-cut")
				return out
			}
			if !slices.ContainsFunc(out, func(o channel.Address) bool { return o.Address == key }) {
				out = append(out, channel.Address{Name: text.Preview(a.Name, maxName), Address: key})
			}
		}
	}
	return out
}

// several reports whether a field that is no list of addresses has more than one in angle brackets: programs differ in which they take.
func several(field string) bool {
	parser := mail.AddressParser{WordDecoder: words}
	_, err := parser.ParseList(field)
	return err != nil && strings.Count(field, "<") > 1
}

// mailboxes reads a list of addresses as tolerantly as can be done without guessing: an encoded word is never decoded into an address.
func mailboxes(field string) []*mail.Address {
	parser := mail.AddressParser{WordDecoder: words}
	if list, err := parser.ParseList(field); err == nil {
		return list
	}
	var out []*mail.Address
	for part := range strings.SplitSeq(field, ",") {
		if a, err := parser.Parse(strings.TrimSpace(part)); err == nil {
			out = append(out, a)
			continue
		}
		if open, end := strings.LastIndexByte(part, '<'), strings.LastIndexByte(part, '>'); open >= 0 && end > open {
			out = append(out, &mail.Address{Name: decoded(strings.Trim(strings.TrimSpace(part[:open]), `"`)), Address: strings.TrimSpace(part[open+1 : end])})
		} else if strings.Contains(part, "@") {
			out = append(out, &mail.Address{Address: strings.TrimSpace(part)})
		}
	}
	return out
}

var words = &mime.WordDecoder{CharsetReader: charsetReader}

// decoded reads the encoded words of a field (RFC 2047); what is wrong with them stays as it is.
func decoded(field string) string {
	out, err := words.DecodeHeader(field)
	if err != nil {
		out = field
	}
	return strings.ToValidUTF8(out, "�")
}

// idsIn reads message ids without their brackets (RFC 5322 §3.6.4): of too many the last, which are the newest.
func idsIn(field string) []string {
	var out []string
	for word := range strings.FieldsSeq(strings.NewReplacer("<", " ", ">", " ", ",", " ").Replace(field)) {
		if len(word) <= maxID && utf8.ValidString(word) && !strings.ContainsFunc(word, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			out = append(out, word)
		}
	}
	return out[max(0, len(out)-maxIDs):]
}

// readParts takes over the words, the HTML and the files.
func (r *reading) readParts(e *enmime.Envelope) {
	said := text.Clean(strings.ReplaceAll(strings.ToValidUTF8(e.Text, "�"), "\r\n", "\n"))
	r.Text, r.Folded = fold(said)
	for _, part := range slices.Concat(e.Inlines, e.Attachments, e.OtherParts) {
		if len(r.Files) == maxFiles {
			r.note("files-left-out")
			break
		}
		r.file(part)
	}
	if len(e.HTML) > maxHTML {
		r.note("html-left-out")
		return
	}
	if e.HTML != "" {
		r.HTML, r.Remote = r.sanitised(strings.ToValidUTF8(e.HTML, "�"))
	}
}

// file takes over one part that is no text of the letter.
func (r *reading) file(part *enmime.Part) {
	kind := strings.ToLower(part.ContentType)
	switch kind {
	case "message/delivery-status", "message/disposition-notification", "text/rfc822-headers":
		return // read by classify
	case "text/calendar":
		if r.Calendar == nil {
			r.Calendar = invitation(part.Content)
		}
	case "message/partial":
		r.note("partial")
	case "application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted", "application/pgp-encrypted":
		r.note("encrypted")
	}
	if len(part.Content) == 0 && part.FileName == "" {
		return
	}
	r.Files = append(r.Files, channel.File{Name: fileName(part.FileName, kind), MediaType: kind, ContentID: strings.Trim(part.ContentID, "<> "),
		Bytes: part.Content})
}

// fileName is one path element that is safe to show and to save.
func fileName(name, kind string) string {
	name = decoded(name)
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Trim(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) { // zero-width and bidirectional signs, which hide what a name is
			return -1
		}
		if strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, text.Line(name)), " .")
	if runes := []rune(name); len(runes) > 120 {
		end := strings.LastIndexByte(name, '.')
		suffix := ""
		if end > 0 && len(name)-end <= 10 {
			suffix = name[end:]
		}
		name = string(runes[:110]) + suffix
	}
	if name != "" {
		return name
	}
	if suffixes, err := mime.ExtensionsByType(kind); err == nil && len(suffixes) > 0 {
		return "file" + suffixes[0]
	}
	if kind == "message/rfc822" {
		return "letter.eml"
	}
	return "file"
}

// calendarTime reads a date or a time of a calendar object (RFC 5545 §3.3.4, §3.3.5); a floating one is taken for UTC.
func calendarTime(value, zone string) (at time.Time, whole bool) {
	if at, err := time.Parse("20060102", value); err == nil {
		return at, true
	}
	if at, err := time.Parse("20060102T150405Z", value); err == nil {
		return at, false
	}
	place, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		place = time.UTC
	}
	if at, err := time.ParseInLocation("20060102T150405", value, place); err == nil {
		return at.UTC(), false
	}
	return time.Time{}, false
}
