import type { v1SearchFilterSortSpec } from '@atrium/api/generated/operations.d.ts'
import { putRecent } from '@atrium/runtime/base/recent.ts'
import { clusterOrder, type Match, type SearchRow } from './search.ts'
import { SortedRows } from './sorted-rows.ts'

/** What is kept; each is a list of references. */
const ordersKept = 16
const selectionsKept = 32
/** Whoever sends longer filters than people make has them tried on each row. */
const longestKey = 4_096

/** What of the rows is asked for. `key` names what `passes` lets through. */
export interface Selection {
  sort: readonly v1SearchFilterSortSpec[]
  key: string
  passes: Match
}

/** The orders and selections of rows that were asked for lately. They are kept up to date, so that a page need not look at all rows. */
export class Selections {
  readonly #orders = new Map<string, SortedRows<SearchRow>>()
  readonly #selections = new Map<string, SortedRows<SearchRow>>()

  /** Those of `rows` that pass, first field of `sort` first, then by name. */
  of(rows: Iterable<SearchRow>, { sort, key, passes }: Selection): readonly SearchRow[] {
    const sortKey = JSON.stringify(sort.map(({ field, order }) => [field, order]))
    const order = (): SortedRows<SearchRow> =>
      recent(this.#orders, sortKey, ordersKept, () => SortedRows.of(rows, clusterOrder(sort)))
    const select = (): SortedRows<SearchRow> => order().where(passes)
    const whole = `${sortKey} ${key}`
    return (whole.length > longestKey ? select() : recent(this.#selections, whole, selectionsKept, select)).rows
  }

  /** `after` takes the place of `before`; null = there is none on that side. */
  replace(before: SearchRow | null, after: SearchRow | null): void {
    for (const order of this.#orders.values()) order.replace(before, after)
    for (const selection of this.#selections.values()) selection.replace(before, after)
  }
}

/** What is kept under the key, made if need be. Of more than `most` the one goes that was longest not asked for. */
function recent<T>(kept: Map<string, T>, key: string, most: number, make: () => T): T {
  const found = kept.get(key) ?? make()
  putRecent(kept, key, found, most)
  return found
}
