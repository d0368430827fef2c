package page

import (
	"encoding/json"
	"fmt"
	"testing"
)

// shop is a page of about so many nodes, as a shop's is: lists of tiles with pictures, links, words and now and then a field.
func shop(nodes int) []byte {
	id := 10
	next := func() int { id++; return id }
	var tiles []any
	for id < nodes {
		n := next()
		tiles = append(tiles, elem(n, "li", obj{"class": "tile tile--wide product-card", "data-product": fmt.Sprint(n), "style": "--i: 3; background: url(https://shop.example/bg.png)"},
			elem(next(), "a", obj{"href": fmt.Sprintf("https://shop.example/velo/%d?utm=x", n), "class": "tile__link"},
				elem(next(), "img", obj{"src": fmt.Sprintf("https://shop.example/photo/%d.jpg", n), "alt": "Un vélo", "width": "320", "height": "240", "loading": "lazy"}),
				elem(next(), "h3", obj{"class": "tile__title"}, words(next(), "Vélo de ville Ria 3, cadre acier"))),
			words(next(), "\n        "),
			elem(next(), "p", obj{"class": "tile__price"}, words(next(), "1 290,00 €")),
			elem(next(), "input", obj{"type": "number", "name": "quantity", "value": "1", "class": "tile__quantity"})))
	}
	out, err := json.Marshal([]any{document(elem(2, "html", obj{"lang": "fr"}, elem(3, "head", obj{}, elem(4, "style", obj{"_cssText": ".tile{display:grid;color:#123}"})), elem(5, "body", obj{}, tiles...)))})
	if err != nil {
		panic(err)
	}
	return out
}

func BenchmarkScrub(b *testing.B) {
	for _, nodes := range []int{2_000, 20_000} {
		b.Run(fmt.Sprintf("whole page of %d nodes", nodes), func(b *testing.B) {
			events := shop(nodes)
			s := scrubber()
			b.SetBytes(int64(len(events)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Scrub(events); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("one text", func(b *testing.B) {
		s := scrubber()
		if _, err := s.Scrub(shop(2_000)); err != nil {
			b.Fatal(err)
		}
		events, err := json.Marshal([]any{mutated(obj{"texts": []obj{{"id": 15, "value": "1 190,00 €"}}})})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Scrub(events); err != nil {
				b.Fatal(err)
			}
		}
	})
}
