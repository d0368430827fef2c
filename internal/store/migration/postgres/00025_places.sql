-- +goose Up

-- What an organisation says of its customers: signed by its site, by its programs, or by its members.
ALTER TABLE customers ADD COLUMN attributes_json TEXT COLLATE "C" NOT NULL DEFAULT '{}';

-- Where customers are and what they have, as it was counted: '' is not known.
ALTER TABLE contacts ADD COLUMN place TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN product TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE heard ADD COLUMN place TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE incident_conversations ADD COLUMN place TEXT COLLATE "C" NOT NULL DEFAULT '';

-- The values that are told apart, as they were first written; there is room for some, the rest are others.
CREATE TABLE contact_values (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    kind TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (workspace, kind, key)
);

-- As contact_days, of a place ('' for all), a product ('' for all), or both.
CREATE TABLE contact_places (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    place TEXT COLLATE "C" NOT NULL,
    product TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    day BIGINT NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    contacts BIGINT NOT NULL,
    words_read BIGINT NOT NULL,
    moods BIGINT NOT NULL,
    dissatisfied BIGINT NOT NULL,
    repeats BIGINT NOT NULL,
    handled BIGINT NOT NULL,
    handled_for BIGINT NOT NULL,
    PRIMARY KEY (workspace, place, product, channel, language, day, reason)
);
CREATE INDEX contact_places_place ON contact_places (workspace, place, channel, language, day);
CREATE INDEX contact_places_product ON contact_places (workspace, product, channel, language, day);
CREATE INDEX contact_places_reason ON contact_places (workspace, reason, day);
