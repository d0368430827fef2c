-- +goose Up

-- What customers looked for before they wrote, added up by day. print is the fingerprint of the words, '' for all those beyond what is kept of a
-- day; term is '' while one person alone has looked for them; people has one bit of 64 for whoever did.
CREATE TABLE search_days (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    day BIGINT NOT NULL,
    print TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    term TEXT COLLATE "C" NOT NULL,
    people BIGINT NOT NULL,
    searches BIGINT NOT NULL,
    unfound BIGINT NOT NULL,
    opened BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    wrote BIGINT NOT NULL,
    PRIMARY KEY (workspace, day, print, channel, language)
);
CREATE INDEX search_days_print ON search_days (workspace, print, day);
