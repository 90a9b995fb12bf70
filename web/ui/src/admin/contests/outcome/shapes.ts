// The shapes of what becomes of marks, by their short names.
import type { components } from '../../../shared/api.gen'

type Schemas = components['schemas']

export type Appeal = Schemas['EngineAppealView']
export type AppealDesk = Schemas['AppealDesk']
export type Correction = Schemas['EngineCorrectionView']
export type CorrectionDesk = Schemas['CorrectionDesk']
export type CorrectionDraft = Schemas['CorrectionDraft']
export type Honours = Schemas['EngineHonoursView']
export type Publication = Schemas['EnginePublication']
export type PublicationDesk = Schemas['PublicationDeskView']
export type Quality = Schemas['QualityView']
export type RecheckDesk = Schemas['RecheckDesk']
export type RecheckSheet = Schemas['EngineRecheckSheet']
export type ResultLine = Schemas['EngineResultLine']
export type Shift = Schemas['EngineShift']
export type SheetOutcome = Schemas['EngineSheetOutcome']
export type Value = Schemas['ScoringValue']
