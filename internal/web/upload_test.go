package web

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"mime"
	"strings"
	"testing"
	"unicode/utf8"

	"visavis/internal/vis"
)

// F-01, F-02: what a person sees of a name is what is checked and kept.
func TestFileNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"devis.pdf":                       "devis.pdf",
		"Été à Brest.JPG":                 "Été à Brest.JPG",
		"../../etc/passwd.txt":            "passwd.txt",
		`..\..\windows\win.txt`:           "win.txt",
		"C:\\temp\\a.txt":                 "a.txt",
		"a\x00b.txt":                      "ab.txt",
		"a\r\nContent-Type: x.txt":        "aContent-Type_ x.txt",
		"photo\u202egpj.exe":              "photogpj.exe",
		"photo.p\u200bng":                 "photo.png",
		"photo.\uff45\uff58\uff45":        "photo.exe",
		"photo.exe\u200b":                 "photo.exe",
		"photo.png.":                      "photo.png",
		"photo.png ":                      "photo.png",
		".htaccess":                       "htaccess",
		"CON":                             "_CON",
		"con.txt":                         "_con.txt",
		"LPT1.tar.gz":                     "_LPT1.tar.gz",
		"console.txt":                     "console.txt",
		`a"b<c>.txt`:                      "a_b_c_.txt",
		"":                                "",
		"/":                               "",
		"....":                            "",
		"\xff\xfe.txt":                    "txt",
		strings.Repeat("é", 300) + ".pdf": strings.Repeat("é", 196) + ".pdf",
	} {
		if got := fileName(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzFileName(f *testing.F) {
	for _, seed := range []string{"a.txt", "../x", "\u202e", "CON", strings.Repeat("x", 500), "\xff", "a\u200b.e\u200bxe", "ﷺ.png"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out := fileName(in)
		if !utf8.ValidString(out) || utf8.RuneCountInString(out) > maxFileName || strings.ContainsAny(out, "/\\\x00\r\n\"") {
			t.Fatalf("%q became %q", in, out)
		}
		if out == "." || out == ".." || strings.HasSuffix(out, ".") || strings.HasPrefix(out, ".") {
			t.Fatalf("%q became %q", in, out)
		}
		if again := fileName(out); again != out {
			t.Fatalf("%q became %q, then %q", in, out, again)
		}
		if _, params, err := mime.ParseMediaType(disposition("attachment", out)); out != "" && (err != nil || params["filename"] != out) {
			t.Fatalf("%q is told as %q: %v, %v", out, disposition("attachment", out), params, err)
		}
	})
}

// photo is a picture as a telephone takes it: turned, with a place, a thumbnail's room and a comment.
func photo(t testing.TB) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for x := range 40 {
		img.Set(x, x%20, color.RGBA{uint8(x * 6), 0, 128, 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	exif := append([]byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x02\x00"), 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0)
	exif = append(exif, 0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0, 0, 0, 0)
	exif = append(exif, []byte("GPS 48.3904 N 4.4861 W")...)
	var out bytes.Buffer
	out.Write([]byte{0xff, 0xd8})
	for _, s := range []struct {
		marker byte
		data   []byte
	}{{0xe1, exif}, {0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<GPS/>")}, {0xed, []byte("Photoshop GPS")}, {0xfe, []byte("GPS comment")}} {
		if err := writeSegment(&out, s.marker, s.data); err != nil {
			t.Fatal(err)
		}
	}
	out.Write(b.Bytes()[2:])
	out.WriteString("GPS after the end")
	return out.Bytes()
}

// chunk is a PNG chunk.
func chunk(name string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(append(out, name...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// taggedPNG is a PNG with words in it.
func taggedPNG() []byte {
	p := pixel(3, 2)
	return append(append(append(bytes.Clone(p[:33]), chunk("tEXt", []byte("Place\x00GPS"))...), chunk("eXIf", []byte("GPS"))...), append(p[33:], "GPS"...)...)
}

// webp is a WebP with EXIF; its picture is not drawn here.
func webp() []byte {
	body := func(name string, data string) string {
		if len(data)%2 == 1 {
			data += "\x00"
		}
		return name + string(binary.LittleEndian.AppendUint32(nil, uint32(len(data)))) + data
	}
	chunks := "WEBP" + body("VP8X", "\x0c\x00\x00\x00\x09\x00\x00\x04\x00\x00") + body("VP8 ", "picture!") + body("EXIF", "GPS here") + body("XMP ", "GPS!")
	return []byte("RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(chunks)))) + chunks)
}

// F-12: a picture that is shown says nothing of where it was taken; one that is downloaded is as it was sent.
func TestShownPicturesSayNothingOfTheirPlace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		mediaType string
		bytes     []byte
		width     int
	}{"a.jpg": {"image/jpeg", photo(t), 40}, "a.png": {"image/png", taggedPNG(), 3}, "a.webp": {"image/webp", webp(), 10}} {
		a := read[Attachment](t, h.upload(h.admin, "/api/v1/attachments", name, c.mediaType, c.bytes))
		if a.Kind != "image" || a.Width == nil || *a.Width != c.width || a.PreviewURL == nil || a.OriginalURL == nil {
			t.Fatalf("%s: %+v", name, a)
		}
		shown, kept := h.get(nobody, *a.PreviewURL), h.get(nobody, *a.OriginalURL)
		if shown.status != 200 || bytes.Contains(shown.body, []byte("GPS")) || !strings.HasPrefix(shown.header.Get("Content-Disposition"), "inline") {
			t.Errorf("%s is shown as %d %q", name, shown.status, shown.body[:min(len(shown.body), 200)])
		}
		if !bytes.Equal(kept.body, c.bytes) || !strings.HasPrefix(kept.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s is not kept as it was sent", name)
		}
		switch name {
		case "a.jpg":
			if _, err := jpeg.Decode(bytes.NewReader(shown.body)); err != nil || !bytes.Contains(shown.body, exifWith(6)) {
				t.Errorf("the photo cannot be drawn, or not the right way up: %v", err)
			}
		case "a.png":
			if _, err := png.Decode(bytes.NewReader(shown.body)); err != nil {
				t.Error(err)
			}
		case "a.webp":
			if got := binary.LittleEndian.Uint32(shown.body[4:]); int(got) != len(shown.body)-8 || shown.body[20]&0x0c != 0 {
				t.Errorf("the WebP is not well formed: %q", shown.body)
			}
		}
	}
}

// F-03 to F-06, F-10: only what cannot run is taken, and nothing is unfolded to find out.
func TestWhatMayBeSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.visitor(h.ws, h.chat)
	bomb := append(bytes.Clone(pixel(1, 1)[:16]), 0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 8, 0, 0, 0, 0)
	bomb = binary.BigEndian.AppendUint32(bomb, crc32.ChecksumIEEE(bomb[12:]))
	for name, c := range map[string]struct {
		file, mediaType string
		bytes           string
		status          int
		code            string
	}{
		"a picture":                {"a.png", "image/png", string(pixel(2, 2)), 201, ""},
		"a pasted picture":         {"", "image/png", string(pixel(2, 2)), 201, ""},
		"a PDF":                    {"a.pdf", "application/pdf", "%PDF-1.7 …", 201, ""},
		"a text":                   {"a.txt", "text/plain", "Bonjour, élégante", 201, ""},
		"a ZIP":                    {"a.zip", "application/zip", "PK\x03\x04rest", 201, ""},
		"a document":               {"a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK\x03\x04rest", 201, ""},
		"HTML":                     {"a.html", "text/html", "<html>", 415, "file_type_refused"},
		"SVG":                      {"a.svg", "image/svg+xml", "<svg onload=alert(1)>", 415, "file_type_refused"},
		"a program":                {"a.exe", "application/octet-stream", "MZ\x90\x00", 415, "file_type_refused"},
		"a script":                 {"a.js", "text/javascript", "alert(1)", 415, "file_type_refused"},
		"HTML as a picture":        {"a.png", "image/png", "<html><script>alert(1)</script>", 415, "file_type_refused"},
		"HTML as a text":           {"a.txt", "text/plain", "<!doctype html><script>alert(1)</script>", 415, "file_type_refused"},
		"SVG as a text":            {"a.txt", "text/plain", "  <svg xmlns=x>", 415, "file_type_refused"},
		"a picture said to be SVG": {"a.png", "image/svg+xml", string(pixel(2, 2)), 415, "file_type_refused"},
		"a program as a picture":   {"a.png", "image/png", "MZ\x90\x00" + string(pixel(2, 2)), 415, "file_type_refused"},
		"a picture as a program":   {"a.exe", "image/png", string(pixel(2, 2)), 415, "file_type_refused"},
		"a hidden program":         {"photo.png\u200b.exe", "image/png", string(pixel(2, 2)), 415, "file_type_refused"},
		"a wide program":           {"photo.\uff45\uff58\uff45", "image/png", string(pixel(2, 2)), 415, "file_type_refused"},
		"a shell script as text":   {"a.txt", "text/plain", "#!/bin/sh\nrm -rf /", 415, "file_type_refused"},
		"an unknown thing":         {"a", "application/octet-stream", "\x00\x01\x02", 415, "file_type_refused"},
		"a server's settings":      {".htaccess", "text/plain", "AddType x", 415, "file_type_refused"},
		"an empty file":            {"a.txt", "text/plain", "", 422, "invalid_field"},
		"a picture of 900 Mpx":     {"a.png", "image/png", string(bomb), 413, "image_too_large"},
		"26 MB":                    {"a.txt", "text/plain", strings.Repeat("0123456789abcdef", 26<<16), 413, "file_too_large"},
	} {
		a := h.upload(ada, "/api/v1/visitor/attachments", c.file, c.mediaType, []byte(c.bytes))
		if p := a.problem(); a.status != c.status || p.Code != c.code {
			t.Errorf("%s: %d %.200s", name, a.status, a.body)
		}
	}
	// GIF and script at once: it is taken as a picture and can never be anything else.
	gif := read[Attachment](t, h.upload(ada, "/api/v1/visitor/attachments", "a.gif", "image/gif", []byte("GIF89a\x02\x00\x02\x00\x00\x00\x00=1;alert(1)")))
	for _, link := range []string{gif.URL, *gif.OriginalURL} {
		a := h.get(nobody, link)
		if a.header.Get("Content-Type") != "image/gif" || a.header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(a.header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%v", a.header)
		}
	}
	if a := h.do(call{method: "POST", path: "/api/v1/visitor/attachments", as: ada, body: "x", header: map[string]string{"Content-Type": "multipart/form-data"}}); a.status != 415 {
		t.Errorf("a form without a boundary: %d", a.status)
	}
	if a := h.do(call{method: "POST", path: "/api/v1/visitor/attachments", as: ada, body: "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--x--\r\n",
		header: map[string]string{"Content-Type": "multipart/form-data; boundary=x"}}); a.status != 422 {
		t.Errorf("a form without the file: %d %s", a.status, a.body)
	}
	cut, contentType := fileForm("a.txt", "text/plain", []byte(strings.Repeat("x", 100_000)))
	if a := h.do(call{method: "POST", path: "/api/v1/visitor/attachments", as: ada, body: cut[:50_000], header: map[string]string{"Content-Type": contentType}}); a.status != 400 {
		t.Errorf("half a file: %d %s", a.status, a.body)
	}
}

func FuzzPictures(f *testing.F) {
	f.Add(photo(f), uint8(0))
	f.Add(taggedPNG(), uint8(1))
	f.Add(webp(), uint8(2))
	f.Fuzz(func(_ *testing.T, data []byte, kind uint8) {
		mediaType := []string{"image/jpeg", "image/png", "image/webp"}[kind%3]
		_ = withoutMetadata(io.Discard, bytes.NewReader(data), mediaType)
		_, _, _ = measure(data)
		_, _, _ = accept(fileName("a.jpg"), "", data)
	})
}

func FuzzClientFrame(f *testing.F) {
	for _, seed := range []string{`{"type":"hello","last":1}`, `{"type":"typing","conversationId":"x","on":true}`, `{"type":"viewing","conversationId":null}`, `{`, `[]`, `{"type":1}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		k := &socket{wire: &wire{by: caller{Actor: vis.Actor{Kind: vis.ByToken}}}} // may do nothing: what is refused comes back as an error
		if len(data) > 0 && bytes.Contains(data, []byte("ping")) {
			return
		}
		for _, err := range []error{with(data, k.viewing), with(data, k.page), strictly(data, new(HelloFrame))} {
			_ = err
		}
		_ = where(data)
	})
}
