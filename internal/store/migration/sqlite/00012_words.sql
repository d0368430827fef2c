-- +goose Up

-- Nothing was ever written into these tables as step 10 made them: signatures have two languages and may be for one address only, and a
-- template may belong to a team.
DROP TABLE signatures;
DROP TABLE templates;

-- What is put below letters: of a member, a team or a brand. brand is one of our own addresses, '' for all of them.
CREATE TABLE signatures (
    workspace TEXT    NOT NULL REFERENCES workspaces (id),
    kind      TEXT    NOT NULL,
    owner     TEXT    NOT NULL,
    brand     TEXT    NOT NULL,
    text_json TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    PRIMARY KEY (workspace, kind, owner, brand)
) STRICT;

-- Answers that are ready. team is '' for those of everybody.
CREATE TABLE templates (
    workspace  TEXT    NOT NULL REFERENCES workspaces (id),
    id         TEXT    NOT NULL,
    team       TEXT    NOT NULL,
    body_json  TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;
CREATE INDEX templates_team ON templates (workspace, team) WHERE team <> '';
