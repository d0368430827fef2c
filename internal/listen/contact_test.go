package listen

import (
	"context"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// Of a customer who wrote very often not all is looked at: what the first of these were is not known anew.
func TestTheFirstOfThoseThatAreLookedAtStayWhatTheyWere(t *testing.T) {
	t.Parallel()
	for _, all := range []bool{true, false} {
		first, second := &Contact{Reason: "delivery", Repeat: true, BeganAt: time.Unix(1, 0)}, &Contact{Reason: "delivery", BeganAt: time.Unix(2, 0)}
		markRepeats([]*Contact{second, first}, all)
		if first.Repeat == all || !second.Repeat {
			t.Errorf("all of hers: %v; the first is a repeat: %v, the second: %v", all, first.Repeat, second.Repeat)
		}
	}
}

// seenOn is a customer who was seen on a page.
type seenOn struct {
	CountTx
	page *desk.PageView
}

func (s seenOn) Customer(context.Context, vis.CustomerID) (desk.Customer, error) {
	return desk.Customer{Page: s.page}, nil
}

func TestAContactBeganOnThePageOfItsHour(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		seen time.Duration // after it began
		want string
	}{{-time.Minute, "shop.example/cart"}, {time.Minute, "shop.example/cart"}, {-25 * time.Hour, ""}, {72 * time.Hour, ""}} {
		got, err := pageOf(t.Context(), seenOn{page: &desk.PageView{URL: "https://shop.example/cart?order=7", At: began.Add(c.seen)}}, "", began)
		if err != nil || got != c.want {
			t.Errorf("seen %s after: %q %v, want %q", c.seen, got, err, c.want)
		}
	}
	if got, err := pageOf(t.Context(), seenOn{}, "", began); got != "" || err != nil {
		t.Errorf("seen nowhere: %q %v", got, err)
	}
}
