package imapin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// found is a letter that lies on the server.
type found struct {
	uid, seq uint32
	size     int64 // bytes, as the server says
	at       time.Time
}

// listMost is how many letters a folder may have. Those that would be more are found once others have gone.
const listMost = 1_000_000

// list asks about letters by their UIDs. What a server tells of others is left out, and of one that it tells of twice the first is taken.
func (s *session) list(ctx context.Context, set imap.UIDSet, o imap.FetchOptions, most int) (out []found, err error) {
	o.UID = true
	return out, s.within(ctx, 2*s.most, answerMost+int64(most)*256, func() error {
		cmd := s.client.Fetch(set, &o)
		for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
			f := found{seq: msg.SeqNum}
			for item := msg.Next(); item != nil; item = msg.Next() {
				switch item := item.(type) {
				case imapclient.FetchItemDataUID:
					f.uid = uint32(item.UID)
				case imapclient.FetchItemDataRFC822Size:
					f.size = item.Size
				case imapclient.FetchItemDataInternalDate:
					f.at = item.Time
				}
			}
			if f.uid != 0 && len(out) < most {
				out = append(out, f)
			}
		}
		return cmd.Close()
	})
}

// since lists what has come from a UID on, in a folder with a number of letters. A server answers n:* with its last letter even when that
// is older.
func (s *session) since(ctx context.Context, uid, count uint32, o imap.FetchOptions) ([]found, error) {
	if count == 0 {
		return nil, nil // some servers refuse 1:* there
	}
	all, err := s.list(ctx, imap.UIDSet{{Start: imap.UID(uid)}}, o, int(min(count, listMost))+batchMost) // a few may have come meanwhile
	out := all[:0]
	for _, f := range all {
		if f.uid >= uid {
			out = append(out, f)
		}
	}
	return out, err
}

// tooLarge is a letter of which the server sends more than it said, and than is taken.
type tooLarge struct {
	uid  uint32
	size int64
}

func (t *tooLarge) Error() string { return fmt.Sprintf("letter %d has %d bytes", t.uid, t.size) }

// bodies fetches letters one after another into memory, and hands each over before the next is read. What the server leaves out is not
// handed over. The letters are read without marking them as seen.
func (s *session) bodies(ctx context.Context, set imap.NumSet, o *imap.FetchItemBodySection, bytes, most int64, take func(uid uint32, raw []byte) error) error {
	inTime := min(longest, s.most+time.Duration(bytes/slowest)*time.Second)
	return s.within(ctx, inTime, bytes, func() error {
		o.Peek = true
		cmd := s.client.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{o}})
		for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
			uid, raw, err := readBody(msg, most)
			if err == nil && uid != 0 && raw != nil {
				err = take(uid, raw)
			}
			if err != nil {
				s.conn.end(err) // the rest of what was asked for need not come
				if errors.Is(err, io.ErrUnexpectedEOF) {
					<-s.client.Closed() // who takes the answer apart goes on after a letter that broke off, and closing reads it again
				}
				_ = cmd.Close() // says only that the line ended
				return err
			}
		}
		return cmd.Close()
	})
}

// readBody reads one letter that comes; raw is nil when the server has none.
func readBody(msg *imapclient.FetchMessageData, most int64) (uid uint32, raw []byte, err error) {
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = uint32(item.UID)
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil || raw != nil {
				continue
			}
			size := item.Literal.Size()
			if size > most {
				return uid, nil, &tooLarge{uid, size}
			}
			var b bytes.Buffer
			b.Grow(int(min(size, 1<<20))) // what is announced need not come
			if n, err := io.Copy(&b, item.Literal); err != nil || n != size {
				return uid, nil, errors.Join(io.ErrUnexpectedEOF, err)
			}
			raw = b.Bytes()
			if raw == nil {
				raw = []byte{} // an empty letter is one
			}
		}
	}
	return uid, raw, nil
}
