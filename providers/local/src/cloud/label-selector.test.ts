import { expect, it } from 'vitest'
import { matchesSelector } from './label-selector.ts'

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
