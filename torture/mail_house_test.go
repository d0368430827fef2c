package torture

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/mail"
	"net/smtp"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// mailHouse is a running server with a door for letters and one mailbox, whose letters leave by a relay.
type mailHouse struct {
	*Server
	smtp, lmtp string // where its doors are
	database   database
}

const (
	ourAddress = "bonjour@arzel.example"
	herAddress = "camille@mel.example"
)

// newMailHouse starts a server whose letters leave by the relay at an address, "" for none.
func newMailHouse(t *testing.T, relay string, args ...string) *mailHouse {
	t.Helper()
	h := &mailHouse{smtp: freeAddress(t), lmtp: freeAddress(t)}
	for i, option := range args[:max(0, len(args)-1)] {
		if option == "--smtp-listen" {
			h.smtp = args[i+1]
		}
	}
	h.Server = NewServer(t, append([]string{"--rate-limits", "off", "--smtp-listen", h.smtp, "--lmtp-listen", h.lmtp, "--smtp-hostname", "desk.arzel.example",
		"--allow-egress", "127.0.0.1"}, args...)...)
	h.database = openDatabase(t, h.Server)
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	mailbox := map[string]any{"addresses": []map[string]string{{"address": ourAddress, "name": "Cycles Arzel"}}, "ownReturnPath": true, "noAcknowledgements": true}
	if relay != "" {
		host, port, _ := strings.Cut(relay, ":")
		mailbox["out"] = map[string]any{"host": host, "port": atoi(t, port), "security": "none"}
	}
	if err := h.Admin().Call(t.Context(), http.MethodPost, "/api/v1/channels", newID(), map[string]any{"kind": "email", "name": "Mail", "mailbox": mailbox}, nil); err != nil {
		t.Fatal(err)
	}
	// The door knows new addresses within seconds.
	until(t, "the door knows the address", func() bool {
		c, err := smtp.Dial(h.smtp)
		if err != nil {
			return false
		}
		defer c.Close()
		return c.Mail(herAddress) == nil && c.Rcpt(ourAddress) == nil
	})
	return h
}

func freeAddress(t *testing.T) string {
	t.Helper()
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", port)
}

// letter is one as another server hands it over. Its words are its text.
func letter(from, id, subject, words string, more ...string) []byte {
	head := append([]string{"From: Camille <" + from + ">", "To: " + ourAddress, "Subject: " + subject, "Message-ID: <" + id + ">",
		"Date: " + time.Now().Format(time.RFC1123Z), "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"}, more...)
	return []byte(strings.Join(head, "\r\n") + "\r\n\r\n" + words + "\r\n")
}

// hand hands a letter over and returns once it is answered.
func hand(at, from, to string, raw []byte) error {
	conn, err := net.DialTimeout("tcp", at, 5*time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return err
	}
	c, err := smtp.NewClient(conn, "127.0.0.1")
	if err != nil {
		return err
	}
	if err := c.Mail(from); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(raw); err != nil {
		return err
	}
	return w.Close()
}

// until waits for something that other programs do in their own time.
func until(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(45 * time.Second); !happened(); {
		if pause(t.Context(), 50*time.Millisecond); time.Now().After(deadline) {
			t.Fatalf("it never happened that %s", what)
		}
	}
}

// words are the texts of every conversation, each in its order.
func (h *mailHouse) words(t *testing.T) map[string][]string {
	t.Helper()
	history, err := h.ReadHistory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string][]string)
	for id, messages := range history {
		for _, m := range messages {
			if !m.Line {
				out[id] = append(out[id], m.Text)
			}
		}
	}
	return out
}

// count is how often a text stands in any conversation.
func (h *mailHouse) count(t *testing.T, text string) (n int) {
	t.Helper()
	for _, all := range h.words(t) {
		for _, one := range all {
			if one == text {
				n++
			}
		}
	}
	return n
}

// relay is a Postfix of its own: it takes letters from this machine, hands those to our addresses over to us, and puts those to
// mel.example into one mailbox.
type relay struct {
	dir, address string
}

// newRelay starts one. transport is how it reaches us, such as lmtp:inet:127.0.0.1:2424.
func newRelay(t *testing.T, transport string) *relay {
	t.Helper()
	path := os.Getenv("PATH") + ":/usr/sbin:/sbin"
	postfix := ""
	for _, dir := range filepath.SplitList(path) {
		if info, err := os.Stat(filepath.Join(dir, "postfix")); err == nil && !info.IsDir() {
			postfix = filepath.Join(dir, "postfix")
			break
		}
	}
	owner, err := user.Lookup("postfix")
	if postfix == "" || err != nil {
		t.Skip("install postfix to see a real relay")
	}
	if os.Getuid() != 0 {
		t.Skip("postfix starts as root only")
	}
	dir, err := os.MkdirTemp("", "visavis-relay") // Postfix's own users must be able to enter it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // a folder that stays fails no test
	r := &relay{dir: dir, address: freeAddress(t)}
	for _, err := range []error{os.Chmod(dir, 0o755), os.Mkdir(dir+"/conf", 0o755), os.Mkdir(dir+"/queue", 0o755), os.Mkdir(dir+"/data", 0o755), os.Mkdir(dir+"/mail", 0o755),
		os.Chown(dir+"/data", atoi(t, owner.Uid), -1), os.Chown(dir+"/mail", 65534, 65534),
		os.WriteFile(dir+"/conf/main.cf", []byte(fmt.Sprintf(mainCF, dir, transport)), 0o644), os.WriteFile(dir+"/conf/master.cf", []byte(fmt.Sprintf(masterCF, r.address)), 0o644)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	run := exec.Command(postfix, "-c", dir+"/conf", "start-fg")
	var said bytes.Buffer
	run.Stdout, run.Stderr = &said, &said
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- run.Wait() }()
	t.Cleanup(func() {
		_ = exec.Command(postfix, "-c", dir+"/conf", "stop").Run() // it may have ended by itself
		<-ended
		if t.Failed() {
			t.Logf("the end of the relay's log:\n%s", tail(dir+"/log", 4000))
		}
	})
	until(t, "the relay answers", func() bool {
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("the relay ended: %v\n%s%s", err, said.Bytes(), tail(dir+"/log", 2000))
		default:
		}
		c, err := net.Dial("tcp", r.address)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return r
}

func atoi(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// log is what the relay wrote so far.
func (r *relay) log() string {
	text, _ := os.ReadFile(r.dir + "/log") // none yet
	return string(text)
}

// received are the letters in the mailbox of mel.example, by what they say.
func (r *relay) received(t *testing.T) (out []received) {
	t.Helper()
	files, err := filepath.Glob(r.dir + "/mail/all/new/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(m.Body)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, received{m.Header, string(body)})
	}
	return out
}

type received struct {
	mail.Header
	body string
}

const mainCF = `compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
maillog_file = %[1]s/log
maillog_file_prefixes = /
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example
mydestination =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
relay_domains = arzel.example
transport_maps = inline:{ {arzel.example = %[2]s} }
recipient_delimiter = +
virtual_mailbox_domains = mel.example
virtual_mailbox_base = %[1]s/mail
virtual_mailbox_maps = static:all/
virtual_minimum_uid = 1
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
alias_maps =
alias_database =
local_recipient_maps =
smtp_tls_security_level = may
queue_run_delay = 3s
minimal_backoff_time = 3s
maximal_backoff_time = 6s
notify_classes =
`

const masterCF = `%s inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`

// swaks is a mail client that others wrote. What it says is returned also when it ends badly.
func swaks(t *testing.T, at string, args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath("swaks")
	if err != nil {
		t.Skip("install swaks to see a foreign client")
	}
	host, port, err := net.SplitHostPort(at)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, append([]string{"--server", host, "--port", port}, args...)...).CombinedOutput()
	return string(out), err
}

// ownCertificate writes a certificate that vouches for itself, and its key.
func ownCertificate(t *testing.T, name string) (cert, key string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	paper := x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	signed, err := x509.CreateCertificate(rand.Reader, &paper, &paper, &secret.PublicKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = dir+"/cert.pem", dir+"/key.pem"
	for path, block := range map[string]pem.Block{cert: {Type: "CERTIFICATE", Bytes: signed}, key: {Type: "PRIVATE KEY", Bytes: sealed}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(&block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}
