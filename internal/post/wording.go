package post

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// Wording is one text in the languages of our customers; "" where it is not written.
type Wording struct {
	FR string `json:"fr,omitempty"`
	EN string `json:"en,omitempty"`
}

// in is the text in a language, or in the other one when it is not written in that, with the language that it is in.
func (w Wording) in(language string) (said, spoken string) {
	if language == "fr" && w.FR != "" || w.EN == "" {
		return w.FR, "fr"
	}
	return w.EN, "en"
}

// check cleans both texts and refuses one that is too long. clean is text.Clean, or text.Line for one line.
func (w Wording) check(field string, most int, clean func(string) string) (Wording, error) {
	w = Wording{clean(w.FR), clean(w.EN)}
	for language, said := range map[string]string{"fr": w.FR, "en": w.EN} {
		if n := utf8.RuneCountInString(said); n > most {
			return w, vis.InField(field+"."+language, "This may have %d characters; it has %d.", most, n)
		}
	}
	return w, nil
}

// placeholder is the name of a value between braces, which the value takes the place of.
var placeholder = regexp.MustCompile(`\{\{([^{}\n]{1,60})\}\}`)

// placeholders lists the names that stand in a text, each once.
func placeholders(s string) []string {
	var names []string
	for _, found := range placeholder.FindAllStringSubmatch(s, -1) {
		if name := strings.TrimSpace(found[1]); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// fill puts values, each made one line, in the place of their names, in one pass: what a value holds is not read again. A name without a
// value stays as it was written.
func fill(s string, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(s, func(found string) string {
		if v := text.Line(values[strings.TrimSpace(found[2:len(found)-2])]); v != "" {
			return v
		}
		return found
	})
}

// missing lists the names in a text that have no value.
func missing(s string, values map[string]string) []string {
	return slices.DeleteFunc(placeholders(s), func(name string) bool { return text.Line(values[name]) != "" })
}
