package web

import (
	"context"
	"strconv"

	"github.com/xinglu/xinglu/scoring"
)

type schemeTryIn struct {
	DivisionPath
	Body struct {
		Scheme  scoring.Scheme `json:"scheme"`
		Rules   scoring.Rules  `json:"rules"`
		Samples []SchemeSample `json:"samples" maxItems:"20" doc:"Invented competitors with their marks"`
		Random  *SchemeChance  `json:"random,omitempty" doc:"Invents competitors and panels besides"`
	}
}

// SchemeChance says how competitors are invented.
type SchemeChance struct {
	Seed  uint64 `json:"seed,string" doc:"The same gives the same competitors"`
	Count int    `json:"count" minimum:"1" maximum:"1000"`
}

// SchemeSample is one invented competitor.
type SchemeSample struct {
	Imported map[scoring.ModuleID]scoring.Value `json:"imported" doc:"Marks of imported modules"`
	Modules  []SchemeSampleModule               `json:"modules" maxItems:"50" doc:"Of the modules that a panel marks"`
	Conduct  scoring.Conduct                    `json:"conduct"`
}

// SchemeSampleModule is what a panel sees of one module.
type SchemeSampleModule struct {
	Module  scoring.ModuleID    `json:"module" maxLength:"100"`
	ClockMS *int64              `json:"clock_ms" nullable:"true" minimum:"0" doc:"The station's clock, milliseconds; null: not stopped"`
	Judges  []SchemeSampleSheet `json:"judges" maxItems:"50" doc:"In order; fewer than the panel has: the others have handed nothing in"`
}

// SchemeSampleSheet is one judge's sheet.
type SchemeSampleSheet struct {
	Entries []scoring.AspectEntry `json:"entries" maxItems:"1000"`
}

// SchemeTrial is what scheme and rules make of the samples.
type SchemeTrial struct {
	Samples []scoring.Working   `json:"samples" doc:"Every step, in the order of the samples"`
	Random  *scoring.Simulation `json:"random,omitempty" doc:"What the invented competitors came to, where some were asked for"`
}

// sample makes panels of the size that the rules want, whose judges are
// numbered.
func (v SchemeSample) sample(panel int) scoring.Sample {
	out := scoring.Sample{Imported: v.Imported, Calls: map[scoring.ModuleID]scoring.Call{}}
	for _, m := range v.Modules {
		call := scoring.Call{ClockMS: m.ClockMS}
		for i := range max(panel, len(m.Judges)) {
			judge := scoring.JudgeID(strconv.Itoa(i + 1))
			if i < panel {
				call.Panel.Judges = append(call.Panel.Judges, judge)
			}
			if i < len(m.Judges) {
				call.Sheets = append(call.Sheets, scoring.Sheet{Judge: judge, Entries: m.Judges[i].Entries})
			}
		}
		out.Calls[m.Module] = call
	}
	return out
}

func (s *Server) tryScheme(_ context.Context, _ actor, in *schemeTryIn) (*bodyOf[SchemeTrial], error) {
	b := &in.Body
	out := SchemeTrial{Samples: []scoring.Working{}}
	if b.Random != nil {
		run, err := scoring.Simulate(b.Scheme, b.Rules, b.Random.Seed, b.Random.Count)
		if err != nil {
			return nil, err
		}
		out.Random = &run
	}
	for _, v := range b.Samples {
		w, err := scoring.Work(b.Scheme, b.Rules, v.sample(b.Rules.Panel.Size), v.Conduct)
		if err != nil {
			return nil, err
		}
		out.Samples = append(out.Samples, w)
	}
	return &bodyOf[SchemeTrial]{out}, nil
}
