package main

import (
	"context"

	"visavis/internal/staffing"
	"visavis/internal/vis"
)

// pastOf reads the arrivals that a server counted in its data folder.
func (c *staffCmd) pastOf(context.Context) (staffing.Past, error) {
	return staffing.Past{}, vis.Errorf(vis.Unavailable, "not_built", "Reading a server's own arrivals is not built yet; export them and use --arrivals.")
}
