package listen

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"visavis/internal/desk"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// DefaultPlace and DefaultProduct are the attributes that say where a customer is and what she has, unless an organisation says others.
const DefaultPlace, DefaultProduct = "place", "product"

// Names are what people call something; "" leaves it to the screens.
type Names struct {
	FR string `json:"fr,omitempty"`
	EN string `json:"en,omitempty"`
}

// MaxNames is how many characters a name of an attribute has at most.
const MaxNames = 40

func (n Names) check(field string) (Names, error) {
	n.FR, n.EN = text.Line(n.FR), text.Line(n.EN)
	if utf8.RuneCountInString(n.FR) > MaxNames || utf8.RuneCountInString(n.EN) > MaxNames {
		return n, vis.InField(field, "A name has at most %d characters.", MaxNames)
	}
	return n, nil
}

// filled are settings in which what nobody said is as usual.
func (s Settings) filled() Settings {
	s.Budget = cmp.Or(s.Budget, DefaultBudget)
	if s.Place == nil {
		s.Place = new(DefaultPlace)
	}
	if s.Product == nil {
		s.Product = new(DefaultProduct)
	}
	return s
}

// SettingsChange is what is to be another way; nil stays as it is.
type SettingsChange struct {
	Budget         Budget
	Place, Product *string // keys, "" for none
	PlaceNames     *Names
	ProductNames   *Names
	Version        int64
}

// apply says what settings are after a change, or refuses.
func (in SettingsChange) apply(s Settings) (Settings, error) {
	s.Budget, s.Version = in.Budget, in.Version
	if !(s.Budget >= LeastBudget && s.Budget <= MostBudget) {
		return s, vis.InField("falseAlarmDays", "This is between %v and %v days.", LeastBudget, MostBudget)
	}
	for _, one := range []struct {
		field string
		key   *string
		names *Names
		into  **string
		named *Names
	}{
		{"place", in.Place, in.PlaceNames, &s.Place, &s.PlaceNames},
		{"product", in.Product, in.ProductNames, &s.Product, &s.ProductNames},
	} {
		if one.key != nil {
			if *one.key != "" && !desk.AttributeKey(*one.key) {
				return s, vis.InField(one.field+"Attribute", "A key has up to %d of a to z, 0 to 9, - and _.", desk.MaxAttributeKey)
			}
			*one.into = one.key
		}
		if one.names != nil {
			var err error
			if *one.named, err = one.names.check(one.field + "Names"); err != nil {
				return s, err
			}
		}
	}
	if full := s.filled(); *full.Place != "" && *full.Place == *full.Product {
		return s, vis.InField("productAttribute", "Places are read from %q already.", *full.Place)
	}
	return s, nil
}

// AttributesChosen says that other attributes tell contacts apart from now on, or that they are called otherwise.
const AttributesChosen vis.EventType = "attributes.chosen"

// Settings are how this workspace wants to be alarmed.
func (w *Watch) Settings(ctx context.Context, by vis.Actor) (Settings, error) {
	if err := by.Must(vis.ReadSettings); err != nil {
		return Settings{}, err
	}
	return w.settings(ctx, by)
}

func (w *Watch) settings(ctx context.Context, by vis.Actor) (Settings, error) {
	return vis.View(ctx, w.db, by.Workspace, func(tx IncidentTx) (Settings, error) {
		s, err := tx.ListenSettings(ctx)
		return s.filled(), err
	})
}

// ChangeSettings changes them.
func (w *Watch) ChangeSettings(ctx context.Context, by vis.Actor, in SettingsChange) (Settings, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Settings{}, err
	}
	now := w.clock.Now()
	return vis.Update(ctx, w.db, by, func(tx IncidentTx) (Settings, error) {
		before, err := tx.ListenSettings(ctx)
		if err != nil {
			return before, err
		}
		if before.Version != in.Version {
			return before, vis.Errorf(vis.Conflict, "listening_changed", "Somebody changed this a moment before you.")
		}
		s, err := in.apply(before)
		if err != nil {
			return s, err
		}
		if s, err = tx.SaveListenSettings(ctx, s); err != nil {
			return s, err
		}
		before, s = before.filled(), s.filled()
		if *before.Place != *s.Place || *before.Product != *s.Product || before.PlaceNames != s.PlaceNames || before.ProductNames != s.ProductNames {
			if err := tx.Append(ctx, vis.NewEvent(by, now, AttributesChosen, nil)); err != nil {
				return s, err
			}
		}
		return s, tx.Audit(ctx, vis.NewAudit(by, now, "listen.settings_changed", "", map[string]any{"falseAlarmDays": s.Budget, "place": *s.Place, "product": *s.Product}))
	})
}

// Told is an attribute by which contacts are told apart.
type Told struct {
	Attribute string // its key, "" for none
	Names     Names
}

// Attributes are those that say where customers are and what they have, as everybody who works here needs them to read a customer's card.
func (w *Watch) Attributes(ctx context.Context, by vis.Actor) (place, product Told, err error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Told{}, Told{}, err
	}
	s, err := w.settings(ctx, by)
	if err != nil {
		return Told{}, Told{}, err
	}
	return Told{*s.Place, s.PlaceNames}, Told{*s.Product, s.ProductNames}, nil
}

// Occurring is an attribute that customers have, with the values that most of them have.
type Occurring struct {
	Attribute string
	Customers int
	Distinct  int // values, whatever their capitals
	Values    []OccurringValue
}

// OccurringValue is a value as it was first met, and how many customers have it.
type OccurringValue struct {
	Value     string
	Customers int
}

// How far is looked for what occurs, and how much of it is shown: an organisation that writes an attribute writes it of its newest customers too.
const (
	newestCustomers = 20_000
	mostOccurring   = 50
	mostValues      = 10
)

// Occurring are the attributes of the newest customers, those first that most of them have, and how many of these customers have any.
func (w *Watch) Occurring(ctx context.Context, by vis.Actor) (all []Occurring, customers int, err error) {
	if err := by.Must(vis.ReadSettings); err != nil {
		return nil, 0, err
	}
	found, err := vis.View(ctx, w.db, by.Workspace, func(tx IncidentTx) ([]desk.Attributes, error) {
		return tx.NewestAttributes(ctx, newestCustomers)
	})
	return occurring(found), len(found), err
}

// occurring counts attributes and their values.
func occurring(found []desk.Attributes) []Occurring {
	of := make(map[string]map[string]*OccurringValue)
	for _, attributes := range found {
		for key, value := range attributes {
			if of[key] == nil {
				of[key] = make(map[string]*OccurringValue)
			}
			folded := strings.ToLower(value)
			if of[key][folded] == nil {
				of[key][folded] = &OccurringValue{Value: value}
			}
			of[key][folded].Customers++
		}
	}
	out := make([]Occurring, 0, len(of))
	for key, values := range of {
		one := Occurring{Attribute: key, Distinct: len(values)}
		for _, v := range values {
			one.Customers += v.Customers
			one.Values = append(one.Values, *v)
		}
		slices.SortFunc(one.Values, func(a, b OccurringValue) int {
			return cmp.Or(b.Customers-a.Customers, strings.Compare(a.Value, b.Value))
		})
		one.Values = one.Values[:min(len(one.Values), mostValues)]
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b Occurring) int {
		return cmp.Or(b.Customers-a.Customers, strings.Compare(a.Attribute, b.Attribute))
	})
	return out[:min(len(out), mostOccurring)]
}
