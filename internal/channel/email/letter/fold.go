package letter

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"visavis/internal/channel"
)

// What stands before a quoted history, in French, English and German. An attribution may run over three lines.
var (
	attribution = regexp.MustCompile(`(?is)^\s*(on\s.{3,300}\swrote\s*:|le\s.{3,300}\sa\s+écrit\s*:|am\s.{3,300}\sschrieb\b.{0,200}:)\s*$`)
	byAddress   = regexp.MustCompile(`(?i)^\s*.{0,120}<[^<>\s]+@[^<>\s]+>\s+(a\s+écrit|wrote|schrieb)\s*:\s*$`)
	divider     = regexp.MustCompile(`(?i)^\s*(-{2,}\s*(original message|message d['’]origine|message original|ursprüngliche nachricht|forwarded message|message transféré)\s*-{2,}|_{20,})\s*$`)
	headLine    = regexp.MustCompile(`(?i)^\s*\*?(from|de|von|sent|envoyé|gesendet|date|datum|to|à|an|cc|subject|objet|betreff)\s*:\*?`)
	device      = regexp.MustCompile(`(?i)^\s*(sent from my |sent from outlook|get outlook for |envoyé de(puis)? mon |envoyé à partir de |obtenir outlook pour |télécharger outlook pour |von mein(em|er) .{1,40} gesendet|gesendet von )`)
)

// blanks are those that French puts before a colon.
var blanks = strings.NewReplacer("\u00a0", " ", "\u202f", " ")

// lineKind says what a line of a text is: new words, history, or signature.
type lineKind int

const (
	fresh lineKind = iota
	quoted
	signed
)

// maxFolded is how much of a text is looked at line by line, in bytes; what is beyond it is the rest.
const maxFolded = 128 << 10

// fold takes history and signature out of a text. Every line of it is either in the words that it returns or in a fold; where an answer
// stands between the lines that it answers, nothing is folded.
func fold(said string) (string, []channel.Fold) {
	if len(said) <= maxFolded {
		return folded(said)
	}
	at := strings.LastIndexByte(said[:maxFolded], '\n') + 1
	if at == 0 {
		for at = maxFolded; !utf8.RuneStart(said[at]); at-- {
		}
	}
	fresh, folds := folded(said[:at])
	return fresh, append(folds, channel.Fold{Kind: channel.FoldRest, Text: said[at:]})
}

func folded(said string) (string, []channel.Fold) {
	lines := strings.Split(said, "\n")
	kinds := make([]lineKind, len(lines))
	tail := historyFrom(lines)
	for i := range lines {
		if i >= tail || strings.HasPrefix(strings.TrimLeft(lines[i], " "), ">") {
			kinds[i] = quoted
		}
	}
	for i := 0; i < len(lines); i++ {
		if n := attributionAt(lines, i, kinds); n > 0 {
			for j := range n {
				kinds[i+j] = quoted
			}
		}
	}
	if interleaved(lines, kinds) {
		return strings.TrimSpace(said), nil
	}
	sign(lines, kinds, tail)
	bridge(lines, kinds)
	return gathered(lines, kinds)
}

// historyFrom is the line from which on everything is history: a divider, or at least three lines of a head within six.
func historyFrom(lines []string) int {
	heads := make([]int, len(lines)+1) // lines of a head above each line
	for i, line := range lines {
		heads[i+1] = heads[i]
		if strings.Contains(line, ":") && headLine.MatchString(line) {
			heads[i+1]++
		}
	}
	for i, line := range lines {
		from := i
		if ruled(line) && divider.MatchString(line) {
			from = i + 1
		}
		within := heads[min(from+6, len(lines))] - heads[from]
		if within >= 3 && (from > i || heads[i+1] > heads[i]) {
			return i
		}
	}
	return len(lines)
}

// ruled reports whether a line begins with a rule, as dividers do.
func ruled(line string) bool {
	line = strings.TrimSpace(line)
	return strings.HasPrefix(line, "--") || strings.HasPrefix(line, "__")
}

// attributionAt is how many lines from i on say who wrote what is quoted below them; 0 when none does.
func attributionAt(lines []string, i int, kinds []lineKind) int {
	if kinds[i] != fresh || strings.TrimSpace(lines[i]) == "" {
		return 0
	}
	for n := 1; n <= 3 && i+n <= len(lines); n++ {
		if kinds[i+n-1] != fresh || strings.TrimSpace(lines[i+n-1]) == "" {
			return 0
		}
		if !strings.HasSuffix(strings.TrimSpace(lines[i+n-1]), ":") {
			continue // spares the costly look at every line
		}
		whole := blanks.Replace(strings.Join(lines[i:i+n], " "))
		if !attribution.MatchString(whole) && (n > 1 || !byAddress.MatchString(whole)) {
			continue
		}
		for j := i + n; j < len(lines); j++ {
			if strings.TrimSpace(lines[j]) == "" {
				continue
			}
			if kinds[j] == quoted {
				return n
			}
			return 0
		}
	}
	return 0
}

// interleaved reports whether new words stand in more than one place between quoted ones.
func interleaved(lines []string, kinds []lineKind) bool {
	runs, in, quotes := 0, false, false
	for i, line := range lines {
		switch {
		case strings.TrimSpace(line) == "":
		case kinds[i] == fresh:
			if !in {
				runs++
			}
			in = true
		default:
			in, quotes = false, true
		}
	}
	return quotes && runs > 1
}

// sign marks the signature: from the usual two dashes on (RFC 3676 §4.3), or the line that a telephone adds.
func sign(lines []string, kinds []lineKind, tail int) {
	const (
		longest = 25 // lines; more is no signature
		after   = 4  // lines below what a telephone adds
	)
	end, last := 0, 0 // where the run of new words ends that line i is in, and its last line that is not empty
	for i := range lines {
		if kinds[i] != fresh {
			continue
		}
		if i >= end {
			for end = i; end < tail && kinds[end] == fresh; end++ {
				if strings.TrimSpace(lines[end]) != "" {
					last = end
				}
			}
		}
		line := strings.TrimRight(lines[i], "\u00a0 ")
		begins := line == "--" || line == "—" && i > 0
		if !begins && !device.MatchString(lines[i]) {
			continue
		}
		next := i + 1
		for next <= last && strings.TrimSpace(lines[next]) == "" {
			next++
		}
		if begins && end-i > longest || !begins && last-next >= after {
			continue
		}
		for j := i; j < end; j++ {
			kinds[j] = signed
		}
		return
	}
}

// bridge counts empty lines between quoted ones as quoted.
func bridge(lines []string, kinds []lineKind) {
	for i := 0; i < len(lines); i++ {
		if kinds[i] != quoted {
			continue
		}
		end := i + 1
		for end < len(lines) && kinds[end] == fresh && strings.TrimSpace(lines[end]) == "" {
			end++
		}
		if end < len(lines) && kinds[end] == quoted {
			for j := i + 1; j < end; j++ {
				kinds[j] = quoted
			}
		}
	}
}

// gathered puts the new words together, and what was folded away in its order.
func gathered(lines []string, kinds []lineKind) (string, []channel.Fold) {
	var said []string
	var folds []channel.Fold
	for i := 0; i < len(lines); {
		end := i
		for end < len(lines) && kinds[end] == kinds[i] {
			end++
		}
		part := strings.Join(lines[i:end], "\n")
		switch {
		case kinds[i] == fresh:
			said = append(said, part)
		case strings.TrimSpace(part) != "":
			kind := channel.FoldQuote
			if kinds[i] == signed {
				kind = channel.FoldSignature
			}
			folds = append(folds, channel.Fold{Kind: kind, Text: strings.Trim(part, "\n")})
		}
		i = end
	}
	return strings.TrimSpace(strings.Join(said, "\n")), folds
}
