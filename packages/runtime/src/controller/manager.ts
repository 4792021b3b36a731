import { messageOf } from '../base/errors.ts'
import { withJitter } from '../base/random.ts'
import type { WorkKind } from '../store/store.ts'
import { checkGraph } from './graph.ts'
import { type ControllerOptions, type ControllerTiming, defaultTiming } from './options.ts'
import type { ControllerManager, Reconciler } from './reconciler.ts'
import { Run } from './run.ts'

/** Takes due keys off the queue and runs their reconcilers. Throws when two parts would write the same thing. */
export function createManager(options: ControllerOptions): ControllerManager {
  checkGraph([...options.reconcilers, ...(options.writers ?? [])])
  return new Manager(options)
}

class Manager implements ControllerManager {
  readonly #options: ControllerOptions
  readonly #timing: ControllerTiming
  readonly #reconcilers: Map<WorkKind, Reconciler>
  readonly #runs = new Map<Run, Promise<void>>()
  readonly #stopping = new AbortController()
  /** Wakes the loop: there may be work, or a free worker. */
  #wake: () => void = () => undefined
  #woken = false
  #loop: Promise<void> | null = null

  constructor(options: ControllerOptions) {
    this.#options = options
    this.#timing = { ...defaultTiming, ...options.timing }
    this.#reconcilers = new Map(options.reconcilers.map((reconciler) => [reconciler.kind, reconciler]))
    if (this.#reconcilers.size < options.reconcilers.length) throw new Error('a kind has two reconcilers')
  }

  get running(): number {
    return this.#runs.size
  }

  start(): void {
    this.#loop ??= this.#claimUntilStopped()
  }

  async stop(timeoutMs: number): Promise<void> {
    this.#stopping.abort()
    this.#nudge()
    await this.#loop
    const patience = new AbortController()
    await Promise.race([this.#allRuns(), this.#options.clock.sleep(timeoutMs, patience.signal)])
    patience.abort()
    for (const run of this.#runs.keys()) run.abort('stopping')
    await this.#allRuns()
  }

  async #allRuns(): Promise<void> {
    await Promise.all(this.#runs.values())
  }

  async #claimUntilStopped(): Promise<void> {
    const stopListening = this.#options.store.queue.onWork(() => this.#nudge())
    while (!this.#stopping.signal.aborted) {
      this.#woken = false
      const full = await this.#claim()
      if (!full || this.#runs.size >= this.#timing.workers) await this.#rest()
    }
    stopListening()
  }

  /** Starts what is due; true when there may be more. */
  async #claim(): Promise<boolean> {
    const limit = this.#timing.workers - this.#runs.size
    if (limit <= 0) return true
    try {
      const { owner, store } = this.#options
      const kinds = [...this.#reconcilers.keys()]
      const claims = await store.queue.claim({ owner, kinds, limit, leaseMs: this.#timing.leaseMs })
      for (const claim of claims) this.#startRun(new Run(claim, this.#options, this.#timing))
      return claims.length === limit
    } catch (error) {
      this.#options.logger.warn({ error: messageOf(error) }, 'the work queue could not be read')
      return false
    }
  }

  #startRun(run: Run): void {
    const reconciler = this.#reconcilers.get(run.claim.kind)
    if (!reconciler) return
    const ended = run.execute(reconciler).finally(() => {
      this.#runs.delete(run)
      this.#nudge()
    })
    this.#runs.set(run, ended)
  }

  #nudge(): void {
    this.#woken = true
    this.#wake()
  }

  async #rest(): Promise<void> {
    if (this.#woken || this.#stopping.signal.aborted) return
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    await this.#options.clock.sleep(withJitter(this.#timing.pollMs, 0.2, this.#options.random), woken.signal)
    this.#wake = () => undefined
  }
}
