package tnef

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf16"

	"golang.org/x/net/html/charset"
)

// The properties that are read ([MS-OXPROPS]).
const (
	propSubject   = 0x0037
	propText      = 0x1000
	propRTF       = 0x1009
	propHTML      = 0x1013
	propTitle     = 0x3001
	propFileBytes = 0x3701 // or the message that was attached
	propShortName = 0x3704
	propLongName  = 0x3707
	propMediaType = 0x370e
	propContentID = 0x3712
	propWebpage   = 0x3fde
)

// How properties are written ([MS-OXCDATA] §2.11.1); several is added when there are several values.
const (
	typeObject = 0x000d
	typeNarrow = 0x001e
	typeWide   = 0x001f
	typeBinary = 0x0102
	several    = 0x1000
)

// sizes are those of the types that always have the same, as they are written here: in multiples of four bytes.
var sizes = map[uint16]uint64{0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0a: 4, 0x0b: 4, 0x14: 8, 0x40: 8, 0x48: 16}

// property is one with a single value.
type property struct {
	id, kind uint16
	value    []byte
	codepage uint32
}

// text is a property that is one, otherwise what it was before.
func (p property) text(before string) string {
	switch p.kind {
	case typeWide:
		return wide(p.value)
	case typeNarrow:
		return decoded(p.value, p.codepage)
	}
	return before
}

// properties reads a list of properties ([MS-OXTNEF] MsgPropertyList). Those with several values are passed over, for none that is wanted has.
func (o *opening) properties(raw []byte, take func(property)) error {
	c := cursor{rest: raw}
	for n := c.u32(); n > 0 && !c.cut; n-- {
		p := property{kind: c.u16(), id: c.u16(), codepage: o.codepage}
		if p.id >= 0x8000 {
			c.name()
		}
		size, fixed := sizes[p.kind&^several]
		values := uint32(1)
		if !fixed || p.kind&several != 0 {
			values = c.u32()
		}
		for ; values > 0 && !c.cut; values-- {
			if fixed {
				p.value = c.take(size)
			} else {
				p.value = c.padded()
			}
		}
		if !c.cut && p.kind&several == 0 {
			take(p)
		}
	}
	if c.cut {
		return errCut
	}
	return nil
}

func (o *opening) property(p property) {
	switch p.id {
	case propSubject:
		o.Subject = p.text(o.Subject)
	case propText:
		o.Text = p.text(o.Text)
	case propRTF:
		o.RTF = unpacked(p.value)
	case propHTML:
		if p.kind == typeBinary {
			o.html = p.value
		} else {
			o.HTML = p.text(o.HTML)
		}
	case propWebpage:
		o.webpage = (&cursor{rest: p.value}).u32()
	}
}

// iMessage is the interface of messages, which stands before one that was attached; other objects are files.
var iMessage = []byte{0x07, 0x03, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46}

func (f *file) property(p property) {
	switch p.id {
	case propLongName:
		f.Name = p.text(f.Name)
	case propShortName, propTitle:
		if f.Name == "" {
			f.Name = p.text("")
		}
	case propMediaType:
		f.MediaType = p.text(f.MediaType)
	case propContentID:
		f.ContentID = p.text(f.ContentID)
	case propFileBytes:
		if p.kind != typeObject {
			f.Bytes = p.value
			return
		}
		f.Bytes = p.value[min(len(iMessage), len(p.value)):]
		if bytes.HasPrefix(p.value, iMessage) {
			f.inner = f.Bytes
		}
	}
}

// Code pages.
const (
	utf16LE     = 1200
	windows1252 = 1252
)

// labels are what the code pages are called that are not called after their number.
var labels = map[uint32]string{874: "windows-874", 932: "shift_jis", 936: "gbk", 949: "euc-kr", 950: "big5", 20866: "koi8-r", 21866: "koi8-u", 50220: "iso-2022-jp",
	51932: "euc-jp", 54936: "gb18030", 65001: "utf-8"}

// decoded reads text in a code page, to its first zero. One that is not known is taken for that of Western Europe.
func decoded(raw []byte, codepage uint32) string {
	if codepage == utf16LE {
		return wide(raw)
	}
	label := labels[codepage]
	switch {
	case codepage >= 1250 && codepage <= 1258:
		label = "windows-" + strconv.Itoa(int(codepage))
	case codepage > 28590 && codepage <= 28605:
		label = "iso-8859-" + strconv.Itoa(int(codepage-28590))
	}
	if i := bytes.IndexByte(raw, 0); i >= 0 {
		raw = raw[:i]
	}
	table, _ := charset.Lookup(label)
	if table == nil {
		table, _ = charset.Lookup("windows-1252")
	}
	out, err := table.NewDecoder().Bytes(raw)
	if err != nil {
		out = raw
	}
	return strings.ToValidUTF8(string(out), "�")
}

// wide reads UTF-16, to its first zero.
func wide(raw []byte) string {
	units := make([]uint16, 0, len(raw)/2)
	for ; len(raw) > 1; raw = raw[2:] {
		u := binary.LittleEndian.Uint16(raw)
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units))
}

// cursor reads on in bytes. Beyond their end it reads zeroes, and says so.
type cursor struct {
	rest []byte
	cut  bool
}

func (c *cursor) take(n uint64) []byte {
	if n > uint64(len(c.rest)) {
		c.rest, c.cut = nil, true
		return nil
	}
	out := c.rest[:n:n]
	c.rest = c.rest[n:]
	return out
}

func (c *cursor) number(n uint64) uint64 {
	var out [8]byte
	copy(out[:], c.take(n))
	return binary.LittleEndian.Uint64(out[:])
}

func (c *cursor) u8() uint8   { return uint8(c.number(1)) }
func (c *cursor) u16() uint16 { return uint16(c.number(2)) }
func (c *cursor) u32() uint32 { return uint32(c.number(4)) }

// padded reads bytes whose number stands before them, and what fills them up to a multiple of four.
func (c *cursor) padded() []byte {
	n := uint64(c.u32())
	out := c.take(n)
	c.take(min(-n&3, uint64(len(c.rest)))) // the last may lack it
	return out
}

// name passes over the name of a property that has no number of its own: a space, and a number or words.
func (c *cursor) name() {
	const words = 1
	c.take(16)
	if c.u32() == words {
		c.padded()
	} else {
		c.u32()
	}
}
