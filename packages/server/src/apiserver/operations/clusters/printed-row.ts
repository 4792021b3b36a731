import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { Print } from '../../operation.ts'
import { viewSummary } from './summary.ts'

/**
 * What a list shows of one cluster, printed once for many pages. Heartbeats change without the cluster: the text has a gap
 * for the time of the newest one. A cluster that was never heard of has no such field, and a text of its own.
 */
export type PrintedRow = { head: string; tail: string } & ({ heardAt: string } | { unheard: string })

/** No stored text can hold this character, so nothing else in a view is printed like it. */
const gap = '\0'

export function printRow(cluster: StoredObject<'Cluster'>, print: Print): PrintedRow {
  const printed = (heardAt?: string): string => print('v1SpectroClusterSummary', viewSummary(cluster, heardAt))
  const [head = '', tail = ''] = printed(gap).split(JSON.stringify(gap))
  const heardAt = cluster.status.agent?.lastHeartbeatAt
  return heardAt ? { head, tail, heardAt } : { head, tail, unheard: printed() }
}

/** `heardAt` is fresher than what the cluster's status remembers. */
export function textOfRow(row: PrintedRow, heardAt: string | undefined): string {
  if (heardAt === undefined && 'unheard' in row) return row.unheard
  return `${row.head}${JSON.stringify(heardAt ?? ('heardAt' in row ? row.heardAt : ''))}${row.tail}`
}

export const sizeOfRow = (row: PrintedRow): number =>
  row.head.length + row.tail.length + ('unheard' in row ? row.unheard.length : 0)
