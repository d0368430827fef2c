package store

import (
	"fmt"
	"strings"

	"visavis/internal/vis"
)

// words are the search terms of a row, written at the end of the batch: SQLite's index keeps them in memory until then, and a
// savepoint in between would make it write each command's on its own.
type words struct {
	customer bool
	ref      int64
	terms    string
}

const advanceLog = `UPDATE workspaces SET seq = seq + $2 WHERE id = $1 RETURNING seq`

// lock makes a batch the only writer of its workspaces until it ends, which gives the events of each the order of the commits,
// and reports whether an earlier try of this batch was committed after all. That try, if it still lingers, holds the node's row,
// so that asking waits for its end.
func (w *writer) lock(batch []*command, unsure bool) (done bool, err error) {
	if unsure {
		last, err := w.number64(selectBatchPostgres, w.node)
		if err != nil || last == w.batch {
			return err == nil, err
		}
	}
	if _, err := w.session.exec(w.ctx, markBatchPostgres, w.node, w.batch, millis(w.store.clock.Now())); err != nil {
		return false, w.session.failed(err)
	}
	for i, c := range batch {
		if i > 0 && batch[i-1].workspace == c.workspace {
			continue
		}
		if _, err := w.number64(lockWorkspacePostgres, string(c.workspace)); err != nil {
			return false, err
		}
	}
	return false, nil
}

// number64 reads the one number of a statement's only row; 0 when there is none.
func (w *writer) number64(statement string, args ...any) (n int64, err error) {
	rows, err := w.session.query(w.ctx, statement, args...)
	if err != nil {
		return 0, w.session.failed(err)
	}
	if rows.Next() {
		err = rows.Scan(&n)
	}
	if e := rows.Close(); err == nil {
		err = e
	}
	if e := rows.Err(); err == nil {
		err = e
	}
	if err != nil {
		return 0, w.session.failed(err)
	}
	return n, nil
}

// number gives the batch's events their places in the logs and writes them; it returns the new heads.
func (w *writer) number(batch []*command) ([]head, error) {
	var heads []head
	logs := make(map[vis.WorkspaceID][]vis.Event)
	for _, c := range batch {
		if len(c.events) > 0 {
			if logs[c.workspace] == nil {
				heads = append(heads, head{workspace: c.workspace})
			}
			logs[c.workspace] = append(logs[c.workspace], c.events...)
		}
	}
	for i := range heads {
		events := logs[heads[i].workspace]
		seq, err := w.number64(advanceLog, string(heads[i].workspace), len(events))
		if err != nil {
			return nil, fmt.Errorf("advance the log: %w", err)
		}
		heads[i].seq = seq
		for j := range events {
			events[j].Seq = seq - int64(len(events)-1-j)
		}
		if err := w.write(events); err != nil {
			return nil, err
		}
		w.stats.events.Add(uint64(len(events)))
	}
	return heads, nil
}

const insertEvent = `INSERT INTO events (workspace, seq, at, type, by_kind, by_id, conversation, customer, data)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

var insertEvents = inSizes(insertEvent, 1, 64, 8)

// write writes events of one workspace.
func (w *writer) write(events []vis.Event) error {
	return insertEvents.each(len(events), func(statement string, first, rows int) error {
		args := make([]any, 0, 1+8*rows)
		args = append(args, string(events[0].Workspace))
		for _, e := range events[first : first+rows] {
			args = append(args, e.Seq, millis(e.At), string(e.Type), string(e.By), e.ByID, string(e.Conversation), string(e.Customer), string(e.Data))
		}
		if _, err := w.session.exec(w.ctx, statement, args...); err != nil {
			return fmt.Errorf("write to the log: %w", w.session.failed(err))
		}
		return nil
	})
}

// index writes what the batch wants found by search. Each row is a statement of its own: before a statement that could write
// several, SQLite's index would be written out so that the statement could be undone.
func (w *writer) index(batch []*command) error {
	for _, c := range batch {
		for _, i := range c.words {
			statement := indexMessageSQLite
			if i.customer {
				statement = indexCustomerSQLite
			}
			if _, err := w.session.exec(w.ctx, statement, i.ref, i.terms); err != nil {
				return fmt.Errorf("index for search: %w", w.session.failed(err))
			}
			if i.customer {
				continue
			}
			if err := w.learn(i.terms); err != nil {
				return err
			}
		}
	}
	return nil
}

// knownTerms bounds the terms that the writer remembers to be in the vocabulary. People use few words, so that hardly one is asked
// about twice.
const knownTerms = 50_000

// learn adds the terms of a message to the vocabulary.
func (w *writer) learn(terms string) error {
	for term := range strings.FieldsSeq(terms) {
		if w.known[term] {
			continue
		}
		if _, err := w.session.exec(w.ctx, insertTermSQLite, term); err != nil {
			return fmt.Errorf("learn a word: %w", w.session.failed(err))
		}
		w.learned = append(w.learned, term)
	}
	return nil
}

// keep remembers what a committed batch has learned.
func (w *writer) keep() {
	if len(w.known)+len(w.learned) > knownTerms {
		clear(w.known)
	}
	for _, term := range w.learned {
		w.known[term] = true
	}
	w.learned = w.learned[:0]
}
