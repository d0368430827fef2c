-- +goose Up

-- What is known of the matter, and where the conversation stands; rank is the lowest while nobody waits (desk.Unranked).
ALTER TABLE conversations ADD COLUMN language TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN reason TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN criticality BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN mood BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN influence BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN deadline_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN contacts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN rank BIGINT NOT NULL DEFAULT -9007199254740992;
ALTER TABLE conversations ADD COLUMN promise TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN promise_state TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN promised_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0;

ALTER TABLE customers ADD COLUMN adviser TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN segment TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN value BIGINT NOT NULL DEFAULT 0;

-- Each list by rank is one walk backwards along one of these. Lists of everybody's merge what somebody owns with what nobody does,
-- so that each open conversation has one entry less to write.
CREATE INDEX conversations_rank_assignee ON conversations (workspace, assignee, rank, id) WHERE state = 'open';
CREATE INDEX conversations_rank_team ON conversations (workspace, team, rank, id) WHERE state = 'open' AND team <> '';
CREATE INDEX conversations_rank_owned ON conversations (workspace, rank, id) WHERE state = 'open' AND assignee <> '';
CREATE INDEX conversations_due ON conversations (workspace, due_at, id, promise_state)
    WHERE state = 'open' AND promise_state IN ('running', 'missed');

-- What is done about a matter, as its customer is shown it.
CREATE TABLE steps (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    expected_at BIGINT NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    UNIQUE (workspace, conversation, position),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
);

-- How far each reader has read the log, and who does what only one node may do at a time; a fence grows with every new holder.
CREATE TABLE cursors (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    reader TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (workspace, reader)
);

CREATE TABLE leases (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    name TEXT COLLATE "C" NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    until BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    PRIMARY KEY (workspace, name)
);

-- Columns that end in _json hold what nothing searches in.
CREATE TABLE routing_settings (
    workspace TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    body_json TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE calendars (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    hours_json TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);

-- A policy is its present version; its versions outlive it, for promises were given under them.
CREATE TABLE policies (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);

CREATE TABLE policy_versions (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    disabled BOOLEAN NOT NULL,
    scope_json TEXT COLLATE "C" NOT NULL,
    terms_json TEXT COLLATE "C" NOT NULL,
    calendar TEXT COLLATE "C" NOT NULL,
    escalations_json TEXT COLLATE "C" NOT NULL,
    warn_json TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, id, version)
);

-- The queue of no team has the team ''.
CREATE TABLE queues (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    team TEXT COLLATE "C" NOT NULL,
    body_json TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, team)
);

CREATE TABLE profiles (
    workspace TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    body_json TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, member),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
);

CREATE TABLE shifts (
    workspace TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    chosen TEXT COLLATE "C" NOT NULL,
    back_at BIGINT NOT NULL,
    connected BOOLEAN NOT NULL,
    finishing_until BIGINT NOT NULL,
    since BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, member),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
);

-- Each row is a node that had the member connected at that instant.
CREATE TABLE vouches (
    workspace TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    node TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (workspace, member, node),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
);

-- Whose a promise is, is whose its conversation is. Durations are milliseconds.
CREATE TABLE promises (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    team TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    policy TEXT COLLATE "C" NOT NULL,
    policy_version BIGINT NOT NULL,
    calendar TEXT COLLATE "C" NOT NULL,
    term_json TEXT COLLATE "C" NOT NULL,
    warn_json TEXT COLLATE "C" NOT NULL,
    escalations_json TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    made_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    left_for BIGINT NOT NULL,
    paused_at BIGINT NOT NULL,
    marks_json TEXT COLLATE "C" NOT NULL,
    ended_at BIGINT NOT NULL,
    took BIGINT NOT NULL,
    paused_for BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
);
CREATE INDEX promises_conversation ON promises (workspace, conversation, made_at, id);
CREATE INDEX promises_due ON promises (workspace, due_at, id) WHERE state IN ('running', 'paused', 'missed');

CREATE TABLE offers (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    why_json TEXT COLLATE "C" NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
);
CREATE UNIQUE INDEX offers_ringing ON offers (workspace, conversation) WHERE state = 'ringing';
CREATE INDEX offers_conversation ON offers (workspace, conversation, made_at, id);

CREATE TABLE rules (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    triggers_json TEXT COLLATE "C" NOT NULL,
    any_of BOOLEAN NOT NULL,
    conditions_json TEXT COLLATE "C" NOT NULL,
    actions_json TEXT COLLATE "C" NOT NULL,
    stop BOOLEAN NOT NULL,
    disabled BOOLEAN NOT NULL,
    disabled_why TEXT COLLATE "C" NOT NULL,
    runs BIGINT NOT NULL,
    last_run_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);

-- The runs of late, to see loops by; times counts those of the same millisecond.
CREATE TABLE rule_runs (
    workspace TEXT COLLATE "C" NOT NULL,
    rule TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (workspace, rule, conversation, at),
    FOREIGN KEY (workspace, rule) REFERENCES rules (workspace, id),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
);
CREATE INDEX rule_runs_at ON rule_runs (workspace, rule, at);

CREATE TABLE callbacks (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    phone TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    promise TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
);
CREATE INDEX callbacks_open ON callbacks (workspace, at, id) WHERE state = 'asked';
CREATE INDEX callbacks_conversation ON callbacks (workspace, conversation, at, id) WHERE state = 'asked';
