package gates

import (
	_ "embed"
	"encoding/json"
	"math"
	"testing"
)

// published holds, of the Numenta Anomaly Benchmark (MIT licence), where three detectors raised alarms on its ten series of tweets, and what
// it says they score.
//
//go:embed testdata/nab.json
var published []byte

func TestTheScorerAgreesWithWhatTheBenchmarkPublished(t *testing.T) {
	t.Parallel()
	var of struct {
		Series map[string]struct {
			Rows    int      `json:"rows"`
			Windows [][2]int `json:"windows"`
		} `json:"series"`
		Detectors map[string]struct {
			Published float64 `json:"published"`
			Series    map[string]struct {
				Alarms []int   `json:"alarms"`
				Score  float64 `json:"score"`
			} `json:"series"`
		} `json:"detectors"`
	}
	if err := json.Unmarshal(published, &of); err != nil {
		t.Fatal(err)
	}
	if len(of.Detectors) != 3 || len(of.Series) != 10 {
		t.Fatalf("%d detectors on %d series", len(of.Detectors), len(of.Series))
	}
	for name, d := range of.Detectors {
		sum, windows := 0.0, 0
		for on, s := range of.Series {
			got := score(s.Rows, 750, s.Windows, d.Series[on].Alarms)
			if want := d.Series[on].Score; math.Abs(got-want) > 1e-6 {
				t.Errorf("%s on %s scores %v, published is %v", name, on, got, want)
			}
			sum += got
			windows += len(s.Windows)
		}
		if got := ofHundred(sum, windows); math.Abs(got-d.Published) > 0.01 {
			t.Errorf("%s scores %.2f, published is %v", name, got, d.Published)
		}
	}
}
