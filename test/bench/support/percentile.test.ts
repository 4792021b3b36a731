import { expect, test } from 'vitest'
import { percentile } from './percentile.ts'

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)

test.each([
  [0, 1],
  [0.5, 51],
  [0.99, 100],
  [1, 100],
])('share %d of the numbers 1 to 100, in any order', (share, expected) => {
  expect(percentile(hundred, share)).toBe(expected)
})

test('of one value it is that value, of none it is no number', () => {
  expect(percentile([7], 0.99)).toBe(7)
  expect(percentile([], 0.99)).toBeNaN()
})
