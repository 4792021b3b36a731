import type { KindName } from '@atrium/api/kinds/index.ts'
import type { Claim, WorkKind } from '../store/store.ts'

/** Which object to look at: a key, never an event. */
export interface ReconcileRequest {
  tenant: string
  uid: string
  /** Its fence travels with every write of this run. */
  claim: Claim
  /** Aborts when the lease is lost, the run takes too long, or the process stops. */
  signal: AbortSignal
}

/**
 * How a run ended. `done`: wait for the next change (and the periodic resync). `again`: look once more after `afterMs`
 * (the cloud works). `gone`: there is no such object any more. A thrown error backs off exponentially; a thrown
 * `TerminalError` stops until the object or something it refers to changes.
 */
export type ReconcileResult = { outcome: 'done' } | { outcome: 'gone' } | { outcome: 'again'; afterMs: number }

/** Trying again cannot help until the object or its surroundings change: the manager sets `Stalled`, unless the reconciler owns it. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError'
  /** UpperCamel word for the condition. */
  readonly reason: string
  /** Looks again after this time all the same, for what changes outside the store (rights in a cloud). */
  readonly recheckMs: number | null
  constructor(reason: string, message: string, options: { recheckMs?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.reason = reason
    this.recheckMs = options.recheckMs ?? null
  }
}

/** What a part of the plane reads and what it alone writes; checked when the manager starts. */
export interface Declaration {
  readonly name: string
  /** Kind whose conditions it owns. */
  readonly kind: WorkKind
  /** Condition types of `kind` that nobody else writes. */
  readonly ownsConditions: readonly string[]
  /** Kinds it reads besides its own. */
  readonly reads: readonly KindName[]
  /** Kinds besides its own whose objects nobody else creates or deletes. */
  readonly owns: readonly KindName[]
}

export interface Reconciler extends Declaration {
  reconcile(request: ReconcileRequest): Promise<ReconcileResult>
}

export interface ControllerManager {
  start(): void
  /** Claims nothing more and waits for running reconciles; after `timeoutMs` they are aborted and their keys handed on. */
  stop(timeoutMs: number): Promise<void>
  /** Runs in progress. */
  readonly running: number
}
