package web

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"visavis/internal/assist"
	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/notify"
	"visavis/internal/post"
	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// BenchmarkStart is what putting the server together adds to a cold start.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := New(Options{PublicURL: ours, Clock: vis.ClockFunc(time.Now)})
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}

func TestEveryFactHasAShape(t *testing.T) {
	t.Parallel()
	declared := slices.Concat(desk.EventTypes(), staff.EventTypes(), channel.EventTypes(), notify.EventTypes(), routing.EventTypes(), post.EventTypes(), assist.EventTypes(),
		listen.EventTypes())
	slices.Sort(declared)
	if shaped := slices.Sorted(maps.Keys(shapes)); !slices.Equal(declared, shaped) {
		t.Errorf("the rooms tell %v\nthe API tells %v", declared, shaped)
	}
	for typ := range visitorShapes {
		if shapes[typ] == nil {
			t.Errorf("visitors are told of %s, which nobody tells", typ)
		}
	}
}

func TestTheDescriptionIsWhole(t *testing.T) {
	t.Parallel()
	var doc struct {
		Paths      map[string]map[string]struct{ OperationID, Summary string }
		Components struct {
			Schemas map[string]struct {
				Discriminator struct{ Mapping map[string]string }
			}
		}
	}
	spec := Spec("1")
	if err := json.Unmarshal(spec, &doc); err != nil {
		t.Fatal(err)
	}
	if again := Spec("1"); string(again) != string(spec) {
		t.Error("two descriptions of one API differ")
	}
	seen := make(map[string]bool)
	for path, operations := range doc.Paths {
		for method, o := range operations {
			if o.OperationID == "" || o.Summary == "" || seen[o.OperationID] {
				t.Errorf("%s %s is called %q", method, path, o.OperationID)
			}
			seen[o.OperationID] = true
		}
	}
	if n := len(doc.Components.Schemas["Event"].Discriminator.Mapping); n != len(shapes) {
		t.Errorf("the union of events has %d of %d", n, len(shapes))
	}
	for _, name := range []string{"ServerFrame", "ClientFrame", "VisitorEvent", "Problem", "Conversation", "Message"} {
		if _, known := doc.Components.Schemas[name]; !known {
			t.Errorf("there is no schema %s", name)
		}
	}
}
