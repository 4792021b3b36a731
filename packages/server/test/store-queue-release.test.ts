import { randomBytes } from 'node:crypto'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import type { Claim } from '@atrium/runtime/store/store.ts'
import { expect, it } from 'vitest'
import { openTestStore } from './support/store.ts'

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
