-- +goose Up

-- What the customer's words were read to say, beside what is known of the matter; reading_by says whose word the reason is.
ALTER TABLE conversations ADD COLUMN reading_by TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN reading_alone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN reading_language TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN reading_message TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN mood_said INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN dissatisfied INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN urgency TEXT NOT NULL DEFAULT '';

-- Lists of a reason, and of those who are dissatisfied, are one walk backwards along one of these.
CREATE INDEX conversations_reason ON conversations (workspace, reason, state, last_activity_at, id) WHERE reason <> '';
CREATE INDEX conversations_dissatisfied ON conversations (workspace, state, last_activity_at, id) WHERE dissatisfied;

-- One for each message that was read. sign is its signature, by which others are found that say nearly the same.
CREATE TABLE readings (
    workspace TEXT NOT NULL,
    message TEXT NOT NULL,
    conversation TEXT NOT NULL,
    at INTEGER NOT NULL,
    engine TEXT NOT NULL,
    model TEXT NOT NULL,
    says_json TEXT NOT NULL,
    sign BLOB NOT NULL,
    correction_json TEXT NOT NULL,
    corrected_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, message),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT;
CREATE INDEX readings_corrected ON readings (workspace, corrected_at, message) WHERE corrected_at > 0;
CREATE INDEX readings_corrected_of ON readings (workspace, conversation, corrected_at) WHERE corrected_at > 0;

-- Messages by stretches of their signatures: those with one in common are worth comparing.
CREATE TABLE reading_bands (
    workspace TEXT NOT NULL REFERENCES workspaces (id),
    band INTEGER NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (workspace, band, message)
) STRICT, WITHOUT ROWID;

-- The tree of reasons, and the model that a workspace taught itself. Columns that end in _json hold what nothing searches in.
CREATE TABLE reason_trees (
    workspace TEXT NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    body_json TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE TABLE reader_models (
    workspace TEXT NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    story_json TEXT NOT NULL,
    body BLOB NOT NULL,
    version INTEGER NOT NULL
) STRICT;
