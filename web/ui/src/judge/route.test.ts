import { expect, it } from 'vitest'
import { clocksRoute, hashOf, listRoute, readRoute, tabletRoute, type Route } from './route'

it.each<[string, Route]>([
  ['', listRoute],
  ['#clocks', clocksRoute],
  ['#tablet', tabletRoute],
  ['#sheet/d/A01.B', { screen: 'sheet', division: 'd', id: 'A01.B' }],
  ['#matrix/a%2Fb/C', { screen: 'matrix', division: 'a/b', id: 'C' }],
])('%j is a screen and back', (hash, route) => {
  expect(readRoute(hash)).toEqual(route)
  expect(hashOf(route)).toBe(hash)
})

it.each(['#', '#clocks/d', '#tablet/x/y', '#sheet/d', '#sheet/%', '#pair=7F3K-92QD', '#nothing'])(
  '%j is the list',
  (hash) => expect(readRoute(hash)).toEqual(listRoute),
)
