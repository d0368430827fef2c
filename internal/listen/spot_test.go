package listen

import (
	"context"
	"fmt"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// places are the values of a workspace in memory.
type places struct{ kept []Value }

func (p *places) CustomersByID(context.Context, []vis.CustomerID) ([]desk.Customer, error) {
	return nil, nil
}
func (p *places) ListenSettings(context.Context) (Settings, error) {
	return Settings{Product: new("bike")}, nil
}
func (p *places) Values(context.Context) ([]Value, error) { return p.kept, nil }
func (p *places) KeepValue(_ context.Context, v Value) error {
	p.kept = append(p.kept, v)
	return nil
}

func TestAPlaceIsToldApartAsItWasFirstWrittenWhileThereIsRoom(t *testing.T) {
	t.Parallel()
	p := &places{}
	a, err := openAtlas(t.Context(), p, time.Unix(7, 0))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		said desk.Attributes
		want Spot
	}{
		{desk.Attributes{"place": "Nantes", "bike": "Ria 3", "product": "no key of ours"}, Spot{"Nantes", "Ria 3"}},
		{desk.Attributes{"place": "NANTES"}, Spot{Place: "Nantes"}},
		{desk.Attributes{"bike": "Nantes"}, Spot{Product: "Nantes"}},
		{desk.Attributes{"place": Each}, Spot{Place: Others}},
		{nil, Spot{}},
	} {
		if got, err := a.of(t.Context(), desk.Customer{Attributes: c.said}); err != nil || got != c.want {
			t.Errorf("%v is at %+v %v, want %+v", c.said, got, err, c.want)
		}
	}
	for i := range 2 * MaxValues { // a program that writes a number of its own for each
		if _, err := a.value(t.Context(), ByPlace, fmt.Sprint("p", i)); err != nil {
			t.Fatal(err)
		}
	}
	last, err := a.value(t.Context(), ByPlace, "q")
	if n := len(p.kept); err != nil || n != MaxValues+2 || last != Others {
		t.Errorf("%d values are told apart, the last is %q: %v", n, last, err)
	}
	again, err := openAtlas(t.Context(), p, time.Unix(8, 0))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.value(t.Context(), ByPlace, "nantes"); err != nil || got != "Nantes" {
		t.Errorf("later it is %q: %v", got, err)
	}
}

func TestAContactCountsForEachViewOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		spot  Spot
		cells int
	}{{Spot{}, 4}, {Spot{Place: "Nantes"}, 8}, {Spot{Product: "Ria"}, 8}, {Spot{"Nantes", "Ria"}, 16}} {
		seen := make(map[Cell]bool)
		for _, cell := range (Contact{Reason: "delivery", Channel: "shop", Language: "fr", Spot: c.spot}).Cells() {
			seen[cell] = true
		}
		if len(seen) != c.cells {
			t.Errorf("%+v: %d cells, want %d", c.spot, len(seen), c.cells)
		}
	}
}
