package app

import (
	"net/netip"
	"slices"
	"testing"
)

func TestTheOperatorsListForWebhooks(t *testing.T) {
	t.Parallel()
	c, err := Config{AllowEgress: []string{"10.1.0.0/16", "hooks.inside:8080"}}.egress()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Check("http://10.1.2.3/"); err != nil {
		t.Errorf("an allowed address: %v", err)
	}
	if err := c.Check("http://10.2.2.3/"); err == nil {
		t.Error("an address that is not on the list passes")
	}
	if _, err := (Config{AllowEgress: []string{"https://hooks.inside"}}).egress(); err == nil || err.Error()[:14] != "allow-egress: " {
		t.Errorf("a wrong entry: %v", err)
	}
	if own := ownAddresses(); !slices.ContainsFunc(own, netip.Addr.IsLoopback) {
		t.Errorf("this machine's own addresses: %v", own)
	}
}
