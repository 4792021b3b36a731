import type { AtriumRevision, AtriumRevisionDifference } from '@atrium/api/generated/operations.d.ts'
import type { Client } from '@atrium/client/client.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { formatAge, formatTable, type TableOptions } from '../output/table.ts'
import { tableOptions } from '../output/terminal.ts'

/** The revisions of a cluster or profile as text, or one of them with each field that it changed. */
export async function tellRevisions(
  client: Client,
  of: 'clusters' | 'profiles',
  uid: string,
  number: string | undefined,
): Promise<string> {
  if (number !== undefined)
    return describeRevision(
      await client.call(`GET /atrium/v1/${of}/{uid}/revisions/{number}`, { params: { uid, number } }),
    )
  const items = []
  for await (const item of client.list(`GET /atrium/v1/${of}/{uid}/revisions`, { params: { uid } })) items.push(item)
  return revisionTable(items, systemClock.now(), tableOptions())
}

const authorOf = ({ by }: Pick<AtriumRevision, 'by'>): string => by?.name || by?.uid || 'not recorded'

/** Revisions as text, in the order given. */
export const revisionTable = (items: readonly AtriumRevision[], nowMs: number, fit: TableOptions = {}): string =>
  formatTable(
    ['REVISION', 'AGE', 'BY', 'NOTE', 'CHANGE'],
    items.map((one) => [String(one.number), formatAge(one.at, nowMs), authorOf(one), one.note ?? '-', one.summary]),
    fit,
  )

/** One revision as text, with each field that it changed. */
export function describeRevision(revision: AtriumRevisionDifference): string {
  const { number, at, note, previous, changes, more, summary } = revision
  return [
    `Revision:  ${number}${previous === null ? '' : ` (after ${previous})`}`,
    `By:        ${authorOf(revision)}`,
    `At:        ${at}`,
    ...(note === null ? [] : [`Note:      ${note}`]),
    ...(changes.length === 0 ? [`Change:    ${summary}`] : []),
    ...changes.flatMap((change) => ['', ...linesOf(change)]),
    ...(more > 0 ? ['', `and ${more} more changes`] : []),
  ].join('\n')
}

function linesOf({ path, change, old, new: fresh, lines }: AtriumRevisionDifference['changes'][number]): string[] {
  if (lines) return [path, ...lines.map((line) => `  ${line}`)]
  if (change === 'added') return [`${path} added`, ...valueLines('+', fresh)]
  if (change === 'removed') return [`${path} removed`, ...valueLines('-', old)]
  return [change === 'reordered' ? `${path} reordered` : path, ...valueLines('-', old), ...valueLines('+', fresh)]
}

const valueLines = (sign: string, value: unknown): string[] =>
  (typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? ''))
    .split('\n')
    .map((line) => `  ${sign} ${line}`)
