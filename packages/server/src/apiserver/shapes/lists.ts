import type { v1ListMetaData } from '@atrium/api/generated/operations.d.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { ListQuery } from '@atrium/runtime/store/store.ts'

/** Paging parameters of list operations, as sent. */
export interface Paging {
  limit?: number | undefined
  offset?: number | undefined
  continue?: string | undefined
}

const defaultLimit = 50

/**
 * The page to read: `limit` 0 = everything, absent = `fallback` (50; pass 0 for lists that clients never continue).
 */
export function pageOf(paging: Paging, fallback = defaultLimit): Pick<ListQuery, 'limit' | 'offset' | 'continue'> {
  const { limit = fallback, offset = 0, continue: token } = paging
  if (limit < 0 || offset < 0) {
    throw new AtriumError('InvalidRequest', 'limit and offset cannot be negative.', {
      details: { field: limit < 0 ? 'limit' : 'offset' },
    })
  }
  return { limit, ...(token ? { continue: token } : offset > 0 ? { offset } : {}) }
}

/** Whose objects a list shows: at tenant scope the tenant's, in a project its own and the tenant's. */
export const listedFrom = (project: string | null): NonNullable<ListQuery['project']> | null =>
  project === null ? null : [project, null]

/** `listmeta` of an answer: always an object, `continue` empty on the last page. */
export function listMeta(
  page: { items: readonly unknown[]; count: number; continue?: string },
  paging: Paging = {},
): Required<v1ListMetaData> {
  const offset = paging.offset ?? 0
  return {
    continue: page.continue ?? '',
    count: page.count,
    limit: page.items.length,
    offset: offset + page.items.length,
  }
}

/** A page of what is wholly in memory; tokens are positions. */
export function pageOfArray<T>(all: readonly T[], paging: Paging, fallback = defaultLimit) {
  const { limit = 0, offset = 0, continue: token } = pageOf(paging, fallback)
  const start = token === undefined ? offset : Number(token)
  if (!Number.isInteger(start) || start < 0) {
    throw new AtriumError('InvalidRequest', 'continue is not a token of this list. Start again without it.', {
      details: { field: 'continue' },
    })
  }
  const end = limit === 0 ? all.length : Math.min(start + limit, all.length)
  const items = all.slice(start, end)
  return { items, count: all.length, ...(end < all.length ? { continue: String(end) } : {}) }
}
