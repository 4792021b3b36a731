import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { PlatformHome, PlatformPart } from '@atrium/toolchain/platform.ts'
import { adoptProcess, type ProcessRecord, signalProcess } from '@atrium/toolchain/process.ts'
import { processesOf } from './world.ts'

export const victims = ['server', 'postgres', 'registry', 'cloud', 'agent', 'etcd', 'kube-apiserver'] as const
export type Victim = (typeof victims)[number]

export const pick = <T>(items: readonly T[], random: Random): T | undefined =>
  items[Math.floor(random.fraction() * items.length)]

/** Every victim once before any comes twice, in an order of chance. */
export function victimOrder(count: number, random: Random): Victim[] {
  const order: Victim[] = []
  while (order.length < count) {
    const left = [...victims]
    while (left.length > 0) order.push(...left.splice(Math.floor(random.fraction() * left.length), 1))
  }
  return order.slice(0, count)
}

const isPart = (victim: Victim): victim is PlatformPart & Victim =>
  ['server', 'postgres', 'registry', 'cloud'].includes(victim)

/** Ends one process of this kind at once; answers its pid, or null when none runs now. */
export async function killOne(home: PlatformHome, victim: Victim, random: Random): Promise<number | null> {
  const record = isPart(victim)
    ? await adoptProcess(home.recordFile(victim))
    : victim === 'agent'
      ? agentOf(home, random)
      : await clusterProcess(home, victim, random)
  return record !== null && signalProcess(record, 'SIGKILL') ? record.pid : null
}

async function clusterProcess(home: PlatformHome, name: string, random: Random): Promise<ProcessRecord | null> {
  const folder = join(home.cloudFolder, 'clusters')
  const records = readdirSync(folder).map((uid) => adoptProcess(join(folder, uid, 'run', `${name}.json`)))
  return (
    pick(
      (await Promise.all(records)).filter((record) => record !== null),
      random,
    ) ?? null
  )
}

function agentOf(home: PlatformHome, random: Random): ProcessRecord | null {
  const agents = processesOf(home.folder).filter(({ commandLine }) =>
    commandLine.some((word) => word.endsWith('packages/agent/src/main.ts')),
  )
  const agent = pick(agents, random)
  return agent ? { name: 'agent', startedAt: '', ...agent } : null
}

/** The ports that clusters of this home have now. */
export const clusterPorts = (home: PlatformHome): Map<string, number> => {
  const folder = join(home.cloudFolder, 'clusters')
  return new Map(
    readdirSync(folder).flatMap((uid) => {
      try {
        const { apiPort } = JSON.parse(readFileSync(join(folder, uid, 'cluster.json'), 'utf8')) as { apiPort: number }
        return [[uid, apiPort] as const]
      } catch {
        // Just being made or removed.
        return []
      }
    }),
  )
}
