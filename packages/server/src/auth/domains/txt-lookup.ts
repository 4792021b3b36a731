import { Resolver } from 'node:dns/promises'
import type { Clock } from '@atrium/runtime/base/clock.ts'

/** The texts at a name; none also where there is no such name. `failure`: the code by which nobody answered. */
export type TxtAnswer = { texts: string[] } | { failure: string }

/** Asks for texts of a name. */
export type LookUpTxt = (name: string, signal?: AbortSignal) => Promise<TxtAnswer>

/** Of one try at one server, which doubles with each; an answer is one message of DNS, 64 KiB at most. */
const tryMs = 2_000
const tries = 2
/** Of all together, however many servers there are. */
const limitMs = 10_000

const noTexts = new Set(['ENOTFOUND', 'ENODATA'])

/** `servers`: `address[:port]` each; none = those of this system. */
export function createTxtLookup(clock: Clock, servers: readonly string[]): LookUpTxt {
  return async (name, signal) => {
    const resolver = new Resolver({ timeout: tryMs, tries })
    if (servers.length > 0) resolver.setServers(servers)
    const giveUp = (): void => resolver.cancel()
    const inTime = clock.after(limitMs, giveUp)
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      return { texts: (await resolver.resolveTxt(name)).map((parts) => parts.join('')) }
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      // Anything else is an error of ours.
      if (!/^E[A-Z]+$/.test(code)) throw error
      return noTexts.has(code) ? { texts: [] } : { failure: code }
    } finally {
      inTime()
      signal?.removeEventListener('abort', giveUp)
    }
  }
}
