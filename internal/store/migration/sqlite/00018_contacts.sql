-- +goose Up

-- Conversations as they are counted: each once, on the day on which the customer began it, by what was known of it when it was counted last.
CREATE TABLE contacts (
    workspace TEXT NOT NULL,
    conversation TEXT NOT NULL,
    customer TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    day INTEGER NOT NULL,
    channel TEXT NOT NULL,
    reason TEXT NOT NULL,
    language TEXT NOT NULL,
    message TEXT NOT NULL,
    mood INTEGER NOT NULL,
    dissatisfied INTEGER NOT NULL,
    repeats INTEGER NOT NULL,
    reopened INTEGER NOT NULL,
    handled_for INTEGER NOT NULL,
    touched_at INTEGER NOT NULL,
    page TEXT NOT NULL,
    PRIMARY KEY (workspace, conversation),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT;
CREATE INDEX contacts_reason ON contacts (workspace, reason, began_at, conversation);
CREATE INDEX contacts_customer ON contacts (workspace, customer, began_at, conversation);

-- What they add up to: those of a day, a reason, a channel and a language; of all channels together ('') and of all languages ('*'), so that no
-- view has to add up what it does not show. It can be counted again.
CREATE TABLE contact_days (
    workspace TEXT NOT NULL REFERENCES workspaces (id),
    day INTEGER NOT NULL,
    reason TEXT NOT NULL,
    channel TEXT NOT NULL,
    language TEXT NOT NULL,
    contacts INTEGER NOT NULL,
    words_read INTEGER NOT NULL,
    moods INTEGER NOT NULL,
    dissatisfied INTEGER NOT NULL,
    repeats INTEGER NOT NULL,
    handled INTEGER NOT NULL,
    handled_for INTEGER NOT NULL,
    PRIMARY KEY (workspace, channel, language, day, reason)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_days_reason ON contact_days (workspace, reason, day);

-- What is to be done about reasons, and what an hour of work costs.
CREATE TABLE reason_actions (
    workspace TEXT NOT NULL REFERENCES workspaces (id),
    reason TEXT NOT NULL,
    aim_json TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (workspace, reason)
) STRICT;
CREATE TABLE work_rates (
    workspace TEXT NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    rate_json TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
