package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"visavis/internal/store"
)

// Seed fills the workspace of a server that was set up with so many conversations, for measuring.
func (a *App) Seed(ctx context.Context, conversations int) error {
	all, err := a.store.Staff().Workspaces(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errors.New("there is no workspace to fill: run visavis setup first")
	}
	_, err = a.store.Seed(ctx, all[0].ID, store.SeedSpec{Conversations: conversations, Members: 8, Teams: 3, Rand: rand.Reader, Until: a.clock.Now()})
	if err != nil {
		return fmt.Errorf("fill the workspace: %w", err)
	}
	return nil
}
