import { expect, test } from 'vitest'
import { FightDetector } from './fight.ts'

/** Repairs when allowed, as a guard does. */
const attempt = (fights: FightDetector, key: string, now: number): number => {
  const restMs = fights.restMs(key, now)
  if (restMs === 0) fights.repaired(key, now)
  return restMs
}

test('five repairs a minute are allowed, then the object rests for five minutes', () => {
  const fights = new FightDetector()
  for (let i = 0; i < 5; i++) expect(attempt(fights, 'a', i * 1_000)).toBe(0)
  expect(attempt(fights, 'a', 5_000)).toBe(300_000)
  expect(attempt(fights, 'a', 65_000)).toBe(240_000)
  expect(attempt(fights, 'a', 305_000)).toBe(0)
})

test('repairs far apart are no fight, and objects do not share their count', () => {
  const fights = new FightDetector()
  for (let i = 0; i < 50; i++) expect(attempt(fights, 'slow', i * 20_000)).toBe(0)
  for (let i = 0; i < 5; i++) expect(attempt(fights, 'a', 0)).toBe(0)
  expect(attempt(fights, 'b', 0)).toBe(0)
})

test('a repair that fails does not count', () => {
  const fights = new FightDetector()
  for (let i = 0; i < 50; i++) expect(fights.restMs('a', i)).toBe(0)
})
