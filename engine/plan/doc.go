// Package plan runs filed rounds of recognition (计划/批次) up to the sitting:
// the plan itself, registration by form and by workbook, photos, eligibility
// by data, decisions by staff, and the way of accepted entries into sittings.
//
// The truth of a plan is its ledger stream "plan/<id>"; [Book] is the fold
// over it. Documents hold what a record should not: the person's data (ID
// number and phone sealed) and photos (sealed). DESIGN.md tells the order of
// writes and the failure cases.
//
// All methods of [Plans] are safe for concurrent use, on any number of nodes.
package plan
