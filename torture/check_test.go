package torture

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// goodRun is a ledger and a history that keep every promise: two visitors, an agent, a retry,
// a message that was stored without its acknowledgement arriving, and a watcher.
func goodRun() ([]Entry, History) {
	entries := []Entry{
		{Kind: Sent, From: "v1", ID: "i1", Text: "a1"},
		{Kind: Sent, From: "v2", ID: "i2", Text: "b1"},
		{Kind: Acked, From: "v1", ID: "i1", Text: "a1", Conversation: "A", Message: "m1", Position: 1},
		{Kind: Seen, From: watcher, Text: "a1", Conversation: "A", Message: "m1", Position: 1, Seq: 1},
		{Kind: Acked, From: "v2", ID: "i2", Text: "b1", Conversation: "B", Message: "m2", Position: 1},
		{Kind: Acked, From: "v2", ID: "i2", Text: "b1", Conversation: "B", Message: "m2", Position: 1},
		{Kind: Sent, From: agent, ID: "i3", Text: "r1"},
		{Kind: Sent, From: "v1", ID: "i4", Text: "a2"},
		{Kind: Acked, From: "v1", ID: "i4", Text: "a2", Conversation: "A", Message: "m4", Position: 2},
		{Kind: Acked, From: agent, ID: "i3", Text: "r1", Conversation: "A", Message: "m3", Position: 3},
		{Kind: Sent, From: "v2", ID: "i5", Text: "b2"},
		{Kind: Seen, From: watcher, Text: "b1", Conversation: "B", Message: "m2", Position: 1, Seq: 3},
		{Kind: Seen, From: watcher, Text: "a2", Conversation: "A", Message: "m4", Position: 2, Seq: 4},
		{Kind: Seen, From: watcher, Text: "r1", Conversation: "A", Message: "m3", Position: 3, Seq: 5},
		{Kind: Seen, From: watcher, Text: "b2", Conversation: "B", Message: "m5", Position: 3, Seq: 7},
	}
	for i := range entries {
		entries[i].T = int64(i + 1)
	}
	return entries, History{
		"A": {
			{ID: "m1", Position: 1, Author: "customer", ClientID: "i1", Text: "a1"},
			{ID: "m4", Position: 2, Author: "customer", ClientID: "i4", Text: "a2"},
			{ID: "m3", Position: 3, Author: "member", Text: "r1"},
		},
		"B": {
			{ID: "m2", Position: 1, Author: "customer", ClientID: "i2", Text: "b1"},
			{ID: "l1", Position: 2, Author: "system", Line: true},
			{ID: "m5", Position: 3, Author: "customer", ClientID: "i5", Text: "b2"},
		},
	}
}

func TestCheckerAcceptsARunThatKeepsEveryPromise(t *testing.T) {
	if broken := Check(goodRun()); len(broken) != 0 {
		t.Errorf("it found fault: %q", broken)
	}
}

// A checker that cannot fail is worthless: each row breaks one promise, and the checker says which.
func TestCheckerFindsEachBrokenPromise(t *testing.T) {
	rows := []struct {
		name  string
		wreck func(entries []Entry, history History) []Entry
		want  string
	}{
		{"acknowledged message is gone", func(e []Entry, h History) []Entry {
			h["A"] = h["A"][:2]
			return e
		}, "lost:"},
		{"whole conversation is gone", func(e []Entry, h History) []Entry {
			delete(h, "B")
			return e
		}, "lost:"},
		{"message is there twice under two ids", func(e []Entry, h History) []Entry {
			h["A"] = append(h["A"], Stored{ID: "m9", Position: 4, Author: "customer", ClientID: "i4", Text: "a2"})
			return e
		}, "doubled:"},
		{"retry opened a second conversation", func(e []Entry, h History) []Entry {
			h["C"] = []Stored{{ID: "m9", Position: 1, Author: "customer", ClientID: "i1", Text: "a1"}}
			return e
		}, "doubled:"},
		{"one id is told in two places", func(e []Entry, h History) []Entry {
			h["B"][2].ID = "m1"
			return e
		}, "doubled:"},
		{"two messages changed places", func(e []Entry, h History) []Entry {
			a := h["A"]
			a[0], a[1] = a[1], a[0]
			a[0].Position, a[1].Position = 1, 2
			return e
		}, "order:"},
		{"positions and telling disagree", func(e []Entry, h History) []Entry {
			a := h["A"]
			a[0], a[1] = a[1], a[0]
			return e
		}, "gap:"},
		{"position is missing", func(e []Entry, h History) []Entry {
			h["B"][2].Position = 4
			return e
		}, "gap:"},
		{"position is told twice", func(e []Entry, h History) []Entry {
			h["B"][1].Position = 1
			return e
		}, "gap:"},
		{"nobody sent it", func(e []Entry, h History) []Entry {
			h["B"] = append(h["B"], Stored{ID: "m9", Position: 4, Author: "customer", Text: "boo"})
			return e
		}, "phantom:"},
		{"words changed", func(e []Entry, h History) []Entry {
			h["A"][0].Text = "a1 "
			return e
		}, "phantom:"},
		{"words are told as somebody else's", func(e []Entry, h History) []Entry {
			h["A"][2].Author = "customer"
			return e
		}, "phantom:"},
		{"stored under another client id", func(e []Entry, h History) []Entry {
			h["A"][0].ClientID = "i5"
			return e
		}, "phantom:"},
		{"conversation without a message", func(e []Entry, h History) []Entry {
			h["C"] = nil
			return e
		}, "phantom:"},
		{"conversation with lines only", func(e []Entry, h History) []Entry {
			h["C"] = []Stored{{ID: "l9", Position: 1, Author: "system", Line: true}}
			return e
		}, "phantom:"},
		{"two visitors in one conversation", func(e []Entry, h History) []Entry {
			h["A"][1], h["B"][2] = h["B"][2], h["A"][1]
			h["A"][1].Position, h["B"][2].Position = 2, 3
			return e
		}, "mixed:"},
		{"acknowledged in another conversation", func(e []Entry, h History) []Entry {
			h["A"], h["B"] = h["B"], h["A"]
			return e
		}, "moved:"},
		{"acknowledged under another id", func(e []Entry, h History) []Entry {
			h["A"][0].ID = "m9"
			return e
		}, "changed:"},
		{"retry was answered otherwise", func(e []Entry, h History) []Entry {
			e[5].Message = "m9"
			return e
		}, "two answers"},
		{"acknowledged without being sent", func(e []Entry, h History) []Entry {
			return slices.DeleteFunc(e, func(e Entry) bool { return e.Kind == Sent && e.Text == "r1" })
		}, "phantom:"},
		{"shown live and rolled back", func(e []Entry, h History) []Entry {
			h["B"] = h["B"][:2]
			return slices.DeleteFunc(e, func(e Entry) bool { return e.Kind == Acked && e.Text == "b2" })
		}, "live:"},
		{"shown twice", func(e []Entry, h History) []Entry {
			return append(e, Entry{T: 99, Kind: Seen, From: watcher, Text: "b2", Conversation: "B", Position: 3, Seq: 8})
		}, "live:"},
		{"shown out of sequence", func(e []Entry, h History) []Entry {
			e[12].Seq = 2
			return e
		}, "live:"},
		{"shown at another position", func(e []Entry, h History) []Entry {
			e[13].Position = 2
			return e
		}, "live:"},
		{"never shown", func(e []Entry, h History) []Entry {
			return e[:14]
		}, "live:"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			entries, history := goodRun()
			broken := Check(row.wreck(entries, history), history)
			if !slices.ContainsFunc(broken, func(s string) bool { return strings.HasPrefix(s, row.want) }) {
				t.Errorf("got %q, want one that begins with %q", broken, row.want)
			}
		})
	}
}

func TestUnacknowledgedMessageMayBeThereOrNot(t *testing.T) {
	entries, history := goodRun()
	history["B"] = history["B"][:2] // "b2" was sent, and no answer arrived
	entries = slices.DeleteFunc(entries, func(e Entry) bool { return e.Kind == Seen && e.Text == "b2" })
	if broken := Check(entries, history); len(broken) != 0 {
		t.Errorf("it found fault: %q", broken)
	}
}

func TestLedgerIsReadBackAsItWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	ledger, err := CreateLedger(path)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := goodRun()
	for _, e := range want {
		ledger.Write(e)
	}
	if err := ledger.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := ReadLedger(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}
