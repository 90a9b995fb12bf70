// Package bank keeps the question banks of occupations and levels: outlines
// (鉴定要素细目表), questions, blueprints (组卷方案) and papers (试卷).
//
// The types are plain values with JSON names. Scores are hundredths of a
// mark, weights hundredths of a percent, times seconds. Question carries the
// key; what a seat may see is SeatQuestion and SeatPaper, and nothing else.
//
// Bank is the service: it accepts outlines and questions all-or-nothing,
// finds them, and assembles papers. The ledger record of an acceptance is its
// commit point; DESIGN.md tells the order of writes and why a crash is
// harmless. All methods of Bank are safe for concurrent use.
package bank
