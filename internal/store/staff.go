package store

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"visavis/internal/staff"
	"visavis/internal/vis"
)

const (
	workspaceColumns = `id, name, locale, zone, created_at`
	memberColumns    = `m.id, m.email, m.email_key, m.name, m.first_name, m.role, m.face, m.locale, m.zone, m.state, m.password_hash,
		m.created_at, m.version`
	teamColumns  = `id, name, icon, created_at, version`
	tokenColumns = `id, name, prefix, secret_hash, scopes, owner, created_at, expires_at, last_used_at`
)

func workspaceRow(w *staff.Workspace) []any {
	return []any{(*string)(&w.ID), &w.Name, &w.Locale, &w.Zone, (*at)(&w.CreatedAt)}
}

func memberRow(m *staff.Member) []any {
	return []any{(*string)(&m.ID), &m.Email, &m.EmailKey, &m.Name, &m.FirstName, (*string)(&m.Role), &m.Face, &m.Locale, &m.Zone,
		(*string)(&m.State), &m.PasswordHash, (*at)(&m.CreatedAt), &m.Version}
}

func teamRow(t *staff.Team) []any {
	return []any{(*string)(&t.ID), &t.Name, &t.Icon, (*at)(&t.CreatedAt), &t.Version}
}

func tokenRow(t *staff.Token) []any {
	return []any{(*string)(&t.ID), &t.Name, &t.Prefix, &t.SecretHash, (*scopes)(&t.Scopes), (*string)(&t.Owner), (*at)(&t.CreatedAt),
		(*at)(&t.ExpiresAt), (*at)(&t.LastUsedAt)}
}

// scopes are kept as words separated by spaces.
type scopes []vis.Scope

// Scan implements sql.Scanner.
func (s *scopes) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return errors.New("scan scopes: not a text")
	}
	for word := range strings.FieldsSeq(text) {
		*s = append(*s, vis.Scope(word))
	}
	return nil
}

func (s scopes) String() string {
	out := make([]string, len(s))
	for i, scope := range s {
		out[i] = string(scope)
	}
	return strings.Join(out, " ")
}

const insertWorkspace = `INSERT INTO workspaces (id, ordinal, name, locale, zone, created_at) VALUES ($1, $2, $3, $4, $5, $6)`

// CreateWorkspace implements staff.DB.
func (d staffDB) CreateWorkspace(ctx context.Context, w staff.Workspace, first staff.Member, only bool) error {
	return d.s.writer.do(ctx, w.ID, func(t *tx) error {
		ordinal, err := t.countWorkspace(ctx)
		if err != nil {
			return err
		}
		if only && ordinal > 1 {
			return vis.Errorf(vis.Conflict, "already_set_up", "This server has its first administrator already.")
		}
		if _, err := t.exec(ctx, insertWorkspace, ordinal, w.Name, w.Locale, w.Zone, millis(w.CreatedAt)); err != nil {
			return err
		}
		return t.InsertMember(ctx, first)
	})
}

// countWorkspace numbers one more workspace. Its row stays locked until the transaction ends, so that of two who come at once
// the later one sees the earlier.
func (t *tx) countWorkspace(ctx context.Context) (n int64, err error) {
	if err := t.ready(ctx, countWorkspace); err != nil {
		return 0, err
	}
	rows, err := t.session.query(t.within, countWorkspace)
	if err != nil {
		return 0, t.failed(err)
	}
	if rows.Next() {
		err = rows.Scan(&n)
	}
	if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return 0, t.failed(err)
	}
	return n, nil
}

const (
	selectLastAudit = `SELECT number, hash FROM audit WHERE workspace = $1 ORDER BY number DESC LIMIT 1`
	insertAudit     = `INSERT INTO audit (workspace, number, at, by_kind, by_id, action, target, data, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	selectAudit = `SELECT number, at, by_kind, by_id, action, target, data, hash FROM audit
		WHERE workspace = $1 AND number < $2 ORDER BY number DESC LIMIT $3`
)

// Audit implements the Tx of every room.
func (t *tx) Audit(ctx context.Context, e vis.AuditEntry) error {
	if _, err := t.ordinal(ctx); err != nil {
		return err
	}
	type link struct {
		number int64
		hash   string
	}
	last, err := one(ctx, t, "entry", func(l *link) []any { return []any{&l.number, &l.hash} }, selectLastAudit)
	if err != nil && vis.CodeOf(err) != vis.NotFound {
		return err
	}
	e.At = e.At.UTC().Truncate(time.Millisecond)
	e.Number = last.number + 1
	_, err = t.exec(ctx, insertAudit, e.Number, millis(e.At), string(e.By), e.ByID, e.Action, e.Target, string(e.Data), e.Chain(last.hash))
	return err
}

// AuditLog implements staff.Tx.
func (t *tx) AuditLog(ctx context.Context, p vis.Page) (vis.List[vis.AuditEntry], error) {
	p = p.Bounded()
	from, err := placeAt(p.After)
	if err != nil {
		return vis.List[vis.AuditEntry]{}, err
	}
	entries, err := all(ctx, t, func(e *vis.AuditEntry) []any {
		return []any{&e.Number, (*at)(&e.At), (*string)(&e.By), &e.ByID, &e.Action, &e.Target, (*[]byte)(&e.Data), &e.Hash}
	}, selectAudit, from.at, p.Limit+1)
	return paged(entries, p.Limit, func(e vis.AuditEntry) place { return place{e.Number, strconv.FormatInt(e.Number, 10)} }), err
}

const selectWorkspace = `SELECT ` + workspaceColumns + ` FROM workspaces WHERE id = $1`

// Workspace implements staff.Tx.
func (t *tx) Workspace(ctx context.Context) (staff.Workspace, error) {
	return one(ctx, t, "workspace", workspaceRow, selectWorkspace)
}

const (
	selectMember        = `SELECT ` + memberColumns + ` FROM members m WHERE m.workspace = $1 AND m.id = $2`
	selectMemberByEmail = `SELECT ` + memberColumns + ` FROM members m WHERE m.workspace = $1 AND m.email_key = $2`
	selectMembers       = `SELECT ` + memberColumns + ` FROM members m WHERE m.workspace = $1 ORDER BY m.created_at, m.id`
	selectTeamsOf       = `SELECT team FROM team_members WHERE workspace = $1 AND member = $2 ORDER BY team`
	selectAllTeamsOf    = `SELECT team, member FROM team_members WHERE workspace = $1 ORDER BY team, member`
	hasMember           = `SELECT id FROM members WHERE workspace = $1 AND id = $2`
	insertMember        = `INSERT INTO members (workspace, id, email, email_key, name, first_name, role, face, locale, zone, state,
		password_hash, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (workspace, email_key) DO NOTHING`
	updateMember = `UPDATE members SET email = $4, email_key = $5, name = $6, first_name = $7, role = $8, face = $9, locale = $10,
		zone = $11, state = $12, password_hash = $13, version = version + 1 WHERE workspace = $1 AND id = $2 AND version = $3`
	deleteTeamsOf    = `DELETE FROM team_members WHERE workspace = $1 AND member = $2`
	insertTeamMember = `INSERT INTO team_members (workspace, team, member) VALUES ($1, $2, $3)`
)

// withTeams completes a member that was found.
func (t *tx) withTeams(ctx context.Context, m staff.Member, err error) (staff.Member, error) {
	if err != nil {
		return m, err
	}
	m.Teams, err = all(ctx, t, func(id *vis.TeamID) []any { return []any{(*string)(id)} }, selectTeamsOf, string(m.ID))
	return m, err
}

// Member implements staff.Tx.
func (t *tx) Member(ctx context.Context, id vis.MemberID) (staff.Member, error) {
	m, err := one(ctx, t, "member", memberRow, selectMember, string(id))
	return t.withTeams(ctx, m, err)
}

// MemberByEmail implements staff.Tx.
func (t *tx) MemberByEmail(ctx context.Context, emailKey string) (staff.Member, error) {
	m, err := one(ctx, t, "member", memberRow, selectMemberByEmail, emailKey)
	return t.withTeams(ctx, m, err)
}

// membership is one member in one team.
type membership struct {
	team   vis.TeamID
	member vis.MemberID
}

func (t *tx) memberships(ctx context.Context) ([]membership, error) {
	return all(ctx, t, func(m *membership) []any { return []any{(*string)(&m.team), (*string)(&m.member)} }, selectAllTeamsOf)
}

// Members implements staff.Tx.
func (t *tx) Members(ctx context.Context) ([]staff.Member, error) {
	members, err := all(ctx, t, memberRow, selectMembers)
	if err != nil {
		return nil, err
	}
	in, err := t.memberships(ctx)
	if err != nil {
		return nil, err
	}
	teams := make(map[vis.MemberID][]vis.TeamID)
	for _, m := range in {
		teams[m.member] = append(teams[m.member], m.team)
	}
	for i := range members {
		members[i].Teams = teams[members[i].ID]
	}
	return members, nil
}

func addressTaken() error {
	return &vis.Error{Code: vis.Conflict, Reason: "address_taken", Field: "email", Text: "Somebody here has this address already."}
}

// InsertMember implements staff.Tx.
func (t *tx) InsertMember(ctx context.Context, m staff.Member) error {
	r, err := t.exec(ctx, insertMember, string(m.ID), m.Email, m.EmailKey, m.Name, m.FirstName, string(m.Role), m.Face, m.Locale, m.Zone,
		string(m.State), m.PasswordHash, millis(m.CreatedAt), m.Version)
	if err != nil {
		return err
	}
	if changed(r) == 0 {
		return addressTaken()
	}
	return t.join(ctx, m.ID, m.Teams)
}

// SaveMember implements staff.Tx.
func (t *tx) SaveMember(ctx context.Context, m staff.Member) (staff.Member, error) {
	other, err := one(ctx, t, "member", memberRow, selectMemberByEmail, m.EmailKey)
	if err == nil && other.ID != m.ID {
		return m, addressTaken()
	}
	if err != nil && vis.CodeOf(err) != vis.NotFound {
		return m, err
	}
	err = t.save(ctx, "member", hasMember, string(m.ID), updateMember, string(m.ID), m.Version, m.Email, m.EmailKey, m.Name, m.FirstName,
		string(m.Role), m.Face, m.Locale, m.Zone, string(m.State), m.PasswordHash)
	m.Version++
	return m, err
}

// SetTeams implements staff.Tx.
func (t *tx) SetTeams(ctx context.Context, id vis.MemberID, teams []vis.TeamID) error {
	if _, err := value[string](ctx, t, "member", hasMember, string(id)); err != nil {
		return err
	}
	if _, err := t.exec(ctx, deleteTeamsOf, string(id)); err != nil {
		return err
	}
	return t.join(ctx, id, teams)
}

func (t *tx) join(ctx context.Context, id vis.MemberID, teams []vis.TeamID) error {
	for _, team := range teams {
		if _, err := t.exec(ctx, insertTeamMember, string(team), string(id)); err != nil {
			return err
		}
	}
	return nil
}

const (
	selectTeam        = `SELECT ` + teamColumns + ` FROM teams WHERE workspace = $1 AND id = $2`
	selectTeams       = `SELECT ` + teamColumns + ` FROM teams WHERE workspace = $1 ORDER BY created_at, id`
	selectTeamMembers = `SELECT member FROM team_members WHERE workspace = $1 AND team = $2 ORDER BY member`
	hasTeam           = `SELECT id FROM teams WHERE workspace = $1 AND id = $2`
	insertTeam        = `INSERT INTO teams (workspace, id, name, icon, created_at, version) VALUES ($1, $2, $3, $4, $5, $6)`
	updateTeam        = `UPDATE teams SET name = $4, icon = $5, version = version + 1 WHERE workspace = $1 AND id = $2 AND version = $3`
	deleteTeamMembers = `DELETE FROM team_members WHERE workspace = $1 AND team = $2`
	leaveTeam         = `UPDATE conversations SET team = '', version = version + 1 WHERE workspace = $1 AND team = $2 AND team <> ''`
	leaveTeamChannels = `UPDATE channels SET team = '', version = version + 1 WHERE workspace = $1 AND team = $2 AND team <> ''`
	deleteTeam        = `DELETE FROM teams WHERE workspace = $1 AND id = $2`
)

// Team implements staff.Tx.
func (t *tx) Team(ctx context.Context, id vis.TeamID) (staff.Team, error) {
	team, err := one(ctx, t, "team", teamRow, selectTeam, string(id))
	if err != nil {
		return team, err
	}
	team.Members, err = all(ctx, t, func(id *vis.MemberID) []any { return []any{(*string)(id)} }, selectTeamMembers, string(id))
	return team, err
}

// Teams implements staff.Tx.
func (t *tx) Teams(ctx context.Context) ([]staff.Team, error) {
	teams, err := all(ctx, t, teamRow, selectTeams)
	if err != nil {
		return nil, err
	}
	in, err := t.memberships(ctx)
	if err != nil {
		return nil, err
	}
	members := make(map[vis.TeamID][]vis.MemberID)
	for _, m := range in {
		members[m.team] = append(members[m.team], m.member)
	}
	for i := range teams {
		teams[i].Members = members[teams[i].ID]
	}
	return teams, nil
}

// InsertTeam implements staff.Tx.
func (t *tx) InsertTeam(ctx context.Context, team staff.Team) error {
	if _, err := t.exec(ctx, insertTeam, string(team.ID), team.Name, team.Icon, millis(team.CreatedAt), team.Version); err != nil {
		return err
	}
	return t.fill(ctx, team)
}

func (t *tx) fill(ctx context.Context, team staff.Team) error {
	for _, m := range team.Members {
		if _, err := t.exec(ctx, insertTeamMember, string(team.ID), string(m)); err != nil {
			return err
		}
	}
	return nil
}

// SaveTeam implements staff.Tx.
func (t *tx) SaveTeam(ctx context.Context, team staff.Team) (staff.Team, error) {
	if err := t.save(ctx, "team", hasTeam, string(team.ID), updateTeam, string(team.ID), team.Version, team.Name, team.Icon); err != nil {
		return team, err
	}
	if _, err := t.exec(ctx, deleteTeamMembers, string(team.ID)); err != nil {
		return team, err
	}
	team.Version++
	return team, t.fill(ctx, team)
}

// DeleteTeam implements staff.Tx. Channels that gave their conversations to the team give them to nobody from now on, its templates
// and views are everybody's, and its queue and signature go with it.
func (t *tx) DeleteTeam(ctx context.Context, id vis.TeamID) error {
	if _, err := value[string](ctx, t, "team", hasTeam, string(id)); err != nil {
		return err
	}
	for _, statement := range []string{deleteTeamMembers, leaveTeam, leaveTeamChannels, leaveTeamTemplates, leaveTeamViews, deleteTeamSignatures, deleteQueue, deleteTeam} {
		if _, err := t.exec(ctx, statement, string(id)); err != nil {
			return err
		}
	}
	return nil
}
