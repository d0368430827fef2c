-- +goose Up

-- Which node holds a live assistance; of several there are none on this engine.
ALTER TABLE assists ADD COLUMN node TEXT NOT NULL DEFAULT '';
