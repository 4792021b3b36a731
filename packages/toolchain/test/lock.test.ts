import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { expect, onTestFinished, test } from 'vitest'
import { lock, tryLock } from '../src/lock.ts'

const newPath = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'atrium lock '))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'sub', '.lock')
}

test('one holds it, others do not, until it is given back', async () => {
  const path = newPath()
  const held = tryLock(path)
  expect(held).not.toBeNull()
  expect(tryLock(path)).toBeNull()
  const waiting = lock(path, { clock: systemClock, onWait: (pid) => pid === process.pid && held?.release() })
  await using next = await waiting
  expect(tryLock(path)).toBeNull()
  next.release()
  tryLock(path)?.release()
})

test('a killed owner leaves it free', async () => {
  const path = newPath()
  const module = JSON.stringify(join(import.meta.dirname, '../src/lock.ts'))
  const script = `import { tryLock } from ${module}; console.log(tryLock(${JSON.stringify(path)}) !== null); setInterval(() => {}, 1000)`
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => owner.stdout.once('data', resolve))
  expect(tryLock(path)).toBeNull()
  const ended = new Promise((resolve) => owner.on('exit', resolve))
  owner.kill('SIGKILL')
  await ended
  const held = tryLock(path)
  expect(held).not.toBeNull()
  held?.release()
})
