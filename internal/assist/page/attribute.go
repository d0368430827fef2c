package page

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// kind is what an element is as far as its value and its text go.
func kind(tag string, attributes map[string]any) mark {
	var m mark
	if _, yes := attributes["data-visavis-show"]; yes {
		m |= shown
	}
	switch edits := attributes["contenteditable"].(type) {
	case string:
		if !strings.EqualFold(edits, "false") && !strings.EqualFold(edits, "inherit") {
			m |= typed
		}
	case bool:
		if edits {
			m |= typed
		}
	}
	if role := lower(attributes["role"]); role == "textbox" || role == "searchbox" {
		m |= typed
	}
	switch tag {
	case "input":
		m |= inputKind(lower(attributes["type"]))
	case "textarea":
		m |= field | typed
	case "select", "option":
		m |= field | typed | choice
	case "optgroup", "datalist":
		m |= typed
	case "style", "link":
		m |= style
	case "iframe":
		m |= frame
	}
	if m&(field|typed) != 0 && secret(attributes) {
		m |= never
	}
	return m
}

// inputKind is what an input of a type is.
func inputKind(typ string) mark {
	switch typ {
	case "button", "submit", "reset", "image":
		return field | label
	case "checkbox", "radio":
		return field | choice
	case "hidden", "password", "file":
		return field | never
	}
	return field
}

// secretName is how sites name the fields of what nobody else may see: cards, one-time codes, passwords, account numbers.
var secretName = regexp.MustCompile(`(?i)passw|passphrase|secret|card.?(num|no\b|holder|code|exp|sec)|\bcc.?(num|name|exp|csc|cvc|cvv|type)|\bc(vc|vv|sc)2?\b|cvv|cvc|security.?code|\biban\b|\botp\b|one.?time|\b(t?otp|2fa|mfa|pin)\b|verification.?code|account.?n(o|um)|sort.?code|\bssn\b|social.?security`)

// secret reports whether a field is one whose value is never shown. Browsers are told by autocomplete what to fill in (HTML §4.10.18.7).
func secret(attributes map[string]any) bool {
	for _, token := range strings.Fields(lower(attributes["autocomplete"])) {
		if strings.HasPrefix(token, "cc-") || token == "one-time-code" || token == "current-password" || token == "new-password" {
			return true
		}
	}
	for _, name := range []string{"name", "id"} {
		if v, ok := attributes[name].(string); ok && secretName.MatchString(strings.ReplaceAll(v, "_", "-")) {
			return true
		}
	}
	return false
}

func lower(v any) string {
	s, _ := v.(string)
	return strings.ToLower(strings.TrimSpace(s))
}

// plainAttributes say how something looks, or what it is for; none loads, runs or leads anywhere.
var plainAttributes = set(`id class dir lang title role alt placeholder label width height align valign bgcolor border cellpadding cellspacing
	colspan rowspan scope color face size rows cols wrap type for disabled readonly required multiple min max step maxlength minlength open
	start reversed span media sizes controls loop muted playsinline kind datetime hidden tabindex shape coords usemap ismap popover high low optimum name
	slot part exportparts inert nowrap noshade hspace vspace frame rules summary abbr char charoff compact clear text link vlink alink
	loading decoding fetchpriority`)

// spoken are those that hold words of the page; within an editor these are the customer's.
var spoken = set("title alt placeholder label summary abbr aria-label aria-placeholder aria-description aria-roledescription")

// told are ARIA attributes that say a value.
var told = set("aria-valuetext aria-valuenow aria-checked aria-selected aria-pressed")

// stateData are the data-* attributes that style sheets of many sites go by. Others are full of ids and tokens.
var stateData = set(`data-state data-theme data-orientation data-side data-align data-disabled data-open data-closed data-selected data-active data-mode
	data-color-mode data-color-scheme data-bs-theme data-variant data-size data-position data-placement data-layout data-visible data-expanded data-collapsed
	data-checked data-hover data-focus data-invalid data-loading data-visavis-show data-visavis-hide`)

var (
	// bareName is the name of an attribute without a value; those that frameworks scope their styles by are such.
	bareName   = regexp.MustCompile(`^[a-z_][a-z0-9_.:-]{0,63}$`)
	svgName    = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9:_.-]{0,40}$`)
	lengthForm = regexp.MustCompile(`^-?[0-9]{1,7}(\.[0-9]{1,12})?(px|%|em|rem|vw|vh)?$`)
	leadsAway  = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*:|//`)
)

func set(names string) map[string]bool {
	out := make(map[string]bool)
	for _, n := range strings.Fields(names) {
		out[n] = true
	}
	return out
}

// attributes keeps of an element's attributes what may be seen. tag is "" when it is not known any more.
func (s *Scrubber) attributes(tag string, svg bool, in map[string]any, m mark) map[string]any {
	out := make(map[string]any, len(in))
	for name, value := range in {
		if v, ok := s.attribute(tag, strings.ToLower(name), name, svg, value, m); ok {
			out[name] = v
		}
	}
	return out
}

// attribute is one attribute as it may be seen; false when it may not. One that is taken away has the value nil.
func (s *Scrubber) attribute(tag, name, written string, svg bool, value any, m mark) (any, bool) {
	text, isText := value.(string)
	switch value := value.(type) {
	case string, bool, nil, float64:
	case map[string]any:
		if name == "style" {
			return s.declarations(value), true
		}
		return nil, false
	default:
		return nil, false
	}
	switch {
	case strings.HasPrefix(name, "on"), len(name) > 64, name == "autoplay", name == "autofocus": // nothing plays, or takes the keys, by itself
		return nil, false
	case strings.HasPrefix(name, "rr_"):
		return recorded(tag, name, value)
	case name == "value", name == "checked", name == "selected":
		return s.value(tag, name, value, m)
	case name == "_csstext":
		return s.css(text), isText && m&style != 0 && written == "_cssText"
	case name == "style":
		return s.css(text), isText || value == nil
	case name == "src", name == "srcset", name == "poster", name == "background", name == "href", name == "xlink:href":
		return s.reference(tag, name, svg, value, m)
	case m.masked() && (told[name] || spoken[name] && (m&field == 0 || name == "label")), name == "name" && m&frame != 0:
		return nil, false
	case plainAttributes[name]:
		return value, true
	case strings.HasPrefix(name, "aria-"):
		return value, true
	case stateData[name]:
		return value, !isText || text == "" || word(text) != ""
	case svg && isText && svgName.MatchString(written) && !strings.HasPrefix(name, "data-"):
		clean := s.css(text)
		return clean, !leadsAway.MatchString(clean)
	}
	return value, (text == "" || value == nil) && bareName.MatchString(name)
}

// recorded are the attributes that rrweb adds: how large something is, and how far it is scrolled.
func recorded(tag, name string, value any) (any, bool) {
	switch v := value.(type) {
	case float64:
		return v, name == "rr_scrollleft" || name == "rr_scrolltop"
	case string:
		switch name {
		case "rr_width", "rr_height":
			return v, lengthForm.MatchString(v)
		case "rr_open_mode":
			return v, word(v) != ""
		case "rr_dataurl":
			return v, tag == "img" && inline(v)
		}
	}
	return nil, false
}

// value is what a field holds, or whether it is chosen.
func (s *Scrubber) value(tag, name string, value any, m mark) (any, bool) {
	text, isText := value.(string)
	switch {
	case m&field == 0: // a list's number, a meter's level
		_, err := strconv.ParseFloat(text, 64)
		_, number := value.(float64)
		return value, name == "value" && (number || isText && err == nil)
	case m&label != 0:
		return value, true
	case m&never != 0 && (tag == "input" || tag == "") && name == "value" && isText && m&choice == 0:
		return mask(text), true
	case !m.masked():
		return value, true
	case name == "value" && isText && m&choice == 0:
		return mask(text), true
	}
	return nil, false // whether it is chosen
}

// reference is an address that something is loaded from, or leads to.
func (s *Scrubber) reference(tag, name string, svg bool, value any, m mark) (any, bool) {
	text, isText := value.(string)
	switch {
	case value == nil:
		return nil, true
	case !isText, m&frame != 0:
		return nil, false
	case m.masked() && m&label == 0:
		return nil, false
	case name == "srcset":
		return s.candidates(text), true
	case name == "href" || name == "xlink:href":
		switch {
		case strings.HasPrefix(text, "#") && svg:
			return text, !leadsAway.MatchString(text)
		case svg && (tag == "image" || tag == "feimage"):
			ours := s.address(text)
			return ours, ours != ""
		case svg:
			return nil, false
		}
		return "#", true // where a link leads is full of tokens, and nobody follows it
	case slices.Contains([]string{"audio", "video", "source", "script"}, tag) && name == "src":
		return nil, false
	}
	ours := s.address(text)
	return ours, ours != ""
}

// candidates rewrites a list of pictures for different screens (HTML §4.8.4.2.2).
func (s *Scrubber) candidates(in string) string {
	var out []string
	for rest := strings.TrimLeft(in, " \t\n\f\r,"); rest != ""; rest = strings.TrimLeft(rest, " \t\n\f\r,") {
		end := strings.IndexAny(rest, " \t\n\f\r")
		if end < 0 {
			end = len(rest)
		}
		address := rest[:end]
		rest = rest[end:]
		size := ""
		if bare := strings.TrimRight(address, ","); bare != address {
			address = bare
		} else if size, rest, _ = strings.Cut(rest, ","); !sizeForm.MatchString(strings.TrimSpace(size)) {
			continue
		}
		if ours := s.address(address); ours != "" && !strings.ContainsAny(ours, " ,") {
			out = append(out, strings.TrimSpace(ours+" "+strings.TrimSpace(size)))
		}
	}
	return strings.Join(out, ", ")
}

var sizeForm = regexp.MustCompile(`^([0-9]{1,5}(\.[0-9]{1,5})?[wxh])?( [0-9]{1,5}h)?$`)

// declarations are the changes of a style attribute, as rrweb says them: property to value, value and priority, or false.
func (s *Scrubber) declarations(in map[string]any) map[string]any {
	out := make(map[string]any, len(in))
	for property, value := range in {
		if !propertyForm.MatchString(property) {
			continue
		}
		switch v := value.(type) {
		case string:
			out[property] = s.css(v)
		case bool:
			out[property] = false
		case []any:
			if len(v) == 2 {
				text, _ := v[0].(string)
				priority, _ := v[1].(string)
				out[property] = []any{s.css(text), word(priority)}
			}
		}
	}
	return out
}

var propertyForm = regexp.MustCompile(`^-{0,2}[a-zA-Z_][a-zA-Z0-9_-]{0,100}$`)
