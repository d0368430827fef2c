package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// drawn is a picture of 7 × 5 pixels in a format.
func drawn(t testing.TB, encode func(b *bytes.Buffer, m image.Image) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b, image.NewPaletted(image.Rect(0, 0, 7, 5), color.Palette{color.Black, color.White})); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// webp is the head of one whose first chunk is given.
func webp(name, data string) []byte {
	return []byte("RIFF\x00\x00\x00\x00WEBP" + name + "\x00\x00\x00\x00" + data + "\x00\x00\x00\x00")
}

// F-04, F-06: what a file is as a picture is told by its bytes alone, and without unfolding it.
func TestPicturesAreToldByTheirBytes(t *testing.T) {
	t.Parallel()
	pngBytes := drawn(t, func(b *bytes.Buffer, m image.Image) error { return png.Encode(b, m) })
	for name, c := range map[string]struct {
		head          []byte
		want          string
		width, height int
	}{
		"PNG":           {pngBytes, "image/png", 7, 5},
		"JPEG":          {drawn(t, func(b *bytes.Buffer, m image.Image) error { return jpeg.Encode(b, m, nil) }), "image/jpeg", 7, 5},
		"GIF":           {drawn(t, func(b *bytes.Buffer, m image.Image) error { return gif.Encode(b, m, nil) }), "image/gif", 7, 5},
		"WebP":          {webp("VP8 ", "\x00\x00\x00\x9d\x01\x2a\x07\x00\x05\x00"), "image/webp", 7, 5},
		"lossless WebP": {webp("VP8L", "\x2f\x06\x00\x01\x00\x00\x00\x00\x00\x00"), "image/webp", 7, 5},
		"extended WebP": {webp("VP8X", "\x00\x00\x00\x00\x06\x00\x00\x04\x00\x00"), "image/webp", 7, 5},
		"another WebP":  {webp("ANIM", "\x00\x00\x00\x00\x06\x00\x00\x04\x00\x00"), "image/webp", 0, 0},
		"a cut WebP":    {webp("VP8X", ""), "image/webp", 0, 0},
		"a cut PNG":     {pngBytes[:12], "image/png", 0, 0},
		"a flat WebP":   {webp("VP8 ", "\x00\x00\x00\x9d\x01\x2a\x00\x00\x05\x00"), "image/webp", 0, 0},
		"SVG":           {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), "", 0, 0},
		"sound":         {[]byte("RIFF\x00\x00\x00\x00WAVEfmt "), "", 0, 0},
		"nothing":       {nil, "", 0, 0},
	} {
		if kind, width, height := Look(c.head); kind != c.want || width != c.width || height != c.height {
			t.Errorf("%s: %q, %d × %d", name, kind, width, height)
		}
	}
	if TooLarge(8000, 5000) || !TooLarge(8001, 5000) || !TooLarge(1<<31-1, 1<<31-1) {
		t.Error("the bound is not at 40 million")
	}
}
