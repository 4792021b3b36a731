import { type Logger, silentLogger } from '@atrium/runtime/base/logger.ts'
import type { Claim } from '@atrium/runtime/store/store.ts'
import { createOutbox } from '@atrium/server/auth/mail/outbox.ts'
import { createMailReconciler } from '@atrium/server/controllers/mail/reconciler.ts'
import { PostgresStore } from '@atrium/server/store/postgres-store.ts'
import type { TestApi } from './api.ts'

export const publicUrl = 'https://plane.example.com:8443'

/** Tries every mail that waits once, as a server's controller does, and answers how many there are still. */
export function mailRunner(api: TestApi, logger: Logger = silentLogger): () => Promise<number> {
  const { store, clock, random, mailer } = api.context
  if (!(store instanceof PostgresStore)) throw new Error('the API is on another store')
  const parts = { clock, random, database: store.database, system: store.system, keys: store.keys }
  const outbox = createOutbox(parts, publicUrl)
  const reconciler = createMailReconciler({ outbox, mailer, clock, random, logger })
  const run = async (claim: Claim): Promise<number> => {
    const { signal } = new AbortController()
    const { outcome } = await reconciler.reconcile({ ...claim, claim, signal })
    const isLeft = outcome === 'again'
    // Whatever pause it asked for: the next call is the next try.
    await store.queue.finish(claim, { failed: false, ...(isLeft && { requeueAfterMs: 0 }) })
    return isLeft ? 1 : 0
  }
  return async () => {
    let left = 0
    const seen = new Set<string>()
    for (;;) {
      const claims = await store.queue.claim({ owner: 'test', kinds: ['Mail'], limit: 10, leaseMs: 60_000 })
      // Questions queue mails, which are tried as well; what was tried is not tried again.
      const fresh = claims.filter(({ uid }) => !seen.has(uid))
      for (const claim of claims) seen.add(claim.uid)
      for (const claim of claims.filter((one) => !fresh.includes(one))) {
        await store.queue.finish(claim, { failed: false, requeueAfterMs: 0 })
      }
      if (fresh.length === 0) return left
      for (const claim of fresh) left += await run(claim)
    }
  }
}
