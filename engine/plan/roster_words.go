package plan

import (
	"strings"

	"github.com/xinglu/xinglu/engine/namelist"
)

func (r *rosterRow) subjects(p *Plan, text string) []SubjectID {
	var list []SubjectID
	for _, part := range namelist.Parts(text) {
		var found SubjectID
		for _, s := range p.Subjects {
			if string(s.ID) == part || s.Name.ZH == part || strings.Contains(s.Name.ZH, part) && found == "" {
				found = s.ID
			}
		}
		if found == "" {
			r.Wrong("subjects", "subject_unknown", "the plan has no such subject at this level")
			continue
		}
		list = append(list, found)
	}
	return list
}

func (r *rosterRow) centre(p *Plan, text string) string {
	for _, c := range p.Centres {
		if c.Code == text || c.Name == text {
			return c.Code
		}
	}
	return text // the check refuses what the plan has not
}

func (r *rosterRow) materials(p *Plan, text string) []MaterialID {
	list := []MaterialID{}
	for _, part := range namelist.Parts(text) {
		var found MaterialID
		for _, m := range p.Materials {
			if string(m.ID) == part || m.Name.ZH == part {
				found = m.ID
			}
		}
		if found == "" {
			r.Wrong("materials", "material_unknown", "the plan asks for no such material")
			continue
		}
		list = append(list, found)
	}
	return list
}
