import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'

/** Runs one task over and over, never twice at once. */
export interface Loop {
  /** Runs it soon, also when it is running now. */
  poke(): void
  /** Stops after the run that is under way. */
  stop(): Promise<void>
}

export interface LoopOptions {
  name: string
  /** Pause between two runs without a poke; asked after each run. */
  intervalMs(): number
  clock: Clock
  logger: Logger
  run(signal: AbortSignal): Promise<void>
}

const MAX_PAUSE_MS = 10_000

export const startLoop = (options: LoopOptions): Loop => {
  const { clock, logger } = options
  const stopping = new AbortController()
  let wake = (): void => undefined
  let poked = true
  let failures = 0
  const pause = async (): Promise<void> => {
    const interrupt = new AbortController()
    wake = () => interrupt.abort()
    if (poked && failures === 0) return
    await clock.sleep(Math.min(options.intervalMs() * 2 ** failures, MAX_PAUSE_MS), interrupt.signal)
  }
  const live = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      poked = false
      try {
        await options.run(stopping.signal)
        failures = 0
      } catch (error) {
        failures = Math.min(failures + 1, 6)
        if (!stopping.signal.aborted)
          logger.warn({ loop: options.name, error: messageOf(error), failures }, 'will try again')
      }
      if (!stopping.signal.aborted) await pause()
    }
  }
  const running = live()
  return {
    poke() {
      poked = true
      if (failures === 0) wake()
    },
    async stop() {
      stopping.abort()
      wake()
      await running
    },
  }
}
