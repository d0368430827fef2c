package listen

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"visavis/internal/desk"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// Example is a contact with what was said.
type Example struct {
	Contact
	Subject string
	Name    string // of the customer
	Excerpt string
}

// Drill are some of the contacts that a figure of the board is made of. With the first of them come the channels of all, and where customers were
// when they began the newest.
type Drill struct {
	vis.List[Example]
	Channels []ChannelCount
	Pages    []PageCount
}

// ChannelCount is how many contacts came on a channel.
type ChannelCount struct {
	Channel  vis.ChannelID
	Contacts int
}

// PageCount is how many contacts began on a page.
type PageCount struct {
	Page     string
	Contacts int
}

const (
	drillPage  = 20
	pagesOf    = 400 // contacts are looked at for where they began
	pagesShown = 6
)

// Drill reads the contacts of a reason and of those beneath it, or those without one for "", the newest first.
func (c *Counter) Drill(ctx context.Context, by vis.Actor, in BoardQuery, reason, cursor string) (Drill, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Drill{}, err
	}
	before, above, err := readPlace(cursor)
	if err != nil {
		return Drill{}, err
	}
	now := c.clock.Now()
	return vis.View(ctx, c.db, by.Workspace, func(tx CountTx) (out Drill, err error) {
		zone, err := zoneOf(ctx, tx)
		if err != nil {
			return out, err
		}
		q, err := in.check(DayOf(now, zone))
		if err != nil {
			return out, err
		}
		if end := q.To.Midnight(zone).UnixMilli(); end < before {
			before, above = end, ""
		}
		keys := []string{""}
		if reason != "" {
			tree, err := reasonTree(ctx, tx)
			if err != nil {
				return out, err
			}
			keys = tree.beneath(reason)
		}
		most := drillPage + 1
		if cursor == "" {
			most = pagesOf
		}
		var found []Contact
		for _, key := range keys {
			some, err := tx.Contacts(ctx, ContactQuery{q, key, q.From.Midnight(zone).UnixMilli(), before, above}, most)
			if err != nil {
				return out, err
			}
			found = append(found, some...)
		}
		slices.SortFunc(found, func(a, b Contact) int {
			return cmp.Or(b.BeganAt.Compare(a.BeganAt), strings.Compare(string(b.Conversation), string(a.Conversation)))
		})
		if cursor == "" {
			out.Pages = pages(found[:min(len(found), pagesOf)])
			if out.Channels, err = channels(ctx, tx, keys, q); err != nil {
				return out, err
			}
		}
		if len(found) > drillPage {
			found = found[:drillPage]
			out.Next = writePlace(found[drillPage-1])
		}
		out.Items, err = examples(ctx, tx, found)
		return out, err
	})
}

// channels counts on which channels contacts came, the most frequent first.
func channels(ctx context.Context, tx CountTx, keys []string, q CountQuery) (out []ChannelCount, err error) {
	cells, err := tx.CountsOf(ctx, keys, q)
	if err != nil {
		return nil, err
	}
	n := make(map[vis.ChannelID]int)
	for _, cell := range cells {
		n[cell.Channel] += cell.Contacts
	}
	for channel, contacts := range n {
		if contacts > 0 {
			out = append(out, ChannelCount{channel, contacts})
		}
	}
	slices.SortFunc(out, func(a, b ChannelCount) int { return cmp.Or(b.Contacts-a.Contacts, cmp.Compare(a.Channel, b.Channel)) })
	return out, nil
}

// pages counts where contacts began, the most frequent first.
func pages(of []Contact) (out []PageCount) {
	n := make(map[string]int)
	for _, c := range of {
		if c.Page != "" {
			n[c.Page]++
		}
	}
	for page, contacts := range n {
		out = append(out, PageCount{page, contacts})
	}
	slices.SortFunc(out, func(a, b PageCount) int { return cmp.Or(b.Contacts-a.Contacts, strings.Compare(a.Page, b.Page)) })
	return out[:min(len(out), pagesShown)]
}

// examples reads what was said in contacts. Those whose conversation is gone are left out.
func examples(ctx context.Context, tx CountTx, of []Contact) ([]Example, error) {
	out := []Example{}
	if len(of) == 0 {
		return out, nil
	}
	var conversations []vis.ConversationID
	for _, c := range of {
		conversations = append(conversations, c.Conversation)
	}
	found, err := tx.ConversationsByID(ctx, conversations)
	if err != nil {
		return nil, err
	}
	said, err := saidIn(ctx, tx, of)
	if err != nil {
		return nil, err
	}
	for _, c := range of {
		if i := slices.IndexFunc(found, func(f desk.Conversation) bool { return f.ID == c.Conversation }); i >= 0 {
			out = append(out, Example{c, found[i].Subject, found[i].Customer.Name, text.Preview(said[c.Message], excerpt)})
		}
	}
	return out, nil
}

// saidIn are the messages by which contacts were read.
func saidIn(ctx context.Context, tx CountTx, of []Contact) (map[vis.MessageID]string, error) {
	var ids []vis.MessageID
	for _, c := range of {
		if c.Message != "" {
			ids = append(ids, c.Message)
		}
	}
	out := make(map[vis.MessageID]string, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	all, err := tx.MessagesByID(ctx, ids)
	for _, m := range all {
		out[m.ID] = m.Text
	}
	return out, err
}

// far is later than anything.
const far = int64(1) << 60

func writePlace(c Contact) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(c.BeganAt.UnixMilli(), 10) + "|" + string(c.Conversation)))
}

func readPlace(cursor string) (before int64, above vis.ConversationID, err error) {
	if cursor == "" {
		return far, "~", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	at, id, parted := strings.Cut(string(raw), "|")
	n, bad := strconv.ParseInt(at, 10, 64)
	if err != nil || bad != nil || !parted || len(id) > 64 || text.Clean(id) != id {
		return 0, "", vis.InField("cursor", "This is not a cursor that a list gave out.")
	}
	return n, vis.ConversationID(id), nil
}
