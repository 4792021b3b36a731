import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { type Random, withJitter } from '../base/random.ts'
import type { Store } from '../store/store.ts'

export interface PeriodicJob {
  /** Unique in the installation. */
  name: string
  everyMs: number
  /** One pass; `signal` aborts when the lease is lost or the process stops. Must be safe to repeat. */
  run(signal: AbortSignal): Promise<void>
}

export interface SingletonOptions {
  store: Store
  clock: Clock
  random: Random
  logger: Logger
  owner: string
  /** After a crash another process takes over within this time and one period. */
  leaseMs?: number
}

/** Runs the job in one process of the installation at a time. The returned function stops it and gives the lease back. */
export function startSingleton(job: PeriodicJob, options: SingletonOptions): () => Promise<void> {
  const stopping = new AbortController()
  const loop = repeat(job, options, stopping.signal)
  return async () => {
    stopping.abort()
    await loop
  }
}

async function repeat(job: PeriodicJob, options: SingletonOptions, stopping: AbortSignal): Promise<void> {
  const { store, clock, random, logger, owner } = options
  const leaseMs = options.leaseMs ?? 15_000
  while (!stopping.aborted) {
    try {
      if (await store.lease(job.name, owner, leaseMs)) {
        await runLeased(job, options, leaseMs, stopping)
        // Kept until the next pass is due, or every process would run one of its own in turn.
        await store.lease(job.name, owner, job.everyMs + leaseMs)
      }
    } catch (error) {
      logger.warn({ job: job.name, err: error }, `a periodic job failed: ${messageOf(error)}`)
    }
    await clock.sleep(withJitter(job.everyMs, 0.1, random), stopping)
  }
  await store.release(job.name, owner).catch(() => undefined)
}

async function runLeased(
  job: PeriodicJob,
  { store, clock, owner }: SingletonOptions,
  leaseMs: number,
  stopping: AbortSignal,
): Promise<void> {
  const lost = new AbortController()
  const over = new AbortController()
  const renewal = (async () => {
    while (!over.signal.aborted) {
      await clock.sleep(leaseMs / 3, over.signal)
      if (over.signal.aborted) return
      if (!(await store.lease(job.name, owner, leaseMs).catch(() => false))) return lost.abort()
    }
  })()
  try {
    await job.run(AbortSignal.any([lost.signal, stopping]))
  } finally {
    over.abort()
    await renewal
  }
}
