-- +goose Up

-- How many calls were asked for lately, by whom and to where: a stranger must not have us call a victim all day.
CREATE INDEX callbacks_recent ON callbacks (workspace, created_at, phone);
