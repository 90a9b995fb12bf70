package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/web"
)

// walker is somebody who calls every route there is.
type walker struct {
	*client
	name  string
	roles []access.Role
	sees  string // of a judge: the layer whose codes the panel works with
}

func (x *walker) may(r web.Route) bool {
	surface := access.Console
	if slices.Contains(x.roles, access.Judge) {
		surface = access.Judging
	}
	return r.Public || r.Surface == surface && (r.Action == "" || access.Allows(x.roles, r.Action))
}

// knownByName are routes that list people by name for somebody whose work it
// is. What they say may hold no code of the contest.
func (x *walker) knownByName(path string) bool {
	if x.sees != "" || x.roles == nil {
		return false
	}
	exam := strings.HasPrefix(path, "/api/admin/sittings/") // a theory room knows who sits there; its chief judge too
	supervises := slices.Contains(x.roles, access.Supervisor)
	list := strings.HasPrefix(path, "/api/admin/plans/") || contestLists.MatchString(path)
	return exam || supervises && list
}

// contestLists are who competes and who works at a contest.
var contestLists = regexp.MustCompile(`^/api/admin/(contests(/[^/]+)?|divisions/[^/]+(/competitors|/officers)?)(\?.*)?$`)

// own reports whether the route is the custodian's own layer, the one place
// where both codes of a row stand.
func (x *walker) own(path string) bool {
	layer, coder := strings.CutPrefix(x.name, "coder_")
	return coder && strings.Contains(path, "/layers/"+layer)
}

// ends are routes that would end what the next step needs.
var ends = map[string]bool{
	"judge-sign-out": true, "admin-sign-out": true, "exam-sign-out": true, "judge-absence": true, "tablet-redeem": true,
}

// place is what a walk knows of the contest as it stands: what can be put into
// paths, and the codes of each layer.
type place struct {
	phase   string
	ids     map[string][]string
	tables  map[engine.Layer]engine.LayerTable
	opened  map[engine.Layer]bool
	moments []string // when people did something in the call room
	api     openAPI
}

var pathParam = regexp.MustCompile(`\{([a-z]+)\}`)

// walk lets everybody call everything.
func (a *anonymous) walk(phase string) {
	a.t.Helper()
	p := a.place(phase)
	for _, r := range a.server.Routes() {
		for _, m := range pathParam.FindAllStringSubmatch(r.Path, -1) {
			if p.ids[m[1]] == nil {
				a.t.Errorf("nobody knows what to call %s with: give the walk something for {%s}", r.Path, m[1])
			}
		}
		for _, x := range a.actors {
			if !x.walks(p, r) || ends[r.ID] {
				continue
			}
			if r.WebSocket {
				a.walkSocket(p, x, r)
				continue
			}
			for i := range 3 {
				path := p.path(r.Path, i)
				if i > 0 && path == p.path(r.Path, i-1) {
					break
				}
				a.walkRoute(p, x, r, path)
			}
		}
	}
	a.orders(p)
}

// walks reports whether the actor calls the route in the phase. Once everybody
// calls everything; afterwards whom a route lets in. Those who neither judge
// nor watch walk where most changes, for papers take their time.
func (x *walker) walks(p *place, r web.Route) bool {
	if p.phase == "before the draws" {
		return true
	}
	change := slices.Contains([]string{"after the draws", "in marking", "works are decrypted"}, p.phase)
	return x.may(r) && (change || x.sees != "" || x.roles == nil || x.name == "the_chief")
}

// walkRoute calls one route in every way that could make it say something.
func (a *anonymous) walkRoute(p *place, x *walker, r web.Route, path string) {
	a.t.Helper()
	if r.Method == http.MethodGet {
		code := p.ids["code"]
		query := fmt.Sprintf("?module=A&a=%s&b=%s&text=Z99&skill=07&version=0&limit=200&code=%s", code[0], code[len(code)-1], code[0])
		queries := []string{"", query, "?module=%FF&limit=x&version=-1&a=%00&text="}
		if p.phase != "in marking" && (strings.HasSuffix(r.Path, ".pdf") || strings.HasSuffix(r.Path, ".xlsx") || strings.HasSuffix(r.Path, ".zip")) {
			queries = queries[:1]
		}
		for _, q := range queries {
			a.check(p, x, r, x.call(http.MethodGet, path+q, nil))
		}
		return
	}
	for _, body := range []string{"{}", "}"} {
		a.check(p, x, r, x.call(r.Method, path, body))
	}
	switch {
	case x.sees != "" || x.roles == nil:
		a.check(p, x, r, x.call(r.Method, path, p.api.body(r, p.real(x))))
	case x.name == "the_chief": // with nothing that is there, so that nothing comes of it
		a.check(p, x, r, x.call(r.Method, p.path(pathParam.ReplaceAllStringFunc(r.Path, wrongly), 0), p.api.body(r, wrong)))
	}
}

// wrongly leaves out of a path what an act of the chief judge would change.
func wrongly(m string) string {
	switch m {
	case "{division}", "{contest}", "{event}", "{sitting}":
		return m
	case "{layer}":
		return "work"
	}
	return "99999"
}

// walkSocket says everything on a socket that a frame can say, and reads until
// the server ends the connection.
func (a *anonymous) walkSocket(p *place, x *walker, r web.Route) {
	a.t.Helper()
	path := p.path(r.Path, 0)
	s, refusal := x.tryDial(path)
	if s == nil {
		a.check(p, x, r, refusal)
		return
	}
	from := len(x.seen.Bytes())
	for _, f := range p.frames(x, r) {
		_ = s.WriteJSON(f)
	}
	if !r.Public {
		s.send(map[string]any{"t": "nothing"})
		s.closed()
	} else if _, err := s.read(); err != nil {
		a.t.Errorf("%s: %v", path, err)
	}
	s.Close()
	a.check(p, x, r, answer{t: a.t, what: "frames of " + path, status: http.StatusSwitchingProtocols, body: bytes.Clone(x.seen.Bytes()[from:])}, p.ids["code"]...)
}

// frames are what the kind of socket understands. One that is not known makes
// the test fail: what it says is to be searched too.
func (p *place) frames(x *walker, r web.Route) []map[string]any {
	beat := map[string]any{"t": "beat", "n": 1}
	switch r.ID {
	case "judge-ws":
		all := []map[string]any{{"t": "hello", "device": "d"}, beat}
		for _, sheet := range p.ids["sheet"] {
			submit := map[string]any{"t": "submit", "n": 2, "key": p.key(), "division": p.ids["division"][0], "sheet": sheet, "code_tail": "zz", "round": 1, "expect": 9, "entries": []any{}}
			tail, _, _ := strings.Cut(sheet, ".")
			stale := maps.Clone(submit)
			stale["code_tail"], stale["key"], stale["entries"] = tail[len(tail)-2:], p.key(), entriesFor(scoring.ModuleID(sheet[len(sheet)-1:]), 2)
			all = append(all, submit, stale, map[string]any{"t": "sign", "n": 3, "key": p.key(), "division": p.ids["division"][0], "sheets": []any{map[string]any{"sheet": sheet, "digest": "00"}}})
		}
		return all
	case "desk-ws", "hall-ws", "tablets-ws", "sitting-ws":
		return []map[string]any{beat}
	case "exam-ws":
		return []map[string]any{{"t": "hello", "device": "d"}, beat}
	case "board-ws":
		return nil
	}
	x.w.t.Errorf("nobody searches the frames of %s", r.Path)
	return nil
}

var walked int

// key is an idempotency key that nobody has used.
func (p *place) key() string { walked++; return fmt.Sprint("walk", walked, p.phase) }

func (p *place) path(path string, i int) string {
	return pathParam.ReplaceAllStringFunc(path, func(m string) string {
		list := p.ids[m[1:len(m)-1]]
		if len(list) == 0 {
			return "nothing"
		}
		return list[i%len(list)]
	})
}

// check searches one answer, head and body.
func (a *anonymous) check(p *place, x *walker, r web.Route, got answer, asked ...string) {
	a.t.Helper()
	var head strings.Builder
	for k, vs := range got.header {
		fmt.Fprintf(&head, "%s: %s\n", k, strings.Join(vs, ","))
	}
	path := got.what[strings.Index(got.what, "/api"):]
	all := append([]byte(head.String()), got.body...)
	who := fmt.Sprintf("%s, %s: %s", p.phase, x.name, got.what)
	lists := x.knownByName(path)
	if !lists && !(x.own(path) && x.name == "coder_entry") {
		for _, what := range append(found(got.body, a.needles), found([]byte(head.String()), a.needles)...) {
			a.t.Errorf("%s says %s", who, what)
		}
	}
	if !lists && !x.own(path) {
		for _, m := range p.moments {
			if bytes.Contains(all, []byte(m)) {
				a.t.Errorf("%s says when somebody was in the call room, %s", who, m)
			}
		}
		tied(a.t, who, got.body, p.closed(x))
	}
	for l, codes := range p.strange(x, r, path, lists) {
		for line := range bytes.Lines(got.body) { // a frame a line
			// What somebody asked for comes back in a refusal, and is no news.
			if code := holds(line, codes); code != "" && !strings.Contains(path, code) && !slices.Contains(asked, code) {
				a.t.Errorf("%s holds %s of the %s layer: %.300q", who, code, l, line)
			}
		}
	}
}

// closed are the tables that the actor must not be able to put together.
func (p *place) closed(x *walker) map[engine.Layer]engine.LayerTable {
	out := maps.Clone(p.tables)
	for l := range p.opened {
		if x.sees == "" && x.roles != nil {
			delete(out, l)
		}
	}
	return out
}

// strange are the codes that stand in nothing that the actor gets by the route:
// of judges all but those of their panel, of lists of people all, of a
// custodian's own layer all that are neither its own nor those above it.
func (p *place) strange(x *walker, r web.Route, path string, lists bool) map[engine.Layer][]string {
	layer, _ := strings.CutPrefix(x.name, "coder_")
	above := map[string]string{"station": "entry", "work": "station"}[layer]
	out := map[engine.Layer][]string{}
	for l, t := range p.tables {
		if lists || x.sees != "" && r.Surface == access.Judging && string(l) != x.sees || x.own(path) && string(l) != layer && string(l) != above {
			for _, row := range t.Rows {
				out[l] = append(out[l], row.Code)
			}
		}
	}
	return out
}

// holds returns the code that stands as a string of the JSON, alone or as the
// beginning of an id.
func holds(body []byte, codes []string) string {
	var tree any
	if json.Unmarshal(body, &tree) != nil {
		return ""
	}
	var walk func(any) string
	one := func(s string) string {
		head, _, _ := strings.Cut(s, ".")
		if slices.Contains(codes, head) && head != "" {
			return head
		}
		return ""
	}
	walk = func(n any) string {
		got := ""
		switch n := n.(type) {
		case string:
			return one(n)
		case []any:
			for _, x := range n {
				got = max(got, walk(x))
			}
		case map[string]any:
			for k, x := range n {
				got = max(got, one(k), walk(x))
			}
		}
		return got
	}
	return walk(tree)
}

// orders looks at the order of lists: by code, which says nothing; the order of
// registration would say who is who.
func (a *anonymous) orders(p *place) {
	a.t.Helper()
	sorted := func(what string, codes []string) {
		if !slices.IsSorted(codes) {
			a.t.Errorf("%s: %s is not in the order of codes: %v", p.phase, what, codes)
		}
	}
	for _, x := range a.actors {
		if x.sees == "" {
			continue
		}
		var out web.JudgeSheets
		x.get("/api/judge/sheets").want(200).into(&out)
		for _, d := range out.Divisions {
			lists := map[scoring.ModuleID][]string{}
			for _, s := range d.Sheets {
				lists[s.Module] = append(lists[s.Module], s.Code)
			}
			for m, codes := range lists {
				sorted(x.name+"'s sheets of "+string(m), codes)
			}
		}
	}
	desk, err := a.engine.Desk(a.t.Context(), a.id)
	must(a.t, err)
	for _, m := range desk.Modules {
		for _, panel := range m.Panels {
			var codes []string
			for _, row := range panel.Rows {
				codes = append(codes, row.Code)
			}
			sorted("the desk's rows of "+string(m.Module), codes)
		}
	}
}

// place finds everything that can be asked for.
func (a *anonymous) place(phase string) *place {
	a.t.Helper()
	ctx := a.t.Context()
	p := &place{phase: phase, tables: map[engine.Layer]engine.LayerTable{}, opened: map[engine.Layer]bool{}}
	a.visitor().get("/api/openapi.json").want(200).into(&p.api)
	var draws []string
	all, err := a.engine.Draws(ctx, a.id)
	must(a.t, err)
	for _, d := range all {
		draws = append(draws, string(d.Draw))
	}
	var sheets, codes []string
	desk, err := a.engine.Desk(ctx, a.id)
	must(a.t, err)
	for _, m := range desk.Modules {
		for _, panel := range m.Panels {
			for _, row := range panel.Rows[:min(2, len(panel.Rows))] {
				sheets, codes = append(sheets, string(row.Sheet)), append(codes, row.Code)
			}
		}
	}
	for l, module := range map[engine.Layer]string{engine.LayerEntry: "", engine.LayerStation: "A", engine.LayerWork: "B"} {
		if len(draws) == 3 {
			p.tables[l], err = a.engine.LayerTable(ctx, a.account0(coder(l)), a.id, l, scoring.ModuleID(module), engine.LookScreen)
			must(a.t, err)
		}
	}
	c, err := a.engine.Ceremony(ctx, a.id)
	must(a.t, err)
	for _, d := range c.Opened {
		p.opened[d.Layer] = true
	}
	if a.call != 0 {
		for _, m := range a.roll().Members {
			for _, s := range m.Steps {
				p.moments = append(p.moments, s.At.UTC().Format("15:04:05.000Z"))
			}
		}
	}
	pictures := []string{"nothing"}
	for _, id := range a.pictures {
		pictures = append(pictures, string(id))
	}
	slices.Reverse(pictures)
	p.ids = map[string][]string{
		"division": {string(a.id)}, "contest": {string(a.contest)}, "event": {string(a.event)},
		"sheet": or(sheets, "Z99.A"), "code": or(codes, "Z99"), "file": pictures, "draw": or(draws, "nothing"), "layer": {"entry", "station", "work"},
		"module": {"A", "B"}, "call": {"1", "2"}, "competitor": {"nothing"}, "tablet": {string(a.tablet.ID)}, "card": {"nothing"},
		"account": {string(a.judges[0].ID)}, "no": {"1"}, "proposal": {"1"}, "version": {"1"}, "asked": {"1"}, "grant": {"1"}, "record": {"1"}, "number": {"1"}, "seq": {"1"},
		"sitting": {string(a.sitting)}, "outline": {string(a.outline)}, "paper": {string(a.paper)}, "attempt": {"nothing"}, "figure": {"x"},
		"plan": {"p1"}, "entry": {string(a.entries[0])},
	}
	return p
}

func or(list []string, instead string) []string {
	if len(list) == 0 {
		return []string{instead}
	}
	return list
}

// openAPI is the description of the API, as far as bodies are made of it.
type openAPI struct {
	Paths map[string]map[string]struct {
		RequestBody struct {
			Content map[string]struct{ Schema *schema }
		} `json:"requestBody"`
	}
	Components struct{ Schemas map[string]*schema }
}

type schema struct {
	Ref        string `json:"$ref"`
	Type       any
	Properties map[string]*schema
	Items      *schema
	Enum       []any
	Minimum    *float64
	MinItems   int `json:"minItems"`
	MinLength  int `json:"minLength"`
	Format     string
}

// body makes a body of the route's shape, with texts by the names of the
// properties.
func (o openAPI) body(r web.Route, text func(name string) string) any {
	for _, c := range o.Paths[r.Path][strings.ToLower(r.Method)].RequestBody.Content {
		return o.value(c.Schema, "", text, 0)
	}
	return map[string]any{}
}

func (o openAPI) value(s *schema, name string, text func(string) string, depth int) any {
	if s == nil || depth > 12 {
		return nil
	}
	if s.Ref != "" {
		return o.value(o.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")], name, text, depth+1)
	}
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	switch kind, _ := s.Type.(string); {
	case s.Properties != nil:
		out := map[string]any{}
		for k, v := range s.Properties {
			out[k] = o.value(v, k, text, depth+1)
		}
		return out
	case s.Items != nil:
		return []any{o.value(s.Items, name, text, depth+1)}
	case s.Format == "date-time":
		return time.Now()
	case kind == "integer" || kind == "number":
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 1
	case kind == "boolean":
		return false
	case kind == "string":
		return text(name) + strings.Repeat("x", max(0, s.MinLength-len(text(name))))
	case kind == "object":
		return map[string]any{}
	}
	return nil
}

// real fills bodies with what a judge has really got.
func (p *place) real(x *walker) func(string) string {
	key := p.key()
	code := "Z99"
	if t := p.tables[engine.Layer(x.sees)]; len(t.Rows) > 0 {
		code = t.Rows[0].Code
	}
	return func(name string) string {
		switch name {
		case "key":
			return key
		case "code", "upper":
			return code
		case "sheet":
			return code + ".A"
		case "module":
			return "A"
		}
		return "x"
	}
}

// wrong fills bodies with what is not there.
func wrong(name string) string {
	switch name {
	case "key":
		walked++
		return fmt.Sprint("wrong", walked)
	case "code", "upper":
		return "Z99"
	case "sheet":
		return "Z99.Z"
	}
	return "Z"
}
