package media_test

import (
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"visavis/internal/assist/media"
	"visavis/internal/assist/media/mediatest"
	"visavis/internal/vis"
)

func TestAServerFindsItselfByEveryWay(t *testing.T) {
	t.Parallel()
	b, _, _, _ := relayed(t)
	id := newID()
	found, err := b.Examine(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, f := range found {
		got[f.What] = f.Good && !f.Skipped
	}
	for _, what := range []string{"media", "relay_udp", "relay_tcp", "relay_tls", "relay_closed", "certificate"} {
		if !got[what] {
			t.Errorf("%s is not found good: %+v", what, found)
		}
	}
	if _, err := client(t, b.Servers(id, time.Now())[0]).Allocate(); err == nil {
		t.Error("W-15: the credentials outlive the check")
	}
}

// W-15: a check gives strangers a moment of our relay and our processor, and no more.
func TestAChecksMeansAreBounded(t *testing.T) {
	t.Parallel()
	b, _ := start(t, media.Options{})
	id := newID()
	call := mediatest.Customer(t, webrtc.Configuration{}).Offer()
	if _, err := b.TryOut(t.Context(), id, call); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("a check that nobody began: %v", err)
	}
	if err := b.OpenCheck(id); err != nil {
		t.Fatal(err)
	}
	if _, err := b.TryOut(t.Context(), id, call); vis.CodeOf(err) != vis.Invalid {
		t.Errorf("sound and pictures: %v", err)
	}
	if _, err := b.Join(t.Context(), id, customers, call); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("a check as a call: %v", err)
	}
	far := mediatest.New(t, webrtc.Configuration{})
	d, err := far.PC.CreateDataChannel("check", nil)
	if err != nil {
		t.Fatal(err)
	}
	back, open := make(chan string, 1000), make(chan struct{})
	d.OnOpen(func() { close(open) })
	d.OnMessage(func(m webrtc.DataChannelMessage) { back <- string(m.Data) })
	closed := make(chan struct{})
	d.OnClose(func() { close(closed) })
	answer, err := b.TryOut(t.Context(), id, far.Offer())
	if err != nil {
		t.Fatal(err)
	}
	far.Take(answer)
	late := time.After(patience)
	for sent := 0; ; {
		select {
		case <-open:
			for ; sent < 402; sent++ {
				if err := d.SendText("word"); err != nil {
					break
				}
			}
			open = nil
			continue
		case <-closed:
		case <-late:
			t.Fatal("whoever says too much is listened to")
		}
		break
	}
	if n := len(back); n == 0 || n > 400 {
		t.Errorf("%d words came back", n)
	}
	for range 7 {
		other := mediatest.New(t, webrtc.Configuration{})
		if _, err := other.PC.CreateDataChannel("check", nil); err != nil {
			t.Fatal(err)
		}
		if _, err := b.TryOut(t.Context(), id, other.Offer()); err != nil {
			t.Fatal(err)
		}
	}
	ninth := mediatest.New(t, webrtc.Configuration{})
	if _, err := ninth.PC.CreateDataChannel("check", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := b.TryOut(t.Context(), id, ninth.Offer()); vis.CodeOf(err) != vis.TooMany {
		t.Errorf("a ninth connection: %v", err)
	}
	for range 15 {
		if err := b.OpenCheck(newID()); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.OpenCheck(newID()); vis.CodeOf(err) != vis.Unavailable {
		t.Errorf("a seventeenth check: %v", err)
	}
}
