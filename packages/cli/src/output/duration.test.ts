import { expect, test } from 'vitest'
import { durationMs } from './duration.ts'

test.each([
  ['0', 0],
  ['90', 90_000],
  ['90s', 90_000],
  ['1h30m', 5_400_000],
  ['2d', 172_800_000],
])('%s is %i ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms)
})

test.each(['', 'soon', '5 m', '-1s', '1.5h'])('%j is refused, saying what to write', (text) => {
  expect(() => durationMs(text)).toThrow('Write it like')
})
