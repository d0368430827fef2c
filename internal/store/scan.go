package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"visavis/internal/vis"
)

// at scans a column of Unix milliseconds into a time; 0 is the zero time.
type at time.Time

// Scan implements sql.Scanner.
func (a *at) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("scan a time: got %T", src)
	}
	*a = at(fromMillis(n))
	return nil
}

func fromMillis(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// millis is how a time is kept.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// span scans a column of milliseconds into a duration.
type span time.Duration

// Scan implements sql.Scanner.
func (s *span) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("scan a duration: got %T", src)
	}
	*s = span(time.Duration(n) * time.Millisecond)
	return nil
}

// kept scans a column of JSON.
type kept[T any] struct{ into *T }

func inJSON[T any](into *T) kept[T] { return kept[T]{into} }

// Scan implements sql.Scanner.
func (k kept[T]) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("scan JSON: got %T", src)
	}
	if err := json.Unmarshal([]byte(text), k.into); err != nil {
		return fmt.Errorf("scan JSON: %w", err)
	}
	return nil
}

// asJSON is how what nothing searches in is kept.
func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("store: plain data does not marshal: " + err.Error())
	}
	return string(b)
}

// A row names where the columns of a statement go in a T.
type row[T any] func(*T) []any

// all reads every row before it returns, so that no cursor is open while the caller goes on.
func all[T any](ctx context.Context, t *tx, into row[T], statement string, args ...any) ([]T, error) {
	rows, err := t.query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	var out []T
	for rows.Next() {
		var item T
		if err := rows.Scan(into(&item)...); err != nil {
			return nil, errors.Join(t.failed(err), rows.Close())
		}
		out = append(out, item)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, t.failed(err)
	}
	return out, nil
}

// one reads the only row, or says that the noun is absent.
func one[T any](ctx context.Context, t *tx, noun string, into row[T], statement string, args ...any) (T, error) {
	var item T
	rows, err := t.query(ctx, statement, args...)
	if err != nil {
		return item, err
	}
	found := rows.Next()
	if found {
		err = rows.Scan(into(&item)...)
	}
	if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return item, t.failed(err)
	}
	if !found {
		return item, vis.Absent(noun)
	}
	return item, nil
}

// value reads one column of the only row.
func value[T any](ctx context.Context, t *tx, noun string, statement string, args ...any) (T, error) {
	return one(ctx, t, noun, func(v *T) []any { return []any{v} }, statement, args...)
}

// changed returns how many rows a statement touched.
func changed(r sql.Result) int64 {
	n, err := r.RowsAffected()
	if err != nil {
		panic("store: the driver does not count rows: " + err.Error()) // both do
	}
	return n
}
