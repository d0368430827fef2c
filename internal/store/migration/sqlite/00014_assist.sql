-- +goose Up

-- Live assistance. Whose a session is, is read from its conversation; a conversation has at most one that goes on.
CREATE TABLE assists (
    workspace    TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    member       TEXT    NOT NULL,
    pressed_at   INTEGER NOT NULL,
    ended_at     INTEGER NOT NULL,
    story_json   TEXT    NOT NULL,
    version      INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, conversation) REFERENCES conversations (workspace, id)
) STRICT;
CREATE UNIQUE INDEX assists_open ON assists (workspace, conversation) WHERE state <> 'ended';
CREATE INDEX assists_open_since ON assists (workspace, pressed_at, id) WHERE state <> 'ended';
CREATE INDEX assists_conversation ON assists (workspace, conversation, pressed_at, id);
