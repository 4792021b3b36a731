import { expect, test } from 'vitest'
import { FightDetector } from './fight.ts'

const MINUTE_MS = 60_000

/** Repairs when allowed, as a guard does. */
const attempt = (fights: FightDetector, key: string, now: number): number => {
  const restMs = fights.restMs(key, now)
  if (restMs === 0) fights.repaired(key, now)
  return restMs
}
const fought = (fights: FightDetector, key: string): void => {
  for (let i = 0; i < 5; i++) expect(attempt(fights, key, i * 1_000)).toBe(0)
  expect(attempt(fights, key, 5_000)).toBe(5 * MINUTE_MS)
}
/** When the rest of `fought` ends. */
const END = 5_000 + 5 * MINUTE_MS

test('five repairs a minute are allowed, then the object rests for five minutes', () => {
  const fights = new FightDetector()
  fought(fights, 'a')
  expect(attempt(fights, 'a', 65_000)).toBe(4 * MINUTE_MS)
  expect(attempt(fights, 'a', END)).toBe(0)
})

test('while the other goes on, each rest allows one repair and is followed by a longer one, of at most an hour', () => {
  const fights = new FightDetector()
  fought(fights, 'a')
  let now = END
  const rests = Array.from({ length: 6 }, () => {
    expect(attempt(fights, 'a', now)).toBe(0)
    const restMs = attempt(fights, 'a', now + 1_000)
    now += 1_000 + restMs
    return restMs / MINUTE_MS
  })
  expect(rests).toEqual([10, 20, 40, 60, 60, 60])
})

test('a fight is over once a repair has held as long as the rest was, or nothing happened for as long', () => {
  const [held, calm] = [new FightDetector(), new FightDetector()]
  fought(held, 'a')
  expect(attempt(held, 'a', END)).toBe(0)
  for (let i = 0; i < 4; i++) expect(attempt(held, 'a', END + 5 * MINUTE_MS + i)).toBe(0)
  fought(calm, 'a')
  for (let i = 0; i < 5; i++) expect(attempt(calm, 'a', END + 5 * MINUTE_MS + i)).toBe(0)
})

test('somebody who changes it back every few minutes fights too', () => {
  const fights = new FightDetector()
  for (let i = 0; i < 10; i++) expect(attempt(fights, 'a', i * 5 * MINUTE_MS)).toBe(0)
  expect(attempt(fights, 'a', 50 * MINUTE_MS)).toBe(5 * MINUTE_MS)
})

test('repairs far apart are no fight, and objects do not share their count', () => {
  const fights = new FightDetector()
  for (let i = 0; i < 50; i++) expect(attempt(fights, 'slow', i * 7 * MINUTE_MS)).toBe(0)
  for (let i = 0; i < 5; i++) expect(attempt(fights, 'a', 0)).toBe(0)
  expect(attempt(fights, 'b', 0)).toBe(0)
})

test('a repair that fails does not count', () => {
  const fights = new FightDetector()
  for (let i = 0; i < 50; i++) expect(fights.restMs('a', i)).toBe(0)
})
