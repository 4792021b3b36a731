import type { KindName } from '@atrium/api/kinds/index.ts'
import type { Changed } from '@atrium/runtime/store/store.ts'
import type { Database } from './database.ts'
import { expired } from './watch.ts'

/** One statement: what a sequencer moves meanwhile is in one of both tables for it, never in none. */
const READ = `
  select h.position, h.pruned, array(
    select uid from changes where tenant = $1 and kind = $2 and position > $3
    union
    select uid from changes_pending where tenant = $1 and kind = $2
  ) as uids from change_head h`

/** See `Store.changedSince`. Changes without a position are for no tenant's role to read. */
export const changedSince = async (
  database: Database,
  tenant: string,
  kind: KindName,
  since: number,
): Promise<Changed> => {
  const values = [tenant, kind, since]
  const [row] = await database.systemReads.query<Changed & { pruned: number; [column: string]: unknown }>(READ, values)
  // A position above the head was given out by another history of the log.
  if (row === undefined || since < row.pruned || since > row.position) throw expired(since)
  return { position: row.position, uids: row.uids }
}
