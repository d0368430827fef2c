-- +goose Up

-- What an organisation says of its customers: signed by its site, by its programs, or by its members.
ALTER TABLE customers ADD COLUMN attributes_json TEXT NOT NULL DEFAULT '{}';

-- Where customers are and what they have, as it was counted: '' is not known.
ALTER TABLE contacts ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN product TEXT NOT NULL DEFAULT '';
ALTER TABLE heard ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE incident_conversations ADD COLUMN place TEXT NOT NULL DEFAULT '';

-- The values that are told apart, as they were first written; there is room for some, the rest are others.
CREATE TABLE contact_values (
    workspace TEXT NOT NULL REFERENCES workspaces (id),
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (workspace, kind, key)
) STRICT, WITHOUT ROWID;

-- As contact_days, of a place ('' for all), a product ('' for all), or both.
CREATE TABLE contact_places (
    workspace TEXT NOT NULL REFERENCES workspaces (id),
    place TEXT NOT NULL,
    product TEXT NOT NULL,
    channel TEXT NOT NULL,
    language TEXT NOT NULL,
    day INTEGER NOT NULL,
    reason TEXT NOT NULL,
    contacts INTEGER NOT NULL,
    words_read INTEGER NOT NULL,
    moods INTEGER NOT NULL,
    dissatisfied INTEGER NOT NULL,
    repeats INTEGER NOT NULL,
    handled INTEGER NOT NULL,
    handled_for INTEGER NOT NULL,
    PRIMARY KEY (workspace, place, product, channel, language, day, reason)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_places_place ON contact_places (workspace, place, channel, language, day);
CREATE INDEX contact_places_product ON contact_places (workspace, product, channel, language, day);
CREATE INDEX contact_places_reason ON contact_places (workspace, reason, day);
