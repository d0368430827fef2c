-- +goose Up

-- What was uploaded and never sent is forgotten after a day, and its bytes with it when no other file has the same.
CREATE INDEX attachments_unsent ON attachments (workspace, created_at) WHERE message = '';
CREATE INDEX attachments_blob ON attachments (workspace, blob);
