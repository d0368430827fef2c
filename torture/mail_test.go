package torture

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAForeignClientMeetsTheDoor(t *testing.T) {
	cert, key := ownCertificate(t, "desk.arzel.example")
	h := newMailHouse(t, "", "--smtp-tls-cert", cert, "--smtp-tls-key", key)
	said, err := swaks(t, h.smtp, "--tls", "--from", herAddress, "--to", ourAddress, "--body", "Over a protected line.", "--h-Subject", "Bonjour")
	if strings.Contains(said, "TLS not available") {
		t.Skip("install libnet-ssleay-perl to see a foreign client over TLS")
	}
	if err != nil || !strings.Contains(said, "~> DATA") {
		t.Errorf("a letter over STARTTLS: %v\n%s", err, said)
	}
	said, err = swaks(t, h.lmtp, "--protocol", "LMTP", "--from", herAddress, "--to", ourAddress, "--body", "From a server of ours.", "--h-Subject", "Bonjour encore")
	if err != nil {
		t.Errorf("a letter by LMTP: %v\n%s", err, said)
	}
	for _, to := range []string{"nobody@arzel.example", "somebody@else.example", "bonjour+aaaaaaaaaaaaaaaaaaaaaaaaaa@arzel.example"} {
		if said, err := swaks(t, h.smtp, "--from", herAddress, "--to", to, "--quit-after", "RCPT"); err == nil || !strings.Contains(said, "<** 550 5.1.1") {
			t.Errorf("%s: %v\n%s", to, err, said)
		}
	}
	until(t, "both letters are read", func() bool {
		return h.count(t, "Over a protected line.") == 1 && h.count(t, "From a server of ours.") == 1
	})

	// What is too large is refused by its announced size.
	k := dialMail(t, h.smtp)
	k.wants("EHLO mx.mel.example", "250")
	k.wants("MAIL FROM:<camille@mel.example> SIZE=99000000", "552")
	// E-23: what was said before the line was protected counts for nothing after it.
	k.wants("STARTTLS\r\nMAIL FROM:<camille@mel.example>", "220")
	k.conn = tls.Client(k.conn, &tls.Config{ServerName: "desk.arzel.example", InsecureSkipVerify: true}) //nolint:gosec // it vouches for itself
	k.in = bufio.NewReader(k.conn)
	k.wants("EHLO mx.mel.example", "250")
	k.wants("RCPT TO:<"+ourAddress+">", "5")
	if figures := figuresOf(t, h.Server); figures["visavis_door_letters_taken_total"] != "2" || figures["visavis_door_recipients_unknown_total"] != "3" {
		t.Errorf("the figures say %v", figures)
	}
}

// talk is a conversation with a mail server, line by line.
type talk struct {
	*testing.T
	conn net.Conn
	in   *bufio.Reader
}

func dialMail(t *testing.T, at string) *talk {
	t.Helper()
	conn, err := net.DialTimeout("tcp", at, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	k := &talk{t, conn, bufio.NewReader(conn)}
	k.hears("220")
	return k
}

func (k *talk) wants(line, code string) {
	k.Helper()
	k.says(line + "\r\n")
	k.hears(code)
}

func (k *talk) says(raw string) {
	k.Helper()
	if _, err := k.conn.Write([]byte(raw)); err != nil {
		k.Fatal(err)
	}
}

func (k *talk) hears(code string) {
	k.Helper()
	for {
		line, err := k.in.ReadString('\n')
		if err != nil || !strings.HasPrefix(line, code) {
			k.Fatalf("it answers %q (%v), not %s", line, err, code)
		}
		if len(line) < 4 || line[3] != '-' {
			return
		}
	}
}

// figuresOf are what /metrics says, by name.
func figuresOf(t *testing.T, s *Server) map[string]string {
	t.Helper()
	got, err := probe.Get(s.Base + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	out := make(map[string]string)
	for lines := bufio.NewScanner(got.Body); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), " "); ok && name != "#" {
			out[name] = value
		}
	}
	return out
}

// A whole conversation by letters through a real relay: hers to us, our answer to her mailbox, and her answers, found by the letter that they
// answer and by the address that they go to.
func TestAConversationByLetters(t *testing.T) {
	for _, way := range []string{"lmtp", "smtp"} {
		t.Run(way, func(t *testing.T) {
			door := freeAddress(t)
			host, port, _ := strings.Cut(door, ":")
			transport := "lmtp:inet:" + door
			if way == "smtp" {
				transport = "smtp:[" + host + "]:" + port
			}
			post := newRelay(t, transport)
			h := newMailHouse(t, post.address, "--"+way+"-listen", door) // the last of two options counts
			mustSwaks(t, post.address, "--to", ourAddress, "--h-Subject", "Ma roue", "--h-Message-Id", "<first@mel.example>", "--body", "Ma roue frotte.")
			until(t, "her letter begins a conversation", func() bool { return len(h.words(t)) == 1 })
			id := ""
			for one := range h.words(t) {
				id = one
			}
			if err := h.Admin().Call(t.Context(), http.MethodPost, "/api/v1/conversations/"+id+"/messages", newID(),
				map[string]any{"text": "Apportez-la demain.", "attachmentIds": []string{}}, nil); err != nil {
				t.Fatal(err)
			}
			until(t, "our answer is in her mailbox", func() bool { return len(post.received(t)) == 1 })
			ours := post.received(t)[0]
			if ours.Get("In-Reply-To") != "<first@mel.example>" || ours.Get("Subject") != "Re: Ma roue" || !strings.Contains(ours.body, "Apportez-la demain.") {
				t.Errorf("she is sent %v\n%s", ours.Header, ours.body)
			}
			answerTo, err := mail.ParseAddress(ours.Get("Reply-To"))
			if err != nil || !strings.HasPrefix(answerTo.Address, "bonjour+") {
				t.Fatalf("answers go to %q, %v", ours.Get("Reply-To"), err)
			}
			mustSwaks(t, post.address, "--to", ourAddress, "--h-Subject", "Re: Ma roue", "--h-Message-Id", "<second@mel.example>", "--h-In-Reply-To", ours.Get("Message-Id"), "--body", "À quelle heure ?")
			until(t, "her answer is read", func() bool { return h.count(t, "À quelle heure ?") == 1 })
			mustSwaks(t, post.address, "--to", answerTo.Address, "--h-Subject", "autre chose", "--h-Message-Id", "<third@mel.example>", "--body", "Et le frein ?")
			until(t, "her other answer is read", func() bool { return h.count(t, "Et le frein ?") == 1 })
			if got, want := fmt.Sprint(h.words(t)), fmt.Sprint(map[string][]string{id: {"Ma roue frotte.", "Apportez-la demain.", "À quelle heure ?", "Et le frein ?"}}); got != want {
				t.Errorf("it was said\n%s\nnot\n%s", got, want)
			}
			// What comes from anywhere to no address of ours is not ours to bounce: the relay tells its sender.
			mustSwaks(t, post.address, "--to", "nobody@arzel.example", "--h-Message-Id", "<fourth@mel.example>", "--body", "Il y a quelqu'un ?")
			until(t, "the relay tells her that nobody is there", func() bool { return len(post.received(t)) == 2 })
			if !strings.Contains(post.log(), "said: 550 5.1.1") {
				t.Error("the relay was not told 550")
			}
		})
	}
}

func mustSwaks(t *testing.T, at string, args ...string) {
	t.Helper()
	if said, err := swaks(t, at, append([]string{"--from", herAddress, "--h-From", "Camille <" + herAddress + ">", "--add-header", "Content-Type: text/plain; charset=utf-8"}, args...)...); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
}

// What we could not keep, and what we kept without the other side hearing so, comes again and is there once.
func TestARelayBringsAgainWhatWasNotAnswered(t *testing.T) {
	for _, way := range []string{"lmtp", "smtp"} {
		t.Run(way, func(t *testing.T) {
			door, deaf := freeAddress(t), freeAddress(t)
			transport := "lmtp:inet:" + deaf
			if way == "smtp" {
				host, port, _ := strings.Cut(deaf, ":")
				transport = "smtp:[" + host + "]:" + port
			}
			cut := newCutter(t, deaf, door, cut{theDot, beforeHeard})
			post := newRelay(t, transport)
			h := newMailHouse(t, "", "--"+way+"-listen", door)
			files := filepath.Join(h.data, "files", "temp")
			if err := os.Rename(files, files+".away"); err != nil {
				t.Fatal(err)
			}
			mustSwaks(t, post.address, "--to", ourAddress, "--h-Message-Id", "<one@mel.example>", "--body", "Quand le disque manque.")
			until(t, "the relay is asked to come again", func() bool { return strings.Contains(post.log(), "451 4.3.0") })
			if err := os.Rename(files+".away", files); err != nil {
				t.Fatal(err)
			}
			until(t, "the letter came again", func() bool { return h.count(t, "Quand le disque manque.") == 1 })

			cut.next.Store(1)
			mustSwaks(t, post.address, "--to", ourAddress, "--h-Message-Id", "<two@mel.example>", "--body", "Quand le fil est coupé.")
			until(t, "the line was cut and the letter came again", func() bool {
				return cut.next.Load() < 1 && strings.Count(post.log(), "status=sent") == 2
			})
			until(t, "it is read", func() bool { return h.count(t, "Quand le fil est coupé.") > 0 })
			if n := h.count(t, "Quand le fil est coupé."); n != 1 || len(h.words(t)) != 2 {
				t.Errorf("it is there %d times in %v", n, h.words(t))
			}
		})
	}
}
