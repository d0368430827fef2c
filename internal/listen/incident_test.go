package listen

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestStepsOfBeforeTheyHadOwnersAreRead(t *testing.T) {
	t.Parallel()
	owned := Steps{{Text: "Appeler", Owner: "lea"}, {Text: "Prévenir", Team: "shops"}, {Text: "Décider"}}
	kept, err := json.Marshal(Plan{Name: "Panne", Steps: owned})
	if err != nil {
		t.Fatal(err)
	}
	for kept, want := range map[string]Steps{
		string(kept):                             owned,
		`{"steps":["Appeler","Prévenir"]}`:       {{Text: "Appeler"}, {Text: "Prévenir"}},
		`{"name":"without any"}`:                 nil,
		`{"steps":[{"text":"x","owner":"lea"}]}`: {{Text: "x", Owner: "lea"}},
	} {
		var p Plan
		if err := json.Unmarshal([]byte(kept), &p); err != nil || !slices.Equal(p.Steps, want) {
			t.Errorf("%s is read as %+v, %v", kept, p.Steps, err)
		}
	}
	var done Task
	if err := json.Unmarshal([]byte(`{"text":"Appeler","owner":"lea","by":"sam"}`), &done); err != nil || done.Text != "Appeler" || done.Owner != "lea" || done.By != "sam" {
		t.Errorf("a step in an incident is read as %+v, %v", done, err)
	}
	if err := json.Unmarshal([]byte(`{"steps":[7]}`), &Plan{}); err == nil {
		t.Error("a number is a step")
	}
}

// Choosing a scenario again, or another one, leaves done what was done, and gives each step the owner that the plan names now.
func TestAChosenScenarioSaysWhoseItsStepsAre(t *testing.T) {
	t.Parallel()
	var i Incident
	i.plan(Scenario{ID: "a", Plan: Plan{Lead: "lea", Steps: Steps{{Text: "Appeler"}, {Text: "Prévenir", Team: "shops"}}}}, false)
	if got := i.Course.Tasks; got[0].Owner != "lea" || got[1].Owner != "" || got[1].Team != "shops" {
		t.Errorf("whose the steps are: %+v", got)
	}
	i.Course.Tasks[0].By = "sam"
	i.plan(Scenario{ID: "b", Plan: Plan{Steps: Steps{{Text: "Autre"}, {Text: "Appeler", Owner: "yann"}}}}, false)
	if got := i.Course.Tasks; got[0].Owner != "" || got[0].By != "" || got[1].Owner != "yann" || got[1].By != "sam" {
		t.Errorf("with another scenario: %+v", got)
	}
}
