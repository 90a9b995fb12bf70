// Package custody keeps papers under seal until two custodians (试卷保管员)
// release them, and records everybody who seals, opens, sees or prints them.
//
// A Vault encrypts the papers of a sitting into a signed package whose key is
// cut into halves for pairs of custodians, joins two halves at release, and
// gives shapes before and contents after it. DESIGN.md tells the order of
// writes and what happens when something fails.
package custody
