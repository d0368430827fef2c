-- +goose Up

-- The one row counts the workspaces, which decides the race for the first administrator and numbers the workspaces for search.
CREATE TABLE house (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    workspaces INTEGER NOT NULL
) STRICT;
INSERT INTO house (id, workspaces) VALUES (1, 0);

-- seq is the head of the workspace's event log; conversations is the number of the newest conversation.
CREATE TABLE workspaces (
    id            TEXT    NOT NULL PRIMARY KEY,
    ordinal       INTEGER NOT NULL UNIQUE,
    name          TEXT    NOT NULL,
    locale        TEXT    NOT NULL,
    zone          TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    seq           INTEGER NOT NULL DEFAULT 0,
    conversations INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    workspace    TEXT    NOT NULL,
    seq          INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    type         TEXT    NOT NULL,
    by_kind      TEXT    NOT NULL,
    by_id        TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    customer     TEXT    NOT NULL,
    data         TEXT    NOT NULL,
    PRIMARY KEY (workspace, seq)
) STRICT, WITHOUT ROWID;

-- The first answer to each idempotency key.
CREATE TABLE requests (
    workspace TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    principal TEXT    NOT NULL,
    key       TEXT    NOT NULL,
    hash      TEXT    NOT NULL,
    answer    TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (workspace, kind, principal, key)
) STRICT;
CREATE INDEX requests_at ON requests (workspace, at);

CREATE TABLE timers (
    workspace TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    key       TEXT    NOT NULL,
    due_at    INTEGER NOT NULL,
    PRIMARY KEY (workspace, kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX timers_due ON timers (due_at);

CREATE TABLE audit (
    workspace TEXT    NOT NULL,
    number    INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    by_kind   TEXT    NOT NULL,
    by_id     TEXT    NOT NULL,
    action    TEXT    NOT NULL,
    target    TEXT    NOT NULL,
    data      TEXT    NOT NULL,
    hash      TEXT    NOT NULL,
    PRIMARY KEY (workspace, number)
) STRICT, WITHOUT ROWID;
