-- +goose Up

-- The endpoint that a workspace chose to ask what messages say, and what it was used for month by month.
CREATE TABLE reader_engines (
    workspace TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    body_json TEXT COLLATE "C" NOT NULL,
    sealed_key BYTEA NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE reader_use (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    month TEXT COLLATE "C" NOT NULL,
    calls BIGINT NOT NULL,
    tokens BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    abstained BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    PRIMARY KEY (workspace, month)
);
