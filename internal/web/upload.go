package web

import (
	"bytes"
	"net/http"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"visavis/internal/picture"
	"visavis/internal/vis"
)

// maxFileName is the longest name of a file, in runes.
const maxFileName = 200

// family is what the first bytes of a file look like.
type family int

const (
	unknownBytes family = iota
	pngBytes
	jpegBytes
	gifBytes
	webpBytes
	heifBytes
	pdfBytes
	zipBytes
	oleBytes
	isoBytes // the container of MP4, QuickTime and their kin
	matroskaBytes
	mp3Bytes
	oggBytes
	textBytes
)

// fileType is a type of file that may be sent: its name's ending, what it travels as, and what its bytes must look like.
type fileType struct {
	mediaType string
	bytes     []family
}

// fileTypes is everything that may be sent. What is not here is refused: nothing that a browser or an operating system would run.
var fileTypes = map[string]fileType{
	".png":  {"image/png", []family{pngBytes}},
	".jpg":  {"image/jpeg", []family{jpegBytes}},
	".jpeg": {"image/jpeg", []family{jpegBytes}},
	".gif":  {"image/gif", []family{gifBytes}},
	".webp": {"image/webp", []family{webpBytes}},
	".heic": {"image/heic", []family{heifBytes}},
	".heif": {"image/heif", []family{heifBytes}},
	".pdf":  {"application/pdf", []family{pdfBytes}},
	".txt":  {"text/plain; charset=utf-8", []family{textBytes}},
	".csv":  {"text/csv; charset=utf-8", []family{textBytes}},
	".zip":  {"application/zip", []family{zipBytes}},
	".docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", []family{zipBytes}},
	".xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []family{zipBytes}},
	".pptx": {"application/vnd.openxmlformats-officedocument.presentationml.presentation", []family{zipBytes}},
	".odt":  {"application/vnd.oasis.opendocument.text", []family{zipBytes}},
	".ods":  {"application/vnd.oasis.opendocument.spreadsheet", []family{zipBytes}},
	".odp":  {"application/vnd.oasis.opendocument.presentation", []family{zipBytes}},
	".doc":  {"application/msword", []family{oleBytes}},
	".xls":  {"application/vnd.ms-excel", []family{oleBytes}},
	".ppt":  {"application/vnd.ms-powerpoint", []family{oleBytes}},
	".mp4":  {"video/mp4", []family{isoBytes}},
	".mov":  {"video/quicktime", []family{isoBytes}},
	".webm": {"video/webm", []family{matroskaBytes}},
	".m4a":  {"audio/mp4", []family{isoBytes}},
	".mp3":  {"audio/mpeg", []family{mp3Bytes}},
	".ogg":  {"audio/ogg", []family{oggBytes}},
	".oga":  {"audio/ogg", []family{oggBytes}},
}

// endings are the endings for files that come without one, as from a clipboard.
var endings = map[family]string{pngBytes: ".png", jpegBytes: ".jpg", gifBytes: ".gif", webpBytes: ".webp", pdfBytes: ".pdf"}

var errFileType = vis.Errorf(vis.Invalid, "file_type_refused",
	"This type of file is not accepted here. Pictures, PDF, text, office documents, ZIP, films and sound are.")

// fileName makes a name safe to show and to save: compatibility forms and invisible characters go first, so that what is checked
// is what a person sees; then folders go; and what an operating system takes for something else is changed.
func fileName(in string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), unicode.Is(unicode.Cs, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, norm.NFKC.String(strings.ToValidUTF8(in, "")))
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, path.Base(strings.ReplaceAll(name, `\`, "/")))
	name = strings.Trim(strings.Join(strings.Fields(name), " "), ". ")
	if name == "/" {
		name = ""
	}
	stem, _, _ := strings.Cut(name, ".")
	if isDevice(stem) {
		name = "_" + name
	}
	return shorten(name)
}

// isDevice reports whether Windows takes a name for one of its devices.
func isDevice(stem string) bool {
	switch stem = strings.ToUpper(strings.TrimSpace(stem)); stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	return len(stem) == 4 && (stem[:3] == "COM" || stem[:3] == "LPT") && stem[3] >= '0' && stem[3] <= '9'
}

// shorten cuts a long name and keeps its ending.
func shorten(name string) string {
	runes := []rune(name)
	if len(runes) <= maxFileName {
		return name
	}
	ending := []rune(path.Ext(name))
	if len(ending) > 12 {
		ending = nil
	}
	return strings.TrimRight(string(runes[:maxFileName-len(ending)]), ". ") + string(ending)
}

// accept decides by a file's cleaned name and its first bytes what it is, or refuses it. What its sender declares counts only
// against it.
func accept(name, declared string, head []byte) (cleanName, mediaType string, err error) {
	f := look(head)
	ending := strings.ToLower(path.Ext(name))
	if ending == "" || name == "" {
		known, ok := endings[f]
		if !ok {
			return "", "", errFileType
		}
		if name == "" {
			name = "file"
		}
		name, ending = name+known, known
	}
	t, ok := fileTypes[ending]
	if !ok || !contains(t.bytes, f) || refusedType(declared) {
		return "", "", errFileType
	}
	return name, t.mediaType, nil
}

// refusedType reports whether a sender calls a file something that a browser would run.
func refusedType(declared string) bool {
	for _, word := range []string{"html", "svg", "xml", "javascript", "ecmascript", "x-msdownload", "x-sh", "x-php"} {
		if strings.Contains(strings.ToLower(declared), word) && !strings.Contains(declared, "openxmlformats") {
			return true
		}
	}
	return false
}

// pictures are what the pictures look like that are shown, by their media type.
var pictures = map[string]family{"image/png": pngBytes, "image/jpeg": jpegBytes, "image/gif": gifBytes, "image/webp": webpBytes}

// look says what the first bytes of a file look like.
func look(head []byte) family {
	if kind, _, _ := picture.Look(head); kind != "" {
		return pictures[kind]
	}
	starts := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case starts("%PDF-"):
		return pdfBytes
	case starts("PK\x03\x04"), starts("PK\x05\x06"):
		return zipBytes
	case starts("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		return oleBytes
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		switch string(head[8:12]) {
		case "heic", "heix", "heif", "hevc", "mif1", "msf1":
			return heifBytes
		}
		return isoBytes
	case len(head) >= 8 && (string(head[4:8]) == "moov" || string(head[4:8]) == "mdat" || string(head[4:8]) == "wide"):
		return isoBytes
	case starts("\x1a\x45\xdf\xa3"):
		return matroskaBytes
	case starts("ID3"), len(head) >= 2 && head[0] == 0xff && head[1]&0xe6 == 0xe2:
		return mp3Bytes
	case starts("OggS"):
		return oggBytes
	}
	if plainText(head) {
		return textBytes
	}
	return unknownBytes
}

// plainText reports whether bytes are text that no program would take for a script or a page.
func plainText(head []byte) bool {
	if bytes.IndexByte(head, 0) >= 0 || bytes.HasPrefix(head, []byte("#!")) || bytes.HasPrefix(head, []byte("MZ")) {
		return false
	}
	for _, b := range head {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1b {
			return false
		}
	}
	kind := http.DetectContentType(head)
	lower := bytes.ToLower(head)
	for _, tag := range []string{"<html", "<script", "<svg", "<!doctype html", "<iframe", "<?php"} {
		if bytes.Contains(lower, []byte(tag)) {
			return false
		}
	}
	return strings.HasPrefix(kind, "text/plain")
}

// measure reads a picture's size from its header, before anything is unfolded. A picture whose header cannot be read is a file
// that is never shown; one that is too big is refused.
func measure(head []byte) (width, height int, err error) {
	_, width, height = picture.Look(head)
	if picture.TooLarge(width, height) {
		return 0, 0, vis.Errorf(vis.TooLarge, "image_too_large", "This picture has %d × %d pixels; 40 million in all are accepted.", width, height)
	}
	return width, height, nil
}
