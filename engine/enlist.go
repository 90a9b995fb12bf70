package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/namelist"
)

// maxCompetitors bounds a division, maxList one list; they bound memory and
// records, they are no rule.
const (
	maxCompetitors = 20000
	maxList        = 5000
)

// entryDesk is everything that a list is checked against.
type entryDesk struct {
	div     Division
	contest Contest
	event   Event
	all     map[DivisionID]Division // of the contest, and those before them
	filer   Filer
	own     []DelegationID // that the filer leads; nil for organisers
	today   time.Time
	// old are people of the division whom the first version entered: the roll
	// does not know them.
	old map[exam.CandidateID]bool
}

// PersonList is a list of people that comes in at once.
type PersonList struct {
	Key    string // makes the call idempotent
	Source string // "form", or the file's name
	SHA256 string // of the file
	List   []Person
	Rows   []string // where each person is in the source, "Sheet1!3"; may be nil

	carried []CarriedPart // of a list of one competitor
}

// place names a person of the list for people.
func (b *PersonList) place(i int) string {
	if b.Rows != nil {
		return b.Rows[i]
	}
	return strconv.Itoa(i + 1)
}

func (b *PersonList) source(i int) string {
	if b.Rows != nil {
		return b.Source + " " + b.Rows[i]
	}
	return b.Source
}

// group is the people of one competitor: one, or a team that is marked
// together. at are their places in the list.
type group struct {
	at   []int
	team TeamID
}

func derivedID(prefix string, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return prefix + hex.EncodeToString(sum[:12])
}

func teamID(d DivisionID, name string) TeamID { return TeamID(derivedID("t", string(d), name)) }

// examine finds everything that is wrong with a list by itself and against
// the division, and groups the people that may come in to competitors. It
// fills delegations and roles in by their ids. Nothing is stored.
func (s *Contests) examine(d *entryDesk, b *PersonList) (groups []group, found []namelist.Finding) {
	if len(b.List) == 0 || len(b.List) > maxList {
		return nil, []namelist.Finding{{Index: -1, Path: "list", Code: "list_length", Message: fmt.Sprintf("give 1 to %d people", maxList)}}
	}
	first := map[exam.CandidateID]int{}
	teams := map[TeamID]int{}
	for i := range b.List {
		p := &b.List[i]
		p.normal()
		var c checker
		p.check("", d.today, &c)
		d.place(p, &c)
		d.qualify(p, &c)
		who := s.person(p)
		if j, twice := first[who]; twice {
			c.add("id_number", "id_repeated", "the same person is in the list before, at "+b.place(j), "place", b.place(j))
		} else {
			first[who] = i
		}
		c.need(!d.old[who], "id_number", "already_in_division", "this person is in the division already")
		for _, f := range c {
			found = append(found, namelist.Finding{Index: i, Path: f.Path, Code: f.Code, Message: f.Message, Params: f.Params})
		}
		if d.event.Team == nil || d.event.Team.Marked == MarkedEach {
			g := group{at: []int{i}}
			if p.Team != "" {
				g.team = teamID(d.div.ID, p.Team)
			}
			groups = append(groups, g)
			continue
		}
		id := teamID(d.div.ID, p.Team)
		if k, ok := teams[id]; ok {
			groups[k].at = append(groups[k].at, i)
			continue
		}
		teams[id] = len(groups)
		groups = append(groups, group{at: []int{i}, team: id})
	}
	return groups, append(found, d.checkGroups(b, groups)...)
}

// place finds the person's delegation and role, and says what does not fit
// the contest and the filer.
func (d *entryDesk) place(p *Person, c *checker) {
	if p.Delegation == "" && len(d.own) == 1 {
		p.Delegation = string(d.own[0])
	}
	switch x := d.contest.delegation(p.Delegation); {
	case x != nil:
		p.Delegation = string(x.ID)
		if p.City == "" {
			p.City = x.City
		}
		if !d.filer.Everyone && !slices.Contains(d.own, x.ID) {
			c.add("delegation", "delegation_not_yours", "you enter people of your own delegation")
		}
	case p.Delegation != "":
		c.add("delegation", "delegation_unknown", "the contest has no such delegation")
	case len(d.contest.Delegations) > 0:
		c.add("delegation", "delegation_missing", "name one of the contest's delegations")
	}
	if p.Waiver != "" && !d.filer.Everyone {
		c.add("waiver", "waiver_not_yours", "only organisers take people who are not qualified")
	}
	team := d.event.Team
	if team == nil {
		c.need(p.Team == "" && p.Role == "", "team", "no_teams", "everybody competes alone in this event")
		return
	}
	c.need(p.Team != "", "team", "team_missing", "name the person's team")
	if p.Role == "" && len(team.Roles) == 0 {
		return
	}
	r, ok := team.role(p.Role)
	if !ok {
		c.add("role", "role_unknown", "the event's teams have no such role")
		return
	}
	p.Role = r.ID
}

// qualify says why a person may not compete, unless there is a waiver.
func (d *entryDesk) qualify(p *Person, c *checker) {
	if p.Waiver == "" {
		d.div.Qualification.judge(p, "", c)
	}
}

// checkGroups checks teams of the list: one delegation each, sizes and roles
// where a team is whole.
func (d *entryDesk) checkGroups(b *PersonList, groups []group) (found []namelist.Finding) {
	if d.event.Team == nil {
		return nil
	}
	first := map[TeamID]int{}
	for _, g := range groups {
		for _, i := range g.at {
			j, ok := first[g.team]
			if !ok {
				first[g.team] = i
			} else if b.List[i].Delegation != b.List[j].Delegation {
				found = append(found, namelist.Finding{Index: i, Path: "delegation", Code: "team_mixed", Message: "all of a team are of one delegation",
					Params: map[string]string{"place": b.place(j)}})
			}
		}
		if d.event.Team.Marked == MarkedEach || b.List[g.at[0]].Team == "" {
			continue
		}
		roles := make([]string, 0, len(g.at))
		for _, i := range g.at {
			roles = append(roles, b.List[i].Role)
		}
		for _, w := range d.event.Team.wrong(roles, true) {
			w.Index = g.at[0]
			found = append(found, w)
		}
	}
	return found
}

// wrong says what is wrong with a team whose members have these roles; whole
// asks for the least numbers too.
func (t *TeamShape) wrong(roles []string, whole bool) (found []namelist.Finding) {
	add := func(code, message string, params map[string]string) {
		found = append(found, namelist.Finding{Path: "team", Code: code, Message: message, Params: params})
	}
	n := len(roles)
	size := map[string]string{"have": strconv.Itoa(n), "min": strconv.Itoa(t.Min), "max": strconv.Itoa(t.Max)}
	if n > t.Max {
		add("team_too_large", fmt.Sprintf("the team has %d members, at most %d may be", n, t.Max), size)
	}
	if whole && n < t.Min {
		add("team_too_small", fmt.Sprintf("the team has %d members, at least %d are needed", n, t.Min), size)
	}
	for _, r := range t.Roles {
		have := 0
		for _, x := range roles {
			if x == r.ID {
				have++
			}
		}
		params := map[string]string{"role": r.Name.ZH, "have": strconv.Itoa(have), "min": strconv.Itoa(r.Min), "max": strconv.Itoa(r.Max)}
		if r.Max > 0 && have > r.Max {
			add("role_too_many", fmt.Sprintf("%d members are %s, at most %d may be", have, r.Name.ZH, r.Max), params)
		}
		if whole && have < r.Min {
			add("role_too_few", fmt.Sprintf("%d members are %s, at least %d are needed", have, r.Name.ZH, r.Min), params)
		}
	}
	return found
}

// competitor makes the document of a group. try names one attempt to store:
// a list that is refused in the end never touches documents that count.
func (s *Contests) competitor(d *entryDesk, b *PersonList, g group, try string) (Competitor, error) {
	p := &b.List[g.at[0]]
	who := s.person(p)
	c := Competitor{
		ID: CompetitorID(derivedID("c", string(d.div.ID), string(who))), Division: d.div.ID, Candidate: who,
		Name: p.Name, Unit: p.Unit, City: p.City, Delegation: DelegationID(p.Delegation), Identity: p.Identity,
		HeldLevel: p.HeldLevel, HeldNumber: p.HeldNumber, Born: p.Born, Team: g.team, TeamName: p.Team, Role: p.Role,
		Carried: b.carried, Source: b.source(g.at[0]), At: d.today, By: string(d.filer.Account),
	}
	together := d.event.Team != nil && d.event.Team.Marked == MarkedTogether
	if together {
		c.ID = CompetitorID(derivedID("c", string(g.team)))
	}
	c.Doc = string(c.ID) + "." + try
	var err error
	if !together {
		if p.IDNumber != "" {
			c.IDType = p.IDType
		}
		c.IDSealed, c.IDMasked, err = s.sealID(&c, who, p)
		return c, err
	}
	c.Name, c.Team, c.Role, c.Identity, c.HeldLevel, c.HeldNumber, c.Born = p.Team, "", "", "", 0, "", ""
	for _, i := range g.at {
		p := &b.List[i]
		m := Member{Candidate: s.person(p), Name: p.Name, Role: p.Role, Identity: p.Identity, HeldLevel: p.HeldLevel, HeldNumber: p.HeldNumber, Born: p.Born}
		if p.IDNumber != "" {
			m.IDType = p.IDType
		}
		if m.IDSealed, m.IDMasked, err = s.sealID(&c, m.Candidate, p); err != nil {
			return c, err
		}
		if m.Identity == b.List[g.at[0]].Identity {
			c.Identity = m.Identity
		}
		c.Members = append(c.Members, m)
	}
	if slices.ContainsFunc(c.Members, func(m Member) bool { return m.Identity != c.Members[0].Identity }) {
		c.Identity = "" // mixed; awards look at the members
	}
	return c, nil
}

func (c *Competitor) entry(waiver string) rollEntry {
	return rollEntry{Competitor: c.ID, Doc: c.Doc, Persons: c.persons(), Delegation: c.Delegation, Team: c.Team, Waiver: waiver}
}

// rollCount is what of a roll a list has to fit.
type rollCount struct {
	persons map[exam.CandidateID][]*RollLine
	there   int                  // in the division
	sent    map[DelegationID]int // to the division
	sizes   map[TeamID]int
}

// count counts the roll without those who make room.
func (d *entryDesk) count(r *Roll, left []CompetitorID) rollCount {
	n := rollCount{persons: map[exam.CandidateID][]*RollLine{}, sent: map[DelegationID]int{}, sizes: map[TeamID]int{}}
	for _, l := range r.lines {
		if l.State == EnlistWithdrawn || slices.Contains(left, l.Competitor) {
			continue
		}
		for _, who := range l.Persons {
			n.persons[who] = append(n.persons[who], l)
		}
		if l.Division == d.div.ID {
			n.there++
			n.sent[l.Delegation]++
			n.sizes[l.Team]++
		}
	}
	return n
}

// fits finds what of a list does not fit the roll: people who are there,
// teams and delegations that are full. It is asked before and again where the
// list is decided. at is where in the list each entry begins, left are
// competitors who make room.
func (d *entryDesk) fits(r *Roll, list []rollEntry, at []int, left ...CompetitorID) (found []namelist.Finding) {
	n := d.count(r, left)
	if n.there+len(list) > maxCompetitors {
		found = append(found, namelist.Finding{Index: -1, Path: "list", Code: "division_full", Message: fmt.Sprintf("a division takes at most %d competitors", maxCompetitors)})
	}
	for k, e := range list {
		add := func(path, code, message string, params map[string]string) {
			found = append(found, namelist.Finding{Index: at[k], Path: path, Code: code, Message: message, Params: params})
		}
		for _, f := range d.meets(n, e.Persons) {
			f.Index = at[k]
			found = append(found, f)
		}
		old := r.line(e.Competitor)
		if old != nil && old.State != EnlistWithdrawn && !slices.Contains(left, e.Competitor) && len(e.Persons) > 1 {
			add("team", "team_there", "a team of this name is in the division already", nil)
		}
		most := d.div.Qualification.PerDelegation
		if n.sent[e.Delegation]++; e.Delegation != "" && most > 0 && n.sent[e.Delegation] > most {
			add("delegation", "delegation_full", fmt.Sprintf("the delegation may send %d", most), map[string]string{"most": strconv.Itoa(most)})
		}
		if n.sizes[e.Team]++; e.Team != "" && d.event.Team != nil && n.sizes[e.Team] > d.event.Team.Max {
			add("team", "team_too_large", fmt.Sprintf("a team has at most %d members", d.event.Team.Max), map[string]string{"max": strconv.Itoa(d.event.Team.Max)})
		}
	}
	return found
}

// meets says what it means that people are in other lines of the roll: the
// same division or another one of the event is refused, another event is
// doubtful, and the stages that lead here or on from here are as it should be.
func (d *entryDesk) meets(n rollCount, persons []exam.CandidateID) (found []namelist.Finding) {
	line := d.div.ancestors(d.all)
	told := map[EventID]bool{}
	add := func(warning bool, code, message string, other Division) {
		found = append(found, namelist.Finding{Path: "id_number", Code: code, Message: message, Params: map[string]string{"division": other.Name.ZH}, Warning: warning})
	}
	for _, who := range persons {
		for _, l := range n.persons[who] {
			other := d.all[l.Division]
			switch {
			case l.Division == d.div.ID:
				add(false, "already_in_division", "this person is in the division already", other)
			case slices.Contains(line, l.Division) || slices.Contains(other.ancestors(d.all), d.div.ID):
			case other.Event == d.div.Event:
				add(false, "in_other_division", "this person is in another division of the event: "+other.Name.ZH, other)
			case !told[other.Event]:
				told[other.Event] = true
				add(true, "in_other_event", "this person is in another event of the contest too: "+other.Name.ZH, other)
			}
		}
	}
	return found
}
