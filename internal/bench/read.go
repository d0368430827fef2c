package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// read measures what opening the desk reads: lists, one conversation, the search of a
// customer. One reader asks, one question after another.
func (r *run) read(ctx context.Context, t *target, size string) error {
	r.say("reading: %s", size)
	sample, err := t.sample()
	if err != nil {
		return err
	}
	const list = "/api/v1/conversations?view=all&state=open&limit=50"
	pick := func(from []string, i int) string { return from[(i*7)%len(from)] }
	works := []struct {
		name  string
		paths func(i int) []string
	}{
		{"list of 50", func(int) []string { return []string{list} }},
		{"list of 50, a later page", func(i int) []string { return []string{list + "&cursor=" + url.QueryEscape(pick(sample.cursors, i))} }},
		{"counts of the sidebar", func(int) []string { return []string{"/api/v1/conversations/counts"} }},
		{"open a conversation and its last 50 messages", func(i int) []string {
			path := "/api/v1/conversations/" + pick(sample.conversations, i)
			return []string{path, path + "/messages?limit=50"}
		}},
		{"search of a customer", func(i int) []string {
			return []string{"/api/v1/search?limit=20&q=" + url.QueryEscape(pick(sample.names, i))}
		}},
	}
	for _, work := range works {
		row := Row{Section: "read", Work: work.name + ", " + size}
		if err := t.ask(ctx, &row, work.paths); err != nil {
			return fmt.Errorf("%s: %w", work.name, err)
		}
		r.add(row)
	}
	return nil
}

// ask makes up to 400 calls in at most five seconds, after ten to warm up.
func (t *target) ask(ctx context.Context, row *Row, paths func(i int) []string) error {
	w := wire{address: t.address}
	defer w.close()
	var took samples
	var before time.Duration
	began := time.Now()
	for i := range 410 {
		if i == 10 {
			before, began = t.cpu(), time.Now()
		}
		if ctx.Err() != nil || i > 20 && time.Since(began) > 5*time.Second {
			break
		}
		at := time.Now()
		for _, path := range paths(i) {
			status, answer, err := w.do(request{method: "GET", path: path, auth: "Bearer " + t.token})
			if err != nil {
				return err
			}
			if status != 200 {
				return fmt.Errorf("GET %s was answered with %d: %.300s", path, status, answer)
			}
		}
		if i >= 10 {
			took.add(time.Since(at))
		}
	}
	used := t.cpu() - before
	took.into(row)
	row.CPU = milliseconds(used) / float64(max(1, row.Count))
	return ctx.Err()
}

// sample is what there is to ask for.
type sample struct{ conversations, names, cursors []string }

// sample reads a few pages of the list.
func (t *target) sample() (sample, error) {
	var s sample
	next := ""
	for range 20 {
		var page struct {
			Items []struct {
				ID       string
				Customer struct{ Name string }
			}
			Next string
		}
		path := "/api/v1/conversations?view=all&state=open&limit=50"
		if next != "" {
			path += "&cursor=" + url.QueryEscape(next)
		}
		if err := t.call("GET", path, nil, &page); err != nil {
			return s, err
		}
		for _, item := range page.Items {
			s.conversations = append(s.conversations, item.ID)
			if item.Customer.Name != "" {
				s.names = append(s.names, item.Customer.Name)
			}
		}
		if next = page.Next; next == "" {
			break
		}
		s.cursors = append(s.cursors, next)
	}
	if len(s.conversations) == 0 {
		return s, errors.New("there is no open conversation to read")
	}
	if len(s.names) == 0 {
		s.names = []string{"marie"}
	}
	if len(s.cursors) == 0 {
		return s, errors.New("there is no second page of the list: it takes more than 50 open conversations")
	}
	return s, nil
}

// commits reads how often the server has committed.
func (t *target) commits() (float64, error) { return t.metric("visavis_commits_total") }

// metric reads one of the server's own metrics.
func (t *target) metric(name string) (float64, error) {
	w := wire{address: t.address}
	defer w.close()
	status, answer, err := w.do(request{method: "GET", path: "/metrics"})
	if err != nil {
		return 0, err
	}
	if status != 200 {
		return 0, fmt.Errorf("/metrics was answered with %d", status)
	}
	return metric(answer, name)
}

// hello is how a visitor's socket introduces itself.
func hello(token string) string {
	text, err := json.Marshal(map[string]string{"type": "hello", "visitor": token})
	if err != nil {
		panic(err) // two strings are always JSON
	}
	return string(text)
}
