package post

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// The bounds of templates.
const (
	maxTemplates    = 500
	maxTemplateText = 8000 // runes
	maxTemplateName = 80   // runes
)

var shortcutForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,29}$`)

// Template is an answer that is ready, for everybody or for one team.
type Template struct {
	ID   vis.TemplateID
	Team vis.TeamID // "" for everybody
	Ready
	CreatedAt time.Time
	Version   int64
}

// Ready is what a template says.
type Ready struct {
	Name     string  `json:"name"`
	Shortcut string  `json:"shortcut,omitempty"` // typed to have it, unique in the workspace; "" for none
	Subject  Wording `json:"subject"`            // of a letter; "" leaves it as it is
	Text     Wording `json:"text"`
	// Public lets customers find it before they write. Its title is then the subject, or the name where there is none.
	Public bool `json:"public,omitempty"`
}

func (t *Template) check() (err error) {
	t.Name, t.Shortcut = text.Line(t.Name), strings.ToLower(strings.TrimSpace(t.Shortcut))
	if t.Text, err = t.Text.check("text", maxTemplateText, text.Clean); err != nil {
		return err
	}
	if t.Subject, err = t.Subject.check("subject", desk.MaxSubject, text.Line); err != nil {
		return err
	}
	switch n := utf8.RuneCountInString(t.Name); {
	case n == 0 || n > maxTemplateName:
		return vis.InField("name", "A template has a name of at most %d characters.", maxTemplateName)
	case t.Shortcut != "" && !shortcutForm.MatchString(t.Shortcut):
		return vis.InField("shortcut", "A shortcut is up to 30 small letters, digits, - and _, such as late-parcel.")
	case t.Text == (Wording{}):
		return vis.InField("text", "A template needs words, in one language at least.")
	case t.Public && slices.ContainsFunc(placeholders(strings.Join([]string{t.Name, t.Subject.FR, t.Subject.EN, t.Text.FR, t.Text.EN}, "\n")), personal):
		return vis.InField("public", "An answer that customers find may name {{brand}} only: nobody is known when it is read.")
	}
	return nil
}

// personal reports whether a name stands for what is known in a conversation only.
func personal(name string) bool { return name != "brand" }

// Templates lists those that an actor can use and that a search finds in name, shortcut or text; those whose shortcut it begins come
// first, then those with it in their name. all lists those of every team, for whoever may read the settings.
func (s *Service) Templates(ctx context.Context, by vis.Actor, search string, all bool) ([]Template, error) {
	need := vis.ReadConversations
	if all {
		need = vis.ReadSettings
	}
	if err := by.Must(need); err != nil {
		return nil, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Template, error) {
		found, err := tx.Templates(ctx)
		if err != nil {
			return nil, err
		}
		teams, err := teamsOf(ctx, tx, by)
		if err != nil {
			return nil, err
		}
		search = text.Fold(search)
		found = slices.DeleteFunc(found, func(t Template) bool {
			return !all && t.Team != "" && !slices.Contains(teams, t.Team) || t.rank(search) < 0
		})
		slices.SortStableFunc(found, func(a, b Template) int {
			return cmp.Or(cmp.Compare(a.rank(search), b.rank(search)), cmp.Compare(text.Fold(a.Name), text.Fold(b.Name)))
		})
		return found, nil
	})
}

// rank is how well a template fits a folded search, the best first; below 0 when it does not.
func (t Template) rank(search string) int {
	switch {
	case strings.HasPrefix(t.Shortcut, search):
		return 0
	case strings.Contains(text.Fold(t.Name), search):
		return 1
	case strings.Contains(text.Fold(strings.Join([]string{t.Text.FR, t.Text.EN, t.Subject.FR, t.Subject.EN}, "\n")), search):
		return 2
	}
	return -1
}

// teamsOf are the teams that an actor is in.
func teamsOf(ctx context.Context, tx Tx, by vis.Actor) ([]vis.TeamID, error) {
	if by.Kind != vis.ByMember {
		return nil, nil
	}
	m, err := tx.Member(ctx, by.Member())
	return m.Teams, err
}

// CreateTemplate makes a template.
func (s *Service) CreateTemplate(ctx context.Context, by vis.Actor, t Template) (Template, error) {
	return s.writeTemplate(ctx, by, t, "template.created", func(tx Tx, all []Template, t Template, now time.Time) (Template, error) {
		if len(all) >= maxTemplates {
			return t, vis.Errorf(vis.Conflict, "too_many", "A workspace has %d templates at most.", maxTemplates)
		}
		t.ID, t.CreatedAt, t.Version = vis.TemplateID(s.mint.ID(now)), now, 1
		return t, tx.InsertTemplate(ctx, t)
	})
}

// ChangeTemplate writes a template anew, by the version that the actor has seen.
func (s *Service) ChangeTemplate(ctx context.Context, by vis.Actor, t Template) (Template, error) {
	return s.writeTemplate(ctx, by, t, "template.changed", func(tx Tx, all []Template, t Template, _ time.Time) (Template, error) {
		i := slices.IndexFunc(all, func(one Template) bool { return one.ID == t.ID })
		if i < 0 {
			return t, vis.Absent("template")
		}
		if all[i].Version != t.Version {
			e := vis.Errorf(vis.Conflict, "template_changed", "Somebody changed this template a moment before you.")
			e.Current = all[i]
			return t, e
		}
		t.CreatedAt = all[i].CreatedAt
		return tx.SaveTemplate(ctx, t)
	})
}

// writeTemplate checks a template and has it written.
func (s *Service) writeTemplate(ctx context.Context, by vis.Actor, in Template, action string,
	write func(tx Tx, all []Template, t Template, now time.Time) (Template, error)) (Template, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Template{}, err
	}
	if err := in.check(); err != nil {
		return Template{}, err
	}
	now := s.clock.Now()
	out, err := vis.Update(ctx, s.db, by, func(tx Tx) (Template, error) {
		all, err := tx.Templates(ctx)
		if err != nil {
			return Template{}, err
		}
		if slices.ContainsFunc(all, func(one Template) bool { return in.Shortcut != "" && one.Shortcut == in.Shortcut && one.ID != in.ID }) {
			return Template{}, &vis.Error{Code: vis.Conflict, Reason: "shortcut_taken", Field: "shortcut", Text: "Another template has this shortcut already."}
		}
		if in.Team != "" {
			if _, err := tx.Team(ctx, in.Team); vis.CodeOf(err) == vis.NotFound {
				return Template{}, vis.InField("teamId", "There is no such team here.")
			} else if err != nil {
				return Template{}, err
			}
		}
		out, err := write(tx, all, in, now)
		if err != nil {
			return Template{}, err
		}
		return out, templateChanged(ctx, tx, by, out.ID, action, now)
	})
	if err == nil {
		s.public.forget(by.Workspace)
	}
	return out, err
}

// DeleteTemplate removes a template.
func (s *Service) DeleteTemplate(ctx context.Context, by vis.Actor, id vis.TemplateID) error {
	if err := by.Must(vis.WriteSettings); err != nil {
		return err
	}
	now := s.clock.Now()
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		if err := tx.DeleteTemplate(ctx, id); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, templateChanged(ctx, tx, by, id, "template.deleted", now)
	})
	if err == nil {
		s.public.forget(by.Workspace)
	}
	return err
}

func templateChanged(ctx context.Context, tx Tx, by vis.Actor, id vis.TemplateID, action string, now time.Time) error {
	if err := tx.Audit(ctx, vis.NewAudit(by, now, action, string(id), nil)); err != nil {
		return err
	}
	return tx.Append(ctx, vis.NewEvent(by, now, TemplateChanged, TemplateData{id}))
}

// Rendered is a template filled for a conversation.
type Rendered struct {
	Subject, Text string
	Language      string
	// Open are the names without a value, as they still stand in the text.
	Open []string
}

// Render fills a template for a conversation, in a language or, when that is "", in the customer's. A template that does not have it is
// filled in the other one.
func (s *Service) Render(ctx context.Context, by vis.Actor, id vis.TemplateID, in vis.ConversationID, language string) (Rendered, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Rendered{}, err
	}
	now := s.clock.Now()
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (out Rendered, err error) {
		t, err := tx.Template(ctx, id)
		if err != nil {
			return out, err
		}
		teams, err := teamsOf(ctx, tx, by)
		if err != nil {
			return out, err
		}
		if t.Team != "" && !slices.Contains(teams, t.Team) && !by.May(vis.ReadSettings) {
			return out, vis.Absent("template")
		}
		w := writing{Service: s, tx: tx, by: by, now: now}
		if w.conversation, err = tx.Conversation(ctx, in); err != nil {
			return out, err
		}
		if err := w.read(ctx); err != nil {
			return out, err
		}
		if language == "" {
			language = w.language()
		}
		out.Text, out.Language = t.Text.in(language)
		out.Subject, _ = t.Subject.in(out.Language)
		values, err := w.values(ctx, out.Language)
		if err != nil {
			return out, err
		}
		out.Open = missing(out.Subject+"\n"+out.Text, values)
		out.Subject, out.Text = fill(out.Subject, values), fill(out.Text, values)
		return out, nil
	})
}

// values are what a template may name.
func (w *writing) values(ctx context.Context, language string) (map[string]string, error) {
	var err error
	if w.channel, err = w.tx.Channel(ctx, w.conversation.Channel); err != nil {
		return nil, err
	}
	values := map[string]string{"customer.name": w.customer.Called(), "customer.firstName": staff.FirstName(w.customer.Called()), "brand": w.house.Name,
		"agent.name": w.writer.Name, "agent.firstName": w.writer.FirstName}
	if a, ok := channel.As[channel.Addressed](w.channels, w.channel); ok && len(a.Addresses(w.channel)) > 0 {
		w.adapter = a
		values["brand"] = w.brand(w.from(w.heard()))
	}
	due, err := w.tx.AnswerDueAt(ctx, w.conversation.ID)
	if err == nil && due.After(w.now) {
		values["promise"] = clockTime(due, w.now, w.customer.Zone, w.house.Zone, language)
	}
	return values, err
}
