package web

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Choice is an id in the body of a change that may be left as it is (absent), taken away (null) or set.
type Choice struct {
	Set   bool
	Value string
}

// UnmarshalJSON implements json.Unmarshaler; it is called only when the field is there.
func (c *Choice) UnmarshalJSON(b []byte) error {
	c.Set = true
	if bytes.Equal(b, []byte("null")) {
		c.Value = ""
		return nil
	}
	return json.Unmarshal(b, &c.Value)
}

// Schema implements huma.SchemaProvider.
func (Choice) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Nullable: true, MaxLength: new(64), Description: "null takes it away"}
}

// Instant is Choice for a time.
type Instant struct {
	Set   bool
	Value time.Time
}

// UnmarshalJSON implements json.Unmarshaler.
func (i *Instant) UnmarshalJSON(b []byte) error {
	i.Set = true
	if bytes.Equal(b, []byte("null")) {
		i.Value = time.Time{}
		return nil
	}
	return json.Unmarshal(b, &i.Value)
}

// Schema implements huma.SchemaProvider.
func (Instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Nullable: true, Description: "null takes it away"}
}

// chosen is the time to set, nil when the field was left out.
func (i Instant) chosen() *time.Time {
	if !i.Set {
		return nil
	}
	return &i.Value
}
