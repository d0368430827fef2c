package web

import (
	"strconv"
	"strings"

	"visavis/internal/vis"
)

// version is which version a change was decided on: from the body, or from If-Match. A change that says neither is refused, for
// it would overwrite what its author has not seen.
func (h IfMatch) version(body *int64) (int64, error) {
	if body != nil {
		return *body, nil
	}
	if h.Match == "" {
		e := vis.Errorf(vis.Invalid, "version_required", "Say in “version” which version you have seen, so that nobody's change is lost.")
		e.Field = "version"
		return 0, e
	}
	quoted := strings.TrimPrefix(h.Match, "W/")
	v, err := strconv.ParseInt(strings.Trim(quoted, `"`), 10, 64)
	if err != nil || v < 0 {
		return 0, vis.Errorf(vis.Invalid, "malformed", "If-Match must hold the version in quotes, such as \"7\".")
	}
	return v, nil
}

// etag is a version as a header says it.
func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }
