package text

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// table is the weights of features for some columns: which features there are, how rare each is, and a byte for each column.
type table struct {
	ids     []uint32 // in order
	rare    []uint8
	columns int
	weights []int8 // of each feature in turn
	slots   []int32
}

// index makes the table quick to ask: open addressing, at most half full.
func (t *table) index() {
	size := 16
	for size < 2*len(t.ids) {
		size *= 2
	}
	t.slots = make([]int32, size)
	for i, id := range t.ids {
		at := int(id) & (size - 1)
		for t.slots[at] != 0 {
			at = (at + 1) & (size - 1)
		}
		t.slots[at] = int32(i) + 1
	}
}

// find is the place of a feature.
func (t *table) find(id uint32) (int32, bool) {
	mask := len(t.slots) - 1
	for at := int(id) & mask; ; at = (at + 1) & mask {
		switch i := t.slots[at] - 1; {
		case i < 0:
			return 0, false
		case t.ids[i] == id:
			return i, true
		}
	}
}

// Head decides one thing about a text: which of its labels fits.
type Head struct {
	// Name is what is decided: "language", "reason", "mood", "dissatisfied", "urgency".
	Name   string   `json:"name"`
	Labels []string `json:"labels"`
	// Plain heads look at three words in a row too, and rare words count for no more than others.
	Plain bool `json:"plain"`
	// First is the column of the first label.
	First int `json:"first"`
	// Scale and Bias make of a column's sum how much a label fits: above 0 is more so than not.
	Scale []float64 `json:"scale"`
	Bias  []float64 `json:"bias"`
	// Sharp makes of these how probable each label is: a softmax of Sharp times the sum, or with one label a sigmoid of Sharp times the sum
	// plus Shift.
	Sharp float64 `json:"sharp"`
	Shift float64 `json:"shift,omitempty"`
	// Doubt is the probability under which each label is not decided, but left to people.
	Doubt []float64 `json:"doubt,omitempty"`
	// Alone is that from which on it was right at least nine times in ten, so that nobody need look; above 1 where it never was.
	Alone []float64 `json:"alone,omitempty"`
}

// Model is all that a reader knows. It is made by Train, and never changes.
type Model struct {
	manifest Manifest
	tongue   table
	main     table
}

// Manifest says what a model was made of.
type Manifest struct {
	// Data are the hashes of what it learnt from, by name.
	Data map[string]string `json:"data"`
	// Scores are what it reached on texts that it did not learn from, by name.
	Scores map[string]float64 `json:"scores"`
	Tongue Head               `json:"tongue"`
	Heads  []Head             `json:"heads"`
}

// Manifest returns what the model was made of.
func (m *Model) Manifest() Manifest { return m.manifest }

// press makes a table of planes: a byte for each weight, in steps of the column's greatest.
func press(v vocabulary, heads []*Head, of [][]plane) table {
	t := table{ids: v.ids, rare: v.rare}
	for i, h := range heads {
		h.First = t.columns
		t.columns += len(of[i])
	}
	t.weights = make([]int8, len(t.ids)*t.columns)
	for i, h := range heads {
		h.Scale, h.Bias = make([]float64, len(of[i])), make([]float64, len(of[i]))
		for k, p := range of[i] {
			most := float32(0)
			for _, w := range p.weight {
				most = max(most, w, -w)
			}
			h.Scale[k], h.Bias[k] = float64(most)/127, p.bias
			if most == 0 {
				continue
			}
			for f, w := range p.weight {
				t.weights[f*t.columns+h.First+k] = int8(math.Round(float64(w) / h.Scale[k]))
			}
		}
	}
	t.index()
	return t
}

// magic begins a model's bytes, with the version of their layout.
const magic = "visavis model 1\n"

// Bytes are the model as it is kept: the same model gives the same bytes.
func (m *Model) Bytes() []byte {
	var b bytes.Buffer
	b.WriteString(magic)
	head, err := json.Marshal(m.manifest)
	if err != nil {
		panic(err) // strings and numbers
	}
	put := func(n int) { _ = binary.Write(&b, binary.LittleEndian, uint32(n)) }
	put(len(head))
	b.Write(head)
	for _, t := range []table{m.tongue, m.main} {
		put(len(t.ids))
		put(t.columns)
		_ = binary.Write(&b, binary.LittleEndian, t.ids)
		b.Write(t.rare)
		_ = binary.Write(&b, binary.LittleEndian, t.weights)
	}
	return b.Bytes()
}

// ParseModel reads what Bytes wrote.
func ParseModel(b []byte) (*Model, error) {
	rest, ok := bytes.CutPrefix(b, []byte(magic))
	if !ok {
		return nil, fmt.Errorf("these %d bytes are no model", len(b))
	}
	r := cutter{rest: rest}
	m := new(Model)
	if err := json.Unmarshal(r.bytes(r.number()), &m.manifest); err != nil {
		return nil, fmt.Errorf("read a model's manifest: %w", cmp.Or(r.err, err))
	}
	m.tongue, m.main = r.table(), r.table()
	if r.err != nil || len(r.rest) > 0 {
		return nil, fmt.Errorf("read a model: %w", cmp.Or(r.err, fmt.Errorf("%d bytes too many", len(r.rest))))
	}
	return m, m.check()
}

// check sees to it that no column is outside its table.
func (m *Model) check() error {
	inside := func(h Head, t table) bool {
		n := len(h.Scale)
		return h.First >= 0 && n > 0 && h.First+n <= t.columns && len(h.Bias) == n && (len(h.Labels) == n || len(h.Labels) == 2 && n == 1)
	}
	if !inside(m.manifest.Tongue, m.tongue) {
		return fmt.Errorf("a model that knows no languages")
	}
	for _, h := range m.manifest.Heads {
		if !inside(h, m.main) {
			return fmt.Errorf("a model whose head %q is outside its table", h.Name)
		}
	}
	return nil
}

// cutter cuts a model's bytes; after the first mistake it gives nothing.
type cutter struct {
	rest []byte
	err  error
}

func (c *cutter) bytes(n int) []byte {
	if c.err != nil || n < 0 || n > len(c.rest) {
		c.err = cmp.Or(c.err, fmt.Errorf("it ends %d bytes early", n-len(c.rest)))
		return nil
	}
	out := c.rest[:n]
	c.rest = c.rest[n:]
	return out
}

func (c *cutter) number() int {
	b := c.bytes(4)
	if b == nil {
		return 0
	}
	return int(binary.LittleEndian.Uint32(b))
}

func (c *cutter) table() (t table) {
	n := c.number()
	t.columns = c.number()
	if n > len(c.rest)/5 || t.columns > 256 {
		c.err = cmp.Or(c.err, fmt.Errorf("a table of %d features in %d columns", n, t.columns))
		return table{}
	}
	for b := range slices.Chunk(c.bytes(4*n), 4) {
		t.ids = append(t.ids, binary.LittleEndian.Uint32(b))
	}
	t.rare = bytes.Clone(c.bytes(n)) // a slice of it would keep all the model's bytes
	weights := c.bytes(n * t.columns)
	t.weights = make([]int8, len(weights))
	for i, w := range weights {
		t.weights[i] = int8(w)
	}
	if c.err == nil {
		t.index()
	}
	return t
}
