package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/scoring"
)

// HallDesk lets the hall of a division (call room and station clocks) ask and
// tell the division.
type HallDesk struct{ Contests *Contests }

var _ hall.Desk = HallDesk{}

// opened calls f with the tally of an open division. Error: ErrNotRunning.
func (d HallDesk) opened(ctx context.Context, division string, f func(*Tally) error) error {
	a, err := d.Contests.arena(ctx, DivisionID(division))
	if err != nil {
		return err
	}
	return a.read(ctx, func(t *Tally) error {
		if t.status == Setup {
			return ErrNotRunning.Param("status", t.status)
		}
		return f(t)
	})
}

// Frame implements hall.Desk. Error: ErrNotRunning before the opening.
func (d HallDesk) Frame(ctx context.Context, division string) (hall.Frame, error) {
	var out hall.Frame
	err := d.opened(ctx, division, func(t *Tally) error {
		out = hall.Frame{Rules: t.open.Procedure.Hall, Procedure: t.open.Procedure.Version, Modules: []hall.ModuleRow{}}
		for _, m := range t.open.Scheme.Modules {
			if m.Source == scoring.SourcePanel {
				out.Modules = append(out.Modules, hall.ModuleRow{ID: m.ID, Name: m.Name, LimitMS: m.TimeLimitMS})
			}
		}
		return nil
	})
	return out, err
}

// Competitors implements hall.Desk: names beside entry codes, and no code of
// another layer.
func (d HallDesk) Competitors(ctx context.Context, division string) ([]hall.Competitor, error) {
	list, err := d.Contests.Competitors(ctx, DivisionID(division))
	if err != nil {
		return nil, err
	}
	docs := make(map[CompetitorID]Competitor, len(list))
	for _, c := range list {
		docs[c.ID] = c
	}
	out := make([]hall.Competitor, 0, len(list))
	err = d.opened(ctx, division, func(t *Tally) error {
		for i, e := range t.open.Competitors {
			c := docs[e.ID]
			h := hall.Competitor{ID: string(e.ID), Name: c.Name, Unit: e.Unit, Batch: t.batchOf(i), People: []hall.Person{}}
			if x, ok := t.codes.lot(LayerEntry, "", i); ok {
				h.Entry = x.Code
			}
			for _, m := range c.Members {
				h.People = append(h.People, hall.Person{Candidate: m.Candidate, Name: m.Name})
			}
			if len(c.Members) == 0 && c.Candidate != "" {
				h.People = append(h.People, hall.Person{Candidate: c.Candidate, Name: c.Name})
			}
			out = append(out, h)
		}
		return nil
	})
	return out, err
}

// batchOf is the batch that the competitor at a position has drawn: of the
// first module that has one; 0 before the draw.
func (t *Tally) batchOf(i int) int {
	for _, m := range t.open.Scheme.Modules {
		if x, ok := t.codes.lot(LayerStation, m.ID, i); ok {
			return x.Batch
		}
	}
	return 0
}

// Stations implements hall.Desk: for a judge the stations of the competitors
// whom the judge marks by their station codes; for who is appointed to the
// floor or as chief judge all of them.
func (d HallDesk) Stations(ctx context.Context, division string, by access.AccountID) ([]hall.Station, error) {
	out := []hall.Station{}
	err := d.opened(ctx, division, func(t *Tally) error {
		all := by == "" || t.keepsFloor(by)
		for _, m := range t.open.Scheme.Modules {
			if m.Source != scoring.SourcePanel {
				continue
			}
			from := len(out)
			for i := range t.open.Competitors {
				x, ok := t.codes.lot(LayerStation, m.ID, i)
				if !ok || !all && !t.observes(by, i, m, LayerStation) {
					continue
				}
				out = append(out, hall.Station{Module: m.ID, Code: x.Code, Batch: x.Batch, Station: x.Station, Absent: t.works[i][m.ID].absent != nil})
			}
			sortStations(out[from:])
		}
		return nil
	})
	return out, err
}

func sortStations(list []hall.Station) {
	slices.SortFunc(list, func(a, b hall.Station) int {
		switch {
		case a.Batch != b.Batch:
			return a.Batch - b.Batch
		case a.Station != b.Station:
			return a.Station - b.Station
		case a.Code < b.Code:
			return -1
		}
		return 1
	})
}

// keepsFloor reports whether the account is appointed to all clocks of the
// division.
func (t *Tally) keepsFloor(by access.AccountID) bool {
	return slices.ContainsFunc(t.open.Officers, func(o Officer) bool {
		return o.Account == by && (o.Office == OfficeFloor || o.Office == OfficeChief || o.Office == OfficeDeputy)
	})
}

// Office implements hall.Desk. Error: ErrOffice.
func (d HallDesk) Office(ctx context.Context, division string, by access.AccountID, post hall.Post) error {
	return d.opened(ctx, division, func(t *Tally) error {
		switch post {
		case hall.PostCallRoom:
			return t.office(by, OfficeCallRoom)
		case hall.PostChief:
			return t.chief(by)
		}
		return ErrOffice.Param("office", post)
	})
}

// Tell implements hall.Desk: what the hall found out becomes a record of the
// division under the delivery's key. What is so already is no refusal.
func (d HallDesk) Tell(ctx context.Context, division string, f hall.Delivery) error {
	id := DivisionID(division)
	who := Absentee{Competitor: CompetitorID(f.Competitor), Modules: f.Modules, Note: f.Note, Desk: f.Chief}
	var err error
	switch f.Fact {
	case hall.FactAbsent:
		err = d.Contests.RecordAbsence(ctx, f.By, id, f.Key, who)
	case hall.FactPresent:
		err = d.Contests.WithdrawAbsence(ctx, f.By, id, f.Key, who)
	case hall.FactTime:
		at := Address{Layer: LayerStation, Code: f.Code, Module: f.Module}
		err = d.Contests.RecordTime(ctx, f.By, id, f.Key, at, f.MS, TimeOfClock, f.Note)
	}
	if errors.Is(err, ErrNothing) {
		return nil
	}
	return err
}

// ClockDivisions lists the running divisions in which the account keeps clocks,
// or will once codes are drawn: it is on a panel, or appointed to all clocks.
func (s *Contests) ClockDivisions(ctx context.Context, by access.AccountID) ([]Division, error) {
	return s.running(ctx, func(t *Tally) bool { return t.onPanel(by) || t.keepsFloor(by) })
}

// TabletRequired reports whether the division takes marks from paired tablets
// only. A division that is not open requires nothing: it takes no marks.
func (s *Contests) TabletRequired(ctx context.Context, id DivisionID) (bool, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return false, err
	}
	required := false
	err = a.read(ctx, func(t *Tally) error { required = t.open.Procedure.Tablet.Required; return nil })
	return required, err
}
