-- +goose Up

CREATE TABLE webhooks (
    workspace       TEXT    NOT NULL REFERENCES workspaces (id),
    id              TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    url             TEXT    NOT NULL,
    secret          BLOB    NOT NULL,
    previous        BLOB,
    previous_until  INTEGER NOT NULL,
    events          TEXT    NOT NULL,
    owner           TEXT    NOT NULL,
    disabled        INTEGER NOT NULL,
    disabled_reason TEXT    NOT NULL,
    failures        INTEGER NOT NULL,
    failing_since   INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, owner) REFERENCES members (workspace, id)
) STRICT;

-- next_at is when the delivery is tried next, and while it is being sent when its sender's lease ends.
CREATE TABLE deliveries (
    workspace    TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    webhook      TEXT    NOT NULL,
    seq          INTEGER NOT NULL,
    type         TEXT    NOT NULL,
    body         TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    attempts     INTEGER NOT NULL,
    next_at      INTEGER NOT NULL,
    fence        INTEGER NOT NULL,
    status       INTEGER NOT NULL,
    wrong        TEXT    NOT NULL,
    took         INTEGER NOT NULL,
    subject      TEXT    NOT NULL,
    echo         INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    delivered_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, webhook) REFERENCES webhooks (workspace, id)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (next_at, workspace, webhook) WHERE state IN ('waiting', 'sending');
CREATE INDEX deliveries_open ON deliveries (workspace, webhook, next_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX deliveries_ended ON deliveries (workspace, created_at) WHERE state IN ('delivered', 'failed');
CREATE INDEX deliveries_webhook ON deliveries (workspace, webhook, created_at, id);
CREATE INDEX deliveries_subject ON deliveries (workspace, webhook, subject, created_at) WHERE subject <> '';

CREATE TABLE notices (
    workspace    TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    member       TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    text         TEXT    NOT NULL,
    by_member    TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    read_at      INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
) STRICT;
CREATE INDEX notices_member ON notices (workspace, member, at, id);
CREATE INDEX notices_unread ON notices (workspace, member, id) WHERE read_at = 0;
CREATE INDEX notices_at ON notices (workspace, at);
