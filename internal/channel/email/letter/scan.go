package letter

import (
	"bytes"
	"fmt"
	"io"
	"strings"

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
	maxBoundary  = 200
)

// scan counts lines, fields, parts and depth in one pass and refuses what is beyond the bounds. It takes each boundary that any line
// declares for one, so that it counts at least what a parser would.
func scan(raw []byte) error {
	if len(raw) > maxBytes {
		return unreadable("too-large", "%d bytes; %d are read", len(raw), maxBytes)
	}
	boundaries := make(map[string]bool)
	inHead, fields, field, hops, parts, nested := true, 0, 0, 0, 0, 0
	for at := 0; at < len(raw); {
		end := bytes.IndexByte(raw[at:], '\n')
		line := raw[at:]
		if end >= 0 {
			line = raw[at : at+end]
		}
		at += len(line) + 1
		line = bytes.TrimRight(line, "\r")
		if inHead {
			switch {
			case len(line) == 0:
				inHead = false
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
			case fields > maxFields || at > maxHeadBytes && inHead:
				return unreadable("too-many-headers", "%d fields, %d bytes", fields, at)
			case hops >= maxHops:
				return unreadable("loop", "it came through %d servers", hops)
			}
		}
		if len(line) > 2 && line[0] == '-' && line[1] == '-' && len(line) <= maxBoundary {
			if boundaries[string(bytes.TrimRight(line[2:], "- \t"))] {
				if parts++; parts > maxParts {
					return unreadable("too-many-parts", "more than %d", maxParts)
				}
			}
			continue
		}
		if len(line) > 4096 || !bytes.ContainsRune(line, '/') && !bytes.ContainsRune(line, '=') {
			continue
		}
		low := strings.ToLower(string(line))
		if i := strings.Index(low, "boundary"); i >= 0 {
			if b := boundaryIn(string(line[i+len("boundary"):])); b != "" {
				boundaries[strings.TrimRight(b, "- ")] = true
				nested++
			}
		}
		if strings.HasPrefix(low, "content-type:") && strings.Contains(low, "message/") {
			nested++
		}
		if nested > maxDepth {
			return unreadable("too-deep", "more than %d parts within parts", maxDepth)
		}
	}
	return nil
}

func unreadable(reason, detail string, args ...any) error {
	return &channel.Unreadable{Reason: reason, Detail: fmt.Sprintf(detail, args...)}
}

// boundaryIn is what stands behind the word boundary: = and a value, in quotes or not.
func boundaryIn(s string) string {
	s = strings.TrimSpace(s)
	value, ok := strings.CutPrefix(s, "=")
	if !ok {
		return ""
	}
	value = strings.TrimSpace(value)
	if quoted, ok := strings.CutPrefix(value, `"`); ok {
		inside, _, _ := strings.Cut(quoted, `"`)
		return inside
	}
	word, _, _ := strings.Cut(value, ";")
	return strings.TrimSpace(word)
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
