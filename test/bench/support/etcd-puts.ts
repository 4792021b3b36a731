import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '@atrium/dev-env/free-port.ts'
import { goProgram } from '@atrium/dev-env/go-program.ts'
import { cpuMs } from '@atrium/dev-env/process-use.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { ensureTools } from '@atrium/toolchain/tools.ts'
import { cores, pin } from './cores.ts'

const run = promisify(execFile)
const READY_LIMIT_MS = 30_000

export interface EtcdPuts {
  perSecond: number
  p99Ms: number
  /** For each second of its processor time: what other work on the machine changes little. */
  perCpuSecond: number
}

/**
 * What etcd takes of puts, the write below every heartbeat of the Kubernetes way: one member that waits for the disk, on
 * the core where the server ran, loaded by etcd's own `benchmark` from the other core.
 */
export const measureEtcdPuts = async (
  folder: string,
  load: { clients: number; connections: number; total: number },
): Promise<EtcdPuts> => {
  const { etcd } = await ensureTools(['etcd'])
  const benchmark = await goProgram('peer-etcd-benchmark', 'go.etcd.io/etcd/v3/tools/benchmark')
  const data = mkdtempSync(join(folder, 'etcd-'))
  const client = `http://127.0.0.1:${await freePort()}`
  const peer = `http://127.0.0.1:${await freePort()}`
  const server = spawn(
    etcd,
    [
      ...['--data-dir', data, '--log-level', 'fatal'],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const ended = once(server, 'exit')
  try {
    await untilHealthy(client)
    const pid = server.pid ?? 0
    pin(pid, cores.measured)
    const beforeMs = cpuMs(pid)
    const { stdout } = await run(benchmark, [
      ...['--endpoints', client.replace('http://', ''), '--precise'],
      ...['--clients', String(load.clients), '--conns', String(load.connections)],
      ...['put', '--total', String(load.total), '--key-space-size', '10000', '--val-size', '200'],
    ])
    return { ...readReport(stdout), perCpuSecond: (load.total / (cpuMs(pid) - beforeMs)) * 1000 }
  } finally {
    server.kill('SIGTERM')
    await ended
    rmSync(data, { recursive: true, force: true })
  }
}

const untilHealthy = async (client: string): Promise<void> => {
  const deadlineMs = systemClock.elapsed() + READY_LIMIT_MS
  for (;;) {
    const healthy = await fetch(`${client}/health`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (healthy) return
    if (systemClock.elapsed() > deadlineMs) throw new Error('etcd does not answer')
    await systemClock.sleep(50)
  }
}

/** The report of `benchmark --precise`. */
const readReport = (text: string): Omit<EtcdPuts, 'perCpuSecond'> => ({
  perSecond: Number(/Requests\/sec:\s+([\d.e+-]+)/.exec(text)?.[1]),
  p99Ms: Number(/99% in ([\d.e+-]+) secs/.exec(text)?.[1]) * 1000,
})
