-- +goose Up

-- What customers say at once. heard remembers messages for some days, heard_hours counts them for four weeks.
CREATE TABLE heard (
    workspace TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    customer TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    said_at BIGINT NOT NULL,
    letters BIGINT NOT NULL,
    sign BYTEA NOT NULL,
    PRIMARY KEY (workspace, message),
    FOREIGN KEY (workspace) REFERENCES workspaces (id)
);
CREATE INDEX heard_since ON heard (workspace, said_at, message);
CREATE TABLE heard_hours (
    workspace TEXT COLLATE "C" NOT NULL,
    topic TEXT COLLATE "C" NOT NULL,
    hour BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (workspace, topic, hour),
    FOREIGN KEY (workspace) REFERENCES workspaces (id)
);
CREATE TABLE heard_lessons (
    workspace TEXT COLLATE "C" NOT NULL,
    cause TEXT COLLATE "C" NOT NULL,
    learnt DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (workspace, cause),
    FOREIGN KEY (workspace) REFERENCES workspaces (id)
);
CREATE TABLE listen_settings (
    workspace TEXT COLLATE "C" NOT NULL,
    settings_json TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace),
    FOREIGN KEY (workspace) REFERENCES workspaces (id)
);

-- Incidents: of one cause there is one that is open.
CREATE TABLE incidents (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    cause TEXT COLLATE "C" NOT NULL,
    opened_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    course_json TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace) REFERENCES workspaces (id)
);
CREATE UNIQUE INDEX incidents_open ON incidents (workspace, cause) WHERE ended_at = 0;
CREATE INDEX incidents_opened ON incidents (workspace, opened_at, id);
CREATE INDEX incidents_ended ON incidents (workspace, ended_at, id);
-- Whose a conversation is, is read from itself.
CREATE TABLE incident_conversations (
    workspace TEXT COLLATE "C" NOT NULL,
    incident TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    said_at BIGINT NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    held_at BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, incident, conversation),
    FOREIGN KEY (workspace, incident) REFERENCES incidents (workspace, id),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
);
CREATE INDEX incident_conversations_order ON incident_conversations (workspace, incident, said_at, conversation);
CREATE TABLE scenarios (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    plan_json TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace) REFERENCES workspaces (id)
);
