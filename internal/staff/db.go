package staff

import (
	"context"
	"time"

	"visavis/internal/vis"
)

// DB opens transactions over members and what belongs to them, and answers the few questions that come before a workspace is
// known.
type DB interface {
	vis.DB[Tx]
	// CreateWorkspace makes a workspace with its first member, in one transaction. With only set it fails with vis.Conflict when
	// any workspace exists already, which decides the race for a first administrator.
	CreateWorkspace(ctx context.Context, w Workspace, first Member, only bool) error
	// Workspaces lists every workspace of this server, oldest first.
	Workspaces(ctx context.Context) ([]Workspace, error)
	// MembersByEmail finds the members with a folded address in any workspace.
	MembersByEmail(ctx context.Context, emailKey string) ([]Located, error)
}

// Located is a member with her workspace.
type Located struct {
	Workspace vis.WorkspaceID
	Member    Member
}

// Tx reads and writes one workspace's members and what belongs to them. Lookups and Saves behave as in the heart's Tx.
type Tx interface {
	Append(ctx context.Context, e vis.Event) error
	// Audit appends to the audit log and chains its hash.
	Audit(ctx context.Context, e vis.AuditEntry) error
	// AuditLog reads it, newest first.
	AuditLog(ctx context.Context, p vis.Page) (vis.List[vis.AuditEntry], error)

	Workspace(ctx context.Context) (Workspace, error)

	Member(ctx context.Context, id vis.MemberID) (Member, error)
	MemberByEmail(ctx context.Context, emailKey string) (Member, error)
	Members(ctx context.Context) ([]Member, error)
	// InsertMember fails with vis.Conflict when the address is taken.
	InsertMember(ctx context.Context, m Member) error
	// SaveMember writes everything but the teams.
	SaveMember(ctx context.Context, m Member) (Member, error)
	// SetTeams replaces the teams of a member.
	SetTeams(ctx context.Context, id vis.MemberID, teams []vis.TeamID) error

	Team(ctx context.Context, id vis.TeamID) (Team, error)
	Teams(ctx context.Context) ([]Team, error)
	InsertTeam(ctx context.Context, t Team) error
	// SaveTeam writes the team with its members.
	SaveTeam(ctx context.Context, t Team) (Team, error)
	// DeleteTeam takes the team from its members and conversations as well.
	DeleteTeam(ctx context.Context, id vis.TeamID) error

	InsertSession(ctx context.Context, s Session) error
	Session(ctx context.Context, tokenHash string) (Session, error)
	TouchSession(ctx context.Context, tokenHash string, at time.Time) error
	DeleteSession(ctx context.Context, tokenHash string) error
	// DeleteSessions ends all sessions of a member but the one with hash except.
	DeleteSessions(ctx context.Context, m vis.MemberID, except string) error

	// PutInvite replaces whatever invitation the member had.
	PutInvite(ctx context.Context, i Invite) error
	InviteByToken(ctx context.Context, tokenHash string) (Invite, error)
	DeleteInvite(ctx context.Context, id vis.InviteID) error

	InsertToken(ctx context.Context, t Token) error
	Token(ctx context.Context, secretHash string) (Token, error)
	Tokens(ctx context.Context) ([]Token, error)
	TouchToken(ctx context.Context, id vis.TokenID, at time.Time) error
	DeleteToken(ctx context.Context, id vis.TokenID) error
}
