package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// docsStyle is the only style of the API's page; its hash stands in the page's policy.
const docsStyle = `:root{color-scheme:light dark;--line:#8884;--soft:#8881}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1.5rem 1rem 6rem}
h1{line-height:1.2}h2{margin-top:3rem;border-bottom:1px solid var(--line)}h3{margin:2rem 0 .25rem;font-size:1.05rem}code,pre{font:0.9em/1.5 ui-monospace,monospace}
pre{white-space:pre-wrap}b.m{display:inline-block;min-width:4.5em}nav{columns:16rem;gap:2rem}nav a{display:block}table{border-collapse:collapse;width:100%;margin:.5rem 0}
td,th{text-align:start;vertical-align:top;padding:.25rem .75rem .25rem 0;border-top:1px solid var(--line)}.s{opacity:.75;font-size:.9em}section{scroll-margin-top:1rem}`

var docsPolicy = func() string {
	h := sha256.Sum256([]byte(docsStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(h[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

var docsPage = template.Must(template.New("docs").Parse(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Title}} API</title><style>{{.Style}}</style></head><body><h1>{{.Title}} API <span class="s">{{.Version}}</span></h1>
{{range .Intro}}<p>{{.}}</p>{{end}}<p>For programs: <a href="/api/openapi.json">/api/openapi.json</a> (OpenAPI 3.1).</p>
<nav aria-label="Contents">{{range .Tags}}<a href="#tag-{{.Name}}">{{.Name}}</a>{{end}}<a href="#schemas">schemas</a></nav>
{{range .Tags}}<h2 id="tag-{{.Name}}">{{.Name}}</h2>{{range .Operations}}<section id="{{.ID}}"><h3><b class="m">{{.Method}}</b> <code>{{.Path}}</code></h3>
<p>{{.Summary}}. {{.Description}} <span class="s">{{.Who}}</span></p>
{{if .Params}}<table><thead><tr><th scope="col">parameter<th scope="col">in<th scope="col">type<th scope="col">meaning</thead>{{range .Params}}<tr><td><code>{{.Name}}</code><td>{{.In}}<td>{{template "type" .Type}}<td>{{.Doc}}</tr>{{end}}</table>{{end}}
{{if .Body}}<p>Body: {{range .Body}}{{template "type" .}} {{end}}</p>{{end}}<p>Answers: {{range .Answers}}<code>{{.Status}}</code> {{range .Body}}{{template "type" .}} {{end}}{{end}}</p></section>{{end}}{{end}}
<h2 id="schemas">schemas</h2>{{range .Schemas}}<section id="schema-{{.Name}}"><h3>{{.Name}}</h3>{{if .Doc}}<p>{{.Doc}}</p>{{end}}{{if .Choice}}<p>One of: {{range .Choice}}{{template "type" .}} {{end}}</p>{{end}}
{{if .Fields}}<table><thead><tr><th scope="col">field<th scope="col">type<th scope="col">meaning</thead>{{range .Fields}}<tr><td><code>{{.Name}}</code>{{if not .Required}} <span class="s">optional</span>{{end}}<td>{{template "type" .Type}}<td>{{.Doc}}</tr>{{end}}</table>{{end}}</section>{{end}}
</body></html>{{define "type"}}{{if .Ref}}<a href="#schema-{{.Ref}}">{{.Ref}}</a>{{else}}<code>{{.Text}}</code>{{end}}{{.After}}{{end}}`))

// What the page shows, read from the description that programs get: the two cannot differ.
type (
	docsView struct {
		Title, Version string
		Style          template.CSS
		Intro          []string
		Tags           []docsTag
		Schemas        []docsSchema
	}
	docsTag struct {
		Name       string
		Operations []docsOperation
	}
	docsOperation struct {
		Method, Path, ID, Summary, Description, Who string
		Params                                      []docsField
		Body                                        []docsType
		Answers                                     []docsAnswer
	}
	docsAnswer struct {
		Status string
		Body   []docsType
	}
	docsSchema struct {
		Name, Doc string
		Fields    []docsField
		Choice    []docsType
	}
	docsField struct {
		Name, In, Doc string
		Type          docsType
		Required      bool
	}
	docsType struct{ Ref, Text, After string }
)

// node is a part of the description as JSON.
type node = map[string]any

// docs serves the API's page, which is made when it is first asked for.
func (s *Server) docs() http.HandlerFunc {
	page := sync.OnceValue(func() []byte {
		var doc node
		if err := json.Unmarshal(s.spec(), &doc); err != nil {
			panic("web: the description cannot be read back: " + err.Error())
		}
		var page bytes.Buffer
		if err := docsPage.Execute(&page, viewOf(doc)); err != nil {
			panic("web: the API's page cannot be made: " + err.Error())
		}
		return page.Bytes()
	})
	return func(w http.ResponseWriter, _ *http.Request) {
		s.protect(w.Header(), surfaceDocs, "")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(page())
	}
}

func viewOf(doc node) docsView {
	info := child(doc, "info")
	v := docsView{Title: word(info, "title"), Version: word(info, "version"), Style: docsStyle, Intro: strings.Split(word(info, "description"), "\n\n")}
	byTag := make(map[string]*docsTag)
	var order []string
	paths := child(doc, "paths")
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			op := child(child(paths, path), method)
			if len(op) == 0 {
				continue
			}
			tag := "other"
			if tags, _ := op["tags"].([]any); len(tags) > 0 {
				tag, _ = tags[0].(string)
			}
			if byTag[tag] == nil {
				byTag[tag] = &docsTag{Name: tag}
				order = append(order, tag)
			}
			byTag[tag].Operations = append(byTag[tag].Operations, operationOf(strings.ToUpper(method), path, op))
		}
	}
	for _, tag := range order {
		v.Tags = append(v.Tags, *byTag[tag])
	}
	schemas := child(child(doc, "components"), "schemas")
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		v.Schemas = append(v.Schemas, schemaOf(name, child(schemas, name)))
	}
	return v
}

func child(n node, name string) node { c, _ := n[name].(node); return c }
func word(n node, name string) string {
	w, _ := n[name].(string)
	return w
}

func operationOf(method, path string, op node) docsOperation {
	out := docsOperation{Method: method, Path: path, ID: word(op, "operationId"), Summary: word(op, "summary"), Description: word(op, "description"),
		Who: whoOf(op), Body: bodiesOf(child(op, "requestBody"))}
	params, _ := op["parameters"].([]any)
	for _, p := range params {
		if p, ok := p.(node); ok {
			out.Params = append(out.Params, docsField{Name: word(p, "name"), In: word(p, "in"), Doc: word(p, "description"), Type: typeOf(child(p, "schema"))})
		}
	}
	answers := child(op, "responses")
	for _, status := range slices.Sorted(maps.Keys(answers)) {
		out.Answers = append(out.Answers, docsAnswer{status, bodiesOf(child(answers, status))})
	}
	return out
}

func whoOf(op node) string {
	var who []string
	security, _ := op["security"].([]any)
	for _, one := range security {
		n, _ := one.(node)
		for name := range n {
			who = append(who, map[string]string{"session": "a signed-in member", "token": "an API token", "visitor": "a visitor"}[name])
		}
	}
	if len(who) == 0 {
		return "For everybody."
	}
	return "For " + strings.Join(who, " or ") + "."
}

func bodiesOf(n node) (out []docsType) {
	content := child(n, "content")
	for _, mediaType := range slices.Sorted(maps.Keys(content)) {
		t := typeOf(child(child(content, mediaType), "schema"))
		if mediaType != "application/json" {
			t.After += " (" + mediaType + ")"
		}
		out = append(out, t)
	}
	return out
}

func typeOf(n node) docsType {
	if ref := word(n, "$ref"); ref != "" {
		return docsType{Ref: strings.TrimPrefix(ref, schemaPrefix)}
	}
	if one, _ := n["oneOf"].([]any); len(one) == 2 {
		if first, ok := one[0].(node); ok {
			t := typeOf(first)
			t.After = " or null"
			return t
		}
	}
	if items := child(n, "items"); items != nil {
		t := typeOf(items)
		t.After += "[]"
		return t
	}
	text := word(n, "type")
	if many, ok := n["type"].([]any); ok {
		words := make([]string, 0, len(many))
		for _, one := range many {
			if w, ok := one.(string); ok {
				words = append(words, w)
			}
		}
		text = strings.Join(words, " or ")
	}
	if choices, _ := n["enum"].([]any); len(choices) > 0 {
		b, err := json.Marshal(choices)
		if err == nil {
			text = strings.Trim(strings.ReplaceAll(string(b), `","`, `" | "`), "[]")
		}
	}
	if format := word(n, "format"); format != "" && text == "string" {
		text = format
	}
	if text == "" {
		text = "any"
	}
	return docsType{Text: text}
}

func schemaOf(name string, n node) docsSchema {
	out := docsSchema{Name: name, Doc: word(n, "description")}
	choices, _ := n["oneOf"].([]any)
	for _, one := range choices {
		if c, ok := one.(node); ok {
			out.Choice = append(out.Choice, typeOf(c))
		}
	}
	required, _ := n["required"].([]any)
	fields := child(n, "properties")
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		f := child(fields, field)
		out.Fields = append(out.Fields, docsField{Name: field, Doc: word(f, "description"), Type: typeOf(f), Required: slices.Contains(required, any(field))})
	}
	return out
}
