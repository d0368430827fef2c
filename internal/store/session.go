package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// session is one connection with its prepared statements. One goroutine uses it at a time.
type session struct {
	dialect    *dialect
	conn       *sql.Conn
	statements map[string]prepared
	// broken means that the connection or its transaction can no longer be relied on.
	broken bool
}

func newSession(ctx context.Context, db *sql.DB, d *dialect) (*session, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	return &session{dialect: d, conn: conn, statements: make(map[string]prepared)}, nil
}

// prepared is a statement on one connection, with the order in which it takes its arguments when that is not theirs.
type prepared struct {
	*sql.Stmt
	order []int
}

func (p prepared) arrange(args []any) []any {
	if p.order == nil {
		return args
	}
	out := make([]any, len(p.order))
	for i, k := range p.order {
		out[i] = args[k]
	}
	return out
}

// prepare returns the statement, prepared once for this connection.
func (s *session) prepare(ctx context.Context, statement string) (prepared, error) {
	if p, ok := s.statements[statement]; ok {
		return p, nil
	}
	text, order := s.dialect.write(statement)
	stmt, err := s.conn.PrepareContext(ctx, text)
	if err != nil {
		return prepared{}, fmt.Errorf("prepare a statement: %w", err)
	}
	p := prepared{stmt, order}
	s.statements[statement] = p
	return p, nil
}

func (s *session) exec(ctx context.Context, statement string, args ...any) (sql.Result, error) {
	p, err := s.prepare(ctx, statement)
	if err != nil {
		return nil, err
	}
	return p.ExecContext(ctx, p.arrange(args)...)
}

func (s *session) query(ctx context.Context, statement string, args ...any) (*sql.Rows, error) {
	p, err := s.prepare(ctx, statement)
	if err != nil {
		return nil, err
	}
	return p.QueryContext(ctx, p.arrange(args)...)
}

// failed notes what a driver's error says about the session and returns the error.
func (s *session) failed(err error) error {
	if s.dialect.ended(err) || s.dialect.lost(s.conn) {
		s.broken = true
	}
	return err
}

// close ends the connection, and with it its statements and any open transaction.
func (s *session) close() {
	for _, p := range s.statements {
		_ = p.Close() // SQLite keeps the file open until the last one is closed; on a lost connection there is nothing to close
	}
	// The pool of database/sql would keep the connection as it is; a bad one it throws away.
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn })
}

// pool lends sessions to readers.
type pool struct {
	db      *sql.DB
	dialect *dialect
	free    chan *session // holds nil for a session that is to be opened
}

func newPool(db *sql.DB, d *dialect, n int) *pool {
	p := &pool{db: db, dialect: d, free: make(chan *session, n)}
	for range n {
		p.free <- nil
	}
	return p
}

// view lends a session in a read transaction to fn.
func (p *pool) view(ctx context.Context, fn func(context.Context, *session) error) (err error) {
	var s *session
	select {
	case s = <-p.free:
	case <-ctx.Done():
		return ctx.Err()
	}
	within := ctx
	if !p.dialect.shared {
		// Reads of a file are short and bounded; a watch over each for the caller's leaving would cost more than it saves.
		within = context.WithoutCancel(ctx)
	}
	returned := false
	defer func() {
		if s != nil && (!returned || s.broken) {
			s.close()
			s = nil
		}
		p.free <- s
	}()
	if s, err = p.begin(within, s); err != nil {
		return err
	}
	err = fn(within, s)
	returned = true
	if !s.broken {
		if _, e := s.exec(within, "ROLLBACK"); e != nil {
			err = errors.Join(err, s.failed(e))
			s.broken = true
		}
	}
	return err
}

// begin opens a read transaction, on a fresh connection when the old one was lost meanwhile.
func (p *pool) begin(ctx context.Context, s *session) (_ *session, err error) {
	if s != nil {
		if _, err = s.exec(ctx, p.dialect.beginView); err == nil || !p.dialect.shared {
			return s, err
		}
		s.close()
	}
	if s, err = newSession(ctx, p.db, p.dialect); err != nil {
		return nil, err
	}
	_, err = s.exec(ctx, p.dialect.beginView)
	return s, err
}

// close waits for the lent sessions and ends them all.
func (p *pool) close() error {
	for range cap(p.free) {
		if s := <-p.free; s != nil {
			s.close()
		}
	}
	if p.dialect.shared {
		return nil // its connections are the writer's database's
	}
	return p.db.Close()
}
