-- +goose Up

-- The terms of message_words, so that what a word begins with can be looked up as the words that begin so: those the index
-- walks newest first, where for a prefix it would collect every hit before the first.
CREATE TABLE vocabulary (
    term TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE terms_of_messages USING fts5vocab (message_words, row);
INSERT INTO vocabulary (term) SELECT term FROM terms_of_messages;
DROP TABLE terms_of_messages;
