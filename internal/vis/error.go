package vis

import (
	"errors"
	"fmt"
)

// Code says what kind of refusal an Error is; one table in web maps it to an HTTP status.
type Code string

const (
	Invalid         Code = "invalid"         // the input is wrong; nothing was changed
	Unauthenticated Code = "unauthenticated" // nobody we know
	Forbidden       Code = "forbidden"       // known, but may not
	NotFound        Code = "not_found"       // absent, or not the asker's to see: the two look alike
	Conflict        Code = "conflict"        // somebody else changed it first
	Mismatch        Code = "mismatch"        // an idempotency key used again with another body
	TooLarge        Code = "too_large"       // over a size limit
	TooMany         Code = "too_many"        // over a rate limit
	Unavailable     Code = "unavailable"     // try again later; nothing was lost
)

// Error is a refusal that a person may read. Text is a whole sentence in English; Reason is a stable word that programs and
// translations key on; Field names the input at fault, if one is.
type Error struct {
	Code   Code
	Reason string
	Text   string
	Field  string
	// Current is the state that made a change impossible, for a client to show beside the attempt.
	Current any
	// RetryAfter is how many seconds to wait before the next try; 0 says nothing.
	RetryAfter int
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Reason + ": " + e.Text }

// Errorf makes an Error; text and args are those of fmt.Sprintf.
func Errorf(code Code, reason, text string, args ...any) *Error {
	return &Error{Code: code, Reason: reason, Text: fmt.Sprintf(text, args...)}
}

// InField is Errorf for one wrong input field, with the reason "invalid_<field>" left to the field's name.
func InField(field, text string, args ...any) *Error {
	return &Error{Code: Invalid, Reason: "invalid_field", Field: field, Text: fmt.Sprintf(text, args...)}
}

// CodeOf returns the code of the first Error in err's chain, or "" when there is none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Absent is the one answer to everything that does not exist or is not the asker's to see.
func Absent(noun string) *Error {
	return Errorf(NotFound, "not_found", "There is no such %s here.", noun)
}

// ErrStale is returned by a store's Save when the row has moved on since it was read; the command is run again.
var ErrStale = errors.New("vis: the row was changed by somebody else")
