package store

import (
	"cmp"
	"encoding/base64"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"visavis/internal/vis"
)

// place is where in a list by newest activity a page begins: before this instant, and at it before this id.
type place struct {
	at int64
	id string
}

// top comes before everything: no instant is as late and no id as high.
var top = place{math.MaxInt64, "~"}

// compare orders two places as the list does, newest first.
func (p place) compare(q place) int {
	if c := cmp.Compare(q.at, p.at); c != 0 {
		return c
	}
	return cmp.Compare(q.id, p.id)
}

// cursor is the place as a client carries it.
func (p place) cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(p.at, 10) + "|" + p.id))
}

func placeOf(t time.Time, id string) place { return place{millis(t), id} }

// placeAt reads a client's cursor; "" is the top.
func placeAt(cursor string) (place, error) {
	if cursor == "" {
		return top, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	ms, id, ok := strings.Cut(string(raw), "|")
	n, e := strconv.ParseInt(ms, 10, 64)
	if err != nil || e != nil || !ok || len(id) > 64 || !utf8.ValidString(id) || strings.ContainsRune(id, 0) {
		return place{}, vis.InField("cursor", "This is not a cursor that a list gave out.")
	}
	return place{n, id}, nil
}

// paged cuts a list that was read one item too long into a page.
func paged[T any](items []T, limit int, where func(T) place) vis.List[T] {
	if len(items) <= limit {
		return vis.List[T]{Items: items}
	}
	return vis.List[T]{Items: items[:limit], Next: where(items[limit-1]).cursor()}
}
