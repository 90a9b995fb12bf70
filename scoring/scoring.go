// Package scoring turns judges' entries and candidates' answers into marks,
// totals and ranks. It is pure arithmetic: no clock, no I/O, no randomness,
// and every function is safe for concurrent use because nothing is changed in
// place.
//
// The way of a mark:
//
//	AspectEntry  what one judge saw        MarkEntry   → a judge's mark
//	Agree        policy of the aspect      → Outcome   (waiting, agreed, conference)
//	Judge        all aspects of a module   → ModuleOutcome
//	SumWith      modules, weights, conduct → Total
//	Rank         total, then tie chain     → Ranked, explained by Explain
//	RecheckSample  whose marks are checked again before publication
//
// and of a theory paper: NewPaper, Paper.Mark → PaperResult, GradePaper → Grade.
// Decide changes keys afterwards, and Rescore says whom that changes. Simulate
// tries a scheme and its rules on invented work before they are frozen.
//
// Amounts are integers in hundredths of a mark (Marks). Between steps values
// are exact fractions (Ratio); they are rounded half up at the point that the
// rules name and nowhere else. A value that is missing is not zero: see Value.
//
// Everything that an organiser or regulator may set is data in Rules and
// Scheme; both carry versions, and each result names the versions it used.
package scoring
