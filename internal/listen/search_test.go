package listen

import (
	"strings"
	"testing"
)

func TestATermSaysWhatIsLookedForAndNotByWhom(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string][2]string{
		"  Livraison GRATUITE ?":                      {"livraison gratuite", "livraison gratuit"},
		"livraisons gratuites":                        {"livraisons gratuites", "livraison gratuit"},
		"retour de la commande 123456789":             {"retour de la commande [number]", "retour command number"},
		"mon adresse est lea@example.org":             {"mon adresse est [email]", "adress email"},
		strings.Repeat("pneu ", 40):                   {strings.TrimSpace(strings.Repeat("pneu ", 16)), "pneu"},
		"où est-ce que je peux faire régler le frein": {"où est-ce que je peux faire régler le frein", "regler frein"},
	} {
		if got, ok := TermOf(typed); !ok || got.Words != want[0] || got.Key != want[1] {
			t.Errorf("%q is %+v, want %q", typed, got, want)
		}
	}
	for _, typed := range []string{"", "  ", "?!", "Bonjour", "est-ce que vous avez"} {
		if got, ok := TermOf(typed); ok {
			t.Errorf("%q asks for %+v", typed, got)
		}
	}
}

func TestPeopleAreEstimated(t *testing.T) {
	t.Parallel()
	for p, want := range map[People]int{0: 0, 1 << 63: 1, 1<<63 | 1: 2, 0xffff_ffff: 44, ^People(0): 266} {
		if got := p.About(); got != want {
			t.Errorf("%b is about %d, want %d", p, got, want)
		}
	}
}
