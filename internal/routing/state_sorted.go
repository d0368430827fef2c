package routing

import "slices"

// longestRun is how long a run of a sorted grows before it is cut in two.
const longestRun = 512

// sorted keeps values in order as a list of sorted runs. Finding a place is a binary search over runs and then within one: O(log n)
// comparisons. Putting in and taking out shifts at most longestRun values; cutting and joining runs is rare enough to vanish in that.
// To count the place of a value adds up the lengths of the runs before it, one for each 256 values or so. The order must be total.
type sorted[T comparable] struct {
	order func(a, b T) int
	runs  [][]T
	n     int
}

// find returns the run that x is or belongs in, and where in it.
func (l *sorted[T]) find(x T) (run, at int, found bool) {
	run, _ = slices.BinarySearchFunc(l.runs, x, func(r []T, x T) int { return l.order(r[len(r)-1], x) })
	if run == len(l.runs) {
		if run == 0 {
			return 0, 0, false
		}
		run--
		return run, len(l.runs[run]), false
	}
	at, found = slices.BinarySearchFunc(l.runs[run], x, l.order)
	return run, at, found
}

// insert puts x in; it must not be there yet.
func (l *sorted[T]) insert(x T) {
	l.n++
	if len(l.runs) == 0 {
		l.runs = append(l.runs, []T{x})
		return
	}
	i, at, _ := l.find(x)
	run := slices.Insert(l.runs[i], at, x)
	l.runs[i] = run
	if len(run) <= longestRun {
		return
	}
	half := len(run) / 2
	l.runs = slices.Insert(l.runs, i+1, slices.Clone(run[half:]))
	l.runs[i] = slices.Delete(run, half, len(run))
}

// remove takes x out and reports whether it was there.
func (l *sorted[T]) remove(x T) bool {
	i, at, found := l.find(x)
	if !found {
		return false
	}
	l.n--
	run := slices.Delete(l.runs[i], at, at+1)
	l.runs[i] = run
	switch {
	case len(run) == 0:
		l.runs = slices.Delete(l.runs, i, i+1)
	case len(run) < longestRun/4 && i+1 < len(l.runs) && len(run)+len(l.runs[i+1]) <= longestRun/2:
		l.runs[i] = append(run, l.runs[i+1]...)
		l.runs = slices.Delete(l.runs, i+1, i+2)
	}
	return true
}

// first returns the first value, or the zero value when there is none.
func (l *sorted[T]) first() T {
	if l.n == 0 {
		var none T
		return none
	}
	return l.runs[0][0]
}

// before is how many values come before x, which is in.
func (l *sorted[T]) before(x T) int {
	i, at, _ := l.find(x)
	for _, run := range l.runs[:i] {
		at += len(run)
	}
	return at
}

// each calls f with every value in order; f must not change the list.
func (l *sorted[T]) each(f func(T)) {
	for _, run := range l.runs {
		for _, x := range run {
			f(x)
		}
	}
}
