import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openClient } from '@atrium/cli/platform/connect.ts'
import { type ChildResult, runChild } from '@atrium/cli/testing/child.ts'
import type { Client } from '@atrium/client/client.ts'
import { freePort } from '@atrium/dev-env/free-port.ts'
import type { CloudClient } from '@atrium/provider-local/cloud-client.ts'
import { cloudClientOf } from '@atrium/provider-local/ensure-cloud.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { type PlatformHome, platformCommand, platformHome } from '@atrium/toolchain/platform.ts'
import type { Attended } from './attendant.ts'
import { namesOf, processesOf } from './world.ts'

export const root = resolve(import.meta.dirname, '../../..')

/** The object `./atrium up --json` prints. */
export interface UpObject {
  url: string
  caFile: string
  home: string
  pid: number
  tenant: string
  adminEmail: string
  adminPassword: string
  apiKey: string
  project: { name: string; uid: string }
  cluster: { name: string; uid: string } | null
}

/** One installation in a home of its own, driven as a user does: by `./atrium`. */
export interface TestPlatform {
  home: PlatformHome
  port: number
  /** Runs `./atrium …` with this home; throws with its whole output unless it ends well. */
  atrium(...args: string[]): Promise<string>
  /** The same, without judging how it ends. */
  attempt(...args: string[]): Promise<ChildResult>
  /** Starts it (again), detached, and answers the object of its last line. */
  up(...args: string[]): Promise<UpObject>
  /** As the administrator, in project `Default`; after the first `up`. Goes on over restarts of the server. */
  client(): Client
  cloud(): CloudClient
  /** Ends everything and removes the home; throws naming what is left. */
  close(): Promise<void>
}

/** Last line of stdout of `up --json`. */
export const upObject = (stdout: string): UpObject => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as UpObject

const COMMAND_LIMIT_MS = 150_000
/** For a person who looks into a failure: everything stays as the test left it. End it with `./atrium down --purge`. */
const keeps = process.env.ATRIUM_E2E_KEEP === '1'

/** A home that nothing was started in yet. Whatever is started there ends with the test process, however that ends. */
export async function openPlatform(): Promise<TestPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-e2e-'))
  const home = platformHome(join(folder, 'home'))
  const port = await freePort()
  if (!keeps) attend(home)
  const attempt = (...args: string[]): Promise<ChildResult> => atrium(home, args)
  const succeed = async (...args: string[]): Promise<ChildResult> => {
    const result = await attempt(...args)
    if (result.exitCode === 0) return result
    throw new Error(`atrium ${args.join(' ')}: exit code ${result.exitCode}\n${result.output}`)
  }
  let connection: ReturnType<typeof openClient> | null = null
  let last: UpObject | null = null
  return {
    home,
    port,
    attempt,
    atrium: async (...args) => (await succeed(...args)).output,
    async up(...args) {
      const { stdout } = await succeed('up', '--detach', '--json', '--port', String(port), ...args)
      last = upObject(stdout)
      return last
    },
    client() {
      if (last === null) throw new Error('the platform was not started yet')
      const { url, caFile, apiKey, project } = last
      const record = { url, caFile, pid: 0, registryUrl: '', startedAt: '' }
      connection ??= openClient(record, { apiKey }, project.uid)
      return connection.client
    },
    cloud: () => cloudClientOf(home.folder),
    async close() {
      await connection?.close()
      if (keeps) return
      await purge(home)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const atrium = (home: PlatformHome, args: readonly string[]): Promise<ChildResult> =>
  runChild({
    command: join(root, 'atrium'),
    args: ['--home', home.folder, ...args],
    cwd: tmpdir(),
    env: process.env,
    limitMs: COMMAND_LIMIT_MS,
    clock: systemClock,
    output: 'collect',
  })

async function purge(home: PlatformHome): Promise<void> {
  if (existsSync(home.folder)) {
    const { exitCode, output } = await atrium(home, ['down', '--purge'])
    if (exitCode !== 0) throw new Error(`down --purge: exit code ${exitCode}\n${output}`)
  }
  const left = namesOf(processesOf(home.folder))
  if (left.length > 0 || existsSync(home.folder)) throw new Error(`left behind: ${[home.folder, ...left].join('\n')}`)
}

/** Ends the platform when this process no longer can. */
function attend(home: PlatformHome): void {
  const { command, args } = platformCommand('down', { home: home.folder, purge: true })
  const attendant = fileURLToPath(new URL('attendant.ts', import.meta.url))
  const attended: Attended = { pid: process.pid, home: home.folder, command, args }
  const env = { ...process.env, ATRIUM_E2E_ATTEND: JSON.stringify(attended) }
  spawn(process.execPath, [attendant], { detached: true, stdio: 'ignore', env }).unref()
}

/** What the server complained about last, for messages. */
export const complaints = (home: PlatformHome, lines = 20): string =>
  readFileSync(home.logFile('server'), 'utf8')
    .split('\n')
    .filter((line) => /"level":"(warn|error|fatal)"/.test(line))
    .slice(-lines)
    .map((line) => {
      const { time, part, uid, msg } = JSON.parse(line) as Record<string, string>
      return [time, part, uid, msg].filter(Boolean).join(' ')
    })
    .join('\n')
