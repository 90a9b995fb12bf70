package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// people is the shape of people.json.
type people struct {
	Centres []struct {
		ID, Name, Address string
		Rooms             []struct {
			ID, Name string
			Seats    int
		}
	}
	Candidates []candidate
	Kinds      []candidate // of the sitting with every kind of question
	Welders    []candidate
	Students   []candidate

	Delegations []struct{ Name, City, Leader string }
	Judges      []struct{ Name, Unit, Login, Event, Post string }
	Groups      []struct {
		ID   string
		Name scoring.Text
	}
	Staff []struct {
		Login, Name, Group string
		Roles              []string
		Does               scoring.Text
	}
}

type candidate struct {
	Name, Sex, Unit, City, Phone, Centre string
	IDNumber                             string `json:"id_number"`
	Identity                             string `json:"identity"`
	HeldLevel                            int    `json:"held_level"`
	HeldNumber                           string `json:"held_number"`
}

// readJSON fills v from a file of the demo data; unknown fields are mistakes.
func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	f, err := os.Open(filepath.Join(dataDir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// demoDay is the day on which the ages of the demo candidates are counted.
var demoDay = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

func TestCandidates(t *testing.T) {
	t.Parallel()
	var p people
	readJSON(t, "people.json", &p)
	if len(p.Centres) != 3 || len(p.Candidates) != 60 || len(p.Kinds) != 8 {
		t.Fatalf("%d centres, %d and %d candidates", len(p.Centres), len(p.Candidates), len(p.Kinds))
	}
	seats := map[string]int{}
	for _, c := range p.Centres {
		for _, r := range c.Rooms {
			seats[c.ID] += r.Seats
		}
	}
	phone := regexp.MustCompile(`^100[0-9]{8}$`)
	areas := map[string]string{"济南": "370199", "青岛": "370299", "烟台": "370699"}
	seen := map[string]bool{}
	for _, c := range p.Candidates {
		if seats[c.Centre]--; seats[c.Centre] < 0 {
			t.Errorf("%s: centre %q has no seat left", c.Name, c.Centre)
		}
		if seen[c.Name] || seen[c.IDNumber] || seen[c.Phone] || c.Unit == "" {
			t.Errorf("%s: name, ID number or phone is there twice, or the unit is missing", c.Name)
		}
		seen[c.Name], seen[c.IDNumber], seen[c.Phone] = true, true, true
		if !phone.MatchString(c.Phone) {
			t.Errorf("%s: phone %s", c.Name, c.Phone)
		}
		if why := wrongID(c.IDNumber, areas[c.City], c.Sex); why != "" {
			t.Errorf("%s: %s: %s", c.Name, c.IDNumber, why)
		}
	}
	// The others sit or compete at the same time, so nobody is in two lists.
	for _, c := range slices.Concat(p.Kinds, p.Welders, p.Students) {
		if seen[c.Name] || seen[c.IDNumber] || seen[c.Phone] || !phone.MatchString(c.Phone) {
			t.Errorf("%s: name, ID number or phone is there twice or wrong", c.Name)
		}
		seen[c.Name], seen[c.IDNumber], seen[c.Phone] = true, true, true
		if why := wrongID(c.IDNumber, areas[c.City], c.Sex); why != "" {
			t.Errorf("%s: %s: %s", c.Name, c.IDNumber, why)
		}
	}
}

// wrongID says what is wrong with a demo ID number; GB 11643-1999, check
// character by ISO 7064 MOD 11-2.
func wrongID(number, area, sex string) string {
	if !regexp.MustCompile(`^[0-9]{17}[0-9X]$`).MatchString(number) {
		return "form"
	}
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(number[i]-'0')
	}
	birth, err := time.Parse("20060102", number[6:14])
	odd := (number[16]-'0')%2 == 1
	switch {
	case area == "" || !strings.HasPrefix(number, area):
		return "area"
	case err != nil || birth.AddDate(19, 0, 0).After(demoDay) || !birth.AddDate(53, 0, 0).After(demoDay):
		return "birth date"
	case odd != (sex == "男") || sex != "男" && sex != "女":
		return "sex digit"
	case "10X98765432"[sum%11] != number[17]:
		return "checksum"
	}
	return ""
}

func TestJudgesAndStaff(t *testing.T) {
	t.Parallel()
	var p people
	readJSON(t, "people.json", &p)
	competing, units := map[string]bool{}, map[string]bool{}
	for _, c := range p.Candidates {
		competing[c.Unit], units[c.Unit] = true, true
	}
	for _, c := range slices.Concat(p.Welders, p.Students) {
		competing[c.Unit] = true
		if c.HeldLevel == 0 || c.HeldNumber == "" || c.Identity == "" {
			t.Errorf("%s: identity, level or certificate is missing", c.Name)
		}
	}
	if len(units) != 15 || len(p.Judges) != 10 {
		t.Errorf("%d units, %d judges", len(units), len(p.Judges))
	}
	logins, roles := map[string]bool{}, map[string]bool{}
	for _, j := range p.Judges {
		if competing[j.Unit] {
			t.Errorf("judge %s comes from a competing unit", j.Name)
		}
		if logins[j.Login] {
			t.Errorf("login %s is there twice", j.Login)
		}
		logins[j.Login] = true
	}
	groups := map[string]bool{}
	for _, g := range p.Groups {
		groups[g.ID] = g.Name.ZH != "" && g.Name.EN != ""
	}
	for _, s := range p.Staff {
		if !groups[s.Group] || s.Does.ZH == "" || s.Does.EN == "" {
			t.Errorf("%s: no group, or a text is missing", s.Login)
		}
		if logins[s.Login] {
			t.Errorf("login %s is there twice", s.Login)
		}
		logins[s.Login] = true
		for _, r := range s.Roles {
			roles[r] = true
		}
	}
	for _, d := range p.Delegations {
		if !logins[d.Leader] || d.Name == "" || d.City == "" {
			t.Errorf("delegation %+v: no leader or name", d)
		}
	}
	for _, r := range access.Roles {
		if r != access.Judge && !roles[string(r)] {
			t.Errorf("nobody is %s", r)
		}
	}
}

func TestWelding(t *testing.T) {
	t.Parallel()
	var s scoring.Scheme
	var r scoring.Rules
	var honours award.Rules
	readJSON(t, "welding-scheme.json", &s)
	readJSON(t, "welding-rules.json", &r)
	readJSON(t, "honours.json", &honours)
	for name, err := range map[string]error{"scheme": s.Validate(), "rules": r.Validate(s), "honours": honours.Validate()} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := []scoring.SeenAs{s.Modules[0].SeenAs, s.Modules[1].SeenAs}; got[0] != scoring.SeenAtStation || got[1] != scoring.SeenAsWork {
		t.Errorf("seen as %v, want a module at the station and one as work", got)
	}
	full, err := scoring.Sum(s, r, map[scoring.ModuleID]scoring.Value{"A": scoring.Of(4000), "B": scoring.Of(6000)})
	if err != nil || full.Value != scoring.Of(r.FullMarks) {
		t.Errorf("a faultless competitor gets %v of %v: %v", full.Value, r.FullMarks, err)
	}
}

func TestSchemeAndRules(t *testing.T) {
	t.Parallel()
	var s scoring.Scheme
	var r scoring.Rules
	readJSON(t, "practical-scheme.json", &s)
	readJSON(t, "practical-rules.json", &r)
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := r.Validate(s); err != nil {
		t.Fatal(err)
	}
	aspects, kinds := 0, map[scoring.Kind]bool{}
	for _, m := range s.Modules {
		for _, a := range m.Aspects() {
			aspects++
			kinds[a.Kind] = true
			if a.Name.EN == "" || a.Description.ZH == "" || a.Description.EN == "" {
				t.Errorf("aspect %s: a text is missing", a.ID)
			}
		}
	}
	if aspects < 18 || aspects > 24 || len(kinds) != len(scoring.Kinds()) {
		t.Errorf("%d aspects of %d kinds", aspects, len(kinds))
	}
	full, err := scoring.Sum(s, r, map[scoring.ModuleID]scoring.Value{"A": scoring.Of(10000), "B": scoring.Of(6000), "C": scoring.Of(4000)})
	if err != nil {
		t.Fatal(err)
	}
	if !full.Complete || full.Value != scoring.Of(r.FullMarks) {
		t.Errorf("a faultless competitor gets %v of %v", full.Value, r.FullMarks)
	}
}
