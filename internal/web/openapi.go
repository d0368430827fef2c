package web

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"visavis/internal/vis"
)

const schemaPrefix = "#/components/schemas/"

// describe is the framework's configuration: JSON only, nothing unknown accepted, our own words for refusals, and no pages of its own.
func describe(version, publicURL string) huma.Config {
	format := huma.Format{Marshal: encodeJSON, Unmarshal: decodeJSON}
	registry := huma.NewMapRegistry(schemaPrefix, huma.DefaultSchemaNamer)
	registry.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[Problem]())
	doc := &huma.OpenAPI{OpenAPI: "3.1.0", Info: &huma.Info{Title: "Visavis", Version: version, Description: introduction,
		License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}},
		Components: &huma.Components{Schemas: registry, SecuritySchemes: map[string]*huma.SecurityScheme{
			"session": {Type: "apiKey", In: "cookie", Name: cookieName, Description: "A signed-in member's browser."},
			"token":   {Type: "http", Scheme: "bearer", Description: "An API token (vv_…) with scopes, made by an administrator."},
			"visitor": {Type: "apiKey", In: "header", Name: "Authorization", Description: "Visitor, a space, and the token of a visitor's session."},
		}}}
	if publicURL != "" {
		doc.Servers = nil // the description is served by the server it describes
	}
	return huma.Config{OpenAPI: doc, Formats: map[string]huma.Format{"application/json": format, "json": format}, DefaultFormat: "application/json",
		RejectUnknownQueryParameters: true, Transformers: []huma.Transformer{ownProblems}}
}

const introduction = `Everything the desk and the chat do is done through this API.

Times are RFC 3339 in UTC with milliseconds. Unknown fields are refused. Refusals are application/problem+json with a stable
"code". Send an Idempotency-Key (a UUID) with every POST and repeat it when you try again: the first answer comes back. Changes say
the version they were decided on, in "version" or If-Match; a stale one is refused with what is there now in "current". Lists go on
with "cursor" = the "next" of the page before.

The live socket is at /api/v1/live (WebSocket, subprotocol visavis.v1, JSON texts): see the schemas ClientFrame and ServerFrame.
It closes with 4401 when the session ended, 4403 when it may not be, 4408 when the reader was too slow, 1012 when the server
restarts, 1008 for what the protocol does not allow and 1009 for frames over 64 KiB.`

func encodeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// decodeJSON refuses what is no UTF-8: the standard library would silently change it.
func decodeJSON(data []byte, v any) error {
	if !utf8.Valid(data) {
		return vis.Errorf(vis.Invalid, "malformed", "the body is not UTF-8%s", where(data))
	}
	return json.Unmarshal(data, v)
}

// where names the field that holds a byte which is no UTF-8.
func where(data []byte) string {
	clean := strings.ToValidUTF8(string(data), "\ufffd\ufffe\ufffd")
	var parsed any
	if json.Unmarshal([]byte(clean), &parsed) != nil {
		return ""
	}
	if at, found := broken(parsed); found {
		return " in body" + at
	}
	return ""
}

func broken(v any) (string, bool) {
	switch t := v.(type) {
	case string:
		return "", strings.Contains(t, "\ufffd\ufffe\ufffd")
	case []any:
		for i, one := range t {
			if at, found := broken(one); found {
				return "[" + strconv.Itoa(i) + "]" + at, true
			}
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(t)) {
			if at, found := broken(t[name]); found {
				return "." + name + at, true
			}
		}
	}
	return "", false
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = encodeJSON(w, v) // the client may be gone
}

// responses describes the answers of a plain handler.
func (s *Server) responses(status int, body any) map[string]*huma.Response {
	registry := s.api.OpenAPI().Components.Schemas
	return map[string]*huma.Response{
		strconv.Itoa(status): {Description: http.StatusText(status), Content: map[string]*huma.MediaType{
			"application/json": {Schema: registry.Schema(reflect.TypeOf(body), true, "")}}},
		"default": {Description: "Error", Content: map[string]*huma.MediaType{
			"application/problem+json": {Schema: registry.Schema(reflect.TypeFor[Problem](), true, "")}}},
	}
}

// finishSpec adds what no typed route shows: the events and the frames of the live socket.
func finishSpec(doc *huma.OpenAPI) {
	registry := doc.Components.Schemas
	members := union(registry, shapes, "Event")
	visitors := union(registry, visitorShapes, "VisitorEvent")
	registry.Map()["Event"] = members
	registry.Map()["VisitorEvent"] = visitors
	server := frames(registry, "ServerFrame", map[string]any{"welcome": WelcomeFrame{}, "skip": SkipFrame{}, "reload": ReloadFrame{},
		"standing": StandingFrame{}, "viewers": ViewersFrame{}, "typing": TypingFrame{}, "visitor": VisitorFrame{}, "team": TeamFrame{},
		"assist_answer": AssistAnswerFrame{}, "assist_media": AssistMediaFrame{}, "error": ErrorFrame{}, "pong": PongFrame{}})
	registry.Map()["EventFrame"] = object("event", map[string]*huma.Schema{"event": {Ref: schemaPrefix + "Event"}})
	registry.Map()["VisitorEventFrame"] = object("event", map[string]*huma.Schema{"event": {Ref: schemaPrefix + "VisitorEvent"}})
	server.OneOf = append(server.OneOf, &huma.Schema{Ref: schemaPrefix + "EventFrame"})
	server.Discriminator.Mapping["event"] = schemaPrefix + "EventFrame"
	frames(registry, "ClientFrame", map[string]any{"hello": HelloFrame{}, "typing": TypeFrame{}, "viewing": ViewFrame{}, "page": PageFrame{},
		"ping": PingFrame{}})
	doc.Paths["/api/v1/live"] = &huma.PathItem{Get: &huma.Operation{OperationID: "live", Tags: []string{"live"},
		Summary:     "The live socket (WebSocket, subprotocol visavis.v1)",
		Description: "Say hello first; then events come as they happen. See ClientFrame and ServerFrame; a visitor's event frames are VisitorEventFrame.",
		Security:    []map[string][]string{{"session": {}}, {"token": {}}, {}},
		Responses:   map[string]*huma.Response{"101": {Description: "Switching Protocols"}}}}
}

// writeSpec is the description as JSON.
func writeSpec(doc *huma.OpenAPI) []byte {
	out, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic("web: the description does not marshal: " + err.Error())
	}
	return append(out, '\n')
}

// union makes one schema for each type of event and returns the choice between them.
func union(registry huma.Registry, of map[vis.EventType]any, suffix string) *huma.Schema {
	out := &huma.Schema{Discriminator: &huma.Discriminator{PropertyName: "type", Mapping: make(map[string]string)}}
	for _, t := range slices.Sorted(maps.Keys(of)) {
		name := eventName(string(t)) + suffix
		registry.Map()[name] = narrowed(registry, of[t], string(t))
		out.OneOf = append(out.OneOf, &huma.Schema{Ref: schemaPrefix + name})
		out.Discriminator.Mapping[string(t)] = schemaPrefix + name
	}
	return out
}

// frames is union for the frames of the live socket, which have names of their own.
func frames(registry huma.Registry, name string, of map[string]any) *huma.Schema {
	out := &huma.Schema{Discriminator: &huma.Discriminator{PropertyName: "type", Mapping: make(map[string]string)}}
	for _, t := range slices.Sorted(maps.Keys(of)) {
		own := reflect.TypeOf(of[t]).Name()
		registry.Map()[own] = narrowed(registry, of[t], t)
		out.OneOf = append(out.OneOf, &huma.Schema{Ref: schemaPrefix + own})
		out.Discriminator.Mapping[t] = schemaPrefix + own
	}
	registry.Map()[name] = out
	return out
}

// narrowed is the schema of a shape with its type field fixed, and with null allowed for whatever it is about.
func narrowed(registry huma.Registry, shape any, typ string) *huma.Schema {
	s := *huma.SchemaFromType(registry, reflect.TypeOf(shape))
	s.Properties = maps.Clone(s.Properties)
	s.Properties["type"] = &huma.Schema{Type: huma.TypeString, Enum: []any{typ}}
	t := reflect.TypeOf(shape)
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if p := s.Properties[name]; p != nil && f.Type.Kind() == reflect.Pointer && p.Ref != "" {
			s.Properties[name] = &huma.Schema{OneOf: []*huma.Schema{p, {Type: "null"}}}
		}
	}
	switch shape.(type) {
	case conversationEvent, messageEvent, readEvent, readingEvent, visitorMessageEvent, visitorConversationEvent:
		s.Required = append(s.Required, "conversationId") // a fact about a conversation names it
	}
	return &s
}

func object(typ string, more map[string]*huma.Schema) *huma.Schema {
	props := map[string]*huma.Schema{"type": {Type: huma.TypeString, Enum: []any{typ}}}
	maps.Copy(props, more)
	return &huma.Schema{Type: huma.TypeObject, Properties: props, Required: slices.Sorted(maps.Keys(props)), AdditionalProperties: false}
}

// eventName turns conversation.snoozed into ConversationSnoozed.
func eventName(t string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(t, func(r rune) bool { return r == '.' || r == '_' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
