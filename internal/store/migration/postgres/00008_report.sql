-- +goose Up

-- What was counted from the log; it can be counted again.
CREATE TABLE tallies (
    workspace TEXT    NOT NULL REFERENCES workspaces (id),
    what      TEXT    NOT NULL,
    at        BIGINT NOT NULL,
    kind      TEXT    NOT NULL,
    channel   TEXT    NOT NULL,
    team      TEXT    NOT NULL,
    n         BIGINT NOT NULL,
    took_json TEXT    NOT NULL,
    PRIMARY KEY (workspace, what, at, kind, channel, team)
);

CREATE TABLE promise_pages (
    workspace TEXT    NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    key       TEXT    NOT NULL UNIQUE,
    body_json TEXT    NOT NULL,
    version   BIGINT NOT NULL
);
