package store

import (
	"database/sql"
	"regexp"
	"strconv"
	"strings"

	"visavis/internal/store/postgres"
	"visavis/internal/store/sqlite"
)

// dialect is everything in which the engines differ.
type dialect struct {
	name string
	// shared means that other nodes write to the same database, so that rows have to be locked and connections can be lost.
	shared bool
	// batch is how many commands one transaction takes at most.
	batch int

	begin, beginView string

	// list is what list($n) in a statement becomes: the members of a JSON array of texts.
	list string

	// updateInPlace saves a conversation whose state and owners stay; "" where that would be no cheaper.
	updateInPlace string

	// insertMessage has the search terms as its last parameter on PostgreSQL; on SQLite they follow at the end of the batch.
	insertMessage string
	inlineSearch  bool
	findMessages  string
	findCustomers string

	unique, orphan, ended, retry, fatal, full, busy func(error) bool
	lost                                            func(*sql.Conn) bool
}

func never(error) bool { return false }

func onSQLite() *dialect {
	return &dialect{
		name: "sqlite", batch: 256,
		begin: "BEGIN IMMEDIATE", beginView: "BEGIN",
		list:          "(SELECT value FROM json_each($1))",
		updateInPlace: updateInPlaceSQLite,
		insertMessage: insertMessageSQLite,
		findMessages:  findMessagesSQLite, findCustomers: findCustomersSQLite,
		unique: sqlite.Unique, orphan: sqlite.Orphan, ended: sqlite.Ended, retry: never, fatal: sqlite.Fatal, full: sqlite.Full, busy: sqlite.Busy,
		lost: func(*sql.Conn) bool { return false },
	}
}

func onPostgres() *dialect {
	return &dialect{
		name: "postgres", shared: true, batch: 64,
		begin: "BEGIN ISOLATION LEVEL READ COMMITTED", beginView: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
		list:          "(SELECT json_array_elements_text($1::json) AS value)",
		insertMessage: insertMessagePostgres, inlineSearch: true,
		findMessages: findMessagesPostgres, findCustomers: findCustomersPostgres,
		unique: postgres.Unique, orphan: postgres.Orphan, ended: postgres.Ended, retry: postgres.Retry, fatal: never, full: postgres.Full, busy: never,
		lost: postgres.Lost,
	}
}

var listed = regexp.MustCompile(`list\((\$\d+)\)`)

// write returns a statement as this engine wants it, with the argument of each of its parameters; nil means as they come.
//
// SQLite takes $1 for a name, and looks for it among all names whenever it is bound; ? has none.
func (d *dialect) write(statement string) (text string, order []int) {
	statement = listed.ReplaceAllStringFunc(statement, func(m string) string {
		return strings.ReplaceAll(d.list, "$1", m[len("list("):len(m)-1])
	})
	if d.shared {
		return statement, nil
	}
	inOrder := true
	text = parameter.ReplaceAllStringFunc(statement, func(p string) string {
		k, err := strconv.Atoi(p[1:])
		if err != nil {
			return p
		}
		inOrder = inOrder && k == len(order)+1
		order = append(order, k-1)
		return "?"
	})
	if inOrder {
		order = nil
	}
	return text, order
}

const (
	insertMessageSQLite = `INSERT INTO messages (workspace, id, conversation, position, kind, author, author_id, text, attachments, channel,
		client_id, line, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	insertMessagePostgres = `INSERT INTO messages (workspace, id, conversation, position, kind, author, author_id, text, attachments, channel,
		client_id, line, created_at, words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::tsvector)`

	lockWorkspacePostgres = `SELECT seq FROM workspaces WHERE id = $1 FOR NO KEY UPDATE`

	// The ordinal at the head of every term already keeps workspaces apart; the join says it once more.
	findMessagesSQLite = `SELECT m.id, m.conversation
		FROM (SELECT rowid AS ref FROM message_words WHERE message_words MATCH $2 ORDER BY rowid DESC LIMIT $3) w
		CROSS JOIN messages m WHERE m.workspace = $1 AND m.ref = w.ref`
	findMessagesPostgres = `SELECT id, conversation FROM messages WHERE workspace = $1 AND words @@ $2::tsquery ORDER BY id DESC LIMIT $3`

	refOfCustomerSQLite   = `SELECT ref FROM customers WHERE workspace = $1 AND id = $2`
	indexCustomerPostgres = `UPDATE customers SET words = $3::tsvector WHERE workspace = $1 AND id = $2`

	findCustomersSQLite = `SELECT u.id, u.last_seen_at
		FROM (SELECT rowid AS ref FROM customer_words WHERE customer_words MATCH $2 ORDER BY rowid DESC LIMIT $3) w
		CROSS JOIN customers u WHERE u.workspace = $1 AND u.ref = w.ref`
	findCustomersPostgres = `SELECT id, last_seen_at FROM customers WHERE workspace = $1 AND words @@ $2::tsquery ORDER BY id DESC LIMIT $3`
)
