package tnef

import "encoding/binary"

// before is what every packed RTF may refer to as if it stood in front ([MS-OXRTFCP]).
const before = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier` +
	`{\colortbl\red0\green0\blue0` + "\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

const (
	rtfPacked = 0x75465a4c // "LZFu"
	rtfPlain  = 0x414c454d // "MELA"
)

// unpacked unpacks RTF, as far as it goes. It grows at most ninefold: two bytes stand for seventeen.
func unpacked(raw []byte) []byte {
	c := cursor{rest: raw}
	c.u32() // how long it is packed
	most, kind := int64(c.u32()), c.u32()
	c.u32() // a checksum
	switch kind {
	case rtfPlain:
		return c.rest[:min(int64(len(c.rest)), most)]
	case rtfPacked:
	default:
		return nil
	}
	out := []byte(before)
	limit := int64(len(before)) + most
	for len(c.rest) > 0 {
		for flags := uint(c.u8()) | 0x100; flags > 1 && len(c.rest) > 0; flags >>= 1 {
			if int64(len(out)) >= limit {
				return out[len(before):]
			}
			if flags&1 == 0 {
				out = append(out, c.u8())
				continue
			}
			var pair [2]byte
			copy(pair[:], c.take(2))
			ref := binary.BigEndian.Uint16(pair[:])
			const window = 4096
			back := (len(out) - int(ref>>4)) & (window - 1) // the window is a ring, and ref a place in it
			if back == 0 || back > len(out) {
				return out[len(before):]
			}
			for range ref&15 + 2 {
				out = append(out, out[len(out)-back])
			}
		}
	}
	return out[len(before):]
}
