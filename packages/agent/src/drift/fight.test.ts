import { expect, test } from 'vitest'
import { FightDetector } from './fight.ts'

test('five repairs a minute are allowed, then the object rests for five minutes', () => {
  const fights = new FightDetector()
  for (let i = 0; i < 5; i++) expect(fights.admit('a', i * 1_000)).toBe(0)
  expect(fights.admit('a', 5_000)).toBe(300_000)
  expect(fights.admit('a', 65_000)).toBe(240_000)
  expect(fights.admit('a', 305_000)).toBe(0)
})

test('repairs far apart are no fight, and objects do not share their count', () => {
  const fights = new FightDetector()
  for (let i = 0; i < 50; i++) expect(fights.admit('slow', i * 20_000)).toBe(0)
  for (let i = 0; i < 5; i++) expect(fights.admit('a', 0)).toBe(0)
  expect(fights.admit('b', 0)).toBe(0)
})
