package listen

import (
	"cmp"
	"context"
	"slices"
	"time"

	"visavis/internal/jobs"
	"visavis/internal/notify"
	"visavis/internal/staff"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// burst is a cause that stands out.
type burst struct {
	cause  string
	course Course
	heard  []Heard // what it is made of
}

// Look is the effect of TimerLook: it weighs what was heard, opens incidents and adds to those that are open.
func (w *Watch) Look(ctx context.Context, t jobs.Timer) error {
	now, ws := w.clock.Now(), t.Workspace
	var heard []Heard
	var bursts []burst
	err := w.db.View(ctx, ws, func(tx IncidentTx) (err error) {
		if heard, err = tx.HeardSince(ctx, now.Add(-lookBack), mostHeard); err != nil {
			return err
		}
		bursts, err = w.bursts(ctx, tx, ws, heard, now)
		return err
	})
	if err != nil {
		return err
	}
	return w.db.Update(ctx, vis.System(ws), nil, func(tx IncidentTx) error {
		due, err := tx.Take(ctx, TimerLook, t.Key, now)
		if err != nil || !due {
			return err
		}
		open, err := w.open(ctx, tx, ws, bursts, now)
		if err != nil {
			return err
		}
		for i := range open {
			if err := w.gather(ctx, tx, ws, &open[i], heard, now); err != nil {
				return err
			}
		}
		if len(heard) == 0 || heard[len(heard)-1].At.Before(now.Add(-time.Hour)) {
			if err := tx.ForgetHours(ctx, now.Add(-Kept-24*time.Hour)); err != nil {
				return err
			}
			return tx.ForgetHeard(ctx, now.Add(-heardFor))
		}
		return tx.Arm(ctx, jobs.Timer{Workspace: ws, Kind: TimerLook, DueAt: now.Truncate(lookFor).Add(lookFor)})
	})
}

// bursts are the causes that stand out now.
func (w *Watch) bursts(ctx context.Context, tx IncidentTx, ws vis.WorkspaceID, heard []Heard, now time.Time) (out []burst, err error) {
	settings, err := tx.ListenSettings(ctx)
	if err != nil {
		return nil, err
	}
	lessons, err := tx.Lessons(ctx)
	if err != nil {
		return nil, err
	}
	last := slices.IndexFunc(heard, func(h Heard) bool { return h.At.After(now.Add(-time.Hour)) })
	if last < 0 {
		return nil, nil
	}
	places, err := placesHeard(ctx, tx, now)
	if err != nil {
		return nil, err
	}
	byTopic := make(map[string][]Heard)
	for _, h := range heard[last:] {
		for _, topic := range topics(h) {
			byTopic[topic] = append(byTopic[topic], h)
		}
	}
	for topic, said := range byTopic {
		inPlace := topic == said[0].inPlace()
		if said[0].Reason == "" || len(said) < Fewest || inPlace && places == 0 {
			continue
		}
		baseline, err := w.baseline(ctx, tx, ws, topic, now)
		if err != nil {
			return nil, err
		}
		look := baseline.Judge(now, minutesOf(said, now))
		bar := settings.Budget.Bar(lessons[said[0].Reason])
		if inPlace {
			bar += among(places)
		}
		if look.Surprise < bar {
			continue
		}
		b := burst{said[0].Reason, Course{Trigger: ByNumbers, Reason: said[0].Reason, Look: look}, nil}
		switch {
		case inPlace:
			b.course.Place = said[0].Place
		case topic != said[0].Reason:
			b.course.Channel = said[0].Channel
		}
		b.course.Lead, b.course.Usual = leadOf(said, now), baseline.day(now)
		b.heard = slices.DeleteFunc(slices.Clone(said), func(h Heard) bool { return !h.At.After(now.Add(-look.Window)) })
		out = append(out, b)
	}
	for _, group := range Clusters(now, saidOf(heard)) {
		first := heard[group[0]]
		b := burst{string(first.Message), Course{Trigger: ByWords, Reason: first.Reason, Sign: first.Sign, Look: Look{Window: Within, Seen: len(group)}}, nil}
		for _, i := range group {
			b.heard = append(b.heard, heard[i])
		}
		out = append(out, b)
	}
	// Numbers go before words, for they say the reason; of the same cause the most messages, and all channels before one of them.
	slices.SortFunc(out, func(a, b burst) int {
		return cmp.Or(cmp.Compare(a.course.Trigger, b.course.Trigger), len(b.heard)-len(a.heard), cmp.Compare(a.course.Channel+vis.ChannelID(a.course.Place), b.course.Channel+vis.ChannelID(b.course.Place)),
			cmp.Compare(a.cause, b.cause))
	})
	return out, nil
}

// placesFor is how long places must have been told apart before a burst in one of them is one: until then nothing is known of what is usual.
const placesFor = 14 * 24 * time.Hour

// placesHeard is how many places bursts are looked for in, 0 while too little is known of them.
func placesHeard(ctx context.Context, tx IncidentTx, now time.Time) (n int, err error) {
	values, err := tx.Values(ctx)
	long := false
	for _, v := range values {
		if v.Kind == ByPlace {
			n, long = n+1, long || now.Sub(v.Since) >= placesFor
		}
	}
	if !long {
		n = 0
	}
	return n, err
}

func saidOf(heard []Heard) []Said {
	out := make([]Said, len(heard))
	for i, h := range heard {
		out[i] = h.Said
	}
	return out
}

// minutesOf counts the last sixty minutes, the latest last.
func minutesOf(heard []Heard, now time.Time) []int {
	out := make([]int, 60)
	for _, h := range heard {
		if ago := int(now.Sub(h.At) / time.Minute); 0 <= ago && ago < len(out) {
			out[len(out)-1-ago]++
		}
	}
	return out
}

// leadOf counts the last hour by stretches of a curve.
func leadOf(heard []Heard, now time.Time) []int {
	out := make([]int, time.Hour/CurveEvery)
	from := now.Truncate(CurveEvery).Add(CurveEvery - time.Hour)
	for _, h := range heard {
		if at := int(h.At.Sub(from) / CurveEvery); !h.At.Before(from) && at < len(out) {
			out[at]++
		}
	}
	return out
}

// baseline is what is usual for a topic, learnt anew every few hours.
func (w *Watch) baseline(ctx context.Context, tx IncidentTx, ws vis.WorkspaceID, topic string, now time.Time) (Baseline, error) {
	key := topicOf{ws, topic}
	w.mu.Lock()
	known, ok := w.learned[key]
	w.mu.Unlock()
	if ok && now.Sub(known.at) < learnFor && !now.Before(known.at) {
		return known.baseline, nil
	}
	hours, err := tx.Hours(ctx, topic, now.Add(-Kept-time.Hour))
	if err != nil || len(hours) == 0 {
		return Learn(now, nil), err
	}
	first, end := hours[0].Hour, now.Unix()/3600
	past := make([]int, max(0, end-first))
	for _, h := range hours {
		if at := h.Hour - first; at < int64(len(past)) {
			past[at] = h.Count
		}
	}
	b := Learn(now, past)
	w.mu.Lock()
	w.learned[key] = learnedAt{now, b}
	w.mu.Unlock()
	return b, nil
}

// open makes incidents of bursts that none that is open is about, and returns all that are open then.
func (w *Watch) open(ctx context.Context, tx IncidentTx, ws vis.WorkspaceID, bursts []burst, now time.Time) ([]Incident, error) {
	all, err := tx.OpenIncidents(ctx)
	if err != nil {
		return nil, err
	}
	ended, err := tx.EndedIncidents(ctx, now.Add(-OpenFor))
	if err != nil {
		return nil, err
	}
	for _, b := range bursts {
		if slices.ContainsFunc(all, b.about) || slices.ContainsFunc(ended, func(i Incident) bool { return b.about(i) && quiet(i, now) }) {
			continue
		}
		i := Incident{ID: vis.IncidentID(w.mint.ID(now)), State: Suspected, Cause: b.cause, OpenedAt: now, Course: b.course, Version: 1}
		i.Course.Told = len(b.heard)
		if err := tx.InsertIncident(ctx, i); err != nil {
			return nil, err
		}
		for _, h := range b.heard {
			if err := tx.InsertConcerned(ctx, i.concerned(h)); err != nil {
				return nil, err
			}
		}
		if err := w.happened(ctx, tx, vis.System(ws), IncidentSuspected, i, now); err != nil {
			return nil, err
		}
		if err := w.ring(ctx, tx, i, now); err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	return all, nil
}

// solvedFor is how long after its end an incident still explains what is said about it.
const solvedFor = time.Hour

// quiet reports whether an incident that ended still speaks for its cause: a false alarm for a day, one that was solved for an hour.
func quiet(i Incident, now time.Time) bool {
	return i.State == FalseAlarm || now.Sub(i.EndedAt) < solvedFor
}

// about reports whether an incident has the cause of the burst.
func (b burst) about(i Incident) bool {
	if i.Cause == b.cause || i.Course.Reason != "" && i.Course.Reason == b.course.Reason {
		return true
	}
	return i.Course.Sign != (text.Signature{}) && i.Course.Sign.Near(b.course.Sign) >= alike
}

func (i Incident) concerned(h Heard) Concerned {
	return Concerned{Incident: i.ID, Conversation: h.Conversation, Customer: h.Customer, Message: h.Message, At: h.At, Language: h.Language, Place: h.Place}
}

// gather adds to an open incident what was said about it since shortly before it was opened, and tells when it has grown.
func (w *Watch) gather(ctx context.Context, tx IncidentTx, ws vis.WorkspaceID, i *Incident, heard []Heard, now time.Time) error {
	since := i.OpenedAt.Add(-max(i.Course.Look.Window, Within))
	all, err := tx.AllConcerned(ctx, i.ID, mostHeard)
	if err != nil {
		return err
	}
	there := make(map[vis.ConversationID]bool, len(all))
	for _, c := range all {
		there[c.Conversation] = true
	}
	for _, h := range heard {
		if !h.At.After(since) || there[h.Conversation] || !i.concerns(h) {
			continue
		}
		there[h.Conversation] = true
		if err := tx.InsertConcerned(ctx, i.concerned(h)); err != nil {
			return err
		}
	}
	conversations, _, err := tx.CountConcerned(ctx, i.ID)
	if err != nil {
		return err
	}
	if Grows(i.Course.Told, conversations) {
		i.Course.Told = conversations
		if *i, err = tx.SaveIncident(ctx, *i); err != nil {
			return err
		}
		if err := w.happened(ctx, tx, vis.System(ws), IncidentGrew, *i, now); err != nil {
			return err
		}
	}
	if i.State == Suspected || i.Course.Texts.Holding.Empty() {
		return nil
	}
	return tx.Arm(ctx, jobs.Timer{Workspace: ws, Kind: TimerTell, Key: string(i.ID), DueAt: now})
}

// happened writes the fact that something happened to an incident.
func (w *Watch) happened(ctx context.Context, tx IncidentTx, by vis.Actor, typ vis.EventType, i Incident, now time.Time) error {
	concerned, _, err := tx.CountConcerned(ctx, i.ID)
	if err != nil {
		return err
	}
	return tx.Append(ctx, vis.NewEvent(by, now, typ, IncidentData{i.ID, i.State, i.Course.Trigger, i.Course.Reason, concerned}))
}

// ring tells supervisors and administrators of an incident.
func (w *Watch) ring(ctx context.Context, tx IncidentTx, i Incident, now time.Time) error {
	members, err := tx.Members(ctx)
	if err != nil {
		return err
	}
	var to []vis.MemberID
	for _, m := range members {
		if m.State == staff.Active && (m.Role == vis.Supervisor || m.Role == vis.Administrator) {
			to = append(to, m.ID)
		}
	}
	return w.notify.Give(ctx, tx, to, notify.Notice{Kind: notify.Incident, Text: cmp.Or(i.Course.Name, i.Course.Reason)}, now)
}
