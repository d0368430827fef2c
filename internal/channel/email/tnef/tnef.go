// Package tnef opens winmail.dat, in which Outlook and Exchange hide a letter's files and sometimes its words when they take the other side
// for one of their own ([MS-OXTNEF]).
//
// It is a flat list of attributes. Those of the message come first; each file begins with one of its own, and what else is known of message
// and files lies in lists of properties within attributes. A message that was attached is a whole winmail.dat within a property.
package tnef

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The bounds. Bytes need none of their own: what is returned is part of what was given, but for RTF, which is at most nine times as long.
const (
	maxFiles = 200 // with those of messages within
	maxDepth = 3   // messages within messages
)

// Message is what lies in one. Nothing of it is checked or cleaned.
type Message struct {
	Subject string
	// Text, HTML and RTF are its words, each empty when they are not written so. Most often all are: then they stand outside.
	Text string
	HTML string
	RTF  []byte
	// Files came with it; a message that was attached is there as a file of its words, with its own files behind it.
	Files []File
}

// File came with a message.
type File struct {
	Name      string
	MediaType string // "" when nothing says so
	ContentID string
	Bytes     []byte
}

var (
	errMalformed = errors.New("it is no winmail.dat")
	errCut       = io.ErrUnexpectedEOF
)

// signature begins every one. All numbers are little-endian.
const signature = 0x223e9f78

// The attributes that are read ([MS-OXTNEF]), without the upper half that says how they are written.
const (
	attSubject   = 0x8004
	attBody      = 0x800c
	attFileBytes = 0x800f
	attFileName  = 0x8010
	attFileBegin = 0x9002
	attMessage   = 0x9003 // properties
	attFile      = 0x9005 // properties
	attCodepage  = 0x9007
)

// ofFile is the level of attributes that are a file's.
const ofFile = 2

// Read opens a winmail.dat. Of one that is cut or broken it returns what stands before the fault, with an error.
func Read(raw []byte) (Message, error) {
	room := maxFiles
	return read(raw, &room, 0)
}

func read(raw []byte, room *int, depth int) (Message, error) {
	o := opening{codepage: windows1252, room: room}
	err := o.attributes(raw)
	return o.message(depth), err
}

// opening is one that is being read.
type opening struct {
	Message
	codepage uint32 // of what is not written in Unicode
	html     []byte
	webpage  uint32 // the code page of html, 0 when nothing says so
	files    []file
	room     *int // for further files
}

// file is one that is being read.
type file struct {
	File
	inner []byte // the message that it is
}

func (o *opening) attributes(raw []byte) error {
	c := cursor{rest: raw}
	if c.u32() != signature {
		return errMalformed
	}
	c.u16() // a key that says nothing
	for len(c.rest) > 0 {
		level, id, value := c.u8(), c.u32()&0xffff, c.take(uint64(c.u32()))
		c.u16() // a checksum: what came by mail is whole, and some who write them count wrongly
		if c.cut {
			return errCut
		}
		take := o.ofMessage
		if level == ofFile {
			take = o.ofFile
		}
		if err := take(id, value); err != nil {
			return err
		}
	}
	return nil
}

func (o *opening) ofMessage(id uint32, value []byte) error {
	switch id {
	case attCodepage:
		o.codepage = (&cursor{rest: value}).u32()
	case attSubject:
		o.Subject = decoded(value, o.codepage)
	case attBody:
		o.Text = decoded(value, o.codepage)
	case attMessage:
		return o.properties(value, o.property)
	}
	return nil
}

func (o *opening) ofFile(id uint32, value []byte) error {
	if id == attFileBegin || len(o.files) == 0 {
		if *o.room == 0 {
			return fmt.Errorf("more than %d files", maxFiles)
		}
		*o.room--
		o.files = append(o.files, file{})
	}
	f := &o.files[len(o.files)-1]
	switch id {
	case attFileName:
		if f.Name == "" {
			f.Name = decoded(value, o.codepage)
		}
	case attFileBytes:
		f.Bytes = value
	case attFile:
		return o.properties(value, f.property)
	}
	return nil
}

// message is what was read, with the messages that were attached opened.
func (o *opening) message(depth int) Message {
	m := o.Message
	m.HTML = decoded(o.html, cmp.Or(o.webpage, o.codepage))
	for _, f := range o.files {
		if f.inner == nil || depth == maxDepth {
			m.add(f.File)
			continue
		}
		inner, err := read(f.inner, o.room, depth+1)
		if errors.Is(err, errMalformed) {
			m.add(f.File)
			continue
		}
		m.attach(f.Name, inner)
	}
	return m
}

// add adds a file, unless it holds nothing.
func (m *Message) add(f File) {
	if len(f.Bytes) > 0 {
		m.Files = append(m.Files, f)
	}
}

// attach adds a message that was attached: its words as a file, and its files.
func (m *Message) attach(name string, inner Message) {
	name = cmp.Or(name, inner.Subject, "letter")
	switch {
	case inner.Text != "":
		m.add(File{Name: name + ".txt", MediaType: "text/plain", Bytes: []byte(strings.TrimLeft(inner.Subject+"\n\n", "\n") + inner.Text)})
	case inner.HTML != "":
		m.add(File{Name: name + ".html", MediaType: "text/html", Bytes: []byte(inner.HTML)})
	default:
		m.add(File{Name: name + ".rtf", MediaType: "application/rtf", Bytes: inner.RTF})
	}
	m.Files = append(m.Files, inner.Files...)
}
