// The shapes of the API of draws, layers and the decryption by their short names.
import type { components } from '../../../shared/api.gen'

type Schemas = components['schemas']

export type Breach = Schemas['DrawBreach']
export type Ceremony = Schemas['CeremonyView']
export type Draw = Schemas['DrawItem']
export type DrawDesk = Schemas['DrawDeskView']
export type DrawModule = Schemas['EngineDrawModule']
export type EnteredLot = Schemas['EnteredLot']
export type LayerRow = Schemas['EngineLayerRow']
export type LayerTable = Schemas['EngineLayerTable']
export type Look = Schemas['LookView']
export type Layer = Draw['layer']
