package gates

import (
	"encoding/json"

	"visavis/internal/text"
)

// piaf is the mean reciprocal rank, among the first ten, of the paragraph that answers a French question (PIAF 1.0).
func piaf(f *folder) float64 {
	var all struct {
		Data []struct {
			Paragraphs []struct {
				Context   string `json:"context"`
				Questions []struct {
					Question string `json:"question"`
				} `json:"qas"`
			} `json:"paragraphs"`
		} `json:"data"`
	}
	if b := f.read("piaf/piaf-v1.0.json"); f.err == nil {
		f.err = json.Unmarshal([]byte(b), &all)
	}
	var texts, questions []string
	var answers []int
	for _, d := range all.Data {
		for _, p := range d.Paragraphs {
			for _, q := range p.Questions {
				questions, answers = append(questions, q.Question), append(answers, len(texts))
			}
			texts = append(texts, p.Context)
		}
	}
	shelf, sum := text.NewShelf(texts), 0.0
	for i, q := range questions {
		for rank, found := range shelf.Find(q, 10) {
			if found.At == answers[i] {
				sum += 1 / float64(rank+1)
			}
		}
	}
	return sum / float64(max(len(questions), 1))
}
