import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { SilentParts } from '@atrium/toolchain/platform.ts'

/** A process beside the server that must run and answer for as long as the server does. */
export interface KeptPart {
  name: string
  isRunning(): boolean
  /** One look at it while it runs: null when it answers, else what is wrong. */
  probe(): Promise<string | null>
  /** Ends one that runs and answers nobody. */
  end(): Promise<unknown>
  /** Starts it, or adopts one that somebody else started meanwhile. */
  restart(): Promise<void>
}

export interface KeeperDeps {
  clock: Clock
  logger: Logger
  /** Called at first and whenever it changes: the parts that run and do not answer. */
  tell(silent: SilentParts): void
}

const LOOK_MS = 500
const MAX_BACKOFF_MS = 30_000
const PROBE_MS = 5_000
export const PROBE_LIMIT_MS = 10_000
/** A machine that is busy or was asleep makes one look fail, and another; nothing but a new process helps after this. */
export const HUNG_MS = 60_000

/** Restarts each part when it dies or hangs, later each time while that does not help. Returns the way to stop keeping. */
export const keepParts = (parts: KeptPart[], deps: KeeperDeps): (() => Promise<void>) => {
  const stop = new AbortController()
  const silent: SilentParts = {}
  const tell = (name: string, state: SilentParts[string] | null): void => {
    if (state === null) delete silent[name]
    else silent[name] = state
    deps.tell(silent)
  }
  deps.tell(silent)
  const loops = parts.map((part) =>
    keep(part, { ...deps, watch: watchAnswers(part, deps, tell, stop.signal) }, stop.signal),
  )
  return async () => {
    stop.abort()
    await Promise.all(loops)
  }
}

interface LoopDeps extends KeeperDeps {
  watch: AnswerWatch
}

const keep = async (part: KeptPart, { clock, logger, watch }: LoopDeps, signal: AbortSignal): Promise<void> => {
  let waitMs = LOOK_MS
  while (!signal.aborted) {
    await clock.sleep(waitMs, signal)
    if (signal.aborted) return
    try {
      if (part.isRunning() && !(await watch.hangs())) {
        waitMs = LOOK_MS
        continue
      }
      if (signal.aborted) return
      if (part.isRunning()) await part.end()
      logger.warn({ part: part.name }, 'part died; starting it again')
      await part.restart()
      watch.reset()
      logger.info({ part: part.name }, 'part runs again')
    } catch (error) {
      logger.error({ part: part.name, reason: messageOf(error) }, 'part did not start')
    }
    waitMs = Math.min(waitMs * 2, MAX_BACKOFF_MS)
  }
}

interface AnswerWatch {
  /** Looks when it is time to; true when it has not answered for too long. */
  hangs(): Promise<boolean>
  reset(): void
}

const watchAnswers = (
  part: KeptPart,
  { clock, logger }: KeeperDeps,
  tell: (name: string, state: SilentParts[string] | null) => void,
  signal: AbortSignal,
): AnswerWatch => {
  let nextLook = 0
  let silentSince: number | null = null
  const reset = (): void => {
    if (silentSince !== null) tell(part.name, null)
    silentSince = null
  }
  return {
    reset,
    async hangs() {
      if (clock.now() < nextLook) return false
      const since = isoNow(clock)
      const lookedAt = clock.now()
      const wrong = await look(part, clock, signal)
      if (signal.aborted) return false
      nextLook = clock.now() + PROBE_MS
      if (wrong === null) {
        reset()
        return false
      }
      if (silentSince === null) {
        silentSince = lookedAt
        logger.warn({ part: part.name, reason: wrong }, 'part runs and does not answer')
        tell(part.name, { since, reason: wrong })
      }
      const hangs = clock.now() - silentSince >= HUNG_MS
      if (hangs) logger.warn({ part: part.name, reason: wrong }, 'part answers nobody; ending it')
      return hangs
    },
  }
}

/** Whoever stops keeping does not wait for one that hangs. */
const look = async (part: KeptPart, clock: Clock, signal: AbortSignal): Promise<string | null> => {
  const done = new AbortController()
  const limit = clock.sleep(PROBE_LIMIT_MS, AbortSignal.any([signal, done.signal])).then(() => 'no answer in time')
  try {
    return await Promise.race([part.probe(), limit])
  } finally {
    done.abort()
  }
}
