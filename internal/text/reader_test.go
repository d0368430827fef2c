package text

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTheSeedSaysWhatItShould(t *testing.T) {
	t.Parallel()
	reasons := []string{"account", "appointment", "contract", "delivery", "fault", "invoice", "order", "other", "outage", "payment", "praise", "price", "return", "shop", "staff", "stock"}
	of, seen, dissatisfied := map[string]int{}, map[string]bool{}, 0
	for _, m := range Seed() {
		if !slices.Contains(reasons, m.Reason) {
			t.Errorf("%q has the reason %q", m.Text, m.Reason)
		}
		key := strings.Join(Terms(m.Text), " ")
		if key != "" && len(m.Text) > 5 && seen[key+m.Text] || !utf8.ValidString(m.Text) {
			t.Errorf("%q is there twice, or is no text", m.Text)
		}
		seen[key+m.Text] = true
		of[m.Reason]++
		if m.Dissatisfied {
			dissatisfied++
		}
	}
	for _, reason := range reasons {
		if of[reason] < 50 {
			t.Errorf("%d messages teach %s", of[reason], reason)
		}
	}
	if share := float64(dissatisfied) / float64(len(Seed())); share < 0.3 || share > 0.6 {
		t.Errorf("%.0f %% are dissatisfied", 100*share)
	}
}

func TestALineOfASeedThatIsWrongIsNamed(t *testing.T) {
	t.Parallel()
	head := "text\treason\tmood\tdissatisfied\turgency\n"
	for line, want := range map[string]string{
		"Bonjour\tother\t0\t0":         "line 2: it has 4 columns",
		"Bonjour\t\t0\t0\t0":           "line 2: it has no text, or no reason",
		"Bonjour\tother\t-2\t0\t0":     "line 2: its mood is",
		"Bonjour\tother\tsad\t0\t0":    "line 2: its mood is",
		"Bonjour\tother\t0\tmaybe\t0":  "line 2: its dissatisfied is",
		"Bonjour\tother\t0\t0\t3":      "line 2: its urgency is",
		"# a remark\n\tother\t0\t0\t0": "line 3: it has no text",
	} {
		if _, err := ParseMessages(head + line); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v", line, err)
		}
	}
	got, err := ParseMessages(head + "# a remark\n\nVélo cassé\tfault\t-0.5\t1\t2\r\n")
	if want := (Message{Text: "Vélo cassé", Reason: "fault", Mood: -0.5, Dissatisfied: true, Urgency: 2}); err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhatIsPlainToPeopleIsPlainToTheReader(t *testing.T) {
	t.Parallel()
	r := NewReader(Standard())
	for _, c := range []struct {
		text, language, reason string
		dissatisfied           bool
	}{
		{"J'attends mon colis depuis trois semaines, toujours rien reçu !", "fr", "delivery", true},
		{"plus d'internet depuis ce matin dans tout le quartier, vous avez une panne ?", "fr", "outage", true},
		{"Merci beaucoup pour votre aide, c'était parfait", "fr", "praise", false},
		{"I was charged twice, my card shows two payments of 49 euros", "en", "payment", true},
		{"Can I move my appointment to Thursday afternoon?", "en", "appointment", false},
		{"mot de passe oublié, comment je me connecte à mon compte ?", "fr", "account", false},
	} {
		got := r.Read(c.text)
		if got.Language.Label != c.language || got.Best.Label != c.reason || got.Dissatisfied > 0.5 != c.dissatisfied {
			t.Errorf("%q was read as %+v", c.text, got)
		}
	}
	for _, nothing := range []string{"", "   \n", "!!! … 👍"} {
		if got := r.Read(nothing); got.Language.Label != "" || got.Reason.Label == "delivery" {
			t.Errorf("%q was read as %+v", nothing, got)
		}
	}
}

func TestTheWordsAddUpToTheJudgement(t *testing.T) {
	t.Parallel()
	r := NewReader(Standard())
	for i, m := range Seed() {
		if i%7 != 0 {
			continue
		}
		for _, h := range r.Model().Manifest().Heads {
			label := h.Labels[i%len(h.Labels)]
			why := r.Why(m.Text, h.Name, label)
			sum := why.Rest
			for _, w := range why.Words {
				sum += w.Weight
				if w.From < 0 || w.To > len(m.Text) || w.From >= w.To || !utf8.ValidString(m.Text[w.From:w.To]) {
					t.Fatalf("%q: the word %+v", m.Text, w)
				}
			}
			if math.Abs(sum-why.Sum) > 1e-6 {
				t.Errorf("%q, %s %s: %v of %v", m.Text, h.Name, label, sum, why.Sum)
			}
		}
	}
	if why := r.Why("Bonjour", "colour", "blue"); len(why.Words) != 0 {
		t.Errorf("of what is not judged: %+v", why)
	}
}

func TestLearningAgainGivesTheSameModel(t *testing.T) {
	if testing.Short() {
		t.Skip("learning takes a while")
	}
	t.Parallel()
	messages := Seed()[:200]
	first, err := Train(Standard(), messages, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Train(Standard(), messages, nil, nil)
	if err != nil || !bytes.Equal(first.Bytes(), again.Bytes()) {
		t.Errorf("%v, or two models", err)
	}
	kept, err := ParseModel(first.Bytes())
	if err != nil || !bytes.Equal(kept.Bytes(), first.Bytes()) {
		t.Errorf("a model that was kept is another: %v", err)
	}
	if _, err := Train(Standard(), messages[:1], nil, nil); err == nil {
		t.Error("one message taught something")
	}
}

// A workspace teaches its own words.
func TestACorrectionIsLearnt(t *testing.T) {
	if testing.Short() {
		t.Skip("learning takes a while")
	}
	t.Parallel()
	messages := Seed()[:400]
	for _, words := range []string{"le zorblatte grince encore", "mon zorblatte est resté muet", "zorblatte en panne sèche", "un zorblatte neuf qui grince"} {
		messages = append(messages, Message{Text: words, Reason: "fault", Weight: Corrected})
	}
	m, err := Train(Standard(), messages, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := NewReader(m).Read("encore un zorblatte muet"); got.Best.Label != "fault" {
		t.Errorf("it was read as %+v", got)
	}
}

func TestReadingAllocatesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, which runs with -short, has pools forget")
	}
	r := NewReader(Standard())
	const message = "J'attends mon colis depuis trois semaines, toujours rien ! Pouvez-vous me dire où il est, svp ? Merci."
	if n := testing.AllocsPerRun(100, func() { r.Read(message) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
	if size := len(Standard().Bytes()); size >= 6<<20 {
		t.Errorf("the model has %d bytes", size)
	}
}

func TestAlikeTextsHaveNearSignatures(t *testing.T) {
	t.Parallel()
	a := Sign("Plus d'internet à Brest depuis ce matin, vous avez une panne ?")
	for text, near := range map[string]bool{
		"plus d internet a brest depuis ce matin vous avez une panne":       true,
		"PLUS D'INTERNET À BREST depuis ce matin !! vous avez une panne ??": true,
		"Plus d'internet à Brest depuis hier soir, vous avez une panne ?":   true,
		"Mon vélo grince quand je freine, pouvez-vous le regarder ?":        false,
		"": false,
	} {
		if got := a.Near(Sign(text)); got > 0.5 != near {
			t.Errorf("%q: %v", text, got)
		}
	}
	if none := Sign("?!"); none.Near(none) != 0 {
		t.Error("texts without words are near")
	}
}

// Whatever is written, reading it ends, and its words lie within it.
func FuzzRead(f *testing.F) {
	for _, m := range Seed()[:50] {
		f.Add(m.Text)
	}
	f.Add("\xff\xfe é ﬁ Ǆ 👩‍👩‍👧 1.000,00 €")
	r := NewReader(Standard())
	f.Fuzz(func(t *testing.T, s string) {
		got := r.Read(s)
		if got.Mood < -1 || got.Mood > 1 || got.Dissatisfied < 0 || got.Dissatisfied > 1 || math.IsNaN(got.Mood) {
			t.Fatalf("%+v", got)
		}
		for _, w := range r.Why(s, HeadReason, got.Best.Label).Words {
			if w.From < 0 || w.To > len(s) || w.From >= w.To {
				t.Fatalf("%+v in %d bytes", w, len(s))
			}
		}
		if sign := Sign(s); sign != Sign(strings.ToUpper(s)) && s == strings.ToLower(strings.ToUpper(s)) {
			t.Fatalf("capitals change the signature of %q", s)
		}
	})
}

// A file that is no model, or a broken one, is refused and never followed.
func FuzzParseModel(f *testing.F) {
	small, err := Train(Standard(), Seed()[:60], nil, nil)
	if err != nil {
		f.Fatal(err)
	}
	whole := small.Bytes()
	f.Add(whole[:len(magic)+4])
	f.Add(append([]byte(magic), 0, 0, 0, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := ParseModel(b); err == nil {
			NewReader(m).Read("Bonjour, où est mon colis ?")
		}
	})
}

func BenchmarkRead(b *testing.B) {
	r := NewReader(Standard())
	b.ReportAllocs()
	for b.Loop() {
		r.Read("J'attends mon colis depuis trois semaines, toujours rien ! Pouvez-vous me dire où il est, svp ? Merci.")
	}
}

func BenchmarkSign(b *testing.B) {
	for b.Loop() {
		Sign("J'attends mon colis depuis trois semaines, toujours rien ! Pouvez-vous me dire où il est, svp ? Merci.")
	}
}
