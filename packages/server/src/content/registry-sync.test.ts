import { packError } from '@atrium/pack/format/problems.ts'
import { loadTexts } from '@atrium/pack/sources/load.ts'
import { OciError } from '@atrium/pack/sources/oci/types.ts'
import { entryOf } from '@atrium/pack/sources/summary.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { ConfinedError } from '@atrium/runtime/confined/error.ts'
import { MemoryStore } from '@atrium/runtime/store/memory/memory-store.ts'
import { expect, it } from 'vitest'
import type { Offer, Origin } from './origins/origin.ts'
import { syncRegistry } from './registry-sync.ts'
import { contentActor } from './tenant.ts'

const clock = new ManualClock()
const offers = ['a', 'b', 'c', 'd', 'e', 'f'].map((name): Offer => ({ place: `${name}:1.0.0`, mark: `d-${name}` }))

/** A source that fails as a whole, once it was read so often. */
function origin(read: string[], until = Number.POSITIVE_INFINITY): Origin {
  return {
    list: () => Promise.resolve({ offers, mark: null, leftOut: 0 }),
    async read({ place }) {
      if (read.length >= until) throw new Error('the power went')
      read.push(place)
      const name = place.slice(0, 1)
      const files = new Map<string, Uint8Array>([
        ['pack.json', Buffer.from(JSON.stringify({ name, version: '1.0.0', layer: 'addon' }))],
        ['values.yaml', Buffer.from('')],
      ])
      return {
        entry: entryOf(loadTexts(files)),
        digest: `d-${name}`,
        repository: name,
        copyTo: () => Promise.resolve(),
      }
    },
    close: () => Promise.resolve(),
  }
}

/** A registry, and how it is synchronised. */
async function syncing() {
  const store = new MemoryStore({ clock, random: seededRandom(1) })
  const spec = { type: 'oci', endpoint: 'https://r.test', caBundle: '', isDefault: false, isPrivate: true } as const
  const registry = await store.transaction('t', contentActor, (tx) =>
    tx.create({ kind: 'Registry', project: null, name: 'r', spec }),
  )
  const [claim] = await store.queue.claim({ owner: 'o', kinds: ['Registry'], limit: 1, leaseMs: 60_000 })
  if (claim === undefined) throw new Error('nothing to do')
  return (from: Origin) =>
    syncRegistry({ store, clock, keeper: null }, registry, from, { claim, signal: new AbortController().signal })
}

it('a sync that was cut off goes on with what is missing', async () => {
  const run = await syncing()
  const first: string[] = []
  await expect(run(origin(first, 3))).rejects.toThrow('the power went')
  const second: string[] = []
  expect((await run(origin(second))).counts).toMatchObject({ offered: 6, usable: 6 })
  expect([...first, ...second].sort()).toEqual(offers.map(({ place }) => place))
  const third: string[] = []
  expect((await run(origin(third))).counts).toMatchObject({ usable: 6, changed: 0 })
  expect(third).toEqual([])
})

it('a pack that cannot be used is told with a code, and stops no other', async () => {
  const run = await syncing()
  const good = origin([])
  const failures: Record<string, Error> = {
    'a:1.0.0': packError('pack.json', 'is missing'),
    'b:1.0.0': packError('b', 'took too long', { cause: new ConfinedError('took too long') }),
    'c:1.0.0': new OciError(404, 'the registry lacks it'),
  }
  const { counts, problems } = await run({
    ...good,
    read: async (offer, ...rest) => {
      const failure = failures[offer.place]
      if (failure) throw failure
      return good.read(offer, ...rest)
    },
  })
  expect(counts).toMatchObject({ usable: 3, failed: 3 })
  expect(problems.map(({ place, code }) => `${place} ${code}`).sort()).toEqual([
    'a:1.0.0 PackInvalid',
    'b:1.0.0 PackLimitBroken',
    'c:1.0.0 PackUnavailable',
  ])
})
