-- +goose Up

CREATE TABLE members (
    workspace     TEXT    NOT NULL REFERENCES workspaces (id),
    id            TEXT    NOT NULL,
    email         TEXT    NOT NULL,
    email_key     TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    first_name    TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    face          TEXT    NOT NULL,
    locale        TEXT    NOT NULL,
    zone          TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    UNIQUE (workspace, email_key)
) STRICT;
CREATE INDEX members_email ON members (email_key);

CREATE TABLE teams (
    workspace  TEXT    NOT NULL REFERENCES workspaces (id),
    id         TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    icon       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;

CREATE TABLE team_members (
    workspace TEXT NOT NULL,
    team      TEXT NOT NULL,
    member    TEXT NOT NULL,
    PRIMARY KEY (workspace, team, member),
    FOREIGN KEY (workspace, team) REFERENCES teams (workspace, id),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX team_members_member ON team_members (workspace, member);

CREATE TABLE sessions (
    workspace  TEXT    NOT NULL,
    token_hash TEXT    NOT NULL,
    member     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, token_hash),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
) STRICT;
CREATE INDEX sessions_member ON sessions (workspace, member);

-- A member has at most one invitation.
CREATE TABLE invites (
    workspace  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    member     TEXT    NOT NULL,
    token_hash TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, member),
    UNIQUE (workspace, token_hash),
    FOREIGN KEY (workspace, member) REFERENCES members (workspace, id)
) STRICT;

CREATE TABLE tokens (
    workspace    TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    prefix       TEXT    NOT NULL,
    secret_hash  TEXT    NOT NULL,
    scopes       TEXT    NOT NULL,
    owner        TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    UNIQUE (workspace, secret_hash),
    FOREIGN KEY (workspace, owner) REFERENCES members (workspace, id)
) STRICT;

CREATE TABLE channels (
    workspace  TEXT    NOT NULL REFERENCES workspaces (id),
    id         TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    key        TEXT    NOT NULL UNIQUE,
    settings   TEXT    NOT NULL,
    team       TEXT    NOT NULL,
    secret     BLOB,
    disabled   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;
