import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../base/secret.ts'
import type { Claim, NewObject, Tx } from '../store.ts'
import { type Bench, controller } from './harness.ts'
import { lost, QueueModel } from './queue-model.ts'

const shortMs = 50

const newMachine = (name: string, owner: ObjectRef): NewObject<'Machine'> => ({
  ...{ kind: 'Machine', project: null, name, owner },
  spec: { clusterUid: owner.uid, pool: 'p', isControlPlane: false },
})

export function queueTests(bench: () => Promise<Bench>, propertyRuns: number): void {
  describe('work queue', () => {
    it('holds a key once, however often it was marked, and gives it to one worker', async () => {
      const b = await bench()
      const { meta } = await b.addCluster('once')
      await b.run((tx) => tx.enqueue('Cluster', meta.uid))
      const claim = await b.claimOne('w1')
      expect(claim).toMatchObject({ tenant: b.tenant, kind: 'Cluster', uid: meta.uid, attempts: 0 })
      expect(await b.claim('w2')).toEqual([])
      await b.store.queue.finish(claim, { failed: false })
      expect(await b.claim('w2')).toEqual([])
    })

    it('takes keys only from transactions that commit', async () => {
      const b = await bench()
      const failing = b.run(async (tx) => {
        await tx.enqueue('Cluster', 'a'.repeat(24))
        throw new Error('no')
      })
      await expect(failing).rejects.toThrow('no')
      expect(await b.claim('w')).toEqual([])
    })

    it('runs a key again at once when it was marked during the run', async () => {
      const b = await bench()
      const { meta } = await b.addCluster('marked')
      const first = await b.claimOne('w1')
      await b.run((tx) => tx.update('Cluster', meta.uid, { labels: { changed: 'yes' } }))
      expect(await b.claim('w2')).toEqual([])
      await b.store.queue.finish(first, { failed: false, requeueAfterMs: 3_600_000 })
      const second = await b.claimOne('w2')
      expect(second.fence).toBeGreaterThan(first.fence)
      await b.store.queue.finish(second, { failed: false })
    })

    it('waits as long as it was told, unless a change comes first', async () => {
      const b = await bench()
      const { meta } = await b.addCluster('later')
      await b.store.queue.finish(await b.claimOne('w'), { failed: false, requeueAfterMs: 3_600_000 })
      expect(await b.claim('w')).toEqual([])
      await b.run((tx) => tx.enqueue('Cluster', meta.uid, 7_200_000))
      expect(await b.claim('w')).toEqual([])
      await b.run((tx) => tx.enqueue('Cluster', meta.uid))
      await b.store.queue.finish(await b.claimOne('w'), { failed: false, requeueAfterMs: shortMs })
      await b.harness.advance(shortMs + 1)
      await b.claimOne('w')
    })

    it('gives out first what was told to go ahead, and counts from when it was told', async () => {
      const b = await bench()
      const other = await b.addCluster('waiting')
      const { meta } = await b.addCluster('changed')
      await b.run((tx) => tx.enqueue('Cluster', meta.uid, -60_000))
      expect((await b.store.queue.depth()).oldestMs).toBeLessThan(60_000)
      expect(await b.inOrder()).toEqual([meta.uid, other.meta.uid])
    })

    it('gives it out first also when it was told so during its run', async () => {
      const b = await bench()
      const { meta } = await b.addCluster('running')
      const claim = await b.claimOne('w')
      await b.run((tx) => tx.enqueue('Cluster', meta.uid, -60_000))
      const other = await b.addCluster('waiting')
      await b.store.queue.finish(claim, { failed: false })
      expect(await b.inOrder()).toEqual([meta.uid, other.meta.uid])
    })

    it('counts failures in a row', async () => {
      const b = await bench()
      const { meta } = await b.addCluster('failing')
      for (const attempts of [0, 1, 2]) {
        const claim = await b.claimOne('w')
        expect(claim.attempts).toBe(attempts)
        await b.store.queue.finish(claim, { failed: true, requeueAfterMs: 0 })
      }
      await b.store.queue.finish(await b.claimOne('w'), { failed: false })
      await b.run((tx) => tx.enqueue('Cluster', meta.uid))
      expect((await b.claimOne('w')).attempts).toBe(0)
    })

    it('hands the key of a dead worker to another, and fences the dead one off', async () => {
      const b = await bench()
      const { meta } = await b.addCluster('fenced')
      const dead = await b.claimOne('dead', shortMs)
      await b.harness.advance(shortMs + 1)
      const alive = await b.claimOne('alive')
      expect(alive.fence).toBeGreaterThan(dead.fence)
      expect(await b.store.queue.renew(dead, 60_000)).toBe(false)
      const write = (claim: Claim, openDeviations: number) =>
        b.run((tx) => tx.updateStatus('Cluster', meta.uid, { status: { openDeviations } }), controller, claim)
      await expect(write(dead, 1)).rejects.toEqual(lost)
      await b.store.queue.finish(dead, { failed: false })
      await write(alive, 2)
      expect(await b.store.queue.renew(alive, 60_000)).toBe(true)
      expect((await b.cluster(meta.uid))?.status.openDeviations).toBe(2)
      await b.store.queue.finish(alive, { failed: false })
      expect(await b.store.queue.renew(alive, 60_000)).toBe(false)
    })

    it('lets a worker that lost its key write nothing at all, nor go on from what it only read', async () => {
      const b = await bench()
      const { meta } = await b.addCluster('kept', { finalizers: ['f'] })
      const ref = { kind: 'Cluster', uid: meta.uid } as const
      const machine = await b.run((tx) => tx.create(newMachine('m', ref)))
      const dead = await b.claimOne('dead', shortMs)
      await b.harness.advance(shortMs + 1)
      const alive = await b.claimOne('alive')
      const work: Record<string, (tx: Tx) => Promise<unknown>> = {
        create: (tx) => tx.create(newMachine('new', ref)),
        update: (tx) => tx.update('Cluster', meta.uid, { labels: { a: 'b' } }),
        updateStatus: (tx) => tx.updateStatus('Machine', machine.meta.uid, { status: { message: 'm' } }),
        delete: (tx) => tx.delete('Machine', machine.meta.uid),
        addFinalizer: (tx) => tx.addFinalizer('Cluster', meta.uid, 'g'),
        removeFinalizer: (tx) => tx.removeFinalizer('Cluster', meta.uid, 'f'),
        putSecret: (tx) => tx.putSecret(ref, 'kubeconfig', new Secret('s')),
        putBlob: (tx) => tx.putBlob(Buffer.from('b')),
        enqueue: (tx) => tx.enqueue('Cluster', meta.uid),
        get: (tx) => tx.get('Cluster', meta.uid),
        'a write that fails': (tx) => tx.update('Cluster', 'nobody', {}),
      }
      const position = await b.store.position()
      for (const [name, attempt] of Object.entries(work))
        await expect(b.run(attempt, controller, dead), name).rejects.toEqual(lost)
      expect(await b.run((tx) => tx.getSecret(ref, 'kubeconfig'))).toBeNull()
      expect(await b.store.position()).toBe(position)
      for (const name of ['create', 'update', 'putSecret', 'get', 'delete'])
        await b.run((tx) => work[name]?.(tx) ?? Promise.reject(new Error(name)), controller, alive)
      expect((await b.run((tx) => tx.getSecret(ref, 'kubeconfig')))?.reveal()).toBe('s')
      await b.store.queue.finish(alive, { failed: false })
    })

    it('wakes no worker by what it wrote itself with its claim, and everybody else by it', async () => {
      const b = await bench()
      const [own, other] = [await b.addCluster('own'), await b.addCluster('other')]
      const ref = { kind: 'Cluster', uid: own.meta.uid }
      await b.run((tx) => tx.setRefs({ kind: 'Cluster', uid: other.meta.uid }, { uses: [ref] }))
      const claims = await b.claim('w')
      const [mine, theirs] = [own, other].map(({ meta }) => claims.find(({ uid }) => uid === meta.uid))
      if (!mine || !theirs) throw new Error('both were to be claimed')
      await b.store.queue.finish(theirs, { failed: false })
      await b.run((tx) => tx.putSecret(ref, 'kubeconfig', new Secret('s')), controller, mine)
      await b.store.queue.finish(mine, { failed: false })
      const woken = await b.claim('w')
      expect(woken.map(({ uid }) => uid)).toEqual([other.meta.uid])
      for (const claim of woken) await b.store.queue.finish(claim, { failed: false })
    })

    it('keeps a renewed lease', async () => {
      const b = await bench()
      await b.addCluster('renewed')
      const claim = await b.claimOne('w1', shortMs)
      expect(await b.store.queue.renew(claim, 3_600_000)).toBe(true)
      await b.harness.advance(shortMs + 1)
      expect(await b.claim('w2')).toEqual([])
      await b.store.queue.finish(claim, { failed: false })
    })

    it('enqueues the object and who refers to it when it or its secrets change, but not for status', async () => {
      const b = await bench()
      const account = await b.run((tx) =>
        tx.create({
          kind: 'CloudAccount',
          project: null,
          name: 'acc',
          spec: { cloudType: 'local', credentialKeys: [], settings: {} },
        }),
      )
      const ref = { kind: 'CloudAccount', uid: account.meta.uid }
      const { meta } = await b.addCluster('dependent')
      await b.run((tx) => tx.setRefs({ kind: 'Cluster', uid: meta.uid }, { account: [ref] }))
      const drain = async () => {
        const uids = []
        for (const claim of await b.claim('w')) {
          uids.push(claim.uid)
          await b.store.queue.finish(claim, { failed: false })
        }
        return uids
      }
      await drain()
      await b.run((tx) => tx.putSecret(ref, 'credentials.token', new Secret('fresh')))
      expect(await drain()).toEqual([meta.uid])
      await b.run((tx) => tx.update('CloudAccount', ref.uid, { labels: { a: 'b' } }))
      expect(await drain()).toEqual([meta.uid])
      await b.run((tx) => tx.updateStatus('Cluster', meta.uid, { status: { state: 'Pending' } }))
      expect(await drain()).toEqual([])
      await b.run((tx) => tx.delete('Cluster', meta.uid))
      expect(await drain()).toEqual([meta.uid])
    })

    it('calls back when there may be work', async () => {
      const b = await bench()
      let called = (): void => undefined
      const told = new Promise<void>((resolve) => {
        called = resolve
      })
      const stop = b.store.queue.onWork(() => called())
      await b.addCluster('noticed')
      await told
      stop()
      await b.store.queue.finish(await b.claimOne('w'), { failed: false })
    })

    it('leases a name to one owner until it is given back or runs out', async () => {
      const b = await bench()
      const name = `job-${b.tenant}`
      expect(await b.store.lease(name, 'one', 3_600_000)).toBe(true)
      expect(await b.store.lease(name, 'two', 3_600_000)).toBe(false)
      await b.store.release(name, 'two')
      expect(await b.store.lease(name, 'one', 3_600_000)).toBe(true)
      await b.store.release(name, 'one')
      expect(await b.store.lease(name, 'two', shortMs)).toBe(true)
      await b.harness.advance(shortMs + 1)
      expect(await b.store.lease(name, 'one', shortMs)).toBe(true)
    })

    it('never gives a key to two workers and never forgets one', async () => {
      const command = fc.record({
        do: fc.constantFrom('mark', 'claim', 'finish', 'fail', 'expire', 'zombie'),
        key: fc.nat({ max: 2 }),
        worker: fc.nat({ max: 1 }),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 40 }), async (commands) => {
          const model = new QueueModel(await bench())
          await model.open()
          for (const step of commands) await model.step(step)
          await model.expectNothingForgotten()
        }),
        { numRuns: propertyRuns },
      )
    })
  })
}
