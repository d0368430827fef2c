-- +goose Up

-- What the customer's words were read to say, beside what is known of the matter; reading_by says whose word the reason is.
ALTER TABLE conversations ADD COLUMN reading_by TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN reading_alone BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE conversations ADD COLUMN reading_language TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN reading_message TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN mood_said BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN dissatisfied BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE conversations ADD COLUMN urgency TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Lists of a reason, and of those who are dissatisfied, are one walk backwards along one of these.
CREATE INDEX conversations_reason ON conversations (workspace, reason, state, last_activity_at, id) WHERE reason <> '';
CREATE INDEX conversations_dissatisfied ON conversations (workspace, state, last_activity_at, id) WHERE dissatisfied;

-- One for each message that was read. sign is its signature, by which others are found that say nearly the same.
CREATE TABLE readings (
    workspace TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    engine TEXT COLLATE "C" NOT NULL,
    model TEXT COLLATE "C" NOT NULL,
    says_json TEXT COLLATE "C" NOT NULL,
    sign BYTEA NOT NULL,
    correction_json TEXT COLLATE "C" NOT NULL,
    corrected_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, message),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
);
CREATE INDEX readings_corrected ON readings (workspace, corrected_at, message) WHERE corrected_at > 0;
CREATE INDEX readings_corrected_of ON readings (workspace, conversation, corrected_at) WHERE corrected_at > 0;

-- Messages by stretches of their signatures: those with one in common are worth comparing.
CREATE TABLE reading_bands (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    band BIGINT NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, band, message)
);

-- The tree of reasons, and the model that a workspace taught itself. Columns that end in _json hold what nothing searches in.
CREATE TABLE reason_trees (
    workspace TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    body_json TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE reader_models (
    workspace TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    story_json TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL,
    version BIGINT NOT NULL
);
