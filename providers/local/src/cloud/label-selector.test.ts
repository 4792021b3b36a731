import { expect, it } from 'vitest'
import { matchesSelector } from './label-selector.ts'
import { parseQuantity } from './quantity.ts'

it.each([
  ['', true],
  ['app=web', true],
  ['app==web,tier!=db', true],
  ['app=other', false],
  ['app in (web, api)', true],
  ['app notin (web,api)', false],
  ['tier', false],
  ['!tier', true],
  ['app in (web,api),!tier', true],
])('selector %j', (selector, expected) => {
  expect(matchesSelector({ app: 'web' }, selector)).toBe(expected)
})

it.each([
  ['100m', 0.1],
  ['2', 2],
  ['1Gi', 2 ** 30],
  ['1.5G', 1.5e9],
  ['1e3', 1000],
  ['', 0],
  ['nonsense', 0],
])('quantity %j', (text, expected) => {
  expect(parseQuantity(text)).toBeCloseTo(expected)
})
