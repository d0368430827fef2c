package text

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"slices"
	"sync"
)

// shipped is what is built in: the messages that we wrote, which words mean alike, and the model that was made of them.
//
//go:embed model.bin seed/en.tsv seed/fr.tsv seed/concepts.txt
var shipped embed.FS

// HashOf is the SHA-256 by which a manifest names what a model learnt from.
func HashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// seeds are the files of the messages that the built-in model learnt from.
var seeds = []string{"seed/en.tsv", "seed/fr.tsv"}

// lexiconFile holds which words mean alike.
const lexiconFile = "seed/concepts.txt"

func shippedBytes(name string) []byte {
	b, err := shipped.ReadFile(name)
	if err != nil {
		panic(err) // the build has it
	}
	return b
}

var standard = sync.OnceValue(func() *Model {
	m, err := ParseModel(shippedBytes("model.bin"))
	if err != nil {
		panic(err) // a test parses it
	}
	return m
})

// Standard is the model that is built in.
func Standard() *Model { return standard() }

// Seed are the messages that the built-in model learnt from.
func Seed() (out []Message) {
	for _, name := range seeds {
		m, err := ParseMessages(string(shippedBytes(name)))
		if err != nil {
			panic(name + ": " + err.Error()) // a test parses it
		}
		out = append(out, m...)
	}
	return slices.Clip(out)
}

// SeedHashes are the SHA-256 of the seed's files and of the lexicon by name, for a manifest.
func SeedHashes() map[string]string {
	out := make(map[string]string)
	for _, name := range append([]string{lexiconFile}, seeds...) {
		out[name] = HashOf(shippedBytes(name))
	}
	return out
}
