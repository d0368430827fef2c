package vis

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// AuditEntry is one line of a workspace's audit log: who changed what that matters for security. The log is append-only and
// each entry carries the hash of the one before it, so that a changed or missing line shows.
type AuditEntry struct {
	Number int64 // 1, 2, 3, … in a workspace; given by the store
	At     time.Time
	By     ActorKind
	ByID   string
	Action string // such as "member.invited"
	Target string // the id it was done to
	Data   json.RawMessage
	Hash   string // hexadecimal SHA-256 over the entry and the hash before it; given by the store
}

// Chain returns the entry's hash after one with hash previous ("" for the first). Fields are length-prefixed so that no two
// different entries feed the hash the same bytes.
func (e AuditEntry) Chain(previous string) string {
	h := sha256.New()
	for _, part := range []string{previous, fmt.Sprint(e.Number), fmt.Sprint(e.At.UnixMilli()), string(e.By), e.ByID, e.Action, e.Target, string(e.Data)} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// NewAudit makes an audit entry; data must marshal to a JSON object and hold no secret; nil is {}.
func NewAudit(by Actor, now time.Time, action, target string, data any) AuditEntry {
	e := NewEvent(by, now, "", data)
	return AuditEntry{At: now, By: by.Kind, ByID: by.ID, Action: action, Target: target, Data: e.Data}
}
