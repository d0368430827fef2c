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
		panic("no such thing")
	})
	var fault *vis.Fault
	if !errors.As(err, &fault) || !strings.Contains(err.Error(), "no such thing") || !strings.Contains(err.Error(), "survive_test.go") {
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
