package web

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/safehttp"
	"visavis/internal/vis"
)

// mailbox makes a channel of letters that can be answered on.
func (h *house) mailbox() channel.Channel {
	h.Helper()
	c, err := h.channels.Create(h.ctx, h.admin.actor, channel.Creation{Kind: "email", Name: "Mail",
		Settings: json.RawMessage(`{"addresses":[{"address":"support@arzel.example","name":"Arzel"}],"out":{"host":"smtp.arzel.example","port":465,"security":"tls"}}`)})
	h.must(err)
	return c
}

// arrives brings a letter in and reads what waits.
func (h *house) arrives(c channel.Channel, raw string) {
	h.Helper()
	_, err := h.letters.Intake(h.ws, c.ID).Keep(h.ctx, channel.Raw{Bytes: []byte(strings.ReplaceAll(raw, "\n", "\r\n"))})
	h.must(err)
	for h.letters.ReadOnce(h.ctx) > 0 {
		continue
	}
}

// letters are those of the newest conversation.
func (h *house) lettersOf(as principal) (string, Correspondence) {
	h.Helper()
	all := read[ConversationPage](h, h.get(as, "/api/v1/conversations"))
	id := all.Items[0].ID
	return id, read[Correspondence](h, h.get(as, "/api/v1/conversations/"+id+"/letters"))
}

// onThisHost is a signed link as a path.
func onThisHost(link string) string { return strings.TrimPrefix(link, ours) }

const plainLetter = `From: Camille Roy <camille@letters.example>
To: support@arzel.example
Cc: Jo <jo@friends.example>
Message-ID: <1@letters.example>
Subject: My bicycle

Where is it?

-- 
Camille
`

// designed is a letter with pictures that came with it, pictures that lie elsewhere, and all that must never run.
func designed(elsewhere string) string {
	return `From: Camille Roy <camille@letters.example>
To: support@arzel.example
Message-ID: <2@letters.example>
Subject: Look
Content-Type: multipart/related; boundary=x

--x
Content-Type: text/html; charset=utf-8

<p onclick="steal()">Look: <img src="cid:here"> <IMG SRC="` + elsewhere + `/one.png" width=10> <img src='http://tracker.example/two.gif'>
<script>steal()</script><a href="https://shop.example/x" onmouseover=steal()>there</a> <img src="javascript:steal()"><form action="https://evil.example"><input name=p></form>
<style>@import url(https://evil.example/x.css)</style><iframe src="https://evil.example"></iframe><base href="https://evil.example/"></p>
--x
Content-Type: image/png
Content-ID: <here>
Content-Transfer-Encoding: base64
Content-Disposition: inline; filename=a.png

` + base64.StdEncoding.EncodeToString(pixel(3, 3)) + `
--x--
`
}

// a letter's HTML is shown in a frame that runs nothing of it, and asks nobody elsewhere for anything.
func TestALetterIsShownWithoutTellingAnybody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.arrives(h.mailbox(), designed("https://tracker.example"))
	agent := h.hire(h.admin, "Yann", vis.Agent)
	_, all := h.lettersOf(agent)
	l := all.Letters[0]
	if l.Pictures != 2 || l.PageURL == "" || l.PicturesURL == "" || l.RawURL == "" {
		t.Fatalf("a letter with two pictures elsewhere: %+v", l)
	}
	for name, link := range map[string]string{"without pictures": l.PageURL, "with pictures": l.PicturesURL} {
		a := h.get(nobody, onThisHost(link))
		page := string(a.body)
		policy := a.header.Get("Content-Security-Policy")
		if a.status != 200 || !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "sandbox allow-scripts ") ||
			strings.Contains(policy, "allow-same-origin") || !strings.Contains(policy, "frame-ancestors "+ours) || !strings.Contains(policy, "img-src "+ours+";") {
			t.Errorf("%s: %d, policy %s", name, a.status, policy)
		}
		for _, never := range []string{"steal", "tracker.example", "evil.example", "<form", "<iframe", "<input", "@import", "data-src", "cid:"} {
			if strings.Contains(strings.ToLower(page), never) {
				t.Errorf("%s: %q is in the page: %s", name, never, page)
			}
		}
		if n := strings.Count(page, "<script"); n != 1 {
			t.Errorf("%s: %d scripts", name, n)
		}
		want := 1
		if name == "with pictures" {
			want = 3
		}
		if n := strings.Count(page, `src="`+ours+`/content/`); n != want {
			t.Errorf("%s: %d pictures have an address of ours, want %d: %s", name, n, want, page)
		}
		if strings.Count(policy, "nonce-") != 1 || policy == h.get(nobody, onThisHost(link)).header.Get("Content-Security-Policy") {
			t.Errorf("%s: the nonce is not new each time: %s", name, policy)
		}
	}
	raw := h.get(nobody, onThisHost(l.RawURL))
	if raw.status != 200 || raw.header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(raw.header.Get("Content-Disposition"), "attachment") ||
		!strings.Contains(string(raw.body), "steal()") {
		t.Errorf("its bytes: %d %v", raw.status, raw.header)
	}
	for name, change := range map[string]func(q url.Values){
		"another form": func(q url.Values) { q.Set("a", strings.TrimSuffix(q.Get("a"), "h")+"r") },
		"a picture":    func(q url.Values) { q.Set("a", strings.TrimSuffix(q.Get("a"), "h")+"x0") },
		"no form":      func(q url.Values) { q.Set("a", strings.TrimSuffix(q.Get("a"), "h")) },
	} {
		u, err := url.Parse(onThisHost(l.PageURL))
		h.must(err)
		q := u.Query()
		change(q)
		u.RawQuery = q.Encode()
		if a := h.get(nobody, u.String()); a.status != 403 {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	ada := h.visitor(h.ws, h.chat)
	for _, f := range []form{formLetter, formPictures, remotePicture(0), formMail, "x-1", "x01", "x", "z"} {
		if a := h.get(nobody, onThisHost(h.server.contentURL(to(ada.actor), l.ID, f))); a.status != 403 {
			t.Errorf("a customer's link to %q: %d", f, a.status)
		}
	}
}

// pictures that lie elsewhere are fetched by us, when a member asks for them, and only when they are pictures.
func TestPicturesElsewhereAreFetchedByUsAndOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	served := pixel(4, 4)
	kind := "image/png"
	moved := ""
	elsewhere := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if moved != "" && r.URL.Path != "/moved" {
			http.Redirect(w, r, moved, http.StatusFound)
			return
		}
		for _, name := range []string{"Cookie", "Referer", "X-Forwarded-For", "Accept-Language"} {
			if r.Header.Get(name) != "" {
				t.Errorf("we told %s: %s", name, r.Header.Get(name))
			}
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Set-Cookie", "a=b")
		_, _ = w.Write(served)
	}))
	t.Cleanup(elsewhere.Close)
	roots := x509.NewCertPool()
	roots.AddCert(elsewhere.Certificate())
	out, err := safehttp.New(safehttp.Options{Allow: []string{"127.0.0.0/8"}, Roots: roots})
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, func(o *Options) { o.Outside = out })
	h.arrives(h.mailbox(), designed(elsewhere.URL))
	_, all := h.lettersOf(h.admin)
	l := all.Letters[0]
	h.get(nobody, onThisHost(l.PageURL))
	h.get(nobody, onThisHost(l.PicturesURL))
	if n := asked.Load(); n != 0 {
		t.Fatalf("%d questions before a browser draws anything", n)
	}
	first := onThisHost(h.server.contentURL(to(h.admin.actor), l.ID, remotePicture(0)))
	a := h.get(nobody, first)
	if a.status != 200 || a.header.Get("Content-Type") != "image/png" || asked.Load() != 1 || a.header.Get("Set-Cookie") != "" {
		t.Errorf("a picture: %d %v, %d questions", a.status, a.header, asked.Load())
	}
	// One that has moved is followed, but not inside nor in the clear.
	for to, want := range map[string]int{"/moved": 200, "https://169.254.169.254/": 404, "http://" + elsewhere.Listener.Addr().String() + "/moved": 404} {
		moved = to
		if a := h.get(nobody, first); a.status != want {
			t.Errorf("moved to %s: %d", to, a.status)
		}
	}
	moved = ""
	// Whatever it says that it is, what is no picture is not shown.
	for name, body := range map[string]string{"a page": "<html><script>alert(1)</script>", "a drawing": `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "nothing": ""} {
		served = []byte(body)
		if a := h.get(nobody, first); a.status != 404 || strings.Contains(string(a.body), "alert") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	before := asked.Load()
	for name, f := range map[string]form{"of another site, unreachable": remotePicture(1), "one that no letter holds": remotePicture(2)} {
		if a := h.get(nobody, onThisHost(h.server.contentURL(to(h.admin.actor), l.ID, f))); a.status != 404 {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if asked.Load() != before {
		t.Error("something else was asked for")
	}
}

func TestAMemberDecidesOnALetterThatNobodyCouldRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.mailbox()
	agent := h.hire(h.admin, "Yann", vis.Agent)
	for _, subject := range []string{"First", "Second", "Third"} {
		h.clock.move(time.Second)
		h.arrives(c, "From: Camille <camille@letters.example>\nSubject: "+subject+"\n"+strings.Repeat("X-Again: and again\n", 5000)+"\nHello\n")
	}
	if n := read[MailCounts](t, h.get(agent, "/api/v1/mail/counts")); n.Quarantined != 3 || n.Failed != 0 {
		t.Errorf("counted: %+v", n)
	}
	held := read[ArrivalPage](t, h.get(agent, "/api/v1/arrivals")).Items
	if len(held) != 3 || held[0].Subject != "Third" || held[0].From.Address != "camille@letters.example" || held[0].Reason != "too-many-headers" || held[0].Text != "" {
		t.Fatalf("in quarantine: %+v", held)
	}
	one := read[Arrival](t, h.get(agent, "/api/v1/arrivals/"+held[0].ID))
	if !strings.HasPrefix(one.Text, "From: Camille") || !strings.Contains(string(h.get(nobody, onThisHost(one.RawURL)).body), "X-Again") {
		t.Errorf("opened: %+v", one)
	}
	act := func(i int, what string) Arrival {
		return read[Arrival](t, h.post(agent, "/api/v1/arrivals/"+held[i].ID+"/"+what, obj{}))
	}
	if a := act(0, "convert"); a.State != "filed" || a.ConversationID == nil {
		t.Errorf("made a conversation: %+v", a)
	}
	if a := act(1, "discard"); a.State != "discarded" || a.RawURL != "" || h.get(nobody, onThisHost(held[1].RawURL)).status != 403 {
		t.Errorf("discarded: %+v", a)
	}
	if a := act(2, "retry"); a.State != "waiting" || a.Reason != "" {
		t.Errorf("tried again: %+v", a)
	}
	if a := h.post(agent, "/api/v1/arrivals/"+held[0].ID+"/discard", obj{}); a.status != 409 {
		t.Errorf("decided twice: %d %s", a.status, a.body)
	}
}

func TestAMemberAnswersALetterLaterToSomeAndTakesItBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.arrives(h.mailbox(), plainLetter)
	agent := h.hire(h.admin, "Yann", vis.Agent)
	id, all := h.lettersOf(agent)
	if len(all.Participants) != 1 || all.Participants[0].Rights != "asked" || len(all.Letters[0].Folded) != 1 {
		t.Fatalf("a letter with somebody beside: %+v", all)
	}
	if got := read[Participants](t, h.do(call{method: "PUT", path: "/api/v1/conversations/" + id + "/participants", as: agent,
		body: obj{"address": "jo@friends.example", "rights": "granted"}})); got.Items[0].Rights != "granted" {
		t.Errorf("let in: %+v", got)
	}
	// Nobody beside her, although Jo may read along: an empty list is a choice, and survives until the words are said.
	later := obj{"text": "It left today.", "sendAt": h.clock.Now().Add(8 * time.Second).Format(time.RFC3339), "letter": obj{"cc": []obj{}, "bcc": []obj{{"address": "boss@arzel.example"}},
		"subject": "Your bicycle", "quote": true}}
	one := read[ScheduledReply](t, h.post(agent, "/api/v1/conversations/"+id+"/scheduled", later))
	waiting := read[ScheduledReplies](t, h.get(h.admin, "/api/v1/conversations/"+id+"/scheduled"))
	if len(waiting.Items) != 1 || waiting.Items[0].Letter.Subject != "Your bicycle" || !waiting.Items[0].Letter.Quote || waiting.Items[0].Letter.Bcc[0].Address != "boss@arzel.example" {
		t.Errorf("waiting: %+v", waiting)
	}
	back := h.do(call{method: "DELETE", path: "/api/v1/conversations/" + id + "/scheduled/" + one.ID, as: agent})
	if !strings.Contains(string(back.body), `"cc":[]`) {
		t.Errorf("that nobody should read along is forgotten: %s", back.body)
	}
	if got := read[ScheduledReply](t, back); got.Text != "It left today." {
		t.Errorf("taken back: %+v", got)
	}
	if a := h.do(call{method: "DELETE", path: "/api/v1/conversations/" + id + "/scheduled/" + one.ID, as: agent}); a.status != 404 {
		t.Errorf("twice: %d", a.status)
	}
	for name, c := range map[string]struct {
		body  obj
		field string
	}{
		"a time gone by":   {obj{"text": "x", "sendAt": h.clock.Now().Add(-time.Minute).Format(time.RFC3339)}, "sendAt"},
		"no words":         {obj{"text": " ", "sendAt": h.clock.Now().Add(time.Minute).Format(time.RFC3339)}, "text"},
		"no time":          {obj{"text": "x"}, "sendAt"},
		"too many copies":  {obj{"text": "x", "letter": obj{"bcc": many(51)}}, "letter.bcc"},
		"no address":       {obj{"text": "x", "letter": obj{"to": []obj{{"address": "camille@nowhere\r\nBcc: x@y.example"}}}}, "to"},
		"only to ourself":  {obj{"text": "x", "letter": obj{"to": []obj{{"address": "support@arzel.example"}}}}, "to"},
		"a foreign way":    {obj{"text": "x", "channelId": newID()}, ""},
		"a subject's line": {obj{"text": "x", "letter": obj{"subject": strings.Repeat("x", 401)}}, "letter.subject"},
	} {
		path := "/messages"
		if _, later := c.body["sendAt"]; later || name == "no time" {
			path = "/scheduled"
		}
		a := h.post(agent, "/api/v1/conversations/"+id+path, c.body)
		if a.status < 400 || a.status >= 500 || c.field != "" && !strings.Contains(string(a.body), c.field) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	read[Message](t, h.post(agent, "/api/v1/conversations/"+id+"/messages", obj{"text": "It left today.", "letter": obj{"cc": []obj{}, "subject": "Your\r\nbicycle"}}))
	_, all = h.lettersOf(agent)
	out := all.Sendings[len(all.Sendings)-1]
	if out.Subject != "Your bicycle" || len(out.Cc) != 0 || out.To[0].Address != "camille@letters.example" || out.State != "waiting" || out.MessageID == nil {
		t.Errorf("what leaves: %+v", out)
	}
	if got := read[Sending](t, h.post(agent, "/api/v1/sendings/"+out.ID+"/cancel", obj{})); got.State != "cancelled" {
		t.Errorf("taken out of the outbox: %+v", got)
	}
	if got := read[Sending](t, h.get(agent, "/api/v1/sendings/"+out.ID)); got.State != "cancelled" || got.ID != out.ID || got.Subject != "Your bicycle" {
		t.Errorf("read: %+v", got)
	}
	if got := read[SendingPage](t, h.get(agent, "/api/v1/sendings?state=cancelled")); len(got.Items) == 0 || got.Items[0].ID != out.ID {
		t.Errorf("listed: %+v", got)
	}
}

func many(n int) []obj {
	out := make([]obj, n)
	for i := range out {
		out[i] = obj{"address": "x@y.example"}
	}
	return out
}

// S-03: what a channel signs in with is never shown again, and how its connections do is.
func TestAMailboxKeepsItsSecretsAndTellsHowItDoes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made := read[Channel](t, h.post(h.admin, "/api/v1/channels", obj{"kind": "email", "name": "Mail", "disabled": true, "mailbox": obj{"addresses": []obj{{"address": "Support@Arzel.example", "name": "Arzel"}},
		"out": obj{"host": "smtp.arzel.example", "port": 587, "security": "starttls", "user": "support"}}}))
	if !made.Disabled || !made.Written || made.CanSay || made.Mailbox.Addresses[0].Address != "support@arzel.example" || made.Mailbox.Out.Port != 587 {
		t.Fatalf("made: %+v %+v", made, made.Mailbox)
	}
	const secret = "correct horse battery"
	if a := h.do(call{method: "PUT", path: "/api/v1/channels/" + made.ID + "/secrets", as: h.admin, body: obj{"secrets": obj{"out.password": secret}}}); a.status != 204 {
		t.Fatalf("kept: %d %s", a.status, a.body)
	}
	names := h.get(h.admin, "/api/v1/channels/"+made.ID+"/secrets")
	if got := read[SecretNames](t, names); len(got.Names) != 1 || got.Names[0] != "out.password" {
		t.Errorf("named: %s", names.body)
	}
	now := read[Channel](t, h.get(h.admin, "/api/v1/channels/"+made.ID))
	on := read[Channel](t, h.do(call{method: "PATCH", path: "/api/v1/channels/" + made.ID, as: h.admin, body: obj{"disabled": false, "version": now.Version}}))
	if !on.CanSay {
		t.Errorf("switched on: %+v", on)
	}
	h.letters.TellHealth(h.ctx, h.ws, vis.ChannelID(made.ID), channel.Health{Part: "out", State: channel.Broken, Problem: "sign-in-refused", Answer: "535 no", Backlog: 3,
		Old: channel.OldLetters{Total: 10000, Left: 8760, PerHour: 6000, BeganAt: h.clock.Now()}})
	got := read[Connections](t, h.get(h.hire(h.admin, "Yann", vis.Agent), "/api/v1/connections"))
	ways := map[string]Connection{}
	for _, c := range got.Items {
		ways[c.Part] = c
	}
	if old := ways["out"].Old; old == nil || old.Total != 10000 || old.Left != 8760 || old.PerHour != 6000 || ways["in"].Old != nil {
		t.Errorf("how far old letters are: %+v", got)
	}
	if out := ways["out"]; len(ways) != 2 || out.Problem != "sign-in-refused" || out.Answer != "535 no" || out.Backlog != 3 || out.Since == nil || ways["in"].Problem != "no-way-in" {
		t.Errorf("how it does: %+v", got)
	}
	for _, where := range []string{string(names.body), string(h.get(h.admin, "/api/v1/audit").body), h.since(h.ws, 0)} {
		if strings.Contains(where, secret) {
			t.Errorf("the secret is in %s", where)
		}
	}
	for name, mailbox := range map[string]obj{
		"settings.addresses": {"addresses": []obj{{"address": "nobody"}}},
		"settings.out.host":  {"addresses": []obj{}, "out": obj{"host": "here", "port": 25, "security": "none"}},
	} {
		a := h.post(h.admin, "/api/v1/channels", obj{"kind": "email", "name": "Mail", "mailbox": mailbox})
		if a.status != 422 && a.status != 400 || !strings.Contains(string(a.body), name) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

// She leaves the chat and is answered by letter, answers that, comes back to the site, and finds all of it: she explains nothing twice.
func TestOneConversationGoesFromTheChatToLettersAndBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mail := h.mailbox()
	ada := h.visitor(h.ws, h.chat)
	chat := h.write(ada, "Where is my bicycle?")
	if a := h.do(call{method: "PATCH", path: "/api/v1/visitor", as: ada, body: obj{"name": "Ada", "email": "ada@letters.example"}}); a.status >= 300 {
		t.Fatalf("she leaves her address: %d %s", a.status, a.body)
	}
	agent := h.hire(h.admin, "Yann", vis.Agent)
	id := string(chat.Conversation.ID)
	h.clock.move(time.Minute)
	read[Message](t, h.post(agent, "/api/v1/conversations/"+id+"/messages", obj{"text": "It leaves tomorrow.", "channelId": string(mail.ID)}))
	all := read[Correspondence](t, h.get(agent, "/api/v1/conversations/"+id+"/letters"))
	out := all.Letters[len(all.Letters)-1]
	if !out.Outward || out.To[0].Address != "ada@letters.example" || all.Sendings[0].State != "waiting" {
		t.Fatalf("what leaves: %+v", all)
	}
	h.clock.move(time.Minute)
	h.arrives(mail, "From: Ada <ada@letters.example>\nTo: support@arzel.example\nMessage-ID: <9@letters.example>\nIn-Reply-To: <"+out.MessageID+">\nSubject: Re: "+out.Subject+"\n\nThank you, and the bell?\n")
	said := func(as principal, path string) (texts []string) {
		t.Helper()
		for _, m := range read[struct {
			Items []struct {
				Kind string `json:"kind"`
				Text string `json:"text"`
			} `json:"items"`
		}](t, h.get(as, path)).Items {
			if m.Kind != "line" && m.Text != "" {
				texts = append(texts, m.Text)
			}
		}
		return texts
	}
	want := "Where is my bicycle?|It leaves tomorrow.|Thank you, and the bell?"
	for who, got := range map[string][]string{"the agent": said(agent, "/api/v1/conversations/"+id+"/messages"), "she": said(ada, "/api/v1/visitor/conversations/"+id+"/messages")} {
		if strings.Join(got, "|") != want {
			t.Errorf("%s sees %q", who, got)
		}
	}
	// Answered without saying how, she is answered where she wrote last: by letter now, and in the chat once she is back in it.
	h.clock.move(time.Minute)
	if m := read[Message](t, h.post(agent, "/api/v1/conversations/"+id+"/messages", obj{"text": "The bell too."})); m.ChannelID == nil || *m.ChannelID != string(mail.ID) {
		t.Errorf("answered on %v", m.ChannelID)
	}
	back := h.post(ada, "/api/v1/visitor/messages", obj{"conversationId": id, "text": "I am back.", "clientId": newID()})
	if back.status >= 300 {
		t.Fatalf("back in the chat: %d %s", back.status, back.body)
	}
	if m := read[Message](t, h.post(agent, "/api/v1/conversations/"+id+"/messages", obj{"text": "Welcome back."})); m.ChannelID == nil || *m.ChannelID != string(h.chat.ID) {
		t.Errorf("then answered on %v", m.ChannelID)
	}
	if got := strings.Join(said(ada, "/api/v1/visitor/conversations/"+id+"/messages"), "|"); got != want+"|The bell too.|I am back.|Welcome back." {
		t.Errorf("in the end she sees %s", got)
	}
}
