import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepLogs, LOG_LIMIT_BYTES } from '../src/log-file.ts'
import { type ProcessRecord, startProcess, stopProcess } from '../src/process.ts'

let folder: string
let writer: ProcessRecord | null
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-log-'))
  writer = null
})
afterEach(async () => {
  if (writer !== null) await stopProcess(writer, { graceMs: 0 })
  rmSync(folder, { recursive: true })
})

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await systemClock.sleep(5)
}

test('the log of a process that runs begins anew over its limit, and the process writes on there', async () => {
  const logFile = join(folder, 'part.log')
  const script = `
    process.stdout.write('x'.repeat(${LOG_LIMIT_BYTES}) + 'full')
    setInterval(() => console.log('on and on'), 10)`
  writer = await startProcess({
    ...{ name: 'part', command: process.execPath, args: ['-e', script] },
    ...{ logFile, recordFile: join(folder, 'part.json') },
  })
  await until(() => statSync(logFile).size > LOG_LIMIT_BYTES)
  const clock = new ManualClock()
  const stop = keepLogs(() => [join(folder, 'of-nobody.log'), logFile], clock, silentLogger)
  await until(() => existsSync(`${logFile}.1`) && statSync(logFile).size < LOG_LIMIT_BYTES)
  await until(() => readFileSync(logFile, 'utf8').includes('on and on'))
  // No gap before what it writes now, and nothing is lost of what it wrote before.
  expect(readFileSync(logFile, 'utf8')).toMatch(/^[on ad\n]+$/)
  expect(readFileSync(`${logFile}.1`, 'utf8')).toMatch(/xxxfull/)
  expect(statSync(`${logFile}.1`).mode & 0o777).toBe(0o600)
  await stop()
})
