import { AsyncResource } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import { type NewObject, systemTenant } from '../store.ts'
import { type Bench, clusterSpec, controller, user } from './harness.ts'

const code = (expected: string) => expect.objectContaining({ code: expected })

export function objectTests(bench: () => Promise<Bench>): void {
  describe('objects', () => {
    it('stores what was given and reads it back in the same and in a later transaction', async () => {
      const b = await bench()
      const created = await b.run(async (tx) => {
        const object = await tx.create({
          kind: 'Project',
          project: null,
          name: 'one',
          labels: { a: '1' },
          annotations: { n: 'x' },
          spec: { description: 'first' },
        })
        expect(await tx.get('Project', object.meta.uid)).toEqual(object)
        return object
      })
      expect(created.meta).toMatchObject({ tenant: b.tenant, generation: 1, deletedAt: null, finalizers: [] })
      expect(created.meta.uid).toMatch(/^[0-9a-f]{24}$/)
      expect(created.meta).toMatchObject({ labels: { a: '1' }, annotations: { n: 'x' }, owner: null })
      expect(await b.run((tx) => tx.get('Project', created.meta.uid))).toEqual(created)
    })

    it('gives copies: changing what was read changes nothing stored', async () => {
      const b = await bench()
      const created = await b.addCluster('copy')
      created.spec.machinePools.push({} as never)
      expect((await b.cluster(created.meta.uid))?.spec.machinePools).toEqual([])
    })

    it('takes everything back when the work throws', async () => {
      const b = await bench()
      const kept = await b.addCluster('kept')
      const failing = b.run(async (tx) => {
        await tx.create({ kind: 'Project', project: null, name: 'gone', spec: {} })
        await tx.update('Cluster', kept.meta.uid, { labels: { touched: 'yes' } })
        await tx.delete('Cluster', kept.meta.uid)
        throw new Error('no')
      })
      await expect(failing).rejects.toThrow('no')
      expect(await b.cluster(kept.meta.uid)).toEqual(kept)
      expect((await b.run((tx) => tx.list('Project'))).count).toBe(0)
    })

    it('keeps tenants apart', async () => {
      const b = await bench()
      const other = await bench()
      const mine = await b.addCluster('mine')
      expect(await other.cluster(mine.meta.uid)).toBeNull()
      expect((await other.run((tx) => tx.list('Cluster'))).items).toEqual([])
      await expect(other.run((tx) => tx.update('Cluster', mine.meta.uid, { name: 'x' }))).rejects.toEqual(
        code('ResourceNotFound'),
      )
    })

    it('shows in every tenant what the installation shares, and lets none but tenant system write it', async () => {
      const b = await bench()
      const uid = crypto.randomUUID()
      const spec = { type: 'pack', endpoint: '', caBundle: '', isDefault: false, isPrivate: false } as const
      const registry = { kind: 'Registry', uid, project: null, name: uid, spec } as const
      const shared = await b.store.transaction(systemTenant, controller, (tx) => tx.create(registry))
      await b.run(async (tx) => {
        expect(await tx.shared.get('Registry', uid)).toEqual(shared)
        expect((await tx.shared.list('Registry')).items).toContainEqual(shared)
        expect(await tx.get('Registry', uid)).toBeNull()
      })
      await expect(b.run((tx) => tx.update('Registry', uid, { name: 'x' }))).rejects.toEqual(code('ResourceNotFound'))
    })

    it('refuses a transaction inside a transaction instead of waiting for ever', async () => {
      const b = await bench()
      await expect(b.run(() => b.run(async () => 1))).rejects.toThrow('may not wait for another')
      let later: (() => Promise<number>) | undefined
      await b.run(async () => {
        later = AsyncResource.bind(() => b.run(async () => 2))
      })
      expect(await later?.(), 'what was started inside and outlives it is outside').toBe(2)
    })

    it('lists in brief: everything but the spec, with the columns of the kind', async () => {
      const b = await bench()
      const [one, two] = [await b.addCluster('one', { labels: { l: '1' } }), await b.addCluster('two')]
      const page = await b.run((tx) => tx.listBrief('Cluster', { limit: 1 }))
      const { spec, ...rest } = one
      const { cloudType, cloudConfigUid, cloudAccountUid } = spec
      expect(page).toMatchObject({
        items: [{ ...rest, columns: { cloudType, cloudConfigUid, cloudAccountUid } }],
        count: 2,
      })
      expect(page.items[0]).not.toHaveProperty('spec')
      const next = await b.run((tx) => tx.listBrief('Cluster', { limit: 1, continue: page.continue ?? '' }))
      expect(next.items.map(({ meta }) => meta.uid)).toEqual([two.meta.uid])
    })

    it('lists names: with the columns of the kind, page by page', async () => {
      const b = await bench()
      const [one, two] = [await b.addCluster('one'), await b.addCluster('two')]
      const page = await b.run((tx) => tx.listNames('Cluster', { limit: 1 }))
      const { cloudType, cloudConfigUid, cloudAccountUid } = one.spec
      const columns = expect.objectContaining({ cloudType, cloudConfigUid, cloudAccountUid })
      expect(page.items).toEqual([{ uid: one.meta.uid, name: 'one', project: one.meta.project, columns }])
      expect(page.count).toBe(2)
      const next = await b.run((tx) => tx.listNames('Cluster', { limit: 1, continue: page.continue ?? '' }))
      expect(next.items.map(({ uid }) => uid)).toEqual([two.meta.uid])
    })

    it('finds by name and by uid', async () => {
      const b = await bench()
      const [one, two] = [await b.addCluster('one'), await b.addCluster('two')]
      const found = async (where: Record<string, string | string[]>) =>
        (await b.run((tx) => tx.list('Cluster', { where }))).items.map(({ meta }) => meta.name)
      expect(await found({ name: 'two' })).toEqual(['two'])
      expect(await found({ uid: [two.meta.uid, one.meta.uid, 'none'] })).toEqual(['one', 'two'])
      expect(await found({ name: 'one', uid: two.meta.uid })).toEqual([])
    })

    it('finds by a part of the spec, wherever in an array it is', async () => {
      const b = await bench()
      const profile = (name: string, packUids: string[]) =>
        b.run((tx) => {
          const common = { tag: '1', version: '1', registryUid: '', values: '', manifests: [] }
          const layers = packUids.map(
            (packUid) => ({ name: packUid, type: 'manifest', layer: 'addon', packUid, ...common }) as const,
          )
          const spec = {
            version: '1.0.0',
            cloudType: 'all',
            type: 'add-on',
            layers,
            variables: [],
            published: true,
          } as const
          return tx.create({ kind: 'ClusterProfile', project: null, name, spec: { ...spec, layers, variables: [] } })
        })
      await profile('one', ['a', 'b'])
      await profile('two', ['b', 'c'])
      const found = async (holding: unknown) =>
        (await b.run((tx) => tx.list('ClusterProfile', { holding }))).items.map(({ meta }) => meta.name)
      expect(await found({ layers: [{ packUid: 'b' }] })).toEqual(['one', 'two'])
      expect(await found({ published: true, layers: [{ packUid: 'c', type: 'manifest' }] })).toEqual(['two'])
      expect(await found({ layers: [{ packUid: 'c', type: 'oci' }] })).toEqual([])
      expect(await found({ layers: [{ packUid: 'a' }, { packUid: 'c' }] })).toEqual([])
    })

    it('raises generation with the spec only, and keeps who wrote each spec, when and why', async () => {
      const b = await bench()
      const { meta } = await b.addCluster('gen')
      const policy = { drift: 'alert', nodes: 'alert' } as const
      const spec = clusterSpec({ cloudConfigUid: meta.uid, policy })
      const bob = { type: 'user', uid: 'bob', name: 'Bob' } as const
      const second = await b.run((tx) => tx.update('Cluster', meta.uid, { spec }), { ...bob, note: 'too noisy' })
      const labelled = await b.run((tx) => tx.update('Cluster', meta.uid, { labels: { l: '1' } }))
      const same = await b.run((tx) => tx.update('Cluster', meta.uid, { spec }))
      expect([second, labelled, same].map((object) => object.meta.generation)).toEqual([2, 2, 2])
      expect(labelled.meta.resourceVersion).toBeGreaterThan(second.meta.resourceVersion)
      expect(same.meta.resourceVersion).toBe(labelled.meta.resourceVersion)
      const revisions = (query: { limit: number; before?: number }) =>
        b.run((tx) => tx.revisions('Cluster', meta.uid, query))
      const kept = await revisions({ limit: 10 })
      const { type, uid, name } = user
      expect(
        kept.map(({ generation, at, by, note, spec: { policy: was } }) => [generation, at, by, note, was.drift]),
      ).toEqual([
        [2, second.meta.modifiedAt, bob, 'too noisy', 'alert'],
        [1, meta.createdAt, { type, uid, name }, null, 'heal'],
      ])
      expect(await revisions({ limit: 1 })).toEqual(kept.slice(0, 1))
      expect(await revisions({ limit: 10, before: 2 })).toEqual(kept.slice(1))
      expect(await b.run((tx) => tx.revisions('ClusterProfile', meta.uid, { limit: 10 }))).toEqual([])
    })

    it('keeps the present spec and the twenty before it', async () => {
      const b = await bench()
      const { meta } = await b.addCluster('busy')
      for (let count = 1; count <= 25; count += 1)
        await b.run((tx) =>
          tx.update('Cluster', meta.uid, {
            spec: clusterSpec({ cloudConfigUid: meta.uid, cloudConfig: { count } }),
          }),
        )
      const kept = await b.run((tx) => tx.revisions('Cluster', meta.uid, { limit: 100 }))
      expect(kept.map(({ generation }) => generation)).toEqual(Array.from({ length: 21 }, (_, index) => 26 - index))
      expect(kept.map(({ spec }) => spec.cloudConfig['count'])).toEqual(
        Array.from({ length: 21 }, (_, index) => 25 - index),
      )
    })

    it('refuses a write on a stale resourceVersion', async () => {
      const b = await bench()
      const { meta } = await b.addCluster('stale')
      await b.run((tx) => tx.update('Cluster', meta.uid, { name: 'newer' }))
      const stale = b.run((tx) =>
        tx.update('Cluster', meta.uid, { name: 'older', ifResourceVersion: meta.resourceVersion }),
      )
      await expect(stale).rejects.toEqual(code('ResourceConflict'))
    })

    it('holds unique keys among live objects, by scope', async () => {
      const b = await bench()
      const [one, two] = [await b.addProject('one'), await b.addProject('two')]
      const first = await b.addCluster('same', { project: one, finalizers: ['f'] })
      await expect(b.addCluster('same', { project: one })).rejects.toEqual(code('DuplicateName'))
      await b.addCluster('same', { project: two })
      const third = await b.addCluster('other', { project: one })
      await expect(b.run((tx) => tx.update('Cluster', third.meta.uid, { name: 'same' }))).rejects.toEqual(
        code('DuplicateName'),
      )
      await b.run((tx) => tx.delete('Cluster', first.meta.uid))
      await b.addCluster('same', { project: one })
    })

    it('writes status apart: no generation, merged by key and condition type, nothing when nothing changes', async () => {
      const b = await bench()
      const { meta } = await b.addCluster('status')
      const condition = (type: string, status: 'True' | 'False') => ({
        type,
        status,
        reason: 'R',
        message: 'm',
        lastTransitionTime: '2026-01-01T00:00:00.000Z',
      })
      const write = () =>
        b.run(async (tx) => {
          await tx.updateStatus('Cluster', meta.uid, {
            status: { state: 'Running' },
            conditions: [condition('A', 'True')],
          })
          await tx.updateStatus('Cluster', meta.uid, {
            status: { openDeviations: 2 },
            conditions: [condition('B', 'False')],
          })
        }, controller)
      await write()
      const once = await b.cluster(meta.uid)
      expect(once?.status).toEqual({ state: 'Running', openDeviations: 2 })
      expect(once?.conditions.map((c) => [c.type, c.status])).toEqual([
        ['A', 'True'],
        ['B', 'False'],
      ])
      expect(once?.meta.generation).toBe(1)
      await write()
      expect(await b.cluster(meta.uid)).toEqual(once)
    })

    it('marks an object with finalizers deleted, and removes it with the last one', async () => {
      const b = await bench()
      const { meta } = await b.addCluster('final', { finalizers: ['one'] })
      await b.run((tx) => tx.addFinalizer('Cluster', meta.uid, 'two'))
      await b.run((tx) => tx.delete('Cluster', meta.uid))
      expect((await b.cluster(meta.uid))?.meta.deletedAt).not.toBeNull()
      await b.run((tx) => tx.delete('Cluster', meta.uid))
      await b.run((tx) => tx.removeFinalizer('Cluster', meta.uid, 'one'))
      expect((await b.cluster(meta.uid))?.meta.finalizers).toEqual(['two'])
      await b.run((tx) => tx.removeFinalizer('Cluster', meta.uid, 'two'))
      expect(await b.cluster(meta.uid)).toBeNull()
    })

    it('answers who refers to an object, and refuses to delete it meanwhile', async () => {
      const b = await bench()
      const project = await b.run((tx) => tx.create({ kind: 'Project', project: null, name: 'used', spec: {} }))
      const cluster = await b.addCluster('user')
      const to = { kind: 'Project', uid: project.meta.uid }
      const from = { kind: 'Cluster', uid: cluster.meta.uid }
      await b.run((tx) => tx.setRefs(from, { project: [to] }))
      expect(await b.run((tx) => tx.referrers(to))).toEqual([{ from, name: 'user', project: null, field: 'project' }])
      await expect(b.run((tx) => tx.delete('Project', project.meta.uid))).rejects.toEqual(code('ResourceInUse'))
      await b.run((tx) => tx.setRefs(from, { other: [to] }))
      expect((await b.run((tx) => tx.referrers(to))).map((ref) => ref.field).sort()).toEqual(['other', 'project'])
      await b.run((tx) => tx.delete('Cluster', cluster.meta.uid))
      await b.run((tx) => tx.delete('Project', project.meta.uid))
      expect(await b.run((tx) => tx.get('Project', project.meta.uid))).toBeNull()
    })

    it('refuses references to what does not exist', async () => {
      const b = await bench()
      const cluster = await b.addCluster('dangling')
      const refs = { project: [{ kind: 'Project', uid: 'f'.repeat(24) }] }
      await expect(b.run((tx) => tx.setRefs({ kind: 'Cluster', uid: cluster.meta.uid }, refs))).rejects.toEqual(
        code('ResourceNotFound'),
      )
    })

    it('holds owners and projects as long as something belongs to them', async () => {
      const b = await bench()
      const project = await b.addProject('holder')
      const owner = (await b.addCluster('owner')).meta.uid
      const machine = {
        spec: { clusterUid: owner, pool: 'p', isControlPlane: false },
        owner: { kind: 'Cluster', uid: owner },
      }
      const { meta } = await b.run((tx) => tx.create({ kind: 'Machine', project, name: 'm', ...machine }))
      const gone = { kind: 'Cluster', uid: 'e'.repeat(24) }
      await expect(b.addCluster('lost', { project: 'e'.repeat(24) })).rejects.toEqual(code('ResourceNotFound'))
      await expect(b.addCluster('lost', { owner: gone })).rejects.toEqual(code('ResourceNotFound'))
      await expect(b.run((tx) => tx.delete('Project', project))).rejects.toEqual(code('ResourceInUse'))
      await expect(b.run((tx) => tx.delete('Cluster', owner))).rejects.toEqual(code('ResourceInUse'))
      await b.run((tx) => tx.delete('Machine', meta.uid))
      await b.run((tx) => tx.delete('Cluster', owner))
      await b.run((tx) => tx.delete('Project', project))
    })

    it('creates many side by side, each as it was given, or none of them', async () => {
      const b = await bench()
      const owner = { kind: 'Cluster', uid: (await b.addCluster('owner')).meta.uid }
      const machine = (name: string, message: string): NewObject<'Machine'> => ({
        kind: 'Machine',
        ...{ project: null, name, labels: { n: name }, owner, status: { message } },
        spec: { clusterUid: owner.uid, pool: 'p', isControlPlane: false },
      })
      const create = (...machines: NewObject<'Machine'>[]) =>
        b.run((tx) => Promise.all(machines.map((one) => tx.create(one))))
      const created = await create(machine('b', 'one'), machine('a', 'two'))
      expect(created.map(({ meta, status }) => [meta.name, status])).toEqual([
        ['b', { message: 'one' }],
        ['a', { message: 'two' }],
      ])
      const stored = () => b.run((tx) => tx.list('Machine', { where: { clusterUid: owner.uid } }))
      expect((await stored()).items).toEqual(created.toReversed())
      const labelled = await b.run((tx) => tx.list('Machine', { labels: { n: 'a' } }))
      expect(labelled.items.map(({ meta }) => meta.name)).toEqual(['a'])
      await expect(create(machine('c', ''), machine('a', ''))).rejects.toEqual(code('DuplicateName'))
      await expect(create(machine('d', ''), machine('d', ''))).rejects.toEqual(code('DuplicateName'))
      expect((await stored()).count).toBe(2)
    })

    it('lists by project, column, label and owner, in pages', async () => {
      const b = await bench()
      const even = await b.addProject('even')
      const owner = { kind: 'Project', uid: await b.addProject('owner') }
      for (const [index, name] of ['d', 'b', 'a', 'c', 'e'].entries())
        await b.addCluster(name, {
          project: index % 2 === 0 ? even : null,
          labels: { parity: index % 2 === 0 ? 'even' : 'odd' },
          owner: name === 'c' ? owner : null,
          spec: clusterSpec({ cloudType: name === 'e' ? 'aws' : 'local' }),
        })
      const names = (query: object) =>
        b.run(async (tx) => (await tx.list('Cluster', query)).items.map((o) => o.meta.name))
      expect(await names({})).toEqual(['a', 'b', 'c', 'd', 'e'])
      expect(await names({ project: even })).toEqual(['a', 'd', 'e'])
      expect(await names({ project: null })).toEqual(['b', 'c'])
      expect(await names({ project: [even, null], labels: { parity: 'odd' } })).toEqual(['b', 'c'])
      expect(await names({ project: ['none'] })).toEqual([])
      expect(await names({ where: { cloudType: 'aws' } })).toEqual(['e'])
      expect(await names({ where: { cloudType: ['aws', 'local'] }, labels: { parity: 'odd' } })).toEqual(['b', 'c'])
      expect(await names({ owner })).toEqual(['c'])
      expect(await names({ orderBy: { column: 'name', descending: true }, offset: 1, limit: 2 })).toEqual(['d', 'c'])
      await expect(names({ where: { nonsense: 'x' } })).rejects.toEqual(code('InvalidRequest'))
      const pages: string[][] = []
      for (let next: string | undefined = ''; next !== undefined; ) {
        const page = await b.run((tx) => tx.list('Cluster', { limit: 2, ...(next ? { continue: next } : {}) }))
        pages.push(page.items.map((o) => o.meta.name))
        expect(page.count).toBe(5)
        next = page.continue
      }
      expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']])
    })

    it('audits what people do, in the same transaction, and not what controllers do', async () => {
      const b = await bench()
      const { meta } = await b.addCluster('audited')
      await b.run((tx) => tx.update('Cluster', meta.uid, { name: 'renamed' }))
      await b.run((tx) => tx.update('Cluster', meta.uid, { labels: { by: 'controller' } }), controller)
      await expect(
        b.run(async (tx) => {
          await tx.update('Cluster', meta.uid, { name: 'rolled-back' })
          throw new Error('no')
        }),
      ).rejects.toThrow()
      await b.run((tx) => tx.delete('Cluster', meta.uid))
      const entries = (await b.harness.audit(b.tenant)).filter((entry) => entry.uid === meta.uid)
      expect(entries.map((entry) => entry.actor)).toEqual(entries.map(() => ({ type: user.type, uid: user.uid })))
      expect(entries).toHaveLength(3)
    })
  })
}
