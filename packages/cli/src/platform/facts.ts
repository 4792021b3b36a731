import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { createServer } from 'node:net'
import { freemem, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { findWall, type Isolation, type Wall } from '@atrium/runtime/confined/wall.ts'
import { findGo } from '@atrium/toolchain/build.ts'
import { cacheFolder } from '@atrium/toolchain/cache.ts'
import { platformTools } from '@atrium/toolchain/catalogue.ts'
import { type PlatformHome, readJsonFile } from '@atrium/toolchain/platform.ts'
import { adoptProcess } from '@atrium/toolchain/process.ts'
import { findTools } from '@atrium/toolchain/tools.ts'
import { hasAccount, mayMapUsers } from '@atrium/toolchain/user.ts'
import { isolationIn } from '../packs/isolation.ts'
import { findPlatform } from './connect.ts'
import { existingFolder } from './home.ts'
import { askServer } from './server-answer.ts'

/** What was seen of a machine and of the platform on it: everything `judge` looks at. */
export interface Facts {
  home: string
  /** This machine's clock. */
  nowMs: number
  ports: PortFact[]
  disks: DiskFact[]
  memory: { availableBytes: number; totalBytes: number }
  tools: { missing: string[]; total: number; go: string | null; problem: string | null }
  certificates: CertificateFact[]
  server: ServerFact
  /** `refused` is asked for only where PostgreSQL would need one: as root, or as a user id without an account. */
  userNamespaces: 'not needed' | 'allowed' | 'refused to root' | 'refused to a user without an account'
  /** What keeps processes in that read or run what strangers wrote, and what the operator demands of it. */
  wall: Wall
  isolation: Isolation
}

export interface PortFact {
  part: 'server' | 'registry'
  port: number
  /** It is the part itself that listens there. */
  runs: boolean
  /** Why nobody could listen there now; null when one could. */
  problem: string | null
}

export interface DiskFact {
  path: string
  freeBytes: number
  use: 'home' | 'tools'
}

export interface CertificateFact {
  name: string
  expiresMs: number
  /** Issued by somebody else, and renewed by nobody here. */
  byOperator: boolean
}

/** `none`: no server runs. `silent`: it runs and does not answer. */
export type ServerFact =
  | { state: 'none' }
  | { state: 'silent'; why: string }
  | { state: 'answers'; dateMs: number | null }

const DEFAULT_PORT = 8443

/** Looks at everything the platform needs of this machine. Changes nothing. */
export async function gatherFacts(home: PlatformHome, clock: Clock, env: NodeJS.ProcessEnv): Promise<Facts> {
  const running = await findPlatform(home)
  const answer = running && (await askServer(running.url))
  const tools = await toolFacts(env)
  const server: ServerFact = !answer
    ? { state: 'none' }
    : 'why' in answer
      ? { state: 'silent', why: answer.why }
      : { state: 'answers', dateMs: answer.dateMs }
  return {
    ...{ home: home.folder, nowMs: clock.now(), tools, server },
    ports: await portFacts(home, running !== null),
    disks: diskFacts(home, env),
    memory: { availableBytes: availableMemory(), totalBytes: totalmem() },
    certificates: certificateFacts(home, env, answer && 'certificate' in answer ? answer.certificate : null),
    userNamespaces: userNamespaces(),
    wall: findWall(env.PATH),
    isolation: isolationIn(env),
  }
}

async function portFacts(home: PlatformHome, serverRuns: boolean): Promise<PortFact[]> {
  const chosen = readJsonFile<{ server: number; registry: number }>(home.portsFile)
  const registryRuns = (await adoptProcess(home.recordFile('registry'))) !== null
  const look = async (part: PortFact['part'], port: number, runs: boolean): Promise<PortFact> => ({
    ...{ part, port, runs },
    problem: runs ? null : await portProblem(port),
  })
  // The registry takes another one by itself for as long as none was chosen.
  const registry = chosen ? [look('registry', chosen.registry, registryRuns)] : []
  return Promise.all([look('server', chosen?.server ?? DEFAULT_PORT, serverRuns), ...registry])
}

const portProblem = (port: number): Promise<string | null> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(messageOf(error)))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(null)))
  })

const diskFacts = (home: PlatformHome, env: NodeJS.ProcessEnv): DiskFact[] => [
  { path: home.folder, freeBytes: freeBytes(home.folder), use: 'home' },
  { path: cacheFolder(env), freeBytes: freeBytes(cacheFolder(env)), use: 'tools' },
]

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(existingFolder(path))
  return bavail * bsize
}

/** Linux knows what can be had without swapping; elsewhere free memory stands for it. */
function availableMemory(): number {
  if (!existsSync('/proc/meminfo')) return freemem()
  const kib = /MemAvailable:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]
  return kib === undefined ? freemem() : Number(kib) * 1024
}

async function toolFacts(env: NodeJS.ProcessEnv): Promise<Facts['tools']> {
  const total = platformTools.length
  try {
    const found = await findTools(platformTools, env)
    const missing = platformTools.filter((name) => found[name] === null)
    const go = missing.length === 0 ? null : ((await findGo(env))?.version ?? null)
    return { missing, total, go, problem: null }
  } catch (error) {
    // A variable names a binary that is not there: what is told is what `up` would say.
    return { missing: [], total, go: null, problem: messageOf(error) }
  }
}

/** Those in files, and the one the running server shows: it may be the operator's, whatever this shell's environment says. */
function certificateFacts(
  home: PlatformHome,
  env: NodeJS.ProcessEnv,
  shown: X509Certificate | null,
): CertificateFact[] {
  const own = readCertificate(join(home.pkiDir, 'server.crt'))
  const operators = env.ATRIUM_TLS_CERT_FILE ? readCertificate(env.ATRIUM_TLS_CERT_FILE) : null
  const serving = shown ?? operators ?? own
  const byOperator = serving !== null && serving.fingerprint256 !== own?.fingerprint256
  return [
    factOf("the server's certificate", serving, byOperator),
    factOf("the registry's certificate", readCertificate(join(home.pkiDir, 'registry.crt')), false),
    factOf('the authority', readCertificate(join(home.pkiDir, 'ca.crt')), false),
    factOf("the agents' authority", readCertificate(join(home.pkiDir, 'agents-ca.crt')), false),
  ].filter((fact) => fact !== null)
}

/** The first of a bundle, which is the one in use. */
const readCertificate = (file: string): X509Certificate | null =>
  existsSync(file) ? new X509Certificate(readFileSync(file)) : null

const factOf = (name: string, certificate: X509Certificate | null, byOperator: boolean): CertificateFact | null =>
  certificate && { name, expiresMs: Date.parse(certificate.validTo), byOperator }

function userNamespaces(): Facts['userNamespaces'] {
  const isRoot = process.getuid?.() === 0
  if (process.platform !== 'linux' || (!isRoot && hasAccount())) return 'not needed'
  if (mayMapUsers()) return 'allowed'
  return isRoot ? 'refused to root' : 'refused to a user without an account'
}
