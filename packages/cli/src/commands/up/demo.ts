import { join } from 'node:path'
import type { Client } from '@atrium/client/client.ts'
import { type Clock, systemClock } from '@atrium/runtime/base/clock.ts'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import { type PlatformHome, readJsonFile } from '@atrium/toolchain/platform.ts'
import { readOverview } from '../../clusters/find.ts'
import { type ClusterProgress, followCluster, hasFailed, isServing, readProgress } from '../../clusters/follow.ts'
import { listMachines } from '../../clusters/machines.ts'
import { type DemoCluster, ensureDemo, findDemo } from '../../demo/create.ts'
import type { Printer } from '../../output/printer.ts'
import type { Connection } from '../../platform/connect.ts'
import { clusterLine } from './progress-lines.ts'

/** The demo as it is now. */
export interface DemoState extends ClusterProgress {
  uid: string
  name: string
  /** One of its workers; null while it does not serve. */
  worker: string | null
}

/** The demo as it is, nothing made and nothing waited for; null when there is none. */
export async function lookAtDemo({ client, home }: Connection): Promise<DemoState | null> {
  const cluster = await findDemo(client, home)
  return cluster && stateOf(client, cluster, await readProgress(client, cluster.uid))
}

/** Makes the demo the first time, and follows it until there is no more to wait for; null when it was deleted. */
export async function bringUpDemo({ client, home }: Connection, printer: Printer): Promise<DemoState | null> {
  const cluster = await ensureDemo(client, home)
  if (cluster === null) {
    printer.say('The demo cluster was deleted; it is not made again.')
    return null
  }
  const usualMs = readUsual(home)
  const beganMs = systemClock.now()
  if (cluster.created) printer.say(`Provisioning cluster '${cluster.name}' on this machine.`)
  const last = await followCluster(client, cluster.uid, {
    clock: systemClock,
    until: untilSettled(systemClock),
    tell: (progress) => {
      if (cluster.created || !isServing(progress))
        printer.say(clusterLine(progress, systemClock.now() - beganMs, usualMs))
    },
  })
  if (cluster.created && last !== null && isServing(last))
    writeFileAtomically(timingFile(home), JSON.stringify({ demoMs: systemClock.now() - beganMs }))
  return stateOf(client, cluster, last)
}

/** A cluster that ran before serves again within 20 s, or something is wrong with it that waiting does not cure. */
const BACK_LIMIT_MS = 45_000

/** Enough was seen: it serves, or waiting longer is of no use. Only the first provisioning is waited for to its end. */
export function untilSettled(clock: Clock): (progress: ClusterProgress) => boolean {
  let runningSinceMs: number | null = null
  return (progress) => {
    if (isServing(progress) || hasFailed(progress) || progress.state === 'Deleting') return true
    if (progress.state !== 'Running') return false
    runningSinceMs ??= clock.now()
    return progress.isStalled || clock.now() - runningSinceMs >= BACK_LIMIT_MS
  }
}

async function stateOf(
  client: Client,
  { uid, name }: DemoCluster,
  progress: ClusterProgress | null,
): Promise<DemoState | null> {
  if (progress === null) return null
  return { ...progress, uid, name, worker: isServing(progress) ? await workerOf(client, uid) : null }
}

async function workerOf(client: Client, uid: string): Promise<string | null> {
  const { spec } = await readOverview(client, uid)
  const machines = await listMachines(client, spec?.cloudConfig)
  return machines.find(({ isControlPlane }) => !isControlPlane)?.machine.metadata?.name ?? null
}

/** How long the demo took before on this machine; 20 s is what a laptop of today needs. */
const timingFile = (home: PlatformHome): string => join(home.folder, 'run', 'demo-timing.json')
const readUsual = (home: PlatformHome): number => readJsonFile<{ demoMs: number }>(timingFile(home))?.demoMs ?? 20_000
