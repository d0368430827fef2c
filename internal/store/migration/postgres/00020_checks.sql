-- +goose Up

-- What people found when they tried their connection out, and sent.
CREATE TABLE assist_checks (
    workspace  TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    channel    TEXT COLLATE "C" NOT NULL,
    at         BIGINT NOT NULL,
    found_json TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, id)
);
