package vis

import (
	"fmt"
	"runtime/debug"
)

// Fault is a panic that was survived.
type Fault struct {
	Value any
	Stack string
}

func (f *Fault) Error() string {
	return fmt.Sprintf("a fault in the program: %v\n%s", f.Value, f.Stack)
}

// Survive runs fn and returns a panic in it as a *Fault: what works through other people's matters one by one must not be ended, for
// everybody, by a fault in one of them. Whoever calls it logs the error, drops what fn may have left half done, and tries again later.
func Survive(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &Fault{p, string(debug.Stack())}
		}
	}()
	return fn()
}
