-- +goose Up

-- A member's calls that are over, by time: ids begin with it.
CREATE INDEX assists_ended_of ON assists (workspace, member, id) WHERE state = 'ended';
CREATE INDEX assists_ended ON assists (workspace, id) WHERE state = 'ended';
