//go:build !linux

package bench

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
)

var errNoProc = errors.New("CPU time and memory of a process are read on Linux only")

func cpuTime(int) (time.Duration, error)      { return 0, errNoProc }
func memory(int) (now, peak int64, err error) { return 0, 0, errNoProc }
func raiseFileLimit()                         {}
func machine() string                         { return fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, cores()) }

// datasync makes what was written to file durable.
func datasync(file *os.File) error { return file.Sync() }
