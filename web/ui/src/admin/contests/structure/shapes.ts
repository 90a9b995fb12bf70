// The shapes of the structure of contests by their short names.
import type { components } from '../../../shared/api.gen'

type Schemas = components['schemas']

export type ContestDraft = Schemas['EngineContestDraft']
export type ContestEvent = Schemas['EngineEvent']
export type Delegation = Schemas['EngineDelegation']
export type DivisionHead = Schemas['EngineDivisionHead']
export type EventDraft = Schemas['EngineEventDraft']
export type Forms = Schemas['ResultbookForms']
export type OfficeRole = Schemas['EngineOfficeRole']
export type Officer = Schemas['EngineOfficer']
export type OfficerList = Schemas['OfficerList']
export type PanelJudge = Schemas['EnginePanelJudge']
export type Qualification = Schemas['EngineQualification']
export type Regulation = Schemas['EngineRegulation']
export type Relation = Schemas['EngineRelation']
export type TeamShape = Schemas['EngineTeamShape']
