-- +goose Up

-- The one row counts the workspaces, which decides the race for the first administrator and numbers the workspaces for search.
CREATE TABLE house (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    workspaces BIGINT NOT NULL
);
INSERT INTO house (id, workspaces) VALUES (1, 0);

-- seq is the head of the workspace's event log; conversations is the number of the newest conversation.
CREATE TABLE workspaces (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    ordinal BIGINT NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    locale TEXT COLLATE "C" NOT NULL,
    zone TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    seq BIGINT NOT NULL DEFAULT 0,
    conversations BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE events (
    workspace TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    by_kind TEXT COLLATE "C" NOT NULL,
    by_id TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    customer TEXT COLLATE "C" NOT NULL,
    data TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, seq)
);

-- The first answer to each idempotency key.
CREATE TABLE requests (
    workspace TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    principal TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    answer TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (workspace, kind, principal, key)
);
CREATE INDEX requests_at ON requests (workspace, at);

CREATE TABLE timers (
    workspace TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, kind, key)
);
CREATE INDEX timers_due ON timers (due_at);

CREATE TABLE audit (
    workspace TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    by_kind TEXT COLLATE "C" NOT NULL,
    by_id TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    data TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, number)
);

-- Each row is a running node with the number of the last batch that it committed: how it learns what became of a COMMIT whose
-- answer was lost.
CREATE TABLE nodes (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    batch BIGINT NOT NULL,
    entered_at BIGINT NOT NULL
);
