import type { KindName, SpecOf } from '@atrium/api/kinds/index.ts'
import type { Actor, Revision } from '@atrium/runtime/store/store.ts'
import type { TxContext } from './tx-context.ts'

interface RevisionRow<K extends KindName> extends Record<string, unknown> {
  generation: number
  at: Date
  revised_by: Revision<K>['by']
  note: string | null
  spec: SpecOf<K>
}

/** Kinds share one table: a uid of another kind has no revisions here. */
const NEWEST = `
  with object as (
    select generation, coalesce(revised_at, modified_at) as at, revised_by, note, spec from objects
    where tenant = $1 and kind = $2 and uid = $3
  ), revision as (
    select * from object
    union all
    select h.generation, h.at, h.revised_by, h.note, h.spec from object_history h
    where h.tenant = $1 and h.uid = $3 and exists (select from object)
  )
  select * from revision where ($5::bigint is null or generation < $5) order by generation desc limit $4`

export const readRevisions = async <K extends KindName>(
  context: Pick<TxContext, 'sql' | 'tenant'>,
  kind: K,
  uid: string,
  query: { limit: number; before?: number },
): Promise<Revision<K>[]> => {
  const values = [context.tenant, kind, uid, query.limit, query.before ?? null]
  const rows = await context.sql.query<RevisionRow<K>>(NEWEST, values)
  return rows.map(({ at, revised_by: by, ...row }) => ({ ...row, at: at.toISOString(), by }))
}

/** Columns `revised_by` and `note` of what this actor writes. */
export const authorOf = ({ type, uid, name, note }: Actor): [string, string | null] => [
  JSON.stringify({ type, uid, name }),
  note ?? null,
]
