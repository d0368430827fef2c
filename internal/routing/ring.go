package routing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/staff"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// Follow the sun: when a team closes, what is still open goes to the team of its ring that is open, with a note of where it stands. Each
// team says in its own queue to whom it hands over, so that the matter travels on and comes back in the morning.

// handoverPage is how many conversations are handed over in one transaction; the rest follows at once.
const handoverPage = 50

// handOver is the effect of TimerHandover: its key is a team that has a ring.
func (s *Service) handOver(ctx context.Context, t jobs.Timer) error {
	return s.atHead(ctx, t.Workspace, func(tx Tx, now time.Time) error {
		due, err := tx.Take(ctx, TimerHandover, t.Key, now)
		if err != nil || !due {
			return err
		}
		p := s.pass(tx, t.Workspace, now)
		from := vis.TeamID(t.Key)
		q, err := p.Queue(ctx, from)
		if err != nil || len(q.Ring) == 0 {
			return err
		}
		ring, err := p.ringOf(ctx, q)
		if err != nil {
			return err
		}
		next, again := ring.Change(now, 0)
		if place, open := ring.Holder(now, 0); open && place > 0 {
			more, err := p.handOverTo(ctx, from, q.Ring[place-1])
			if err != nil {
				return err
			}
			if more {
				next, again = now, true
			}
		}
		if !again {
			return nil
		}
		return tx.Arm(ctx, jobs.Timer{Workspace: t.Workspace, Kind: TimerHandover, Key: t.Key, DueAt: next})
	})
}

// handOverTo moves a page of a team's open conversations to another team and reports whether there are more.
func (p *pass) handOverTo(ctx context.Context, from, to vis.TeamID) (more bool, err error) {
	teams, err := p.Teams(ctx)
	if err != nil || !slices.ContainsFunc(teams, func(t staff.Team) bool { return t.ID == to }) {
		return false, err // whoever was to take over is gone: it stays where it is
	}
	page, err := p.tx.Conversations(ctx, desk.Filter{View: desk.ViewTeam, Team: from, State: desk.Open}, vis.Page{Limit: handoverPage})
	if err != nil {
		return false, err
	}
	ids := make([]vis.ConversationID, 0, len(page.Items))
	for _, c := range page.Items {
		ids = append(ids, c.ID)
	}
	if err := p.add(ctx, ids); err != nil {
		return false, err
	}
	for _, m := range p.order {
		if err := p.handOverOne(ctx, m, to); err != nil {
			return false, err
		}
	}
	return page.Next != "", p.finish(ctx)
}

func (p *pass) handOverOne(ctx context.Context, m *matter, to vis.TeamID) error {
	words, err := p.whereItStands(ctx, m, to)
	if err != nil {
		return err
	}
	if err := p.s.desk.NoteWithin(ctx, p.tx, p.by, &m.c, words, p.now); err != nil {
		return err
	}
	if err := p.s.desk.AssignWithin(ctx, p.tx, p.by, &m.c, "", to, p.now); err != nil {
		return err
	}
	if err := p.movePromises(ctx, m, to); err != nil {
		return err
	}
	return p.show(ctx, m, desk.Step{Kind: "handed_over", State: desk.Done}, p.now)
}

// movePromises makes the new team answer for what is still owed. The deadlines stay: the customer was told them.
func (p *pass) movePromises(ctx context.Context, m *matter, to vis.TeamID) error {
	for _, pr := range m.promises {
		if !pr.Open() {
			continue
		}
		pr.Team = to
		saved, err := p.tx.SavePromise(ctx, *pr)
		if err != nil {
			return err
		}
		*pr = saved
	}
	return nil
}

// whereItStands is the note for those who take over: who, what was said last, what is owed until when.
func (p *pass) whereItStands(ctx context.Context, m *matter, to vis.TeamID) (string, error) {
	space, err := p.tx.Workspace(ctx)
	if err != nil {
		return "", err
	}
	words := noteWords[space.Locale]
	if words == nil {
		words = noteWords["en"]
	}
	zone, err := time.LoadLocation(space.Zone)
	if err != nil {
		zone = time.UTC
	}
	lines := []string{fmt.Sprintf(words["moved"], p.nameOfTeam(ctx, m.c.Team), p.nameOfTeam(ctx, to))}
	who := m.customer.Name
	if who == "" {
		who = words["unknown"]
	}
	lines = append(lines, fmt.Sprintf(words["who"], who))
	if m.c.Preview.Text != "" {
		lines = append(lines, fmt.Sprintf(words["last:"+string(m.c.Preview.Author)], text.Line(m.c.Preview.Text)))
	}
	for _, pr := range m.promises {
		if !pr.Open() || pr.State == Paused {
			continue
		}
		lines = append(lines, fmt.Sprintf(words["owed"], words[string(pr.Kind)], pr.DueAt.In(zone).Format(words["time"])))
	}
	return strings.Join(lines, "\n"), nil
}

func (p *pass) nameOfTeam(ctx context.Context, id vis.TeamID) string {
	teams, err := p.Teams(ctx)
	if err != nil {
		return ""
	}
	for _, t := range teams {
		if t.ID == id {
			return t.Name
		}
	}
	return ""
}

// noteWords are the words of the note, in the language of the workspace.
var noteWords = map[string]map[string]string{
	"en": {
		"moved": "%s has closed; %s takes over.", "unknown": "not known by name", "who": "Customer: %s.",
		"last:customer": "The customer wrote last: “%s”", "last:member": "We wrote last: “%s”", "last:system": "The server wrote last: “%s”",
		"owed": "Owed: %s by %s.", "time": "2 January, 15:04 MST",
		"acknowledge": "an acknowledgement", "first": "the first answer", "next": "an answer", "resolve": "the solution", "callback": "a call",
	},
	"fr": {
		"moved": "%s a fermé\u202f; %s prend le relais.", "unknown": "nom inconnu", "who": "Client\u202f: %s.",
		"last:customer": "Ses derniers mots\u202f: «\u202f%s\u202f»", "last:member": "Nos derniers mots\u202f: «\u202f%s\u202f»", "last:system": "Le serveur a écrit\u202f: «\u202f%s\u202f»",
		"owed": "Promis\u202f: %s avant le %s.", "time": "02/01 à 15:04 MST",
		"acknowledge": "un accusé de réception", "first": "la première réponse", "next": "une réponse", "resolve": "la solution", "callback": "un appel",
	},
}
