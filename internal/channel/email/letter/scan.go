package letter

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/jhillyerd/enmime/v2"
	"github.com/jhillyerd/enmime/v2/mediatype"
	"golang.org/x/net/html/charset"

	"visavis/internal/channel"
)

// The bounds of a letter, counted before anything is parsed.
const (
	maxBytes     = 50 << 20
	maxParts     = 300
	maxDepth     = 30
	maxHeadBytes = 256 << 10
	maxField     = 64 << 10
	maxFields    = 1000
	maxHops      = 50
	maxMediaType = 8 << 10
)

// scan counts the fields of the head and refuses what is beyond the bounds.
func scan(raw []byte) error {
	if len(raw) > maxBytes {
		return unreadable("too-large", "%d bytes; %d are read", len(raw), maxBytes)
	}
	fields, field, hops := 0, 0, 0
	for at := 0; at < len(raw); {
		end := bytes.IndexByte(raw[at:], '\n')
		line := raw[at:]
		if end >= 0 {
			line = raw[at : at+end]
		}
		at += len(line) + 1
		line = bytes.TrimRight(line, "\r")
		switch {
		case len(line) == 0:
			return nil
		case line[0] == ' ' || line[0] == '\t':
			field += len(line)
		default:
			fields, field = fields+1, len(line)
			if len(line) >= 9 && bytes.EqualFold(line[:9], []byte("received:")) {
				hops++
			}
		}
		switch {
		case field > maxField:
			return unreadable("header-too-long", "a field of the head has over %d bytes", maxField)
		case fields > maxFields || at > maxHeadBytes:
			return unreadable("too-many-headers", "%d fields, %d bytes", fields, at)
		case hops >= maxHops:
			return unreadable("loop", "it came through %d servers", hops)
		}
	}
	return nil
}

func unreadable(reason, detail string, args ...any) error {
	return &channel.Unreadable{Reason: reason, Detail: fmt.Sprintf(detail, args...)}
}

// guard stands where the parser asks what a Content-Type means, so that both understand the same by it, however it is written. It
// counts the parts that a boundary can divide before the parser looks for one of them.
type guard struct {
	raw    []byte
	nested int
	parts  int
	err    error // of the bound that was crossed
}

// mediaType is asked by the parser for each part. An error of it ends the parsing.
func (g *guard) mediaType(field string) (kind string, params map[string]string, invalid []string, err error) {
	if g.err != nil {
		return "", nil, nil, g.err
	}
	if len(field) > maxMediaType {
		return "application/octet-stream", nil, nil, nil
	}
	kind, params, invalid, err = mediatype.Parse(field)
	if err != nil || params["boundary"] == "" {
		return kind, params, invalid, err
	}
	g.nested++
	g.parts += bytes.Count(g.raw, []byte("--"+params["boundary"]))
	switch {
	case g.nested > maxDepth:
		g.err = unreadable("too-deep", "more than %d parts within parts", maxDepth)
	case g.parts > maxParts:
		g.err = unreadable("too-many-parts", "more than %d", maxParts)
	}
	return kind, params, invalid, g.err
}

// parse takes a letter apart; its error says that the parts are beyond the bounds. What cannot be taken apart, or has none of the parts
// that it speaks of, is shown as it stands below the head.
func parse(raw []byte) (*enmime.Envelope, error) {
	g := guard{raw: raw}
	parsed, err := g.parse(enmime.DisableCharacterDetection(true))
	if err == nil && !sure(parsed.Root) {
		g = guard{raw: raw}
		parsed, err = g.parse()
	}
	if g.err != nil {
		return nil, g.err
	}
	if err != nil || parsed.Root.Boundary != "" && parsed.Root.FirstChild == nil {
		parsed = &enmime.Envelope{Text: string(bodyOf(raw)), Errors: []*enmime.Error{{}}}
	}
	if parsed.Text == "" && parsed.HTML != "" {
		parsed.Text = textOf(parsed.HTML)
	}
	return parsed, nil
}

func (g *guard) parse(more ...enmime.Option) (*enmime.Envelope, error) {
	more = append(more, enmime.SetCustomParseMediaType(g.mediaType), enmime.DisableTextConversion(true))
	return enmime.NewParser(more...).ReadEnvelope(bytes.NewReader(g.raw))
}

// sure reports whether the words of a part, and of those below it, are in the characters that they say, so that nobody need guess, which
// costs more than all other reading.
func sure(p *enmime.Part) bool {
	for ; p != nil; p = p.NextSibling {
		if strings.HasPrefix(p.ContentType, "text/") && !plain(p.Content) &&
			(!strings.EqualFold(p.Charset, "utf-8") || bytes.ContainsRune(p.Content, utf8.RuneError)) || !sure(p.FirstChild) {
			return false
		}
	}
	return true
}

// plain reports whether bytes mean the same in every charset: ASCII without an escape, which begins another one (RFC 1468).
func plain(b []byte) bool {
	return !bytes.ContainsFunc(b, func(r rune) bool { return r >= utf8.RuneSelf || r == 0x1b || r == '~' })
}

// field is one of a head, unfolded.
type field struct {
	name  string // in lower case
	value string
	odd   bool // there is a blank before the colon, which programs read differently
}

type head []field

// headOf reads the fields up to the first empty line.
func headOf(raw []byte) head {
	var out head
	for line := range bytes.Lines(raw) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(out) > 0 {
				out[len(out)-1].value += " " + string(bytes.TrimSpace(line))
			}
			continue
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		trimmed := bytes.TrimSpace(name)
		if !ok || len(trimmed) == 0 || bytes.ContainsAny(trimmed, " \t") {
			continue
		}
		out = append(out, field{strings.ToLower(string(trimmed)), string(bytes.TrimSpace(value)), len(trimmed) != len(name)})
	}
	return out
}

func (h head) all(name string) (out []string) {
	for _, f := range h {
		if f.name == name {
			out = append(out, f.value)
		}
	}
	return out
}

func (h head) first(name string) string {
	for _, f := range h {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

func (h head) odd(name string) bool {
	for _, f := range h {
		if f.name == name && (f.odd || strings.ContainsRune(f.value, 0)) {
			return true
		}
	}
	return false
}

// charsetReader reads the charsets that browsers know. UTF-7 is none of them: it would turn harmless text into markup.
func charsetReader(label string, input io.Reader) (io.Reader, error) {
	return charset.NewReaderLabel(label, input)
}
