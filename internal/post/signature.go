package post

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"visavis/internal/channel"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// SignatureKind says whose a signature is.
type SignatureKind string

const (
	OfMember SignatureKind = "member"
	OfTeam   SignatureKind = "team"
	OfBrand  SignatureKind = "brand"
)

// The bounds of a signature.
const (
	maxSignature      = 1000 // runes
	maxSignatureLines = 15
)

// signatureValues are what a signature may name.
var signatureValues = []string{"firstName", "name", "team", "brand"}

// Signature is what is put below the letters of a member, a team or a brand. A line of it is left out when it names what there is none of,
// such as the team of a conversation that nobody's team owns.
type Signature struct {
	Kind  SignatureKind
	Owner string // a MemberID or TeamID; "" for a brand's
	// Brand is the one of our own addresses that it is for; "" for a member's on all of them, and for a team's.
	Brand   string
	Text    Wording
	Version int64 // 0 for one that is new
}

// target names a signature in the audit log.
func (s Signature) target() string {
	return strings.TrimRight(string(s.Kind)+" "+s.Owner+" "+s.Brand, " ")
}

// mayChange refuses whoever may not write a signature: a member writes her own, an administrator every one.
func (s Signature) mayChange(by vis.Actor) error {
	if s.Kind == OfMember && by.Member() != "" && s.Owner == string(by.Member()) {
		return nil
	}
	return by.Must(vis.WriteSettings)
}

func (s *Signature) check() (err error) {
	if s.Text, err = s.Text.check("text", maxSignature, text.Clean); err != nil {
		return err
	}
	if s.Text == (Wording{}) {
		return vis.InField("text", "A signature needs words; to have none of your own, delete it.")
	}
	for field, said := range map[string]string{"text.fr": s.Text.FR, "text.en": s.Text.EN} {
		if strings.Count(said, "\n") >= maxSignatureLines {
			return vis.InField(field, "A signature may have %d lines.", maxSignatureLines)
		}
		for _, name := range placeholders(said) {
			if !slices.Contains(signatureValues, name) {
				return vis.InField(field, "A signature can name {{%s}}, not {{%s}}.", strings.Join(signatureValues, "}}, {{"), name)
			}
		}
	}
	return nil
}

// Signatures lists those that an actor may see: a member her own and those that may stand below her letters, whoever may read the settings
// all of them.
func (s *Service) Signatures(ctx context.Context, by vis.Actor) ([]Signature, error) {
	if by.Kind != vis.ByMember {
		if err := by.Must(vis.ReadSettings); err != nil {
			return nil, err
		}
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Signature, error) {
		all, err := tx.Signatures(ctx)
		if err != nil || by.May(vis.ReadSettings) {
			return all, err
		}
		m, err := tx.Member(ctx, by.Member())
		return slices.DeleteFunc(all, func(one Signature) bool {
			return one.Kind == OfMember && one.Owner != string(m.ID) || one.Kind == OfTeam && !slices.Contains(m.Teams, vis.TeamID(one.Owner))
		}), err
	})
}

// SetSignature writes a signature.
func (s *Service) SetSignature(ctx context.Context, by vis.Actor, one Signature) (Signature, error) {
	if err := one.mayChange(by); err != nil {
		return Signature{}, err
	}
	if err := one.check(); err != nil {
		return Signature{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Signature, error) {
		if err := s.owned(ctx, tx, one); err != nil {
			return one, err
		}
		present, err := tx.Signature(ctx, one.Kind, one.Owner, one.Brand)
		if err := ignoreAbsent(err); err != nil {
			return one, err
		}
		if present.Version != one.Version {
			e := vis.Errorf(vis.Conflict, "signature_changed", "Somebody changed this signature a moment before you.")
			e.Current = present
			return one, e
		}
		saved, err := tx.SaveSignature(ctx, one)
		if err != nil {
			return one, err
		}
		return saved, signatureChanged(ctx, tx, by, one, "signature.changed", now)
	})
}

// DeleteSignature takes a signature away; the next in line is used from now on.
func (s *Service) DeleteSignature(ctx context.Context, by vis.Actor, k SignatureKind, owner, brand string) error {
	one := Signature{Kind: k, Owner: owner, Brand: brand}
	if err := one.mayChange(by); err != nil {
		return err
	}
	now := s.clock.Now()
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		if err := tx.DeleteSignature(ctx, k, owner, brand); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, signatureChanged(ctx, tx, by, one, "signature.deleted", now)
	})
	return err
}

func signatureChanged(ctx context.Context, tx Tx, by vis.Actor, one Signature, action string, now time.Time) error {
	if err := tx.Audit(ctx, vis.NewAudit(by, now, action, one.target(), nil)); err != nil {
		return err
	}
	return tx.Append(ctx, vis.NewEvent(by, now, SignatureChanged, nil))
}

// owned refuses a signature of nobody who is here, and for an address that is not ours.
func (s *Service) owned(ctx context.Context, tx Tx, one Signature) error {
	switch {
	case one.Kind == OfMember:
		if _, err := tx.Member(ctx, vis.MemberID(one.Owner)); err != nil {
			return err
		}
	case one.Kind == OfTeam && one.Brand == "":
		_, err := tx.Team(ctx, vis.TeamID(one.Owner))
		return err
	case one.Kind == OfBrand && one.Owner == "" && one.Brand != "":
	default:
		return vis.Absent("signature")
	}
	if one.Brand == "" {
		return nil
	}
	all, err := tx.Channels(ctx)
	if err != nil {
		return err
	}
	for _, ch := range all {
		adapter, ok := channel.As[channel.Addressed](s.channels, ch)
		if ok && slices.ContainsFunc(adapter.Addresses(ch), func(o channel.OwnAddress) bool { return o.Address.Address == one.Brand }) {
			return nil
		}
	}
	return vis.Absent("address")
}

// Signed is what would stand below an actor's answer in a conversation, by a channel and from one of its addresses, each "" for those of her
// last letter; "" where words do not travel as letters.
func (s *Service) Signed(ctx context.Context, by vis.Actor, id vis.ConversationID, way vis.ChannelID, from string) (string, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return "", err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (string, error) {
		c, err := tx.Conversation(ctx, id)
		if err != nil {
			return "", err
		}
		w := writing{Service: s, tx: tx, by: by, conversation: c}
		if w.channel, err = tx.Channel(ctx, cmp.Or(way, c.Channel)); err != nil {
			return "", err
		}
		var ok bool
		if w.adapter, ok = channel.As[channel.Addressed](s.channels, w.channel); !ok || len(w.adapter.Addresses(w.channel)) == 0 {
			return "", nil
		}
		if err := w.read(ctx); err != nil {
			return "", err
		}
		leaving, err := w.chosen(from, w.heard())
		if err != nil {
			return "", err
		}
		return w.signature(ctx, leaving, w.language())
	})
}

// signature is what stands below a letter that leaves from an address: the member's own for that brand, or hers, or that of the team whose
// conversation it is, or the brand's; and if nobody wrote any, her first name and the brand.
func (w *writing) signature(ctx context.Context, from channel.Address, language string) (string, error) {
	found, err := w.tx.SignaturesFor(ctx, w.by.Member(), w.conversation.Team, from.Address)
	if err != nil {
		return "", err
	}
	values, err := w.signer(ctx, from)
	if err != nil {
		return "", err
	}
	line := []func(Signature) bool{
		func(s Signature) bool { return s.Kind == OfMember && s.Brand != "" },
		func(s Signature) bool { return s.Kind == OfMember },
		func(s Signature) bool { return s.Kind == OfTeam },
		func(s Signature) bool { return s.Kind == OfBrand },
	}
	for _, next := range line {
		i := slices.IndexFunc(found, next)
		if i < 0 {
			continue
		}
		said, _ := found[i].Text.in(language)
		if signed := signed(said, values); signed != "" {
			return signed, nil
		}
	}
	return signed("{{firstName}}\n{{brand}}", values), nil
}

// signed fills a signature; lines that name what there is none of are left out.
func signed(said string, values map[string]string) string {
	lines := slices.DeleteFunc(strings.Split(said, "\n"), func(line string) bool { return len(missing(line, values)) > 0 })
	return strings.TrimSpace(fill(strings.Join(lines, "\n"), values))
}

// signer is what a signature may say of whoever writes. What a machine writes is signed by nobody.
func (w *writing) signer(ctx context.Context, from channel.Address) (map[string]string, error) {
	values := map[string]string{"brand": w.brand(from), "firstName": w.writer.FirstName, "name": w.writer.Name}
	if w.conversation.Team != "" {
		team, err := w.tx.Team(ctx, w.conversation.Team)
		if err := ignoreAbsent(err); err != nil {
			return nil, err
		}
		values["team"] = team.Name
	}
	return values, nil
}

// brand is the name that one of our own addresses stands for, or the organisation's.
func (w *writing) brand(from channel.Address) string {
	if o, ok := ownAddress(w.adapter, w.channel, from.Address); ok && o.Name != "" {
		return o.Name
	}
	return w.house.Name
}
