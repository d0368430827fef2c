-- +goose Up

-- words is what search finds the row by; its terms come ready-made.
CREATE TABLE customers (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    face TEXT COLLATE "C" NOT NULL,
    locale TEXT COLLATE "C" NOT NULL,
    zone TEXT COLLATE "C" NOT NULL,
    verified BOOLEAN NOT NULL,
    page_url TEXT COLLATE "C" NOT NULL,
    page_title TEXT COLLATE "C" NOT NULL,
    page_at BIGINT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    words tsvector NOT NULL DEFAULT '',
    PRIMARY KEY (workspace, id)
);
CREATE INDEX customers_words ON customers USING gin (words);

CREATE TABLE identities (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    customer TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    verified BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, customer) REFERENCES customers (workspace, id)
);
CREATE INDEX identities_customer ON identities (workspace, customer);
CREATE UNIQUE INDEX identities_verified ON identities (workspace, kind, key) WHERE verified;

CREATE TABLE visits (
    workspace TEXT COLLATE "C" NOT NULL,
    token_hash TEXT COLLATE "C" NOT NULL,
    customer TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, token_hash),
    FOREIGN KEY (workspace, customer) REFERENCES customers (workspace, id),
    FOREIGN KEY (workspace, channel) REFERENCES channels (workspace, id)
);
CREATE INDEX visits_customer ON visits (workspace, customer);

CREATE TABLE conversations (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    customer TEXT COLLATE "C" NOT NULL,
    assignee TEXT COLLATE "C" NOT NULL,
    team TEXT COLLATE "C" NOT NULL,
    snoozed_until BIGINT NOT NULL,
    snoozed_until_reply BOOLEAN NOT NULL,
    preview_text TEXT COLLATE "C" NOT NULL,
    preview_author TEXT COLLATE "C" NOT NULL,
    preview_at BIGINT NOT NULL,
    preview_attachments BIGINT NOT NULL,
    waiting_since BIGINT NOT NULL,
    last_position BIGINT NOT NULL,
    customer_read BIGINT NOT NULL,
    member_read BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_activity_at BIGINT NOT NULL,
    resolved_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    UNIQUE (workspace, number),
    FOREIGN KEY (workspace, customer) REFERENCES customers (workspace, id)
);
-- Each list is one walk backwards along one of these.
CREATE INDEX conversations_all ON conversations (workspace, state, last_activity_at, id);
CREATE INDEX conversations_assignee ON conversations (workspace, assignee, state, last_activity_at, id);
CREATE INDEX conversations_team ON conversations (workspace, team, state, last_activity_at, id) WHERE team <> '';
CREATE INDEX conversations_customer ON conversations (workspace, customer, last_activity_at, id);

-- words is what search finds the row by; its terms come ready-made.
CREATE TABLE messages (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    author_id TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    attachments BIGINT NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    line TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    words tsvector NOT NULL DEFAULT '',
    PRIMARY KEY (workspace, id),
    UNIQUE (workspace, conversation, position),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
);
CREATE UNIQUE INDEX messages_client ON messages (workspace, author, author_id, client_id) WHERE client_id <> '';
CREATE INDEX messages_words ON messages USING gin (words);

CREATE TABLE attachments (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    id TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    blob TEXT COLLATE "C" NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    author_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE INDEX attachments_message ON attachments (workspace, message) WHERE message <> '';
CREATE INDEX attachments_author ON attachments (workspace, author, author_id, created_at);

CREATE TABLE reads (
    workspace TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (workspace, conversation, member),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
);
