import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { type Random, withJitter } from '@atrium/runtime/base/random.ts'
import type { Domains } from './domains.ts'

/** Whose time has come is looked for this often, on every server; each domain is taken by one of them. */
const roundMs = 30_000

/** Looks at domains whose time has come, until `signal` aborts. */
export async function keepDomains(
  domains: Pick<Domains, 'lookAtDue'>,
  { clock, random, logger }: { clock: Clock; random: Random; logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await domains.lookAtDue(signal).catch((error: unknown) => {
      // Those that were taken come back in some minutes, the others in the next round.
      logger.warn({ error: messageOf(error) }, 'domains of tenants could not be looked at')
    })
    await clock.sleep(withJitter(roundMs, 0.2, random), signal)
  }
}
