package web

import (
	"context"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/post"
	"visavis/internal/vis"
)

// Mailbox is somebody's address.
type Mailbox struct {
	Name    string `json:"name,omitempty"`
	Address string `json:"address"`
}

// Letter is what a message was as a letter, beside its words.
type Letter struct {
	ID          string            `json:"id" format:"uuid" doc:"Of its message."`
	ChannelID   string            `json:"channelId" format:"uuid"`
	Outward     bool              `json:"outward" doc:"A member's words."`
	MessageID   string            `json:"messageId" doc:"RFC 5322 §3.6.4, without angle brackets."`
	From        Mailbox           `json:"from"`
	ReplyTo     []Mailbox         `json:"replyTo" nullable:"false"`
	To          []Mailbox         `json:"to" nullable:"false"`
	Cc          []Mailbox         `json:"cc" nullable:"false"`
	Bcc         []Mailbox         `json:"bcc" nullable:"false"`
	Subject     string            `json:"subject"`
	SentAt      *Moment           `json:"sentAt,omitempty" doc:"The sender's clock; it orders nothing."`
	Folded      []Fold            `json:"folded" nullable:"false" doc:"What was folded away from the words."`
	Pictures    int               `json:"pictures" doc:"How many of its pictures lie elsewhere."`
	Class       string            `json:"class" enum:"ordinary,automatic,bounce,receipt,list,"`
	Trust       *LetterTrust      `json:"trust,omitempty" doc:"Of letters that arrived."`
	List        string            `json:"list,omitempty" doc:"The mailing list that it came through."`
	Invitation  *LetterInvitation `json:"invitation,omitempty"`
	Notes       []string          `json:"notes" nullable:"false" doc:"What was wrong with it although it could be read, in stable words."`
	Stranger    bool              `json:"stranger" doc:"Not written from an address of the conversation's customer."`
	Forwarder   *Mailbox          `json:"forwarder,omitempty" doc:"Who passed the customer's letter on to us."`
	SimilarID   *string           `json:"similarId,omitempty" doc:"A conversation of the same sender about the same subject, which it may belong to."`
	PageURL     string            `json:"pageUrl,omitempty" doc:"Its HTML, to be shown in a frame; pictures that lie elsewhere are left out."`
	PicturesURL string            `json:"picturesUrl,omitempty" doc:"The same with those pictures, fetched by us."`
	RawURL      string            `json:"rawUrl,omitempty" doc:"Its bytes as they travelled."`
}

// Fold is a part of a letter that is shown on demand.
type Fold struct {
	Kind string `json:"kind" enum:"quote,signature,rest"`
	Text string `json:"text"`
}

// LetterTrust is what may be believed of a letter's sender.
type LetterTrust struct {
	Proof          string `json:"proof" enum:"proved,unproved,failed,"`
	DKIM           string `json:"dkim" doc:"In the words of RFC 8601."`
	SPF            string `json:"spf"`
	DMARC          string `json:"dmarc"`
	Signer         string `json:"signer,omitempty" doc:"The domain whose signature counts."`
	By             string `json:"by,omitempty" doc:"The trusted server that looked; empty when we did."`
	Ambiguous      bool   `json:"ambiguous" doc:"It names more than one author, or one in a way that mail programs read differently."`
	ReplyElsewhere bool   `json:"replyElsewhere" doc:"Answers are asked for at an address of another domain."`
}

// LetterInvitation is a calendar object that came with a letter.
type LetterInvitation struct {
	Method    string  `json:"method"`
	Summary   string  `json:"summary"`
	Place     string  `json:"place,omitempty"`
	Organizer Mailbox `json:"organizer"`
	BeginsAt  Moment  `json:"beginsAt"`
	EndsAt    *Moment `json:"endsAt,omitempty"`
	WholeDay  bool    `json:"wholeDay"`
	Repeats   string  `json:"repeats,omitempty" doc:"An RRULE (RFC 5545 §3.8.5.3)."`
}

// Sending is a letter that leaves, or has left.
type Sending struct {
	ID             string           `json:"id" format:"uuid"`
	ChannelID      string           `json:"channelId" format:"uuid"`
	Kind           string           `json:"kind" enum:"reply,acknowledgement"`
	ConversationID string           `json:"conversationId" format:"uuid"`
	MessageID      *string          `json:"messageId,omitempty" doc:"The message that it says."`
	To             []Mailbox        `json:"to" nullable:"false"`
	Cc             []Mailbox        `json:"cc" nullable:"false"`
	Bcc            []Mailbox        `json:"bcc" nullable:"false"`
	Subject        string           `json:"subject"`
	State          string           `json:"state" enum:"waiting,sending,sent,unknown,failed,bounced,cancelled" doc:"unknown: the line was cut after the last byte; it is tried again under the same Message-ID"`
	Tries          int              `json:"tries"`
	NextAt         *Moment          `json:"nextAt,omitempty" doc:"When it is tried next, while it waits."`
	Problem        string           `json:"problem,omitempty" doc:"A stable word for what was wrong last, such as mailbox-unknown."`
	Answer         string           `json:"answer,omitempty" doc:"What the other server said."`
	Recipients     []SendingOutcome `json:"recipients" nullable:"false" doc:"Those whose outcome differs."`
	CreatedAt      Moment           `json:"createdAt"`
	ChangedAt      Moment           `json:"changedAt"`
	ReadAt         *Moment          `json:"readAt,omitempty" doc:"When a receipt said that it was opened."`
}

// SendingOutcome is how a letter fared with one recipient.
type SendingOutcome struct {
	Address string `json:"address"`
	State   string `json:"state" enum:"sent,deferred,refused,unknown"`
	Problem string `json:"problem,omitempty"`
	Answer  string `json:"answer,omitempty"`
}

// Participant is somebody beside the customer who takes part by letter.
type Participant struct {
	Address    string  `json:"address"`
	Name       string  `json:"name"`
	CustomerID *string `json:"customerId,omitempty"`
	Rights     string  `json:"rights" enum:"asked,granted,refused" doc:"granted: she is sent the answers; asked: nobody has decided, she is sent nothing"`
	DecidedBy  *string `json:"decidedBy,omitempty"`
	CreatedAt  Moment  `json:"createdAt"`
}

// Correspondence is what a conversation's messages are as letters.
type Correspondence struct {
	Letters      []Letter      `json:"letters" nullable:"false"`
	Sendings     []Sending     `json:"sendings" nullable:"false"`
	Participants []Participant `json:"participants" nullable:"false"`
}

// Participants are those of a conversation.
type Participants struct {
	Items []Participant `json:"items" nullable:"false"`
}

// ScheduledReply is words that are said later.
type ScheduledReply struct {
	ID             string     `json:"id" format:"uuid"`
	ConversationID string     `json:"conversationId" format:"uuid"`
	MemberID       string     `json:"memberId" format:"uuid"`
	SendAt         Moment     `json:"sendAt"`
	Text           string     `json:"text"`
	AttachmentIDs  []string   `json:"attachmentIds" nullable:"false"`
	ChannelID      *string    `json:"channelId,omitempty"`
	Letter         LetterHead `json:"letter"`
	Resolve        bool       `json:"resolve"`
	Problem        string     `json:"problem,omitempty" doc:"Why they were not said when they were due: customer_wrote, member_gone, refused, or the reason of the refusal."`
	CreatedAt      Moment     `json:"createdAt"`
}

// ScheduledReplies are those of a conversation.
type ScheduledReplies struct {
	Items []ScheduledReply `json:"items" nullable:"false"`
}

// LetterHead is what a member chooses of a letter.
type LetterHead struct {
	From    string    `json:"from,omitempty" maxLength:"254" doc:"The one of the channel's addresses that it leaves from; empty for the one that she wrote to."`
	To      []Mailbox `json:"to,omitempty" nullable:"false" maxItems:"50" doc:"None for the customer's own address."`
	Cc      []Mailbox `json:"cc,omitzero" nullable:"false" maxItems:"50" doc:"Absent for those whom members allowed to read along; an empty list for nobody."`
	Bcc     []Mailbox `json:"bcc,omitempty" nullable:"false" maxItems:"50"`
	Subject string    `json:"subject,omitempty" maxLength:"400" doc:"Empty for that of the letter that is answered."`
	Quote   bool      `json:"quote,omitempty" doc:"Put the letter that is answered below the words."`
}

// head is nil when nothing was chosen.
func (h *LetterHead) head() *desk.Head {
	if h == nil {
		return nil
	}
	return &desk.Head{From: h.From, To: addresses(h.To), Cc: addresses(h.Cc), Bcc: addresses(h.Bcc), Subject: h.Subject, Quote: h.Quote}
}

// addresses keeps the difference between no list and an empty one.
func addresses(in []Mailbox) []channel.Address {
	if in == nil {
		return nil
	}
	out := make([]channel.Address, len(in))
	for i, m := range in {
		out[i] = channel.Address{Name: m.Name, Address: m.Address}
	}
	return out
}

func mailbox(a channel.Address) Mailbox { return Mailbox{a.Name, a.Address} }

func mailboxes(in []channel.Address) []Mailbox {
	out := make([]Mailbox, len(in))
	for i, a := range in {
		out[i] = mailbox(a)
	}
	return out
}

// letter is what a caller sees of one, with links made for her.
func (s *Server) letter(to audience, l post.Letter) Letter {
	b, id := l.Body, string(l.Message)
	out := Letter{ID: id, ChannelID: string(l.Channel), Outward: l.Outward, MessageID: b.MessageID, From: mailbox(b.From), ReplyTo: mailboxes(b.ReplyTo),
		To: mailboxes(b.To), Cc: mailboxes(b.Cc), Bcc: mailboxes(b.Bcc), Subject: b.Subject, SentAt: maybe(b.SentAt), Folded: make([]Fold, len(b.Folded)),
		Pictures: b.Remote, Class: string(b.Class), Notes: b.Notes, Stranger: b.Stranger, SimilarID: optional(b.Similar)}
	if out.Notes == nil {
		out.Notes = []string{}
	}
	for i, f := range b.Folded {
		out.Folded[i] = Fold{string(f.Kind), f.Text}
	}
	if t := b.Trust; !l.Outward {
		out.Trust = &LetterTrust{string(t.Proof), t.DKIM, t.SPF, t.DMARC, t.Signer, t.By, t.Ambiguous, t.ReplyElsewhere}
	}
	if b.List != nil {
		out.List = b.List.ID
	}
	if c := b.Calendar; c != nil {
		out.Invitation = &LetterInvitation{c.Method, c.Summary, c.Place, mailbox(c.Organizer), moment(c.BeginsAt), maybe(c.EndsAt), c.WholeDay, c.Repeats}
	}
	if b.ForwardedBy != nil {
		out.Forwarder = new(mailbox(*b.ForwardedBy))
	}
	if l.HTML != "" {
		out.PageURL = s.contentURL(to, id, formLetter)
		if b.Remote > 0 {
			out.PicturesURL = s.contentURL(to, id, formPictures)
		}
	}
	if l.Raw != "" {
		out.RawURL = s.contentURL(to, id, formMail)
	}
	return out
}

func sending(x post.Sending) Sending {
	out := Sending{ID: string(x.ID), ChannelID: string(x.Channel), Kind: string(x.Kind), ConversationID: string(x.Conversation), MessageID: optional(x.Message),
		To: mailboxes(x.Draft.To), Cc: mailboxes(x.Draft.Cc), Bcc: mailboxes(x.Draft.Bcc), Subject: x.Draft.Subject, State: string(x.State), Tries: x.Tries,
		Problem: x.Problem, Answer: x.Answer, Recipients: make([]SendingOutcome, 0, len(x.Outcomes)), CreatedAt: moment(x.CreatedAt),
		ChangedAt: moment(x.ChangedAt), ReadAt: maybe(x.ReadAt)}
	if x.State == post.ToSend || x.State == post.Unknown {
		out.NextAt = maybe(x.NextAt)
	}
	for _, list := range [][]channel.Address{x.Draft.To, x.Draft.Cc, x.Draft.Bcc} {
		for _, a := range list {
			if o, ok := x.Outcomes[a.Address]; ok {
				out.Recipients = append(out.Recipients, SendingOutcome{a.Address, string(o.State), o.Problem, o.Answer})
			}
		}
	}
	return out
}

func participants(all []post.Participant) []Participant {
	out := make([]Participant, len(all))
	for i, p := range all {
		out[i] = Participant{p.Address, p.Name, optional(p.Customer), string(p.Rights), optional(p.By), moment(p.CreatedAt)}
	}
	return out
}

func scheduled(x post.Scheduled) ScheduledReply {
	out := ScheduledReply{ID: string(x.ID), ConversationID: string(x.Conversation), MemberID: string(x.Member), SendAt: moment(x.DueAt), Text: x.Out.Text,
		AttachmentIDs: texts(x.Out.Attachments), ChannelID: optional(x.Out.Channel), Resolve: x.Out.Resolve, Problem: x.Problem, CreatedAt: moment(x.CreatedAt)}
	if h := x.Out.Letter; h != nil {
		out.Letter = LetterHead{h.From, mailboxes(h.To), nil, mailboxes(h.Bcc), h.Subject, h.Quote}
		if h.Cc != nil { // an empty list is a choice
			out.Letter.Cc = mailboxes(h.Cc)
		}
	}
	return out
}

type scheduleInput struct {
	ByID
	Body struct {
		ReplyWords
		SendAt time.Time `json:"sendAt" doc:"In the future, within a year. Words that are said within five minutes are said whatever happens; later ones wait for a person when the customer has written meanwhile."`
	} `nameHint:"ScheduleReply"`
}

type scheduledInput struct {
	ByID
	Scheduled string `path:"scheduled" maxLength:"64"`
}

type decideInput struct {
	ByID
	Body struct {
		Address string `json:"address" maxLength:"320"`
		Rights  string `json:"rights" enum:"granted,refused"`
	} `nameHint:"DecideParticipant"`
}

// letterRoutes are those of one conversation's letters.
func (s *Server) letterRoutes() {
	read, write := vis.ReadConversations, vis.WriteConversations
	add(s, route{method: "GET", path: "/conversations/{id}/letters", id: "listLetters", tag: "mail", access: staffers, scope: read,
		summary: "Its messages as letters, how ours left, and who takes part by letter"},
		func(ctx context.Context, by caller, in *ByID) (*reply[Correspondence], error) {
			c, err := s.post.Correspondence(ctx, by.Actor, vis.ConversationID(in.ID))
			out := Correspondence{make([]Letter, len(c.Letters)), make([]Sending, len(c.Sendings)), participants(c.Participants)}
			for i, l := range c.Letters {
				out.Letters[i] = s.letter(to(by.Actor), l)
			}
			for i, x := range c.Sendings {
				out.Sendings[i] = sending(x)
			}
			return ok(out), err
		})
	add(s, route{method: "PUT", path: "/conversations/{id}/participants", id: "decideParticipant", tag: "mail", access: staffers, scope: write,
		summary: "Let somebody who joined by letter read the answers, or not"},
		func(ctx context.Context, by caller, in *decideInput) (*reply[Participants], error) {
			all, err := s.post.Decide(ctx, by.Actor, vis.ConversationID(in.ID), in.Body.Address, post.Rights(in.Body.Rights))
			return ok(Participants{participants(all)}), err
		})
	add(s, route{method: "POST", path: "/conversations/{id}/scheduled", id: "scheduleReply", tag: "mail", access: members, status: 201,
		summary: "Answer the customer later; an undo is words that are said in some seconds"},
		func(ctx context.Context, by caller, in *scheduleInput) (*reply[ScheduledReply], error) {
			one, err := s.post.Schedule(ctx, by.Actor, vis.ConversationID(in.ID), in.Body.outbound(), in.Body.SendAt)
			return ok(scheduled(one)), err
		})
	add(s, route{method: "GET", path: "/conversations/{id}/scheduled", id: "listScheduledReplies", tag: "mail", access: staffers, scope: read,
		summary: "What is to be said later, and what was held back"},
		func(ctx context.Context, by caller, in *ByID) (*reply[ScheduledReplies], error) {
			all, err := s.post.ScheduledIn(ctx, by.Actor, vis.ConversationID(in.ID))
			out := ScheduledReplies{make([]ScheduledReply, len(all))}
			for i, x := range all {
				out.Items[i] = scheduled(x)
			}
			return ok(out), err
		})
	add(s, route{method: "DELETE", path: "/conversations/{id}/scheduled/{scheduled}", id: "unscheduleReply", tag: "mail", access: staffers, scope: write, status: 200,
		summary: "Take words back before they are said; they are returned"},
		func(ctx context.Context, by caller, in *scheduledInput) (*reply[ScheduledReply], error) {
			one, err := s.post.Unschedule(ctx, by.Actor, vis.ConversationID(in.ID), vis.ScheduledID(in.Scheduled))
			return ok(scheduled(one)), err
		})
}
