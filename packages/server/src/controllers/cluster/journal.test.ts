import { expect, it } from 'vitest'
import { tenant, user, World } from '../testing/world.ts'
import type { ClusterControllerDeps } from './deps.ts'
import { StoredJournal } from './journal.ts'
import { Scope } from './scope.ts'
import type { Surroundings } from './surroundings.ts'

const leaseMs = 1_000
const begunAt = '2026-01-01T00:00:00.000Z'

const worldOf = async (journal: NonNullable<Awaited<ReturnType<World['must']>>['status']['journal']>) => {
  const world = new World()
  await world.createCluster()
  world.stop()
  await world.store.transaction(tenant, user, (tx) => tx.updateStatus('Cluster', world.uid, { status: { journal } }))
  return world
}

const scopeOf = async (world: World, owner: string): Promise<Scope> => {
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

it('a worker that lost its cluster begins no effect on the cloud, not even one that was begun before', async () => {
  const world = await worldOf({ 'machine/a': { begunAt, result: null } })
  const slow = await scopeOf(world, 'slow')
  const journal = new StoredJournal(slow, ['machine/a'])
  expect(await journal.intend('Create machine a')).toBe(true)
  await world.clock.advance(leaseMs + 1)
  const quick = await scopeOf(world, 'quick')
  await expect(journal.begin('machine/a')).rejects.toMatchObject({ code: 'LeaseLost' })
  await expect(journal.intend('Create machine a')).rejects.toMatchObject({ code: 'LeaseLost' })
  await expect(new StoredJournal(slow, []).begin('machine/a')).rejects.toMatchObject({ code: 'LeaseLost' })
  expect(await new StoredJournal(quick, []).begin('machine/a')).toEqual({ result: null })
})

it('all that is planned is begun before the first effect, in one write', async () => {
  const world = await worldOf({ 'machine/a': { begunAt, result: { id: 7 } }, 'machine/old': { begunAt, result: null } })
  const journal = new StoredJournal(await scopeOf(world, 'one'), ['machine/a', 'machine/b', 'machine/c'])
  expect(await journal.intend('Create machine a (2 more to follow)')).toBe(true)
  const { status, meta } = await world.must()
  const since = new Date(world.clock.now()).toISOString()
  expect(status.journal).toEqual({
    'machine/a': { begunAt, result: { id: 7 } },
    'machine/b': { begunAt: since, result: null },
    'machine/c': { begunAt: since, result: null },
  })
  expect(status.progress?.message).toBe('Create machine a (2 more to follow)')
  expect(await journal.begin('machine/a')).toEqual({ result: { id: 7 } })
  await journal.complete('machine/a', { id: 8 })
  expect(await journal.intend('Create machine b (1 more to follow)')).toBe(true)
  expect(await journal.begin('machine/b')).toEqual({ result: null })
  expect((await world.must()).meta.resourceVersion).toBe(meta.resourceVersion)
})

it('results are written when the plane speaks again, or with what the run found', async () => {
  const world = await worldOf({})
  const scope = await scopeOf(world, 'one')
  const journal = new StoredJournal(scope, ['machine/a', 'machine/b'])
  await journal.intend('Create machine a')
  await journal.complete('machine/a', { id: 1 })
  expect(scope.patch.journal?.['machine/a']?.result).toEqual({ id: 1 })
  await world.clock.advance(leaseMs)
  await journal.intend('Create machine b')
  const { status } = await world.must()
  expect(status.journal?.['machine/a']?.result).toEqual({ id: 1 })
  expect(status.progress?.message).toBe('Create machine b')
  expect(scope.patch.journal).toBeUndefined()
})

it('an effect that nobody planned is begun by itself', async () => {
  const world = await worldOf({})
  const journal = new StoredJournal(await scopeOf(world, 'one'), ['machine/a'])
  await journal.intend('Create machine a')
  await journal.begin('machine/a/volume')
  expect(Object.keys((await world.must()).status.journal ?? {})).toEqual(['machine/a', 'machine/a/volume'])
})

it('nothing is begun for a cluster that was changed or deleted since it was read', async () => {
  const world = await worldOf({})
  const scope = await scopeOf(world, 'one')
  await world.change(() => ({ policy: { drift: 'alert', nodes: 'alert' } }))
  expect(await new StoredJournal(scope, ['machine/a']).intend('Create machine a')).toBe(false)
  expect((await world.must()).status.journal).toEqual({})
})
