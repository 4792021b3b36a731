import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { Print } from '../../operation.ts'
import { viewSummary } from './summary.ts'

/**
 * What a list shows of one cluster, printed once for many pages. Heartbeats change without the cluster: the text has a gap
 * for the time of the newest one, `heardAt` is the one its status remembers. One that was never heard of is `whole`.
 */
export interface PrintedRow {
  head: string
  tail: string
  heardAt: string | null
  whole: string
}

/** No stored text can hold this character, so nothing else in a view is printed like it. */
const gap = '\0'

export function printRow(cluster: StoredObject<'Cluster'>, print: Print): PrintedRow {
  const printed = (heardAt?: string): string => print('v1SpectroClusterSummary', viewSummary(cluster, heardAt))
  const [head = '', tail = ''] = printed(gap).split(JSON.stringify(gap))
  const heardAt = cluster.status.agent?.lastHeartbeatAt || null
  return { head, tail, heardAt, whole: heardAt === null ? printed() : '' }
}

/** Its text in parts. `heardAt` is fresher than what the cluster's status remembers. */
export function textsOfRow({ head, tail, whole, ...row }: PrintedRow, heardAt: string | undefined): string[] {
  const at = heardAt ?? row.heardAt
  return at === null ? [whole] : [head, JSON.stringify(at), tail]
}

export const sizeOfRow = ({ head, tail, whole }: PrintedRow): number => head.length + tail.length + whole.length
