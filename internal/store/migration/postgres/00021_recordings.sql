-- +goose Up

-- What is kept of live assistances. A recording's key is sealed; without its row no part of it can be read.
CREATE TABLE recording_policies (
    workspace TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    policy_json TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE recordings (
    workspace TEXT COLLATE "C" NOT NULL,
    assist TEXT COLLATE "C" NOT NULL,
    started_at BIGINT NOT NULL,
    delete_at BIGINT NOT NULL,
    sealed_key BYTEA NOT NULL,
    bytes BIGINT NOT NULL,
    length_ms BIGINT NOT NULL,
    parts BIGINT NOT NULL,
    PRIMARY KEY (workspace, assist),
    FOREIGN KEY (workspace, assist) REFERENCES assists (workspace, id)
);
CREATE INDEX recordings_due ON recordings (workspace, delete_at);
CREATE TABLE recording_parts (
    workspace TEXT COLLATE "C" NOT NULL,
    assist TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    from_ms BIGINT NOT NULL,
    to_ms BIGINT NOT NULL,
    blob TEXT COLLATE "C" NOT NULL,
    sections_json TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, assist, n),
    FOREIGN KEY (workspace, assist) REFERENCES recordings (workspace, assist)
);
