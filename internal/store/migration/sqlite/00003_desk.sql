-- +goose Up

-- ref is the row's number in the search index.
CREATE TABLE customers (
    ref           INTEGER NOT NULL PRIMARY KEY,
    workspace     TEXT    NOT NULL REFERENCES workspaces (id),
    id            TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    face          TEXT    NOT NULL,
    locale        TEXT    NOT NULL,
    zone          TEXT    NOT NULL,
    verified      INTEGER NOT NULL,
    page_url      TEXT    NOT NULL,
    page_title    TEXT    NOT NULL,
    page_at       INTEGER NOT NULL,
    first_seen_at INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    UNIQUE (workspace, id)
) STRICT;

CREATE TABLE identities (
    workspace  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    customer   TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    value      TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    verified   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, customer) REFERENCES customers (workspace, id)
) STRICT;
CREATE INDEX identities_customer ON identities (workspace, customer);
CREATE UNIQUE INDEX identities_verified ON identities (workspace, kind, key) WHERE verified;

CREATE TABLE visits (
    workspace  TEXT    NOT NULL,
    token_hash TEXT    NOT NULL,
    customer   TEXT    NOT NULL,
    channel    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, token_hash),
    FOREIGN KEY (workspace, customer) REFERENCES customers (workspace, id),
    FOREIGN KEY (workspace, channel) REFERENCES channels (workspace, id)
) STRICT;
CREATE INDEX visits_customer ON visits (workspace, customer);

CREATE TABLE conversations (
    workspace           TEXT    NOT NULL,
    id                  TEXT    NOT NULL,
    number              INTEGER NOT NULL,
    subject             TEXT    NOT NULL,
    state               TEXT    NOT NULL,
    channel             TEXT    NOT NULL,
    customer            TEXT    NOT NULL,
    assignee            TEXT    NOT NULL,
    team                TEXT    NOT NULL,
    snoozed_until       INTEGER NOT NULL,
    snoozed_until_reply INTEGER NOT NULL,
    preview_text        TEXT    NOT NULL,
    preview_author      TEXT    NOT NULL,
    preview_at          INTEGER NOT NULL,
    preview_attachments INTEGER NOT NULL,
    waiting_since       INTEGER NOT NULL,
    last_position       INTEGER NOT NULL,
    customer_read       INTEGER NOT NULL,
    member_read         INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    last_activity_at    INTEGER NOT NULL,
    resolved_at         INTEGER NOT NULL,
    version             INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    UNIQUE (workspace, number),
    FOREIGN KEY (workspace, customer) REFERENCES customers (workspace, id)
) STRICT;
-- Each list is one walk backwards along one of these.
CREATE INDEX conversations_all ON conversations (workspace, state, last_activity_at, id);
CREATE INDEX conversations_assignee ON conversations (workspace, assignee, state, last_activity_at, id);
CREATE INDEX conversations_team ON conversations (workspace, team, state, last_activity_at, id) WHERE team <> '';
CREATE INDEX conversations_customer ON conversations (workspace, customer, last_activity_at, id);

-- ref is the row's number in the search index.
CREATE TABLE messages (
    ref          INTEGER NOT NULL PRIMARY KEY,
    workspace    TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    position     INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    author       TEXT    NOT NULL,
    author_id    TEXT    NOT NULL,
    text         TEXT    NOT NULL,
    attachments  INTEGER NOT NULL,
    channel      TEXT    NOT NULL,
    client_id    TEXT    NOT NULL,
    line         TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    UNIQUE (workspace, id),
    UNIQUE (workspace, conversation, position),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT;
CREATE UNIQUE INDEX messages_client ON messages (workspace, author, author_id, client_id) WHERE client_id <> '';

CREATE TABLE attachments (
    workspace    TEXT    NOT NULL REFERENCES workspaces (id),
    id           TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    message      TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    media_type   TEXT    NOT NULL,
    size         INTEGER NOT NULL,
    width        INTEGER NOT NULL,
    height       INTEGER NOT NULL,
    blob         TEXT    NOT NULL,
    author       TEXT    NOT NULL,
    author_id    TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;
CREATE INDEX attachments_message ON attachments (workspace, message) WHERE message <> '';
CREATE INDEX attachments_author ON attachments (workspace, author, author_id, created_at);

CREATE TABLE reads (
    workspace    TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    member       TEXT    NOT NULL,
    position     INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (workspace, conversation, member),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
) STRICT, WITHOUT ROWID;

-- Terms come ready-made and separated by spaces: the tokenizer only has to keep each whole. Neither text nor positions are kept.
CREATE VIRTUAL TABLE message_words USING fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
CREATE VIRTUAL TABLE customer_words USING fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
