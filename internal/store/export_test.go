package store

import "context"

// Made are the statements that are made of others.
var Made = []string{insertEvents.of[64], insertEvents.of[8]}

// Prepare lets the engine check a statement without running it.
func (s *Store) Prepare(ctx context.Context, statement string) error {
	return s.writer.do(ctx, "", func(t *tx) error {
		_, err := t.session.prepare(t.within, statement)
		return err
	})
}

// Explain returns the plan of a statement on SQLite.
func (s *Store) Explain(ctx context.Context, statement string, args ...any) (plan []string, err error) {
	err = s.readers.view(ctx, func(ctx context.Context, session *session) error {
		rows, err := session.query(ctx, "EXPLAIN QUERY PLAN "+statement, args...)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }() // the test fails on what it reads
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				return err
			}
			plan = append(plan, detail)
		}
		return rows.Err()
	})
	return plan, err
}

// PretendFatal makes the store take a constraint's error for a disk's.
func (s *Store) PretendFatal() {
	s.writer.dialect.ended, s.writer.dialect.fatal = s.writer.dialect.orphan, s.writer.dialect.orphan
}
