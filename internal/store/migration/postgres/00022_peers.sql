-- +goose Up

-- The nodes that the others can reach, and by when each will have said again that it is there.
CREATE TABLE peers (
    url TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    media BOOLEAN NOT NULL,
    room BIGINT NOT NULL,
    until BIGINT NOT NULL
);

-- Each live assistance is held by one of them.
ALTER TABLE assists ADD COLUMN node TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE UNIQUE INDEX assists_held ON assists (id) WHERE state <> 'ended';
