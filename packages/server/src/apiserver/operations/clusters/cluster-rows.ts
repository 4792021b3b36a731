import type { Store } from '@atrium/runtime/store/store.ts'
import { HeldByTenant, HeldRows } from '../../../store/held-rows.ts'
import type { Print } from '../../operation.ts'
import { sizeOfRow } from './printed-row.ts'
import type { SearchRow } from './search.ts'
import { rowOf } from './search-row.ts'
import { type Selection, Selections } from './selections.ts'

/** The clusters of one tenant in this server's memory, with the selections of them that are asked for. */
export class ClusterRows {
  readonly #held: HeldRows<'Cluster', SearchRow>
  #selections = new Selections()
  #sizeBytes = 0

  constructor(store: Store, tenant: string, print: Print) {
    this.#held = new HeldRows(store, tenant, {
      kind: 'Cluster',
      rowOf: (cluster) => rowOf(cluster, print),
      onChange: (before, row) => {
        this.#selections.replace(before, row)
        this.#sizeBytes += (row === null ? 0 : sizeOf(row)) - (before === null ? 0 : sizeOf(before))
      },
      // Cheaper made anew than told of each row.
      onReset: () => {
        this.#selections = new Selections()
      },
    })
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Resolves once the rows are as they were when it was called, or newer. */
  refresh(): Promise<void> {
    return this.#held.refresh()
  }

  /** Those that pass, in the order asked for. */
  select(selection: Selection): readonly SearchRow[] {
    return this.#selections.of(this.#held.values(), selection)
  }
}

/** Beside its printed text, about: names, tags and places in lists. */
const fieldsBytes = 1_000
const sizeOf = ({ printed }: SearchRow): number => fieldsBytes + sizeOfRow(printed)

const byTenant = new HeldByTenant<ClusterRows>(128 * 1024 * 1024)

/** The clusters of the tenant as they are now, printed by `print`: the same for all of a store. */
export const clusterRows = (store: Store, tenant: string, print: Print): Promise<ClusterRows> =>
  byTenant.of(store, tenant, () => new ClusterRows(store, tenant, print))
