import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { type PlatformRecord, readJsonFile } from '@atrium/toolchain/platform.ts'
import { isRunning, type ProcessRecord, startProcess, stopProcess } from '@atrium/toolchain/process.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeProfile } from './harness/clusters.ts'
import { openPlatform, root, type TestPlatform, upObject } from './harness/platform.ts'

let platform: TestPlatform
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform.close())

const serverPid = (): number | undefined => readJsonFile<ProcessRecord>(platform.home.recordFile('server'))?.pid

it('Ctrl-C during a start says what goes on, and the next up follows that start', async () => {
  const { folder, progressFile } = platform.home
  const args = ['--home', folder, 'up', '--no-demo', '--port', String(platform.port)]
  const child = spawn(join(root, 'atrium'), args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const output = text(child.stdout)
  const ended = once(child, 'exit')
  while (!existsSync(progressFile) || readFileSync(progressFile, 'utf8') === '') await systemClock.sleep(10)
  child.kill('SIGINT')
  expect(await ended).toEqual([null, 'SIGINT'])
  expect(await output).toContain('Interrupted. What was started goes on.')
  const starting = serverPid()
  expect((await platform.up('--no-demo')).pid).toBe(starting)
})

it('an up while the server is ending waits for its end and starts another', async () => {
  const former = readJsonFile<PlatformRecord>(platform.home.readyFile)
  process.kill(former?.pid ?? 0, 'SIGTERM')
  const { pid, url } = await platform.up('--no-demo')
  expect(url).toBe(former?.url)
  expect(pid).not.toBe(former?.pid)
})

it('an up after a failed start whose process does not end stops that and starts another', async () => {
  await platform.atrium('down')
  const { home } = platform
  const failed = { step: 'failed', message: 'no space left', done: 0, total: null, elapsedMs: 1 }
  writeFileSync(home.progressFile, `${JSON.stringify(failed)}\n`)
  const files = { logFile: home.logFile('server'), recordFile: home.recordFile('server') }
  const former = await startProcess({ name: 'server', command: 'sleep', args: ['600'], ...files })
  try {
    expect((await platform.up('--no-demo')).pid).not.toBe(former.pid)
    expect(isRunning(former)).toBe(false)
  } finally {
    await stopProcess(former, { graceMs: 0 })
  }
})

it('a demo whose first provisioning fails is told, with the object for scripts and exit code 1', async () => {
  // The demo uses a profile of its name that is there, and nobody has set this macro.
  const layers = [{ pack: 'hello-atrium', version: '1.0.0', values: 'text: "{{.spectro.macro.greeting}}"\n' }]
  await makeProfile(platform.client(), { name: 'demo-apps', layers })
  const { exitCode, output, stdout } = await platform.attempt('up', '--detach', '--json')
  expect([exitCode, output]).toEqual([1, expect.stringMatching(/Cluster 'demo' is Failed: .*Next step: /)])
  expect(upObject(stdout).cluster).toMatchObject({ name: 'demo' })
  expect((await platform.attempt('up', '--detach', '--no-demo')).exitCode).toBe(0)
})
