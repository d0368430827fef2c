// Package webm writes WebM files (a subset of Matroska, RFC 9559) of sound in Opus and pictures in VP8, piece by piece: clusters can be made
// as the sound comes, and the head of a file, which says where each begins, once their sizes are known.
package webm

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"
)

// The numbers of the two tracks of a file that has one voice and perhaps a face. The next voice has the next two.
const (
	Sound   = 1
	Picture = 2
)

// Track is what a head says of a track.
type Track struct {
	Number        int    // below 128
	Name          string // "" for none
	Width, Height int    // of pictures; zeros for sound
}

// maxSpan is how far a frame may lie behind the beginning of its cluster: sixteen bits of milliseconds, and some less.
const maxSpan = 30_000

// Frame is one frame of a track.
type Frame struct {
	Track int
	At    time.Duration // from the beginning of the file
	Key   bool          // can be shown without those before; sound always can
	Data  []byte
}

// Clusters are frames, in the order of their times, as they stand in a file.
func Clusters(frames []Frame) []byte {
	var out bytes.Buffer
	for len(frames) > 0 {
		begins := frames[0].At.Milliseconds()
		n := 1
		for n < len(frames) && frames[n].At.Milliseconds()-begins < maxSpan {
			n++
		}
		var body bytes.Buffer
		number(&body, idTimestamp, uint64(begins))
		for _, f := range frames[:n] {
			element(&body, idSimpleBlock, block(f, begins))
		}
		element(&out, idCluster, body.Bytes())
		frames = frames[n:]
	}
	return out.Bytes()
}

func block(f Frame, begins int64) []byte {
	out := make([]byte, 4, 4+len(f.Data))
	out[0] = 0x80 | byte(f.Track)
	binary.BigEndian.PutUint16(out[1:], uint16(f.At.Milliseconds()-begins))
	if f.Key {
		out[3] = 0x80
	}
	return append(out, f.Data...)
}

// Piece is a stretch of clusters in a file.
type Piece struct {
	At    time.Duration
	Bytes int64
	Seek  bool // one can begin to play here
}

// File is what its head must say.
type File struct {
	For    time.Duration
	Tracks []Track
	Pieces []Piece
}

// Head is what stands before the pieces. Whatever they are, it has the same length for as many of them.
func (f File) Head() []byte {
	var tracks, info bytes.Buffer
	main := 0 // by which one seeks: pictures, else the first sound
	for _, t := range f.Tracks {
		if t.Width > 0 || main == 0 {
			main = t.Number
		}
		element(&tracks, idTrackEntry, t.entry())
	}
	number(&info, idTimestampScale, uint64(time.Millisecond))
	text(&info, idMuxingApp, "visavis")
	text(&info, idWritingApp, "visavis")
	decimal(&info, idDuration, float64(f.For.Milliseconds()))

	var before bytes.Buffer // within the segment
	element(&before, idInfo, info.Bytes())
	element(&before, idTracks, tracks.Bytes())
	cues := func(from int64) []byte {
		var all bytes.Buffer
		at := from
		for _, p := range f.Pieces {
			if p.Seek {
				var where, point bytes.Buffer
				wide(&where, idCueTrack, uint64(main))
				wide(&where, idCueClusterPosition, uint64(at))
				wide(&point, idCueTime, uint64(p.At.Milliseconds()))
				element(&point, idCueTrackPositions, where.Bytes())
				element(&all, idCuePoint, point.Bytes())
			}
			at += p.Bytes
		}
		var out bytes.Buffer
		if all.Len() > 0 {
			element(&out, idCues, all.Bytes())
		}
		return out.Bytes()
	}
	before.Write(cues(int64(before.Len() + len(cues(0)))))

	size := int64(before.Len())
	for _, p := range f.Pieces {
		size += p.Bytes
	}
	var out, first bytes.Buffer
	number(&first, idEBMLVersion, 1)
	number(&first, idEBMLReadVersion, 1)
	number(&first, idMaxIDLength, 4)
	number(&first, idMaxSizeLength, 8)
	text(&first, idDocType, "webm")
	number(&first, idDocTypeVersion, 4)
	number(&first, idDocTypeReadVersion, 2)
	element(&out, idEBML, first.Bytes())
	out.Write(idSegment)
	out.Write(length(size))
	out.Write(before.Bytes())
	return out.Bytes()
}

// entry describes a track. Opus is described as in RFC 7845: its head with two channels, no gain, and what a decoder needs to settle.
func (t Track) entry() []byte {
	var out, in bytes.Buffer
	number(&out, idTrackNumber, uint64(t.Number))
	number(&out, idTrackUID, uint64(t.Number))
	if t.Name != "" {
		text(&out, idName, t.Name)
	}
	if t.Width > 0 {
		number(&out, idTrackType, 1)
		text(&out, idCodecID, "V_VP8")
		number(&in, idPixelWidth, uint64(t.Width))
		number(&in, idPixelHeight, uint64(t.Height))
		element(&out, idVideo, in.Bytes())
		return out.Bytes()
	}
	number(&out, idTrackType, 2)
	text(&out, idCodecID, "A_OPUS")
	element(&out, idCodecPrivate, append([]byte("OpusHead"), 1, 2, 0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0, 0))
	number(&out, idCodecDelay, 6_500_000)
	number(&out, idSeekPreRoll, 80_000_000)
	decimal(&in, idSamplingFrequency, 48000)
	number(&in, idChannels, 2)
	element(&out, idAudio, in.Bytes())
	return out.Bytes()
}

// The ids of elements (RFC 9559, section 5).
var (
	idEBML               = []byte{0x1a, 0x45, 0xdf, 0xa3}
	idEBMLVersion        = []byte{0x42, 0x86}
	idEBMLReadVersion    = []byte{0x42, 0xf7}
	idMaxIDLength        = []byte{0x42, 0xf2}
	idMaxSizeLength      = []byte{0x42, 0xf3}
	idDocType            = []byte{0x42, 0x82}
	idDocTypeVersion     = []byte{0x42, 0x87}
	idDocTypeReadVersion = []byte{0x42, 0x85}
	idSegment            = []byte{0x18, 0x53, 0x80, 0x67}
	idInfo               = []byte{0x15, 0x49, 0xa9, 0x66}
	idTimestampScale     = []byte{0x2a, 0xd7, 0xb1}
	idMuxingApp          = []byte{0x4d, 0x80}
	idWritingApp         = []byte{0x57, 0x41}
	idDuration           = []byte{0x44, 0x89}
	idTracks             = []byte{0x16, 0x54, 0xae, 0x6b}
	idTrackEntry         = []byte{0xae}
	idTrackNumber        = []byte{0xd7}
	idTrackUID           = []byte{0x73, 0xc5}
	idTrackType          = []byte{0x83}
	idName               = []byte{0x53, 0x6e}
	idCodecID            = []byte{0x86}
	idCodecPrivate       = []byte{0x63, 0xa2}
	idCodecDelay         = []byte{0x56, 0xaa}
	idSeekPreRoll        = []byte{0x56, 0xbb}
	idAudio              = []byte{0xe1}
	idSamplingFrequency  = []byte{0xb5}
	idChannels           = []byte{0x9f}
	idVideo              = []byte{0xe0}
	idPixelWidth         = []byte{0xb0}
	idPixelHeight        = []byte{0xba}
	idCues               = []byte{0x1c, 0x53, 0xbb, 0x6b}
	idCuePoint           = []byte{0xbb}
	idCueTime            = []byte{0xb3}
	idCueTrackPositions  = []byte{0xb7}
	idCueTrack           = []byte{0xf7}
	idCueClusterPosition = []byte{0xf1}
	idCluster            = []byte{0x1f, 0x43, 0xb6, 0x75}
	idTimestamp          = []byte{0xe7}
	idSimpleBlock        = []byte{0xa3}
	idVoid               = []byte{0xec}
)

// length is a size in eight bytes, whatever it is, so that what it stands before keeps its place.
func length(n int64) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(n)|1<<56)
}

func element(to *bytes.Buffer, id, body []byte) {
	to.Write(id)
	to.Write(short(len(body)))
	to.Write(body)
}

// short is a size in as few bytes as it needs.
func short(n int) []byte {
	for width := 1; width < 8; width++ {
		if uint64(n) < 1<<(7*width)-1 {
			b := binary.BigEndian.AppendUint64(nil, uint64(n)|1<<(7*width))
			return b[8-width:]
		}
	}
	return length(int64(n))
}

func number(to *bytes.Buffer, id []byte, n uint64) {
	b := binary.BigEndian.AppendUint64(nil, n)
	for len(b) > 1 && b[0] == 0 {
		b = b[1:]
	}
	element(to, id, b)
}

// wide is a number in eight bytes.
func wide(to *bytes.Buffer, id []byte, n uint64) {
	element(to, id, binary.BigEndian.AppendUint64(nil, n))
}

func text(to *bytes.Buffer, id []byte, s string) { element(to, id, []byte(s)) }

func decimal(to *bytes.Buffer, id []byte, f float64) {
	element(to, id, binary.BigEndian.AppendUint64(nil, math.Float64bits(f)))
}
