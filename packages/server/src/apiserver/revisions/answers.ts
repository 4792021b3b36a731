import type { AtriumRevision, AtriumRevisionDifference, AtriumRevisions } from '@atrium/api/generated/operations.d.ts'
import type { KindName, SpecOf } from '@atrium/api/kinds/index.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { type LineBudget, lineDifference, newLineBudget } from '@atrium/runtime/base/line-difference.ts'
import type { Revision, StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { listMeta } from '../shapes/lists.ts'
import { maskedValue } from '../shapes/masked.ts'
import { Hidden, type SpecChange, specChanges } from './difference.ts'
import type { SpecView } from './spec-views.ts'
import { summaryOf } from './summary.ts'

const defaultLimit = 20
/** More than the store keeps of one object. */
const allKept = 100
const changesShown = 1_000

/** Makes what is compared of specs, knowing all that are shown together. */
export type ViewsOf<K extends KindName> = (specs: SpecOf<K>[]) => (spec: SpecOf<K>) => SpecView

/** The revisions of an object, newest first; the token of the next page is the number of the last revision of this one. */
export async function revisionsPage<K extends KindName>(
  tx: Tx,
  object: StoredObject<K>,
  { limit = defaultLimit, continue: token }: { limit?: number | undefined; continue?: string | undefined },
  viewsOf: ViewsOf<K>,
): Promise<AtriumRevisions> {
  const kept = await tx.revisions(object.kind, object.meta.uid, { limit: allKept })
  const view = viewsOf([object.spec, ...kept.map(({ spec }) => spec)])
  const before = token ? readToken(token) : Number.POSITIVE_INFINITY
  const start = kept.filter(({ generation }) => generation >= before).length
  const end = Math.min(start + limit, kept.length)
  const items = kept.slice(start, end).map((one, index) => {
    // Each is told by what it changed of the one before.
    return viewRevision(one, changesOf(kept[start + index + 1], one, view))
  })
  const next = end < kept.length ? { continue: String(items.at(-1)?.number) } : {}
  return { items, listmeta: listMeta({ items, count: kept.length, start, ...next }) }
}

/** One revision, and what it changed of the one before. */
export async function revisionDifference<K extends KindName>(
  tx: Tx,
  object: StoredObject<K>,
  number: string,
  viewsOf: ViewsOf<K>,
): Promise<AtriumRevisionDifference> {
  const [revision, previous] = await revisionAt(tx, object, number)
  const specs = [object.spec, revision.spec, ...(previous ? [previous.spec] : [])]
  const changes = changesOf(previous, revision, viewsOf(specs))
  const budget = newLineBudget()
  return {
    ...viewRevision(revision, changes),
    previous: previous?.generation ?? null,
    changes: (changes ?? []).slice(0, changesShown).map((one) => viewChange(one, budget)),
    more: Math.max(0, (changes?.length ?? 0) - changesShown),
  }
}

/** The revision of that number and the one before it, as far as they are kept. */
async function revisionAt<K extends KindName>(
  tx: Tx,
  { kind, meta }: StoredObject<K>,
  number: string,
): Promise<[Revision<K>, Revision<K> | undefined]> {
  const wanted = /^[1-9]\d{0,14}$/.test(number) ? Number(number) : 0
  const [revision, previous] = await tx.revisions(kind, meta.uid, { limit: 2, before: wanted + 1 })
  if (revision && revision.generation === wanted) return [revision, previous]
  throw new AtriumError(
    'ResourceNotFound',
    `Revision '${number.slice(0, 20)}' is not kept: the present one is ${meta.generation}, and twenty before it are kept.`,
  )
}

/** Null when what it would be compared with is not there. */
function changesOf<K extends KindName>(
  previous: Revision<K> | undefined,
  revision: Revision<K>,
  view: (spec: SpecOf<K>) => SpecView,
): SpecChange[] | null {
  return previous ? specChanges(view(previous.spec), view(revision.spec)) : null
}

function viewRevision({ generation, at, by, note }: Revision<KindName>, changes: SpecChange[] | null): AtriumRevision {
  const summary = changes ? summaryOf(changes) : generation === 1 ? 'created' : 'what it changed is not kept any more'
  return { number: generation, at, by, note, summary }
}

function viewChange({ path, change, old, new: fresh }: SpecChange, budget: LineBudget) {
  const isText = [old, fresh].every((value) => typeof value === 'string') && `${old}${fresh}`.includes('\n')
  return isText
    ? { path, change, old: null, new: null, lines: lineDifference(String(old), String(fresh), budget) }
    : { path, change, old: shown(old) ?? null, new: shown(fresh) ?? null, lines: null }
}

function shown(value: unknown): unknown {
  if (value instanceof Hidden) return maskedValue
  if (Array.isArray(value)) return value.map(shown)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shown(part)]))
}

function readToken(token: string): number {
  if (/^[1-9]\d{0,14}$/.test(token)) return Number(token)
  throw new AtriumError('InvalidRequest', 'continue is not a token of this list. Start again without it.', {
    details: { field: 'continue' },
  })
}
