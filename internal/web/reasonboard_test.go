package web

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"visavis/internal/listen"
	"visavis/internal/vis"
)

// puts sends a change.
func (h *house) puts(as principal, path string, body any) answer {
	h.Helper()
	return h.do(call{method: "PUT", path: path, as: as, body: body})
}

func (h *house) tally() {
	h.Helper()
	h.must(h.listen.CatchUp(h.ctx, h.ws))
	h.must(h.counts.CatchUp(h.ctx, h.ws))
}

func TestTheBoardOfReasonsIsCountedDrilledAndExported(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	boss := h.hire(h.admin, "Sam Boss", vis.Supervisor)
	ada := h.visitor(h.ws, h.chat)
	h.write(ada, "Toujours rien reçu, où est mon colis ?")
	for range 5 {
		h.write(h.visitor(h.ws, h.chat), "Zorglub zorglub numéro quarante-deux")
		h.clock.move(time.Minute)
	}
	h.tally()
	of := func(reason string) obj {
		for _, r := range read[obj](t, h.get(boss, "/api/v1/reasons/board"))["reasons"].([]any) {
			if r := r.(map[string]any); r["reason"] == reason {
				return r
			}
		}
		return nil
	}
	if late := of("delivery"); late == nil || late["contacts"].(float64) != 1 || late["mood"] == nil || late["cost"] != nil {
		t.Errorf("delivery is %v", late)
	}
	list := read[obj](t, h.get(boss, "/api/v1/reasons/contacts?reason=delivery"))["items"].([]any)
	if len(list) != 1 || !strings.Contains(list[0].(map[string]any)["excerpt"].(string), "colis") {
		t.Errorf("behind it are %v", list)
	}

	// What is to be done about it, and what an hour costs.
	aim := obj{"reason": "delivery", "customerValue": -80, "houseValue": -50, "ownerId": boss.actor.ID, "target": 3, "since": "2026-03-02", "due": "2026-04-01",
		"note": "Suivi dans le compte", "version": 0}
	head := h.head(h.ws)
	planned := read[obj](t, h.puts(boss, "/api/v1/reasons/actions", aim))
	if planned["quadrant"] != "eliminate" || planned["version"].(float64) != 1 || len(planned["weeks"].([]any)) != 26 {
		t.Errorf("planned is %v", planned)
	}
	if facts := h.since(h.ws, head); facts != string(listen.ReasonPlanned) {
		t.Errorf("told is %v", facts)
	}
	if a := h.puts(boss, "/api/v1/reasons/actions", aim); a.status != 409 {
		t.Errorf("a change over another: %d", a.status)
	}
	read[obj](t, h.puts(boss, "/api/v1/reasons/rate", obj{"hourly": 30, "currency": "EUR", "version": 0}))
	if late := of("delivery"); late["cost"] == nil {
		t.Errorf("with a rate delivery is %v", late)
	}
	for field, change := range map[string]obj{"reason": {"reason": "none/such"}, "ownerId": {"ownerId": newID()}, "since": {"since": "tomorrow"}, "due": {"due": "2026-01-01"}} {
		bad := obj{"version": 1}
		for k, v := range aim {
			if k != "version" {
				bad[k] = v
			}
		}
		for k, v := range change {
			bad[k] = v
		}
		if a := h.puts(boss, "/api/v1/reasons/actions", bad); a.status != 422 || !strings.Contains(string(a.body), field) {
			t.Errorf("%s: %d %.200s", field, a.status, a.body)
		}
	}

	lines, err := csv.NewReader(strings.NewReader(string(h.get(boss, "/api/v1/reasons/export").body))).ReadAll()
	h.must(err)
	if len(lines) != 3 || lines[0][0] != "day" || len(lines[1]) != len(exportedColumns) {
		t.Errorf("the file is %q", lines)
	}
	var all []exported
	h.must(json.Unmarshal(h.get(boss, "/api/v1/reasons/export?format=json").body, &all))
	if len(all) != 2 || all[0].Contacts+all[1].Contacts != 6 {
		t.Errorf("the same as JSON: %+v", all)
	}
}

// D-09, P-03: a board is no way to make the server work for ever, or somebody's spreadsheet reckon.
func TestTheBoardOfReasonsIsBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.must(h.counts.CatchUp(h.ctx, h.ws))
	tree := read[obj](t, h.get(h.admin, "/api/v1/reasons"))
	items := append(tree["items"].([]any), obj{"key": "sums", "names": obj{"fr": "=1+1", "en": "@SUM(A1)"}})
	read[obj](t, h.puts(h.admin, "/api/v1/reasons", obj{"items": items, "version": tree["version"]}))
	h.must(h.store.Contacts().Update(h.ctx, vis.System(h.ws), nil, func(tx listen.CountTx) error {
		day := listen.DayOf(h.clock.Now(), time.UTC)
		for _, cell := range []listen.Cell{{Day: day, Reason: "sums", Channel: h.chat.ID, Language: "fr"}, {Day: day, Reason: "sums", Language: listen.AllLanguages}} {
			h.must(tx.AddCount(h.ctx, listen.Tallied{Cell: cell, Sums: listen.Sums{Contacts: 1}}))
		}
		return nil
	}))
	if file := string(h.get(h.admin, "/api/v1/reasons/export").body); !strings.Contains(file, ",'=1+1,'@SUM(A1),") {
		t.Errorf("a formula is exported: %q", file)
	}
	for path, status := range map[string]int{
		"/api/v1/reasons/board?from=1990-01-01":                       422, // more days than a board has
		"/api/v1/reasons/board?from=2026-03-02&to=2026-03-01":         422,
		"/api/v1/reasons/board?from=yesterday":                        422,
		"/api/v1/reasons/board?to=9999-12-31&from=9999-12-01":         200,
		"/api/v1/reasons/board?channelId='%20OR%201=1":                200, // no such channel, nothing counted
		"/api/v1/reasons/export?from=0001-01-01&to=9999-12-31":        422,
		"/api/v1/reasons/contacts":                                    422, // says not of which reason
		"/api/v1/reasons/contacts?reason=sums&cursor=!!!":             422,
		"/api/v1/reasons/contacts?reason=sums&cursor=OTk5OTk5fMKgAA":  422, // a character that no id has
		"/api/v1/reasons/contacts?reason=../../etc/passwd":            200, // nothing there
		"/api/v1/reasons/export?format=../../../../etc/passwd":        422,
		"/api/v1/reasons/contacts?reason=" + strings.Repeat("x", 200): 422,
	} {
		if a := h.get(h.admin, path); a.status != status || a.status == 200 && strings.Contains(string(a.body), `"contacts":1`) {
			t.Errorf("%s: %d %.200s", path, a.status, a.body)
		}
	}
}
