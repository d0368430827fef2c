-- +goose Up

-- Conversations as they are counted: each once, on the day on which the customer began it, by what was known of it when it was counted last.
CREATE TABLE contacts (
    workspace TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    customer TEXT COLLATE "C" NOT NULL,
    began_at BIGINT NOT NULL,
    day BIGINT NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    mood BIGINT NOT NULL,
    dissatisfied BOOLEAN NOT NULL,
    repeats BOOLEAN NOT NULL,
    reopened BOOLEAN NOT NULL,
    handled_for BIGINT NOT NULL,
    touched_at BIGINT NOT NULL,
    page TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, conversation),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
);
CREATE INDEX contacts_reason ON contacts (workspace, reason, began_at, conversation);
CREATE INDEX contacts_customer ON contacts (workspace, customer, began_at, conversation);

-- What they add up to: those of a day, a reason, a channel and a language; of all channels together ('') and of all languages ('*'), so that no
-- view has to add up what it does not show. It can be counted again.
CREATE TABLE contact_days (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    day BIGINT NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    contacts BIGINT NOT NULL,
    words_read BIGINT NOT NULL,
    moods BIGINT NOT NULL,
    dissatisfied BIGINT NOT NULL,
    repeats BIGINT NOT NULL,
    handled BIGINT NOT NULL,
    handled_for BIGINT NOT NULL,
    PRIMARY KEY (workspace, channel, language, day, reason)
);
CREATE INDEX contact_days_reason ON contact_days (workspace, reason, day);

-- What is to be done about reasons, and what an hour of work costs.
CREATE TABLE reason_actions (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    reason TEXT COLLATE "C" NOT NULL,
    aim_json TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, reason)
);
CREATE TABLE work_rates (
    workspace TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    rate_json TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL
);
