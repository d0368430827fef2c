package vis

import "slices"

// ActorKind says what sort of somebody acts.
type ActorKind string

const (
	ByMember   ActorKind = "member"
	ByCustomer ActorKind = "customer"
	ByToken    ActorKind = "token"
	BySystem   ActorKind = "system"
)

// Role is what a member is in a workspace.
type Role string

const (
	Agent         Role = "agent"
	Supervisor    Role = "supervisor"
	Administrator Role = "administrator"
)

// Valid reports whether r is one of the three roles.
func (r Role) Valid() bool { return r == Agent || r == Supervisor || r == Administrator }

// Scope is one thing an actor may do. What is not granted is refused.
type Scope string

const (
	ReadConversations  Scope = "conversations:read"
	WriteConversations Scope = "conversations:write"
	ReadCustomers      Scope = "customers:read"
	WriteCustomers     Scope = "customers:write"
	ReadSettings       Scope = "settings:read"
	WriteSettings      Scope = "settings:write"
	WriteSignals       Scope = "signals:write" // alerts of the organisation's own supervision
)

// Scopes lists every scope, in the order in which screens show them.
func Scopes() []Scope {
	return []Scope{ReadConversations, WriteConversations, ReadCustomers, WriteCustomers, ReadSettings, WriteSettings, WriteSignals}
}

// Actor is who does something, where, and by what right. It is handed to every command explicitly.
type Actor struct {
	Workspace WorkspaceID
	Kind      ActorKind
	// ID is a MemberID, CustomerID or TokenID by Kind; empty for the system.
	ID string
	// Role is set for members only.
	Role Role
	// Scopes is set for API tokens only; members have the scopes of their role.
	Scopes []Scope
	// Request makes a command safe to repeat; the zero value says that it is not to be remembered.
	Request Request
}

// Request identifies one attempt of a client at one command (the Idempotency-Key header): the same key with the same hash gets
// the first answer again, another hash is a Mismatch. Keys are private to the actor.
type Request struct {
	Key  string
	Hash string // hexadecimal SHA-256 over method, path and body
}

// System is the actor for what the server does by itself in a workspace.
func System(ws WorkspaceID) Actor { return Actor{Workspace: ws, Kind: BySystem} }

var roleScopes = map[Role][]Scope{
	Agent:         {ReadConversations, WriteConversations, ReadCustomers, WriteCustomers},
	Supervisor:    {ReadConversations, WriteConversations, ReadCustomers, WriteCustomers, ReadSettings},
	Administrator: Scopes(),
}

// May reports whether the actor holds scope s. The system may do everything; a customer holds no scope at all, for what she may
// do follows from whose conversation it is.
func (a Actor) May(s Scope) bool {
	switch a.Kind {
	case BySystem:
		return true
	case ByMember:
		return slices.Contains(roleScopes[a.Role], s)
	case ByToken:
		return slices.Contains(a.Scopes, s)
	case ByCustomer:
		return false
	}
	return false
}

// Must is May as an error that names the missing scope.
func (a Actor) Must(s Scope) error {
	if a.May(s) {
		return nil
	}
	return Errorf(Forbidden, "scope_missing", "This needs the right %q, which you do not have.", s)
}

// Member returns the member's id, or "" when the actor is not a member.
func (a Actor) Member() MemberID {
	if a.Kind != ByMember {
		return ""
	}
	return MemberID(a.ID)
}

// Customer returns the customer's id, or "" when the actor is not a customer.
func (a Actor) Customer() CustomerID {
	if a.Kind != ByCustomer {
		return ""
	}
	return CustomerID(a.ID)
}
