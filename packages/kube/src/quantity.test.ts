import { expect, test } from 'vitest'
import { parseQuantity } from './quantity.ts'

test.each([
  ['250m', 0.25],
  ['1', 1],
  [2, 2],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['1e3', 1000],
  ['2E', 2e18],
  ['100n', 1e-7],
  ['web', null],
  ['1Gib', null],
  ['', null],
  [true, null],
])('%s is %s', (text, number) => {
  const parsed = parseQuantity(text)
  if (number === null) expect(parsed).toBeNull()
  else expect(parsed).toBeCloseTo(number, 12)
})
