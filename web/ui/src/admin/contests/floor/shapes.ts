// The shapes of the API of the call room and the clocks by their short names.
import type { components } from '../../../shared/api.gen'

type Schemas = components['schemas']

export type Ask = Schemas['HallAsk']
export type Call = Schemas['HallCallView']
export type Clock = Schemas['HallClock']
export type ClockStory = Schemas['ClockStory']
export type DeskCalls = Schemas['DeskCalls']
export type DeskClocks = Schemas['DeskClocks']
export type Found = Schemas['FoundCompetitor']
export type Member = Schemas['HallMemberView']
export type Roll = Schemas['CallRoll']

/** How far a competitor is in a call, in the order of a day. */
export const states = ['expected', 'waiting', 'ready', 'competing', 'left', 'absent'] as const
export type State = (typeof states)[number]
