package page

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

type obj = map[string]any

// elem is an element of a recording; its attributes come before its children.
func elem(id int, tag string, attributes obj, children ...any) obj {
	if children == nil {
		children = []any{}
	}
	return obj{"type": 2, "id": id, "tagName": tag, "attributes": attributes, "childNodes": children}
}

func words(id int, text string) obj { return obj{"type": 3, "id": id, "textContent": text} }

func document(children ...any) obj {
	return obj{"type": 2, "timestamp": 1, "data": obj{"initialOffset": obj{"left": 0, "top": 0}, "node": obj{"type": 0, "id": 1, "childNodes": children}}}
}

func changed(source int, data obj) obj {
	data["source"] = source
	return obj{"type": 3, "timestamp": 2, "data": data}
}

func mutated(data obj) obj {
	for _, part := range []string{"texts", "attributes", "removes", "adds"} {
		if data[part] == nil {
			data[part] = []obj{}
		}
	}
	return changed(sourceMutation, data)
}

func scrubber() *Scrubber {
	return New(func(address string) string { return fmt.Sprintf("https://viewer.example/asset/%d", len(address)) },
		[]string{".balance", "#total, [data-kind=iban]", "main .far"})
}

// scrub scrubs events with one scrubber and returns what is passed on.
func scrub(t testing.TB, s *Scrubber, events ...obj) (string, Scrubbed) {
	t.Helper()
	in, err := json.Marshal(events)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Scrub(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(got.Events), got
}

// sentinels are the kinds of what must not be seen, each in the part of a page that holds it: SECRET. What the recording
// says of it later is sent after the page.
var sentinels = map[string]struct {
	page  any
	later []obj
}{
	"a text field":                        {page: elem(10, "input", obj{"value": "SECRET"})},
	"a password":                          {page: elem(10, "input", obj{"type": "password", "value": "SECRET"})},
	"a shown password":                    {page: elem(10, "input", obj{"type": "password", "value": "SECRET", "data-visavis-show": ""})},
	"a hidden field":                      {page: elem(10, "input", obj{"type": "hidden", "value": "SECRET", "data-visavis-show": ""})},
	"a file":                              {page: elem(10, "input", obj{"type": "file", "value": "SECRET", "data-visavis-show": ""})},
	"a card by its purpose":               {page: elem(10, "input", obj{"autocomplete": "section-a billing cc-number", "value": "SECRET", "data-visavis-show": ""})},
	"a card by its name":                  {page: elem(10, "input", obj{"name": "card_number", "value": "SECRET", "data-visavis-show": ""})},
	"a card's code":                       {page: elem(10, "input", obj{"id": "cvc", "value": "SECRET", "data-visavis-show": ""})},
	"a one-time code":                     {page: elem(10, "input", obj{"autocomplete": "one-time-code", "value": "SECRET", "data-visavis-show": ""})},
	"an account number":                   {page: elem(10, "input", obj{"name": "iban", "value": "SECRET", "data-visavis-show": ""})},
	"a text area":                         {page: elem(10, "textarea", obj{"value": "SECRET"}, words(11, "SECRET"))},
	"a selection":                         {page: elem(10, "select", obj{"value": "SECRET"}, elem(11, "option", obj{"value": "SECRET", "selected": true}, words(12, "SECRET")))},
	"a group of options":                  {page: elem(10, "select", obj{}, elem(11, "optgroup", obj{"label": "SECRET"}, elem(12, "option", obj{"label": "SECRET"}, words(13, "SECRET"))))},
	"suggestions":                         {page: elem(10, "datalist", obj{}, elem(11, "option", obj{"value": "SECRET"}, words(12, "SECRET")))},
	"a radio button":                      {page: elem(10, "input", obj{"type": "radio", "value": "SECRET"})},
	"an editor":                           {page: elem(10, "div", obj{"contenteditable": "true"}, elem(11, "p", obj{"title": "SECRET"}, words(12, "SECRET")))},
	"an editor of text":                   {page: elem(10, "div", obj{"contenteditable": "plaintext-only"}, words(11, "SECRET"))},
	"a text box by its role":              {page: elem(10, "div", obj{"role": "textbox", "aria-valuetext": "SECRET"}, words(11, "SECRET"))},
	"what the site hides":                 {page: elem(10, "section", obj{"data-visavis-hide": "", "title": "SECRET"}, elem(11, "p", obj{"data-visavis-show": ""}, words(12, "SECRET")))},
	"what the administrator hides":        {page: elem(10, "p", obj{"class": "big balance", "title": "SECRET", "data-visavis-show": ""}, words(11, "SECRET")), later: []obj{mutated(obj{"texts": []obj{{"id": 11, "value": "SECRET"}}})}},
	"what is hidden by an attribute":      {page: elem(10, "p", obj{"data-kind": "iban"}, elem(11, "b", obj{}, words(12, "SECRET")))},
	"what is added and hidden":            {page: elem(10, "main", obj{}), later: []obj{mutated(obj{"adds": []obj{{"parentId": 10, "nextId": nil, "node": elem(11, "b", obj{"id": "total"}, words(12, "SECRET"))}}})}},
	"a token in a link":                   {page: elem(10, "a", obj{"href": "https://shop.example/reset/SECRET?token=SECRET#SECRET"})},
	"a token in a picture's address":      {page: elem(10, "img", obj{"src": "https://shop.example/a.png?token=SECRET", "srcset": "https://shop.example/b.png?token=SECRET 2x"})},
	"a token in a style sheet":            {page: elem(10, "style", obj{"_cssText": "a{background:url(https://shop.example/a.png?token=SECRET)}"})},
	"a token in a style":                  {page: elem(10, "p", obj{"style": "background: u\\72l('https://shop.example/SECRET')"})},
	"a comment in a style sheet":          {page: elem(10, "style", obj{}, obj{"type": 3, "id": 11, "isStyle": true, "textContent": "/* SECRET */ a{}"})},
	"a form's address":                    {page: elem(10, "form", obj{"action": "https://shop.example/pay?token=SECRET"})},
	"data of a script":                    {page: elem(10, "script", obj{"type": "application/json"}, words(11, "SECRET"))},
	"an attribute of a script's":          {page: elem(10, "div", obj{"data-user": "SECRET", "data-state": "SECRET 1"})},
	"a comment":                           {page: obj{"type": 5, "id": 10, "textContent": "SECRET"}},
	"a meta element":                      {page: elem(10, "meta", obj{"name": "csrf-token", "content": "SECRET"})},
	"a nonce":                             {page: elem(10, "style", obj{"nonce": "SECRET"})},
	"a frame's address":                   {page: elem(10, "iframe", obj{"src": "https://pay.example/?SECRET", "srcdoc": "SECRET", "name": "SECRET"})},
	"what a handler says":                 {page: elem(10, "button", obj{"onclick": "pay('SECRET')"})},
	"a canvas":                            {page: elem(10, "canvas", obj{"rr_dataURL": "data:image/png;base64,SECRET"})},
	"what is typed":                       {page: elem(10, "input", obj{}), later: []obj{changed(sourceInput, obj{"id": 10, "text": "SECRET", "isChecked": false})}},
	"what is typed as a shown password":   {page: elem(10, "input", obj{"type": "password", "data-visavis-show": ""}), later: []obj{changed(sourceInput, obj{"id": 10, "text": "SECRET", "isChecked": false})}},
	"a password that is made readable":    {page: elem(10, "input", obj{"type": "password"}), later: []obj{mutated(obj{"attributes": []obj{{"id": 10, "attributes": obj{"type": "text", "value": "SECRET"}}}})}},
	"a value that is set":                 {page: elem(10, "input", obj{}), later: []obj{mutated(obj{"attributes": []obj{{"id": 10, "attributes": obj{"value": "SECRET"}}}})}},
	"a hidden field that is added":        {page: elem(10, "form", obj{}), later: []obj{mutated(obj{"adds": []obj{{"parentId": 10, "nextId": nil, "node": elem(11, "input", obj{"type": "hidden", "value": "SECRET"})}}})}},
	"a hidden field whose value is set":   {page: elem(10, "input", obj{"type": "hidden"}), later: []obj{mutated(obj{"attributes": []obj{{"id": 10, "attributes": obj{"value": "SECRET"}}}})}},
	"an option that is added":             {page: elem(10, "select", obj{}), later: []obj{mutated(obj{"adds": []obj{{"parentId": 10, "nextId": nil, "node": elem(11, "option", obj{}, words(12, "SECRET"))}}})}},
	"a text that is put into an editor":   {page: elem(10, "div", obj{"contenteditable": ""}), later: []obj{mutated(obj{"adds": []obj{{"parentId": 10, "nextId": nil, "node": words(11, "SECRET")}}})}},
	"a text that changes in an editor":    {page: elem(10, "div", obj{"contenteditable": ""}, words(11, "a")), later: []obj{mutated(obj{"texts": []obj{{"id": 11, "value": "SECRET"}}})}},
	"a text that changes in what is hid":  {page: elem(10, "div", obj{"data-visavis-hide": ""}, words(11, "a")), later: []obj{mutated(obj{"texts": []obj{{"id": 11, "value": "SECRET"}}})}},
	"what is added to what is hid":        {page: elem(10, "div", obj{"data-visavis-hide": ""}, elem(11, "p", obj{})), later: []obj{mutated(obj{"adds": []obj{{"parentId": 11, "nextId": nil, "node": words(12, "SECRET")}}}), mutated(obj{"texts": []obj{{"id": 12, "value": "SECRET"}}})}},
	"a script's text that changes":        {page: elem(10, "script", obj{}, words(11, "a")), later: []obj{mutated(obj{"texts": []obj{{"id": 11, "value": "SECRET"}}})}},
	"a link whose address is set":         {page: elem(10, "a", obj{}), later: []obj{mutated(obj{"attributes": []obj{{"id": 10, "attributes": obj{"href": "/SECRET?SECRET", "data-id": "SECRET"}}}})}},
	"a rule that is added":                {page: elem(10, "style", obj{}), later: []obj{changed(sourceRule, obj{"id": 10, "adds": []obj{{"rule": "@import 'https://a.example/SECRET';", "index": 0}}})}},
	"a declaration that is set":           {page: elem(10, "style", obj{}), later: []obj{changed(sourceDeclaration, obj{"id": 10, "index": []int{0}, "set": obj{"property": "background", "value": "url(https://a.example/SECRET)"}})}},
	"a sheet that is adopted":             {page: elem(10, "div", obj{}), later: []obj{changed(sourceSheets, obj{"id": 10, "styleIds": []int{1}, "styles": []obj{{"styleId": 1, "rules": []obj{{"rule": "a{background:image-set('https://a.example/SECRET' 1x)}"}}}}})}},
	"what the console says":               {page: elem(10, "div", obj{}), later: []obj{changed(11, obj{"payload": []string{"SECRET"}}), {"type": 6, "timestamp": 2, "data": obj{"plugin": "rrweb/console", "payload": "SECRET"}}, {"type": 5, "timestamp": 2, "data": obj{"tag": "SECRET"}}}},
	"a font that is a file, and a canvas": {page: elem(10, "canvas", obj{}), later: []obj{changed(10, obj{"fontSource": "SECRET", "buffer": true}), changed(9, obj{"id": 10, "property": "fillText", "args": []string{"SECRET"}})}},
	"the address's query":                 {page: elem(10, "p", obj{}), later: []obj{{"type": 4, "timestamp": 2, "data": obj{"href": "https://u:SECRET@shop.example/a?SECRET#SECRET", "width": 1, "height": 1}}}},
}

// W-12: nothing of what is masked gets past the server, whatever the customer's browser sends.
func TestSecretsAreNotPassedOn(t *testing.T) {
	t.Parallel()
	for name, c := range sentinels {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scrubber()
			for _, events := range [][]obj{{document(elem(2, "html", obj{}, elem(3, "body", obj{}, c.page)))}, c.later} {
				if got, _ := scrub(t, s, events...); strings.Contains(got, "SECRET") {
					t.Errorf("passed on: %s", got)
				}
			}
		})
	}
}

func TestWhatMayBeSeenIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		page  any
		later []obj
		want  []string
	}{
		"words":             {page: elem(10, "p", obj{"class": "big", "title": "a title", "aria-label": "named"}, words(11, "Votre panier")), want: []string{"Votre panier", `"class":"big"`, "a title", "named"}},
		"a button's name":   {page: elem(10, "input", obj{"type": "submit", "value": "Payer"}), want: []string{"Payer"}},
		"what a field asks": {page: elem(10, "input", obj{"placeholder": "Rue", "aria-label": "Votre rue", "value": "x"}), want: []string{"Rue", "Votre rue", Mask}},
		"a field the site shows": {page: elem(10, "form", obj{"data-visavis-show": ""}, elem(11, "input", obj{"value": "Lyon"}), elem(12, "textarea", obj{"value": "bonjour"}),
			elem(13, "select", obj{"value": "fr"}, elem(14, "option", obj{"selected": true}, words(15, "France"))), elem(16, "input", obj{"type": "checkbox", "checked": true})),
			later: []obj{changed(sourceInput, obj{"id": 11, "text": "Paris", "isChecked": false}), changed(sourceInput, obj{"id": 16, "text": "on", "isChecked": true})},
			want:  []string{"Lyon", "bonjour", "France", `"selected":true`, `"checked":true`, "Paris", `"isChecked":true`}},
		"how it looks": {page: elem(10, "style", obj{"_cssText": "@media (min-width:1px){.a:hover{color:red;background:url(https://shop.example/a.png)}}/* rr_split */.b{}", "data-v-12ab": ""}),
			want: []string{`@media (min-width:1px){.a:hover{color:red;background:url(\"https://viewer.example/asset/26\")}}/* rr_split */.b{}`, `"data-v-12ab":""`}},
		"pictures": {page: elem(10, "img", obj{"src": "https://shop.example/a.png", "srcset": "https://shop.example/a.png 1x, https://shop.example/bb.png 2x", "alt": "vélo"}),
			want: []string{`"src":"https://viewer.example/asset/26"`, `"srcset":"https://viewer.example/asset/26 1x, https://viewer.example/asset/27 2x"`, "vélo"}},
		"pictures within": {page: elem(10, "img", obj{"src": "data:image/png;base64,AAAA"}), want: []string{"data:image/png;base64,AAAA"}},
		"drawings": {page: obj{"type": 2, "id": 10, "tagName": "svg", "isSVG": true, "attributes": obj{"viewBox": "0 0 16 16", "fill": "none"}, "childNodes": []any{
			obj{"type": 2, "id": 11, "tagName": "use", "isSVG": true, "attributes": obj{"href": "#wheel", "transform": "rotate(45)"}, "childNodes": []any{}}}},
			want: []string{`"viewBox":"0 0 16 16"`, `"href":"#wheel"`, "rotate(45)"}},
		"changes": {page: elem(10, "p", obj{}, words(11, "a")), later: []obj{mutated(obj{"texts": []obj{{"id": 11, "value": "deux vélos"}},
			"attributes": []obj{{"id": 10, "attributes": obj{"class": "new", "style": obj{"color": "red", "background": []any{"url(https://shop.example/a.png)", "important"}, "top": false}}}},
			"removes":    []obj{{"parentId": 3, "id": 9}}}), changed(sourceScroll, obj{"id": 1, "x": 0, "y": 120})},
			want: []string{"deux vélos", `"class":"new"`, `"color":"red"`, `["url(\"https://viewer.example/asset/26\")","important"]`, `"top":false`, `"parentId":3,"id":9`, `"y":120`}},
	} {
		s := scrubber()
		got, _ := scrub(t, s, document(elem(2, "html", obj{}, elem(3, "body", obj{}, c.page))))
		after, _ := scrub(t, s, c.later...)
		for _, want := range c.want {
			if !strings.Contains(got+after, want) {
				t.Errorf("%s: %s is missing in %s %s", name, want, got, after)
			}
		}
	}
}

// W-11: a recording that was made to attack whoever looks at it.
func TestAHostileRecordingIsHarmless(t *testing.T) {
	t.Parallel()
	svg := func(tag string, attributes obj, children ...any) obj {
		e := elem(11, tag, attributes, children...)
		e["isSVG"] = true
		return e
	}
	for _, hostile := range []any{
		elem(10, "script", obj{"src": "https://evil.example/EVIL.js"}, words(11, "EVIL")),
		elem(10, "SCRIPT", obj{}, words(11, "EVIL")),
		elem(10, "img", obj{"src": "x", "onerror": "EVIL", "ONLOAD": "EVIL", "on_x": "EVIL", "onfocus": ""}),
		elem(10, "a", obj{"href": "java\tscript:EVIL()", "ping": "https://evil.example/EVIL", "download": "EVIL"}),
		elem(10, "form", obj{"action": "javascript:EVIL"}, elem(11, "button", obj{"formaction": "javascript:EVIL"})),
		elem(10, "iframe", obj{"srcdoc": "<script>EVIL</script>", "src": "javascript:EVIL", "rr_src": "https://evil.example/EVIL", "allow": "EVIL", "sandbox": "EVIL"}),
		elem(10, "base", obj{"href": "https://evil.example/EVIL"}),
		elem(10, "meta", obj{"http-equiv": "refresh", "content": "0;url=https://evil.example/EVIL"}),
		elem(10, "object", obj{"data": "https://evil.example/EVIL"}), elem(10, "embed", obj{"src": "https://evil.example/EVIL"}),
		elem(10, "link", obj{"rel": "stylesheet", "href": "https://evil.example/EVIL"}), elem(10, "link", obj{"rel": "import", "href": "https://evil.example/EVIL"}),
		elem(10, "input", obj{"autofocus": ""}), elem(10, "video", obj{"src": "https://evil.example/EVIL", "autoplay": "", "rr_mediaState": "EVIL"}, elem(11, "source", obj{"src": "https://evil.example/EVIL"})),
		elem(10, "template", obj{}, words(11, "EVIL")), elem(10, "noscript", obj{}, words(11, "<img onerror=EVIL>")),
		elem(10, "style", obj{"_cssText": `@IM\port "https://evil.example/EVIL"; @import url(https://evil.example/EVIL); a{b:\75 rl(//evil.example/EVIL);c:expression(EVIL)}`}),
		elem(10, "style", obj{}, obj{"type": 3, "id": 11, "isStyle": true, "textContent": "a{}</style>@import 'EVIL';"}),
		elem(10, "div", obj{"style": "background:url( 'javascript:EVIL' ), url(data:text/html,EVIL)"}),
		svg("svg", obj{"onload": "EVIL"}, svg("script", obj{}, words(12, "EVIL")), svg("a", obj{"xlink:href": "javascript:EVIL"}), svg("use", obj{"href": "https://evil.example/EVIL#a"}),
			svg("set", obj{"attributeName": "href", "to": "javascript:EVIL"}), svg("animate", obj{"values": "https://evil.example/EVIL"})),
		obj{"type": 2, "id": 10, "tagName": "svg:script", "attributes": obj{}, "childNodes": []any{words(11, "EVIL")}},
		obj{"type": 4, "id": 10, "textContent": "x"}, obj{"type": 9, "id": 10, "tagName": "EVIL"},
		obj{"type": 2, "id": 10, "tagName": "p onclick=EVIL", "attributes": nil, "childNodes": nil, "EVIL": "EVIL"},
	} {
		got, _ := scrub(t, scrubber(), document(elem(2, "html", obj{}, elem(3, "body", obj{}, hostile))), mutated(obj{"adds": []any{obj{"parentId": 3, "nextId": nil, "node": hostile}}}))
		for _, bad := range []string{"EVIL", "evil.example", "javascript:", "srcdoc", "onclick", "onerror", "onfocus", "autoplay", "autofocus", "</style"} {
			if strings.Contains(got, bad) {
				t.Errorf("%s is passed on: %s", bad, got)
			}
		}
	}
}

// D-08, W-11: what is broken, deep or huge is refused or cut, and what follows on it is masked.
func TestABrokenRecordingIsRefused(t *testing.T) {
	t.Parallel()
	for _, broken := range []string{"", "null x", "{}", `[{"type":"2"}]`, `[{"type":2,"data":{}}]`, `[{"type":2,"data":{"node":{"type":5,"id":1}}}]`, `[{"type":3,"data":[]}]`,
		`[{"type":3,"data":{"source":0,"adds":[{"node":{"id":1.5}}]}}]`, `[{"type":4,"data":"x"}]`, `[{"type":3,"data":{"source":8,"removes":[{"index":"x"}]}}]`,
		strings.Repeat("[", 20_000), `[` + strings.Repeat(`{"a":`, 20_000)} {
		if got, err := scrubber().Scrub([]byte(broken)); err == nil {
			t.Errorf("%.60s was read as %s", broken, got.Events)
		}
	}
	deep := words(4000, "the bottom")
	for id := 3999; id > 2; id-- {
		deep = elem(id, "div", obj{}, deep)
	}
	s := scrubber()
	got, _ := scrub(t, s, document(elem(2, "html", obj{}, deep)))
	if strings.Contains(got, "the bottom") || strings.Count(got, `"div"`) < maxDepth-5 {
		t.Errorf("%d of 4,000 levels are left", strings.Count(got, `"div"`))
	}
	if got, _ = scrub(t, s, mutated(obj{"texts": []obj{{"id": 4000, "value": "the bottom"}}})); strings.Contains(got, "the bottom") {
		t.Error("what was cut away is spoken of")
	}
}

func TestWhatChangesWhatMayBeSeenMakesThePageStale(t *testing.T) {
	t.Parallel()
	s := scrubber()
	_, got := scrub(t, s, document(elem(2, "html", obj{}, elem(3, "p", obj{}))), obj{"type": 4, "timestamp": 1, "data": obj{"href": "https://Shop.example:8443/a/b?c#d", "width": 1, "height": 1}})
	if !got.Whole || got.Stale || len(got.Visits) != 1 || got.Visits[0] != (Visit{"https://shop.example:8443", "/a/b"}) {
		t.Errorf("a whole page: %+v", got)
	}
	for _, name := range []string{"data-visavis-hide", "data-visavis-show", "contenteditable"} {
		if _, got := scrub(t, s, mutated(obj{"attributes": []obj{{"id": 3, "attributes": obj{name: ""}}}})); !got.Stale || got.Whole {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if _, got := scrub(t, s, mutated(obj{"attributes": []obj{{"id": 3, "attributes": obj{"class": "x"}}}})); got.Stale {
		t.Error("a class makes it stale")
	}
}

// safe fails on anything in what is passed on that could run, load or lead elsewhere.
func safe(t *testing.T, v any) {
	t.Helper()
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			safe(t, one)
		}
	case map[string]any:
		if tag, ok := v["tagName"].(string); ok {
			for _, bad := range []string{"script", "base", "meta", "object", "embed", "template", "frame"} {
				if strings.EqualFold(tag, bad) || strings.HasSuffix(strings.ToLower(tag), ":"+bad) {
					t.Errorf("a %s is passed on", tag)
				}
			}
		}
		attributes, _ := v["attributes"].(map[string]any)
		for name, value := range attributes {
			text, _ := value.(string)
			text = strings.ToLower(strings.TrimSpace(text))
			if name = strings.ToLower(name); strings.HasPrefix(name, "on") || name == "srcdoc" || name == "autoplay" || name == "autofocus" || name == "action" || name == "formaction" ||
				(name == "src" || name == "href" || name == "xlink:href" || name == "poster") && text != "" && text[0] != '#' && !strings.HasPrefix(text, "https://viewer.example/") && !inline(text) {
				t.Errorf("%s=%q is passed on", name, text)
			}
		}
		for _, one := range v {
			safe(t, one)
		}
	}
}

// FuzzScrub reads what strangers send.
func FuzzScrub(f *testing.F) {
	for _, c := range sentinels {
		first, err := json.Marshal([]any{document(elem(2, "html", obj{}, c.page))})
		if err != nil {
			f.Fatal(err)
		}
		then, err := json.Marshal(c.later)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(first, then)
	}
	f.Fuzz(func(t *testing.T, first, then []byte) {
		s := scrubber()
		for _, events := range [][]byte{first, then} {
			got, err := s.Scrub(events)
			if err != nil {
				continue
			}
			var v any
			if err := json.Unmarshal(got.Events, &v); err != nil {
				t.Fatalf("%v: %s", err, got.Events)
			}
			safe(t, v)
		}
	})
}

// FuzzStyleSheet lets no address through, however it is written.
func FuzzStyleSheet(f *testing.F) {
	for _, seed := range []string{`a{b:url(https://a.example/x)}`, `@import "https://a.example/x";`, `u\72 l("//a.example")`, `a{content:"\"}`, `/*`, `image-set("https://a.example/x" 1x)`,
		`url(https://a.example/x`, `@\69mport url(https://a.example)`, "url('https://a.example\n)", `@media(a){@import "https://a.example"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sheet string) {
		s := New(func(string) string { return "https://viewer.example/asset/x" }, nil)
		once := s.css(sheet)
		if strings.Contains(once, "</") {
			t.Errorf("%q became %q", sheet, once)
		}
		// What browsers read as a call for an address, or for another sheet: outside of quotes, and whole.
		bare := strings.ToLower(texts.ReplaceAllString(once, `"…"`))
		if imports.MatchString(bare) {
			t.Errorf("%q became %q", sheet, once)
		}
		for _, call := range calls.FindAllStringSubmatch(bare, -1) {
			if call[1] != `"…"` {
				t.Errorf("%q became %q", sheet, once)
			}
		}
		for _, text := range addresses.FindAllStringSubmatch(strings.ToLower(once), -1) {
			if !strings.HasPrefix(text[1], "https://viewer.example/") && text[1] != "" && text[1][0] != '#' && !inline(text[1]) {
				t.Errorf("%q became %q", sheet, once)
			}
		}
	})
}

var (
	texts     = regexp.MustCompile(`"[^"]*"`) // every quote within is escaped
	imports   = regexp.MustCompile(`@import([^a-z0-9_\\\x80-\x{10ffff}-]|$)`)
	calls     = regexp.MustCompile(`(?:^|[^a-z0-9_\\\x80-\x{10ffff}-])url\(("…"|.?)`)
	addresses = regexp.MustCompile(`(?:^|[^a-z0-9_\\\x80-\x{10ffff}"-])url\("([^"]*)"\)`)
)
