package torture

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"
	"time"
)

// upload sends a file as a visitor and returns the answer as it is.
func (h *house) upload(t *testing.T, v *Visitor, name, kind string, content []byte) answer {
	t.Helper()
	return h.uploadTo(t, "/api/v1/visitor/attachments", []string{"Authorization", v.Auth, "Origin", h.Base}, name, kind, content)
}

func (h *house) uploadTo(t *testing.T, path string, auth []string, name, kind string, content []byte) answer {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="file"; filename="` + name + `"`},
		"Content-Type":        {kind},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(content) // into a bytes.Buffer: it does not fail
	_ = form.Close()
	header := pairs(auth)
	header["Content-Type"], header["Idempotency-Key"] = form.FormDataContentType(), newID()
	return h.do(t, ask{method: "POST", path: path, header: header, body: &body})
}

// sent uploads a file and sends it, and returns it as the visitor is told.
func (h *house) sent(t *testing.T, v *Visitor, name, kind string, content []byte) Attachment {
	t.Helper()
	got := h.upload(t, v, name, kind, content)
	var a Attachment
	if err := json.Unmarshal(got.Body, &a); err != nil || got.Status >= 300 {
		t.Fatalf("upload %q: %s", name, got)
	}
	id := newID()
	var said struct{ Message Message }
	if err := v.Call(t.Context(), "POST", "/api/v1/visitor/messages", id, say{Text: "Here it is", AttachmentIDs: []string{a.ID}, ClientID: id}, &said); err != nil {
		t.Fatal(err)
	}
	if len(said.Message.Attachments) != 1 {
		t.Fatalf("the message has %d attachments", len(said.Message.Attachments))
	}
	return said.Message.Attachments[0]
}

// path is a signed address on this server.
func (h *house) path(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.RequestURI()
}

func picture(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for x := range 40 {
		img.Set(x, x%30, color.RGBA{200, 30, 30, 255})
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var pdf = []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")

// F-05, F-06
func TestOnlySafePicturesAreShownAndAllIsSandboxed(t *testing.T) {
	h := home(t)
	v := h.visitor(t)
	html := []byte("<!doctype html><script>alert(1)</script>")
	for _, row := range []struct {
		name, kind string
		content    []byte
		shown      bool
	}{
		{"photo.png", "image/png", picture(t), true},
		{"bill.pdf", "application/pdf", pdf, false},
		{"drawing.svg", "image/svg+xml", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), false},
		{"page.html", "text/html", html, false},
		{"photo2.png", "image/png", html, false},
		{"page.png.html", "image/png", html, false},
		{"code.js", "text/javascript", []byte("alert(1)"), false},
		{"poly.gif", "image/gif", []byte("GIF89a/*\x00\x00*/=1;alert(1)"), false},
		{"data.xml", "application/xml", []byte(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`), false},
	} {
		got := h.upload(t, v, row.name, row.kind, row.content)
		if got.Status >= 400 && got.Status < 500 && !row.shown {
			continue // refused: as safe as can be
		}
		var a Attachment
		if err := json.Unmarshal(got.Body, &a); err != nil || got.Status >= 300 {
			t.Errorf("%s: %s", row.name, got)
			continue
		}
		id := newID()
		var said struct{ Message Message }
		if err := v.Call(t.Context(), "POST", "/api/v1/visitor/messages", id, say{Text: "x", AttachmentIDs: []string{a.ID}, ClientID: id}, &said); err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		file := h.get(t, h.path(t, said.Message.Attachments[0].URL))
		if file.Status != 200 {
			t.Errorf("%s: %s", row.name, file)
			continue
		}
		policy := file.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "sandbox") || strings.Contains(policy, "allow-scripts") {
			t.Errorf("%s: Content-Security-Policy is %q", row.name, policy)
		}
		want(t, row.name, file, "X-Content-Type-Options", "nosniff")
		disposition, _, _ := mime.ParseMediaType(file.Header.Get("Content-Disposition"))
		kind := file.Header.Get("Content-Type")
		if !row.shown && disposition != "attachment" {
			t.Errorf("%s: Content-Disposition is %q, %s", row.name, file.Header.Get("Content-Disposition"), kind)
		}
		if strings.Contains(kind, "html") || strings.Contains(kind, "svg") || strings.Contains(kind, "javascript") || strings.Contains(kind, "xml") {
			t.Errorf("%s is served as %s", row.name, kind)
		}
	}
}

// F-01, F-02
func TestFileNamesAreOnlyNames(t *testing.T) {
	h := home(t)
	v := h.visitor(t)
	for _, name := range []string{
		"../../etc/passwd.pdf", `..\\..\\boot.pdf`, "a\x00.pdf", "a%0d%0aSet-Cookie: x=y.pdf", strings.Repeat("é", 400) + ".pdf", "CON.pdf", "con", "trailing.pdf.", " .pdf",
		"invoice\u202efdp.exe.pdf", "invoice\u200b.pdf", "ｉｎｖｏｉｃｅ.pdf", `quote\".pdf`, "semi;colon.pdf", "a/b/c.pdf", ".htaccess", "", ".", "..",
	} {
		got := h.upload(t, v, name, "application/pdf", pdf)
		if got.Status >= 400 && got.Status < 500 {
			continue
		}
		var a Attachment
		if err := json.Unmarshal(got.Body, &a); err != nil || got.Status >= 300 {
			t.Errorf("%q: %s", name, got)
			continue
		}
		if strings.ContainsAny(a.Name, "/\\\x00\r\n") || strings.ContainsAny(a.Name, "\u202e\u200b") || len([]rune(a.Name)) > 255 || a.Name == "" || a.Name == "." || a.Name == ".." {
			t.Errorf("%q is kept as %q", name, a.Name)
		}
		id := newID()
		var said struct{ Message Message }
		if err := v.Call(t.Context(), "POST", "/api/v1/visitor/messages", id, say{Text: "x", AttachmentIDs: []string{a.ID}, ClientID: id}, &said); err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		file := h.get(t, h.path(t, said.Message.Attachments[0].URL))
		if file.Status != 200 || file.Header.Get("Set-Cookie") != "" {
			t.Errorf("%q: %d %v", name, file.Status, file.Header)
		}
		if _, _, err := mime.ParseMediaType(file.Header.Get("Content-Disposition")); err != nil {
			t.Errorf("%q: Content-Disposition is %q: %v", name, file.Header.Get("Content-Disposition"), err)
		}
	}
}

// F-02: a forbidden type stays forbidden however its name is dressed.
func TestForbiddenTypeIsRefusedHoweverItIsDressed(t *testing.T) {
	h := home(t)
	v := h.visitor(t)
	program := append([]byte("MZ\x90\x00\x03\x00\x00\x00"), bytes.Repeat([]byte{0}, 200)...)
	for _, name := range []string{"setup.exe", "setup.EXE", "setup.exe\u200b", "setup.exe.", "setup.exe ", "setup.ｅｘｅ", "setup.pdf\u202eexe.exe"} {
		got := h.upload(t, v, name, "application/octet-stream", program)
		if got.Status < 400 || got.Status >= 500 || got.problem().Code != "file_type_refused" {
			t.Errorf("%q: %s", name, got)
		}
	}
}

// F-10: beyond the limit a file is refused clearly, and nothing of it is kept.
func TestFileBeyondTheLimitIsRefusedClearly(t *testing.T) {
	h := home(t)
	v, m := h.talking(t, "Hello")
	big := append(append([]byte{}, pdf...), bytes.Repeat([]byte("x"), 26<<20)...)
	before := h.memory()
	for name, got := range map[string]answer{
		"visitor": h.upload(t, v, "big.pdf", "application/pdf", big),
		"member":  h.uploadTo(t, "/api/v1/attachments?conversationId="+m.ConversationID, h.auth(), "big.pdf", "application/pdf", big),
	} {
		if got.Status != 0 && (got.Status != http.StatusRequestEntityTooLarge || got.problem().Code != "file_too_large") {
			t.Errorf("%s: %s", name, got)
		}
		if got.Status == 0 {
			t.Logf("%s: the connection was cut before the refusal could be read: %s", name, got.Body)
		}
	}
	if grown := h.memory() - before; grown > 150<<20 {
		t.Errorf("the server grew by %d MiB", grown>>20)
	}
	for name, body := range map[string]string{"empty": "", "no form": "x", "no file": "--x\r\n\r\n--x--\r\n"} {
		got := h.do(t, ask{method: "POST", path: "/api/v1/visitor/attachments", body: strings.NewReader(body),
			header: map[string]string{"Authorization": v.Auth, "Origin": h.Base, "Content-Type": "multipart/form-data; boundary=x"}})
		if got.Status < 400 || got.Status >= 500 {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := h.upload(t, v, "empty.pdf", "application/pdf", nil); got.Status >= 500 || got.Status == 0 {
		t.Errorf("an empty file: %s", got)
	}
}

// F-04
func TestPictureBombIsNotUnfolded(t *testing.T) {
	h := home(t)
	v := h.visitor(t)
	before := h.memory()
	began := time.Now()
	got := h.upload(t, v, "huge.png", "image/png", hugePNG(30_000, 30_000))
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
	if got.Status >= 500 || got.Status == 0 {
		t.Errorf("got %s", got)
	}
	var a Attachment
	if json.Unmarshal(got.Body, &a) == nil && a.PreviewURL != "" {
		t.Errorf("it has a preview: %s", a.PreviewURL)
	}
	if grown := h.memory() - before; grown > 200<<20 {
		t.Errorf("the server grew by %d MiB", grown>>20)
	}
	// A picture that breaks off must break nothing.
	whole := picture(t)
	for _, cut := range []int{8, 20, 33, len(whole) / 2, len(whole) - 5} {
		if got := h.upload(t, v, "cut.png", "image/png", whole[:cut]); got.Status >= 500 || got.Status == 0 {
			t.Errorf("cut at %d: %s", cut, got)
		}
	}
}

// hugePNG is a small file that says it is a huge picture.
func hugePNG(width, height uint32) []byte {
	var out bytes.Buffer
	out.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		_ = binary.Write(&out, binary.BigEndian, uint32(len(data))) // into a bytes.Buffer: it does not fail
		body := append([]byte(kind), data...)
		out.Write(body)
		_ = binary.Write(&out, binary.BigEndian, crc32.ChecksumIEEE(body))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	chunk("IHDR", append(head, 8, 6, 0, 0, 0))
	chunk("IDAT", []byte{0x78, 0x9c, 0x63, 0, 0, 0, 1, 0, 1})
	chunk("IEND", nil)
	return out.Bytes()
}

// F-08
func TestSignedAddressOpensExactlyWhatItSays(t *testing.T) {
	h := home(t)
	v := h.visitor(t)
	one := h.sent(t, v, "one.pdf", "application/pdf", pdf)
	two := h.sent(t, h.visitor(t), "two.pdf", "application/pdf", append([]byte{}, pdf...))
	path := h.path(t, one.URL)
	if got := h.get(t, path); got.Status != 200 || !bytes.Equal(got.Body, pdf) {
		t.Fatalf("as it is: %s", got)
	}
	u, err := url.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	variants := map[string]string{
		"another's id":    strings.Replace(path, one.ID, two.ID, 1),
		"unknown id":      strings.Replace(path, one.ID, newID(), 1),
		"no query":        u.Path,
		"upper case":      u.Path + "?" + strings.ToUpper(u.RawQuery),
		"preview of none": path + "&preview=1",
	}
	for name, values := range u.Query() {
		for i, change := range []string{"", "0", values[0] + "0", values[0][:len(values[0])-1], "9999999999", "../" + values[0]} {
			q := u.Query()
			q.Set(name, change)
			variants[fmt.Sprintf("%s, change %d", name, i)] = u.Path + "?" + q.Encode()
		}
		q := u.Query()
		q.Del(name)
		variants[name+" left out"] = u.Path + "?" + q.Encode()
	}
	for name, variant := range variants {
		if variant == path {
			continue
		}
		got := h.get(t, variant)
		if got.Status == 200 && name != "preview of none" {
			t.Errorf("%s opens the file: %s", name, variant)
		}
		if got.Status >= 500 {
			t.Errorf("%s: %s", name, got)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
		if got := h.do(t, ask{method: method, path: path}); got.Status < 400 {
			t.Errorf("%s opens it: %s", method, got)
		}
	}
	got := h.get(t, path)
	if cache := got.Header.Get("Cache-Control"); strings.Contains(cache, "public") || cache == "" {
		t.Errorf("Cache-Control is %q", cache)
	}
}

// F-09, F-11, F-10
func TestForeignFilesAreNotThere(t *testing.T) {
	h := home(t)
	victim, attacker := h.visitor(t), h.visitor(t)
	sent := h.sent(t, victim, "mine.pdf", "application/pdf", pdf)
	got := h.upload(t, victim, "draft.pdf", "application/pdf", pdf)
	var draft Attachment
	if err := json.Unmarshal(got.Body, &draft); err != nil {
		t.Fatal(got)
	}
	for _, id := range []string{sent.ID, draft.ID, newID()} {
		if got := h.get(t, "/api/v1/visitor/attachments/"+id, "Authorization", attacker.Auth, "Origin", h.Base); got.Status != 404 {
			t.Errorf("another's file: %s", got)
		}
		body := jsonOf(say{Text: "x", AttachmentIDs: []string{id}, ClientID: newID()})
		if got := h.post(t, "/api/v1/visitor/messages", body, "Authorization", attacker.Auth, "Origin", h.Base); !oneOf(got.Status, 404, 422) {
			t.Errorf("another's file in her own message: %s", got)
		}
	}
	// Her own file, once sent, is not sent again under another message.
	body := jsonOf(say{Text: "x", AttachmentIDs: []string{draft.ID, draft.ID}, ClientID: newID()})
	if got := h.post(t, "/api/v1/visitor/messages", body, "Authorization", victim.Auth, "Origin", h.Base); got.Status >= 500 {
		t.Errorf("the same file twice: %s", got)
	}
	// A member's upload names a conversation that is there.
	if got := h.uploadTo(t, "/api/v1/attachments?conversationId="+newID(), h.auth(), "a.pdf", "application/pdf", pdf); got.Status != 404 {
		t.Errorf("a file for no conversation: %s", got)
	}
	if got := h.uploadTo(t, "/api/v1/visitor/attachments", []string{"Origin", h.Base}, "a.pdf", "application/pdf", pdf); got.Status != 401 {
		t.Errorf("a stranger's file: %s", got)
	}
}

// F-12
func TestPreviewTellsNotWhereThePictureWasTaken(t *testing.T) {
	h := home(t)
	v := h.visitor(t)
	img := image.NewRGBA(image.Rect(0, 0, 2000, 1500))
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, img, nil); err != nil {
		t.Fatal(err)
	}
	canary := "GPS-48.117266N-1.6777926W"
	exif := append([]byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00"), canary...)
	var tagged bytes.Buffer
	tagged.Write(plain.Bytes()[:2])
	tagged.Write([]byte{0xff, 0xe1})
	_ = binary.Write(&tagged, binary.BigEndian, uint16(len(exif)+2)) // into a bytes.Buffer: it does not fail
	tagged.Write(exif)
	tagged.Write(plain.Bytes()[2:])
	a := h.sent(t, v, "photo.jpg", "image/jpeg", tagged.Bytes())
	if a.PreviewURL == "" {
		t.Skip("a picture of 2,000 × 1,500 has no preview")
	}
	got := h.get(t, h.path(t, a.PreviewURL))
	if got.Status != 200 || len(got.Body) == 0 {
		t.Fatalf("the preview: %s", got)
	}
	if bytes.Contains(got.Body, []byte(canary)) {
		t.Error("the preview tells where it was taken")
	}
}
