-- +goose Up

-- What arrived on a written channel, kept before anybody reads it. The row outlives what was made of it, so that what was erased or
-- discarded does not come back; hash is a keyed one of the bytes. next_at is when it is read next, and while it is being read when the
-- reader's lease ends.
CREATE TABLE arrivals (
    workspace     TEXT    NOT NULL REFERENCES workspaces (id),
    id            TEXT    NOT NULL,
    channel       TEXT    NOT NULL,
    hash          TEXT    NOT NULL,
    remote        TEXT    NOT NULL,
    blob          TEXT    NOT NULL,
    size          INTEGER NOT NULL,
    envelope_json TEXT    NOT NULL,
    received_at   INTEGER NOT NULL,
    state         TEXT    NOT NULL,
    reason        TEXT    NOT NULL,
    detail        TEXT    NOT NULL,
    tries         INTEGER NOT NULL,
    next_at       INTEGER NOT NULL,
    fence         INTEGER NOT NULL,
    conversation  TEXT    NOT NULL,
    message       TEXT    NOT NULL,
    changed_at    INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, channel) REFERENCES channels (workspace, id)
) STRICT;
CREATE UNIQUE INDEX arrivals_hash ON arrivals (workspace, channel, hash);
CREATE INDEX arrivals_due ON arrivals (next_at, workspace) WHERE state = 'waiting';
CREATE INDEX arrivals_waiting ON arrivals (workspace, next_at, id) WHERE state = 'waiting';
CREATE INDEX arrivals_state ON arrivals (workspace, state, id);

-- What a message was as a letter: heads, folded parts, trust.
CREATE TABLE letters (
    workspace    TEXT    NOT NULL,
    message      TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    outward      INTEGER NOT NULL,
    body_json    TEXT    NOT NULL,
    raw          TEXT    NOT NULL,
    html         TEXT    NOT NULL,
    PRIMARY KEY (workspace, message),
    FOREIGN KEY (workspace, message) REFERENCES messages (workspace, id)
) STRICT;
CREATE INDEX letters_conversation ON letters (workspace, conversation, message);

-- The ids of letters (RFC 5322 section 3.6.4): by those that we issued, answers find their conversation. print tells two letters under one
-- id apart.
CREATE TABLE letter_ids (
    workspace    TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    message      TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    outward      INTEGER NOT NULL,
    print        TEXT    NOT NULL,
    PRIMARY KEY (workspace, channel, id, message)
) STRICT;

-- Letters that leave. next_at is when the next attempt is due, and during one when the sender's lease ends.
CREATE TABLE sendings (
    workspace     TEXT    NOT NULL,
    id            TEXT    NOT NULL,
    channel       TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    conversation  TEXT    NOT NULL,
    message       TEXT    NOT NULL,
    letter_id     TEXT    NOT NULL,
    draft_json    TEXT    NOT NULL,
    raw           TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    tries         INTEGER NOT NULL,
    next_at       INTEGER NOT NULL,
    fence         INTEGER NOT NULL,
    problem       TEXT    NOT NULL,
    answer        TEXT    NOT NULL,
    outcomes_json TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,
    read_at       INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, channel) REFERENCES channels (workspace, id)
) STRICT;
CREATE INDEX sendings_due ON sendings (next_at, workspace) WHERE state IN ('waiting', 'unknown', 'sending');
CREATE INDEX sendings_open ON sendings (workspace, next_at, id) WHERE state IN ('waiting', 'unknown', 'sending');
CREATE INDEX sendings_state ON sendings (workspace, state, id);
CREATE INDEX sendings_conversation ON sendings (workspace, conversation, id);
CREATE INDEX sendings_message ON sendings (workspace, message);

-- What the signed parts of our addresses stand for.
CREATE TABLE letter_tokens (
    workspace    TEXT    NOT NULL,
    token        TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    sending      TEXT    NOT NULL,
    address      TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace, token)
) STRICT;

-- Who else takes part in a conversation by letter, and whether she may.
CREATE TABLE participants (
    workspace    TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    address      TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    customer     TEXT    NOT NULL,
    rights       TEXT    NOT NULL,
    by_member    TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace, conversation, address)
) STRICT;

-- How far a channel has been fetched, its sealed secrets, and how its connection does.
CREATE TABLE channel_cursors (
    workspace TEXT NOT NULL,
    channel   TEXT NOT NULL,
    name      TEXT NOT NULL,
    value     BLOB NOT NULL,
    PRIMARY KEY (workspace, channel, name)
) STRICT;
CREATE TABLE channel_secrets (
    workspace TEXT NOT NULL,
    channel   TEXT NOT NULL,
    name      TEXT NOT NULL,
    value     BLOB NOT NULL,
    PRIMARY KEY (workspace, channel, name)
) STRICT;
CREATE TABLE channel_health (
    workspace TEXT NOT NULL,
    channel   TEXT NOT NULL,
    part      TEXT NOT NULL,
    body_json TEXT NOT NULL,
    PRIMARY KEY (workspace, channel, part)
) STRICT;

-- When an address was last told that its letter arrived.
CREATE TABLE acknowledged (
    workspace TEXT    NOT NULL,
    address   TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (workspace, address)
) STRICT;

-- Words that are to be said later and can be taken back until then.
CREATE TABLE scheduled (
    workspace    TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    member       TEXT    NOT NULL,
    due_at       INTEGER NOT NULL,
    body_json    TEXT    NOT NULL,
    problem      TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;
CREATE INDEX scheduled_conversation ON scheduled (workspace, conversation, id);

-- What is put below letters, by whom it is for: a member, a team or a channel.
CREATE TABLE signatures (
    workspace TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    owner     TEXT    NOT NULL,
    text      TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    PRIMARY KEY (workspace, kind, owner)
) STRICT;
CREATE TABLE templates (
    workspace  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    body_json  TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;

-- Keys that sign our letters (RFC 6376), sealed.
CREATE TABLE dkim_keys (
    workspace  TEXT    NOT NULL,
    domain     TEXT    NOT NULL,
    selector   TEXT    NOT NULL,
    key        BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, domain, selector)
) STRICT;
