-- +goose Up

-- Lists of conversations under a name: a member's own, or shared with a team or with everybody.
CREATE TABLE saved_views (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    id TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    sharing TEXT COLLATE "C" NOT NULL,
    team TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    list_json TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE INDEX saved_views_own ON saved_views (workspace, owner) WHERE sharing = 'own';
CREATE INDEX saved_views_shared ON saved_views (workspace) WHERE sharing <> 'own';
CREATE INDEX saved_views_team ON saved_views (workspace, team) WHERE sharing = 'team';
