-- +goose Up

-- Nothing: PostgreSQL's search index needs no table of words beside it.
SELECT 1;
