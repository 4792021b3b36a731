import { globSync } from 'node:fs'
import { join } from 'node:path'
import { runChild } from '@atrium/cli/testing/child.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { expect, test } from 'vitest'

/** Only a program that hangs takes this long. */
const LIMIT_MS = 15 * 60_000
const programs = globSync('*.ts', { cwd: import.meta.dirname, exclude: ['*.test.ts'] }).sort()

// One after another: each needs the machine for itself. The program judges its figures; here counts how it ended.
test.each(programs)(
  '%s: its limits hold',
  async (program) => {
    const { exitCode, output } = await runChild({
      command: process.execPath,
      args: [join(import.meta.dirname, program)],
      cwd: import.meta.dirname,
      env: process.env,
      limitMs: LIMIT_MS,
      clock: systemClock,
      output: 'collect',
    })
    process.stdout.write(output)
    expect(exitCode, output).toBe(0)
  },
  LIMIT_MS + 30_000,
)
