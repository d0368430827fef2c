package web

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

var errPicture = errors.New("web: the picture is not well formed")

// withoutMetadata copies a picture and leaves out what its camera and its editor wrote into it: where and when it was taken, by
// whom, with what. Only what is needed to draw it right stays: colours and which way is up.
func withoutMetadata(w io.Writer, r io.ReadSeeker, mediaType string) error {
	in := bufio.NewReaderSize(r, 32<<10)
	switch mediaType {
	case "image/jpeg":
		return jpegWithout(w, in)
	case "image/png":
		return pngWithout(w, in)
	case "image/webp":
		return webpWithout(w, r)
	}
	_, err := io.Copy(w, in)
	return err
}

// jpegWithout drops the application segments and comments before the scan, but JFIF, the colour profile and Adobe's transform,
// and writes a new EXIF segment that holds the orientation and nothing else. What follows the end of the image goes too.
func jpegWithout(w io.Writer, in *bufio.Reader) error {
	var start [2]byte
	if _, err := io.ReadFull(in, start[:]); err != nil || start != [2]byte{0xff, 0xd8} {
		return errPicture
	}
	if _, err := w.Write(start[:]); err != nil {
		return err
	}
	for {
		marker, segment, err := jpegSegment(in)
		if err != nil {
			return err
		}
		switch {
		case marker == 0xda: // the scan: from here on there is only the picture
			if err := writeSegment(w, marker, segment); err != nil {
				return err
			}
			return copyScan(w, in)
		case marker == 0xe1:
			if o := orientation(segment); o > 1 {
				err = writeSegment(w, 0xe1, exifWith(o))
			}
		case marker == 0xe2 && !hasPrefix(segment, "ICC_PROFILE\x00"), marker > 0xe2 && marker <= 0xed, marker == 0xef, marker == 0xfe:
		case marker == 0xee && !hasPrefix(segment, "Adobe"):
		default:
			err = writeSegment(w, marker, segment)
		}
		if err != nil {
			return err
		}
	}
}

func hasPrefix(b []byte, p string) bool { return len(b) >= len(p) && string(b[:len(p)]) == p }

func jpegSegment(in *bufio.Reader) (byte, []byte, error) {
	b, err := in.ReadByte()
	if err != nil || b != 0xff {
		return 0, nil, errPicture
	}
	for b == 0xff { // any number of fill bytes may stand before a marker
		if b, err = in.ReadByte(); err != nil {
			return 0, nil, errPicture
		}
	}
	var size [2]byte
	if _, err := io.ReadFull(in, size[:]); err != nil {
		return 0, nil, errPicture
	}
	n := int(binary.BigEndian.Uint16(size[:])) - 2
	if n < 0 {
		return 0, nil, errPicture
	}
	segment := make([]byte, n)
	if _, err := io.ReadFull(in, segment); err != nil {
		return 0, nil, errPicture
	}
	return b, segment, nil
}

func writeSegment(w io.Writer, marker byte, segment []byte) error {
	head := []byte{0xff, marker, byte((len(segment) + 2) >> 8), byte(len(segment) + 2)}
	_, err := w.Write(append(head, segment...))
	return err
}

// copyScan copies entropy-coded data and the tables between progressive scans, to the end of the image. Segments that carry
// metadata are dropped here as well.
func copyScan(w io.Writer, in *bufio.Reader) error {
	out := bufio.NewWriterSize(w, 32<<10)
	for {
		b, err := in.ReadByte()
		if errors.Is(err, io.EOF) {
			return out.Flush() // a cut picture is shown as far as it goes
		}
		if err != nil {
			return err
		}
		if b != 0xff {
			out.WriteByte(b)
			continue
		}
		next, err := in.ReadByte()
		if err != nil {
			return out.Flush()
		}
		switch {
		case next == 0x00, next >= 0xd0 && next <= 0xd7:
			out.Write([]byte{0xff, next})
		case next == 0xff:
			in.UnreadByte()
		case next == 0xd9:
			out.Write([]byte{0xff, 0xd9})
			return out.Flush()
		default:
			in.UnreadByte()
			if err := copyTable(out, in); err != nil {
				return errors.Join(err, out.Flush())
			}
		}
	}
}

func copyTable(out io.Writer, in *bufio.Reader) error {
	marker, err := in.ReadByte()
	if err != nil {
		return errPicture
	}
	var size [2]byte
	if _, err := io.ReadFull(in, size[:]); err != nil {
		return errPicture
	}
	n := int(binary.BigEndian.Uint16(size[:])) - 2
	if n < 0 {
		return errPicture
	}
	segment := make([]byte, n)
	if _, err := io.ReadFull(in, segment); err != nil {
		return errPicture
	}
	if marker >= 0xe0 && marker <= 0xef || marker == 0xfe {
		return nil
	}
	return writeSegment(out, marker, segment)
}

// orientation reads which way is up from an EXIF segment; 0 when it does not say.
func orientation(segment []byte) byte {
	if !hasPrefix(segment, "Exif\x00\x00") || len(segment) < 14 {
		return 0
	}
	tiff := segment[6:]
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 0
	}
	entries := uint64(order.Uint16(tiff[at:]))
	for i := range entries {
		entry := at + 2 + 12*i
		if entry+12 > uint64(len(tiff)) {
			return 0
		}
		if order.Uint16(tiff[entry:]) == 0x0112 {
			if o := order.Uint16(tiff[entry+8:]); o >= 1 && o <= 8 {
				return byte(o)
			}
			return 0
		}
	}
	return 0
}

// exifWith is the smallest EXIF segment that says an orientation.
func exifWith(o byte) []byte {
	return []byte{'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, o, 0, 0, 0, 0, 0, 0}
}

// pngWithout drops the chunks with words, times and EXIF. What follows the end of the image goes too.
func pngWithout(w io.Writer, in *bufio.Reader) error {
	if _, err := io.CopyN(w, in, 8); err != nil {
		return errPicture
	}
	for {
		var head [8]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return errPicture
		}
		rest := int64(binary.BigEndian.Uint32(head[:])) + 4
		to := w
		switch string(head[4:]) {
		case "tEXt", "zTXt", "iTXt", "eXIf", "tIME":
			to = io.Discard
		default:
			if _, err := w.Write(head[:]); err != nil {
				return err
			}
		}
		if _, err := io.CopyN(to, in, rest); err != nil {
			return errPicture
		}
		if string(head[4:]) == "IEND" {
			return nil
		}
	}
}

// webpWithout drops the chunks with EXIF and XMP, and says the new length first: so it reads the picture's chunks twice.
func webpWithout(w io.Writer, r io.ReadSeeker) error {
	length := uint32(4)
	if err := webpChunks(r, func(head []byte, padded int64) (io.Writer, error) {
		length += 8 + uint32(padded)
		return io.Discard, nil
	}); err != nil {
		return err
	}
	out := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, length)...)
	if _, err := w.Write(append(out, "WEBP"...)); err != nil {
		return err
	}
	return webpChunks(r, func(head []byte, _ int64) (io.Writer, error) {
		_, err := w.Write(head)
		return w, err
	})
}

// webpChunks goes through the chunks that stay and copies each to where keep says.
func webpChunks(r io.ReadSeeker, keep func(head []byte, padded int64) (io.Writer, error)) error {
	if _, err := r.Seek(12, io.SeekStart); err != nil {
		return err
	}
	in := bufio.NewReaderSize(r, 32<<10)
	for {
		var head [8]byte
		if _, err := io.ReadFull(in, head[:]); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		} else if err != nil {
			return err
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		padded := size + size&1
		if name := string(head[:4]); name == "EXIF" || name == "XMP " {
			if _, err := in.Discard(int(padded)); err != nil {
				return nil //nolint:nilerr // the last chunk may lack its padding
			}
			continue
		}
		to, err := keep(head[:], padded)
		if err != nil {
			return err
		}
		if err := webpChunk(to, in, string(head[:4]), padded); err != nil {
			return err
		}
	}
}

// webpChunk copies a chunk's bytes; the header chunk stops promising what was dropped.
func webpChunk(to io.Writer, in *bufio.Reader, name string, padded int64) error {
	if name == "VP8X" && padded >= 10 {
		flags, err := in.ReadByte()
		if err != nil {
			return errPicture
		}
		if _, err := to.Write([]byte{flags &^ 0x0c}); err != nil {
			return err
		}
		padded--
	}
	if n, err := io.CopyN(to, in, padded); err != nil {
		if errors.Is(err, io.EOF) && n == padded-1 {
			_, err = to.Write([]byte{0})
			return err
		}
		return errPicture
	}
	return nil
}
