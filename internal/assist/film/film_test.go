package film

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"visavis/internal/assist"
	"visavis/internal/assist/webm"
)

// studio is one with a real ffmpeg.
func studio(t *testing.T) *Studio {
	t.Helper()
	s, err := New(filepath.Join(t.TempDir(), "films"))
	if err != nil {
		t.Fatal(err)
	}
	if !s.Able(t.Context()) {
		t.Skip("ffmpeg is not installed, or makes no H.264: install it to have films tested")
	}
	s.before = nil // beside other tests it would never get its turn
	return s
}

// pictures are a second of VP8, ten pictures.
func pictures(t *testing.T, s *Studio, size string) (out [][]byte) {
	t.Helper()
	ivf, err := s.command(t.Context(), "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=s="+size+":r=10:d=1", "-c:v", "libvpx", "-f", "ivf", "pipe:1").Output()
	if err != nil || len(ivf) < 32 {
		t.Fatalf("no pictures: %v", err)
	}
	for ivf = ivf[32:]; len(ivf) >= 12; {
		n := binary.LittleEndian.Uint32(ivf)
		out, ivf = append(out, ivf[12:12+n]), ivf[12+n:]
	}
	return out
}

// recorded is a call of six seconds: one voice from the beginning, one from the second second on, and a face from 1 s to 2 s and, in
// another size, from 4 s to 5 s.
func recorded(t *testing.T, s *Studio) []byte {
	t.Helper()
	var frames []webm.Frame
	for at := time.Duration(0); at < 6*time.Second; at += webm.SilenceFor {
		frames = append(frames, webm.Frame{Track: 1, At: at, Key: true, Data: webm.Silence})
		if at >= 2*time.Second {
			frames = append(frames, webm.Frame{Track: 3, At: at, Key: true, Data: webm.Silence})
		}
	}
	for from, size := range map[time.Duration]string{time.Second: "160x120", 4 * time.Second: "96x64"} {
		for i, one := range pictures(t, s, size) {
			frames = append(frames, webm.Frame{Track: 2, At: from + time.Duration(i)*100*time.Millisecond, Key: one[0]&1 == 0, Data: one})
		}
	}
	slices.SortStableFunc(frames, func(a, b webm.Frame) int { return cmp.Compare(a.At, b.At) })
	body := webm.Clusters(frames)
	f := webm.File{For: 6 * time.Second, Tracks: []webm.Track{{Number: 2, Name: "member", Width: 160, Height: 120}, {Number: 1, Name: "member"}, {Number: 3, Name: "customer"}}}
	place := webm.Room(int64(len(body)), f.For)
	f.Pieces = []webm.Piece{{Bytes: place, Seek: true}}
	body, err := webm.Fill(body, place)
	if err != nil {
		t.Fatal(err)
	}
	return append(f.Head(), body...)
}

type probed struct {
	Streams []struct {
		Kind     string `json:"codec_type"`
		Codec    string `json:"codec_name"`
		Duration string `json:"duration"`
		Frames   string `json:"nb_read_packets"`
		Width    int    `json:"width"`
	} `json:"streams"`
	Format struct {
		Duration string `json:"duration"`
	} `json:"format"`
}

func probe(t *testing.T, content []byte) (p probed) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "film")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-count_packets", "-show_streams", "-show_format", "-of", "json", file).Output()
	if err == nil {
		err = json.Unmarshal(said, &p)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return p
}

func about(t *testing.T, what, said string, want float64) {
	t.Helper()
	if got, err := strconv.ParseFloat(said, 64); err != nil || math.Abs(got-want) > 0.2 {
		t.Errorf("%s: %q, %.1f s is wanted", what, said, want)
	}
}

func TestAFilmIsAsLongAsItsCall(t *testing.T) {
	t.Parallel()
	s := studio(t)
	raw := recorded(t, s)
	is := probe(t, raw)
	about(t, "the WebM file", is.Format.Duration, 6)
	var packets []string
	for _, one := range is.Streams {
		packets = append(packets, one.Codec+" "+one.Frames)
	}
	if want := []string{"vp8 20", "opus 300", "opus 200"}; !slices.Equal(packets, want) {
		t.Errorf("the WebM file has %v, and %v is wanted", packets, want)
	}

	var done time.Duration
	made, err := s.Make(t.Context(), bytes.NewReader(raw), assist.Reel{Length: 6 * time.Second, Voices: 2, Width: 160, Height: 120}, func(d time.Duration) { done = d })
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(s.folder); err != nil || len(left) != 0 {
		t.Errorf("what was made has a name: %v %v", left, err)
	}
	content := make([]byte, made.Size())
	if _, err := made.ReadAt(content, 0); err != nil {
		t.Fatal(err)
	}
	if err := made.Close(); err != nil {
		t.Error(err)
	}
	is = probe(t, content)
	if len(is.Streams) != 2 || is.Streams[0].Codec != "h264" || is.Streams[1].Codec != "aac" || is.Streams[0].Width != 160 {
		t.Fatalf("the film is %+v", is)
	}
	about(t, "the picture", is.Streams[0].Duration, 6)
	about(t, "the sound", is.Streams[1].Duration, 6)
	if done < 5*time.Second {
		t.Errorf("at the end %s are said to be made", done)
	}
}

func TestWhatIsNoFilmLeavesNothing(t *testing.T) {
	t.Parallel()
	s := studio(t)
	gone, stop := context.WithCancel(t.Context())
	stop()
	// A playlist would have ffmpeg open what it names.
	list := []byte("#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n")
	for name, c := range map[string]struct {
		ctx context.Context
		raw []byte
	}{"nothing": {t.Context(), nil}, "a playlist": {t.Context(), list}, "noise": {t.Context(), bytes.Repeat([]byte{0x1a, 0x45, 0xdf, 0xa3}, 2000)}, "stopped": {gone, list}} {
		if made, err := s.Make(c.ctx, bytes.NewReader(c.raw), assist.Reel{Length: time.Second, Voices: 1}, func(time.Duration) {}); err == nil {
			t.Errorf("%s: made %d bytes", name, made.Size())
		}
	}
	if left, err := os.ReadDir(s.folder); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestWithoutAProgramNothingIsMade(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	folder := filepath.Join(t.TempDir(), "films")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "left.mp4"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := New(folder)
	if err != nil || s.Able(t.Context()) {
		t.Errorf("it is able: %v", err)
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("what was left behind is still there: %v", err)
	}
}
