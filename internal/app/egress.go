package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"visavis/internal/safehttp"
)

// egress is the door through which webhooks are sent.
func (c Config) egress() (*safehttp.Client, error) {
	out, err := safehttp.New(safehttp.Options{Allow: c.AllowEgress, Own: ownAddresses, UserAgent: "Visavis/" + c.Version})
	if err != nil {
		return nil, fmt.Errorf("allow-egress: %w", err)
	}
	return out, nil
}

// ownAddresses are this machine's: calling itself, a server would pass for somebody it trusts.
func ownAddresses() []netip.Addr {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil // they cannot be known; those that are not public are refused anyway
	}
	var out []netip.Addr
	for _, a := range all {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			out = append(out, p.Addr().Unmap())
		}
	}
	return out
}

// forgetNotices deletes deliveries and notices that were kept long enough.
func (a *App) forgetNotices(ctx context.Context) error {
	all, err := a.store.Staff().Workspaces(ctx)
	for _, w := range all {
		err = errors.Join(err, a.Notify.Forget(ctx, w.ID))
	}
	return err
}
