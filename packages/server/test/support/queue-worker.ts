import { systemClock } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import type { Claim, Tx } from '@atrium/runtime/store/store.ts'
import type { Sql } from '@atrium/server/store/database.ts'
import { FileKeyProvider } from '@atrium/server/store/keys/file-key-provider.ts'
import { openStore, type StoreOptions } from '@atrium/server/store/postgres-store.ts'

// A worker that reconciles clusters until it is killed. argv: store options, key file.
const [options = '{}', keyFile = ''] = process.argv.slice(2)
const LEASE_MS = 1_500
const store = await openStore({
  ...(JSON.parse(options) as Pick<StoreOptions, 'databaseUrl'>),
  keyProvider: new FileKeyProvider(keyFile, systemRandom),
  clock: systemClock,
  random: systemRandom,
  logger: silentLogger,
})
const owner = `worker-${process.pid}`

/** Fenced, and recorded in the order in which such writes of one object become visible. */
const record = (claim: Claim, what: 'start' | 'end', status: object): Promise<void> => {
  const { tenant, uid, fence } = claim
  const write = async (tx: Tx, sql: Sql): Promise<void> => {
    await tx.updateStatus('Cluster', uid, { status: { openDeviations: fence, ...status } })
    const values = [uid, fence, what, new Date(claim.leaseUntil)]
    await sql.query('insert into test_runs (uid, fence, what, lease_until) values ($1, $2, $3, $4)', values)
  }
  return store.transaction(tenant, { type: 'system', uid: owner, name: owner }, write, claim)
}

const reconcile = async (claim: Claim): Promise<void> => {
  await record(claim, 'start', {})
  const cluster = await store.transaction(claim.tenant, { type: 'system', uid: owner, name: owner }, (tx) =>
    tx.get('Cluster', claim.uid),
  )
  await systemClock.sleep(systemRandom.fraction() * 40)
  await record(claim, 'end', { observedGeneration: cluster?.meta.generation ?? 0 })
}

for (;;) {
  const claims = await store.queue.claim({ owner, kinds: ['Cluster'], limit: 4, leaseMs: LEASE_MS })
  await Promise.all(
    claims.map(async (claim) => {
      const failed = await reconcile(claim).then(
        () => false,
        (error: unknown) => {
          if (error instanceof AtriumError && error.code === 'LeaseLost') return true
          throw error
        },
      )
      await store.queue.finish(claim, failed ? { failed, requeueAfterMs: 0 } : { failed })
    }),
  )
  if (claims.length === 0) await systemClock.sleep(10)
}
