-- +goose Up

-- Who claims an address without a proof is found without a look at all who claim one, and letters that killed their reader without one at
-- all that wait.
CREATE INDEX identities_claimed ON identities (workspace, kind, key, created_at, id) WHERE NOT verified;
CREATE INDEX arrivals_tried ON arrivals (workspace, tries, next_at, id) WHERE state = 'waiting' AND tries > 0;
