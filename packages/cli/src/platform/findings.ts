import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { createServer } from 'node:net'
import { freemem, totalmem } from 'node:os'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { platformTools } from '@atrium/toolchain/catalogue.ts'
import { type PlatformHome, readJsonFile } from '@atrium/toolchain/platform.ts'
import { findTools } from '@atrium/toolchain/tools.ts'
import { invocation } from '../output/invocation.ts'
import { findPlatform } from './connect.ts'
import { existingFolder } from './home.ts'
import { canMapUsers } from './user-namespaces.ts'

/** One thing that was looked at. */
export interface Finding {
  check: string
  level: 'ok' | 'note' | 'wrong'
  what: string
  /** What a person does about it; empty when nothing. */
  todo: string
}

const GIB = 1024 ** 3
const needed = { diskBytes: 5 * GIB, memoryBytes: 1 * GIB, certificateDays: 14 } as const
const DEFAULT_PORT = 8443

/** Looks at everything the platform needs of this machine. */
export async function findings(home: PlatformHome, clock: Clock): Promise<Finding[]> {
  return [
    await portFinding(home),
    diskFinding(home),
    memoryFinding(),
    await toolFinding(),
    certificateFinding(home, clock),
    await clockFinding(home, clock),
    await userNamespaceFinding(),
  ]
}

const ok = (check: string, what: string): Finding => ({ check, level: 'ok', what, todo: '' })

async function portFinding(home: PlatformHome): Promise<Finding> {
  const running = await findPlatform(home)
  if (running) return ok('ports', `the server listens at ${running.url}`)
  const port = readJsonFile<{ server?: number }>(home.portsFile)?.server ?? DEFAULT_PORT
  const problem = await portProblem(port)
  if (problem === null) return ok('ports', `${port} is free`)
  const todo = `end what uses port ${port} (ss -ltnp 'sport = :${port}'), or choose another: ${invocation(home.folder, 'up --port N')}`
  return { check: 'ports', level: 'wrong', what: `${port}: ${problem}`, todo }
}

const portProblem = (port: number): Promise<string | null> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(messageOf(error)))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(null)))
  })

function diskFinding(home: PlatformHome): Finding {
  const { bavail, bsize } = statfsSync(existingFolder(home.folder))
  const freeBytes = bavail * bsize
  const what = `${(freeBytes / GIB).toFixed(1)} GiB free for ${home.folder}`
  if (freeBytes >= needed.diskBytes) return ok('disk', what)
  return {
    check: 'disk',
    level: 'wrong',
    what,
    todo: `free ${needed.diskBytes / GIB} GiB there, or choose another --home`,
  }
}

/** Linux knows what can be had without swapping; elsewhere free memory stands for it. */
function availableMemory(): number {
  if (!existsSync('/proc/meminfo')) return freemem()
  const kib = /MemAvailable:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]
  return kib === undefined ? freemem() : Number(kib) * 1024
}

function memoryFinding(): Finding {
  const available = availableMemory()
  const what = `${(available / GIB).toFixed(1)} of ${(totalmem() / GIB).toFixed(1)} GiB available; a cluster takes about half a GiB`
  if (available >= needed.memoryBytes) return ok('memory', what)
  return { check: 'memory', level: 'wrong', what, todo: 'end other programs, or delete clusters' }
}

async function toolFinding(): Promise<Finding> {
  const found = await findTools(platformTools)
  const missing = platformTools.filter((name) => found[name] === null)
  if (missing.length === 0) return ok('binaries', `${platformTools.length} found`)
  const what = `${missing.join(', ')} not here yet`
  return {
    check: 'binaries',
    level: 'note',
    what,
    todo: 'nothing: ./atrium up obtains them; without releases to download it builds them, which needs Go',
  }
}

function certificateFinding(home: PlatformHome, clock: Clock): Finding {
  const file = `${home.pkiDir}/server.crt`
  if (!existsSync(file)) return ok('certificates', 'made at the first start')
  const { validTo } = new X509Certificate(readFileSync(file))
  const days = Math.floor((Date.parse(validTo) - clock.now()) / 86_400_000)
  if (days >= needed.certificateDays) return ok('certificates', `the server's is valid for ${days} more days`)
  const what = days < 0 ? `the server's expired ${-days} days ago` : `the server's expires in ${days} days`
  return {
    check: 'certificates',
    level: 'wrong',
    what,
    todo: 'restart the server (./atrium down, ./atrium up): it renews its own certificate',
  }
}

const CLOCK_TOLERANCE_MS = 5000

/** The database's clock beside ours: certificates and leases depend on both. Only the server's answer tells it. */
async function clockFinding(home: PlatformHome, clock: Clock): Promise<Finding> {
  const builtMs = existsSync(home.credentialsFile)
    ? (readJsonFile<{ startedAt: string }>(home.readyFile)?.startedAt ?? '')
    : ''
  const aheadMs = Date.parse(builtMs) - clock.now()
  if (Number.isNaN(aheadMs)) return ok('clock', new Date(clock.now()).toISOString())
  if (aheadMs < CLOCK_TOLERANCE_MS)
    return ok('clock', `${new Date(clock.now()).toISOString()}, after the server's start`)
  const what = `this clock stands ${Math.round(aheadMs / 1000)} s before the server's start at ${builtMs}`
  return {
    check: 'clock',
    level: 'wrong',
    what,
    todo: 'set the clock (timedatectl set-ntp true), then restart the server',
  }
}

async function userNamespaceFinding(): Promise<Finding> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return ok('user namespaces', 'not needed by an ordinary user')
  if (await canMapUsers()) return ok('user namespaces', 'allowed: the database runs without root in one')
  const what = 'refused by this kernel'
  return {
    check: 'user namespaces',
    level: 'note',
    what,
    todo: 'nothing: as root the database runs as nobody below a system folder instead',
  }
}
