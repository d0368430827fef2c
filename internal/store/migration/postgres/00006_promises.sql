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
CREATE INDEX conversations_due ON conversations (workspace, due_at, id) WHERE state = 'open' AND due_at > 0 AND promise_state <> 'paused';

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
