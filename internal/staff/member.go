// Package staff is who works here: workspaces, members, teams, sign-in, invitations, API tokens and the audit log.
package staff

import (
	"time"

	"visavis/internal/vis"
)

// Workspace is one organisation using the server; nothing crosses it.
type Workspace struct {
	ID        vis.WorkspaceID
	Name      string
	Locale    string // "fr" or "en"
	Zone      string // IANA time zone
	CreatedAt time.Time
}

// MemberState is where a member stands.
type MemberState string

const (
	Invited  MemberState = "invited"
	Active   MemberState = "active"
	Disabled MemberState = "disabled"
)

// Member is a person of the organisation who signs in.
type Member struct {
	ID        vis.MemberID
	Email     string
	EmailKey  string // folded: unique in a workspace
	Name      string
	FirstName string // what customers see
	Role      vis.Role
	Face      string // seed of a drawn face; "" shows initials
	Locale    string
	Zone      string
	State     MemberState
	// PasswordHash is an argon2id PHC string, "" until the invitation is accepted. It never leaves this room and the store.
	PasswordHash string
	Teams        []vis.TeamID
	CreatedAt    time.Time
	Version      int64
}

// Team is members who answer together.
type Team struct {
	ID        vis.TeamID
	Name      string
	Icon      string
	Members   []vis.MemberID
	CreatedAt time.Time
	Version   int64
}

// Session is a member's signed-in browser. The cookie holds the token; only its hash is kept.
type Session struct {
	TokenHash string
	Member    vis.MemberID
	CreatedAt time.Time
	SeenAt    time.Time // moves at most once a minute
	ExpiresAt time.Time // absolute end, whatever happens
}

// Invite is a link that lets one person become a member, once.
type Invite struct {
	ID        vis.InviteID
	Member    vis.MemberID
	TokenHash string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Token is an API token: a secret shown once, kept as its hash, that may do what its scopes say until it expires.
type Token struct {
	ID         vis.TokenID
	Name       string
	Prefix     string // the first characters of the secret, to tell tokens apart
	SecretHash string
	Scopes     []vis.Scope
	Owner      vis.MemberID // whoever made it: when she is disabled, it ends
	CreatedAt  time.Time
	ExpiresAt  time.Time
	LastUsedAt time.Time // moves at most once a minute; zero when never used
}
