-- +goose Up

-- What customers say at once. heard remembers messages for some days, heard_hours counts them for four weeks.
CREATE TABLE heard (
    workspace TEXT NOT NULL,
    message TEXT NOT NULL,
    conversation TEXT NOT NULL,
    customer TEXT NOT NULL,
    channel TEXT NOT NULL,
    reason TEXT NOT NULL,
    language TEXT NOT NULL,
    said_at INTEGER NOT NULL,
    letters INTEGER NOT NULL,
    sign BLOB NOT NULL,
    PRIMARY KEY (workspace, message),
    FOREIGN KEY (workspace) REFERENCES workspaces (id)
) STRICT;
CREATE INDEX heard_since ON heard (workspace, said_at, message);
CREATE TABLE heard_hours (
    workspace TEXT NOT NULL,
    topic TEXT NOT NULL,
    hour INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (workspace, topic, hour),
    FOREIGN KEY (workspace) REFERENCES workspaces (id)
) STRICT;
CREATE TABLE heard_lessons (
    workspace TEXT NOT NULL,
    cause TEXT NOT NULL,
    learnt REAL NOT NULL,
    PRIMARY KEY (workspace, cause),
    FOREIGN KEY (workspace) REFERENCES workspaces (id)
) STRICT;
CREATE TABLE listen_settings (
    workspace TEXT NOT NULL,
    settings_json TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (workspace),
    FOREIGN KEY (workspace) REFERENCES workspaces (id)
) STRICT;

-- Incidents: of one cause there is one that is open.
CREATE TABLE incidents (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    state TEXT NOT NULL,
    cause TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    course_json TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace) REFERENCES workspaces (id)
) STRICT;
CREATE UNIQUE INDEX incidents_open ON incidents (workspace, cause) WHERE ended_at = 0;
CREATE INDEX incidents_opened ON incidents (workspace, opened_at, id);
CREATE INDEX incidents_ended ON incidents (workspace, ended_at, id);
-- Whose a conversation is, is read from itself.
CREATE TABLE incident_conversations (
    workspace TEXT NOT NULL,
    incident TEXT NOT NULL,
    conversation TEXT NOT NULL,
    message TEXT NOT NULL,
    said_at INTEGER NOT NULL,
    language TEXT NOT NULL,
    held_at INTEGER NOT NULL,
    told_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, incident, conversation),
    FOREIGN KEY (workspace, incident) REFERENCES incidents (workspace, id),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT;
CREATE INDEX incident_conversations_order ON incident_conversations (workspace, incident, said_at, conversation);
CREATE TABLE scenarios (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    plan_json TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace) REFERENCES workspaces (id)
) STRICT;
