package torture

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

// Entry is one line of the ledger. Lines are numbered in the order in which they were written
// (T), so "A was acknowledged before B was first sent" can be read off it without a clock.
type Entry struct {
	T    int64  `json:"t"`
	Kind Kind   `json:"kind"`
	From string `json:"from"`         // who: one name a visitor, "agent", or "watcher"
	ID   string `json:"id,omitempty"` // the client's id of the message, the same in every retry; "" for a letter
	Text string `json:"text"`         // unique in the whole run, so that a text names its message

	Conversation string `json:"conversation,omitempty"`
	Message      string `json:"message,omitempty"`
	Position     int    `json:"position,omitempty"`
	Seq          int64  `json:"seq,omitempty"` // of the event by which a watcher saw it
}

// Kind says what happened.
type Kind string

const (
	Sent  Kind = "sent"  // written before the first byte leaves; a retry writes no second line
	Acked Kind = "acked" // written when a whole good answer was read
	Seen  Kind = "seen"  // written when a live event showed the message
)

// Ledger appends entries to a file.
type Ledger struct {
	mu   sync.Mutex
	file *os.File
	out  *bufio.Writer
	next int64
}

// CreateLedger starts an empty ledger at path.
func CreateLedger(path string) (*Ledger, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &Ledger{file: file, out: bufio.NewWriter(file)}, nil
}

// Write numbers e and appends it. It panics when the ledger cannot be written: without it
// nothing can be said about the server.
func (l *Ledger) Write(e Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	e.T = l.next
	line, err := json.Marshal(e)
	if err == nil {
		_, err = l.out.Write(append(line, '\n'))
	}
	if err != nil {
		panic(fmt.Sprintf("write the ledger: %v", err))
	}
}

// Close flushes the ledger to its file.
func (l *Ledger) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.out.Flush(); err != nil {
		return err
	}
	return l.file.Close()
}

// ReadLedger reads a ledger back.
func ReadLedger(path string) ([]Entry, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var entries []Entry
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var e Entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(entries)+1, err)
		}
		entries = append(entries, e)
	}
	return entries, lines.Err()
}
