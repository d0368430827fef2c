package vis

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// secretBytes is how much chance a bearer secret holds.
const secretBytes = 32

// Bearer makes a bearer secret (of a session, a visit, a link) that begins with its workspace, so that the workspace is known
// before any lookup: 32 hexadecimal digits, a dot, 64 more.
func (m Mint) Bearer(ws WorkspaceID) string {
	return strings.ReplaceAll(string(ws), "-", "") + "." + m.Secret(secretBytes)
}

// BearerWorkspace reads the workspace from the front of a bearer secret.
func BearerWorkspace(secret string) (WorkspaceID, bool) {
	head, rest, ok := strings.Cut(secret, ".")
	if !ok || len(head) != 32 || len(rest) != 2*secretBytes {
		return "", false
	}
	return WorkspaceFrom(head)
}

// WorkspaceFrom reads a workspace's id from its 32 digits without dashes.
func WorkspaceFrom(digits string) (WorkspaceID, bool) {
	if len(digits) != 32 {
		return "", false
	}
	id := digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:]
	return WorkspaceID(id), IsID(id)
}

// HashSecret is how a bearer secret is kept: its SHA-256 in hexadecimal. The secret is random enough to need no salt.
func HashSecret(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}
