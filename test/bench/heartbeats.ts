/**
 * Heartbeats a second, end to end: agents on real links (TLS, WebSocket, proof) that beat as soon as the heartbeat before
 * was acknowledged, none ahead of its answer; a real server on a core of its own; a PostgreSQL that waits for the disk. Agents
 * and PostgreSQL share the other core. Beside it, in the same run and on the same cores: puts of etcd.
 *
 *     node test/bench/heartbeats.ts [--agents 2000] [--seconds 60] [--puts 200000]
 *
 * Linux only: processes are pinned by taskset.
 */
import { parseArgs } from 'node:util'
import { PlaneTransport } from '@atrium/agent/link/transport.ts'
import { forEach } from '@atrium/dev-env/simulated-fleet/populate.ts'
import { rowsWritten } from '@atrium/dev-env/tables.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { type BenchAgent, enrolAgents } from './support/agents.ts'
import { BeatingAgent } from './support/beating-agent.ts'
import { cores, pin } from './support/cores.ts'
import { measureEtcdPuts } from './support/etcd-puts.ts'
import { percentile } from './support/percentile.ts'
import { type BenchPlane, openBenchPlane } from './support/plane.ts'
import { report } from './support/report.ts'

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '60' },
    puts: { type: 'string', default: '200000' },
  },
})
const [count, seconds, puts] = [Number(values.agents), Number(values.seconds), Number(values.puts)]
/** First beats compile code on both sides. */
const WARM_UP_MS = 5_000
/** Dialled at a time: each costs the server some signatures and transactions. */
const DIALS_AT_ONCE = 20
/** An unchanged heartbeat writes at most one row in this time. */
const ROW_SECONDS = 30

interface Beats {
  perSecond: number
  p50Ms: number
  p99Ms: number
  serverCpu: number
  perCpuSecond: number
  rowsPerSecond: number
}

const beat = async (plane: BenchPlane, agents: readonly BenchAgent[]): Promise<Beats> => {
  const transport = new PlaneTransport()
  const lost: string[] = []
  let acks: number[] = []
  const beating = agents.map((agent) => new BeatingAgent(agent, systemClock, (ackMs) => void acks.push(ackMs)))
  try {
    await forEach(beating.length, DIALS_AT_ONCE, async (index) => beating[index]?.connect(transport))
    for (const agent of beating) agent.start((reason) => void lost.push(reason))
    await systemClock.sleep(WARM_UP_MS)
    acks = []
    const before = { ms: systemClock.elapsed(), cpuMs: plane.server.cpuMs(), rows: await sessionRows(plane) }
    await systemClock.sleep(seconds * 1000)
    const tookMs = systemClock.elapsed() - before.ms
    const measured = acks
    const cpuMs = plane.server.cpuMs() - before.cpuMs
    const rows = (await sessionRows(plane)) - before.rows
    if (lost.length > 0) throw new Error(`${lost.length} links ended: ${lost[0]}`)
    return {
      perSecond: (measured.length / tookMs) * 1000,
      p50Ms: percentile(measured, 0.5),
      p99Ms: percentile(measured, 0.99),
      serverCpu: cpuMs / tookMs,
      perCpuSecond: (measured.length / cpuMs) * 1000,
      rowsPerSecond: (rows / tookMs) * 1000,
    }
  } finally {
    for (const agent of beating) agent.close()
    await transport.close()
  }
}

const sessionRows = (plane: BenchPlane): Promise<number> => rowsWritten(plane.databaseUrl, 'link_sessions')

pin(process.pid, cores.load)
await using plane = await openBenchPlane()
const agents = await plane.prepare(async (installation) => {
  const tenant = await installation.store.system.createTenant({ name: 'bench' })
  return enrolAgents(installation, tenant.uid, plane.url, count)
})
await plane.server.start()
pin(plane.server.pid, cores.measured)
const beats = await beat(plane, agents)
await plane.server.stop()
const etcd = await measureEtcdPuts(plane.folder, { clients: count, connections: 100, total: puts })
report(`${count} agents beat for ${seconds} s, each as fast as it is answered`, [
  { name: 'heartbeats', runs: [beats.perSecond], unit: '/s', atLeast: 10_000 },
  { name: 'acknowledged, p50', runs: [beats.p50Ms], unit: 'ms' },
  { name: 'acknowledged, p99', runs: [beats.p99Ms], unit: 'ms' },
  { name: 'rows of sessions written', runs: [beats.rowsPerSecond], unit: '/s', atMost: Math.ceil(count / ROW_SECONDS) },
  { name: 'server, of its core', runs: [beats.serverCpu * 100], unit: '%' },
  { name: 'heartbeats for each second of its processor time', runs: [beats.perCpuSecond], unit: '/s' },
  { name: 'etcd: puts of as many clients', runs: [etcd.perSecond], unit: '/s' },
  { name: 'etcd: acknowledged, p99', runs: [etcd.p99Ms], unit: 'ms' },
  { name: 'etcd: puts for each second of its processor time', runs: [etcd.perCpuSecond], unit: '/s' },
  { name: 'heartbeats for each put of etcd', runs: [beats.perSecond / etcd.perSecond], unit: 'times', atLeast: 1 },
])
