// The shapes of the console's API by their short names. They are generated from the server's own types.
import type { components } from '../shared/api.gen'

type Schemas = components['schemas']

export type Account = Schemas['AccountView']
export type Blueprint = Schemas['BankBlueprint']
export type BoardBrief = Schemas['EngineBoardBrief']
export type Cell = Schemas['AssembleCell']
export type Centre = Schemas['ExamCentre']
export type Competitor = Schemas['CompetitorView']
export type Contest = Schemas['ContestView']
export type ContestDraft = Schemas['EngineContestDraft']
export type Custody = Schemas['CustodyState']
export type CustodyOverview = Schemas['CustodyOverview']
export type Division = Schemas['EngineDivision']
export type DivisionBrief = Schemas['DivisionBrief']
export type DivisionDraft = Schemas['EngineDivisionDraft']
export type EnterCandidate = Schemas['EnterCandidate']
export type Import = Schemas['BankImport']
export type ImportAnswer = Schemas['ImportAnswer']
export type Incident = Schemas['IncidentView']
export type IncidentList = Schemas['IncidentList']
export type Evidence = Schemas['ExamEvidence']
export type LedgerProof = Schemas['LedgerProof']
export type Module = Schemas['ScoringModule']
export type OutlineBrief = Schemas['OutlineBrief']
export type OutlineView = Schemas['OutlineView']
export type Panel = Schemas['EnginePanel']
export type Part = Schemas['EnginePart']
export type Progress = Schemas['ExamProgress']
export type QuestionBrief = Schemas['QuestionBrief']
export type QuestionCounts = Schemas['QuestionCounts']
export type Range = Schemas['BankRange']
export type Reconciliation = Schemas['ExamReconciliation']
export type ReconciledAttempt = Schemas['ExamReconciledAttempt']
export type Registration = Schemas['ExamRegistration']
export type Rehearsal = Schemas['RehearsalState']
export type Report = Schemas['BankReport']
export type RescueReport = Schemas['ExamRescueReport']
export type Results = Schemas['EngineResults']
export type RowProblem = Schemas['BankProblem']
export type Rules = Schemas['ExamRules']
export type SeatProgress = Schemas['ExamSeatProgress']
export type Section = Schemas['BankSectionPlan']
export type SittingDraft = Schemas['SittingDraft']
export type StaffMe = Schemas['StaffMe']
export type Standing = Schemas['EngineStanding']
export type Ticket = Schemas['ExamTicket']
export type Why = Schemas['Why']

/** A paper. Its seed is text on the wire, since it may pass 2^53. */
export type Paper = Omit<Schemas['BankPaper'], 'seed'> & { seed: string }

/** A sitting with what has happened to it. Its seed is text on the wire. */
export type Sitting = Omit<Schemas['ExamSittingInfo'], 'seed'> & { seed: string }

/** A list answer. */
export interface List<T> {
  items: T[]
}

export type ResultList = Schemas['ResultsList']
export type ResultRow = Schemas['ResultsRow']
export type ResultDetail = Schemas['ResultsDetail']
export type KeyState = Schemas['DecisionList']
export type Proposal = Schemas['ProposalView']
export type ProposalDetail = Schemas['ProposalDetail']
export type Effect = Schemas['ResultsEffect']
export type KeyList = Schemas['KeyList']
export type KeyItem = Schemas['KeyItem']
export type Decision = Schemas['ScoringDecision']
export type Comparison = Schemas['ResultsComparison']

export type Plan = Schemas['PlanPlan']
export type PlanInfo = Schemas['PlanInfo']
export type Application = Schemas['PlanApplication']
export type Condition = Schemas['PlanCondition']
export type Eligibility = Schemas['PlanEligibility']
export type EntryView = Schemas['PlanEntryView']
export type PhotoReport = Schemas['PlanPhotoReport']
export type RosterAnswer = Schemas['RosterAnswer']
