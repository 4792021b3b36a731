import type { Condition } from '@atrium/api/conditions.ts'
import { clusterConditions } from '@atrium/api/conditions.ts'
import { isoNow } from '../base/clock.ts'
import { AtriumError, messageOf } from '../base/errors.ts'
import { withJitter } from '../base/random.ts'
import type { Claim, Tx } from '../store/store.ts'
import { systemActor } from './actor.ts'
import { backoffMs } from './backoff.ts'
import { findCondition, setCondition } from './conditions.ts'
import type { ControllerOptions, ControllerTiming } from './options.ts'
import { type ReconcileResult, type Reconciler, TerminalError } from './reconciler.ts'

const stalled = clusterConditions.stalled

type Ending = ReconcileResult | { outcome: 'failed'; error: unknown } | { outcome: 'terminal'; error: TerminalError }

/** Why a run's signal aborted. */
export class RunAborted extends Error {
  override readonly name = 'RunAborted'
  readonly why: 'lease-lost' | 'too-long' | 'stopping'
  constructor(why: 'lease-lost' | 'too-long' | 'stopping') {
    super(why)
    this.why = why
  }
}

/** One run of one key: keeps its lease, classifies how it ended, hands the key back. Never rejects. */
export class Run {
  readonly claim: Claim
  readonly #options: ControllerOptions
  readonly #timing: ControllerTiming
  readonly #abort = new AbortController()

  constructor(claim: Claim, options: ControllerOptions, timing: ControllerTiming) {
    this.claim = claim
    this.#options = options
    this.#timing = timing
  }

  abort(why: RunAborted['why']): void {
    if (!this.#abort.signal.aborted) this.#abort.abort(new RunAborted(why))
  }

  async execute(reconciler: Reconciler): Promise<void> {
    const over = new AbortController()
    const renewal = this.#keepLease(over.signal)
    const cancelLimit = this.#options.clock.after(this.#timing.runLimitMs, () => this.abort('too-long'))
    const ending = await this.#reconcile(reconciler)
    cancelLimit()
    over.abort()
    await renewal
    await this.#conclude(reconciler, ending)
  }

  async #reconcile(reconciler: Reconciler): Promise<Ending> {
    const { tenant, uid } = this.claim
    try {
      return await reconciler.reconcile({ tenant, uid, claim: this.claim, signal: this.#abort.signal })
    } catch (error) {
      return error instanceof TerminalError ? { outcome: 'terminal', error } : { outcome: 'failed', error }
    }
  }

  /** Renews at a third of the lease; aborts the run when another worker holds the key or no renewal arrived in time. */
  async #keepLease(over: AbortSignal): Promise<void> {
    const { clock } = this.#options
    let heldUntil = clock.now() + this.#timing.leaseMs
    while (!over.aborted) {
      await clock.sleep(this.#timing.leaseMs / 3, over)
      if (over.aborted) return
      const asked = clock.now()
      const answer = await this.#renew()
      if (answer === 'held') heldUntil = asked + this.#timing.leaseMs
      if (answer === 'lost' || clock.now() >= heldUntil) return this.abort('lease-lost')
    }
  }

  async #renew(): Promise<'held' | 'lost' | 'no-answer'> {
    try {
      return (await this.#options.store.queue.renew(this.claim, this.#timing.leaseMs)) ? 'held' : 'lost'
    } catch (error) {
      this.#options.logger.warn({ ...this.#fields(), error: messageOf(error) }, 'the lease could not be renewed')
      return 'no-answer'
    }
  }

  async #conclude(reconciler: Reconciler, ending: Ending): Promise<void> {
    const why: unknown = this.#abort.signal.reason
    if (why instanceof RunAborted && why.why === 'lease-lost') return
    const lost = ending.outcome === 'failed' && ending.error instanceof AtriumError && ending.error.code === 'LeaseLost'
    if (lost) return
    const stopping = why instanceof RunAborted && why.why === 'stopping' && ending.outcome === 'failed'
    try {
      if (!reconciler.ownsConditions.includes(stalled)) await this.#settleStalled(ending)
      await this.#options.store.queue.finish(
        this.claim,
        stopping ? { failed: false, requeueAfterMs: 0 } : this.#verdict(ending),
      )
    } catch (error) {
      // The lease runs out by itself and the key is claimed again.
      this.#options.logger.warn({ ...this.#fields(), error: messageOf(error) }, 'a run could not be concluded')
    }
  }

  async #settleStalled(ending: Ending): Promise<void> {
    if (ending.outcome === 'terminal') await this.#markStalled(ending.error)
    else if (this.claim.attempts > 0 && ending.outcome !== 'failed') await this.#clearStalled()
  }

  #verdict(ending: Ending): { failed: boolean; requeueAfterMs?: number } {
    const { random, logger } = this.#options
    switch (ending.outcome) {
      case 'gone':
        return { failed: false }
      case 'done':
        return { failed: false, requeueAfterMs: withJitter(this.#timing.resyncMs, 0.2, random) }
      case 'again':
        return { failed: false, requeueAfterMs: ending.afterMs }
      case 'terminal':
        logger.warn({ ...this.#fields(), reason: ending.error.reason }, `stalled: ${ending.error.message}`)
        return {
          failed: true,
          requeueAfterMs: withJitter(ending.error.recheckMs ?? this.#timing.resyncMs, 0.2, random),
        }
      case 'failed': {
        const requeueAfterMs = backoffMs(this.claim.attempts + 1, this.#timing.backoff, random)
        logger.warn({ ...this.#fields(), err: ending.error, requeueAfterMs }, `failed: ${messageOf(ending.error)}`)
        return { failed: true, requeueAfterMs }
      }
    }
  }

  #markStalled(error: TerminalError): Promise<void> {
    return this.#writeStalled((before) => {
      const draft = { type: stalled, status: 'True' as const, reason: error.reason, message: error.message }
      return setCondition(before ? [before] : [], draft, isoNow(this.#options.clock))
    })
  }

  /** `attempts` counts stalled runs as well: only after one is there anything to clear. */
  #clearStalled(): Promise<void> {
    return this.#writeStalled((before) => {
      if (before?.status !== 'True') return null
      const draft = { type: stalled, status: 'False' as const, reason: 'Progressing', message: '' }
      return setCondition([before], draft, isoNow(this.#options.clock))
    })
  }

  #writeStalled(next: (before: Condition | undefined) => Condition | null): Promise<void> {
    const { kind, uid, tenant } = this.claim
    // Neither is an object, and each tells of itself.
    if (kind === 'Tenant' || kind === 'Mail') return Promise.resolve()
    const write = async (tx: Tx): Promise<void> => {
      const object = await tx.getForUpdate(kind, uid)
      const condition = object && next(findCondition(object.conditions, stalled))
      if (condition) await tx.updateStatus(kind, uid, { conditions: [condition] })
    }
    return this.#options.store.transaction(tenant, systemActor('controller-manager'), write, this.claim)
  }

  #fields(): object {
    const { kind, uid, tenant, attempts } = this.claim
    return { kind, uid, tenant, attempts }
  }
}
