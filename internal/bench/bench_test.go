package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestPercentileIsTheNearestRank(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1))
	}
	for _, row := range []struct {
		of   []time.Duration
		p    int
		want time.Duration
	}{
		{nil, 50, 0},
		{hundred[:1], 99, 1},
		{hundred[:2], 50, 1},
		{hundred, 50, 50},
		{hundred, 99, 99},
		{hundred[:10], 99, 10},
	} {
		if got := percentile(row.of, row.p); got != row.want {
			t.Errorf("p%d of %d: got %d, want %d", row.p, len(row.of), got, row.want)
		}
	}
}

func TestNumberIsThatOfTheMessageNotOfThePreview(t *testing.T) {
	for frame, want := range map[string]int{
		`{"message":{"text":"bench-00000007 hé"},"conversation":{"preview":{"text":"bench-00000008 hé"}}}`: 7,
		`{"type":"pong"}`: -1, `bench-0001`: -1, `bench-abcdefgh`: -1,
	} {
		if got := number([]byte(frame)); got != want {
			t.Errorf("%s: got %d", frame, got)
		}
	}
}

func TestSequenceIsTheFirstOfAFrame(t *testing.T) {
	for frame, want := range map[string]int64{
		`{"type":"event","event":{"seq":42,"message":{"text":"\"seq\":7"}}}`: 42,
		`{"type":"skip","seq":9}`: 9, `{"type":"pong"}`: 0,
	} {
		if got := sequence([]byte(frame)); got != want {
			t.Errorf("%s: got %d", frame, got)
		}
	}
}

func TestStraceTableIsAddedUp(t *testing.T) {
	table := `strace: Process 7 attached with 9 threads
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 98.00    0.010000         100       101         1 fdatasync
  2.00    0.000200         100         2           fsync
------ ----------- ----------- --------- --------- ----------------
100.00    0.010200         100       103         1 total
`
	if got, err := straceCalls(table); err != nil || got != 103 {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := straceCalls("strace: attach: ptrace(PTRACE_SEIZE, 7): Operation not permitted"); err == nil {
		t.Error("a refusal counts as no syncs")
	}
}

func TestMetricAddsUpItsSamples(t *testing.T) {
	text := []byte("# TYPE visavis_commits_total counter\nvisavis_commits_total{kind=\"a b\"} 3\nvisavis_commits_total{kind=\"c\"} 4\nvisavis_commits_total_more 9\n")
	if got, err := metric(text, "visavis_commits_total"); err != nil || got != 7 {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := metric(text, "visavis_nothing"); err == nil {
		t.Error("a missing metric counts as 0")
	}
}

// TestSlowAnswersDoNotThinTheLoad: one sender, a server that takes 20 ms for each message, 100
// messages a second. A loop that waits for answers would report 20 ms; the queue is what counts.
func TestSlowAnswersDoNotThinTheLoad(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(20 * time.Millisecond)
		_, _ = w.Write([]byte("{}"))
	}))
	defer server.Close()
	address := strings.TrimPrefix(server.URL, "http://")
	l := &load{senders: []*sender{{wire: wire{address: address}, path: "/messages"}}, agents: &agents{}}
	l.openLoop(t.Context(), 100, 500*time.Millisecond)
	var row Row
	l.acks.into(&row)
	if row.Count != 50 || l.failed.Load() != 0 {
		t.Fatalf("%d acknowledged, %d failed", row.Count, l.failed.Load())
	}
	if row.P99 < 300 {
		t.Errorf("the last messages waited for the others, yet p99 is %v ms", row.P99)
	}
}

func TestRefusalsAreCountedAndNamed(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"code":"rate_limited"}`, http.StatusTooManyRequests)
	}))
	defer server.Close()
	l := &load{senders: []*sender{{wire: wire{address: strings.TrimPrefix(server.URL, "http://")}, path: "/messages"}}, agents: &agents{}}
	l.closedLoop(t.Context(), time.Second, 10)
	if l.failed.Load() != 10 {
		t.Errorf("%d failed", l.failed.Load())
	}
	if fault := l.fault.Load(); fault == nil || !strings.Contains((*fault).Error(), "rate_limited") {
		t.Errorf("the reason is not told")
	}
}

// TestFloorIsMeasuredEndToEnd runs the floor's server in this process and the loads against it.
func TestFloorIsMeasuredEndToEnd(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes two seconds")
	}
	address, err := freeAddress(18140)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	dir := t.TempDir()
	go func() { ended <- serveFloor(ctx, address, dir) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	target := &target{address: address, floor: true, pid: os.Getpid()}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		w := wire{address: address}
		if status, _, err := w.do(request{method: "GET", path: "/readyz"}); err == nil && status == 200 {
			w.close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the floor is not ready")
		}
	}
	r := newRun(Config{}, &bytes.Buffer{})
	l, cpu, err := r.load(ctx, target, 4, 3, func(l *load) { l.openLoop(ctx, 100, time.Second) })
	if err != nil {
		t.Fatal(err)
	}
	row := Row{Work: "inbound"}
	r.finish(l, &row, cpu)
	r.addDelivery(l, row)
	acked, shown := r.report.Rows[0], r.report.Rows[1]
	if acked.Count != 100 || acked.Failed != 0 {
		t.Errorf("acknowledged: %+v", acked)
	}
	if shown.Count != 300 || shown.Failed != 0 {
		t.Errorf("shown: %+v", shown)
	}
	if runtime.GOOS == "linux" && acked.CPU <= 0 {
		t.Error("no CPU time was read")
	}
	if shown.P50 <= 0 || shown.P99 < shown.P50 {
		t.Errorf("latencies: %+v", shown)
	}
}

func TestOnlyThisMachineIsLoaded(t *testing.T) {
	for address, good := range map[string]bool{
		"http://127.0.0.1:8080": true, "http://localhost:1": true, "http://[::1]:80": true,
		"http://192.168.0.1:8080": false, "https://127.0.0.1": false, "http://127.0.0.1.example": false,
	} {
		if _, err := loopback(address); (err == nil) != good {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestReportPutsCPUFirstAndIsJSON(t *testing.T) {
	report := Report{Server: "visavis", Rows: []Row{{Section: "sustained", Work: "message", CPU: 0.351, P50: 4.2, P99: 19, Value: 4012.3, Unit: "msg/s", Count: 9, Failed: 2, Floor: true}}}
	var out bytes.Buffer
	report.print(&out)
	for _, want := range []string{"CPU ms/op  p50 ms", "0.351", "4012.3 msg/s", "floor: message · 2 FAILED"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if _, err := json.Marshal(report); err != nil {
		t.Error(err)
	}
}

func TestUnknownSectionIsRefused(t *testing.T) {
	if err := Run(t.Context(), Config{Sections: []string{"speed"}, Binary: "x"}, &bytes.Buffer{}); err == nil {
		t.Error("it ran")
	}
}
