import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChangeEvent } from '../store.ts'
import type { Bench } from './harness.ts'

/** Reads events until `enough` says so; the test's own limit ends it otherwise. */
export async function readChanges(
  bench: Bench,
  since: number | undefined,
  enough: (events: ChangeEvent[]) => boolean,
): Promise<ChangeEvent[]> {
  const stop = new AbortController()
  const events: ChangeEvent[] = []
  if (enough(events)) return events
  const query = since === undefined ? {} : { since }
  for await (const event of bench.store.watch({ tenant: bench.tenant, signal: stop.signal, ...query })) {
    events.push(event)
    if (enough(events)) stop.abort()
  }
  return events
}

const summary = (events: ChangeEvent[]) => events.map((event) => event.type)

export function watchTests(bench: () => Promise<Bench>, propertyRuns: number): void {
  describe('watch', () => {
    it('tells what happened to an object, in order, and nothing of a transaction that failed', async () => {
      const b = await bench()
      const start = await b.store.position()
      const { meta } = await b.addCluster('watched', { finalizers: ['f'] })
      await expect(
        b.run(async (tx) => {
          await tx.update('Cluster', meta.uid, { name: 'never' })
          throw new Error('no')
        }),
      ).rejects.toThrow()
      await b.run((tx) => tx.update('Cluster', meta.uid, { labels: { a: 'b' } }))
      await b.run((tx) => tx.updateStatus('Cluster', meta.uid, { status: { state: 'Running' } }))
      await b.run((tx) => tx.delete('Cluster', meta.uid))
      await b.run((tx) => tx.removeFinalizer('Cluster', meta.uid, 'f'))
      const events = await readChanges(b, start, (seen) => seen.at(-1)?.type === 'deleted')
      expect(summary(events)).toEqual(['created', 'updated', 'status', 'updated', 'deleted'])
      expect(events.every((event) => event.uid === meta.uid && event.tenant === b.tenant)).toBe(true)
    })

    it('tells which labels an object had before they changed, and before it went: its own, or those of its owner', async () => {
      const b = await bench()
      const start = await b.store.position()
      const { meta } = await b.addCluster('one', { labels: { a: '1' } })
      const owner = { kind: 'Cluster', uid: meta.uid }
      const machine = await b.run((tx) =>
        tx.create({
          ...{ kind: 'Machine', project: null, name: 'm', owner, labels: { own: 'x' } },
          spec: { clusterUid: meta.uid, pool: 'p', isControlPlane: false },
        }),
      )
      await b.run((tx) => tx.update('Cluster', meta.uid, { name: 'other' }))
      await b.run((tx) => tx.update('Cluster', meta.uid, { labels: { a: '2' } }))
      await b.run((tx) => tx.delete('Machine', machine.meta.uid))
      await b.run((tx) => tx.delete('Cluster', meta.uid))
      const events = await readChanges(b, start, (seen) => seen.filter(({ type }) => type === 'deleted').length === 2)
      expect(events.map(({ kind, type, formerLabels }) => [kind, type, formerLabels ?? null])).toEqual([
        ['Cluster', 'created', null],
        ['Machine', 'created', null],
        ['Cluster', 'updated', null],
        ['Cluster', 'updated', { a: '1' }],
        ['Machine', 'deleted', { a: '2' }],
        ['Cluster', 'deleted', { a: '2' }],
      ])
    })

    it('gives live events to a watcher that was there before, of the kinds it asked for', async () => {
      const b = await bench()
      const stop = new AbortController()
      const watch = b.store.watch({ tenant: b.tenant, kinds: ['Cluster'], signal: stop.signal })
      const iterator = watch[Symbol.asyncIterator]()
      const first = iterator.next()
      await b.run((tx) => tx.create({ kind: 'Project', project: null, name: 'unseen', spec: {} }))
      const { meta } = await b.addCluster('seen')
      expect((await first).value).toMatchObject({ kind: 'Cluster', uid: meta.uid, type: 'created' })
      const end = iterator.next()
      stop.abort()
      expect((await end).done).toBe(true)
    })

    it('names what changed since a position, at once after the commit, each once, and nothing of another tenant', async () => {
      const b = await bench()
      const other = await bench()
      const start = await b.store.position()
      const own = await b.addCluster('own')
      await other.addCluster('foreign')
      await b.run((tx) => tx.create({ kind: 'Project', project: null, name: 'unasked', spec: {} }))
      await b.run((tx) => tx.updateStatus('Cluster', own.meta.uid, { status: { state: 'Running' } }))
      expect((await b.store.changedSince(b.tenant, 'Cluster', start)).uids).toEqual([own.meta.uid])
      const events = await readChanges(b, start, (seen) => seen.length === 3)
      const { position } = await b.store.changedSince(b.tenant, 'Cluster', start)
      expect(position).toBeGreaterThanOrEqual(events.at(-1)?.position ?? Number.POSITIVE_INFINITY)
      expect((await b.store.changedSince(b.tenant, 'Cluster', position)).uids).toEqual([])
      await b.run((tx) => tx.delete('Cluster', own.meta.uid))
      expect((await b.store.changedSince(b.tenant, 'Cluster', position)).uids).toEqual([own.meta.uid])
    })

    it('refuses to name what changed since a position that was never given out', async () => {
      const b = await bench()
      const never = (await b.store.position()) + 1_000_000
      await expect(b.store.changedSince(b.tenant, 'Cluster', never)).rejects.toMatchObject({ code: 'ResourceExpired' })
    })

    it('shows a tenant nothing of another', async () => {
      const b = await bench()
      const other = await bench()
      const start = await b.store.position()
      await other.addCluster('foreign')
      const { meta } = await b.addCluster('own')
      const events = await readChanges(b, start, (seen) => seen.length === 1)
      expect(events.map((event) => event.uid)).toEqual([meta.uid])
    })

    it('loses, repeats and reorders nothing when writers interleave and readers resume anywhere', async () => {
      const step = fc.record({
        writer: fc.nat({ max: 2 }),
        object: fc.nat({ max: 3 }),
        what: fc.constantFrom('update', 'status', 'rollback'),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), fc.nat(), async (steps, pick) => {
          const b = await bench()
          const start = await b.store.position()
          const objects = await Promise.all([0, 1, 2, 3].map((index) => b.addCluster(`o${index}`)))
          await Promise.all([0, 1, 2].map((writer) => write(b, objects, steps, writer)))
          const current = await Promise.all(objects.map((object) => b.cluster(object.meta.uid)))
          const final = new Map(current.map((object) => [object?.meta.uid, object?.meta.resourceVersion]))
          const complete = (events: ChangeEvent[]): boolean =>
            [...final].every(([uid, version]) => events.some((e) => e.uid === uid && e.resourceVersion === version))
          const all = await readChanges(b, start, complete)
          expectOrdered(all)
          const from = all[pick % all.length]?.position ?? start
          const rest = all.filter((event) => event.position > from)
          expect(await readChanges(b, from, (events) => events.length === rest.length)).toEqual(rest)
        }),
        { numRuns: propertyRuns },
      )
    })
  })
}

async function write(
  b: Bench,
  objects: { meta: { uid: string } }[],
  steps: { writer: number; object: number; what: string }[],
  writer: number,
): Promise<void> {
  for (const [index, step] of steps.entries()) {
    const uid = objects[step.object]?.meta.uid
    if (step.writer !== writer || uid === undefined) continue
    await b
      .run(async (tx) => {
        if (step.what === 'status') await tx.updateStatus('Cluster', uid, { status: { openDeviations: index + 1 } })
        else await tx.update('Cluster', uid, { labels: { step: String(index) } })
        if (step.what === 'rollback') throw new Error('rolled back')
      })
      .catch((error: Error) => expect(error.message).toBe('rolled back'))
  }
}

function expectOrdered(events: ChangeEvent[]): void {
  const positions = events.map((event) => event.position)
  expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b))
  for (const uid of new Set(events.map((event) => event.uid))) {
    const versions = events.filter((event) => event.uid === uid).map((event) => event.resourceVersion)
    expect(versions).toEqual([...versions].sort((a, b) => a - b))
  }
}
