import type { KindName } from '@atrium/api/kinds/index.ts'
import type { Claim, Store } from '../store/store.ts'

/** Which object to look at: a key, never an event. */
export interface ReconcileRequest {
  tenant: string
  uid: string
  claim: Claim
  signal: AbortSignal
}

/**
 * How a run ended. `done`: wait for the next change. `again`: look once more after `afterMs` (the cloud works).
 * A thrown error backs off exponentially; a thrown `TerminalError` stops until the object changes.
 */
export type ReconcileResult = { outcome: 'done' } | { outcome: 'again'; afterMs: number }

/** Trying again cannot help until the object or its surroundings change. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError'
}

export interface Reconciler {
  readonly kind: KindName
  /** Condition types that only this reconciler writes; the manager refuses two owners of one. */
  readonly ownsConditions: readonly string[]
  reconcile(request: ReconcileRequest): Promise<ReconcileResult>
}

export interface ControllerManager {
  start(): void
  /** Waits for running reconciles, bounded by `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>
}

export interface ControllerOptions {
  store: Store
  /** Names this process in leases. */
  owner: string
  reconcilers: Reconciler[]
}
