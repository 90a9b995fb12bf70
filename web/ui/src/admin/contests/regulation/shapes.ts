// The shapes of a regulation by their short names.
import type { components } from '../../../shared/api.gen'

type Schemas = components['schemas']

export type Agreement = Schemas['ScoringAgreement']
export type Aspect = Schemas['ScoringAspect']
export type Awards = Schemas['AwardRules']
export type Check = Schemas['RegulationCheck']
export type Module = Schemas['ScoringModule']
export type Procedure = Schemas['EngineProcedure']
export type Reading = Schemas['SchemeReading']
export type Regulation = Schemas['EngineRegulation']
export type RegulationView = Schemas['RegulationView']
export type Rules = Schemas['ScoringRules']
export type Scheme = Schemas['ScoringScheme']
export type SchemeReport = Schemas['SchemeFileReport']
export type Stamp = Schemas['EngineRegulationStamp']
export type Step = Schemas['ScoringStep']
export type SubCriterion = Schemas['ScoringSubCriterion']
export type Trial = Schemas['SchemeTrial']
export type Version = Schemas['RegulationVersionView']
