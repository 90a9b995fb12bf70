package scoring

// ZeroScope says how much a zeroing takes.
type ZeroScope string

// The scopes of a zeroing.
const (
	ZeroModule ZeroScope = "module" // one module becomes 0 (使用预制文件：模块记 0 分)
	ZeroWhole  ZeroScope = "whole"  // every module becomes 0 (携带通信设备：总成绩记 0 分)
)

// ZeroRule is a reason for which marks become 0. The competitor stays in the
// list.
type ZeroRule struct {
	ID    ZeroRuleID `json:"id"` // unique in the scheme
	Label Text       `json:"label"`
	Scope ZeroScope  `json:"scope"`
}

// Violation is a breach of the rules that is punished step by step: the first
// time by Ladder[0], the second by Ladder[1], and from there on by the last.
type Violation struct {
	ID    ViolationID `json:"id"` // unique in the scheme
	Label Text        `json:"label"`
	// PerModule counts afresh in each module; else once through the contest.
	PerModule bool       `json:"per_module,omitempty"`
	Ladder    []Sanction `json:"ladder"` // at least one
}

// SanctionKind says what a sanction does.
type SanctionKind string

// The kinds of sanction.
const (
	SanctionWarning    SanctionKind = "warning"     // recorded, costs nothing
	SanctionDeduct     SanctionKind = "deduct"      // takes Marks off the module, never below 0
	SanctionZeroModule SanctionKind = "zero_module" // the module becomes 0
	SanctionZeroWhole  SanctionKind = "zero_whole"  // every module becomes 0
	SanctionDisqualify SanctionKind = "disqualify"  // listed without a rank
)

// Sanction is one step of a ladder.
type Sanction struct {
	Kind  SanctionKind `json:"kind"`
	Marks Marks        `json:"marks,omitempty"` // hundredths, above 0; deduct only
}

// Zeroing is one recorded use of a zeroing rule.
type Zeroing struct {
	Rule   ZeroRuleID `json:"rule"`
	Module ModuleID   `json:"module,omitempty"` // the module it zeroes; empty where the rule's scope is whole
}

// Offence is one recorded violation.
type Offence struct {
	Violation ViolationID `json:"violation"`
	Module    ModuleID    `json:"module"` // in which it happened
}

// Conduct is what is recorded against one competitor, in the order of the
// records. The zero Conduct is a clean one.
type Conduct struct {
	Zeroings []Zeroing `json:"zeroings,omitempty"`
	Offences []Offence `json:"offences,omitempty"`
}
