// Package picture says what a picture is: those that every browser draws, told by their bytes.
package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
)

// MaxPixels keeps a small file from unfolding into a picture that fills a browser's memory.
const MaxPixels = 40_000_000

// Look tells from the first bytes of a file what media type it has as a picture, "" when it is none, and how large it is. Nothing is
// unfolded. The size is zero when its header cannot be read: such a file is never shown.
func Look(head []byte) (mediaType string, width, height int) {
	var c image.Config
	var err error
	starts := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case starts("\x89PNG\r\n\x1a\n"):
		mediaType = "image/png"
		c, err = png.DecodeConfig(bytes.NewReader(head))
	case starts("\xff\xd8\xff"):
		mediaType = "image/jpeg"
		c, err = jpeg.DecodeConfig(bytes.NewReader(head))
	case starts("GIF87a"), starts("GIF89a"):
		mediaType = "image/gif"
		c, err = gif.DecodeConfig(bytes.NewReader(head))
	case len(head) >= 12 && starts("RIFF") && string(head[8:12]) == "WEBP":
		mediaType = "image/webp"
		c.Width, c.Height = webpSize(head)
	default:
		return "", 0, 0
	}
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return mediaType, 0, 0
	}
	return mediaType, c.Width, c.Height
}

// TooLarge reports whether a picture would fill a browser's memory.
func TooLarge(width, height int) bool { return int64(width)*int64(height) > MaxPixels }

// webpSize reads the size from a WebP header (RFC 9649).
func webpSize(head []byte) (width, height int) {
	if len(head) < 30 {
		return 0, 0
	}
	switch string(head[12:16]) {
	case "VP8 ":
		return int(binary.LittleEndian.Uint16(head[26:]) & 0x3fff), int(binary.LittleEndian.Uint16(head[28:]) & 0x3fff)
	case "VP8L":
		bits := binary.LittleEndian.Uint32(head[21:])
		return int(bits&0x3fff) + 1, int(bits>>14&0x3fff) + 1
	case "VP8X":
		return 1 + int(head[24]) + int(head[25])<<8 + int(head[26])<<16, 1 + int(head[27]) + int(head[28])<<8 + int(head[29])<<16
	}
	return 0, 0
}
