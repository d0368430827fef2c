-- +goose Up

-- Who an arrival in quarantine says that it is from, and what about, so that a list of them opens no bytes; 'null' for those that were put
-- aside before, and for all that is not in quarantine.
ALTER TABLE arrivals ADD COLUMN head_json TEXT NOT NULL DEFAULT 'null';
