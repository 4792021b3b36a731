/**
 * Ends a platform whose test can no longer do it: waits, as a process of its own, until the test process or the home is
 * gone. The environment names all of it, so that its own command line does not look like a process of the platform.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { readProcess } from '@atrium/toolchain/process-table.ts'

export interface Attended {
  /** Of the test process. */
  pid: number
  home: string
  /** Ends the platform and removes the home. */
  command: string
  args: string[]
}

const { pid, home, command, args } = JSON.parse(process.env.ATRIUM_E2E_ATTEND ?? '') as Attended
const startTicks = readProcess(pid)?.startTicks
const testRuns = (): boolean => startTicks !== undefined && readProcess(pid)?.startTicks === startTicks

while (testRuns() && existsSync(dirname(home))) await systemClock.sleep(500)
if (existsSync(home)) spawnSync(command, args, { stdio: 'ignore', timeout: 120_000 })
rmSync(dirname(home), { recursive: true, force: true })
