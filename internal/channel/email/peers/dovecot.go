// Package peers is what tests of mail meet: real mail servers on loopback and in folders of their own, the collection of mails, and DNS.
package peers

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"text/template"
	"time"
)

var delivered atomic.Int64

// Password is that of every user of the mailboxes.
const Password = "s3cret-word"

// Dovecot is a server whose every user has an empty mailbox.
type Dovecot struct {
	Port, TLSPort uint16 // on 127.0.0.1; STARTTLS is offered on Port
	// Roots is the authority that its certificate comes from.
	Roots *x509.CertPool

	t        testing.TB
	home     string
	uid, gid int
	program  string
	conf     string
	running  *exec.Cmd
}

var dovecotConf = template.Must(template.New("").Parse(`
base_dir = {{.Home}}/run
state_dir = {{.Home}}/state
log_path = {{.Home}}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{{.Home}}/cert.pem
ssl_key = <{{.Home}}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
default_login_user = {{.Login}}
default_internal_user = {{.Internal}}
default_internal_group = {{.InternalGroup}}
first_valid_uid = {{.UID}}
first_valid_gid = {{.GID}}
mail_location = maildir:~/Maildir
mail_fsync = never
{{.More}}
passdb {
  driver = static
  args = password={{.Password}}
}
userdb {
  driver = static
  args = uid={{.UID}} gid={{.GID}} home={{.Home}}/mail/%u allow_all_users=yes
}
namespace inbox {
  inbox = yes
  separator = /
}
service imap-login {
  chroot =
  inet_listener imap {
    port = {{.Port}}
  }
  inet_listener imaps {
    port = {{.TLSPort}}
    ssl = yes
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
auth_failure_delay = 0
`))

// StartDovecot starts a server with settings of Dovecot's beside its own. Where Dovecot is not installed, the test is skipped.
func StartDovecot(t testing.TB, more string) *Dovecot {
	t.Helper()
	program, err := exec.LookPath("dovecot")
	if err != nil {
		program = "/usr/sbin/dovecot" // not on everybody's path
		if _, err := os.Stat(program); err != nil {
			t.Skip("install dovecot-imapd to test against a real mailbox")
		}
	}
	home, err := os.MkdirTemp("", "visavis-dovecot") // sockets need a short path, and another user must enter
	check(t, err)
	d := &Dovecot{t: t, program: program, home: home, uid: os.Getuid(), gid: os.Getgid()}
	t.Cleanup(func() {
		d.Stop()
		_ = os.RemoveAll(home)
	})
	me, err := user.Current()
	check(t, err)
	names := map[string]any{"Login": me.Username, "Internal": me.Username, "InternalGroup": me.Username}
	if d.uid == 0 { // Dovecot gives nobody a mailbox as root
		nobody, err := user.Lookup("nobody")
		check(t, err)
		d.uid, d.gid = atoi(t, nobody.Uid), atoi(t, nobody.Gid)
		names["Login"], names["Internal"], names["InternalGroup"] = "dovenull", "dovecot", "dovecot"
	}
	check(t, os.Chmod(home, 0o755))
	check(t, os.Mkdir(filepath.Join(home, "mail"), 0o777))
	check(t, os.Chown(filepath.Join(home, "mail"), d.uid, d.gid))
	d.certify()
	d.Port, d.TLSPort = freePort(t), freePort(t)
	names["Home"], names["UID"], names["GID"], names["Port"], names["TLSPort"] = home, d.uid, d.gid, d.Port, d.TLSPort
	names["Password"], names["More"] = Password, strings.TrimSpace(more)
	var text strings.Builder
	check(t, dovecotConf.Execute(&text, names))
	d.conf = filepath.Join(home, "conf")
	check(t, os.WriteFile(d.conf, []byte(text.String()), 0o644))
	d.Start()
	return d
}

// Stop ends the server and all its lines.
func (d *Dovecot) Stop() {
	if d.running == nil || d.running.Process == nil {
		return
	}
	_ = syscall.Kill(-d.running.Process.Pid, syscall.SIGKILL)
	_ = d.running.Wait()
	d.running = nil
}

// Start starts a server that was stopped.
func (d *Dovecot) Start() {
	d.t.Helper()
	d.running = exec.Command(d.program, "-F", "-c", d.conf)
	out, err := os.Create(filepath.Join(d.home, "out"))
	check(d.t, err)
	defer out.Close()
	d.running.Stdout, d.running.Stderr = out, out
	d.running.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that all of it can be ended
	check(d.t, d.running.Start())
	for range 200 {
		c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(int(d.TLSPort))))
		if err == nil {
			_ = c.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	said, _ := os.ReadFile(filepath.Join(d.home, "out"))
	log, _ := os.ReadFile(filepath.Join(d.home, "log"))
	d.t.Fatalf("dovecot does not start: %s %s", said, log)
}

// path is where the Maildir of a user's folder is.
func (d *Dovecot) path(who, name string) string {
	dir := filepath.Join(d.home, "mail", who, "Maildir")
	if name != "INBOX" {
		dir = filepath.Join(dir, "."+strings.ReplaceAll(name, "/", "."))
	}
	return dir
}

// folder is the same, with its parts made.
func (d *Dovecot) folder(who, name string) string {
	d.t.Helper()
	dir := d.path(who, name)
	made := []string{filepath.Join(d.home, "mail", who), d.path(who, "INBOX"), dir}
	for _, part := range []string{"cur", "new", "tmp"} {
		made = append(made, filepath.Join(dir, part))
	}
	for _, m := range made {
		if os.Mkdir(m, 0o755) == nil {
			check(d.t, os.Chown(m, d.uid, d.gid))
		}
	}
	return dir
}

// Deliver puts letters into a user's folder, as a mail server does it.
func (d *Dovecot) Deliver(who, name string, letters ...string) {
	d.t.Helper()
	dir := d.folder(who, name)
	for _, l := range letters {
		file := fmt.Sprintf("%d.M%09d.there", time.Now().Unix(), delivered.Add(1))
		from, to := filepath.Join(dir, "tmp", file), filepath.Join(dir, "new", file)
		check(d.t, os.WriteFile(from, []byte(l), 0o644))
		check(d.t, os.Chown(from, d.uid, d.gid))
		check(d.t, os.Rename(from, to))
	}
}

// files are the letters in a user's folder.
func (d *Dovecot) files(who, name string) (out []string) {
	d.t.Helper()
	for _, part := range []string{"new", "cur"} { // in which order the server moves them
		files, err := filepath.Glob(filepath.Join(d.path(who, name), part, "*"))
		check(d.t, err)
		out = append(out, files...)
	}
	return out
}

// Count is how many letters lie in a user's folder.
func (d *Dovecot) Count(who, name string) int { return len(d.files(who, name)) }

// Letters are those in a user's folder, as they were delivered, while nobody moves them.
func (d *Dovecot) Letters(who, name string) (out []string) {
	d.t.Helper()
	for _, f := range d.files(who, name) {
		raw, err := os.ReadFile(f)
		check(d.t, err)
		out = append(out, string(raw))
	}
	return out
}

// Seen reports whether any letter of a user's folder is marked as read.
func (d *Dovecot) Seen(who, name string) bool {
	d.t.Helper()
	files, err := filepath.Glob(filepath.Join(d.path(who, name), "cur", "*:2,*S*"))
	check(d.t, err)
	return len(files) > 0
}

// Age makes the letters in a user's folder as old as if they had come so long ago.
func (d *Dovecot) Age(who, name string, by time.Duration) {
	d.t.Helper()
	then := time.Now().Add(-by)
	for _, f := range d.files(who, name) {
		check(d.t, os.Chtimes(f, then, then))
	}
}

// Do has another client of a user's say some commands, one after another.
func (d *Dovecot) Do(who string, commands ...string) {
	d.t.Helper()
	c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(int(d.Port))))
	check(d.t, err)
	defer c.Close()
	in := bufio.NewReader(c)
	for i, command := range append([]string{"LOGIN " + who + " " + Password}, commands...) {
		tag := "c" + strconv.Itoa(i)
		_, err := c.Write([]byte(tag + " " + command + "\r\n"))
		check(d.t, err)
		for {
			said, err := in.ReadString('\n')
			check(d.t, err)
			answer, ours := strings.CutPrefix(said, tag+" ")
			if ours && !strings.HasPrefix(answer, "OK") {
				d.t.Fatalf("%s: %s", command, said)
			}
			if ours {
				break
			}
		}
	}
}

// Renumber gives the UIDs of a user's folder another meaning, as a server does that has lost its index.
func (d *Dovecot) Renumber(who, name string) {
	d.t.Helper()
	dir := d.folder(who, name)
	files, err := filepath.Glob(filepath.Join(dir, "dovecot*"))
	check(d.t, err)
	for _, f := range files {
		check(d.t, os.RemoveAll(f))
	}
	list := fmt.Sprintf("3 V%d N1 G%032x\n", time.Now().Unix()+delivered.Add(1), delivered.Load())
	check(d.t, os.WriteFile(filepath.Join(dir, "dovecot-uidlist"), []byte(list), 0o644))
	check(d.t, os.Chown(filepath.Join(dir, "dovecot-uidlist"), d.uid, d.gid))
}

func (d *Dovecot) certify() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(d.t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	check(d.t, err)
	made, err := x509.ParseCertificate(der)
	check(d.t, err)
	d.Roots = x509.NewCertPool()
	d.Roots.AddCert(made)
	raw, err := x509.MarshalECPrivateKey(key)
	check(d.t, err)
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "EC PRIVATE KEY", Bytes: raw}} {
		check(d.t, os.WriteFile(filepath.Join(d.home, name), pem.EncodeToMemory(block), 0o600))
	}
}

func freePort(t testing.TB) uint16 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

func atoi(t testing.TB, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	check(t, err)
	return n
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
