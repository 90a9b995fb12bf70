package document

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/xinglu/xinglu/engine/exam"
)

// RoomRecords makes the record sheets of the chosen rooms. Errors:
// ErrNoTickets, exam.ErrSittingNotFound.
func (d *Desk) RoomRecords(ctx context.Context, actor string, id exam.SittingID, c Choice) (File, error) {
	m, err := d.matter(ctx, id)
	if err != nil {
		return File{}, err
	}
	p, err := d.Exam.Progress(ctx, id)
	if err != nil {
		return File{}, err
	}
	incidents, tiers, err := d.Exam.Incidents(ctx, id)
	if err != nil {
		return File{}, err
	}
	var rooms []RoomRecord
	m.rooms(c, func(centre exam.Centre, r exam.Room) {
		rr := RoomRecord{Exam: m.exam(), Centre: centre.Name, Room: r.Name, Form: "机考", StartedAt: at(m.StartedAt), ClosedAt: at(m.ClosedAt)}
		if m.Arrangement != nil {
			rr.Arrangement = m.Arrangement.Hash
		}
		if m.Reconciled != nil {
			rr.Reconciliation = m.Reconciled.Hash
		}
		names := d.fill(ctx, &rr, &m, centre.Code, r.Code, p.Seats)
		for _, i := range incidents {
			if i.Centre == centre.Code && i.Room == r.Code && i.State != exam.IncidentTakenBack {
				rr.Incidents = append(rr.Incidents, d.incident(ctx, i, tiers, names))
			}
		}
		rooms = append(rooms, rr)
	})
	if len(rooms) == 0 || len(p.Seats) == 0 {
		return File{}, ErrNoTickets
	}
	var b bytes.Buffer
	res, err := RoomRecords(&b, d.Kit(), rooms)
	if err != nil {
		return File{}, err
	}
	return d.hand(ctx, actor, id, "room_record", c, File{Name: "record-" + m.Code + ".pdf", Type: pdfType, Data: b.Bytes(), Result: res})
}

// fill brings people, moves and grants of one room into its record. A room is
// that of the ticket: who was moved out is on its sheet, with the move. It
// returns the names of the room's people.
func (d *Desk) fill(ctx context.Context, rr *RoomRecord, m *matter, centre, room string, seats []exam.SeatProgress) map[exam.AttemptID]string {
	names := map[exam.AttemptID]string{}
	for _, s := range seats {
		if s.Assigned.Centre != centre || s.Assigned.Room != room {
			continue
		}
		names[s.Attempt] = s.Name
		rr.People = append(rr.People, personOf(s, m.State))
		for _, v := range s.Moves {
			rr.Moves = append(rr.Moves, Move{At: v.At, Who: s.Assigned.Seat + " " + s.Name, From: seatIn(v.From, centre, room), To: seatIn(v.To, centre, room), Reason: v.Reason})
		}
	}
	for _, g := range m.Grants {
		if who, ok := reaches(exam.Target{Scope: g.Scope, Attempt: g.Attempt, Centre: g.Centre, Room: g.Room}, centre, room, names); ok {
			rr.Grants = append(rr.Grants, Granted{At: g.At, Kind: grantWords[g.Kind], Scope: who, Minutes: minutes(g.MS), Reason: g.Reason.ZH, Approver: d.name(ctx, g.Approver)})
		}
	}
	for _, p := range m.Pauses {
		who, ok := reaches(p.Target, centre, room, names)
		if !ok {
			continue
		}
		g := Granted{At: p.From, Kind: "暂停", Scope: who, Minutes: "未恢复", Reason: p.Reason.ZH, Approver: d.name(ctx, p.Approver)}
		if p.To != nil {
			g.Minutes = minutes(p.To.Sub(p.From).Milliseconds())
		}
		rr.Grants = append(rr.Grants, g)
	}
	return names
}

// seatIn names a seat as the people of one room do.
func seatIn(p exam.Place, centre, room string) string {
	if p.Centre == centre && p.Room == room {
		return p.Seat
	}
	return p.Centre + " " + p.Room + " " + p.Seat
}

var kindWords = map[exam.IncidentKind]string{exam.IncidentTrouble: "异常情况", exam.IncidentMisconduct: "违纪"}

var statementWords = map[exam.Statement]string{exam.StatementSigned: "已签字", exam.StatementRefused: "拒签", exam.StatementAbsent: "已离场"}

// incident is a record as the sheet shows it, with both who signed.
func (d *Desk) incident(ctx context.Context, r exam.IncidentRecord, tiers exam.MisconductTiers, names map[exam.AttemptID]string) Incident {
	out := Incident{At: r.Happened, Kind: kindWords[r.Kind], Tier: r.Tier, Who: names[r.Attempt], Facts: r.Facts, Action: r.Action,
		Statement: statementWords[r.Statement], Signed: d.name(ctx, r.By)}
	for _, t := range tiers.Tiers {
		if t.Code == r.Tier {
			out.Tier = t.Name.ZH
		}
	}
	if r.SignedBy != "" {
		out.Signed += "、" + d.name(ctx, r.SignedBy)
	} else {
		out.Signed += "（待第二人签字）"
	}
	return out
}

var stateWords = map[exam.State]string{
	exam.NotStarted: "未入场", exam.InRoom: "已入场", exam.InProgress: "考试中", exam.Submitted: "已交卷", exam.Finished: "已交卷", exam.Abandoned: "放弃", exam.Paused: "暂停", exam.Overdue: "到时未交", exam.Void: "已作废",
}

var byWords = map[exam.By]string{exam.ByCandidate: "考生交卷", exam.ByClock: "到时收卷", exam.ByInvigilator: "监考收卷"}

var grantWords = map[exam.GrantKind]string{exam.GrantIncident: "补时", exam.GrantAccommodation: "便利补时"}

// personOf is a seat as the sheet shows it. Absent is who was marked so, and
// who has not come in when the sitting is closed.
func personOf(s exam.SeatProgress, state exam.SittingState) RoomPerson {
	p := RoomPerson{Name: s.Name, Ticket: string(s.Ticket), IDMasked: s.IDMasked, Seat: s.Assigned.Seat, State: stateWords[s.State],
		Present: s.State != exam.NotStarted, Absent: s.Absent || s.State == exam.NotStarted && state == exam.Closed, Answered: s.Answered, Total: s.Questions}
	if s.HandedIn != nil {
		p.HandedIn, p.By = s.HandedIn.At, byWords[s.HandedIn.By]
	}
	return p
}

// reaches reports whether a grant or pause concerns the room, and whom in
// words.
func reaches(t exam.Target, centre, room string, names map[exam.AttemptID]string) (string, bool) {
	switch t.Scope {
	case exam.ScopeSitting:
		return "全部考场", true
	case exam.ScopeCentre:
		return "本考点", t.Centre == centre
	case exam.ScopeRoom:
		return "本考场", t.Centre == centre && t.Room == room
	case exam.ScopeCandidate:
		name, here := names[t.Attempt]
		return name, here
	}
	return "", false
}

// minutes writes a length of time: "10分", "1分30秒".
func minutes(ms int64) string {
	if s := ms / 1000 % 60; s != 0 {
		return fmt.Sprintf("%d分%d秒", ms/60_000, s)
	}
	return fmt.Sprintf("%d分", ms/60_000)
}

func at(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
