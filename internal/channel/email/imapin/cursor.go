package imapin

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// cursor is how far a folder has been fetched. It outlives the program.
type cursor struct {
	// Of is the account that the UIDs belong to, with Validity.
	Of       string `json:"of"`
	Validity uint32 `json:"validity"`
	// Since is when we saw the folder first, under whatever UIDs.
	Since time.Time `json:"since"`
	// Old are letters that were there before.
	Old spans `json:"old"`
	// OldTotal is how many of them there were to be fetched when that began, at OldAt.
	OldTotal int       `json:"oldTotal,omitempty"`
	OldAt    time.Time `json:"oldAt,omitzero"`
	// Kept are those that we have. Gaps in it are closed only where nothing is missed.
	Kept spans `json:"kept"`
	// Due are those kept that must still be moved or deleted.
	Due spans `json:"due,omitempty"`
	// Late are those that the server failed to give.
	Late map[uint32]*late `json:"late,omitempty"`
	// Next is the first UID of which nothing is known yet: a letter below it is old, kept, late, or missed. 0 when nothing was looked at.
	Next uint32 `json:"next,omitempty"`
	// Missed counts the letters that somebody had taken away before they could be fetched, the last of them at MissedAt.
	Missed   int       `json:"missed,omitempty"`
	MissedAt time.Time `json:"missedAt,omitzero"`
}

// late is a letter that the server failed to give.
type late struct {
	Tries  int       `json:"tries"`
	NextAt time.Time `json:"nextAt"`
	Answer string    `json:"answer"`
}

// rangesMost is how many ranges a cursor may have before gaps are closed.
const rangesMost = 500

func cursorName(folder string) string { return "imap:" + folder }

// load reads a folder's cursor, nil when it was never seen.
func (r *receiver) load(ctx context.Context, folder string) (*cursor, error) {
	raw, err := r.in.Cursor(ctx, cursorName(folder))
	if err != nil || raw == nil {
		return nil, house(err)
	}
	var c cursor
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, house(fmt.Errorf("read the cursor of %q: %w", folder, err))
	}
	return &c, nil
}

func (r *receiver) save(ctx context.Context, f *folder) error {
	if len(f.Kept) > rangesMost {
		f.Kept.close(rangesMost*4/5, r.missed(f))
	}
	raw, err := json.Marshal(f.cursor)
	if err != nil {
		return house(err)
	}
	err = r.in.SaveCursor(ctx, cursorName(f.name), raw)
	f.unsaved = err != nil
	return house(err)
}

// houseError is a fault on our side: what was fetched could not be kept.
type houseError struct{ error }

func (e houseError) Unwrap() error { return e.error }

func house(err error) error {
	if err == nil {
		return nil
	}
	return houseError{err}
}
