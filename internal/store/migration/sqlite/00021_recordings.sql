-- +goose Up

-- What is kept of live assistances. A recording's key is sealed; without its row no part of it can be read.
CREATE TABLE recording_policies (
    workspace   TEXT    NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    policy_json TEXT    NOT NULL,
    version     INTEGER NOT NULL
) STRICT;
CREATE TABLE recordings (
    workspace  TEXT    NOT NULL,
    assist     TEXT    NOT NULL,
    started_at INTEGER NOT NULL,
    delete_at  INTEGER NOT NULL,
    sealed_key BLOB    NOT NULL,
    bytes      INTEGER NOT NULL,
    length_ms  INTEGER NOT NULL,
    parts      INTEGER NOT NULL,
    PRIMARY KEY (workspace, assist),
    FOREIGN KEY (workspace, assist) REFERENCES assists (workspace, id)
) STRICT;
CREATE INDEX recordings_due ON recordings (workspace, delete_at);
CREATE TABLE recording_parts (
    workspace     TEXT    NOT NULL,
    assist        TEXT    NOT NULL,
    n             INTEGER NOT NULL,
    from_ms       INTEGER NOT NULL,
    to_ms         INTEGER NOT NULL,
    blob          TEXT    NOT NULL,
    sections_json TEXT    NOT NULL,
    PRIMARY KEY (workspace, assist, n),
    FOREIGN KEY (workspace, assist) REFERENCES recordings (workspace, assist)
) STRICT;
