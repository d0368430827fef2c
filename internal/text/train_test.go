package text

import "testing"

func TestRareLabelsAreLeantTowards(t *testing.T) {
	t.Parallel()
	var all []outcome
	for range 90 {
		all = append(all, outcome{[]float64{-1, -1, 0.5}, 2})
	}
	for range 10 { // which are nearer to being rare than others are, and never said to be
		all = append(all, outcome{[]float64{0, -1, 0.5}, 0}, outcome{[]float64{-1, 1, 0.5}, 1})
	}
	h := Head{Labels: []string{"rare", "other", "common"}, Bias: make([]float64, 3)}
	if before := macroF1(all, make([]float64, 3)); before > 0.67 {
		t.Errorf("before: %v", before)
	}
	h.lean(all)
	if after := macroF1(all, make([]float64, 3)); after != 1 || h.Bias[0] < 0.5 || h.Bias[1] != 0 || h.Bias[2] != 0 {
		t.Errorf("after: %v, leant by %v", after, h.Bias)
	}
}

func TestALabelIsDoubtedWhereItIsNoBetterThanAToss(t *testing.T) {
	t.Parallel()
	h := Head{Labels: []string{"a", "b", "c"}, Sharp: 1}
	var all []outcome
	for i := range 200 { // the less sure half is wrong
		all = append(all, outcome{[]float64{4 - float64(i)/100, 0, 0}, i / 100})
	}
	all = append(all, outcome{[]float64{0, 1, 0}, 2}) // too few to doubt
	bars := h.doubt(all)
	sure := func(i int) float64 { return h.probable([]float64{4 - float64(i)/100, 0, 0})[0] }
	if bars[0] > sure(60) || bars[0] < sure(100) || bars[1] != 0 || bars[2] != 0 {
		t.Errorf("doubted below %v, between %v and %v", bars, sure(100), sure(60))
	}
}
