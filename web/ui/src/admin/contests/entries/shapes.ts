// The shapes of entries to a division by their short names.
import type { components } from '../../../shared/api.gen'

type Schemas = components['schemas']

export type EnlistAnswer = Schemas['EnlistAnswer']
export type Enlisted = Schemas['EngineEnlisted']
export type Enlistment = Schemas['EnlistmentView']
export type Filing = Schemas['EngineFiling']
export type FromPlan = Schemas['EngineFromPlan']
export type Person = Schemas['EnginePerson']
export type Team = Schemas['EngineTeam']
