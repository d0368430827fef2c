package vis_test

import (
	"errors"
	"strings"
	"testing"

	"visavis/internal/vis"
)

func TestAFaultBecomesAnErrorWithItsStack(t *testing.T) {
	t.Parallel()
	err := vis.Survive(func() error {
		var none map[string]int
		none["x"] = 1
		return nil
	})
	var fault *vis.Fault
	if !errors.As(err, &fault) || !strings.Contains(err.Error(), "nil map") || !strings.Contains(err.Error(), "survive_test.go") {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNoFaultComesBackAsItIs(t *testing.T) {
	t.Parallel()
	told := errors.New("told")
	if err := vis.Survive(func() error { return told }); err != told { //nolint:errorlint // the very same
		t.Errorf("got %v", err)
	}
	if err := vis.Survive(func() error { return nil }); err != nil {
		t.Errorf("got %v", err)
	}
}
