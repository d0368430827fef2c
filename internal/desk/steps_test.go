package desk_test

import (
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// What the server shows of a long matter takes no room from what people say of it.
func TestStepsOfTheServerTakeNoRoomFromPeoples(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.says(h.visitor(nil, ""), "Bonjour").Conversation
	server := func() error {
		by := vis.System(h.ws)
		return h.store.Desk().Update(h.ctx, by, nil, func(tx desk.Tx) error {
			_, err := h.desk.AddStepWithin(h.ctx, tx, by, c, desk.Step{Kind: "late", State: desk.Underway}, h.now)
			return err
		})
	}
	person := func() error {
		_, err := h.desk.AddStep(h.ctx, h.lea, c.ID, "On regarde", desk.Underway, time.Time{})
		return err
	}
	for _, add := range []func() error{server, person} {
		for range desk.MaxSteps {
			if err := add(); err != nil {
				t.Fatal(err)
			}
		}
		wantReason(t, add(), "too_many_steps")
	}
}
