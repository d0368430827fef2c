-- +goose Up

-- Nothing was ever written into these tables as step 10 made them: signatures have two languages and may be for one address only, and a
-- template may belong to a team.
DROP TABLE signatures;
DROP TABLE templates;

-- What is put below letters: of a member, a team or a brand. brand is one of our own addresses, '' for all of them.
CREATE TABLE signatures (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    kind TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    brand TEXT COLLATE "C" NOT NULL,
    text_json TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, kind, owner, brand)
);

-- Answers that are ready. team is '' for those of everybody.
CREATE TABLE templates (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    id TEXT COLLATE "C" NOT NULL,
    team TEXT COLLATE "C" NOT NULL,
    body_json TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE INDEX templates_team ON templates (workspace, team) WHERE team <> '';
