/**
 * The server as a process of its own: time from its start to the first answer of the API, and resident memory at rest.
 * Then the same of the one-machine edition as users run it, whose server supervises the other parts: after its first
 * start, after one that found all compiled, and with the demo.
 * Run: `node test/bench/server-idle.ts`. The first start fills the cache of compiled modules; the ones after it are warm.
 * Linux only: memory is read from /proc.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@atrium/dev-env/free-port.ts'
import { createTestDatabase } from '@atrium/dev-env/postgres.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { lastingEnv } from '@atrium/runtime/base/lasting-process.ts'
import { serverNodeFlags } from '@atrium/toolchain/platform.ts'
import { openPlatform } from '../e2e/harness/platform.ts'
import { report } from './support/report.ts'

const LIMIT = { readyMs: 3000, residentMb: 140 }
const STARTS = 6
const REST_MS = 10_000
const port = await freePort()
const main = join(import.meta.dirname, '../../packages/server/src/main.ts')

interface Run {
  readyMs: number
  residentMb: number
}

const status = (caFile: string): Promise<number> =>
  new Promise((resolve) => {
    try {
      const options = { ca: readFileSync(caFile), agent: false }
      const call = request(`https://localhost:${port}/v1/auth/org?orgName=default`, options, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      call.on('error', () => resolve(0)).end()
    } catch {
      // No certificate yet.
      resolve(0)
    }
  })

const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

const measure = async (folder: string, env: NodeJS.ProcessEnv): Promise<Run> => {
  const beganMs = systemClock.now()
  const server = spawn(process.execPath, [...serverNodeFlags, main], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const exited = once(server, 'exit')
  while ((await status(join(folder, 'pki', 'ca.crt'))) === 0) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`)
    await systemClock.sleep(10)
  }
  const readyMs = systemClock.now() - beganMs
  await systemClock.sleep(REST_MS)
  const resident = residentMb(server.pid ?? 0)
  server.kill('SIGTERM')
  await exited
  return { readyMs, residentMb: Math.round(resident) }
}

/** Megabytes of the process that `./atrium up` names. Modules are compiled anew for the first start. */
const measurePlatform = async (): Promise<{ first: number; later: number; withDemo: number }> => {
  process.env.NODE_COMPILE_CACHE = join(folder, 'platform-cache')
  const platform = await openPlatform()
  const atRest = async (...args: string[]): Promise<number> => {
    const { pid } = await platform.up(...args)
    await systemClock.sleep(REST_MS)
    return residentMb(pid)
  }
  try {
    const first = await atRest('--no-demo')
    await platform.atrium('down')
    const later = await atRest('--no-demo')
    return { first, later, withDemo: await atRest() }
  } finally {
    await platform.close()
  }
}

const folder = mkdtempSync(join(tmpdir(), 'atrium-bench-'))
const database = await createTestDatabase()
const env = {
  ...process.env,
  DATABASE_URL: database.url,
  ...lastingEnv,
  ATRIUM_PKI_DIR: join(folder, 'pki'),
  ATRIUM_ROOT_KEY_FILE: join(folder, 'root.key'),
  ATRIUM_PORT: String(port),
  NODE_COMPILE_CACHE: join(folder, 'cache'),
}
try {
  const runs: Run[] = []
  for (let index = 0; index < STARTS; index += 1) runs.push(await measure(folder, env))
  const [cold, ...warm] = runs
  const platform = await measurePlatform()
  const resident = { unit: 'MB', atMost: LIMIT.residentMb }
  report('Server at rest', [
    { name: 'ready, cold', runs: cold ? [cold.readyMs] : [], unit: 'ms' },
    { name: 'ready, warm', runs: warm.map(({ readyMs }) => readyMs), unit: 'ms', atMost: LIMIT.readyMs },
    { name: 'server, cold', runs: cold ? [cold.residentMb] : [], ...resident },
    { name: 'server, warm', runs: warm.map(({ residentMb }) => residentMb), ...resident },
    { name: 'one-machine edition, first start', runs: [platform.first], ...resident },
    { name: 'one-machine edition, later start', runs: [platform.later], ...resident },
    { name: 'one-machine edition, with its demo', runs: [platform.withDemo], ...resident },
  ])
} finally {
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
}
