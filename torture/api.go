package torture

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Client speaks to the API as one person.
type Client struct {
	Base string
	Auth string // the Authorization header, or ""
	HTTP *http.Client
}

// NewClient returns a client with connections of its own.
func NewClient(base, auth string) *Client {
	return &Client{Base: base, Auth: auth, HTTP: &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 4},
	}}
}

// Problem is an answer that is no success.
type Problem struct {
	Status int
	Code   string
	Detail string
	Body   string
}

func (p *Problem) Error() string {
	return fmt.Sprintf("%d %s %s", p.Status, p.Code, p.Detail)
}

// Call sends body as JSON and reads the answer into into, both of which may be nil. An answer
// that is no success is a *Problem. key is the Idempotency-Key, "" for none.
func (c *Client) Call(ctx context.Context, method, path, key string, body, into any) error {
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.Base+path, sent)
	if err != nil {
		return err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.Auth != "" {
		request.Header.Set("Authorization", c.Auth)
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	answer, err := c.HTTP.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 32<<20))
	if err != nil {
		return err // a cut answer acknowledges nothing
	}
	if answer.StatusCode >= 300 {
		p := &Problem{Status: answer.StatusCode, Body: string(text)}
		_ = json.Unmarshal(text, p) // the body may be anything
		return p
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("read the answer of %s %s: %w", method, path, err)
	}
	return nil
}

// CallUntilAcknowledged repeats a call with the same key until it is answered. Only an answer
// that says the request itself is wrong ends it, and ctx.
func (c *Client) CallUntilAcknowledged(ctx context.Context, path, key string, body, into any) (tries int, err error) {
	for {
		tries++
		err := c.Call(ctx, http.MethodPost, path, key, body, into)
		var problem *Problem
		if err == nil {
			return tries, nil
		}
		if errors.As(err, &problem) && problem.Status < 500 && problem.Status != http.StatusTooManyRequests {
			return tries, err
		}
		select {
		case <-ctx.Done():
			return tries, fmt.Errorf("never acknowledged: %w (last: %w)", ctx.Err(), err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Message is a message as members and visitors are told it, as far as the torture reads it.
type Message struct {
	ID             string
	ConversationID string
	Position       int
	Kind           string
	Author         struct{ Kind, ID string }
	Text           string
	ClientID       string
	Attachments    []Attachment
}

// Attachment is a file as the API tells it.
type Attachment struct {
	ID, Name, MediaType, Kind, URL, PreviewURL string
	Size                                       int64
}

// Conversation is a conversation as members are told it.
type Conversation struct {
	ID, State, Subject string
	Version            int
	LastPosition       int
}

// Channel is a web-chat channel.
type Channel struct{ ID, Key string }

// NewChannel makes a web-chat channel that the given origins may use.
func (s *Server) NewChannel(ctx context.Context, name string, origins ...string) (Channel, error) {
	var made Channel
	if origins == nil {
		origins = []string{s.Base}
	}
	body := map[string]any{"kind": "webchat", "name": name, "settings": map[string]any{
		"colour": "#1f4fd8", "origins": origins, "languages": []string{"fr", "en"},
		"greeting": map[string]string{"fr": "Bonjour", "en": "Hello"},
	}}
	err := s.Admin().Call(ctx, http.MethodPost, "/api/v1/channels", newID(), body, &made)
	return made, err
}

// Admin speaks with the administrator's API token.
func (s *Server) Admin() *Client { return NewClient(s.Base, "Bearer "+s.Token) }

// Visitor is somebody who opened the widget.
type Visitor struct {
	*Client
	ID    string
	Token string
}

// NewVisitor opens a visitor's session on the channel with key, trying until it is answered.
func (s *Server) NewVisitor(ctx context.Context, key string) (*Visitor, error) {
	c := NewClient(s.Base, "")
	var made struct {
		Token   string
		Visitor struct{ ID string }
	}
	body := map[string]string{"key": key, "locale": "fr", "zone": "Europe/Paris"}
	if _, err := c.CallUntilAcknowledged(ctx, "/api/v1/visitor/sessions", newID(), body, &made); err != nil {
		return nil, err
	}
	c.Auth = "Visitor " + made.Token
	return &Visitor{Client: c, ID: made.Visitor.ID, Token: made.Token}, nil
}

// say is the body of a visitor's message.
type say struct {
	ConversationID string   `json:"conversationId,omitempty"`
	Text           string   `json:"text"`
	AttachmentIDs  []string `json:"attachmentIds"`
	ClientID       string   `json:"clientId"`
}

// Say writes one message, once, and returns it as acknowledged.
func (v *Visitor) Say(ctx context.Context, conversation, text string) (Message, error) {
	id := newID()
	var answer struct{ Message Message }
	err := v.Call(ctx, http.MethodPost, "/api/v1/visitor/messages", id,
		say{ConversationID: conversation, Text: text, AttachmentIDs: []string{}, ClientID: id}, &answer)
	return answer.Message, err
}

// ReadHistory reads every conversation and every message over the API, as the administrator.
func (s *Server) ReadHistory(ctx context.Context) (History, error) {
	admin := s.Admin()
	history := History{}
	for _, state := range []string{"open", "snoozed", "resolved"} {
		query := url.Values{"view": {"all"}, "state": {state}, "limit": {"100"}}
		for {
			var page struct {
				Items []Conversation
				Next  string
			}
			if err := admin.Call(ctx, http.MethodGet, "/api/v1/conversations?"+query.Encode(), "", nil, &page); err != nil {
				return nil, fmt.Errorf("list %s conversations: %w", state, err)
			}
			for _, conversation := range page.Items {
				if _, twice := history[conversation.ID]; twice {
					return nil, fmt.Errorf("the conversation %s is listed twice", conversation.ID)
				}
				messages, err := readMessages(ctx, admin, conversation.ID)
				if err != nil {
					return nil, err
				}
				history[conversation.ID] = messages
			}
			if page.Next == "" {
				break
			}
			query.Set("cursor", page.Next)
		}
	}
	return history, nil
}

// readMessages reads a conversation from its newest page backwards and returns it in order.
func readMessages(ctx context.Context, c *Client, conversation string) ([]Stored, error) {
	var pages [][]Stored
	count := 0
	for before := 0; ; {
		path := "/api/v1/conversations/" + conversation + "/messages?limit=100"
		if before > 0 {
			path += fmt.Sprintf("&before=%d", before)
		}
		var page struct {
			Items []Message
			Next  int
		}
		if err := c.Call(ctx, http.MethodGet, path, "", nil, &page); err != nil {
			return nil, fmt.Errorf("read %s: %w", conversation, err)
		}
		var stored []Stored
		for _, m := range page.Items {
			stored = append(stored, Stored{
				ID: m.ID, Position: m.Position, Author: m.Author.Kind,
				ClientID: m.ClientID, Text: m.Text, Line: m.Kind == "line",
			})
		}
		pages = append(pages, stored)
		count += len(stored)
		if page.Next == 0 {
			break
		}
		if before != 0 && page.Next >= before {
			return nil, fmt.Errorf("reading %s goes round: before=%d is followed by %d", conversation, before, page.Next)
		}
		before = page.Next
	}
	all := make([]Stored, 0, count)
	for i := len(pages) - 1; i >= 0; i-- {
		all = append(all, pages[i]...)
	}
	return all, nil
}

// newID makes a random UUID (version 4).
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
