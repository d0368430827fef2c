package listen

import "math"

// surprise is −log₁₀ of how probable it is to count k or more where mean are expected, by a negative binomial distribution of the given
// spread: its variance is mean + spread·mean², so that 0 is Poisson's. It is 0 where no more came than expected.
func surprise(k int, mean, spread float64) float64 {
	if k <= 0 || float64(k) <= mean {
		return 0
	}
	mean = max(mean, 1e-9)
	at := float64(k)
	if spread < 1e-6 {
		return closed(logPoisson(at, mean), func(k float64) float64 { return mean / (k + 1) }, at, 0)
	}
	r := 1 / spread
	step := mean / (mean + r)
	return closed(logNegative(at, mean, r), func(k float64) float64 { return (k + r) / (k + 1) * step }, at, step)
}

// closed adds up a tail whose terms follow each other by a ratio: some dozens of them, and the rest as a geometric series, whose ratio nears last.
func closed(first float64, ratio func(float64) float64, k, last float64) float64 {
	const terms = 48
	sum, term := 1.0, 1.0
	for range terms {
		term *= ratio(k)
		k++
		sum += term
		if term < sum*1e-9 {
			break
		}
	}
	rest := min(max(ratio(k), last), 1-1e-6)
	sum += term * rest / (1 - rest)
	return max(0, -(first+math.Log(sum))/math.Ln10)
}

func logPoisson(k, mean float64) float64 { return k*math.Log(mean) - mean - logFactorial(k) }

func logNegative(k, mean, r float64) float64 {
	a, _ := math.Lgamma(k + r)
	b, _ := math.Lgamma(r)
	return a - b - logFactorial(k) + r*math.Log(r/(r+mean)) + k*math.Log(mean/(r+mean))
}

func logFactorial(k float64) float64 {
	l, _ := math.Lgamma(k + 1)
	return l
}
