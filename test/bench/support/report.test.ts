import { expect, test } from 'vitest'
import { describe, holds } from './report.ts'

test.each([
  ['nothing is asked', { runs: [1, 900] }, true],
  ['all runs are within the limit', { runs: [40, 50], atMost: 50 }, true],
  ['one run of many is above it', { runs: [20, 20, 51], atMost: 50 }, false],
  ['all runs reach the lower limit', { runs: [100, 101], atLeast: 100 }, true],
  ['one run of many does not', { runs: [101, 101, 99], atLeast: 100 }, false],
  ['a run has no figure', { runs: [20, Number.NaN], atMost: 50 }, false],
  ['there was no run', { runs: [], atLeast: 100 }, false],
])('a limit holds only in the worst run: %s', (_what, given, expected) => {
  expect(holds({ name: 'figure', unit: 'ms', ...given })).toBe(expected)
})

test('a figure is told with its median, its range and its limits', () => {
  expect(describe({ name: 'delivered', runs: [30, 10, 60], unit: 'ms', atMost: 50 })).toBe(
    'delivered: 30 ms (10 to 60 in 3 runs); at most 50 ms: MISSED',
  )
  expect(describe({ name: 'events', runs: [101], unit: '/s', atLeast: 100 })).toBe(
    'events: 101 /s; at least 100 /s: holds',
  )
})
