import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { readProcess } from '@atrium/toolchain/process-table.ts'
import { expect, test } from 'vitest'
import { openScratch } from '../src/testing/leftovers.ts'

test('a run that cleaned up leaves nothing to tell', async () => {
  const scratch = openScratch(systemClock)
  expect(statSync(scratch.folder).mode & 0o777).toBe(0o711)
  expect(await scratch.clear()).toEqual([])
  expect(existsSync(scratch.folder)).toBe(false)
})

test('processes and folders that tests left are ended, removed and named', async () => {
  const scratch = openScratch(systemClock)
  mkdirSync(join(scratch.folder, 'atrium-home-1'))
  const script = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'
  const left = spawn(process.execPath, ['-e', script, join(scratch.folder, 'atrium-home-1')], { detached: true })
  const other = spawn(process.execPath, ['-e', script], { detached: true })
  try {
    expect(await scratch.clear()).toEqual([
      expect.stringMatching(`^process ${left.pid}: .*atrium-home-1$`),
      'folder atrium-home-1 among the temporary files',
    ])
    expect(readProcess(left.pid ?? 0)).toBeNull()
    expect(readProcess(other.pid ?? 0)).not.toBeNull()
    expect(existsSync(scratch.folder)).toBe(false)
  } finally {
    for (const child of [left, other]) child.kill('SIGKILL')
  }
})
