import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Random } from '../base/random.ts'
import type { Store } from '../store/store.ts'
import type { BackoffOptions } from './backoff.ts'
import type { Declaration, Reconciler } from './reconciler.ts'

export interface ControllerOptions {
  store: Store
  clock: Clock
  random: Random
  logger: Logger
  /** Names this process in leases: unique among all processes that ever ran. */
  owner: string
  reconcilers: Reconciler[]
  /** Parts that write status without a loop of their own (reports of agents), for the check of the graph. */
  writers?: Declaration[]
  timing?: Partial<ControllerTiming>
}

export interface ControllerTiming {
  /** Runs at the same time. */
  workers: number
  /** How long a key stays with a process that does not renew it: the delay after a crash. */
  leaseMs: number
  /** Looks for due keys at least this often; changes wake the manager earlier. */
  pollMs: number
  /** An object at rest is looked at this often all the same. */
  resyncMs: number
  /** A run that takes longer is aborted and counts as failed. */
  runLimitMs: number
  backoff: BackoffOptions
}

export const defaultTiming: ControllerTiming = {
  workers: 8,
  leaseMs: 15_000,
  pollMs: 500,
  resyncMs: 600_000,
  runLimitMs: 300_000,
  // A silent cloud is asked again within half a minute, so that a lost machine waits no longer than that.
  backoff: { baseMs: 500, maxMs: 30_000 },
}
