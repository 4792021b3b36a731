import { expect, it } from 'vitest'
import { tenant, user, World } from '../testing/world.ts'
import type { ClusterControllerDeps } from './deps.ts'
import { storedJournal } from './journal.ts'
import { Scope } from './scope.ts'
import type { Surroundings } from './surroundings.ts'

const leaseMs = 1_000

it('a worker that lost its cluster begins no effect on the cloud, not even one that was begun before', async () => {
  const world = new World()
  await world.createCluster()
  world.stop()
  const journal = { 'machine/a': { begunAt: '2026-01-01T00:00:00.000Z', result: null } }
  await world.store.transaction(tenant, user, (tx) => tx.updateStatus('Cluster', world.uid, { status: { journal } }))
  const scopeOf = async (owner: string): Promise<Scope> => {
    const [claim] = await world.store.queue.claim({ owner, kinds: ['Cluster'], limit: 1, leaseMs })
    if (!claim) throw new Error('nothing was claimed')
    const deps = { store: world.store, clock: world.clock } as unknown as ClusterControllerDeps
    const { signal } = new AbortController()
    return new Scope(
      { ...deps, timing: { observeMs: 1 } as never },
      { tenant, uid: world.uid, claim, signal },
      { cluster: await world.must(), surroundings: {} as Surroundings },
    )
  }
  const slow = await scopeOf('slow')
  await world.clock.advance(leaseMs + 1)
  const quick = await scopeOf('quick')
  await expect(storedJournal(slow).begin('machine/a')).rejects.toMatchObject({ code: 'LeaseLost' })
  expect(await storedJournal(quick).begin('machine/a')).toEqual({ result: null })
})
