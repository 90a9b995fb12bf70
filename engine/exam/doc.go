// Package exam runs timed computer exams: sittings and their tickets, seats,
// the attempts of candidates, the time ledger, hand-in and marking.
//
// The truth is in two kinds of ledger streams. "sitting/<id>" tells when the
// sitting was prepared, opened, started and closed, under which frozen rules,
// and which extra time was granted. "attempt/<id>" tells one candidate's run:
// prepared, admitted, started, answered, handed in, scored. [Course]
// and [Attempt] are folds over them; documents only help to find things.
//
// Decisions are pure methods of Attempt: given the time, the sitting and a
// command they return the event to append, or a refusal. Service gives them
// current folds, appends their events with the folded sequence as the
// expectation, and repeats the decision when another node was faster. So any
// number of nodes may serve any seat, and a node whose knowledge is old can
// refuse wrongly only until it has read again, and can never accept wrongly.
//
// All times are server times in UTC, cut to milliseconds; durations are in
// milliseconds, accommodation factors in thousandths, marks in hundredths.
// DESIGN.md tells the data, the order of writes and the failure cases.
package exam
