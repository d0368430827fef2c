package media

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"visavis/internal/assist"
	"visavis/internal/vis"
)

// maxOffer is the longest offer, in bytes.
const maxOffer = 32 << 10

// section is what one media section of an offer asks for.
type section struct {
	kind  string // "audio", "video"
	sends bool   // the far end may send in it
	takes bool   // and is sent to
}

// sections reads an offer. A section that does not say that it only receives, sends: that is the rule (RFC 8866 §6.7), and whoever says two
// things is taken at the one that is worse for the customer.
func sections(offer string) ([]section, error) {
	s, err := parse(offer)
	if err != nil {
		return nil, err
	}
	var out []section
	for _, m := range s.MediaDescriptions {
		one := section{kind: m.MediaName.Media, sends: true, takes: true}
		for _, a := range m.Attributes {
			if a.Key == "rid" || a.Key == "simulcast" {
				return nil, vis.InField("offer", "A call sends each picture once, without simulcast.")
			}
			if a.Key == "recvonly" || a.Key == "inactive" {
				one.sends = false
			}
			if a.Key == "sendonly" || a.Key == "inactive" {
				one.takes = false
			}
		}
		for _, a := range m.Attributes {
			one.sends = one.sends || a.Key == "sendrecv" || a.Key == "sendonly"
		}
		if one.kind != "audio" && one.kind != "video" {
			return nil, vis.InField("offer", "A call has sound and pictures, nothing else.")
		}
		out = append(out, one)
	}
	if len(out) == 0 {
		return nil, vis.InField("offer", "This offer has neither sound nor pictures.")
	}
	return out, nil
}

// parse reads a description of bounded length.
func parse(offer string) (*sdp.SessionDescription, error) {
	if len(offer) > maxOffer {
		return nil, vis.InField("offer", "An offer may have %d bytes; this one has %d.", maxOffer, len(offer))
	}
	var s sdp.SessionDescription
	if err := s.UnmarshalString(offer); err != nil {
		return nil, vis.InField("offer", "This is no session description (SDP).")
	}
	return &s, nil
}

// most is how many sections of a kind a side may offer, and send in.
type most struct{ sections, sending int }

var allowed = map[assist.Side]map[string]most{
	assist.CustomerSide: {"audio": {2, 1}, "video": {3, 1}},
	assist.MemberSide:   {"audio": {3, 1}, "video": {3, 1}},
	assist.GuestSide:    {"audio": {3, 1}, "video": {3, 1}},
	assist.WatcherSide:  {"audio": {3, 0}, "video": {2, 0}},
	assist.WhisperSide:  {"audio": {3, 1}, "video": {2, 0}},
}

// Check implements assist.Media.
func (*Backend) Check(side assist.Side, offer string, camera bool) error {
	all, err := sections(offer)
	if err != nil {
		return err
	}
	if side == assist.CustomerSide && !camera && shows(all) {
		return vis.Errorf(vis.Forbidden, "camera_not_consented", "A camera may be shown only after its owner has allowed it.")
	}
	for kind, limit := range allowed[side] {
		count, sending := 0, 0
		for _, s := range all {
			if s.kind != kind {
				continue
			}
			if count++; s.sends {
				sending++
			}
		}
		switch {
		case sending > limit.sending:
			return vis.InField("offer", "This side may send %d %s at most.", limit.sending, kind)
		case count > limit.sections:
			return vis.InField("offer", "This side may have %d sections of %s at most.", limit.sections, kind)
		}
	}
	return nil
}

// publish leaves in an answer the one address under which browsers reach us. Whatever other addresses this machine has are nobody's business.
func publish(answer string, at netip.AddrPort) string {
	lines := strings.Split(answer, "\r\n")
	out := make([]string, 0, len(lines))
	given := false
	for _, line := range lines {
		switch {
		case strings.HasPrefix(line, "m="):
			given = false
		case strings.HasPrefix(line, "a=candidate:"):
			fields := strings.Fields(line) // foundation component protocol priority address port "typ" type …
			if given || len(fields) < 6 || fields[1] != "1" || fields[4] != at.Addr().String() || fields[5] != strconv.Itoa(int(at.Port())) {
				continue
			}
			given = true
		}
		out = append(out, line)
	}
	return strings.Join(out, "\r\n")
}
