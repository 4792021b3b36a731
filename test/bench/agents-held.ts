/**
 * What an idle agent costs the server: resident memory of a real server without and with so many agents on real links
 * (TLS, WebSocket, proof) that do nothing but beat every five seconds. Beside it, in the same run: a process that is Node's
 * TLS and `ws` alone, holding as many silent sessions of the same client: the least a server on them needs.
 *
 *     node test/bench/agents-held.ts [--agents 5000]
 *
 * Memory is what the kernel counts as resident after both processes were made to collect garbage: without that it tells
 * when V8 last tidied up. What the kernel itself holds for a socket is in neither. Linux only.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openPlaneLink } from '@atrium/agent/link/link.ts'
import { dialLink, type LinkSocket } from '@atrium/agent/link/socket.ts'
import { PlaneTransport } from '@atrium/agent/link/transport.ts'
import type { PlaneLink } from '@atrium/agent/ports.ts'
import { cpuMs, residentBytes } from '@atrium/dev-env/process-use.ts'
import { forEach } from '@atrium/dev-env/simulated-fleet/populate.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { lastingEnv } from '@atrium/runtime/base/lasting-process.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { serverNodeFlags } from '@atrium/toolchain/platform.ts'
import { type BenchAgent, enrolAgents } from './support/agents.ts'
import { type BenchPlane, openBenchPlane } from './support/plane.ts'
import { report } from './support/report.ts'

const { values } = parseArgs({ options: { agents: { type: 'string', default: '5000' } } })
const count = Number(values.agents)
const collector = `--import=${join(import.meta.dirname, 'support/collect-garbage.ts')}`
const KIB = 2 ** 10
const DIALS_AT_ONCE = 20
/** Longer than three heartbeats: first ones compile code and fill pools. */
const REST_MS = 20_000
const COLLECT_MS = 3_000

interface Held {
  /** Of each session, after garbage was collected; and as it stood before. */
  eachKib: number
  uncollectedKib: number
  /** Share of a core while they rest. */
  cpu: number
}

/** Measures process `pid` around what `connect` opens. */
const measure = async (pid: number, connect: () => Promise<void>): Promise<Held> => {
  const collected = async (): Promise<number> => {
    process.kill(pid, 'SIGUSR2')
    await systemClock.sleep(COLLECT_MS)
    return residentBytes(pid)
  }
  const without = await collected()
  await connect()
  const before = { ms: systemClock.elapsed(), cpuMs: cpuMs(pid) }
  await systemClock.sleep(REST_MS)
  const cpu = (cpuMs(pid) - before.cpuMs) / (systemClock.elapsed() - before.ms)
  const each = (bytes: number): number => (bytes - without) / count / KIB
  const uncollectedKib = each(residentBytes(pid))
  return { uncollectedKib, eachKib: each(await collected()), cpu }
}

const holdAgents = async (plane: BenchPlane, agents: readonly BenchAgent[]): Promise<Held> => {
  const transport = new PlaneTransport()
  const links: PlaneLink[] = []
  try {
    const held = await measure(plane.server.pid, () =>
      forEach(count, DIALS_AT_ONCE, async (index) => {
        const agent = agents[index]
        if (agent) links.push(await connected(agent, transport))
      }),
    )
    const lost = links.filter((link) => !link.connected).length
    if (lost > 0) throw new Error(`${lost} of ${count} links were lost while they rested`)
    return held
  } finally {
    await Promise.all(links.map((link) => link.close()))
    await transport.close()
  }
}

const connected = (agent: BenchAgent, transport: PlaneTransport): Promise<PlaneLink> =>
  new Promise((resolve) => {
    const link = openPlaneLink({
      ...{ clock: systemClock, random: systemRandom, logger: silentLogger, transport },
      enrolment: async () => agent.enrolment,
      surroundings: {
        identity: { load: async () => agent.identity, save: async () => undefined },
        applied: () => null,
        agentVersion: '0.1.0',
        podName: 'bench',
      },
    })
    link.onConnection((isOpen) => isOpen && resolve(link))
  })

/** The same sessions without Atrium. `pkiDir` holds the plane's certificate. */
const holdBare = async (pkiDir: string): Promise<Held> => {
  const files = [join(pkiDir, 'server.key'), join(pkiDir, 'server.crt')]
  const server = fork(join(import.meta.dirname, 'support/bare-server.ts'), files, {
    execArgv: [...serverNodeFlags, collector],
    env: { ...process.env, ...lastingEnv },
  })
  const [port] = (await once(server, 'message')) as [number]
  const trust = new PlaneTransport().trusting(readFileSync(join(pkiDir, 'ca.crt'), 'utf8'))
  const sockets: LinkSocket[] = []
  try {
    return await measure(server.pid ?? 0, () =>
      forEach(count, DIALS_AT_ONCE, async () => void sockets.push(await opened(`https://localhost:${port}`, trust))),
    )
  } finally {
    for (const socket of sockets) socket.close()
    server.disconnect()
    await once(server, 'exit')
  }
}

const opened = (url: string, trust: Parameters<typeof dialLink>[1]): Promise<LinkSocket> =>
  new Promise((resolve, reject) => {
    const socket: LinkSocket = dialLink(url, trust, {
      opened: () => resolve(socket),
      frame: () => undefined,
      closed: (reason) => reject(new Error(reason)),
    })
  })

await using plane = await openBenchPlane({ nodeOptions: collector })
const agents = await plane.prepare(async (installation) => {
  const tenant = await installation.store.system.createTenant({ name: 'bench' })
  return enrolAgents(installation, tenant.uid, plane.url, count)
})
await plane.server.start()
const held = await holdAgents(plane, agents)
await plane.server.stop()
const bare = await holdBare(join(plane.folder, 'pki'))
report(`${count} idle agents`, [
  { name: 'of each, resident', runs: [held.eachKib], unit: 'KiB', atMost: 35 },
  { name: 'of each, resident, garbage included', runs: [held.uncollectedKib], unit: 'KiB' },
  { name: 'server while they rest, of a core', runs: [held.cpu * 100], unit: '%' },
  { name: 'TLS and ws alone: of each, resident', runs: [bare.eachKib], unit: 'KiB' },
  { name: 'TLS and ws alone: of each, garbage included', runs: [bare.uncollectedKib], unit: 'KiB' },
])
