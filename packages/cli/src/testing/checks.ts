import { runChild } from './child.ts'
import type { RunContext } from './steps.ts'
import { none, type Totals } from './totals.ts'

/** Programs that look at the whole checkout; each counts as one test. Tests of the same area are run by vitest. */
const checks = [
  { name: 'types', script: 'ts7/bin/tsc', args: ['-p', 'tsconfig.json'] },
  { name: 'lint', script: 'oxlint/bin/oxlint', args: ['--quiet'] },
  { name: 'format', script: '@biomejs/biome/bin/biome', args: ['check', '--colors=off'] },
] as const

const CHECK_LIMIT_MS = 180_000

export const runChecks = async (context: RunContext): Promise<Totals> => {
  const results = checks.map(async ({ name, script, args }) => {
    const result = await runChild({
      command: process.execPath,
      args: [`node_modules/${script}`, ...args],
      cwd: context.root,
      env: context.env,
      limitMs: CHECK_LIMIT_MS,
      clock: context.clock,
      output: 'collect',
    })
    const passed = result.exitCode === 0
    const why = result.timedOut ? ` (ended after ${CHECK_LIMIT_MS / 1000} s)` : ''
    context.say(`${passed ? '✓' : '✗'} ${name}${why}`)
    if (!passed) context.say(result.output.trimEnd())
    return { ...none, passed: passed ? 1 : 0, failed: passed ? 0 : 1 }
  })
  const all = await Promise.all(results)
  return all.reduce((a, b) => ({ ...a, passed: a.passed + b.passed, failed: a.failed + b.failed }), none)
}
