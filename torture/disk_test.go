package torture

import (
	"bytes"
	"net/http"
	"net/smtp"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// D-11: a disk that fills, with a real file system of 32 MB under the files. Uploads and letters are refused before they are taken, words
// still arrive, administrators are told, and all goes on by itself once there is room.
func TestADiskThatFillsRefusesBeforeItTakes(t *testing.T) {
	files := t.TempDir()
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("only root may make a file system")
	}
	if err := syscall.Mount("tmpfs", files, "tmpfs", 0, "size=32m"); err != nil {
		t.Skipf("no file system can be made here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(files, syscall.MNT_DETACH) })
	h := newMailHouse(t, "", "--blobs", "file://"+files)
	shop, err := h.NewChannel(t.Context(), "Shop")
	if err != nil {
		t.Fatal(err)
	}
	v, err := h.NewVisitor(t.Context(), shop.Key)
	if err != nil {
		t.Fatal(err)
	}
	upload := func() answer {
		return (&house{Server: h.Server}).upload(t, v, "note.txt", "text/plain", []byte("a note of "+newID()))
	}
	letter := func() error {
		return smtp.SendMail(h.smtp, nil, herAddress, []string{ourAddress}, []byte("From: "+herAddress+"\r\nTo: "+ourAddress+"\r\nMessage-ID: <"+newID()+
			"@mel.example>\r\nSubject: Bonjour\r\n\r\nBonjour\r\n"))
	}
	if a := upload(); a.Status != http.StatusCreated {
		t.Fatalf("with room: %s", a)
	}
	if err := letter(); err != nil {
		t.Fatalf("with room: %v", err)
	}
	filler := filepath.Join(files, "filler")
	if err := os.WriteFile(filler, make([]byte, 30<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	kept := held(t, files)
	if a := upload(); a.Status != http.StatusInsufficientStorage || a.problem().Code != "storage_full" {
		t.Errorf("an upload: %s", a)
	}
	if err := letter(); err == nil || !strings.HasPrefix(err.Error(), "452 ") {
		t.Errorf("a letter: %v", err)
	}
	if _, err := v.Say(t.Context(), "", "still here"); err != nil {
		t.Errorf("words: %v", err)
	}
	if now := held(t, files); now != kept {
		t.Errorf("%d files are half taken", now-kept)
	}
	cookie := h.signIn(t, adminEmail, adminPassword)
	until(t, "administrators are told", func() bool {
		return bytes.Contains(h.get(t, "/api/v1/notices", "Cookie", cookie).Body, []byte(`"storage.full"`))
	})
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if a := upload(); a.Status != http.StatusCreated {
		t.Errorf("with room again: %s", a)
	}
	if err := letter(); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// held is how many files there are below a folder.
func held(t *testing.T, folder string) (n int) {
	t.Helper()
	err := filepath.WalkDir(folder, func(_ string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
