-- +goose Up

-- What arrived on a written channel, kept before anybody reads it. The row outlives what was made of it, so that what was erased or
-- discarded does not come back; hash is a keyed one of the bytes. next_at is when it is read next, and while it is being read when the
-- reader's lease ends.
CREATE TABLE arrivals (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    id TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    remote TEXT COLLATE "C" NOT NULL,
    blob TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    envelope_json TEXT COLLATE "C" NOT NULL,
    received_at BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    tries BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, channel) REFERENCES channels (workspace, id)
);
CREATE UNIQUE INDEX arrivals_hash ON arrivals (workspace, channel, hash);
CREATE INDEX arrivals_due ON arrivals (next_at, workspace) WHERE state = 'waiting';
CREATE INDEX arrivals_waiting ON arrivals (workspace, next_at, id) WHERE state = 'waiting';
CREATE INDEX arrivals_state ON arrivals (workspace, state, id);

-- What a message was as a letter: heads, folded parts, trust.
CREATE TABLE letters (
    workspace TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    outward BOOLEAN NOT NULL,
    body_json TEXT COLLATE "C" NOT NULL,
    raw TEXT COLLATE "C" NOT NULL,
    html TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, message),
    FOREIGN KEY (workspace, message) REFERENCES messages (workspace, id)
);
CREATE INDEX letters_conversation ON letters (workspace, conversation, message);

-- The ids of letters (RFC 5322 section 3.6.4): by those that we issued, answers find their conversation. print tells two letters under one
-- id apart.
CREATE TABLE letter_ids (
    workspace TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    outward BOOLEAN NOT NULL,
    print TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, channel, id, message)
);

-- Letters that leave. next_at is when the next attempt is due, and during one when the sender's lease ends.
CREATE TABLE sendings (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    letter_id TEXT COLLATE "C" NOT NULL,
    draft_json TEXT COLLATE "C" NOT NULL,
    raw TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    tries BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    problem TEXT COLLATE "C" NOT NULL,
    answer TEXT COLLATE "C" NOT NULL,
    outcomes_json TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, channel) REFERENCES channels (workspace, id)
);
CREATE INDEX sendings_due ON sendings (next_at, workspace) WHERE state IN ('waiting', 'unknown', 'sending');
CREATE INDEX sendings_open ON sendings (workspace, next_at, id) WHERE state IN ('waiting', 'unknown', 'sending');
CREATE INDEX sendings_state ON sendings (workspace, state, id);
CREATE INDEX sendings_conversation ON sendings (workspace, conversation, id);
CREATE INDEX sendings_message ON sendings (workspace, message);

-- What the signed parts of our addresses stand for.
CREATE TABLE letter_tokens (
    workspace TEXT COLLATE "C" NOT NULL,
    token TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    sending TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, token)
);

-- Who else takes part in a conversation by letter, and whether she may.
CREATE TABLE participants (
    workspace TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    customer TEXT COLLATE "C" NOT NULL,
    rights TEXT COLLATE "C" NOT NULL,
    by_member TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, conversation, address)
);

-- How far a channel has been fetched, its sealed secrets, and how its connection does.
CREATE TABLE channel_cursors (
    workspace TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value BYTEA NOT NULL,
    PRIMARY KEY (workspace, channel, name)
);
CREATE TABLE channel_secrets (
    workspace TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value BYTEA NOT NULL,
    PRIMARY KEY (workspace, channel, name)
);
CREATE TABLE channel_health (
    workspace TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    part TEXT COLLATE "C" NOT NULL,
    body_json TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, channel, part)
);

-- When an address was last told that its letter arrived.
CREATE TABLE acknowledged (
    workspace TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (workspace, address)
);

-- Words that are to be said later and can be taken back until then.
CREATE TABLE scheduled (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    due_at BIGINT NOT NULL,
    body_json TEXT COLLATE "C" NOT NULL,
    problem TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE INDEX scheduled_conversation ON scheduled (workspace, conversation, id);

-- What is put below letters, by whom it is for: a member, a team or a channel.
CREATE TABLE signatures (
    workspace TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, kind, owner)
);
CREATE TABLE templates (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    body_json TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);

-- Keys that sign our letters (RFC 6376), sealed.
CREATE TABLE dkim_keys (
    workspace TEXT COLLATE "C" NOT NULL,
    domain TEXT COLLATE "C" NOT NULL,
    selector TEXT COLLATE "C" NOT NULL,
    key BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, domain, selector)
);
