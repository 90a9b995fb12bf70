package results

import "github.com/xinglu/xinglu/internal/fault"

// Errors of results; compare with errors.Is. Their codes are part of the API.
var (
	// ErrNotSettled: attempts of the sitting still run or wait to be marked.
	ErrNotSettled = fault.New(fault.Conflict, "results_not_settled", "{count} attempts are still running or not marked yet")
	// ErrNoVersion: the sitting's keys have no such version.
	ErrNoVersion = fault.New(fault.NotFound, "key_version_unknown", "the keys have no such version")
	// ErrNoProposal: the sitting has no such proposal.
	ErrNoProposal = fault.New(fault.NotFound, "proposal_unknown", "no such proposal")
	// ErrProposal: the proposal is not complete; Fields tell why.
	ErrProposal = fault.New(fault.Invalid, "proposal_invalid", "the proposal is not complete")
	// ErrVersionMoved: the caller, or a proposal, knows an older version of the keys.
	ErrVersionMoved = fault.New(fault.Conflict, "key_version_moved", "the keys have version {version} by now; look at them first")
	// ErrOneSigner: the proposer cannot be the second signature.
	ErrOneSigner = fault.New(fault.Forbidden, "second_signer_needed", "somebody else has to sign: the proposer is the first signature")
	// ErrAuthor: the actor brought one of the questions into the bank; Fields
	// name the decisions.
	ErrAuthor = fault.New(fault.Forbidden, "author_decides", "who brought a question into the bank does not decide on its key")
	// ErrProposalClosed: the proposal was signed or withdrawn.
	ErrProposalClosed = fault.New(fault.Conflict, "proposal_closed", "the proposal is {state}")
	// ErrOutdated: what the proposal would change is not what was shown;
	// Fields name candidates with what was shown and what it would be now.
	ErrOutdated = fault.New(fault.Conflict, "proposal_outdated", "the effect has changed for {count} candidates since the proposal; withdraw it and propose anew")
	// ErrBusy: others kept winning the place in the stream. Try again.
	ErrBusy = fault.New(fault.Unavailable, "results_busy", "the record is being changed elsewhere; try again")
	// ErrFold: the stream holds something that this version cannot read.
	ErrFold = fault.New(fault.Internal, "results_fold", "the stream holds a record that cannot be read")
)
