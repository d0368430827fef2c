package post

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"
	"unicode/utf8"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// The bounds of what is kept of a letter beside its raw bytes.
const (
	maxFiles        = 100
	maxFolded       = 64 << 10 // bytes of folded text on a screen
	maxParticipants = 20       // of a conversation
	similarWithin   = 14 * 24 * time.Hour
)

// kept is what of a letter lies in the blob store.
type kept struct {
	html   string
	files  []desk.Attachment
	inline []vis.AttachmentID
}

// keep writes a letter's files and HTML to the blob store, before the transaction that names them.
func (s *Service) keep(ctx context.Context, ws vis.WorkspaceID, l channel.Letter) (out kept, err error) {
	if l.HTML != "" {
		if out.html, err = s.blobs.Keep(ctx, ws, []byte(l.HTML)); err != nil {
			return out, err
		}
	}
	now := s.clock.Now()
	out.inline = make([]vis.AttachmentID, len(l.Files))
	for i, f := range l.Files {
		if i == maxFiles {
			break
		}
		name, err := s.blobs.Keep(ctx, ws, f.Bytes)
		if err != nil {
			return out, err
		}
		a := desk.Attachment{ID: vis.AttachmentID(s.mint.ID(now)), Name: f.Name, Size: int64(len(f.Bytes)), Blob: name}
		a.MediaType, a.Width, a.Height = mediaType(f)
		out.files = append(out.files, a)
		if f.Inline {
			out.inline[i] = a.ID
		}
	}
	if !slices.ContainsFunc(out.inline, func(id vis.AttachmentID) bool { return id != "" }) {
		out.inline = nil
	}
	return out, nil
}

// filing is one letter on its way into a conversation, in one transaction.
type filing struct {
	*Service
	tx      Tx
	by      vis.Actor
	adapter channel.Addressed
	reading
	now time.Time
}

// file makes of a letter what it is: a message in its conversation, or the report of what became of one of ours.
func (s *Service) file(ctx context.Context, ws vis.WorkspaceID, w reading) error {
	adapter, ok := channel.As[channel.Addressed](s.channels, w.channel)
	if !ok {
		return &channel.Unreadable{Reason: "broken", Detail: "a channel without addresses"}
	}
	now := s.clock.Now()
	return s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) error {
		f := filing{Service: s, tx: tx, by: vis.System(ws), adapter: adapter, reading: w, now: now}
		f.body.Notes = slices.Clone(w.body.Notes) // this runs again when the transaction does
		return f.file(ctx)
	})
}

func (f *filing) file(ctx context.Context) error {
	if known, err := f.known(ctx); known || err != nil {
		return err
	}
	switch f.letter.Class {
	case channel.Bounced:
		return f.reported(ctx, f.bounce)
	case channel.WasRead:
		return f.reported(ctx, f.receipt)
	case channel.Trial:
		return f.settled(ctx, Filed, "", "") // whoever tries the channel out looks for it on the other side
	}
	return f.message(ctx)
}

// settled writes what became of the arrival. That one which people sent back is out of their hands was told when they did.
func (f *filing) settled(ctx context.Context, state ArrivalState, c vis.ConversationID, m vis.MessageID) error {
	a := f.arrival
	a.State, a.Conversation, a.Message, a.ChangedAt = state, c, m, f.now
	return f.tx.SaveArrival(ctx, a)
}

// known settles a copy of a letter that is filed already, such as one found in a second folder. Another letter under the same id is kept,
// and marked.
func (f *filing) known(ctx context.Context) (bool, error) {
	if f.letter.MessageID == "" {
		return false, nil
	}
	ids, err := f.tx.LetterIDs(ctx, f.channel.ID, []string{f.letter.MessageID})
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		if !id.Outward && id.Print == f.print || id.Outward && f.own(f.letter.From.Address) {
			return true, f.settled(ctx, Repeated, id.Conversation, id.Message)
		}
	}
	if len(ids) > 0 {
		f.body.Notes = append(f.body.Notes, "id-reused")
	}
	return false, nil
}

// printOf tells two letters under one id apart, whatever servers on the way wrote into their heads.
func printOf(l channel.Letter) string {
	h := sha256.New()
	for _, part := range []string{l.From.Address, l.Subject, l.Text, l.HTML} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	for _, file := range l.Files {
		h.Write(file.Bytes)
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// ownAddress finds which of a channel's addresses one is, with or without a token in it.
func ownAddress(adapter channel.Addressed, c channel.Channel, address string) (channel.OwnAddress, bool) {
	base, _ := adapter.Token(address)
	own := adapter.Addresses(c)
	i := slices.IndexFunc(own, func(o channel.OwnAddress) bool { return o.Address.Address == address || o.Address.Address == base })
	if i < 0 {
		return channel.OwnAddress{}, false
	}
	return own[i], true
}

// own reports whether an address is one of the channel's.
func (f *filing) own(address string) bool {
	_, ok := ownAddress(f.adapter, f.channel, address)
	return ok
}

// reported settles a letter that says what became of one of ours; one that fits none goes to people.
func (f *filing) reported(ctx context.Context, record func(context.Context) (LetterID, bool, error)) error {
	of, found, err := record(ctx)
	switch {
	case err != nil:
		return err
	case found:
		return f.settled(ctx, Filed, of.Conversation, of.Message)
	case f.letter.Class == channel.WasRead:
		return f.settled(ctx, Filed, "", "") // that a letter was read which is not ours is nobody's concern
	}
	return &channel.Unreadable{Reason: ReasonBounceUnknown, Detail: "it names no letter of ours"}
}

// message files a letter as words.
func (f *filing) message(ctx context.Context) error {
	if err := f.adopt(ctx); err != nil {
		return err
	}
	c, err := f.place(ctx)
	if err != nil {
		return err
	}
	author, err := f.author(ctx, c)
	if err != nil {
		return err
	}
	in := desk.Inbound{Text: f.words, Channel: f.channel.ID, ClientID: string(f.arrival.ID), Subject: text.Preview(f.letter.Subject, desk.MaxSubject),
		Files: f.kept.files, Automatic: f.letter.Class == channel.Automatic, Team: f.team()}
	if c == nil {
		f.body.Similar, err = f.tx.SimilarConversation(ctx, author, topic(f.letter.Subject), f.now.Add(-similarWithin))
		if err != nil && vis.CodeOf(err) != vis.NotFound {
			return err
		}
	}
	by := vis.Actor{Workspace: f.by.Workspace, Kind: vis.ByCustomer, ID: string(author)}
	got, err := f.desk.ReceiveWithin(ctx, f.tx, by, c, in, f.now)
	if err != nil {
		return err
	}
	if err := f.letters(ctx, got); err != nil {
		return err
	}
	if err := f.joined(ctx, got, author); err != nil {
		return err
	}
	if err := f.expectAcknowledgement(ctx, got.Message); err != nil {
		return err
	}
	return f.settled(ctx, Filed, got.Conversation.ID, got.Message.ID)
}

// letters writes what the message was as a letter, and its id.
func (f *filing) letters(ctx context.Context, got desk.Received) error {
	l := f.letter
	b := f.body
	b.MessageID, b.From, b.ReplyTo, b.To, b.Cc, b.Subject, b.SentAt = l.MessageID, l.From, l.ReplyTo, l.To, l.Cc, l.Subject, l.SentAt
	b.Remote, b.Inline, b.Class, b.Trust, b.List, b.Calendar = l.Remote, f.kept.inline, l.Class, l.Trust, l.List, l.Calendar
	b.Notes = append(b.Notes, l.Notes...)
	if len(l.Files) > maxFiles {
		b.Notes = append(b.Notes, "files-left-out")
	}
	letter := Letter{Message: got.Message.ID, Conversation: got.Conversation.ID, Channel: f.channel.ID, Body: b, Raw: f.arrival.Blob, HTML: f.kept.html}
	if err := f.tx.InsertLetter(ctx, letter); err != nil || l.MessageID == "" {
		return err
	}
	return f.tx.InsertLetterID(ctx, LetterID{Channel: f.channel.ID, ID: l.MessageID, Message: got.Message.ID, Conversation: got.Conversation.ID,
		Print: f.print})
}

// words are what is shown of a letter as a message: what she wrote, or its subject when she wrote nothing. What is longer than a message
// may be is folded.
func words(l channel.Letter, before ...channel.Fold) (words string, body Body) {
	words = text.Clean(l.Text)
	if text.Fold(words) == "" {
		words = l.Subject
	}
	if utf8.RuneCountInString(words) > desk.MaxText {
		runes := []rune(words)
		before = append(before, channel.Fold{Kind: channel.FoldRest, Text: string(runes[desk.MaxText:])})
		words = string(runes[:desk.MaxText])
	}
	room := maxFolded
	for _, fold := range append(before, l.Folded...) {
		if len(fold.Text) > room {
			body.Notes = append(body.Notes, "history-cut")
			fold.Text = cut(fold.Text, room)
		}
		room -= len(fold.Text)
		if fold.Text != "" {
			body.Folded = append(body.Folded, fold)
		}
	}
	return words, body
}

// cut shortens to at most n bytes without cutting a character in two.
func cut(s string, n int) string {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// team is whom the address that she wrote to belongs to.
func (f *filing) team() vis.TeamID {
	reached := slices.Clone(f.letter.Delivered)
	for _, list := range [][]channel.Address{f.letter.To, f.letter.Cc} {
		for _, a := range list {
			reached = append(reached, a.Address)
		}
	}
	for _, address := range reached {
		if own, _ := ownAddress(f.adapter, f.channel, address); own.Team != "" {
			return own.Team
		}
	}
	return ""
}
