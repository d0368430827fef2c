-- +goose Up

-- What people found when they tried their connection out, and sent.
CREATE TABLE assist_checks (
    workspace  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    channel    TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    found_json TEXT    NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;
