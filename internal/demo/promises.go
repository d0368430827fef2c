package demo

import (
	"context"
	"fmt"
	"time"

	"visavis/internal/channel"
	"visavis/internal/hours"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// What Cycles Arzel promises, when it answers, and who gets what.

// promises sets up hours, policies, queues, profiles, priorities and rules.
func (b *builder) promises(ctx context.Context, now time.Time) error {
	lea := b.as("lea")
	week, err := b.routing.CreateCalendar(ctx, lea, "Ateliers et service client", workshopHours(now))
	if err != nil {
		return err
	}
	late, err := b.routing.CreateCalendar(ctx, lea, "Réseaux sociaux, sept jours sur sept", socialHours(now))
	if err != nil {
		return err
	}
	if err := b.settings(ctx, week.ID); err != nil {
		return err
	}
	for _, p := range policies(late.ID) {
		p.Name = french(p.Name)
		if _, err := b.routing.CreatePolicy(ctx, lea, p); err != nil {
			return fmt.Errorf("the policy %q: %w", p.Name, err)
		}
	}
	for _, q := range b.queues() {
		if _, err := b.routing.PutQueue(ctx, lea, q); err != nil {
			return fmt.Errorf("the queue of %q: %w", q.Team, err)
		}
	}
	for key, p := range profiles {
		p.Member = b.members[key].ID
		if _, err := b.routing.PutProfile(ctx, lea, p); err != nil {
			return fmt.Errorf("the profile of %s: %w", key, err)
		}
	}
	for _, r := range b.rules() {
		r.Name = french(r.Name)
		if _, err := b.routing.CreateRule(ctx, lea, r); err != nil {
			return fmt.Errorf("the rule %q: %w", r.Name, err)
		}
	}
	return nil
}

const (
	paris = "Europe/Paris"
	noon  = "12:30"
	seven = "19:00"
)

// workshopHours are those of the workshops: six days with a break at noon, shorter in summer, closed on public holidays and for the
// stocktaking.
func workshopHours(now time.Time) hours.Calendar {
	day := func(d int, back, until string) []hours.Slot {
		return []hours.Slot{{Day: d, From: "09:00", To: noon}, {Day: d, From: back, To: until}}
	}
	var week, summer []hours.Slot
	for d := 1; d <= 5; d++ {
		week = append(week, day(d, "13:30", seven)...)
		if d > 1 {
			summer = append(summer, day(d, "14:00", "18:00")...)
		}
	}
	stocktaking := fmt.Sprintf("%d-01-02", now.Year()+1)
	return hours.Calendar{Zone: paris, Week: append(week, day(6, "13:30", "18:00")...), Country: "FR",
		Seasons: []hours.Season{{Name: "Été", From: "07-15", To: "08-31", Week: append(summer, day(6, "14:00", "17:00")...)}},
		Days:    []hours.Day{{Name: "Inventaire", From: stocktaking, To: stocktaking}, demoDays(now)}}
}

// socialHours are those in which somebody answers in public.
func socialHours(now time.Time) hours.Calendar {
	var week []hours.Slot
	for d := 1; d <= 7; d++ {
		week = append(week, hours.Slot{Day: d, From: "08:00", To: "22:00"})
	}
	return hours.Calendar{Zone: paris, Week: week, Days: []hours.Day{demoDays(now)}}
}

// demoDays keeps the house open round the clock about the moment at which the demo is made, so that clocks run and somebody may be there
// whenever it is looked at. It is an exception like any other, named for what it is.
func demoDays(now time.Time) hours.Day {
	return hours.Day{Name: "Journées de démonstration, ouvert sans interruption", From: now.AddDate(0, 0, -1).Format(time.DateOnly),
		To: now.AddDate(0, 0, 1).Format(time.DateOnly), Spans: []hours.Span{{From: "00:00", To: "24:00"}}}
}

// settings says how work is ranked, and how much of it one can hold.
func (b *builder) settings(ctx context.Context, calendar vis.CalendarID) error {
	capacity := map[routing.Work]int{routing.WorkCall: 1, routing.WorkChat: 4, routing.WorkMail: 16}
	// "enfant" alone says little at a maker of family bikes; "mes enfants" says who rides.
	words := map[string]int{"enfant": 1, "mes enfants": 3, "my children": 3, "accident": 4, "brûle": 4, "fumée": 4, "blessé": 4, "smoke": 4, "injured": 4}
	reasons := map[string]int{"fault/brakes": 2, "staff": 2, "payment": 2}
	goal, vanished := 93, 30*60 // the demo's people have no screens: they must not lose what the story gave them at once
	_, err := b.routing.ChangeSettings(ctx, b.as("lea"), routing.SettingsChange{Calendar: &calendar, Capacity: &capacity, Words: &words,
		Reasons: &reasons, Goal: &goal, VanishedAfter: &vanished})
	return err
}

// within is a term of open time, untilClose one that ends with an open day.
func within(d time.Duration) routing.Term { return routing.Term{For: d} }
func untilClose(days int) routing.Term    { return routing.Term{Days: days} }

// gold is the segment of the customers whom the house has known for longest.
const gold = "or"

func policies(late vis.CalendarID) []routing.Policy {
	written := []channel.Kind{"email", "form", "letter", "sms", "social", "phone"}
	// Nothing of these channels is connected here, so nobody acknowledges by itself, and that is not promised.
	return []routing.Policy{
		{Name: "Danger : une personne d’abord", When: routing.Scope{Kinds: written, MinCriticality: 3}, WarnAt: []int{60, 85},
			Terms: map[routing.PromiseKind]routing.Term{routing.First: within(30 * m), routing.Next: within(h), routing.Resolve: untilClose(1)},
			Escalations: []routing.Escalation{{At: routing.WarnedFirst, Do: routing.Notify, To: routing.ToOwner},
				{At: routing.WarnedSecond, Do: routing.Notify, To: routing.ToTeam}, {At: routing.Missed, Do: routing.Notify, To: routing.ToSupervisors},
				{At: routing.Missed, Do: routing.Raise}, {At: routing.MissedLong, Do: routing.Reassign}}},
		{Name: "Clients mécontents", When: routing.Scope{Kinds: written, Reasons: []string{"staff"}},
			Terms:       map[routing.PromiseKind]routing.Term{routing.First: within(2 * h), routing.Next: within(4 * h), routing.Resolve: untilClose(2)},
			Escalations: []routing.Escalation{{At: routing.Missed, Do: routing.Notify, To: routing.ToSupervisors}}},
		{Name: "Clients or", When: routing.Scope{Kinds: []channel.Kind{"email", "form", "sms"}, Segments: []string{gold}},
			Terms:       map[routing.PromiseKind]routing.Term{routing.First: within(2 * h), routing.Next: within(3 * h), routing.Resolve: untilClose(1)},
			Escalations: []routing.Escalation{{At: routing.WarnedSecond, Do: routing.Notify, To: routing.ToOwner}}},
		{Name: "Chat de la boutique", When: routing.Scope{Kinds: []channel.Kind{"webchat"}},
			Terms: map[routing.PromiseKind]routing.Term{routing.Acknowledge: {For: 5 * s, Always: true}, routing.First: within(2 * m), routing.Next: within(2 * m),
				routing.Resolve: {SameDay: true}}},
		{Name: "Réseaux sociaux", When: routing.Scope{Kinds: []channel.Kind{"social"}}, Calendar: late,
			Terms:       map[routing.PromiseKind]routing.Term{routing.First: within(h), routing.Next: within(2 * h), routing.Resolve: {For: 24 * h, Always: true}},
			Escalations: []routing.Escalation{{At: routing.WarnedSecond, Do: routing.Notify, To: routing.ToTeam}}},
		{Name: "E-mail et formulaire", When: routing.Scope{Kinds: []channel.Kind{"email", "form"}},
			Terms: map[routing.PromiseKind]routing.Term{routing.First: within(4 * h), routing.Next: within(8 * h), routing.Resolve: untilClose(2)}},
		{Name: "Téléphone", When: routing.Scope{Kinds: []channel.Kind{"phone"}},
			Terms: map[routing.PromiseKind]routing.Term{routing.First: within(90 * s), routing.CallBack: within(2 * h), routing.Resolve: untilClose(2)}},
		{Name: "SMS", When: routing.Scope{Kinds: []channel.Kind{"sms"}},
			Terms: map[routing.PromiseKind]routing.Term{routing.First: within(h), routing.Next: within(h), routing.Resolve: untilClose(1)}},
		{Name: "Courrier", When: routing.Scope{Kinds: []channel.Kind{"letter"}},
			Terms: map[routing.PromiseKind]routing.Term{routing.First: untilClose(3), routing.Resolve: untilClose(10)}},
	}
}

// queues say who gets what. In the workshop hands are full: there everybody takes what she sees.
func (b *builder) queues() []routing.Queue {
	const patient = 3600 // seconds: the demo's people answer only when somebody plays them
	q := routing.DefaultQueue()
	q.ReassignFor = patient
	workshop, parcels, orders := q, q, q
	workshop.Team, workshop.Mode, workshop.Skills, workshop.RelaxAfter = b.teams["atelier"], routing.Pull, map[string]int{"freinage": 2}, 600
	parcels.Team, parcels.Overflow = b.teams["livraison"], []routing.Overflow{{Team: b.teams["commandes"], After: 300}}
	orders.Team, orders.Skills = b.teams["commandes"], map[string]int{"facturation": 2}
	orders.Overflow = []routing.Overflow{{Team: b.teams["livraison"], After: 600}}
	return []routing.Queue{workshop, parcels, orders}
}

// profiles say who can do what, by the keys of staffed.
var profiles = map[string]routing.Profile{
	"lea":     {Skills: map[string]int{"freinage": 2, "facturation": 3, "anglais": 3}, Languages: []string{"fr", "en"}},
	"yann":    {Skills: map[string]int{"freinage": 5, "batterie": 2}, Languages: []string{"fr"}},
	"thomas":  {Skills: map[string]int{"facturation": 4, "transport": 3}, Languages: []string{"fr", "en"}},
	"soazig":  {Skills: map[string]int{"facturation": 5, "flottes": 5}, Languages: []string{"fr"}},
	"karim":   {Skills: map[string]int{"transport": 5}, Languages: []string{"fr", "en"}},
	"emma":    {Skills: map[string]int{"facturation": 2, "anglais": 5}, Languages: []string{"en", "fr"}},
	"gwenole": {Skills: map[string]int{"freinage": 3, "batterie": 5}, Languages: []string{"fr", "en"}},
	"nora":    {Skills: map[string]int{"essais": 4, "facturation": 1}, Languages: []string{"fr"}, Capacity: map[routing.Work]int{routing.WorkChat: 2}},
}

func (b *builder) rules() []routing.Rule {
	return []routing.Rule{
		{Name: "Un colis se perd : à la livraison", When: []routing.Trigger{routing.WhenStarted}, If: []routing.Condition{
			{Field: "text", Is: "contains", Value: "colis"}, {Field: "team", Is: "isNot", Value: string(b.teams["livraison"])}},
			Then: []routing.Action{{Do: "assignTeam", Value: string(b.teams["livraison"])}, {Do: "setReason", Value: "delivery/late"}}},
		{Name: "Danger : prévenir les responsables", When: []routing.Trigger{routing.WhenClassified}, If: []routing.Condition{
			{Field: "criticality", Is: "atLeast", Value: "3"}}, Then: []routing.Action{{Do: "notifySupervisors"}}},
		{Name: "Promesse manquée à un client or : le dire", When: []routing.Trigger{routing.WhenMissed}, If: []routing.Condition{
			{Field: "segment", Is: "is", Value: gold}},
			Then: []routing.Action{{Do: "step", Value: french("Nous sommes en retard : une responsable reprend votre demande")}, {Do: "notifySupervisors"}}},
	}
}
