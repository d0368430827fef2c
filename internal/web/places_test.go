package web

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/vis"
)

// attribute says of a customer what her file says.
func (h *house) attribute(id string, attributes obj) answer {
	h.Helper()
	c := read[Customer](h.TB, h.get(h.admin, "/api/v1/customers/"+id))
	return h.do(call{method: "PATCH", path: "/api/v1/customers/" + id, as: h.admin, body: obj{"version": c.Version, "attributes": attributes}})
}

// W-01, D-08: where she is is said by the site's signature or by the organisation; what a stranger says of herself makes no series.
func TestAttributesAreSignedOrWrittenByTheOrganisation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	secret := []byte(read[ChannelSecret](t, h.post(h.admin, "/api/v1/channels/"+string(h.chat.ID)+"/secret", obj{})).Secret)
	start := func(attributes any) Customer {
		identity, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": "42", "exp": h.clock.Now().Add(time.Hour).Unix(),
			"attributes": attributes}).SignedString(secret)
		h.must(err)
		s := read[VisitorSession](t, h.do(call{method: "POST", path: "/api/v1/visitor/sessions", as: nobody, body: obj{"key": h.chat.Key, "identity": identity}}))
		return read[Customer](t, h.get(h.admin, "/api/v1/customers/"+s.Visitor.ID))
	}
	if c := start(obj{"place": " Nantes ", "product": 7}); fmt.Sprint(c.Attributes) != "map[place:Nantes]" {
		t.Errorf("signed: %v", c.Attributes)
	}
	for name, bad := range map[string]obj{"a key": {"Pl ace": "x"}, "a long one": {"place": strings.Repeat("é", desk.MaxAttributeValue+1)}} {
		if c := start(bad); fmt.Sprint(c.Attributes) != "map[place:Nantes]" {
			t.Errorf("signed with %s that is none: %v", name, c.Attributes)
		}
	}
	c := start(obj{})
	head := h.head(h.ws)
	if a := h.attribute(c.ID, obj{"product": "Ria 3"}); a.status != 200 || h.since(h.ws, head) != string(desk.CustomerChanged) {
		t.Errorf("written: %d %s, told is %s", a.status, a.body, h.since(h.ws, head))
	}
	many := obj{}
	for i := range desk.MaxAttributes {
		many[fmt.Sprint("k", i)] = "x"
	}
	for name, bad := range map[string]obj{"a key": {"<b>": "x"}, "a line": {"place": strings.Repeat("x", desk.MaxAttributeValue+1)}, "too many": many} {
		if a := h.attribute(c.ID, bad); a.status != 422 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if c := start(obj{"place": ""}); fmt.Sprint(c.Attributes) != "map[product:Ria 3]" {
		t.Errorf("taken away: %v", c.Attributes)
	}
	ada := h.visitor(h.ws, h.chat)
	h.do(call{method: "PATCH", path: "/api/v1/visitor", as: ada, body: obj{"name": "Ada", "attributes": obj{"place": "Atlantis"}}})
	if c := read[Customer](t, h.get(h.admin, "/api/v1/customers/"+ada.actor.ID)); len(c.Attributes) != 0 {
		t.Errorf("said by herself: %v", c.Attributes)
	}
}

// What tells contacts apart is named by administrators, known to everybody who works here, and none where they say so.
func TestAttributesAreChosenAndNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.hire(h.admin, "Yann", vis.Agent)
	told := func() ToldAttributes { return read[ToldAttributes](t, h.get(agent, "/api/v1/attributes")) }
	if got := told(); got != (ToldAttributes{ToldAttribute{Attribute: "place"}, ToldAttribute{Attribute: "product"}}) {
		t.Errorf("at first: %+v", got)
	}
	for _, c := range []struct {
		field string
		body  obj
	}{
		{"placeAttribute", obj{"placeAttribute": "Town"}},
		{"placeAttribute", obj{"placeAttribute": "a b"}},
		{"placeAttribute", obj{"placeAttribute": strings.Repeat("x", desk.MaxAttributeKey+1)}},
		{"productAttribute", obj{"productAttribute": "é"}},
		{"productAttribute", obj{"productAttribute": "place"}},
		{"productNames", obj{"productNames": obj{"fr": strings.Repeat("é", listen.MaxNames+1)}}},
		{"placeNames", obj{"placeNames": obj{"en": strings.Repeat("x", 201)}}},
	} {
		c.body["falseAlarmDays"], c.body["version"] = 30, 0
		if a := h.puts(h.admin, "/api/v1/listening", c.body); a.status != 422 || !strings.Contains(string(a.body), `"body.`+c.field) {
			t.Errorf("%v: %d %s", c.body, a.status, a.body)
		}
	}
	head := h.head(h.ws)
	set := read[ListenSettings](t, h.puts(h.admin, "/api/v1/listening", obj{"falseAlarmDays": 30, "placeAttribute": "town", "placeNames": obj{"fr": " Ville ", "en": "Town"}, "productAttribute": "", "version": 0}))
	if set.PlaceAttribute != "town" || set.ProductAttribute != "" || set.PlaceNames != (AttributeNames{"Ville", "Town"}) {
		t.Errorf("chosen: %+v", set)
	}
	if facts := h.since(h.ws, head); facts != string(listen.AttributesChosen) {
		t.Errorf("told is %s", facts)
	}
	head = h.head(h.ws)
	set = read[ListenSettings](t, h.puts(h.admin, "/api/v1/listening", obj{"falseAlarmDays": 7, "version": set.Version}))
	if got := told(); got.Place != (ToldAttribute{"town", AttributeNames{"Ville", "Town"}}) || got.Product.Attribute != "" || h.since(h.ws, head) != "" {
		t.Errorf("after another change: %+v", got)
	}
	if a := h.puts(h.admin, "/api/v1/listening", obj{"falseAlarmDays": 7, "version": set.Version - 1}); a.status != 409 {
		t.Errorf("of an old version: %d", a.status)
	}
	for i, her := range []obj{{"town": "Nantes", "model": "Ria 3"}, {"town": "nantes"}, {"town": "Brest"}, {}} {
		if a := h.attribute(h.visitor(h.ws, h.chat).actor.ID, her); a.status != 200 {
			t.Fatalf("%d: %s", i, a.body)
		}
	}
	ada := h.visitor(h.ws, h.chat)
	h.attribute(ada.actor.ID, obj{"model": "Ria 3"})
	h.write(ada, "Toujours rien reçu, où est mon colis ?")
	h.tally()
	if board := read[ReasonBoard](t, h.get(h.admin, "/api/v1/reasons/board?split=product")); len(board.Products) != 0 || len(board.Parts) != 0 {
		t.Errorf("told apart by nothing: %+v", board)
	}
	got := read[OccurringAttributes](t, h.get(h.admin, "/api/v1/attributes/occurring"))
	if got.Customers != 4 || len(got.Items) != 2 || got.Items[0].Attribute != "town" || got.Items[0].Customers != 3 || got.Items[0].Distinct != 2 ||
		got.Items[0].Values[0].Customers != 2 || got.Items[1].Attribute != "model" || fmt.Sprint(got.Items[1].Values) != "[{Ria 3 2}]" {
		t.Errorf("what occurs: %+v", got)
	}
}

func TestTheBoardIsToldApartByPlacesAndProducts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	read[obj](t, h.puts(h.admin, "/api/v1/listening", obj{"falseAlarmDays": 30, "placeAttribute": "town", "version": 0}))
	for _, her := range []obj{{"town": "Nantes", "product": "Ria 3"}, {"town": "NANTES"}, {"town": "Brest", "product": "Ria 3"}, {"place": "no key of ours"}, {}} {
		ada := h.visitor(h.ws, h.chat)
		if a := h.attribute(ada.actor.ID, her); a.status != 200 {
			t.Fatalf("%s", a.body)
		}
		h.write(ada, "Toujours rien reçu, où est mon colis ?")
		h.clock.move(time.Minute)
	}
	h.tally()
	board := read[ReasonBoard](t, h.get(h.admin, "/api/v1/reasons/board?split=place"))
	if fmt.Sprint(board.Places, board.Products) != "[Brest Nantes] [Ria 3]" {
		t.Errorf("told apart are %v %v", board.Places, board.Products)
	}
	if p := board.Parts; len(p) != 2 || p[0].Value != "Nantes" || p[0].Contacts != 2 || p[1].Contacts != 1 || fmt.Sprint(p[0].Reasons) != "[{delivery 2}]" || p[0].Dissatisfied == nil {
		t.Errorf("its places are %+v", p)
	}
	if p := read[ReasonBoard](t, h.get(h.admin, "/api/v1/reasons/board?split=product&place=Nantes")).Parts; len(p) != 1 || p[0].Contacts != 1 {
		t.Errorf("the products of Nantes are %+v", p)
	}
	for query, want := range map[string]int{"": 5, "place=Nantes": 2, "product=Ria+3": 2, "place=Brest&product=Ria+3": 1, "place=Nantes&language=fr&channelId=" + string(h.chat.ID): 2,
		"place=Nowhere": 0, "place=%27%3B+DROP+TABLE+contacts": 0} {
		n := 0
		for _, r := range read[ReasonBoard](t, h.get(h.admin, "/api/v1/reasons/board?"+query)).Reasons {
			n += r.Contacts
		}
		list := read[ReasonContacts](t, h.get(h.admin, "/api/v1/reasons/contacts?reason=delivery&"+query))
		if n != want || len(list.Items) != want {
			t.Errorf("%q: %d on the board and %d behind it, want %d", query, n, len(list.Items), want)
		}
	}
	for split, want := range map[string]string{"": "[/ 5]", "&split=place": "[/ 2 Brest/ 1 Nantes/ 2]", "&split=product": "[/ 3 /Ria 3 2]", "&split=place&place=Nantes": "[Nantes/ 2]",
		"&split=product&place=Nantes": "[Nantes/ 1 Nantes/Ria 3 1]"} {
		var lines []exported
		file := h.get(h.admin, "/api/v1/reasons/export?format=json"+split)
		if err := json.Unmarshal(file.body, &lines); err != nil {
			t.Fatalf("%q: %s", split, file.body)
		}
		var got []string
		for _, l := range lines {
			got = append(got, fmt.Sprintf("%s/%s %d", l.Place, l.Product, l.Contacts))
		}
		if fmt.Sprint(got) != want {
			t.Errorf("exported by %q: %v, want %v", split, got, want)
		}
	}
	for _, bad := range []string{"split=town", "place=%2B", "place=" + strings.Repeat("x", 400)} {
		if a := h.get(h.admin, "/api/v1/reasons/board?"+bad); a.status != 422 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
}

// A burst that hides among all of a reason stands out in its place, once it is known for some time what is usual where.
func TestABurstInOnePlaceIsHeard(t *testing.T) {
	t.Parallel()
	for _, known := range []bool{true, false} {
		h := newHouse(t)
		now := h.clock.Now()
		since := now
		if known {
			since = now.Add(-20 * 24 * time.Hour)
		}
		h.must(h.store.Incidents().Update(h.ctx, vis.System(h.ws), nil, func(tx listen.IncidentTx) error {
			for hour := range 24 * 20 {
				for range 12 { // an hour of all places together
					for _, topic := range []string{"delivery", "delivery@" + string(h.chat.ID)} {
						if err := tx.CountHour(h.ctx, topic, now.Add(-time.Duration(hour)*time.Hour)); err != nil {
							return err
						}
					}
				}
			}
			return tx.KeepValue(h.ctx, listen.Value{Kind: listen.ByPlace, Key: "brest", Value: "Brest", Since: since})
		}))
		for _, words := range []string{"Mon colis n'est toujours pas arrivé", "La livraison prévue hier n'est pas venue", "Où en est ma livraison ? Rien reçu", "Colis en retard, que faire",
			"Le livreur n'est jamais passé avec ma commande", "Je n'ai pas reçu mon colis, il est en retard"} {
			ada := h.visitor(h.ws, h.chat)
			h.attribute(ada.actor.ID, obj{"place": "Nantes"})
			h.write(ada, words)
			h.clock.move(100 * time.Second)
		}
		h.hear()
		all := read[obj](t, h.get(h.admin, "/api/v1/incidents"))["items"].([]any)
		if !known {
			if len(all) != 0 {
				t.Errorf("on the first day of places: %v", all)
			}
			continue
		}
		if len(all) != 1 {
			t.Fatalf("there are %v", all)
		}
		detail := read[IncidentDetail](t, h.get(h.admin, "/api/v1/incidents/"+all[0].(map[string]any)["id"].(string)))
		if detail.Place != "Nantes" || len(detail.Tallies) != 1 || detail.Tallies[0].Place != "Nantes" || detail.Tallies[0].Conversations < 4 {
			t.Errorf("it is in %q: %+v", detail.Place, detail.Tallies)
		}
	}
}
