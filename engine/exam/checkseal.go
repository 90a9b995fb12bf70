package exam

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

// ArrangementFinding is a difference between the seating that a sitting sealed
// and what is there now.
type ArrangementFinding struct {
	Sitting SittingID
	// Code is one of:
	//  - sealed: the tickets are not those that were sealed
	//  - ticket: a ticket names another seat, person or form than its attempt's
	//    first record, or an attempt without one
	Code   string
	Ticket TicketNo // of code ticket
}

// CheckArrangements recomputes the hash of every arrangement that was sealed
// from the tickets as they are stored, and compares each ticket with the record
// that prepared its attempt. It returns how many arrangements there are;
// sittings that older versions prepared have none. Errors are the store's and
// the ledger's, and of records that do not read.
func CheckArrangements(ctx context.Context, db store.DB) (sealedOnes int, findings []ArrangementFinding, err error) {
	const prefix = "sitting/"
	for after := ledger.StreamID(prefix); ; {
		page, err := db.Ledger().Streams(ctx, after, 500)
		if err != nil {
			return sealedOnes, findings, fmt.Errorf("listing the sittings: %w", err)
		}
		for _, head := range page {
			id, ours := strings.CutPrefix(string(head.Stream), prefix)
			if !ours {
				return sealedOnes, findings, nil
			}
			was, found, err := checkArrangement(ctx, db, SittingID(id))
			if err != nil {
				return sealedOnes, findings, fmt.Errorf("the arrangement of sitting %s: %w", id, err)
			}
			if was {
				sealedOnes++
			}
			findings = append(findings, found...)
			after = head.Stream
		}
		if len(page) == 0 {
			return sealedOnes, findings, nil
		}
	}
}

// checkArrangement checks one sitting; was is false when it has sealed none.
func checkArrangement(ctx context.Context, db store.DB, id SittingID) (was bool, found []ArrangementFinding, err error) {
	r, ok, err := db.Ledger().FindKey(ctx, id.Stream(), "prepared")
	if err != nil || !ok {
		return false, nil, err
	}
	var e SittingPrepared
	if err := json.Unmarshal(r.Data, &e); err != nil || e.Arrangement == nil {
		return false, nil, err
	}
	list, err := tickets.All(ctx, db, store.Query{Index: bySitting, Prefix: store.Key(string(id))})
	if err != nil {
		return true, nil, err
	}
	if sealed(list) != e.Arrangement.Hash {
		found = append(found, ArrangementFinding{Sitting: id, Code: "sealed"})
	}
	for i := range list {
		same, err := list[i].prepared(ctx, db.Ledger())
		if err != nil {
			return true, nil, err
		}
		if !same {
			found = append(found, ArrangementFinding{Sitting: id, Code: "ticket", Ticket: list[i].No})
		}
	}
	return true, found, nil
}

// prepared reports whether the ticket says what prepared its attempt.
func (t *Ticket) prepared(ctx context.Context, r ledger.Reader) (bool, error) {
	first, err := r.Read(ctx, t.Attempt.Stream(), 0, 1)
	if err != nil || len(first) == 0 || first[0].Kind != (Prepared{}).kind() {
		return false, err
	}
	var p Prepared
	if err := json.Unmarshal(first[0].Data, &p); err != nil {
		return false, err
	}
	return p.Sitting == t.Sitting && p.Ticket == t.No && p.Candidate == t.Candidate && p.Place == t.Place && p.Form == t.Form, nil
}
