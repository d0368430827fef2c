package webm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"time"
)

// errForeign is the refusal of what Clusters did not make.
var errForeign = errors.New("webm: these are no clusters of ours")

// Frames are those of which clusters were made. They share the memory of the clusters.
func Frames(clusters []byte) (out []Frame, err error) {
	for len(clusters) > 0 {
		var body, begins []byte
		if body, clusters, err = take(clusters, idCluster); err != nil {
			return nil, err
		}
		if begins, body, err = take(body, idTimestamp); err != nil {
			return nil, err
		}
		at := int64(0)
		for _, b := range begins {
			at = at<<8 | int64(b)
		}
		for len(body) > 0 {
			var one []byte
			if one, body, err = take(body, idSimpleBlock); err != nil {
				return nil, err
			}
			if len(one) < 4 || one[0]&0x80 == 0 {
				return nil, errForeign
			}
			out = append(out, Frame{Track: int(one[0] & 0x7f), At: time.Duration(at+int64(binary.BigEndian.Uint16(one[1:]))) * time.Millisecond,
				Key: one[3]&0x80 != 0, Data: one[4:]})
		}
	}
	return out, nil
}

// take takes an element off the beginning.
func take(from, id []byte) (body, rest []byte, err error) {
	from, has := bytes.CutPrefix(from, id)
	if !has || len(from) == 0 {
		return nil, nil, errForeign
	}
	width := 1
	for width <= 8 && from[0]&(0x80>>(width-1)) == 0 {
		width++
	}
	if width > 8 || len(from) < width {
		return nil, nil, errForeign
	}
	var wide [8]byte
	copy(wide[8-width:], from[:width])
	size := binary.BigEndian.Uint64(wide[:]) &^ (1 << (7 * width))
	if from = from[width:]; size > uint64(len(from)) {
		return nil, nil, errForeign
	}
	return from[:size], from[size:], nil
}

// The most bytes of a cluster that are no frames, and of what fills a place up at least.
const (
	clusterHead = 4 + 8 + 2 + 8
	leastVoid   = 1 + 8
)

// Room is how large a place must be for all the frames of clusters that are so large together and span so long a time, whatever their
// order: it is known before any of them is read.
func Room(size int64, span time.Duration) int64 {
	return size + (span.Milliseconds()/maxSpan+2)*clusterHead + leastVoid
}

// Fill brings clusters to the size of their place with what readers skip.
func Fill(clusters []byte, size int64) ([]byte, error) {
	free := size - int64(len(clusters)) - leastVoid
	if free < 0 {
		return nil, errors.New("webm: clusters are larger than their place")
	}
	clusters = append(append(clusters, idVoid...), length(free)...)
	return append(clusters, make([]byte, free)...), nil
}
