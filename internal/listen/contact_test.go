package listen

import (
	"testing"
	"time"

	"visavis/internal/desk"
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

func TestAContactBeganOnThePageOfItsHour(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		seen time.Duration // after it began
		want string
	}{{-time.Minute, "shop.example/cart"}, {time.Minute, "shop.example/cart"}, {-25 * time.Hour, ""}, {72 * time.Hour, ""}} {
		got := pageOf(desk.Customer{Page: &desk.PageView{URL: "https://shop.example/cart?order=7", At: began.Add(c.seen)}}, began)
		if got != c.want {
			t.Errorf("seen %s after: %q, want %q", c.seen, got, c.want)
		}
	}
	if got := pageOf(desk.Customer{}, began); got != "" {
		t.Errorf("seen nowhere: %q", got)
	}
}
