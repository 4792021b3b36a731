import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { Store } from '@atrium/runtime/store/store.ts'
import { supersedes } from './agent.ts'
import type { SimCloud } from './cloud.ts'

/** Places where a test may plant a bug, to see that a checker names it. */
export interface Plants {
  /** Around the database, beneath the checkers. */
  store: (store: Store) => Store
  supersedes: (next: DesiredState, kept: DesiredState | null) => boolean
  cloud: (cloud: SimCloud) => void
  /** Longest time between two changes of a user: some bugs show only when much happens. */
  restMs: number
}

export const NO_PLANTS: Plants = { store: (store) => store, supersedes, cloud: () => undefined, restMs: 40_000 }
