package media

import (
	"slices"
	"sync"
	"time"
)

// How this process finds out that it cannot carry more. Whatever starves it, its own calls or another program, it wakes up late; and what is
// copied late is heard. Where every processor is busy, one look in twenty is late by a frame of sound (20 ms); on a machine that others
// load, and that has time for us, by three.
const (
	lookEvery  = 20 * time.Millisecond
	looksKept  = 250 // five seconds
	looksLeast = 50
	judgeEach  = 25                    // looks
	lateFrom   = 20 * time.Millisecond // one look in twenty
	lateUntil  = 10 * time.Millisecond
	// callsBear is how many calls any machine bears: when it is late with fewer, they are not why, and one more is better than nobody.
	callsBear = 4
)

// lateness is how late this process has woken up lately.
type lateness struct {
	mu    sync.Mutex
	due   time.Time
	looks [looksKept]time.Duration
	n     int           // looks since it began
	worst time.Duration // what 95 of 100 looks are below
	late  bool
}

// look is called as soon as the process wakes up, which then sleeps for lookEvery.
func (l *lateness) look(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.due.IsZero() {
		l.looks[l.n%looksKept] = max(0, now.Sub(l.due))
		l.n++
		if l.n >= looksLeast && l.n%judgeEach == 0 {
			l.judge()
		}
	}
	l.due = now.Add(lookEvery)
}

// judge finds out whether it is late, or late no longer. l.mu is held.
func (l *lateness) judge() {
	looks := slices.Clone(l.looks[:min(l.n, looksKept)])
	slices.Sort(looks)
	l.worst = looks[len(looks)*95/100]
	switch {
	case l.worst >= lateFrom:
		l.late = true
	case l.worst <= lateUntil:
		l.late = false
	}
}

// forget begins anew.
func (l *lateness) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.due, l.n, l.worst, l.late = time.Time{}, 0, 0, false
}

func (l *lateness) now() (worst time.Duration, late bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.worst, l.late
}

// keepTime looks at how late this process is, while it carries calls that suffer from it.
func (b *Backend) keepTime() {
	const idle = time.Second
	sleep := time.NewTimer(idle)
	defer sleep.Stop()
	for {
		select {
		case <-b.ctx.Done():
			return
		case <-sleep.C:
		}
		if b.held() < callsBear {
			b.late.forget()
			sleep.Reset(idle)
			continue
		}
		b.late.look(time.Now())
		sleep.Reset(lookEvery)
	}
}

func (b *Backend) held() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.rooms)
}

// free is how many more calls may begin now. b.mu is held.
func (b *Backend) free() int {
	if _, late := b.late.now(); late && len(b.rooms) >= callsBear {
		return 0
	}
	return max(0, b.calls-len(b.rooms))
}

// Late is how late this process wakes up in the worst twentieth of cases, 0 while it carries few calls or none can be carried.
func (b *Backend) Late() time.Duration {
	if b == nil {
		return 0
	}
	worst, _ := b.late.now()
	return worst
}
