package webm

import "time"

// Silence is 20 ms of Opus in which nobody says anything.
var Silence = []byte{0xf8, 0xff, 0xfe}

// SilenceFor is how long Silence is.
const SilenceFor = 20 * time.Millisecond

// OpusFor is how long a packet of Opus plays (RFC 6716, section 3.1); 0 for what is none.
func OpusFor(packet []byte) time.Duration {
	if len(packet) == 0 {
		return 0
	}
	config, count := packet[0]>>3, 1
	switch packet[0] & 3 {
	case 1, 2:
		count = 2
	case 3:
		if len(packet) < 2 {
			return 0
		}
		count = int(packet[1] & 0x3f)
	}
	var one time.Duration
	switch {
	case config < 12:
		one = []time.Duration{10, 20, 40, 60}[config%4] * time.Millisecond
	case config < 16:
		one = []time.Duration{10, 20}[config%2] * time.Millisecond
	default:
		one = []time.Duration{2500, 5000, 10000, 20000}[config%4] * time.Microsecond
	}
	if whole := time.Duration(count) * one; whole <= 120*time.Millisecond {
		return whole
	}
	return 0
}

// VP8Size is the size of a picture from the start; zeros for one that rests on others (RFC 6386, section 9.1).
func VP8Size(frame []byte) (width, height int) {
	if len(frame) < 10 || frame[0]&1 != 0 || frame[3] != 0x9d || frame[4] != 0x01 || frame[5] != 0x2a {
		return 0, 0
	}
	return (int(frame[7])<<8 | int(frame[6])) & 0x3fff, (int(frame[9])<<8 | int(frame[8])) & 0x3fff
}
