package webm

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"reflect"
	"slices"
	"testing"
	"time"
)

// parsed is an element as a reader finds it.
type parsed struct {
	id   uint64
	body []byte
	at   int // of its id, in what was read
}

// read takes elements apart. The segment's size must be exact.
func read(t *testing.T, b []byte) (out []parsed) {
	t.Helper()
	for at := 0; at < len(b); {
		begins := at
		width := leading(b[at])
		id := big(b[at : at+width])
		at += width
		width = leading(b[at])
		size := big(b[at:at+width]) &^ (1 << (7 * width))
		at += width
		if uint64(at)+size > uint64(len(b)) {
			t.Fatalf("element %x at %d is %d bytes long, and %d are left", id, begins, size, len(b)-at)
		}
		out = append(out, parsed{id, b[at : at+int(size)], begins})
		at += int(size)
	}
	return out
}

func leading(b byte) int {
	for i := range 8 {
		if b&(0x80>>i) != 0 {
			return i + 1
		}
	}
	return 9
}

func big(b []byte) (n uint64) {
	for _, one := range b {
		n = n<<8 | uint64(one)
	}
	return n
}

func find(t *testing.T, all []parsed, id uint64) []byte {
	t.Helper()
	for _, p := range all {
		if p.id == id {
			return p.body
		}
	}
	t.Fatalf("there is no element %x", id)
	return nil
}

func TestAFileIsWhatAReaderExpects(t *testing.T) {
	t.Parallel()
	var frames []Frame
	for at := time.Duration(0); at < 70*time.Second; at += 20 * time.Millisecond {
		frames = append(frames, Frame{Track: Sound, At: at, Key: true, Data: Silence})
	}
	first, second := Clusters(frames), Clusters([]Frame{{Track: Picture, At: 70 * time.Second, Key: true, Data: []byte("picture")}})
	f := File{For: 71 * time.Second, Tracks: []Track{{Number: Sound}, {Number: Picture, Width: 640, Height: 360}},
		Pieces: []Piece{{Bytes: int64(len(first)), Seek: true}, {At: 70 * time.Second, Bytes: int64(len(second)), Seek: true}}}
	whole := append(append(f.Head(), first...), second...)

	top := read(t, whole)
	if len(top) != 2 || string(find(t, read(t, top[0].body), 0x4282)) != "webm" {
		t.Fatalf("the file is not one segment of WebM")
	}
	segment := read(t, top[1].body)
	tracks := read(t, find(t, segment, 0x1654ae6b))
	if len(tracks) != 2 || string(find(t, read(t, tracks[0].body), 0x86)) != "A_OPUS" || string(find(t, read(t, tracks[1].body), 0x86)) != "V_VP8" {
		t.Error("the tracks are not those that it has")
	}
	var begins []int
	for _, p := range segment {
		if p.id == 0x1f43b675 {
			begins = append(begins, p.at)
		}
	}
	if len(begins) != 4 { // 70 s of sound in three clusters, the picture in another
		t.Fatalf("%d clusters", len(begins))
	}
	cues := read(t, find(t, segment, 0x1c53bb6b))
	for i, want := range []int{begins[0], begins[3]} {
		where := read(t, find(t, read(t, cues[i].body), 0xb7))
		if got := big(find(t, where, 0xf1)); got != uint64(want) {
			t.Errorf("cue %d leads to %d, and its cluster is at %d", i, got, want)
		}
	}
	blocks := 0
	for _, p := range segment {
		if p.id != 0x1f43b675 {
			continue
		}
		for _, in := range read(t, p.body) {
			if in.id == 0xa3 {
				blocks++
				if off := int16(binary.BigEndian.Uint16(in.body[1:])); off < 0 {
					t.Fatalf("a frame lies %d ms before its cluster", off)
				}
			}
		}
	}
	if blocks != len(frames)+1 {
		t.Errorf("%d of %d frames", blocks, len(frames)+1)
	}
}

func TestFramesAreFoundAgainAndFitTheirPlace(t *testing.T) {
	t.Parallel()
	var voice, face, both []Frame
	for at := time.Duration(0); at < 70*time.Second; at += 20 * time.Millisecond {
		voice = append(voice, Frame{Track: Sound, At: at, Key: true, Data: Silence})
	}
	for at := 29 * time.Second; at < 65*time.Second; at += 400 * time.Millisecond {
		face = append(face, Frame{Track: Picture, At: at, Key: at == 29*time.Second, Data: bytes.Repeat([]byte{7}, 300)})
	}
	var size int64
	for _, one := range [][]Frame{voice, face} {
		made := Clusters(one)
		size += int64(len(made))
		found, err := Frames(made)
		if err != nil || !reflect.DeepEqual(found, one) {
			t.Fatalf("%d frames of %d: %v", len(found), len(one), err)
		}
		both = append(both, found...)
		for cut := range 40 {
			if _, err := Frames(made[:len(made)-1-cut]); err == nil {
				t.Errorf("without its last %d bytes it is taken", cut+1)
			}
		}
	}
	slices.SortStableFunc(both, func(a, b Frame) int { return cmp.Compare(a.At, b.At) })
	place := Room(size, 70*time.Second)
	filled, err := Fill(Clusters(both), place)
	if err != nil || int64(len(filled)) != place {
		t.Fatalf("%d bytes in a place of %d: %v", len(filled), place, err)
	}
	if all := read(t, filled); all[len(all)-1].id != 0xec {
		t.Errorf("a place ends with %x", all[len(all)-1].id)
	}
	if _, err := Fill(filled, place); err == nil {
		t.Error("what does not fit is put there")
	}
	for _, wrong := range [][]byte{{0x1f}, []byte("<html>"), append(idCluster[:4:4], 0xff), append(idCluster[:4:4], 0), append(idCluster[:4:4], 0x83, 0xe7, 0x80, 0xa3)} {
		if _, err := Frames(wrong); err == nil {
			t.Errorf("%x is taken", wrong)
		}
	}
}

func TestAHeadKeepsItsLength(t *testing.T) {
	t.Parallel()
	f := File{Tracks: []Track{{Number: Sound}}, Pieces: []Piece{{Seek: true}, {Seek: true}}}
	g := File{For: time.Hour, Tracks: []Track{{Number: Sound}}, Pieces: []Piece{{Bytes: 1 << 40, Seek: true}, {At: time.Hour, Bytes: 1, Seek: true}}}
	if len(f.Head()) != len(g.Head()) {
		t.Errorf("%d and %d bytes", len(f.Head()), len(g.Head()))
	}
}

func TestWhatAPacketSaysOfItself(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		packet []byte
		want   time.Duration
	}{{Silence, SilenceFor}, {[]byte{0x78, 1}, 20 * time.Millisecond}, {[]byte{0x0b, 3}, 60 * time.Millisecond}, {[]byte{0x19, 1}, 120 * time.Millisecond},
		{[]byte{0x1b, 0x3f}, 0}, {nil, 0}, {[]byte{3}, 0}} {
		if got := OpusFor(c.packet); got != c.want {
			t.Errorf("%x: %s, not %s", c.packet, got, c.want)
		}
	}
	key := []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01}
	if w, h := VP8Size(key); w != 640 || h != 360 {
		t.Errorf("%d × %d", w, h)
	}
	if w, _ := VP8Size(bytes.Repeat([]byte{1}, 10)); w != 0 {
		t.Error("a picture that rests on others has a size")
	}
}
