package notify

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"visavis/internal/safehttp"
	"visavis/internal/vis"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestAWebhookWantsWhatItAskedFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		hook Webhook
		typ  vis.EventType
		want bool
	}{
		{Webhook{Events: []vis.EventType{"message.received"}}, "message.received", true},
		{Webhook{Events: []vis.EventType{"message.received"}}, "message.sent", false},
		{Webhook{Events: []vis.EventType{All}}, "message.sent", true},
		{Webhook{Events: []vis.EventType{All}}, NoticeGiven, false},
		{Webhook{}, "message.sent", false},
		{Webhook{Events: []vis.EventType{All}, Disabled: true}, "message.sent", false},
	} {
		if got := c.hook.wants(c.typ); got != c.want {
			t.Errorf("%+v of %s: %t", c.hook, c.typ, got)
		}
	}
}

func TestFailuresWaitLongerEachTimeAndEnd(t *testing.T) {
	t.Parallel()
	d := Delivery{State: Sending}
	for i, pause := range pauses {
		d.Attempts = i + 1
		for chance, part := range map[byte]float64{0: 0.9, 128: 1, 255: 1.1} {
			e := d
			e.ended(outcome{status: 500, wrong: WrongStatus}, noon, chance)
			want := time.Duration(float64(pause) * part)
			if got := e.NextAt.Sub(noon); e.State != Waiting || (got-want).Abs() > pause/100 || e.Wrong != WrongStatus || e.Status != 500 {
				t.Errorf("attempt %d, chance %d: %s after %s, want %s", i+1, chance, e.State, got, want)
			}
		}
	}
	d.Attempts = MaxAttempts
	if d.ended(outcome{wrong: WrongTimeout}, noon, 0); d.State != Failed || !d.NextAt.IsZero() {
		t.Errorf("the last attempt: %+v", d)
	}
	if len(pauses)+1 != MaxAttempts {
		t.Errorf("%d pauses for %d attempts", len(pauses), MaxAttempts)
	}
	d = Delivery{State: Sending, Attempts: 1}
	if d.ended(outcome{status: 410, wrong: WrongStatus, final: true}, noon, 0); d.State != Failed {
		t.Errorf("410: %+v", d)
	}
	d = Delivery{State: Sending, Attempts: 3, Wrong: WrongTimeout}
	if d.ended(outcome{status: 204, took: time.Second}, noon, 0); d.State != Delivered || d.Wrong != "" || !d.DeliveredAt.Equal(noon) || d.Took != time.Second {
		t.Errorf("204: %+v", d)
	}
	d = Delivery{State: Sending, Attempts: 1, Type: OfTest}
	if d.ended(outcome{status: 500, wrong: WrongStatus}, noon, 0); d.State != Failed {
		t.Errorf("a test is tried again: %+v", d)
	}
}

func TestASendingWhoseLeaseEndedIsUnknown(t *testing.T) {
	t.Parallel()
	d := Delivery{State: Sending, NextAt: noon}
	if d.StateAt(noon.Add(-1)) != Sending || d.StateAt(noon) != Unknown {
		t.Error("wrong")
	}
	if err := d.again(noon); vis.CodeOf(err) != vis.Conflict {
		t.Errorf("asked for again while it is under way: %v", err)
	}
	for _, s := range []State{Waiting, Delivered, Failed} {
		d := Delivery{State: s, Attempts: 7, NextAt: noon.Add(time.Hour), DeliveredAt: noon}
		if err := d.again(noon); err != nil || d.State != Waiting || !d.NextAt.Equal(noon) {
			t.Errorf("%s: %+v %v", s, d, err)
		}
	}
}

func TestADayOfNothingButFailuresIsEnough(t *testing.T) {
	t.Parallel()
	var w Webhook
	for i := range 40 {
		now := noon.Add(time.Duration(i) * time.Hour)
		if got, want := w.failed(now), i >= 24; got != want {
			t.Errorf("after %d hours: %t", i, got)
		}
	}
	w = Webhook{}
	if w.failed(noon); w.failed(noon.Add(25 * time.Hour)) {
		t.Error("two failures are few, however far apart")
	}
}

func TestWhatAnAnswerMeans(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		err    error
		want   string
		final  bool
	}{
		{200, nil, "", false}, {299, nil, "", false}, {301, nil, WrongStatus, false}, {404, nil, WrongStatus, false}, {410, nil, WrongStatus, true},
		{500, nil, WrongStatus, false}, {0, safehttp.ErrTimeout, WrongTimeout, false}, {0, safehttp.ErrRefused, WrongAddress, false},
		{0, vis.Errorf(vis.Invalid, "address_refused", "x"), WrongAddress, false}, {0, safehttp.ErrFailed, WrongConnection, false},
		{200, fmt.Errorf("cut: %w", errors.New("x")), WrongConnection, false},
	} {
		if o := judged(safehttp.Answer{Status: c.status}, c.err); o.wrong != c.want || o.final != c.final || o.status != c.status {
			t.Errorf("%d %v: %+v", c.status, c.err, o)
		}
	}
}

// S-08: a signature says who sent what, and when; nothing of it can be changed or used much later.
func TestSignatures(t *testing.T) {
	t.Parallel()
	body := []byte(`{"id":"1"}`)
	// Made with: printf '1.1772452800.{"id":"1"}' | openssl dgst -sha256 -hmac s
	const known = "v1=defd08b78c056edeb92cbc614b48cd26db7380e60a8e163b32d2ce0699076dfb"
	header := Sign("1", noon, body, "s")
	if header != known {
		t.Errorf("got %s, want %s", header, known)
	}
	both := Sign("1", noon, body, "new", "old")
	stamp := fmt.Sprint(noon.Unix())
	for what, got := range map[string]bool{
		"as it is":             Verify("s", "1", stamp, header, body, noon.Add(Tolerance)),
		"by the new secret":    Verify("new", "1", stamp, both, body, noon),
		"by the old secret":    Verify("old", "1", stamp, both, body, noon),
		"beside other schemes": Verify("s", "1", stamp, "v0=abc "+header+" v2=def", body, noon),
	} {
		if !got {
			t.Errorf("%s: refused", what)
		}
	}
	for what, got := range map[string]bool{
		"too late":          Verify("s", "1", stamp, header, body, noon.Add(Tolerance+time.Second)),
		"from the future":   Verify("s", "1", stamp, header, body, noon.Add(-Tolerance-time.Second)),
		"another secret":    Verify("x", "1", stamp, header, body, noon),
		"another id":        Verify("s", "2", stamp, header, body, noon),
		"another body":      Verify("s", "1", stamp, header, []byte(`{"id":"2"}`), noon),
		"another time":      Verify("s", "1", fmt.Sprint(noon.Unix()+1), header, body, noon),
		"no time":           Verify("s", "1", "soon", header, body, noon),
		"nothing":           Verify("s", "1", stamp, "", body, noon),
		"a part of it":      Verify("s", "1", stamp, header[:40], body, noon),
		"parts that move":   Verify("s", "1."+stamp, "", header, body, noon),
		"after its secret":  Verify("old", "1", stamp, Sign("1", noon, body, "new"), body, noon),
		"in another scheme": Verify("s", "1", stamp, "v2"+header[2:], body, noon),
	} {
		if got {
			t.Errorf("%s: believed", what)
		}
	}
}
