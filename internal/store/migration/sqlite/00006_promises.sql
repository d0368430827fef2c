-- +goose Up

-- What is known of the matter, and where the conversation stands; rank is the lowest while nobody waits (desk.Unranked).
ALTER TABLE conversations ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN criticality INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN mood INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN influence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN deadline_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN contacts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN rank INTEGER NOT NULL DEFAULT -9007199254740992;
ALTER TABLE conversations ADD COLUMN promise TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN promise_state TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN promised_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0;

ALTER TABLE customers ADD COLUMN adviser TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN segment TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN value INTEGER NOT NULL DEFAULT 0;

-- Each list by rank is one walk backwards along one of these. Lists of everybody's merge what somebody owns with what nobody does,
-- so that each open conversation has one entry less to write.
CREATE INDEX conversations_rank_assignee ON conversations (workspace, assignee, rank, id) WHERE state = 'open';
CREATE INDEX conversations_rank_team ON conversations (workspace, team, rank, id) WHERE state = 'open' AND team <> '';
CREATE INDEX conversations_rank_owned ON conversations (workspace, rank, id) WHERE state = 'open' AND assignee <> '';
CREATE INDEX conversations_due ON conversations (workspace, due_at, id, promise_state)
    WHERE state = 'open' AND promise_state IN ('running', 'missed');

-- What is done about a matter, as its customer is shown it.
CREATE TABLE steps (
    workspace    TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    text         TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    expected_at  INTEGER NOT NULL,
    member       TEXT    NOT NULL,
    position     INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    UNIQUE (workspace, conversation, position),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT;

-- How far each reader has read the log, and who does what only one node may do at a time; a fence grows with every new holder.
CREATE TABLE cursors (
    workspace TEXT    NOT NULL REFERENCES workspaces (id),
    reader    TEXT    NOT NULL,
    seq       INTEGER NOT NULL,
    PRIMARY KEY (workspace, reader)
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
    workspace TEXT    NOT NULL REFERENCES workspaces (id),
    name      TEXT    NOT NULL,
    holder    TEXT    NOT NULL,
    until     INTEGER NOT NULL,
    fence     INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) STRICT, WITHOUT ROWID;

-- Columns that end in _json hold what nothing searches in.
CREATE TABLE routing_settings (
    workspace TEXT    NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    body_json TEXT    NOT NULL,
    version   INTEGER NOT NULL
) STRICT;

CREATE TABLE calendars (
    workspace  TEXT    NOT NULL REFERENCES workspaces (id),
    id         TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    hours_json TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;

-- A policy is its present version; its versions outlive it, for promises were given under them.
CREATE TABLE policies (
    workspace TEXT    NOT NULL REFERENCES workspaces (id),
    id        TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;

CREATE TABLE policy_versions (
    workspace        TEXT    NOT NULL REFERENCES workspaces (id),
    id               TEXT    NOT NULL,
    version          INTEGER NOT NULL,
    name             TEXT    NOT NULL,
    position         INTEGER NOT NULL,
    disabled         INTEGER NOT NULL,
    scope_json       TEXT    NOT NULL,
    terms_json       TEXT    NOT NULL,
    calendar         TEXT    NOT NULL,
    escalations_json TEXT    NOT NULL,
    warn_json        TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    PRIMARY KEY (workspace, id, version)
) STRICT;

-- The queue of no team has the team ''.
CREATE TABLE queues (
    workspace TEXT    NOT NULL REFERENCES workspaces (id),
    team      TEXT    NOT NULL,
    body_json TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    PRIMARY KEY (workspace, team)
) STRICT;

CREATE TABLE profiles (
    workspace TEXT    NOT NULL,
    member    TEXT    NOT NULL,
    body_json TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    PRIMARY KEY (workspace, member),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
) STRICT;

CREATE TABLE shifts (
    workspace       TEXT    NOT NULL,
    member          TEXT    NOT NULL,
    chosen          TEXT    NOT NULL,
    back_at         INTEGER NOT NULL,
    connected       INTEGER NOT NULL,
    finishing_until INTEGER NOT NULL,
    since           INTEGER NOT NULL,
    seen_at         INTEGER NOT NULL,
    PRIMARY KEY (workspace, member),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
) STRICT;

-- Each row is a node that had the member connected at that instant.
CREATE TABLE vouches (
    workspace TEXT    NOT NULL,
    member    TEXT    NOT NULL,
    node      TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (workspace, member, node),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
) STRICT, WITHOUT ROWID;

-- Whose a promise is, is whose its conversation is. Durations are milliseconds.
CREATE TABLE promises (
    workspace        TEXT    NOT NULL,
    id               TEXT    NOT NULL,
    conversation     TEXT    NOT NULL,
    channel          TEXT    NOT NULL,
    team             TEXT    NOT NULL,
    kind             TEXT    NOT NULL,
    policy           TEXT    NOT NULL,
    policy_version   INTEGER NOT NULL,
    calendar         TEXT    NOT NULL,
    term_json        TEXT    NOT NULL,
    warn_json        TEXT    NOT NULL,
    escalations_json TEXT    NOT NULL,
    state            TEXT    NOT NULL,
    made_at          INTEGER NOT NULL,
    due_at           INTEGER NOT NULL,
    left_for         INTEGER NOT NULL,
    paused_at        INTEGER NOT NULL,
    marks_json       TEXT    NOT NULL,
    ended_at         INTEGER NOT NULL,
    took             INTEGER NOT NULL,
    paused_for       INTEGER NOT NULL,
    version          INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT;
CREATE INDEX promises_conversation ON promises (workspace, conversation, made_at, id);
CREATE INDEX promises_due ON promises (workspace, due_at, id) WHERE state IN ('running', 'paused', 'missed');

CREATE TABLE offers (
    workspace    TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    member       TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    why_json     TEXT    NOT NULL,
    made_at      INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    ended_at     INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
) STRICT;
CREATE UNIQUE INDEX offers_ringing ON offers (workspace, conversation) WHERE state = 'ringing';
CREATE INDEX offers_conversation ON offers (workspace, conversation, made_at, id);

CREATE TABLE rules (
    workspace       TEXT    NOT NULL REFERENCES workspaces (id),
    id              TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    position        INTEGER NOT NULL,
    triggers_json   TEXT    NOT NULL,
    any_of          INTEGER NOT NULL,
    conditions_json TEXT    NOT NULL,
    actions_json    TEXT    NOT NULL,
    stop            INTEGER NOT NULL,
    disabled        INTEGER NOT NULL,
    disabled_why    TEXT    NOT NULL,
    runs            INTEGER NOT NULL,
    last_run_at     INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;

-- The runs of late, to see loops by; times counts those of the same millisecond.
CREATE TABLE rule_runs (
    workspace    TEXT    NOT NULL,
    rule         TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    times        INTEGER NOT NULL,
    PRIMARY KEY (workspace, rule, conversation, at),
    FOREIGN KEY (workspace, rule) REFERENCES rules (workspace, id),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rule_runs_at ON rule_runs (workspace, rule, at);

CREATE TABLE callbacks (
    workspace    TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    phone        TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    state        TEXT    NOT NULL,
    promise      TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    ended_at     INTEGER NOT NULL,
    member       TEXT    NOT NULL,
    version      INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT;
CREATE INDEX callbacks_open ON callbacks (workspace, at, id) WHERE state = 'asked';
CREATE INDEX callbacks_conversation ON callbacks (workspace, conversation, at, id) WHERE state = 'asked';
