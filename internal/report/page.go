package report

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// Page is the public page that says what is promised and what was kept. Nothing on it but words can be written: the figures come from
// the log.
type Page struct {
	// Key names the page in its address. It is made once and is no secret.
	Key string `json:"-"`
	// Published says that everybody may read it; until then only the address is known.
	Published bool
	Channels  []vis.ChannelID // shown on it, in this order
	Notes     []Note          // what was missed, and what is done about it
	Signer    vis.MemberID    // who stands for it with her face and name; "" for nobody
	Word      Words           // what she says
	Version   int64           `json:"-"`
}

// Words are the same in both languages; one that is empty is shown in the other.
type Words struct {
	Fr string `json:"fr"`
	En string `json:"en"`
}

// In returns the words in a language, or in the other one when there are none.
func (w Words) In(language string) string {
	if language == "fr" && w.Fr != "" || w.En == "" {
		return w.Fr
	}
	return w.En
}

// Note says what was missed, and what is done about it.
type Note struct {
	Since string `json:"since"` // YYYY-MM-DD
	Title Words  `json:"title"`
	Text  Words  `json:"text"`
}

// The bounds of a page.
const (
	maxNotes = 6
	maxTitle = 120
	maxNote  = 600
	maxWord  = 240
)

func (p *Page) check() error {
	if len(p.Notes) > maxNotes {
		return vis.InField("notes", "A page may hold %d notes.", maxNotes)
	}
	for i := range p.Notes {
		n := &p.Notes[i]
		if _, err := time.Parse(time.DateOnly, n.Since); err != nil {
			return vis.InField("notes", "A note says since when: a date such as 2026-11-12, not %q.", n.Since)
		}
		if err := n.Title.clean("notes", maxTitle); err != nil {
			return err
		}
		if err := n.Text.clean("notes", maxNote); err != nil {
			return err
		}
		if n.Title.In("fr") == "" {
			return vis.InField("notes", "A note needs a title.")
		}
	}
	p.Channels = slices.Compact(p.Channels)
	return p.Word.clean("word", maxWord)
}

func (w *Words) clean(field string, limit int) error {
	for _, one := range []*string{&w.Fr, &w.En} {
		*one = strings.TrimSpace(text.Clean(*one))
		if n := utf8.RuneCountInString(*one); n > limit {
			return vis.InField(field, "This may have %d characters; it has %d.", limit, n)
		}
	}
	return nil
}

// PublicPage is the workspace's page as its administrators see it.
func (s *Service) PublicPage(ctx context.Context, by vis.Actor) (Page, error) {
	if err := by.Must(vis.ReadSettings); err != nil {
		return Page{}, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Page, error) { return tx.PromisePage(ctx) })
}

// SavePage changes the public page; its key is made with the first version. The caller has checked that the signer works here.
func (s *Service) SavePage(ctx context.Context, by vis.Actor, in Page) (Page, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Page{}, err
	}
	if err := in.check(); err != nil {
		return Page{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Page, error) {
		p, err := tx.PromisePage(ctx)
		if err != nil {
			return Page{}, err
		}
		if p.Version != in.Version {
			e := vis.Errorf(vis.Conflict, "page_changed", "Somebody changed this page a moment before you.")
			e.Current = p
			return Page{}, e
		}
		if in.Key = p.Key; in.Key == "" {
			in.Key = s.mint.Secret(8)
		}
		known, err := tx.Channels(ctx)
		if err != nil {
			return Page{}, err
		}
		for _, id := range in.Channels {
			if !slices.ContainsFunc(known, func(c channelOf) bool { return c.ID == id }) {
				return Page{}, vis.InField("channelIds", "There is no such channel here.")
			}
		}
		if in, err = tx.SavePromisePage(ctx, in); err != nil {
			return Page{}, err
		}
		return in, tx.Audit(ctx, vis.NewAudit(by, now, "promise_page.changed", in.Key, map[string]any{"published": in.Published, "channels": in.Channels}))
	})
}
