-- +goose Up

CREATE TABLE members (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    id TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    email_key TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    first_name TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    face TEXT COLLATE "C" NOT NULL,
    locale TEXT COLLATE "C" NOT NULL,
    zone TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    UNIQUE (workspace, email_key)
);
CREATE INDEX members_email ON members (email_key);

CREATE TABLE teams (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    icon TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);

CREATE TABLE team_members (
    workspace TEXT COLLATE "C" NOT NULL,
    team TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, team, member),
    FOREIGN KEY (workspace, team) REFERENCES teams (workspace, id),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
);
CREATE INDEX team_members_member ON team_members (workspace, member);

CREATE TABLE sessions (
    workspace TEXT COLLATE "C" NOT NULL,
    token_hash TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, token_hash),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
);
CREATE INDEX sessions_member ON sessions (workspace, member);

-- A member has at most one invitation.
CREATE TABLE invites (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    token_hash TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, member),
    UNIQUE (workspace, token_hash),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
);

CREATE TABLE tokens (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    prefix TEXT COLLATE "C" NOT NULL,
    secret_hash TEXT COLLATE "C" NOT NULL,
    scopes TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    UNIQUE (workspace, secret_hash),
    FOREIGN KEY (workspace, owner) REFERENCES members (workspace, id)
);

CREATE TABLE channels (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL UNIQUE,
    settings TEXT COLLATE "C" NOT NULL,
    team TEXT COLLATE "C" NOT NULL,
    secret BYTEA,
    disabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);
