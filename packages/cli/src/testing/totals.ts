/** What came of some tests. */
export interface Totals {
  passed: number
  failed: number
  skipped: number
}

export const none: Totals = { passed: 0, failed: 0, skipped: 0 }

export const sum = (all: readonly Totals[]): Totals =>
  all.reduce(
    (a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }),
    none,
  )

/** The last line of every run. */
export const formatTotals = ({ passed, failed, skipped }: Totals): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`

/** The part of vitest's JSON report that counts. */
interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: { status: string; assertionResults: { status: string }[] }[]
}

/**
 * Totals of a finished vitest run. A file that could not be loaded, and an error outside of any test, count as one
 * failed test each: neither shows among the tests.
 *
 * @param reportText its JSON report, or null when it wrote none: it crashed, or was killed
 * @param exitCode null when it was ended by a signal
 */
export const totalsOfVitest = (reportText: string | null, exitCode: number | null): Totals & { problem?: string } => {
  const report = parse(reportText)
  if (report === null) return { ...none, failed: 1, problem: 'it ended without a report' }
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length
  const totals: Totals = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles,
    skipped: report.numPendingTests + report.numTodoTests,
  }
  if (totals.passed + totals.failed + totals.skipped === 0)
    return { ...totals, failed: 1, problem: 'it executed no test' }
  if (exitCode !== 0 && totals.failed === 0)
    return {
      ...totals,
      failed: 1,
      problem: `it ended with ${exitCode === null ? 'a signal' : `code ${exitCode}`}, though no test failed`,
    }
  return totals
}

const parse = (text: string | null): VitestReport | null => {
  if (text === null) return null
  try {
    return JSON.parse(text) as VitestReport
  } catch {
    return null
  }
}
