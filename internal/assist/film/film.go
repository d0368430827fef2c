// Package film makes films for ordinary players of what was recorded, with ffmpeg where it is installed.
package film

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"visavis/internal/assist"
)

// What a film looks like, whatever was sent.
const (
	maxWidth  = 1280
	maxHeight = 720
	rate      = 25 // pictures a second
	niceness  = "10"
	maxSaid   = 2000      // bytes of what ffmpeg said last
	maxPixels = "2073600" // of a picture that is decoded: 1920 × 1080
	maxTaken  = "268435456"
)

// Studio makes films with ffmpeg. What it is handed was sent by strangers: it runs on its own, behind everything else on the machine, reads
// one pipe, may open no address, and knows only the two formats that we keep.
type Studio struct {
	program string   // "" for none
	before  []string // a program that makes it step back, "" for none
	folder  string

	once sync.Once
	able bool
}

// New finds ffmpeg. The folder is for films in the making; what a process that was killed has left there is removed.
func New(folder string) (*Studio, error) {
	s := &Studio{folder: folder}
	if program, err := exec.LookPath("ffmpeg"); err == nil {
		s.program = program
	}
	if nice, err := exec.LookPath("nice"); err == nil {
		s.before = []string{nice, "-n", niceness}
	}
	if err := os.RemoveAll(folder); err != nil {
		return nil, fmt.Errorf("empty the folder of films: %w", err)
	}
	return s, nil
}

// Able implements assist.Studio: ffmpeg is there and can make what players play. It is asked once.
func (s *Studio) Able(ctx context.Context) bool {
	s.once.Do(func() {
		if s.program == "" {
			return
		}
		can, err := s.command(context.WithoutCancel(ctx), "-hide_banner", "-loglevel", "error", "-encoders").Output()
		s.able = err == nil && bytes.Contains(can, []byte(" libx264 ")) && bytes.Contains(can, []byte(" aac "))
	})
	return s.able
}

// command is ffmpeg without our environment.
func (s *Studio) command(ctx context.Context, args ...string) *exec.Cmd {
	line := append(append(append([]string{}, s.before...), s.program), args...)
	c := exec.CommandContext(ctx, line[0], line[1:]...) //nolint:gosec // what is run was found by us, and no argument is a stranger's
	c.Env = []string{}
	c.WaitDelay = 5 * time.Second
	return c
}

// Make implements assist.Studio.
func (s *Studio) Make(ctx context.Context, raw io.Reader, of assist.Reel, progress func(time.Duration)) (assist.Made, error) {
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return nil, err
	}
	place, err := os.CreateTemp(s.folder, "*.mp4") // readable by us alone
	if err != nil {
		return nil, err
	}
	// The name goes at once when it is made or failed. Whoever holds the file open can read it, and the disk has it back when it is closed.
	defer os.Remove(place.Name()) //nolint:errcheck // what is left goes when the server starts
	if err := place.Close(); err != nil {
		return nil, err
	}
	c := s.command(ctx, arguments(of, filepath.Base(place.Name()))...)
	c.Dir = s.folder
	said := &tail{}
	c.Stdin, c.Stderr, c.Stdout = raw, said, &steps{tell: progress}
	if err := c.Run(); err != nil {
		return nil, errors.Join(ctx.Err(), fmt.Errorf("ffmpeg: %w: %s", err, said.text))
	}
	made, err := os.Open(place.Name())
	if err != nil {
		return nil, err
	}
	is, err := made.Stat()
	if err == nil && is.Size() == 0 {
		err = errors.New("ffmpeg made nothing of it")
	}
	if err != nil {
		return nil, errors.Join(err, made.Close())
	}
	return film{made, is.Size()}, nil
}

type film struct {
	*os.File
	size int64
}

// Size implements assist.Made.
func (f film) Size() int64 { return f.size }

// arguments are what ffmpeg is to do: one picture size and pace throughout, the last picture where there is none, all voices in one and
// silence where nobody speaks, as long as the recording.
func arguments(of assist.Reel, to string) []string {
	args := []string{"-nostdin", "-hide_banner", "-loglevel", "error", "-nostats", "-progress", "pipe:1", "-max_alloc", maxTaken,
		"-protocol_whitelist", "pipe", "-format_whitelist", "matroska,webm", "-codec_whitelist", "vp8,libvpx,opus,libopus", "-max_pixels", maxPixels,
		"-threads", "1", "-f", "matroska", "-i", "pipe:0"}
	var graph []string
	var out []string
	if of.Width > 0 {
		width, height := fit(of.Width, of.Height)
		graph = append(graph, fmt.Sprintf("[0:v:0]scale=%d:%d:force_original_aspect_ratio=decrease,pad=%d:%d:-1:-1,setsar=1,fps=%d:start_time=0,"+
			"tpad=stop_mode=clone:stop=-1,format=yuv420p[v]", width, height, width, height, rate))
		out = append(out, "-map", "[v]", "-c:v", "libx264", "-preset", "veryfast", "-crf", "26", "-maxrate", "1500k", "-bufsize", "3000k", "-threads", "1")
	}
	if of.Voices > 0 {
		var mix strings.Builder
		for i := range of.Voices {
			graph = append(graph, fmt.Sprintf("[0:a:%d]aresample=async=1:first_pts=0[a%d]", i, i))
			fmt.Fprintf(&mix, "[a%d]", i)
		}
		graph = append(graph, fmt.Sprintf("%samix=inputs=%d:duration=longest:normalize=0,apad[a]", mix.String(), of.Voices))
		out = append(out, "-map", "[a]", "-c:a", "aac", "-b:a", "96k", "-ac", "1")
	}
	args = append(args, "-filter_complex_threads", "1", "-filter_complex", strings.Join(graph, ";"))
	args = append(args, out...)
	return append(args, "-t", strconv.FormatFloat(of.Length.Seconds(), 'f', 3, 64), "-map_metadata", "-1", "-movflags", "+faststart",
		"-protocol_whitelist", "file", "-f", "mp4", "-y", "file:"+to)
}

// fit is the size of a film whose first picture has another: no larger than is usual, and even, as H.264 wants it.
func fit(width, height int) (int, int) {
	if width > maxWidth {
		width, height = maxWidth, height*maxWidth/width
	}
	if height > maxHeight {
		width, height = width*maxHeight/height, maxHeight
	}
	return max(2, width&^1), max(2, height&^1)
}

// steps hears how far ffmpeg is.
type steps struct {
	tell func(time.Duration)
	rest []byte
}

func (s *steps) Write(p []byte) (int, error) {
	s.rest = append(s.rest, p...)
	for {
		n, line, err := bufio.ScanLines(s.rest, false)
		if n == 0 || err != nil {
			s.rest = s.rest[:min(len(s.rest), maxSaid)]
			return len(p), err
		}
		s.rest = s.rest[n:]
		if at, is := strings.CutPrefix(string(line), "out_time_us="); is {
			if us, err := strconv.ParseInt(strings.TrimSpace(at), 10, 64); err == nil && us > 0 {
				s.tell(time.Duration(us) * time.Microsecond)
			}
		}
	}
}

// tail keeps what was said last.
type tail struct{ text []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-maxSaid):]
	return len(p), nil
}
