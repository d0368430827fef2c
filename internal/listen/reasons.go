package listen

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"visavis/internal/desk"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// The bounds of a tree.
const (
	maxReasons     = 200
	maxDepth       = 3
	maxPart        = 40 // bytes of one part of a key
	maxReasonRunes = 60 // of a name
)

// builtIn are what the built-in reader tells apart, and what people call it; the order is that of a tree that nobody has changed.
var builtIn = []Reason{
	{"delivery", "Livraison", "Delivery", "delivery", false},
	{"stock", "Disponibilité", "Availability", "stock", false},
	{"price", "Prix et promotions", "Prices and promotions", "price", false},
	{"order", "Modification de commande", "Order changes", "order", false},
	{"return", "Retour et remboursement", "Returns and refunds", "return", false},
	{"payment", "Paiement", "Payment", "payment", false},
	{"invoice", "Facture", "Invoice", "invoice", false},
	{"fault", "Panne et SAV", "Faults and repairs", "fault", false},
	{"outage", "Interruption de service", "Outage", "outage", false},
	{"account", "Compte et accès", "Account and access", "account", false},
	{"appointment", "Rendez-vous", "Appointments", "appointment", false},
	{"staff", "Accueil et personnel", "Staff", "staff", false},
	{"shop", "Magasin", "Shop", "shop", false},
	{"contract", "Contrat et résiliation", "Contract and cancellation", "contract", false},
	{"praise", "Remerciements", "Praise", "praise", false},
	{"other", "Autre", "Other", "other", false},
}

// reasonTree is that of the workspace, or the built-in one.
func reasonTree(ctx context.Context, tx interface {
	ReasonTree(ctx context.Context) (Tree, error)
}) (Tree, error) {
	t, err := tx.ReasonTree(ctx)
	if err == nil && t.Version == 0 {
		t.Reasons = slices.Clone(builtIn)
	}
	return t, err
}

// ownLabel stands before the key of a reason that means no label of the built-in reader, in the labels that a workspace's own model knows.
const ownLabel = "/"

// keyOf is the reason that a label of a model means, "" where it is given to nothing any more.
func (t Tree) keyOf(label string) string {
	key, own := strings.CutPrefix(label, ownLabel)
	for _, r := range t.Reasons {
		if !r.Archived && (own && r.Key == key || !own && label != "" && r.BuiltIn == label) {
			return r.Key
		}
	}
	return ""
}

// labelOf is the label by which a model knows a reason.
func (t Tree) labelOf(key string) string {
	if r := t.reason(key); r != nil && r.BuiltIn != "" {
		return r.BuiltIn
	}
	return ownLabel + key
}

// reason is the one with a key, or nil.
func (t Tree) reason(key string) *Reason {
	i := slices.IndexFunc(t.Reasons, func(r Reason) bool { return r.Key == key })
	if i < 0 {
		return nil
	}
	return &t.Reasons[i]
}

// name puts reasons of the workspace in the place of a model's labels.
func (t Tree) name(r *text.Reading) {
	for _, g := range []*text.Guess{&r.Reason, &r.Best, &r.Next} {
		if g.Label = t.keyOf(g.Label); g.Label == "" {
			g.Sure = 0
		}
	}
	r.Alone = r.Alone && r.Reason.Label != ""
}

// beneath are the keys of a reason and of those beneath it, archived ones too.
func (t Tree) beneath(key string) []string {
	out := []string{key}
	for _, r := range t.Reasons {
		if strings.HasPrefix(r.Key, key+"/") {
			out = append(out, r.Key)
		}
	}
	return out
}

// Names are what people call a reason, in French and in English; its key where the tree has it no more.
func (t Tree) Names(key string) (fr, en string) {
	if r := t.reason(key); r != nil {
		return r.FR, r.EN
	}
	return key, key
}

// Reasons reads the tree of the workspace.
func (s *Service) Reasons(ctx context.Context, by vis.Actor) (Tree, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Tree{}, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Tree, error) { return reasonTree(ctx, tx) })
}

// Beneath are the keys by which a list finds a reason with those beneath it.
func (s *Service) Beneath(ctx context.Context, by vis.Actor, key string) ([]string, error) {
	t, err := s.Reasons(ctx, by)
	return t.beneath(key), err
}

// ChangeReasons changes the tree. What is left out and in use is kept as archived.
func (s *Service) ChangeReasons(ctx context.Context, by vis.Actor, all []Reason, version int64) (Tree, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		if by.Kind != vis.ByMember || by.Role != vis.Supervisor {
			return Tree{}, err
		}
	}
	if err := checkReasons(all); err != nil {
		return Tree{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Tree, error) {
		t, err := reasonTree(ctx, tx)
		if err != nil {
			return t, err
		}
		if t.Version != version {
			return t, vis.Errorf(vis.Conflict, "reasons_changed", "Somebody changed this a moment before you.")
		}
		kept := Tree{slices.Clone(all), version}
		for _, r := range t.Reasons {
			if kept.reason(r.Key) != nil {
				continue
			}
			used, err := tx.ReasonUsed(ctx, r.Key)
			if err != nil {
				return t, err
			}
			if used {
				r.Archived, r.BuiltIn = true, ""
				kept.Reasons = append(kept.Reasons, r)
			}
		}
		if kept, err = tx.SaveReasonTree(ctx, kept); err != nil {
			return t, err
		}
		return kept, tx.Audit(ctx, vis.NewAudit(by, now, "reasons.changed", "", map[string]any{"reasons": len(kept.Reasons), "version": kept.Version}))
	})
}

// checkReasons cleans a tree and refuses what cannot be meant.
func checkReasons(all []Reason) error {
	if len(all) > maxReasons {
		return vis.InField("items", "There may be %d reasons; there are %d.", maxReasons, len(all))
	}
	t := Tree{Reasons: all}
	for i := range all {
		r := &all[i]
		r.FR, r.EN = text.Line(r.FR), text.Line(r.EN)
		parent := Parent(r.Key)
		switch {
		case !keyRight(r.Key):
			return vis.InField("items", "%q is no key: its parts have a to z, 0 to 9 and -, at most %d of them with / between.", r.Key, maxDepth)
		case t.reason(r.Key) != r:
			return vis.InField("items", "The reason %q is here twice.", r.Key)
		case parent != "" && t.reason(parent) == nil:
			return vis.InField("items", "There is no reason %q for %q to be beneath.", parent, r.Key)
		case r.FR == "" || r.EN == "" || utf8.RuneCountInString(r.FR) > maxReasonRunes || utf8.RuneCountInString(r.EN) > maxReasonRunes:
			return vis.InField("items", "The reason %q needs a name of 1 to %d characters in French and in English.", r.Key, maxReasonRunes)
		case r.Archived && r.BuiltIn != "":
			return vis.InField("items", "The reason %q is archived, so nothing that is read can mean it.", r.Key)
		}
	}
	return checkMapped(all)
}

// checkMapped sees to it that whatever the built-in reader says means one reason.
func checkMapped(all []Reason) error {
	for _, b := range builtIn {
		n := 0
		for _, r := range all {
			if r.BuiltIn == b.BuiltIn {
				n++
			}
		}
		if n != 1 {
			return vis.InField("items", "What is read as %q must mean one reason; it means %d.", b.BuiltIn, n)
		}
	}
	for _, r := range all {
		if r.BuiltIn != "" && !slices.ContainsFunc(builtIn, func(b Reason) bool { return b.BuiltIn == r.BuiltIn }) {
			return vis.InField("items", "The reader knows nothing called %q.", r.BuiltIn)
		}
	}
	return nil
}

// Parent is the key of the reason that one is beneath, "" for none.
func Parent(key string) string {
	return key[:max(strings.LastIndexByte(key, '/'), 0)]
}

func keyRight(key string) bool {
	parts := strings.Split(key, "/")
	if len(parts) > maxDepth || len(key) > desk.MaxReason {
		return false
	}
	for _, p := range parts {
		if p == "" || len(p) > maxPart || strings.Trim(p, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}
