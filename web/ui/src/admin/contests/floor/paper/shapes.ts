// The shapes of keying paper sheets, by their short names.
import type { components } from '../../../../shared/api.gen'

type Schemas = components['schemas']

export type Keyed = Schemas['EngineKeyedResult']
export type Paper = Schemas['EnginePaperBrief']
export type PaperList = Schemas['PaperList']
export type PaperModule = Schemas['EnginePaperModule']
