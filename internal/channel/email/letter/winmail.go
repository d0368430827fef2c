package letter

import (
	"cmp"
	"mime"
	"path"
	"strings"

	"github.com/jhillyerd/enmime/v2"

	"visavis/internal/channel/email/tnef"
)

// openWinmail puts the files that lie in a winmail.dat in its place, and its words where the letter has none. One that cannot be read to
// its end stays beside what was found in it.
func (r *reading) openWinmail(e *enmime.Envelope) {
	for _, list := range []*[]*enmime.Part{&e.Inlines, &e.Attachments, &e.OtherParts} {
		var parts []*enmime.Part
		for _, part := range *list {
			if !isWinmail(part) {
				parts = append(parts, part)
				continue
			}
			m, err := tnef.Read(part.Content)
			if err != nil {
				r.note("winmail")
				parts = append(parts, part)
			}
			if e.HTML == "" {
				e.HTML = m.HTML
			}
			if strings.TrimSpace(e.Text) == "" {
				e.Text = cmp.Or(m.Text, textOf(e.HTML))
			}
			if e.Text == "" && len(m.RTF) > 0 {
				m.Files = append(m.Files, tnef.File{Name: "letter.rtf", MediaType: "application/rtf", Bytes: m.RTF})
			}
			for _, f := range m.Files {
				parts = append(parts, &enmime.Part{ContentType: kindOf(f), FileName: f.Name, ContentID: f.ContentID, Content: f.Bytes})
			}
		}
		*list = parts
	}
}

// kindOf is the media type of a file that lay in a winmail.dat, without parameters. An invitation is known by its name on every system.
func kindOf(f tnef.File) string {
	ext := strings.ToLower(path.Ext(f.Name))
	if ext == ".ics" {
		return "text/calendar"
	}
	kind, _, _ := strings.Cut(cmp.Or(f.MediaType, mime.TypeByExtension(ext)), ";")
	return cmp.Or(strings.TrimSpace(kind), "application/octet-stream")
}

func isWinmail(part *enmime.Part) bool {
	switch strings.ToLower(part.ContentType) {
	case "application/ms-tnef", "application/vnd.ms-tnef":
		return true
	}
	return strings.EqualFold(part.FileName, "winmail.dat")
}
