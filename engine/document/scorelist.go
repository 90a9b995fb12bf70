package document

import (
	"bytes"
	"context"
	"strconv"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/results"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/print"
	"github.com/xinglu/xinglu/scoring"
)

// ErrNoResults says that this server keeps no results.
var ErrNoResults = fault.New(fault.NotFound, "no_results", "this server keeps no results")

// Scores makes the score list of a version of the keys, 0 for the newest, as
// PDF or, with workbook, as xlsx. Errors: ErrNoResults and those of
// results.Results.
func (d *Desk) Scores(ctx context.Context, actor string, id exam.SittingID, version int, workbook bool) (File, error) {
	if d.Results == nil {
		return File{}, ErrNoResults
	}
	m, err := d.matter(ctx, id)
	if err != nil {
		return File{}, err
	}
	list, err := d.Results.Results(ctx, id, version)
	if err != nil {
		return File{}, err
	}
	l := scoreList(m.exam(), &list)
	var b bytes.Buffer
	if workbook {
		if err := ScoreWorkbook(&b, l); err != nil {
			return File{}, err
		}
		return d.hand(ctx, actor, id, "scores", Choice{}, File{Name: "scores-" + m.Code + ".xlsx", Type: workbookType, Data: b.Bytes()})
	}
	res, err := Scores(&b, d.Kit(), l)
	if err != nil {
		return File{}, err
	}
	return d.hand(ctx, actor, id, "scores", Choice{}, File{Name: "scores-" + m.Code + ".pdf", Type: pdfType, Data: b.Bytes(), Result: res})
}

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// words of a candidate without a score, and of verdicts.
var (
	statusWords  = map[results.Status]string{results.StatusRunning: "未结束", results.StatusNotStarted: "未参加", results.StatusAbsent: "缺考", results.StatusAbandoned: "放弃", results.StatusVoid: "作废"}
	outcomeWords = map[scoring.GradeOutcome]string{scoring.GradePass: "合格", scoring.GradeFail: "不合格", scoring.GradeIncomplete: "待评", scoring.GradeNone: ""}
)

func scoreList(e Exam, list *results.List) ScoreList {
	l := ScoreList{Exam: e, Version: list.Version, Rules: list.Rules}
	c := list.Counts
	for _, f := range []struct {
		name string
		n    int
	}{{"应考", c.Total}, {"已评", c.Marked}, {"合格", c.Passed}, {"不合格", c.Failed}, {"待评", c.Incomplete}, {"未参加", c.NotStarted}, {"缺考", c.Absent}, {"作废", c.Void}} {
		l.Counts = append(l.Counts, print.Field{Name: f.name, Value: strconv.Itoa(f.n)})
	}
	at := map[scoring.PartID]int{}
	for _, r := range list.Rows {
		for _, p := range r.Parts {
			if _, known := at[p.Part]; !known {
				at[p.Part] = len(l.Parts)
				l.Parts = append(l.Parts, p.Name.ZH)
			}
		}
	}
	for i := range list.Rows {
		l.Rows = append(l.Rows, scoreRow(&list.Rows[i], at))
	}
	return l
}

func scoreRow(r *results.Row, at map[scoring.PartID]int) ScoreRow {
	row := ScoreRow{Ticket: string(r.Ticket), Name: r.Name, IDMasked: r.IDMasked, Unit: r.Unit, Parts: make([]string, len(at)), Outcome: outcomeWords[r.Outcome], Score: statusWords[r.Status]}
	if r.Rank > 0 {
		row.Rank = strconv.Itoa(r.Rank)
	}
	if r.Status == results.StatusMarked {
		row.Score = r.Score.Marks.String()
	}
	for _, p := range r.Parts {
		row.Parts[at[p.Part]] = p.Score.String()
	}
	return row
}
