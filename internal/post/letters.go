package post

import (
	"context"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// lettersMost is how many letters of one conversation are shown with their heads.
const lettersMost = 500

// Correspondence is what a conversation's messages are as letters.
type Correspondence struct {
	Letters      []Letter // oldest first
	Sendings     []Sending
	Participants []Participant
}

// Correspondence reads the letters of a conversation.
func (s *Service) Correspondence(ctx context.Context, by vis.Actor, id vis.ConversationID) (Correspondence, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Correspondence{}, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (c Correspondence, err error) {
		if _, err = tx.Conversation(ctx, id); err != nil {
			return c, err
		}
		if c.Letters, err = tx.Letters(ctx, id, lettersMost); err != nil {
			return c, err
		}
		if c.Sendings, err = tx.SendingsOf(ctx, id, lettersMost); err != nil {
			return c, err
		}
		c.Participants, err = tx.Participants(ctx, id)
		return c, err
	})
}

// Letter reads what a message was as a letter.
func (s *Service) Letter(ctx context.Context, by vis.Actor, id vis.MessageID) (Letter, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Letter{}, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Letter, error) { return tx.Letter(ctx, id) })
}

// Shown is a letter's HTML with the files that it shows.
type Shown struct {
	HTML   string
	Inline []desk.Attachment // by the index of "cid:N"; the zero value where there is none
}

// Show reads a letter's HTML. The workspace comes from a link that this server signed.
func (s *Service) Show(ctx context.Context, ws vis.WorkspaceID, id vis.MessageID) (Shown, error) {
	var out Shown
	l, err := vis.View(ctx, s.db, ws, func(tx Tx) (Letter, error) {
		l, err := tx.Letter(ctx, id)
		if err != nil {
			return l, err
		}
		out.Inline = make([]desk.Attachment, len(l.Body.Inline))
		for i, file := range l.Body.Inline {
			if file == "" {
				continue
			}
			if out.Inline[i], err = tx.Attachment(ctx, file); err != nil {
				return l, err
			}
		}
		return l, nil
	})
	if err != nil {
		return Shown{}, err
	}
	if l.HTML == "" {
		return Shown{}, vis.Absent("letter")
	}
	raw, err := s.blobs.Read(ctx, ws, l.HTML)
	out.HTML = string(raw)
	return out, err
}

// RawLetter opens the bytes of a letter as they travelled.
func (s *Service) RawLetter(ctx context.Context, by vis.Actor, id vis.MessageID) ([]byte, error) {
	l, err := s.Letter(ctx, by, id)
	if err != nil {
		return nil, err
	}
	if l.Raw == "" {
		return nil, vis.Absent("letter")
	}
	return s.blobs.Read(ctx, by.Workspace, l.Raw)
}

// Decide says what somebody who joined a conversation by letter may see: whether she is sent the answers.
func (s *Service) Decide(ctx context.Context, by vis.Actor, id vis.ConversationID, address string, rights Rights) ([]Participant, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return nil, err
	}
	if rights != Granted && rights != Refused {
		return nil, vis.InField("rights", "Say granted or refused, not %q.", rights)
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) ([]Participant, error) {
		c, err := tx.Conversation(ctx, id)
		if err != nil {
			return nil, err
		}
		all, err := tx.Participants(ctx, id)
		if err != nil {
			return nil, err
		}
		for i := range all {
			if all[i].Address != address {
				continue
			}
			all[i].Rights, all[i].By = rights, by.Member()
			if err := tx.SaveParticipant(ctx, all[i]); err != nil {
				return nil, err
			}
			if err := tx.Audit(ctx, vis.NewAudit(by, now, "participant."+string(rights), string(id), nil)); err != nil {
				return nil, err
			}
			e := vis.NewEvent(by, now, ParticipantsChanged, nil)
			e.Conversation, e.Customer = id, c.Customer.ID
			return all, tx.Append(ctx, e)
		}
		return nil, vis.Absent("participant")
	})
}
