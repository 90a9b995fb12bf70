// The shapes of the desk's API by their short names.
import type { components } from '../../../shared/api.gen'

type Schemas = components['schemas']

export type Act = Schemas['EngineAct']
export type Aspect = Schemas['ScoringAspect']
export type Conduct = Schemas['EngineConduct']
export type Desk = Schemas['DeskView']
export type DeskModule = Schemas['EngineDeskModule']
export type DeskPanel = Schemas['EngineDeskPanel']
export type DeskRow = Schemas['EngineDeskRow']
export type DeskSheet = Schemas['DeskSheetView']
export type Hits = Schemas['ScoringHits']
export type Observation = Schemas['ScoringObservation']
export type Unlock = Schemas['EngineUnlock']
export type Value = Schemas['ScoringValue']
export type Story = Schemas['StoryView']
