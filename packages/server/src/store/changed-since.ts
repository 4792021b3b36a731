import type { KindName } from '@atrium/api/kinds/index.ts'
import type { Changed } from '@atrium/runtime/store/store.ts'
import type { Database } from './database.ts'
import { gather } from './gather.ts'
import { expired } from './watch.ts'

/** Whose changes, of which kind, after which position. */
interface Asked {
  tenant: string
  kind: KindName
  since: number
}

interface Found extends Changed {
  pruned: number
  [column: string]: unknown
}

/**
 * One statement for all who ask at once, as a search does that is about several kinds. What a sequencer moves meanwhile is in one of both
 * tables for it, never in none.
 */
const READ = `
  select h.position, h.pruned, array(
    select uid from changes where tenant = a.tenant and kind = a.kind and position > a.since
    union
    select uid from changes_pending where tenant = a.tenant and kind = a.kind
  ) as uids from change_head h, unnest($1::text[], $2::text[], $3::bigint[]) with ordinality as a (tenant, kind, since, place)
  order by a.place`

/** See `Store.changedSince`. Changes without a position are for no tenant's role to read. */
export function changedSince(database: Database): (asked: Asked) => Promise<Changed> {
  const read = gather<Asked, Found | undefined>((asked) => {
    const columns = [asked.map(({ tenant }) => tenant), asked.map(({ kind }) => kind), asked.map(({ since }) => since)]
    return database.systemReads.query<Found>(READ, columns)
  })
  return async (asked) => {
    const found = await read(asked)
    // A position above the head was given out by another history of the log.
    if (found === undefined || asked.since < found.pruned || asked.since > found.position) throw expired(asked.since)
    return { position: found.position, uids: found.uids }
  }
}
