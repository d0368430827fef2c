package web

import (
	"context"

	"visavis/internal/listen"
	"visavis/internal/vis"
)

// AttributeNames are what people call an attribute; what is empty is left to the screens.
type AttributeNames struct {
	FR string `json:"fr,omitempty" maxLength:"200"`
	EN string `json:"en,omitempty" maxLength:"200"`
}

// ListenSettings are how an organisation wants to be alarmed, and by what it tells contacts apart.
type ListenSettings struct {
	FalseAlarmDays   float64        `json:"falseAlarmDays" doc:"One false alarm in so many days of one reason is put up with."`
	PlaceAttribute   string         `json:"placeAttribute" doc:"The attribute of customers that says where they are; empty for none."`
	ProductAttribute string         `json:"productAttribute" doc:"The attribute that says what they have; empty for none."`
	PlaceNames       AttributeNames `json:"placeNames"`
	ProductNames     AttributeNames `json:"productNames"`
	Version          int64          `json:"version"`
}

func listenSettings(l listen.Settings) ListenSettings {
	out := ListenSettings{FalseAlarmDays: float64(l.Budget), PlaceNames: AttributeNames(l.PlaceNames), ProductNames: AttributeNames(l.ProductNames), Version: l.Version}
	if l.Place != nil && l.Product != nil {
		out.PlaceAttribute, out.ProductAttribute = *l.Place, *l.Product
	}
	return out
}

type changeListeningInput struct {
	Body struct {
		FalseAlarmDays   float64         `json:"falseAlarmDays" minimum:"1" maximum:"3650" doc:"One false alarm in so many days of one reason is put up with."`
		PlaceAttribute   *string         `json:"placeAttribute,omitempty" maxLength:"40" doc:"Absent, it stays; empty for none. At first it is place."`
		ProductAttribute *string         `json:"productAttribute,omitempty" maxLength:"40" doc:"Absent, it stays; empty for none. At first it is product."`
		PlaceNames       *AttributeNames `json:"placeNames,omitempty" doc:"At most 40 characters each; absent, they stay."`
		ProductNames     *AttributeNames `json:"productNames,omitempty"`
		Version          int64           `json:"version"`
	} `nameHint:"ChangeListening"`
}

func (in *changeListeningInput) change() listen.SettingsChange {
	b := in.Body
	return listen.SettingsChange{Budget: listen.Budget(b.FalseAlarmDays), Place: b.PlaceAttribute, Product: b.ProductAttribute,
		PlaceNames: (*listen.Names)(b.PlaceNames), ProductNames: (*listen.Names)(b.ProductNames), Version: b.Version}
}

// ToldAttribute is an attribute of customers by which contacts are told apart.
type ToldAttribute struct {
	Attribute string         `json:"attribute" doc:"Its key; empty for none."`
	Names     AttributeNames `json:"names"`
}

// ToldAttributes are the two of them.
type ToldAttributes struct {
	Place   ToldAttribute `json:"place"`
	Product ToldAttribute `json:"product"`
}

// AttributeValue is a value of an attribute, as it was first met whatever its capitals.
type AttributeValue struct {
	Value     string `json:"value"`
	Customers int    `json:"customers"`
}

// OccurringAttribute is an attribute that customers have.
type OccurringAttribute struct {
	Attribute string           `json:"attribute"`
	Customers int              `json:"customers"`
	Distinct  int              `json:"distinct" doc:"How many values there are."`
	Values    []AttributeValue `json:"values" nullable:"false" doc:"The ten that most customers have."`
}

// OccurringAttributes are those of the newest 20,000 customers.
type OccurringAttributes struct {
	Items     []OccurringAttribute `json:"items" nullable:"false" doc:"At most 50, those first that most customers have."`
	Customers int                  `json:"customers" doc:"How many of the newest 20,000 customers have any."`
}

// attributesEvent says that other attributes tell contacts apart, or that they are called otherwise.
type attributesEvent struct {
	Fact
}

func (s *Server) listeningRoutes() {
	const tag = "incidents"
	add(s, route{method: "GET", path: "/listening", id: "getListening", tag: tag, access: staffers, scope: vis.ReadSettings,
		summary: "How we want to be alarmed, and by what contacts are told apart"},
		func(ctx context.Context, by caller, _ *none) (*reply[ListenSettings], error) {
			l, err := s.hearing.Settings(ctx, by.Actor)
			return ok(listenSettings(l)), err
		})
	add(s, route{method: "PUT", path: "/listening", id: "changeListening", tag: tag, access: staffers, scope: vis.WriteSettings,
		summary: "Change how we want to be alarmed, and by what contacts are told apart"},
		func(ctx context.Context, by caller, in *changeListeningInput) (*reply[ListenSettings], error) {
			l, err := s.hearing.ChangeSettings(ctx, by.Actor, in.change())
			return ok(listenSettings(l)), err
		})
	add(s, route{method: "GET", path: "/attributes", id: "getAttributes", tag: "customers", access: staffers, scope: vis.ReadConversations,
		summary: "Which attributes of customers tell contacts apart, and what they are called"},
		func(ctx context.Context, by caller, _ *none) (*reply[ToldAttributes], error) {
			place, product, err := s.hearing.Attributes(ctx, by.Actor)
			return ok(ToldAttributes{ToldAttribute{place.Attribute, AttributeNames(place.Names)}, ToldAttribute{product.Attribute, AttributeNames(product.Names)}}), err
		})
	add(s, route{method: "GET", path: "/attributes/occurring", id: "listOccurringAttributes", tag: "customers", access: staffers, scope: vis.ReadSettings,
		summary: "Which attributes customers have, and with which values"},
		func(ctx context.Context, by caller, _ *none) (*reply[OccurringAttributes], error) {
			all, customers, err := s.hearing.Occurring(ctx, by.Actor)
			out := OccurringAttributes{make([]OccurringAttribute, len(all)), customers}
			for i, one := range all {
				values := make([]AttributeValue, len(one.Values))
				for j, v := range one.Values {
					values[j] = AttributeValue(v)
				}
				out.Items[i] = OccurringAttribute{one.Attribute, one.Customers, one.Distinct, values}
			}
			return ok(out), err
		})
}
