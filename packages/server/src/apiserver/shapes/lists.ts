import type { v1ListMetaData } from '@atrium/api/generated/operations.d.ts'
import type { ObjectMeta } from '@atrium/api/kinds/meta.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { ListQuery } from '@atrium/runtime/store/store.ts'
import { parseFilters } from './filters.ts'
import { orderViews } from './order.ts'

/** Paging parameters of list operations, as sent. */
export interface Paging {
  limit?: number | undefined
  offset?: number | undefined
  continue?: string | undefined
}

/** What list operations take besides. */
export interface Selection extends Paging {
  filters?: string | undefined
  orderBy?: string | undefined
}

const defaultLimit = 50
/** Behind the end of every list, and a number that a database takes. */
const endless = 2 ** 31

/** A page of those views that pass `filters`, in the order asked for. */
export const pageOfViews = <T>(views: readonly T[], selection: Selection, fallback = defaultLimit): Page<T> =>
  pageOfArray(orderViews(views.filter(parseFilters(selection.filters)), selection.orderBy), selection, fallback)

/**
 * The page to read: `limit` 0 = everything, absent = `fallback` (50; pass 0 for lists that clients never continue).
 */
function pageOf(paging: Paging, fallback = defaultLimit): Pick<ListQuery, 'limit' | 'offset' | 'continue'> {
  const { limit = fallback, offset = 0, continue: token } = paging
  if (limit < 0 || offset < 0) {
    throw new AtriumError('InvalidRequest', 'limit and offset cannot be negative.', {
      details: { field: limit < 0 ? 'limit' : 'offset' },
    })
  }
  const start = offset > 0 ? { offset: Math.min(offset, endless) } : {}
  return { limit: Math.min(limit, endless), ...(token ? { continue: token } : start) }
}

/** Whose objects a list shows: at tenant scope the tenant's, in a project its own and the tenant's. */
export const listedFrom = (project: string | null): NonNullable<ListQuery['project']> | null =>
  project === null ? null : [project, null]

/** What is the project's own before what is the tenant's: clients take the first of a name. */
export const ownFirst = <T extends { meta: Pick<ObjectMeta, 'project'> }>(items: readonly T[]): T[] =>
  items.toSorted((a, b) => Number(a.meta.project === null) - Number(b.meta.project === null))

/** Part of a list: `start` is the position of its first item, `count` what the whole list holds. */
export interface Page<T> {
  items: T[]
  count: number
  start: number
  continue?: string
}

/** `listmeta` of an answer: always an object, `continue` empty on the last page, `offset` where the next page starts. */
export const listMeta = ({ items, count, start, ...page }: Page<unknown>): Required<v1ListMetaData> => ({
  continue: page.continue ?? '',
  count,
  limit: items.length,
  offset: start + items.length,
})

/** A page of what is wholly in memory; tokens are positions. */
export function pageOfArray<T>(all: readonly T[], paging: Paging, fallback = defaultLimit): Page<T> {
  const { start, end } = boundsOf(paging, fallback)
  return pageFrom(all.slice(start, end), all.length, start)
}

/** A page of what is counted and read by itself: `read` is told how many (null = all) and after how many. */
export async function pageOfRows<T>(
  paging: Paging,
  read: (limit: number | null, offset: number) => Promise<T[]>,
  count: () => Promise<number>,
): Promise<Page<T>> {
  const { start, end } = boundsOf(paging, defaultLimit)
  const limit = Number.isFinite(end) ? end - start : null
  const items = await read(limit, start)
  const isWhole = start === 0 && (limit === null || items.length < limit)
  return pageFrom(items, isWhole ? items.length : await count(), start)
}

/** A page of those that are found among many: no list of all is made. */
export function pageOfFound<T>(
  all: readonly T[],
  isFound: (item: T) => boolean,
  paging: Paging,
  { order, fallback = defaultLimit }: { order: 'forwards' | 'backwards'; fallback?: number },
): Page<T> {
  const { start, end } = boundsOf(paging, fallback)
  const items: T[] = []
  let count = 0
  for (let index = 0; index < all.length; index += 1) {
    const item = all[order === 'forwards' ? index : all.length - 1 - index] as T
    if (!isFound(item)) continue
    if (count >= start && count < end) items.push(item)
    count += 1
  }
  return pageFrom(items, count, start)
}

function pageFrom<T>(items: T[], count: number, start: number): Page<T> {
  const end = start + items.length
  return { items, count, start, ...(end < count ? { continue: String(end) } : {}) }
}

function boundsOf(paging: Paging, fallback: number): { start: number; end: number } {
  const { limit = 0, offset = 0, continue: token } = pageOf(paging, fallback)
  const start = Math.min(token === undefined ? offset : Number(token), endless)
  if (!Number.isInteger(start) || start < 0) {
    throw new AtriumError('InvalidRequest', 'continue is not a token of this list. Start again without it.', {
      details: { field: 'continue' },
    })
  }
  return { start, end: limit === 0 ? Number.POSITIVE_INFINITY : start + limit }
}
