import { expect, it } from 'vitest'
import { parseTimeUsed } from './clockTime'

it.each([
  ['45', '10', 2_710_000],
  ['0', '0', 0],
  [' ４５ ', '5', 2_705_000],
  ['120', '59', 7_259_000],
  ['', '5', undefined],
  ['45', '', undefined],
  ['45', '60', undefined],
  ['4.5', '0', undefined],
  ['-1', '0', undefined],
  ['99999', '0', undefined],
])('%j minutes and %j seconds are %j ms', (minutes, seconds, want) => {
  expect(parseTimeUsed(minutes, seconds)).toBe(want)
})
