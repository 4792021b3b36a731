import { randomBytes } from 'node:crypto'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import type { Claim, Tx } from '@atrium/runtime/store/store.ts'
import { newCluster } from '@atrium/runtime/store/suite/harness.ts'
import { expect, it } from 'vitest'
import { openTestStore } from './support/store.ts'

it('what a worker wrote is undone when its key is claimed before it commits', async () => {
  const test = await openTestStore()
  // Another server's: inside a transaction its own store begins no other.
  const { queue } = await test.openAnother()
  const claim = async (owner: string): Promise<Claim | undefined> =>
    (await queue.claim({ owner, kinds: ['Cluster'], limit: 1, leaseMs: 3_600_000 }))[0]
  try {
    const tenant = await test.newTenant()
    const actor = systemActor('test')
    const { meta } = await test.store.transaction(tenant, actor, (tx) => tx.create(newCluster('raced')))
    const slow = await claim('slow')
    if (!slow) throw new Error('nothing was claimed')
    const write = async (tx: Tx): Promise<void> => {
      await tx.update('Cluster', meta.uid, { labels: { late: 'yes' } })
      await queue.releaseLeases()
      expect(await claim('quick')).toMatchObject({ uid: meta.uid })
    }
    await expect(test.store.transaction(tenant, actor, write, slow)).rejects.toMatchObject({ code: 'LeaseLost' })
    const stored = await test.store.transaction(tenant, actor, (tx) => tx.get('Cluster', meta.uid))
    expect(stored?.meta.labels).toEqual({})
  } finally {
    await test.close()
  }
})

it('keys of a dead worker are due at once when its leases are released, and its claim is worth nothing', async () => {
  const test = await openTestStore()
  const { queue } = test.store
  const claim = (owner: string): Promise<Claim[]> =>
    queue.claim({ owner, kinds: ['Project'], limit: 10, leaseMs: 3_600_000 })
  try {
    const uid = randomBytes(12).toString('hex')
    await test.store.transaction(await test.newTenant(), systemActor('test'), async (tx) => {
      await tx.create({ kind: 'Project', uid, project: null, name: 'p', spec: {} })
      await tx.enqueue('Project', uid)
    })
    const [dead] = await claim('dead')
    if (!dead) throw new Error('nothing was claimed')
    expect(await claim('next')).toEqual([])
    expect(await queue.releaseLeases()).toBe(1)
    expect(await queue.renew(dead, 1000)).toBe(false)
    const [next] = await claim('next')
    expect(next?.uid).toBe(uid)
    expect(next?.fence).toBeGreaterThan(dead.fence)
  } finally {
    await test.close()
  }
})
