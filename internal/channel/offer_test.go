package channel

import "testing"

func TestAnOfferIsOfPagesPeopleHoursAndStaff(t *testing.T) {
	t.Parallel()
	shop := Offer{Only: []string{"/checkout*", "pay.example/*", "/*/aide"}, Never: []string{"/checkout/done"}}
	for page, want := range map[string]bool{
		"https://shop.example/checkout": true, "https://shop.example/checkout/2?x=/nowhere#y": true, "https://shop.example/checkout/done": false,
		"https://PAY.example": true, "https://pay.example.evil/": false, "https://shop.example/pay.example/": false,
		"https://shop.example/fr/aide": true, "https://shop.example/?/checkout": false, "https://shop.example/Checkout": false, "": false, "/checkout": false, "::": false,
	} {
		if got := shop.On(page); got != want {
			t.Errorf("%q: %v", page, got)
		}
	}
	if !(Offer{}).On("") || (Offer{Never: []string{"/x"}}).On("") || !(Offer{Never: []string{"/x"}}).On("https://shop.example/y") {
		t.Error("where nothing is said of pages, every page counts, and an unknown one only then")
	}
	for _, c := range []struct {
		o    Offer
		a    Asking
		want string
	}{
		{Offer{}, Asking{}, ""},
		{Offer{Whom: ToVerified}, Asking{}, NotToYou}, {Offer{Whom: ToVerified}, Asking{Verified: true}, ""},
		{Offer{Whom: ToUnverified}, Asking{Verified: true}, NotToYou},
		{Offer{Languages: []string{"fr"}}, Asking{Language: "en"}, NotToYou}, {Offer{Languages: []string{"fr"}}, Asking{Language: "fr"}, ""},
		{Offer{Segments: []string{"gold"}}, Asking{}, NotToYou}, {Offer{Segments: []string{"gold"}}, Asking{Segment: "gold"}, ""},
		{shop, Asking{Page: "https://shop.example/"}, NotHere},
	} {
		if got := c.o.To(c.a); got != c.want {
			t.Errorf("%+v to %+v: %q", c.o, c.a, got)
		}
	}
	busy := Offer{InHours: true, Staff: 2}
	if busy.Now(false, 9) != NotNow || busy.Now(true, 1) != NobodyFree || busy.Now(true, 2) != "" || (Offer{}).Now(false, 0) != "" {
		t.Error("hours and staff")
	}
}

func TestPatternsOfPagesAreCleaned(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{" /checkout* ": "/checkout*", "https://Shop.example/Panier/*": "shop.example/Panier/*", "Shop.example": "shop.example/*",
		"/a?b": "", "/a b": "", "": "", "/******": "", "/a#b": ""} {
		if got, ok := CheckPattern(in); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", in, got, ok)
		}
	}
}

func FuzzPatterns(f *testing.F) {
	f.Add("/a*b", "https://shop.example/ab")
	f.Fuzz(func(t *testing.T, pattern, page string) {
		p, ok := CheckPattern(pattern)
		if !ok {
			return
		}
		if again, ok := CheckPattern(p); !ok || again != p {
			t.Errorf("%q is cleaned to %q, and then to %q", pattern, p, again)
		}
		only, never := Offer{Only: []string{p}}, Offer{Only: []string{p}, Never: []string{p}}
		if only.On(page) && never.On(page) {
			t.Errorf("%q on %q: what is never, is", p, page)
		}
	})
}
