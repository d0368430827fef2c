-- +goose Up

CREATE TABLE webhooks (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    url TEXT COLLATE "C" NOT NULL,
    secret BYTEA NOT NULL,
    previous BYTEA,
    previous_until BIGINT NOT NULL,
    events TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    disabled BOOLEAN NOT NULL,
    disabled_reason TEXT COLLATE "C" NOT NULL,
    failures BIGINT NOT NULL,
    failing_since BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, owner) REFERENCES members (workspace, id)
);

-- next_at is when the delivery is tried next, and while it is being sent when its sender's lease ends.
CREATE TABLE deliveries (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    webhook TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    status BIGINT NOT NULL,
    wrong TEXT COLLATE "C" NOT NULL,
    took BIGINT NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    echo BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    delivered_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, webhook) REFERENCES webhooks (workspace, id)
);
CREATE INDEX deliveries_due ON deliveries (next_at, workspace, webhook) WHERE state IN ('waiting', 'sending');
CREATE INDEX deliveries_open ON deliveries (workspace, webhook, next_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX deliveries_ended ON deliveries (workspace, created_at) WHERE state IN ('delivered', 'failed');
CREATE INDEX deliveries_webhook ON deliveries (workspace, webhook, created_at, id);
CREATE INDEX deliveries_subject ON deliveries (workspace, webhook, subject, created_at) WHERE subject <> '';

CREATE TABLE notices (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    by_member TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
);
CREATE INDEX notices_member ON notices (workspace, member, at, id);
CREATE INDEX notices_unread ON notices (workspace, member, id) WHERE read_at = 0;
CREATE INDEX notices_at ON notices (workspace, at);
