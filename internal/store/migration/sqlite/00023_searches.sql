-- +goose Up

-- What customers looked for before they wrote, added up by day. print is the fingerprint of the words, '' for all those beyond what is kept of a
-- day; term is '' while one person alone has looked for them; people has one bit of 64 for whoever did.
CREATE TABLE search_days (
    workspace TEXT NOT NULL REFERENCES workspaces (id),
    day INTEGER NOT NULL,
    print TEXT NOT NULL,
    channel TEXT NOT NULL,
    language TEXT NOT NULL,
    term TEXT NOT NULL,
    people INTEGER NOT NULL,
    searches INTEGER NOT NULL,
    unfound INTEGER NOT NULL,
    opened INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    wrote INTEGER NOT NULL,
    PRIMARY KEY (workspace, day, print, channel, language)
) STRICT, WITHOUT ROWID;
CREATE INDEX search_days_print ON search_days (workspace, print, day);
