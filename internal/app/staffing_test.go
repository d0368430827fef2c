package app

import (
	"log/slog"
	"testing"
	"time"

	"visavis/internal/staff"
)

func TestStaffingReadsWhatTheLogCounted(t *testing.T) {
	t.Parallel()
	a, err := New(t.Context(), Config{Listen: "127.0.0.1:8080", Data: t.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := a.OnlyWorkspace(t.Context()); err == nil {
		t.Error("a server without a workspace has one")
	}
	_, _, err = a.Staff.Found(t.Context(), staff.Founding{Workspace: "Arzel", Name: "Léa", Email: "lea@arzel.example", Password: "quite a long password",
		Locale: "fr", Zone: "Europe/Paris"}, true)
	if err != nil {
		t.Fatal(err)
	}
	const many = 700 // more than the log is read at once
	if err := a.Seed(t.Context(), many); err != nil {
		t.Fatal(err)
	}
	ws, err := a.OnlyWorkspace(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	history, err := a.History(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	counts, err := history.Arrivals(t.Context(), ws, "", time.Unix(0, 0), time.Now().Add(time.Hour))
	sum := 0
	for _, c := range counts {
		sum += c.N
	}
	if err != nil || sum < many {
		t.Errorf("%d arrivals in %d slots of %d conversations, %v", sum, len(counts), many, err)
	}
}
