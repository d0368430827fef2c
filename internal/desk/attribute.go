package desk

import (
	"maps"
	"strings"

	"visavis/internal/vis"
)

// Attributes are words about a customer, by keys of the organisation's own.
type Attributes map[string]string

// The bounds of attributes.
const (
	MaxAttributes     = 20
	MaxAttributeKey   = 40 // bytes
	MaxAttributeValue = 80 // runes
)

// AttributeKey reports whether a key can be one: letters a to z, digits, - and _.
func AttributeKey(key string) bool {
	return key != "" && len(key) <= MaxAttributeKey && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// with is what they are after a change, in which an empty value takes a key away.
func (a Attributes) with(change Attributes) (Attributes, error) {
	out := maps.Clone(a)
	if out == nil {
		out = make(Attributes, len(change))
	}
	for key, value := range change {
		if !AttributeKey(key) {
			return nil, vis.InField("attributes", "%q is no key: it has up to %d of a to z, 0 to 9, - and _.", key[:min(len(key), MaxAttributeKey)], MaxAttributeKey)
		}
		value, err := checkLine("attributes", value, MaxAttributeValue)
		if err != nil {
			return nil, err
		}
		if out[key] = value; value == "" {
			delete(out, key)
		}
	}
	if len(out) > MaxAttributes {
		return nil, vis.InField("attributes", "A customer has at most %d attributes.", MaxAttributes)
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}
