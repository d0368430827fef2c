-- +goose Up

-- Live assistance. Whose a session is, is read from its conversation; a conversation has at most one that goes on.
CREATE TABLE assists (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    pressed_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    story_json TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
);
CREATE UNIQUE INDEX assists_open ON assists (workspace, conversation) WHERE state <> 'ended';
CREATE INDEX assists_open_since ON assists (workspace, pressed_at, id) WHERE state <> 'ended';
CREATE INDEX assists_conversation ON assists (workspace, conversation, pressed_at, id);
