import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { type AreaName, areaNames, areaOf, isArea, projectsOf } from './areas.ts'
import { runChecks } from './checks.ts'
import { runChild } from './child.ts'
import { openScratch } from './leftovers.ts'
import { type RunContext, runSteps, type Step } from './steps.ts'
import { bringTools } from './tools.ts'
import { formatTotals, none, sum, type Totals, totalsOfVitest } from './totals.ts'

const PATHS_LIMIT_MS = 30 * 60_000

/**
 * Runs areas (all that are so by default, when none is named) or single files; prints what came of it, the totals as
 * the very last line. Resolves to the exit code: 0 only when tests ran and none failed.
 */
export const runTests = async (what: readonly string[], options: { all: boolean }): Promise<number> => {
  const context: RunContext = {
    root: resolve(import.meta.dirname, '../../../..'),
    env: { ...process.env, ...(options.all ? { ATRIUM_TEST_ALL: '1' } : {}) },
    clock: systemClock,
    say: (line) => process.stdout.write(`${line}\n`),
    output: 'inherit',
  }
  const unknown = what.filter((name) => !isArea(name) && !existsSync(name))
  if (unknown.length > 0) {
    context.say(`No area and no file: ${unknown.join(', ')}. Areas: ${areaNames.join(', ')}.`)
    context.say(formatTotals({ ...none, failed: 1 }))
    return 2
  }
  const totals = await runSteps(stepsOf(what, options.all, context.root), context, () => bringTools(context))
  if (context.env.CI !== undefined) await stopSharedServers(context)
  context.say(formatTotals(totals))
  return totals.failed === 0 && totals.passed > 0 ? 0 : 1
}

const stepsOf = (what: readonly string[], all: boolean, root: string): Step[] => {
  const named = what.filter(isArea)
  const paths = what.filter((name) => !isArea(name)).map((path) => relative(root, resolve(path)))
  const chosen = areaNames.filter((name) => (what.length > 0 ? named.includes(name) : all || areaOf(name).byDefault))
  const steps = chosen.map((name) => areaStep(name, named.includes(name), all, root))
  if (paths.length > 0)
    steps.push({
      name: paths.join(' '),
      // Beside the code lie tests without processes.
      needsTools: paths.some((path) => !/(^|\/)src(\/|$)/.test(path)),
      limitMs: PATHS_LIMIT_MS,
      run: (context) => runVitest(paths, PATHS_LIMIT_MS, context),
    })
  return steps
}

const areaStep = (name: AreaName, wasNamed: boolean, all: boolean, root: string): Step => {
  const area = areaOf(name)
  const files = globSync([...area.include], { cwd: root, exclude: ['**/node_modules/**'] })
  const limitMs = area.limitMinutes * 60_000 * (all ? 6 : 1)
  const run = async (context: RunContext) => {
    if (files.length === 0 && !wasNamed) {
      context.say('no test files yet: skipped')
      return { ...none, skipped: 1 }
    }
    const checks = name === 'checks' ? await runChecks(context) : none
    const tests = await runVitest(
      projectsOf(name).flatMap((project) => ['--project', project]),
      limitMs,
      context,
    )
    return { ...tests, ...sum([checks, tests]) }
  }
  const needsTools = area.needsTools && files.length > 0
  return { name, needsTools, limitMs, ...(area.lane === undefined ? {} : { lane: area.lane }), run }
}

/** The tests' own PostgreSQL waits for the next run; a machine of CI has none. */
const stopSharedServers = async ({ root, env, clock, say }: RunContext): Promise<void> => {
  const args = ['packages/dev-env/scripts/stop-test-postgres.ts']
  const result = await runChild({
    ...{ command: process.execPath, args, cwd: root, env, limitMs: 60_000, clock },
    output: 'collect',
  })
  if (result.exitCode !== 0) say(`the PostgreSQL of the tests was not stopped: ${result.output.trimEnd()}`)
}

const runVitest = async (
  args: readonly string[],
  limitMs: number,
  context: RunContext,
): Promise<Totals & { interrupted: boolean }> => {
  const scratch = openScratch(context.clock)
  const reportFile = join(scratch.folder, 'vitest-report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const say = (problem: string): void => context.say(`✗ vitest ${args.join(' ')}: ${problem}`)
  try {
    const result = await runChild({
      command: process.execPath,
      args: ['node_modules/vitest/vitest.mjs', 'run', ...args, ...reporters],
      cwd: context.root,
      env: { ...context.env, TMPDIR: scratch.folder },
      limitMs,
      clock: context.clock,
      output: context.output,
    })
    if (result.output !== '') context.say(result.output.trimEnd())
    const report = existsSync(reportFile) ? readFileSync(reportFile, 'utf8') : null
    const { problem, ...totals } = totalsOfVitest(report, result.exitCode)
    const why = result.timedOut ? `it was ended after ${limitMs / 60_000} minutes` : problem
    if (why !== undefined && !result.interrupted) say(why)
    const leftovers = await scratch.clear()
    for (const leftover of leftovers) say(`left behind: ${leftover}`)
    // Tests that were cut short could not clean up.
    const isUntidy = leftovers.length > 0 && !result.interrupted && !result.timedOut
    return { ...totals, failed: totals.failed + (isUntidy ? 1 : 0), interrupted: result.interrupted }
  } finally {
    await scratch.clear()
  }
}
