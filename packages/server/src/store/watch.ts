import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { ChangeEvent, WatchOptions } from '@atrium/runtime/store/store.ts'
import type { ChangeTail } from './change-tail.ts'
import type { Database } from './database.ts'
import { readHead } from './history.ts'

const READ_MAX = 1_000

const READ = `
  select position, tenant, kind, uid, project, type, resource_version as "resourceVersion",
    former_labels as "formerLabels"
  from changes where tenant = $1 and position > $2 and position <= $3 order by position limit ${READ_MAX}`

/** Events after `from`: out of memory while the watcher keeps up, out of the database where it lags. */
export async function* watchChanges(
  database: Database,
  tail: ChangeTail,
  options: WatchOptions,
  from: number,
): AsyncGenerator<ChangeEvent> {
  const { tenant, kinds, signal } = options
  const wanted = (event: ChangeEvent): boolean =>
    event.tenant === tenant && (kinds === undefined || kinds.includes(event.kind))
  let position = from
  if (position > tail.position) await mustExist(database, position)
  while (!signal.aborted && !tail.closed) {
    const events = tail.after(position) ?? (await readBack(database, tail, tenant, position))
    for (const event of events) {
      if (signal.aborted) return
      position = event.position
      if (wanted(event)) yield event
    }
    options.reached?.(position)
    if (!signal.aborted) await tail.waitAfter(position, signal)
  }
}

/**
 * One page from the database as the tenant's own role. Ends with an event that may belong to nobody: it carries the
 * position up to which this tenant has nothing more.
 */
const readBack = async (
  database: Database,
  tail: ChangeTail,
  tenant: string,
  position: number,
): Promise<ChangeEvent[]> => {
  const upTo = tail.position
  if (position >= upTo) return []
  const events = await database.withTenant(tenant, (sql) =>
    sql.query<ChangeEvent & Record<string, unknown>>(READ, [tenant, position, upTo]),
  )
  // Read after the page: what had been pruned before the page was read shows here.
  const { pruned } = await readHead(database)
  if (position < pruned) throw expired(position)
  if (events.length === READ_MAX) return events
  return [
    ...events,
    { position: upTo, tenant: '', kind: 'Project', uid: '', project: null, type: 'status', resourceVersion: 0 },
  ]
}

/** A position that this database never gave out. */
const mustExist = async (database: Database, position: number): Promise<void> => {
  const head = await readHead(database)
  if (position > head.position) throw expired(position)
}

export const expired = (position: number): AtriumError =>
  new AtriumError('ResourceExpired', `changes after position ${position} are no longer kept: list again, then watch`)
