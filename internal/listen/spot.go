package listen

import (
	"context"
	"strings"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// Spot is where a customer is and what she has, as contacts are counted by it. Each is "" while it is not known, and in sums where all are counted
// together.
type Spot struct {
	Place, Product string
}

// Others stands for the values of places, or of products, that are not told apart because there are too many.
const Others = "…"

// MaxValues is how many places, and how many products, are told apart: values are written by the organisation's programs, and a slip in one of
// them must not make a series of each customer.
const MaxValues = 200

// Split is by what contacts are told apart.
type Split string

const (
	ByPlace   Split = "place"
	ByProduct Split = "product"
)

// Each chooses, in the place of a value, each of them by itself.
const Each = "+"

// Value is a place or a product that is told apart: as it was first written, and by what it is known again.
type Value struct {
	Kind  Split
	Key   string // folded
	Value string
	Since time.Time // when it was first counted
}

// Part is what was counted of a reason in one place, or of one product.
type Part struct {
	Value, Reason string
	Sums
}

// spotTx is what is needed to tell where customers are.
type spotTx interface {
	CustomersByID(ctx context.Context, ids []vis.CustomerID) ([]desk.Customer, error)
	// ListenSettings has the version 0 while none were saved.
	ListenSettings(ctx context.Context) (Settings, error)
	// Values are those that are told apart; KeepValue adds one, unless it is there.
	Values(ctx context.Context) ([]Value, error)
	KeepValue(ctx context.Context, v Value) error
}

// atlas tells where customers are within one transaction: it reads what is known once.
type atlas struct {
	tx       spotTx
	now      time.Time
	settings Settings
	known    map[Split]map[string]string
}

func openAtlas(ctx context.Context, tx spotTx, now time.Time) (*atlas, error) {
	a := &atlas{tx: tx, now: now, known: map[Split]map[string]string{ByPlace: {}, ByProduct: {}}}
	settings, err := tx.ListenSettings(ctx)
	if err != nil {
		return nil, err
	}
	a.settings = settings.filled()
	values, err := tx.Values(ctx)
	for _, v := range values {
		a.known[v.Kind][v.Key] = v.Value
	}
	return a, err
}

// of is where a customer is by her attributes.
func (a *atlas) of(ctx context.Context, c desk.Customer) (s Spot, err error) {
	if s.Place, err = a.value(ctx, ByPlace, c.Attributes[*a.settings.Place]); err != nil {
		return s, err
	}
	s.Product, err = a.value(ctx, ByProduct, c.Attributes[*a.settings.Product])
	return s, err
}

// value is a value as it was first written, or Others where there is no room for one more.
func (a *atlas) value(ctx context.Context, kind Split, said string) (string, error) {
	key := strings.ToLower(said)
	if said == "" {
		return "", nil
	}
	if value, known := a.known[kind][key]; known {
		return value, nil
	}
	if len(a.known[kind]) >= MaxValues || said == Each {
		return Others, nil
	}
	a.known[kind][key] = said
	return said, a.tx.KeepValue(ctx, Value{kind, key, said, a.now})
}

// customersOf reads customers once, by their ids.
func customersOf(ctx context.Context, tx spotTx, ids []vis.CustomerID) (map[vis.CustomerID]desk.Customer, error) {
	found, err := tx.CustomersByID(ctx, ids)
	out := make(map[vis.CustomerID]desk.Customer, len(found))
	for _, c := range found {
		out[c.ID] = c
	}
	return out, err
}
