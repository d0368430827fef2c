package web

import (
	"net/http/httptest"
	"testing"
	"time"
)

// BenchmarkInbound is a visitor's message from the request to the answer, on SQLite with full sync, with many writing at once.
func BenchmarkInbound(b *testing.B) {
	h := newHouse(b)
	handler := h.server.Handler()
	b.SetParallelism(16)
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		ada := h.visitor(h.ws, h.chat)
		for p.Next() {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, call{method: "POST", path: "/api/v1/visitor/messages", as: ada, body: obj{"text": "Bonjour, mon vélo grince depuis hier.", "clientId": newID()}}.request())
			if w.Code != 201 {
				b.Fatalf("%d %s", w.Code, w.Body)
			}
		}
	})
}

// BenchmarkList is a page of fifty conversations for a signed-in member.
func BenchmarkList(b *testing.B) {
	h := newHouse(b)
	for range 60 {
		h.write(h.visitor(h.ws, h.chat), "Bonjour, mon vélo grince depuis hier.")
	}
	handler := h.server.Handler()
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, call{method: "GET", path: "/api/v1/conversations", as: h.admin}.request())
		if w.Code != 200 {
			b.Fatalf("%d %s", w.Code, w.Body)
		}
	}
}

// BenchmarkFanOut is a message on its way to fifty members who have the desk open.
func BenchmarkFanOut(b *testing.B) {
	h := newHouse(b)
	url := h.serve()
	lines := make([]*line, 50)
	for i := range lines {
		lines[i] = h.open(url, h.admin, nil)
		go func() {
			for {
				if _, _, err := lines[i].conn.Read(lines[i].ctx); err != nil {
					return
				}
			}
		}()
	}
	ada := h.visitor(h.ws, h.chat)
	before := h.server.Stats().Frames
	b.ResetTimer()
	for range b.N {
		h.write(ada, "Bonjour, mon vélo grince depuis hier.")
	}
	for h.server.Stats().Frames-before < int64(b.N*len(lines)) {
		time.Sleep(time.Millisecond)
	}
}
