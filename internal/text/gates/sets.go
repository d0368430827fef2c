package gates

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"visavis/internal/text"
)

// set is a published set of texts with its own split.
type set struct {
	learn, ask []text.Example
}

// folder is where published sets lie: the first place that has a file gives it. Its methods give nothing after the first error.
type folder struct {
	places []fs.FS
	err    error
}

// Places are folders of published sets, or archives (.zip) of such; one that is not there is passed over.
func Places(paths ...string) (out []fs.FS) {
	for _, path := range paths {
		if !strings.HasSuffix(path, ".zip") {
			out = append(out, os.DirFS(path))
			continue
		}
		if b, err := os.ReadFile(path); err == nil {
			if archive, err := zip.NewReader(bytes.NewReader(b), int64(len(b))); err == nil {
				out = append(out, archive)
			}
		}
	}
	return out
}

// absent reports whether the error of a folder is that the set is not here.
func (f *folder) absent() bool { return errors.Is(f.err, fs.ErrNotExist) }

func (f *folder) read(path string) string {
	if f.err != nil {
		return ""
	}
	f.err = fs.ErrNotExist
	for _, place := range f.places {
		b, err := fs.ReadFile(place, path)
		if f.err = err; !errors.Is(err, fs.ErrNotExist) {
			return string(b)
		}
	}
	return ""
}

// has reports whether a file is here.
func (f *folder) has(path string) bool {
	return slices.ContainsFunc(f.places, func(place fs.FS) bool {
		_, err := fs.Stat(place, path)
		return err == nil
	})
}

func (f *folder) lines(path string) []string {
	return strings.Split(strings.TrimRight(f.read(path), "\n"), "\n")
}

// table reads texts and labels in two columns below a head.
func (f *folder) table(path string) (out []text.Example) {
	r := csv.NewReader(strings.NewReader(f.read(path)))
	rows, err := r.ReadAll()
	if err != nil {
		f.err = fmt.Errorf("read %s: %w", path, err)
	}
	for i, row := range rows {
		if i > 0 && row[1] != outside {
			out = append(out, text.Example{Text: row[0], Label: row[1]})
		}
	}
	return out
}

// outside labels, in the sets of HINT3, what belongs to no label.
const outside = "NO_NODES_DETECTED"

func (f *folder) pair(learn, ask string) set { return set{f.table(learn), f.table(ask)} }

// clinc reads CLINC150 without the texts that belong to no label.
func (f *folder) clinc() (out set) {
	var all map[string][][2]string
	if b := f.read("clinc150/data_full.json"); f.err == nil {
		f.err = json.Unmarshal([]byte(b), &all)
	}
	for _, e := range all["train"] {
		out.learn = append(out.learn, text.Example{Text: e[0], Label: e[1]})
	}
	for _, e := range all["test"] {
		out.ask = append(out.ask, text.Example{Text: e[0], Label: e[1]})
	}
	return out
}

// umsab reads the French tweets of UMSAB.
func (f *folder) umsab() (out set) {
	for _, split := range []string{"train", "val", "test"} {
		labels := f.lines("umsab-sentiment/french/" + split + "_labels.txt")
		for i, line := range f.lines("umsab-sentiment/french/" + split + "_text.txt") {
			if f.err != nil || i >= len(labels) {
				return set{}
			}
			e := text.Example{Text: line, Label: labels[i]}
			if split == "test" {
				out.ask = append(out.ask, e)
			} else {
				out.learn = append(out.learn, e)
			}
		}
	}
	return out
}

var tongues = []string{"de", "en", "es", "fr", "it", "nl", "pt"}

// Tongues reads the sentences from which languages are learnt.
func Tongues(root string) ([]text.Example, error) {
	f := folder{places: Places(root)}
	out := f.tongues("commonvoice-lid/%s.txt")
	return out, f.err
}

func (f *folder) tongues(path string) (out []text.Example) {
	for _, tongue := range tongues {
		for _, line := range f.lines(fmt.Sprintf(path, tongue)) {
			out = append(out, text.Example{Text: line, Label: tongue})
		}
	}
	return out
}

// tweets are those of UMSAB in six languages.
func (f *folder) tweets() (out []text.Example) {
	names := map[string]string{"english": "en", "french": "fr", "german": "de", "italian": "it", "portuguese": "pt", "spanish": "es"}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		for _, line := range f.lines("umsab-sentiment/" + name + "/test_text.txt") {
			out = append(out, text.Example{Text: line, Label: names[name]})
		}
	}
	return out
}
