import type { v1SpectroClusterUidSummary } from '@atrium/api/generated/operations.d.ts'
import type { Client } from '@atrium/client/client.ts'
import { ApiError } from '@atrium/client/error.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { readOverview } from './find.ts'

/** Where a cluster is, in one line. */
export interface ClusterProgress {
  state: string
  health: string
  /** What it waits for. */
  waitingFor: string
  /** Nothing moves until somebody does what `waitingFor` says. */
  isStalled: boolean
  layersReady: number
  layers: number
}

function progressOf({ status }: v1SpectroClusterUidSummary): ClusterProgress {
  const conditions = status?.conditions ?? []
  const of = (wanted: string) => conditions.find(({ type }) => type === wanted)
  const deleting = status?.state === 'Deleting'
  // Until the deletion is looked at, the conditions are those from before it.
  const isStalled = of('Stalled')?.status === 'True' && (!deleting || of('Deleting') !== undefined)
  const waiting = of(isStalled ? 'Stalled' : deleting ? 'Deleting' : 'Ready')
  const packs = status?.packs ?? []
  return {
    state: status?.state ?? 'Unknown',
    health: status?.health?.state ?? 'Unknown',
    waitingFor: waiting?.message ?? '',
    isStalled,
    layersReady: packs.filter((pack) => pack.condition?.status === 'True').length,
    layers: packs.length,
  }
}

export const isServing = ({ state, health }: ClusterProgress): boolean => state === 'Running' && health === 'Healthy'
export const hasFailed = ({ state }: ClusterProgress): boolean => state === 'Failed'

const LOOK_MS = 500

/**
 * Tells the cluster's progress whenever it changes, until `until` says enough. Answers the last one; null once the cluster is gone.
 */
export async function followCluster(
  client: Client,
  uid: string,
  options: { clock: Clock; until(progress: ClusterProgress): boolean; tell(progress: ClusterProgress): void },
): Promise<ClusterProgress | null> {
  let last = ''
  for (;;) {
    const progress = await readProgress(client, uid)
    if (progress === null) return null
    const now = JSON.stringify(progress)
    if (now !== last) options.tell(progress)
    last = now
    if (options.until(progress)) return progress
    await options.clock.sleep(LOOK_MS)
  }
}

/** Where the cluster is now; null when it is gone. */
export async function readProgress(client: Client, uid: string): Promise<ClusterProgress | null> {
  const overview = await overviewOrGone(client, uid)
  return overview && progressOf(overview)
}

async function overviewOrGone(client: Client, uid: string): Promise<v1SpectroClusterUidSummary | null> {
  try {
    return await readOverview(client, uid)
  } catch (error) {
    if (error instanceof ApiError && error.code === 'ResourceNotFound') return null
    throw error
  }
}
