/**
 * The server as a process of its own: time from its start to the first answer of the API, and resident memory at rest.
 * Run: `node test/bench/server-idle.ts`. The first start fills the cache of compiled modules; the ones after it are warm.
 * Linux only: memory is read from /proc.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase } from '@atrium/dev-env/postgres.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { serverNodeFlags } from '@atrium/toolchain/platform.ts'

const GOAL = { readyMs: 3000, residentMb: 140 }
const STARTS = 6
const REST_MS = 10_000
const PORT = 18_743
const main = join(import.meta.dirname, '../../packages/server/src/main.ts')

interface Run {
  readyMs: number
  residentMb: number
}

const status = (caFile: string): Promise<number> =>
  new Promise((resolve) => {
    try {
      const options = { ca: readFileSync(caFile), agent: false }
      const call = request(`https://localhost:${PORT}/v1/auth/org?orgName=default`, options, (response) => {
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

const folder = mkdtempSync(join(tmpdir(), 'atrium-bench-'))
const database = await createTestDatabase()
const env = {
  ...process.env,
  DATABASE_URL: database.url,
  ATRIUM_PKI_DIR: join(folder, 'pki'),
  ATRIUM_ROOT_KEY_FILE: join(folder, 'root.key'),
  ATRIUM_PORT: String(PORT),
  NODE_COMPILE_CACHE: join(folder, 'cache'),
}
try {
  const runs: Run[] = []
  for (let index = 0; index < STARTS; index += 1) runs.push(await measure(folder, env))
  const [cold, ...warm] = runs
  const worst = {
    readyMs: Math.max(...warm.map((run) => run.readyMs)),
    residentMb: Math.max(...warm.map((run) => run.residentMb)),
  }
  const met = worst.readyMs <= GOAL.readyMs && worst.residentMb <= GOAL.residentMb
  process.stdout.write(`${JSON.stringify({ cold, warm, worst, goal: GOAL, met }, null, 2)}\n`)
  if (!met) process.exitCode = 1
} finally {
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
}
