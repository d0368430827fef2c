package store

import (
	"context"
	"time"

	"visavis/internal/vis"
)

const (
	countCallbacksOfCustomer = `SELECT count(*) FROM callbacks b CROSS JOIN conversations c WHERE b.workspace = $1 AND b.created_at >= $2
		AND c.workspace = $1 AND c.id = b.conversation AND c.customer = $3`
	countCallbacksToPhone = `SELECT count(*) FROM callbacks WHERE workspace = $1 AND created_at >= $2 AND phone = $3`
	countCallbacks        = `SELECT count(*) FROM callbacks WHERE workspace = $1 AND created_at >= $2`
)

// CountCallbacks implements routing.Tx.
func (t *tx) CountCallbacks(ctx context.Context, customer vis.CustomerID, phone string, since time.Time) (ofCustomer, toPhone, everybody int, err error) {
	if ofCustomer, err = value[int](ctx, t, "count", countCallbacksOfCustomer, millis(since), string(customer)); err != nil {
		return 0, 0, 0, err
	}
	if toPhone, err = value[int](ctx, t, "count", countCallbacksToPhone, millis(since), phone); err != nil {
		return 0, 0, 0, err
	}
	everybody, err = value[int](ctx, t, "count", countCallbacks, millis(since))
	return ofCustomer, toPhone, everybody, err
}
