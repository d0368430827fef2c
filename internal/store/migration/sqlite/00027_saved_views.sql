-- +goose Up

-- Lists of conversations under a name: a member's own, or shared with a team or with everybody.
CREATE TABLE saved_views (
    workspace TEXT NOT NULL REFERENCES workspaces (id),
    id TEXT NOT NULL,
    owner TEXT NOT NULL,
    sharing TEXT NOT NULL,
    team TEXT NOT NULL,
    name TEXT NOT NULL,
    list_json TEXT NOT NULL,
    position INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;
CREATE INDEX saved_views_own ON saved_views (workspace, owner) WHERE sharing = 'own';
CREATE INDEX saved_views_shared ON saved_views (workspace) WHERE sharing <> 'own';
CREATE INDEX saved_views_team ON saved_views (workspace, team) WHERE sharing = 'team';
