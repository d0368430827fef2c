package letter

import (
	"fmt"
	"strings"
	"testing"

	"visavis/internal/channel"
)

// E-15: what each sort of letter is known by.
func TestWhatSortOfLetterItIs(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]channel.Class{
		"":                                channel.Ordinary,
		"X-Auto-Response-Suppress: All\n": channel.Ordinary,
		"Auto-Submitted: no\n":            channel.Ordinary,
		"Auto-Submitted: auto-replied\n":  channel.Automatic,
		"Precedence: bulk\n":              channel.Automatic,
		"X-Autoreply: yes\n":              channel.Automatic,
		"Return-Path: <>\n":               channel.Automatic,
		"List-Unsubscribe: <mailto:x@y.example>\n":         channel.Automatic,
		"List-Id: Riders <riders.arzel.example>\n":         channel.ListPost,
		"List-Id: <l.x>\nAuto-Submitted: auto-generated\n": channel.Automatic,
	} {
		if l := readOne(t, head, "Bonjour\n"); l.Class != want {
			t.Errorf("%q: %s, want %s", head, l.Class, want)
		}
	}
	l := readOne(t, "List-Id: Riders <riders.arzel.example>\nList-Post: <mailto:riders@arzel.example>\n", "Bonjour\n")
	if l.List == nil || l.List.ID != "riders.arzel.example" || l.List.Post != "riders@arzel.example" {
		t.Errorf("the list is %+v", l.List)
	}
	if l := readOne(t, "X-Visavis-Loop: ours\n", "x\n"); !l.Loop {
		t.Error("our own mark is not known")
	}
	if l := readOne(t, "X-Visavis-Loop: theirs\n", "x\n"); l.Loop {
		t.Error("somebody else's mark is taken for ours")
	}
	// E-17
	if _, err := Read(written(strings.Repeat("Received: from a by b\n", 50), "x\n"), channel.Envelope{}, ""); reason(err) != "loop" {
		t.Errorf("fifty servers: %v", err)
	}
}

func TestOfManyReferencesTheNewestAreKept(t *testing.T) {
	t.Parallel()
	var field strings.Builder
	for i := range maxIDs + 10 {
		fmt.Fprintf(&field, " <%d@arzel.example>", i)
	}
	l := readOne(t, "References:"+field.String()+"\n", "x\n")
	if len(l.References) != maxIDs || l.References[maxIDs-1] != fmt.Sprintf("%d@arzel.example", maxIDs+9) {
		t.Errorf("they end with %v", l.References[len(l.References)-1:])
	}
}

func TestAReportSaysWhatDidNotArrive(t *testing.T) {
	t.Parallel()
	l := readOne(t, "Return-Path: <>\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n", `--b
Content-Type: text/plain

Your letter did not arrive.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.mel.example

Final-Recipient: rfc822; camille@mel.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user
--b
Content-Type: message/rfc822

Message-ID: <ours@arzel.example>
Subject: Re: Colis

Il arrive.
--b--
`)
	b := l.Bounce
	if l.Class != channel.Bounced || b == nil || b.MessageID != "ours@arzel.example" || !b.Permanent || b.Delayed || len(b.Recipients) != 1 ||
		b.Recipients[0] != (channel.BouncedRecipient{Address: "camille@mel.example", Status: "5.1.1", Answer: "550 5.1.1 no such user"}) {
		t.Errorf("the bounce is %+v", b)
	}
	l = readOne(t, "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n", `--b
Content-Type: text/plain

Read.
--b
Content-Type: message/disposition-notification

Original-Message-ID: <ours@arzel.example>
Disposition: manual-action/MDN-sent-manually; displayed
--b--
`)
	if l.Class != channel.WasRead || l.Receipt == nil || l.Receipt.MessageID != "ours@arzel.example" || !l.Receipt.Displayed {
		t.Errorf("the receipt is %+v", l.Receipt)
	}
}

func TestAReportIsNoBounceWhenTheLetterArrivedOrIsStillTried(t *testing.T) {
	t.Parallel()
	report := func(action string) channel.Letter {
		return readOne(t, "Return-Path: <>\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n", "--b\n\nReport\n--b\nContent-Type: message/delivery-status\n\n"+
			"Reporting-MTA: dns; mx.mel.example\n\nFinal-Recipient: rfc822; camille@mel.example\nAction: "+action+"\nStatus: 4.4.1\n--b--\n")
	}
	if l := report("delivered"); l.Class != channel.Automatic || l.Bounce != nil {
		t.Errorf("delivered: %s, %+v", l.Class, l.Bounce)
	}
	if l := report("delayed"); l.Bounce == nil || !l.Bounce.Delayed || l.Bounce.Permanent {
		t.Errorf("delayed: %+v", l.Bounce)
	}
	for said, permanent := range map[string]bool{
		"This is a warning message only.\nYou do not need to resend your message to <camille@mel.example>.":                   false,
		"Hi. This is the qmail-send program.\n<camille@mel.example>:\nI'm not going to try again; this is a permanent error.": true,
	} {
		raw := []byte("From: mailer-daemon@mx.example\nTo: bonjour@arzel.example\n\n" + said + "\n")
		l, err := Read(raw, channel.Envelope{To: []string{"bonjour@arzel.example"}}, "")
		if err != nil || l.Class != channel.Bounced || l.Bounce.Permanent != permanent || l.Bounce.Delayed == permanent || len(l.Bounce.Recipients) != 1 {
			t.Errorf("%q: %v, %s, %+v", said, err, l.Class, l.Bounce)
		}
	}
}

// E-15: a null return path is told by the envelope of a letter that was handed over, and by the head of one that was fetched.
func TestANullReturnPathIsToldByTheEnvelope(t *testing.T) {
	t.Parallel()
	for want, e := range map[channel.Class]channel.Envelope{
		channel.Automatic: {To: []string{"bonjour@arzel.example"}},
		channel.Ordinary:  {},
	} {
		if l, err := Read(written("", "x\n"), e, ""); err != nil || l.Class != want {
			t.Errorf("%+v: %v, %s", e, err, l.Class)
		}
	}
}
