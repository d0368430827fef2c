-- +goose Up

-- The endpoint that a workspace chose to ask what messages say, and what it was used for month by month.
CREATE TABLE reader_engines (
    workspace TEXT NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    body_json TEXT NOT NULL,
    sealed_key BLOB NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE TABLE reader_use (
    workspace TEXT NOT NULL REFERENCES workspaces (id),
    month TEXT NOT NULL,
    calls INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    abstained INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (workspace, month)
) STRICT;
