package tnef

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

var le = binary.LittleEndian

// attribute is one as it is written, whose checksum nobody looks at.
func attribute(level byte, id uint32, value []byte) []byte {
	out := le.AppendUint32([]byte{level}, id)
	out = append(le.AppendUint32(out, uint32(len(value))), value...)
	return append(out, 0, 0)
}

// opened begins a winmail.dat in the code page of Western Europe.
func opened(attributes ...[]byte) []byte {
	head := append(le.AppendUint32(nil, signature), 1, 0)
	codepage := attribute(1, attCodepage, le.AppendUint64(nil, windows1252))
	return slices.Concat(head, codepage, slices.Concat(attributes...))
}

func props(all ...[]byte) []byte {
	return append(le.AppendUint32(nil, uint32(len(all))), slices.Concat(all...)...)
}

// long is a property whose length stands before it.
func long(id, kind uint16, value []byte) []byte {
	out := le.AppendUint32(le.AppendUint16(le.AppendUint16(nil, kind), id), 1)
	out = append(le.AppendUint32(out, uint32(len(value))), value...)
	return append(out, make([]byte, -len(value)&3)...)
}

func short(id, kind uint16, value []byte) []byte {
	return append(le.AppendUint16(le.AppendUint16(nil, kind), id), value...)
}

func utf16LE0(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s + "\x00")) {
		out = le.AppendUint16(out, u)
	}
	return out
}

// named has a name instead of a number of ours, and several values.
func named() []byte {
	out := le.AppendUint16(le.AppendUint16(nil, typeWide|several), 0x8001)
	out = append(out, make([]byte, 16)...)
	out = le.AppendUint32(le.AppendUint32(out, 1), 6)
	out = append(out, "K\x00e\x00\x00\x00\x00\x00"...)
	out = le.AppendUint32(out, 2)
	for range 2 {
		out = append(le.AppendUint32(out, 4), "x\x00\x00\x00"...)
	}
	return out
}

func TestFilesAndWordsAreFound(t *testing.T) {
	t.Parallel()
	inner := opened(attribute(1, attSubject, []byte("Frein\x00")), attribute(1, attBody, []byte("Mon frein frotte.\x00")),
		attribute(2, attFileBegin, nil), attribute(2, attFileName, []byte("frein.txt")), attribute(2, attFileBytes, []byte("couic")))
	raw := opened(
		attribute(1, attMessage, props(
			named(),
			short(0x0e08, 0x1003, le.AppendUint64(le.AppendUint32(nil, 2), 7)), // several numbers
			short(0x0017, 0x02, []byte{1, 0, 0, 0}),
			long(propSubject, typeWide, utf16LE0("Facture n° 7 😀")),
			long(propText, typeNarrow, []byte("Voil\xe0\x00")),
			long(propHTML, typeBinary, []byte("<p>Voil\xc3\xa0")),
			short(propWebpage, 0x03, le.AppendUint32(nil, 65001)))),
		attribute(2, attFileBegin, make([]byte, 14)),
		attribute(2, attFileBytes, []byte("%PDF")),
		attribute(2, attFileName, []byte("FACTUR~1.PDF\x00")),
		attribute(2, attFile, props(long(propLongName, typeWide, utf16LE0("facture d’été.pdf")), long(propMediaType, typeWide, utf16LE0("application/pdf")),
			long(propContentID, typeNarrow, []byte("pdf@mel\x00")))),
		attribute(2, attFileBegin, nil),
		attribute(2, attFile, props(long(propShortName, typeNarrow, []byte("\xe9t\xe9.txt\x00")), long(propFileBytes, typeBinary, []byte("chaud")))),
		attribute(2, attFileBegin, nil), // holds nothing
		attribute(2, attFileBegin, nil),
		attribute(2, attFileName, []byte("Fwd")),
		attribute(2, attFile, props(long(propFileBytes, typeObject, slices.Concat(iMessage, inner)))),
		attribute(2, attFileBegin, nil),
		attribute(2, attFile, props(long(propFileBytes, typeObject, append(make([]byte, 16), "object"...)))),
	)
	m, err := Read(raw)
	if err != nil || m.Subject != "Facture n° 7 😀" || m.Text != "Voilà" || m.HTML != "<p>Voilà" {
		t.Errorf("%v: %q, %q, %q", err, m.Subject, m.Text, m.HTML)
	}
	want := []File{
		{Name: "facture d’été.pdf", MediaType: "application/pdf", ContentID: "pdf@mel", Bytes: []byte("%PDF")},
		{Name: "été.txt", Bytes: []byte("chaud")},
		{Name: "Fwd.txt", MediaType: "text/plain", Bytes: []byte("Frein\n\nMon frein frotte.")},
		{Name: "frein.txt", Bytes: []byte("couic")},
		{Bytes: []byte("object")},
	}
	if !slices.EqualFunc(m.Files, want, func(a, b File) bool {
		return a.Name == b.Name && a.MediaType == b.MediaType && a.ContentID == b.ContentID && bytes.Equal(a.Bytes, b.Bytes)
	}) {
		t.Errorf("files: %+v", m.Files)
	}
	for n := range len(raw) { // cut anywhere, it gives what stands before
		m, err := Read(raw[:n])
		if n > 0 && len(m.Files) > len(want) || err == nil && len(m.Files) == len(want) {
			t.Errorf("of %d bytes: %v, %d files", n, err, len(m.Files))
		}
	}
}

func TestWhatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"nothing":                 {nil, errMalformed},
		"a picture":               {[]byte("\x89PNG\r\n\x1a\n"), errMalformed},
		"an attribute too long":   {append(opened(), 1, 3, 0x90, 6, 0, 0xff, 0xff, 0xff, 0xff, 1), io.ErrUnexpectedEOF},
		"a list that ends early":  {opened(attribute(1, attMessage, []byte{0xff, 0xff, 0xff, 0xff})), io.ErrUnexpectedEOF},
		"a type that is not one":  {opened(attribute(1, attMessage, props(short(1, 0x77, []byte{0xff, 0xff, 0xff, 0xff})))), io.ErrUnexpectedEOF},
		"values without end":      {opened(attribute(1, attMessage, props(short(1, 0x1003, []byte{0xff, 0xff, 0xff, 0xff, 0, 0})))), io.ErrUnexpectedEOF},
		"a value beyond the list": {opened(attribute(1, attMessage, props(long(propText, typeNarrow, []byte("word"))[:10]))), io.ErrUnexpectedEOF},
	} {
		if m, err := Read(c.raw); !errors.Is(err, c.want) || m.Text != "" || len(m.Files) != 0 {
			t.Errorf("%s: %v, %+v", name, err, m)
		}
	}
}

// D-01, D-02: neither many files nor messages within messages cost more than their bytes.
func TestFilesAndDepthAreBounded(t *testing.T) {
	t.Parallel()
	one := slices.Concat(attribute(2, attFileBegin, nil), attribute(2, attFileBytes, []byte("x")))
	if m, err := Read(opened(bytes.Repeat(one, 3*maxFiles))); err == nil || len(m.Files) != maxFiles {
		t.Errorf("%v, %d files", err, len(m.Files))
	}
	nested := opened(one)
	for range 10 {
		nested = opened(one, attribute(2, attFileBegin, nil), attribute(2, attFile, props(long(propFileBytes, typeObject, slices.Concat(iMessage, nested)))))
	}
	if m, err := Read(nested); err != nil || len(m.Files) != maxDepth+2 {
		t.Errorf("%v, %d files", err, len(m.Files))
	} else if deepest := m.Files[len(m.Files)-1]; le.Uint32(deepest.Bytes) != signature {
		t.Errorf("what lies deeper is %q", deepest.Bytes)
	}
	wide := bytes.Repeat(one, maxFiles/2)
	twice := opened(wide, attribute(2, attFileBegin, nil), attribute(2, attFile, props(long(propFileBytes, typeObject, slices.Concat(iMessage, opened(wide, wide))))))
	if m, _ := Read(twice); len(m.Files) >= maxFiles+1 {
		t.Errorf("%d files with those within", len(m.Files))
	}
}

// The first two are the examples of [MS-OXRTFCP].
func TestRTFIsUnpacked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ packed, want string }{
		"words": {"-\x00\x00\x00+\x00\x00\x00LZFu\xf1\xc5\xc7\xa7\x03\x00\n\x00rcpg125B2\n\xf3 hel\t\x00 bw\x05\xb0ld}\n\x80\x0f\xa0",
			"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"},
		"a run": {"\x1a\x00\x00\x00\x1c\x00\x00\x00LZFu\xe2\xd4KQA\x00\x04 WXYZ\rn}\x01\x0e\xb0", "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"},
		"plain": {"\x10\x00\x00\x00\x04\x00\x00\x00MELA\x00\x00\x00\x00{a}\n more", "{a}\n"},
		"cut":   {"-\x00\x00\x00+\x00\x00\x00LZFu\xf1\xc5\xc7\xa7\x03\x00\n\x00rc", "{\\rtf1\\ansi\\ansic"},
		"other": {"\x10\x00\x00\x00\x04\x00\x00\x00ABCD\x00\x00\x00\x00{a}", ""},
		"empty": {"", ""},
	} {
		if got := string(unpacked([]byte(c.packed))); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
	bomb := append([]byte("\x00\x00\x00\x00\xff\xff\xff\x7fLZFu\x00\x00\x00\x00"), bytes.Repeat([]byte{0xff}, 9000)...)
	if got := unpacked(bomb); len(got) > 9*len(bomb) {
		t.Errorf("%d bytes become %d", len(bomb), len(got))
	}
}

func FuzzReadIsBounded(f *testing.F) {
	rtf := []byte("\x1a\x00\x00\x00\x1c\x00\x00\x00LZFu\xe2\xd4KQA\x00\x04 WXYZ\rn}\x01\x0e\xb0")
	inner := slices.Concat(iMessage, opened(attribute(1, attMessage, props(long(propRTF, typeBinary, rtf)))))
	f.Add(opened(attribute(1, attMessage, props(named(), long(propRTF, typeBinary, rtf), long(propHTML, typeBinary, []byte("<p>"))))))
	f.Add(opened(attribute(2, attFileBegin, nil), attribute(2, attFile, props(long(propFileBytes, typeObject, inner)))))
	f.Add(opened(attribute(2, attFileName, []byte("a")), attribute(2, attFileBytes, []byte("b"))))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, _ := Read(raw)
		size := len(m.RTF)
		for _, file := range m.Files {
			size += len(file.Bytes)
		}
		if len(m.Files) > 2*maxFiles || size > 20*len(raw)+1000 {
			t.Errorf("%d bytes become %d files with %d", len(raw), len(m.Files), size)
		}
		if strings.ContainsRune(m.Text+m.Subject+m.HTML, 0) {
			t.Errorf("%q, %q, %q", m.Subject, m.Text, m.HTML)
		}
	})
}
