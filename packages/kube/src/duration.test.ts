import { expect, test } from 'vitest'
import { parseDuration } from './duration.ts'

test('durations as Go writes them, whatever their units', () => {
  for (const same of ['90m', '1h30m', '1h30m0s', '5400s', '1.5h', '5400000ms'])
    expect(parseDuration(same)).toBe(5_400_000)
  expect(parseDuration('-1s')).toBe(-1000)
})

test('what is no duration', () => {
  for (const text of ['', '5', '1d', 'm', '1h ', '1hour', '10Mi', 60, null]) expect(parseDuration(text)).toBeNull()
})
