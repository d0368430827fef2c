-- +goose Up

-- Keys of two algorithms sign beside each other, each from when its record was seen in DNS; 0 for one that waits for it.
ALTER TABLE dkim_keys ADD COLUMN algorithm TEXT COLLATE "C" NOT NULL DEFAULT 'rsa';
ALTER TABLE dkim_keys ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
