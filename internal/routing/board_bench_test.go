package routing_test

import (
	"fmt"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// BenchmarkBoard reads the board of a workspace of two hundred agents in twenty teams, in which a hundred thousand conversations wait.
func BenchmarkBoard(b *testing.B) {
	h := newShop(b)
	var teams []vis.TeamID
	for i := range 20 {
		teams = append(teams, h.team(fmt.Sprint("Team ", i)))
	}
	for i := range 200 {
		h.comes(h.hire(fmt.Sprint("Agent ", i), teams[i%len(teams)]))
	}
	h.crowd(teams, 100_000)
	for name, team := range map[string]vis.TeamID{"all": "", "team": teams[3]} {
		b.Run(name, func(b *testing.B) {
			var board routing.Board
			for range b.N {
				board = h.board(team)
			}
			b.ReportMetric(float64(board.Waiting), "waiting")
			b.ReportMetric(float64(board.Missed+board.AtRisk), "risks")
			b.ReportMetric(float64(len(board.Agents)), "agents")
		})
	}
}

// crowd lets conversations wait, two thirds of them with a promise that is missed or runs.
func (h *shop) crowd(teams []vis.TeamID, n int) {
	h.Helper()
	by := h.visitor(h.chat)
	first := h.says(by, h.chat)
	c := h.conversation(first)
	for from := 0; from < n; from += 5000 {
		h.ok(h.store.Routing().Update(h.ctx, vis.System(h.ws), nil, func(tx routing.Tx) error {
			for i := from; i < min(n, from+5000); i++ {
				one := c
				one.ID, one.Number, one.Team = vis.ConversationID(h.mint.ID(h.now)), int64(i+10), teams[i%len(teams)]
				one.WaitingSince = h.now.Add(-time.Duration(i) * time.Second)
				one.Standing = desk.Standing{Rank: int64(i)}
				if i%3 > 0 {
					one.Standing = desk.Standing{Rank: int64(i), Promise: "first", PromiseState: []string{"", "running", "missed"}[i%3],
						PromisedAt: one.WaitingSince, DueAt: h.now.Add(time.Duration(i%7200)*time.Second - time.Hour*time.Duration(i%3-1))}
				}
				if err := tx.InsertConversation(h.ctx, one); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}
