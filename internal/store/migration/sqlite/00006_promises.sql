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
CREATE INDEX conversations_due ON conversations (workspace, due_at, id) WHERE state = 'open' AND due_at > 0 AND promise_state <> 'paused';

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
