package letter

import (
	"regexp"
	"strings"

	"github.com/jhillyerd/enmime/v2"

	"visavis/internal/channel"
)

// begins stands above what somebody passes on, in French, English and German.
var begins = regexp.MustCompile(`(?i)^\s*(-{2,}\s*(forwarded message|message transféré|weitergeleitete nachricht)\s*-{2,}|begin forwarded message:|début du message (transféré|réexpédié)\s*:|anfang der weitergeleiteten nachricht:)\s*$`)

var headField = regexp.MustCompile(`(?i)^\s*\*?(from|de|von|expéditeur|subject|objet|betreff)\s*:\*?\s*(.*?)\s*$`)

// forwarded finds the letter that this one passes on: as its only attached letter, or below a line that says so.
func (r *reading) forwarded(e *enmime.Envelope, depth int) {
	if depth > 0 {
		return
	}
	var attached *enmime.Part
	for _, p := range append(append([]*enmime.Part{}, e.Attachments...), e.OtherParts...) {
		if strings.EqualFold(p.ContentType, "message/rfc822") {
			if attached != nil {
				return // several: nobody can say which is meant
			}
			attached = p
		}
	}
	if attached != nil && r.Class == channel.Ordinary {
		if inner, err := read(attached.Content, channel.Envelope{}, depth+1); err == nil && inner.From.Address != "" {
			r.Forwarded = &inner.Letter
		}
		return
	}
	r.forwardedBelow(strings.ReplaceAll(e.Text, "\r\n", "\n"))
}

// forwardedBelow reads a letter that was passed on in the text.
func (r *reading) forwardedBelow(said string) {
	lines := strings.Split(said, "\n")
	for i, line := range lines {
		if !begins.MatchString(line) {
			continue
		}
		var inner channel.Letter
		at := i + 1
		for seen := false; at < len(lines) && at < i+15; at++ {
			if strings.TrimSpace(lines[at]) == "" {
				if seen {
					break
				}
				continue
			}
			if !headLine.MatchString(lines[at]) && seen {
				break
			}
			seen = true
			m := headField.FindStringSubmatch(lines[at])
			if m == nil {
				continue
			}
			switch strings.ToLower(m[1]) {
			case "subject", "objet", "betreff":
				inner.Subject = m[2]
			default:
				if from := (&reading{}).addresses([]string{strings.NewReplacer("[mailto:", "<", "]", ">").Replace(m[2])}); len(from) > 0 {
					inner.From = from[0]
				}
			}
		}
		if inner.From.Address == "" {
			return
		}
		inner.Text, inner.Folded = fold(strings.TrimSpace(strings.Join(lines[at:], "\n")))
		inner.Class, inner.Files = channel.Ordinary, r.Files
		r.Forwarded = &inner
		return
	}
}
