import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reaches } from '../reach.ts'
import type { Reach } from '../store.ts'
import type { Bench } from './harness.ts'

/** Words that mean something to a language that a filter is written in. */
const odd = [
  '',
  'a',
  'A',
  'a b',
  '"',
  '\\',
  "'",
  '$',
  '*',
  '@.x',
  '\u{1F512}',
  '\u007f',
  'true',
  '1',
  'null',
  '__proto__',
  '{}',
  ',',
]
const word = fc.constantFrom(...odd)
const labels = fc.dictionary(word, word, { maxKeys: 4, noNullPrototype: true })
const condition = fc.record({ key: word, values: fc.array(word, { maxLength: 3 }), negation: fc.boolean() })
const filter = fc.record({
  conjunction: fc.constantFrom('and' as const, 'or' as const),
  conditions: fc.array(condition, { maxLength: 3 }),
})
const objectsMade = 40

export function reachTests(bench: () => Promise<Bench>, propertyRuns: number): void {
  describe('reaches', () => {
    it('cut lists down to what they describe, counted and paged, as they do a single object', async () => {
      const b = await bench()
      const projects = [null, await b.addProject('one'), await b.addProject('two')]
      const given = fc.sample(labels, { numRuns: objectsMade, seed: 7 })
      const made = await b.run(async (tx) => {
        const all = []
        for (const [index, own] of given.entries()) {
          const project = projects[index % projects.length] ?? null
          const place = { kind: 'StorageLocation', project, name: `o${index}`, labels: own } as const
          const { meta } = await tx.create({ ...place, spec: { storage: 's3', isDefault: false, config: {} } })
          all.push({ project, uid: meta.uid, labels: own })
        }
        return all
      })
      const reach: fc.Arbitrary<Reach> = fc.record(
        {
          projects: fc.subarray(projects),
          uids: fc.subarray(made.map(({ uid }) => uid)),
          filters: fc.array(filter, { maxLength: 2 }),
        },
        { requiredKeys: [] },
      )
      await fc.assert(
        fc.asyncProperty(fc.array(reach, { maxLength: 3 }), async (within) => {
          const expected = made.filter((one) => within.some((part) => reaches(part, one))).map(({ uid }) => uid)
          const page = await b.run((tx) => tx.list('StorageLocation', { within, limit: 7 }))
          expect(page.count).toBe(expected.length)
          const all = await b.run((tx) => tx.listBrief('StorageLocation', { within, limit: 0 }))
          expect(all.items.map(({ meta }) => meta.uid).sort()).toEqual(expected.sort())
        }),
        { numRuns: propertyRuns },
      )
    })

    it('look at the labels of the owner where those stand for an object', async () => {
      const b = await bench()
      const blue = await b.addCluster('blue', { labels: { team: 'blue' } })
      const plain = await b.addCluster('plain', { labels: {} })
      const machine = (clusterUid: string) =>
        b.run((tx) =>
          tx.create({
            ...{ kind: 'Machine', project: null, name: 'm', labels: { team: 'red' } },
            owner: { kind: 'Cluster', uid: clusterUid },
            spec: { clusterUid, pool: 'workers', isControlPlane: false },
          }),
        )
      const own = await machine(blue.meta.uid)
      await machine(plain.meta.uid)
      const team = (value: string): Reach => ({
        filters: [{ conjunction: 'and', conditions: [{ key: 'team', values: [value], negation: false }] }],
      })
      const found = async (value: string) =>
        (await b.run((tx) => tx.list('Machine', { within: [team(value)] }))).items.map(({ meta }) => meta.uid)
      expect(await found('blue')).toEqual([own.meta.uid])
      expect(await found('red')).toEqual([])
    })
  })
}
