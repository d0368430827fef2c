package web

import (
	"context"
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/hours"
	"visavis/internal/realtime"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// The types of this file are what travels to members and API tokens. Their names are the API's.

// Moment is an instant as it travels: RFC 3339 in UTC with milliseconds.
type Moment string

func moment(t time.Time) Moment { return Moment(t.UTC().Format("2006-01-02T15:04:05.000Z")) }

// Schema implements huma.SchemaProvider.
func (Moment) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Description: "RFC 3339 in UTC, with milliseconds"}
}

// maybe is a moment that may be absent.
func maybe(t time.Time) *Moment {
	if t.IsZero() {
		return nil
	}
	return new(moment(t))
}

// Member is a person who works here.
type Member struct {
	ID        string   `json:"id" format:"uuid"`
	Name      string   `json:"name"`
	FirstName string   `json:"firstName" doc:"What customers see."`
	Email     string   `json:"email"`
	Role      string   `json:"role" enum:"agent,supervisor,administrator"`
	Face      string   `json:"face" doc:"Seed of a drawn face, such as long-2-7; empty for initials."`
	Locale    string   `json:"locale" enum:"fr,en"`
	Zone      string   `json:"zone" doc:"IANA time zone"`
	State     string   `json:"state" enum:"invited,active,disabled"`
	Presence  string   `json:"presence" enum:"available,busy,finishing,away,offline" doc:"finishing: she writes up what she has just ended"`
	BackAt    *Moment  `json:"backAt,omitempty" doc:"When she will be back, if she is away and said so"`
	TeamIDs   []string `json:"teamIds" nullable:"false"`
	Version   int64    `json:"version"`
	CreatedAt Moment   `json:"createdAt"`
}

func (s *Server) member(ctx context.Context, ws vis.WorkspaceID, m staff.Member) Member {
	there := s.directory.of(ctx, ws).presence(m.ID)
	return Member{ID: string(m.ID), Name: m.Name, FirstName: m.FirstName, Email: m.Email, Role: string(m.Role), Face: m.Face,
		Locale: m.Locale, Zone: m.Zone, State: string(m.State), Presence: string(there.Presence), BackAt: maybe(there.BackAt), TeamIDs: texts(m.Teams),
		Version: m.Version, CreatedAt: moment(m.CreatedAt)}
}

// texts turns typed ids into strings; never nil, so that JSON has [] and not null.
func texts[T ~string](ids []T) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// ids is texts turned round.
func ids[T ~string](in []string) []T {
	out := make([]T, len(in))
	for i, id := range in {
		out[i] = T(id)
	}
	return out
}

// Team is members who answer together.
type Team struct {
	ID        string   `json:"id" format:"uuid"`
	Name      string   `json:"name"`
	Icon      string   `json:"icon"`
	MemberIDs []string `json:"memberIds" nullable:"false"`
	Version   int64    `json:"version"`
	CreatedAt Moment   `json:"createdAt"`
}

func team(t staff.Team) Team {
	return Team{ID: string(t.ID), Name: t.Name, Icon: t.Icon, MemberIDs: texts(t.Members), Version: t.Version, CreatedAt: moment(t.CreatedAt)}
}

// Workspace is the organisation.
type Workspace struct {
	ID     string `json:"id" format:"uuid"`
	Name   string `json:"name"`
	Locale string `json:"locale" enum:"fr,en"`
	Zone   string `json:"zone"`
}

func workspace(w staff.Workspace) Workspace {
	return Workspace{ID: string(w.ID), Name: w.Name, Locale: w.Locale, Zone: w.Zone}
}

// Me is who asks: the signed-in member, or the owner of the API token.
type Me struct {
	Member    Member    `json:"member"`
	Workspace Workspace `json:"workspace"`
	Scopes    []string  `json:"scopes,omitempty" nullable:"false" doc:"What the API token may do; absent for a signed-in member."`
}

// Channel is one way in and out.
type Channel struct {
	ID                string           `json:"id" format:"uuid"`
	Kind              string           `json:"kind"`
	Name              string           `json:"name"`
	Key               string           `json:"key" doc:"Names the channel in a web page's snippet; no secret."`
	Settings          WebchatSettings  `json:"settings"`
	Mailbox           *MailboxSettings `json:"mailbox,omitempty" doc:"Of a channel of letters."`
	Written           bool             `json:"written" doc:"Words travel as letters on it."`
	CanSay            bool             `json:"canSay" doc:"Whether words can leave on it now."`
	IdentitySecretSet bool             `json:"identitySecretSet"`
	Disabled          bool             `json:"disabled"`
	Version           int64            `json:"version"`
	CreatedAt         Moment           `json:"createdAt"`
}

// MailboxSettings are what an administrator chooses for a channel of letters.
type MailboxSettings struct {
	Addresses          []MailboxAddress `json:"addresses" nullable:"false" doc:"Those that letters reach us at; they leave from the first unless they answer one that was written to another."`
	In                 *MailInbox       `json:"in,omitempty" doc:"Where letters are fetched from; absent when they are handed over to us."`
	Out                *MailServer      `json:"out,omitempty" doc:"The server that takes our letters."`
	OAuth              *MailOAuth       `json:"oauth,omitempty" doc:"Signs in to the servers that take access tokens, once a member has consented."`
	TrustedServers     []string         `json:"trustedServers,omitempty" nullable:"false" doc:"Whose Authentication-Results are believed (RFC 8601)."`
	NoSubaddresses     bool             `json:"noSubaddresses,omitempty" doc:"The server does not deliver what is written to an address with +something in it."`
	OwnReturnPath      bool             `json:"ownReturnPath,omitempty" doc:"Reports come to an address of their own for each letter."`
	NoAcknowledgements bool             `json:"noAcknowledgements,omitempty" doc:"Customers get no word that their letters arrived."`
	BrandOnly          bool             `json:"brandOnly,omitempty" doc:"Letters leave in the name of the brand, without the first name of whoever wrote them."`
	TeamID             *string          `json:"teamId,omitempty" nullable:"true" doc:"The team that new conversations go to, unless their address has one."`
}

// MailboxAddress is one that letters reach us at.
type MailboxAddress struct {
	Address string `json:"address"`
	Name    string `json:"name,omitempty" doc:"Of the brand that it stands for."`
	TeamID  string `json:"teamId,omitempty" doc:"Who owns what is written to it."`
}

// MailServer is one of the other side's.
type MailServer struct {
	_        struct{} `nullable:"true"`
	Host     string   `json:"host"`
	Port     int      `json:"port"`
	Security string   `json:"security" enum:"tls,starttls,none"`
	User     string   `json:"user,omitempty"`
	Bearer   bool     `json:"bearer,omitempty" doc:"The secret is an access token."`
}

// MailInbox is a mailbox that letters are fetched from by IMAP.
type MailInbox struct {
	_ struct{} `nullable:"true"`
	MailServer
	Folders  []string `json:"folders,omitempty" nullable:"false" doc:"INBOX when none is named. In the first, letters are fetched the moment they come."`
	After    string   `json:"after,omitempty" enum:"leave,move,delete" doc:"What becomes of a letter there once it is kept."`
	MoveTo   string   `json:"moveTo,omitempty"`
	Existing string   `json:"existing,omitempty" enum:"ignore,fetch,pause" doc:"What becomes of letters that were there before; pause is for a fetching that goes on later."`
}

// WebchatSettings are what an administrator chooses for a chat on web pages.
type WebchatSettings struct {
	Colour    string       `json:"colour,omitempty" doc:"Of the button and the header, #rrggbb"`
	Greeting  Greeting     `json:"greeting,omitempty"`
	Origins   []string     `json:"origins,omitempty" nullable:"false" doc:"Web origins whose pages may embed the chat; none allows every page."`
	Languages []string     `json:"languages,omitempty" nullable:"false" enum:"fr,en"`
	TeamID    *string      `json:"teamId,omitempty" nullable:"true" doc:"The team that new conversations go to."`
	Assist    bool         `json:"assist,omitempty" doc:"Whether customers may call for live assistance from here."`
	Offer     *AssistOffer `json:"offer,omitempty" doc:"When live assistance is offered; without it, always."`
	Mask      *AssistMask  `json:"mask,omitempty" doc:"What of the site's pages is seen in a live assistance, besides what the pages themselves say."`
	Hours     *Schedule    `json:"hours,omitempty"`
}

// AssistMask are CSS selectors of parts of a site's pages. What always stays masked, such as passwords and cards, they never show.
type AssistMask struct {
	Hide []string `json:"hide,omitempty" nullable:"false" maxItems:"50" doc:"Neither seen nor clicked, with all they hold."`
	Show []string `json:"show,omitempty" nullable:"false" maxItems:"50" doc:"Fields whose contents may be seen."`
}

// AssistOffer says when customers are offered live assistance.
type AssistOffer struct {
	Only      []string `json:"only,omitempty" nullable:"false" maxItems:"30" doc:"Pages, as /checkout* or shop.example/help/*; none is every page."`
	Never     []string `json:"never,omitempty" nullable:"false" maxItems:"30" doc:"Pages where it is not, whatever only says."`
	Whom      string   `json:"whom,omitempty" enum:"verified,unverified," doc:"Everyone, without it."`
	Languages []string `json:"languages,omitempty" nullable:"false" enum:"fr,en" doc:"None is all."`
	Segments  []string `json:"segments,omitempty" nullable:"false" maxItems:"30" doc:"None is every customer."`
	InHours   bool     `json:"inHours,omitempty" doc:"In opening hours only."`
	Staff     int      `json:"staff,omitempty" minimum:"0" maximum:"99" doc:"How many must be free to answer; 0 lets her call, and tells her the honest wait."`
}

// Greeting is the first words by language.
type Greeting struct {
	Fr string `json:"fr"`
	En string `json:"en"`
}

// Schedule is a week's opening hours.
type Schedule struct {
	_    struct{}     `nullable:"true"`
	Zone string       `json:"zone" doc:"IANA time zone"`
	Week []hours.Slot `json:"week" nullable:"false"`
}

// channel is what everybody who works here may know of one.
func (s *Server) channel(c channel.Channel) Channel {
	out := Channel{ID: string(c.ID), Kind: string(c.Kind), Name: c.Name, Key: c.Key, IdentitySecretSet: c.Secret != nil,
		Disabled: c.Disabled, Version: c.Version, CreatedAt: moment(c.CreatedAt)}
	can := s.channels.Capabilities(c)
	out.Written, out.CanSay = can.Written, can.MaxText > 0
	if _, letters := channel.As[channel.Addressed](s.channels, c); letters {
		out.Written = true
		out.Mailbox = new(MailboxSettings)
		_ = json.Unmarshal(c.Settings, out.Mailbox) // settings of a later version show what is understood
		if out.Mailbox.Addresses == nil {
			out.Mailbox.Addresses = []MailboxAddress{}
		}
	} else {
		_ = json.Unmarshal(c.Settings, &out.Settings)
	}
	if c.Team != "" && out.Mailbox != nil {
		out.Mailbox.TeamID = new(string(c.Team))
	} else if c.Team != "" {
		out.Settings.TeamID = new(string(c.Team))
	}
	if out.Settings.Origins == nil {
		out.Settings.Origins = []string{}
	}
	return out
}

// Customer is a person the organisation serves.
type Customer struct {
	ID          string            `json:"id" format:"uuid"`
	Name        string            `json:"name"`
	Face        string            `json:"face"`
	Locale      string            `json:"locale" enum:"fr,en,"`
	Zone        string            `json:"zone"`
	Verified    bool              `json:"verified" doc:"Whether an identity other than a device was proved."`
	AdviserID   *string           `json:"adviserId,omitempty" doc:"The member she is followed by."`
	Segment     string            `json:"segment" doc:"The organisation's own word for her kind of customer."`
	Value       int               `json:"value" minimum:"0" maximum:"100"`
	Attributes  map[string]string `json:"attributes,omitempty" doc:"What the organisation says of her by its own keys, such as where she is and what she has."`
	Page        *PageVisit        `json:"page,omitempty"`
	Here        bool              `json:"here" doc:"Whether she has the chat open now."`
	Identities  []Identity        `json:"identities" nullable:"false"`
	FirstSeenAt Moment            `json:"firstSeenAt"`
	LastSeenAt  Moment            `json:"lastSeenAt"`
	Version     int64             `json:"version"`
}

// PageVisit is the page of the organisation's site that a customer was last seen on.
type PageVisit struct {
	URL   string `json:"url"`
	Title string `json:"title"`
	At    Moment `json:"at"`
}

// Identity is one way a customer is known.
type Identity struct {
	ID       string `json:"id" format:"uuid"`
	Kind     string `json:"kind" enum:"visitor,email,phone,user,social,card"`
	Value    string `json:"value"`
	Verified bool   `json:"verified"`
}

func (s *Server) customer(ws vis.WorkspaceID, c desk.Customer) Customer {
	here, page := s.hub.Guest(ws, c.ID)
	out := Customer{ID: string(c.ID), Name: c.Name, Face: c.Face, Locale: c.Locale, Zone: c.Zone, Verified: c.Verified, Here: here,
		AdviserID: optional(c.Adviser), Segment: c.Segment, Value: c.Value, Attributes: c.Attributes,
		Page: pageOf(c.Page, page), Identities: make([]Identity, 0, len(c.Identities)), FirstSeenAt: moment(c.FirstSeenAt),
		LastSeenAt: moment(c.LastSeenAt), Version: c.Version}
	for _, i := range c.Identities {
		out.Identities = append(out.Identities, Identity{string(i.ID), string(i.Kind), i.Value, i.Verified})
	}
	return out
}

// pageOf chooses the later of the page that was stored and the one that she is on.
func pageOf(stored *desk.PageView, now *realtime.Page) *PageVisit {
	switch {
	case now != nil && (stored == nil || now.At.After(stored.At)):
		return &PageVisit{now.URL, now.Title, moment(now.At)}
	case stored != nil:
		return &PageVisit{stored.URL, stored.Title, moment(stored.At)}
	}
	return nil
}

// CustomerRef is what a list shows of a conversation's customer.
type CustomerRef struct {
	ID       string `json:"id" format:"uuid"`
	Name     string `json:"name"`
	Face     string `json:"face"`
	Locale   string `json:"locale" enum:"fr,en,"`
	Verified bool   `json:"verified"`
	Here     bool   `json:"here"`
}

// Preview is the last message as a list shows it.
type Preview struct {
	Text        string `json:"text"`
	Author      string `json:"author" enum:"customer,member,system"`
	At          Moment `json:"at"`
	Attachments int    `json:"attachments"`
}

// Conversation is one matter of one customer: a row of a list and the opened conversation alike.
type Conversation struct {
	ID                   string               `json:"id" format:"uuid"`
	Number               int64                `json:"number"`
	Subject              string               `json:"subject"`
	State                string               `json:"state" enum:"open,snoozed,resolved"`
	ChannelID            string               `json:"channelId" format:"uuid"`
	ChannelKind          string               `json:"channelKind"`
	Customer             CustomerRef          `json:"customer"`
	AssigneeID           *string              `json:"assigneeId,omitempty"`
	TeamID               *string              `json:"teamId,omitempty"`
	SnoozedUntil         *Moment              `json:"snoozedUntil,omitempty"`
	SnoozedUntilReply    bool                 `json:"snoozedUntilReply"`
	Preview              Preview              `json:"preview"`
	Language             string               `json:"language" enum:"fr,en," doc:"Of the matter; empty for the customer's own."`
	Reason               string               `json:"reason" doc:"Why she contacts us: a path such as delivery/late; empty while unknown."`
	Criticality          int                  `json:"criticality" minimum:"0" maximum:"4" doc:"0 nothing known, 4 somebody is in danger"`
	Mood                 int                  `json:"mood" minimum:"-100" maximum:"100"`
	Reading              *ConversationReading `json:"reading,omitempty" doc:"What her words were read to say; absent while nothing was read."`
	Influence            int64                `json:"influence" doc:"How many people a public author reaches."`
	DeadlineAt           *Moment              `json:"deadlineAt,omitempty" doc:"That the customer stated."`
	Contacts             int                  `json:"contacts" doc:"Conversations she began within 30 days, this one included."`
	Rank                 int64                `json:"rank" doc:"Orders work, highest first; it does not change as time goes by. Lowest when nobody waits."`
	Promise              *Owed                `json:"promise,omitempty" doc:"The nearest promise that is still owed."`
	WaitingSince         *Moment              `json:"waitingSince,omitempty" doc:"When the customer's oldest unanswered word arrived."`
	LastPosition         int64                `json:"lastPosition"`
	ReadPosition         *int64               `json:"readPosition,omitempty" doc:"How far you have read. Absent in live events, which all members read alike, and for API tokens: keep what you know."`
	CustomerReadPosition int64                `json:"customerReadPosition"`
	CreatedAt            Moment               `json:"createdAt"`
	LastActivityAt       Moment               `json:"lastActivityAt"`
	ResolvedAt           *Moment              `json:"resolvedAt,omitempty"`
	Version              int64                `json:"version"`
}

// Owed is the nearest promise of a conversation that is still owed to its customer.
type Owed struct {
	Kind   string `json:"kind" enum:"acknowledge,first,next,resolve,callback"`
	State  string `json:"state" enum:"running,paused,missed"`
	MadeAt Moment `json:"madeAt"`
	DueAt  Moment `json:"dueAt" doc:"While paused: what it was when the clock stopped."`
}

func owed(s desk.Standing) *Owed {
	if s.Promise == "" {
		return nil
	}
	return &Owed{s.Promise, s.PromiseState, moment(s.PromisedAt), moment(s.DueAt)}
}

// conversation is what members see; read is how far the asking one has read, nil when many are asking.
func (s *Server) conversation(ctx context.Context, ws vis.WorkspaceID, c desk.Conversation, read *int64) Conversation {
	here, _ := s.hub.Guest(ws, c.Customer.ID)
	return Conversation{ID: string(c.ID), Number: c.Number, Subject: c.Subject, State: string(c.State), ChannelID: string(c.Channel),
		ChannelKind: s.directory.kind(ctx, ws, c.Channel),
		Customer: CustomerRef{ID: string(c.Customer.ID), Name: c.Customer.Name, Face: c.Customer.Face, Locale: c.Customer.Locale,
			Verified: c.Customer.Verified, Here: here},
		AssigneeID: optional(c.Assignee), TeamID: optional(c.Team), SnoozedUntil: maybe(c.SnoozedUntil), SnoozedUntilReply: c.SnoozedUntilReply,
		Preview:  Preview{c.Preview.Text, string(c.Preview.Author), moment(c.Preview.At), c.Preview.Attachments},
		Language: c.About.Language, Reason: c.About.Reason, Criticality: c.About.Criticality, Mood: c.About.Mood, Reading: conversationReading(c), Influence: c.About.Influence,
		DeadlineAt: maybe(c.About.DeadlineAt), Contacts: c.About.Contacts, Rank: c.Standing.Rank, Promise: owed(c.Standing),
		WaitingSince: maybe(c.WaitingSince), LastPosition: c.LastPosition, ReadPosition: read, CustomerReadPosition: c.CustomerReadPosition,
		CreatedAt: moment(c.CreatedAt), LastActivityAt: moment(c.LastActivityAt), ResolvedAt: maybe(c.ResolvedAt), Version: c.Version}
}

func optional[T ~string](id T) *string {
	if id == "" {
		return nil
	}
	return new(string(id))
}

// Author is who wrote something.
type Author struct {
	Kind string  `json:"kind" enum:"customer,member,system"`
	ID   *string `json:"id,omitempty"`
}

// Message is one entry of a thread.
type Message struct {
	ID             string       `json:"id" format:"uuid"`
	ConversationID string       `json:"conversationId" format:"uuid"`
	Position       int64        `json:"position" doc:"Orders a conversation: 1, 2, 3, … without gaps."`
	Kind           string       `json:"kind" enum:"message,note,line,call" doc:"call: a line about a call, which its customer reads too; its text is what she keeps."`
	Author         Author       `json:"author"`
	Text           string       `json:"text"`
	Attachments    []Attachment `json:"attachments" nullable:"false"`
	ChannelID      *string      `json:"channelId,omitempty"`
	ChannelKind    *string      `json:"channelKind,omitempty"`
	State          string       `json:"state" enum:"received,sent,read" doc:"read: by the other side"`
	ClientID       *string      `json:"clientId,omitempty"`
	CreatedAt      Moment       `json:"createdAt"`
	Line           *Line        `json:"line,omitempty" doc:"Set for lines only."`
}

// Line says what happened to a conversation, for the reader's screen to word.
type Line struct {
	Type       string  `json:"type" enum:"conversation.assigned,conversation.snoozed,conversation.woken,conversation.resolved,conversation.reopened,conversation.renamed,conversation.called,conversation.spoken,conversation.concluded,customer.identified"`
	MemberID   *string `json:"memberId,omitempty"`
	TeamID     *string `json:"teamId,omitempty"`
	Until      *Moment `json:"until,omitempty"`
	UntilReply *bool   `json:"untilReply,omitempty"`
	Subject    *string `json:"subject,omitempty"`
	Name       *string `json:"name,omitempty"`
	Email      *string `json:"email,omitempty"`
	Result     *string `json:"result,omitempty" enum:"solved,follow_up,call_back,no_request,abuse" doc:"What came of a call."`
	Call       *Call   `json:"call,omitempty" doc:"Set for what is said of a call."`
}

// Call is what stays of a call in its conversation.
type Call struct {
	ID      string   `json:"id" format:"uuid" doc:"Of the assistance."`
	Seconds int      `json:"seconds" doc:"How long both heard each other; 0 when it begins."`
	Allowed []string `json:"allowed" nullable:"false" enum:"page,control,record,camera" doc:"What the customer allowed in it."`
}

func callOf(c *desk.Call) *Call {
	if c == nil {
		return nil
	}
	return &Call{string(c.ID), c.Seconds, append([]string{}, c.Allowed...)}
}

// message is what members see of an entry; c tells how far both sides have read.
func (s *Server) message(ctx context.Context, to audience, c *desk.Conversation, m desk.Message) Message {
	out := Message{ID: string(m.ID), ConversationID: string(m.Conversation), Position: m.Position, Kind: string(m.Kind),
		Author: Author{string(m.Author), optional(m.AuthorID)}, Text: m.Text, Attachments: s.attachments(to, m.Attachments),
		ChannelID: optional(m.Channel), State: state(c, m), ClientID: optional(m.ClientID), CreatedAt: moment(m.CreatedAt)}
	if m.Channel != "" {
		out.ChannelKind = new(s.directory.kind(ctx, to.workspace, m.Channel))
	}
	if l := m.Line; l != nil {
		out.Line = &Line{Type: string(l.Type), MemberID: optional(l.Member), TeamID: optional(l.Team), Subject: optional(l.Subject),
			Name: optional(l.Name), Email: optional(l.Email), Result: optional(l.Result), Call: callOf(l.Call)}
		if l.Until != nil {
			out.Line.Until = maybe(*l.Until)
		}
		if l.UntilReply {
			out.Line.UntilReply = new(true)
		}
	}
	return out
}

// state is how far a message has come: read once the other side's mark has passed it.
func state(c *desk.Conversation, m desk.Message) string {
	switch {
	case m.Author == desk.AuthorCustomer && c != nil && m.Position <= c.MemberReadPosition:
		return "read"
	case m.Author == desk.AuthorCustomer:
		return "received"
	case c != nil && m.Kind == desk.KindMessage && m.Position <= c.CustomerReadPosition:
		return "read"
	}
	return "sent"
}

// Attachment is a file said with a message. Its links are signed and last a quarter of an hour; ask again for new ones.
type Attachment struct {
	ID         string  `json:"id" format:"uuid"`
	Name       string  `json:"name"`
	MediaType  string  `json:"mediaType"`
	Size       int64   `json:"size" doc:"Bytes"`
	Kind       string  `json:"kind" enum:"image,file"`
	Width      *int    `json:"width,omitempty"`
	Height     *int    `json:"height,omitempty"`
	URL        string  `json:"url" doc:"Shows a picture, without what its camera wrote into it; downloads any other file."`
	PreviewURL *string `json:"previewUrl,omitempty" doc:"Shows a picture in the thread."`
	// OriginalURL is set for pictures, whose url gives less than was sent.
	OriginalURL *string `json:"originalUrl,omitempty" doc:"Downloads a picture just as it was sent."`
}

func (s *Server) attachments(to audience, all []desk.Attachment) []Attachment {
	out := make([]Attachment, len(all))
	for i, a := range all {
		out[i] = s.attachment(to, a)
	}
	return out
}

func (s *Server) attachment(to audience, a desk.Attachment) Attachment {
	out := Attachment{ID: string(a.ID), Name: a.Name, MediaType: a.MediaType, Size: a.Size, Kind: "file", URL: s.contentURL(to, string(a.ID), formOriginal)}
	if a.Inline() {
		out.Kind, out.Width, out.Height = "image", new(a.Width), new(a.Height)
		out.OriginalURL, out.URL = new(out.URL), s.contentURL(to, string(a.ID), formPreview)
		out.PreviewURL = new(out.URL)
	}
	return out
}
