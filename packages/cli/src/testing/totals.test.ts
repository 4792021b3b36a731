import { expect, test } from 'vitest'
import { formatTotals, sum, totalsOfVitest } from './totals.ts'

const report = (counts: { passed?: number; failed?: number; skipped?: number; brokenFiles?: number }): string =>
  JSON.stringify({
    numPassedTests: counts.passed ?? 0,
    numFailedTests: counts.failed ?? 0,
    numPendingTests: counts.skipped ?? 0,
    numTodoTests: 0,
    testResults: Array.from({ length: counts.brokenFiles ?? 0 }, () => ({ status: 'failed', assertionResults: [] })),
  })

test('the last line sums all runners', () => {
  const all = sum([
    { passed: 3, failed: 0, skipped: 1 },
    { passed: 4, failed: 2, skipped: 0 },
  ])
  expect(formatTotals(all)).toBe('7 passed, 2 failed, 1 skipped')
})

test.each([
  ['all passed', report({ passed: 5, skipped: 2 }), 0, { passed: 5, failed: 0, skipped: 2 }],
  ['some failed', report({ passed: 5, failed: 1 }), 1, { passed: 5, failed: 1, skipped: 0 }],
  ['a file that could not be loaded', report({ passed: 5, brokenFiles: 2 }), 1, { passed: 5, failed: 2, skipped: 0 }],
])('%s', (_name, text, exitCode, totals) => {
  expect(totalsOfVitest(text, exitCode)).toEqual(totals)
})

test.each([
  ['no report', null, 1, 'it ended without a report'],
  ['half a report', '{"numPassedTests":', 1, 'it ended without a report'],
  ['no test', report({}), 0, 'it executed no test'],
  ['an error outside of any test', report({ passed: 5 }), 1, 'it ended with code 1, though no test failed'],
  ['a signal', report({ passed: 5 }), null, 'it ended with a signal, though no test failed'],
])('%s counts as a failure and is named', (_name, text, exitCode, problem) => {
  expect(totalsOfVitest(text, exitCode)).toMatchObject({ failed: 1, problem })
})
