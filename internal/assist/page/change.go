package page

import (
	"encoding/json"
	"slices"
)

// The sources of changes that are passed on. Canvas, console and font recordings are not: they hold code, words of the page's own
// programs, and files.
const (
	sourceMutation    = 0
	sourceMouseMove   = 1
	sourceMouse       = 2
	sourceScroll      = 3
	sourceResize      = 4
	sourceInput       = 5
	sourceTouch       = 6
	sourceRule        = 8
	sourceDrag        = 12
	sourceDeclaration = 13
	sourceSelection   = 14
	sourceSheets      = 15
)

type (
	mutation struct {
		Source     int               `json:"source"`
		Texts      []textChange      `json:"texts"`
		Attributes []attributeChange `json:"attributes"`
		Removes    []removal         `json:"removes"`
		Adds       []addition        `json:"adds"`
		IsAttach   bool              `json:"isAttachIframe,omitempty"`
	}
	textChange struct {
		ID    int64   `json:"id"`
		Value *string `json:"value"`
	}
	attributeChange struct {
		ID         int64          `json:"id"`
		Attributes map[string]any `json:"attributes"`
	}
	removal struct {
		ParentID int64 `json:"parentId"`
		ID       int64 `json:"id"`
		IsShadow bool  `json:"isShadow,omitempty"`
	}
	addition struct {
		ParentID   int64  `json:"parentId"`
		PreviousID *int64 `json:"previousId,omitempty"`
		NextID     *int64 `json:"nextId"`
		Node       *node  `json:"node"`
	}
	move struct {
		Source    int `json:"source"`
		Positions []struct {
			X          float64 `json:"x"`
			Y          float64 `json:"y"`
			ID         int64   `json:"id"`
			TimeOffset float64 `json:"timeOffset"`
		} `json:"positions"`
	}
	mouse struct {
		Source  int      `json:"source"`
		Type    int      `json:"type"`
		ID      int64    `json:"id"`
		X       *float64 `json:"x,omitempty"`
		Y       *float64 `json:"y,omitempty"`
		Pointer *int     `json:"pointerType,omitempty"`
	}
	scroll struct {
		Source int     `json:"source"`
		ID     int64   `json:"id"`
		X      float64 `json:"x"`
		Y      float64 `json:"y"`
	}
	resize struct {
		Source int     `json:"source"`
		Width  float64 `json:"width"`
		Height float64 `json:"height"`
	}
	input struct {
		Source    int    `json:"source"`
		ID        int64  `json:"id"`
		Text      string `json:"text"`
		IsChecked bool   `json:"isChecked"`
	}
	// place is where in a sheet a rule stands: a number, or a way through nested rules.
	sheetRule struct {
		Rule  string          `json:"rule"`
		Index json.RawMessage `json:"index,omitempty"`
	}
	rules struct {
		Source  int         `json:"source"`
		ID      int64       `json:"id,omitempty"`
		StyleID int64       `json:"styleId,omitempty"`
		Adds    []sheetRule `json:"adds,omitempty"`
		Removes []struct {
			Index json.RawMessage `json:"index"`
		} `json:"removes,omitempty"`
		Replace     *string `json:"replace,omitempty"`
		ReplaceSync *string `json:"replaceSync,omitempty"`
	}
	declaration struct {
		Source  int   `json:"source"`
		ID      int64 `json:"id,omitempty"`
		StyleID int64 `json:"styleId,omitempty"`
		Index   []int `json:"index"`
		Set     *struct {
			Property string  `json:"property"`
			Value    *string `json:"value"`
			Priority string  `json:"priority,omitempty"`
		} `json:"set,omitempty"`
		Remove *struct {
			Property string `json:"property"`
		} `json:"remove,omitempty"`
	}
	selection struct {
		Source int `json:"source"`
		Ranges []struct {
			Start       int64 `json:"start"`
			StartOffset int   `json:"startOffset"`
			End         int64 `json:"end"`
			EndOffset   int   `json:"endOffset"`
		} `json:"ranges"`
	}
	sheets struct {
		Source int   `json:"source"`
		ID     int64 `json:"id"`
		Styles []struct {
			StyleID int64       `json:"styleId"`
			Rules   []sheetRule `json:"rules"`
		} `json:"styles,omitempty"`
		StyleIDs []int64 `json:"styleIds"`
	}
)

// as reads a change of a form that needs no scrubbing: its fields are numbers.
func as[T any](data json.RawMessage) (any, error) {
	var v T
	err := json.Unmarshal(data, &v)
	return v, err
}

// change scrubs one change; nil when it is not passed on.
func (s *Scrubber) change(data json.RawMessage) (any, error) {
	var of struct {
		Source int `json:"source"`
	}
	if err := json.Unmarshal(data, &of); err != nil {
		return nil, err
	}
	switch of.Source {
	case sourceMutation:
		return s.mutation(data)
	case sourceMouseMove, sourceTouch, sourceDrag:
		return as[move](data)
	case sourceMouse:
		return as[mouse](data)
	case sourceScroll:
		return as[scroll](data)
	case sourceResize:
		return as[resize](data)
	case sourceSelection:
		return as[selection](data)
	case sourceInput:
		return s.input(data)
	case sourceRule:
		return s.rules(data)
	case sourceDeclaration:
		return s.declaration(data)
	case sourceSheets:
		return s.sheets(data)
	}
	return nil, nil
}

func (s *Scrubber) mutation(data json.RawMessage) (any, error) {
	var m mutation
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, err
	}
	m.Adds = slices.DeleteFunc(m.Adds, func(a addition) bool {
		if a.Node == nil {
			return true
		}
		if s.node(a.Node, s.marks[a.ParentID], 0) {
			return false
		}
		s.bury(a.Node)
		return true
	})
	m.Texts = slices.DeleteFunc(m.Texts, func(t textChange) bool {
		if t.Value != nil {
			*t.Value = s.text(*t.Value, s.marks[t.ID])
		}
		return s.marks[t.ID]&hidden != 0
	})
	m.Attributes = slices.DeleteFunc(m.Attributes, func(a attributeChange) bool { return !s.turned(a) })
	for _, r := range m.Removes {
		delete(s.marks, r.ID)
	}
	// A player goes through all four.
	m.Texts, m.Attributes = append([]textChange{}, m.Texts...), append([]attributeChange{}, m.Attributes...)
	m.Removes, m.Adds = append([]removal{}, m.Removes...), append([]addition{}, m.Adds...)
	return m, nil
}

// turned scrubs changed attributes, and reports whether any are left. A field never becomes one that may be seen; whatever else changes
// what may be seen makes the page stale.
func (s *Scrubber) turned(a attributeChange) bool {
	for name := range a.Attributes {
		switch name {
		case "data-visavis-show", "data-visavis-hide", "contenteditable":
			s.stale = true
		}
	}
	m := s.marks[a.ID]
	if m&hidden != 0 {
		return false
	}
	s.stale = s.stale || s.hides("", a.Attributes)
	if _, retyped := a.Attributes["type"]; m&field != 0 && (retyped && inputKind(lower(a.Attributes["type"]))&never != 0 || secret(a.Attributes)) {
		m |= never
		s.marks[a.ID] = m
	}
	clean := s.attributes("", false, a.Attributes, m)
	for name := range a.Attributes {
		delete(a.Attributes, name)
	}
	for name, value := range clean {
		a.Attributes[name] = value
	}
	return len(clean) > 0
}

// input is what the customer typed or chose.
func (s *Scrubber) input(data json.RawMessage) (any, error) {
	var in input
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, err
	}
	m, known := s.marks[in.ID]
	switch {
	case m&hidden != 0:
		return nil, nil
	case known && m&field != 0 && !m.masked():
		return in, nil
	case m&choice != 0: // which one is hers to know
		return nil, nil
	}
	in.Text, in.IsChecked = mask(in.Text), false
	return in, nil
}

// way reports whether the place of a rule is one: a number, or a list of them.
func way(index json.RawMessage) bool {
	var one int
	var many []int
	return len(index) == 0 || json.Unmarshal(index, &one) == nil || json.Unmarshal(index, &many) == nil
}

func (s *Scrubber) sheetRules(in []sheetRule) []sheetRule {
	in = slices.DeleteFunc(in, func(r sheetRule) bool { return !way(r.Index) })
	for i := range in {
		in[i].Rule = s.css(in[i].Rule)
	}
	return in
}

func (s *Scrubber) rules(data json.RawMessage) (any, error) {
	var r rules
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, err
	}
	r.Adds = s.sheetRules(r.Adds)
	for _, out := range r.Removes {
		if !way(out.Index) {
			return nil, ErrForm
		}
	}
	for _, text := range []*string{r.Replace, r.ReplaceSync} {
		if text != nil {
			*text = s.css(*text)
		}
	}
	return r, nil
}

func (s *Scrubber) declaration(data json.RawMessage) (any, error) {
	var d declaration
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, err
	}
	if d.Set != nil {
		if !propertyForm.MatchString(d.Set.Property) {
			return nil, nil
		}
		if d.Set.Value != nil {
			*d.Set.Value = s.css(*d.Set.Value)
		}
		d.Set.Priority = word(d.Set.Priority)
	}
	if d.Remove != nil && !propertyForm.MatchString(d.Remove.Property) {
		return nil, nil
	}
	return d, nil
}

func (s *Scrubber) sheets(data json.RawMessage) (any, error) {
	var a sheets
	if err := json.Unmarshal(data, &a); err != nil {
		return nil, err
	}
	for i := range a.Styles {
		a.Styles[i].Rules = s.sheetRules(a.Styles[i].Rules)
	}
	if a.StyleIDs == nil {
		a.StyleIDs = []int64{}
	}
	return a, nil
}
