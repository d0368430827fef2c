package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What the description of the API allows at most is taken, and what is a little more is refused: its bounds and the rooms' are the same.
func TestTheLargestThatTheDescriptionAllowsIsTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	many := func(n int, entry func(i int) any) (out []any) {
		for i := range n {
			out = append(out, entry(i))
		}
		return out
	}
	rule := func(conditions, actions int) obj {
		return obj{"name": "Many", "when": []string{"received"},
			"if":   many(conditions, func(i int) any { return obj{"field": "text", "is": "contains", "value": fmt.Sprint("word", i)} }),
			"then": many(actions, func(int) any { return obj{"do": "raise"} })}
	}
	policy := func(seconds, days, segments int) obj {
		return obj{"name": "Long", "terms": obj{"first": obj{"for": seconds}, "resolve": obj{"days": days}},
			"when": obj{"segments": many(segments, func(i int) any { return fmt.Sprint("segment", i) })}}
	}
	settings := func(change string, to any) obj {
		body := obj{"profile": "balanced", "weights": obj{"criticality": 1, "influence": 1, "value": 1, "mood": 1, "repeat": 1, "deadline": 1, "slack": 1, "perHour": 1},
			"capacity": obj{}, "finishFor": 15, "vanishedAfter": 60, "goal": 90, "version": int64(0)}
		body[change] = to
		return body
	}
	for name, c := range map[string]struct {
		method, path  string
		largest, more obj
	}{
		"a rule":                 {"POST", "/api/v1/rules", rule(20, 10), rule(21, 10)},
		"a rule's actions":       {"POST", "/api/v1/rules", rule(1, 10), rule(1, 11)},
		"a promise":              {"POST", "/api/v1/policies", policy(366*24*3600, 366, 100), policy(366*24*3600+1, 366, 100)},
		"a promise's days":       {"POST", "/api/v1/policies", policy(60, 366, 1), policy(60, 367, 1)},
		"whom a promise is for":  {"POST", "/api/v1/policies", policy(60, 5, 100), policy(60, 5, 101)},
		"a ringing":              {"PUT", "/api/v1/queues/general", obj{"mode": "offer", "ringFor": 300, "version": 0}, obj{"mode": "offer", "ringFor": 301, "version": 0}},
		"e-mails in hand":        {"PUT", "/api/v1/routing", settings("capacity", obj{"mail": 100, "chat": 50, "call": 1}), settings("capacity", obj{"mail": 101})},
		"when somebody has gone": {"PUT", "/api/v1/routing", settings("vanishedAfter", 3600), settings("vanishedAfter", 3601)},
		"call-backs asked for":   {"PUT", "/api/v1/routing", settings("callsADay", 10000), settings("callsADay", 10001)},
	} {
		if c.path == "/api/v1/routing" { // each change is of the version that the one before left
			c.largest["version"] = read[RoutingSettings](t, h.get(h.admin, c.path)).Version
		}
		if a := h.do(call{method: c.method, path: c.path, as: h.admin, body: c.largest}); !slices.Contains([]int{200, 201}, a.status) {
			t.Errorf("%s: the largest: %d %s", name, a.status, a.body)
		}
		if c.path == "/api/v1/routing" {
			c.more["version"] = read[RoutingSettings](t, h.get(h.admin, c.path)).Version
		}
		if a := h.do(call{method: c.method, path: c.path, as: h.admin, body: c.more}); a.status != 422 || !strings.Contains(string(a.body), "expected") {
			t.Errorf("%s: more than that: %d %s", name, a.status, a.body)
		}
	}
}
