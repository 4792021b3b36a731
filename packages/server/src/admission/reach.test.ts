import { type KindName, kinds, type SpecOf } from '@atrium/api/kinds/index.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { MemoryStore } from '@atrium/runtime/store/memory/memory-store.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Grants, noGrants, type Subject } from '../auth/rights/subject.ts'
import { type Admission, createAdmission } from './admission.ts'
import { isGivenByTags, permissionFor } from './resources.ts'

const system: Actor = { type: 'system', uid: 's', name: 's' }
/** Kinds that resource roles can give, and one that they cannot. */
const tried: KindName[] = [
  'Cluster',
  'ClusterProfile',
  'CloudAccount',
  'Machine',
  'StorageLocation',
  'Registry',
  'SshKey',
]
const labelSets: Record<string, string>[] = [{}, { team: 'blue' }, { team: 'red' }, { team: 'blue', stage: 'live' }]

interface Made {
  kind: KindName
  uid: string
  project: string | null
  labels: Record<string, string>
}
let admission: Admission
let projects: string[] = []
const made: Made[] = []

beforeAll(async () => {
  const store = new MemoryStore({ clock: new ManualClock(0), random: seededRandom(1) })
  admission = createAdmission(store)
  await store.transaction('t1', system, async (tx) => {
    const make = async (kind: KindName, project: string | null, labels: Record<string, string>, owner?: Made) => {
      const spec = {} as SpecOf<KindName>
      const ownedBy = owner ? { owner: { kind: owner.kind, uid: owner.uid } } : {}
      const { meta } = await tx.create({ kind, project, name: crypto.randomUUID(), labels, spec, ...ownedBy })
      const one = { kind, uid: meta.uid, project, labels: owner ? owner.labels : labels }
      if (kind !== 'Project') made.push(one)
      return one
    }
    projects = [(await make('Project', null, {})).uid, (await make('Project', null, {})).uid]
    for (const kind of tried) {
      for (const project of [...projects, null]) {
        for (const labels of labelSets) {
          if (kind !== 'Machine') await make(kind, project, labels)
          // Its own labels say the opposite: they must not count.
          else await make(kind, project, { team: 'red' }, await make('Cluster', project, labels))
        }
      }
    }
  })
})

const subject = (grants: Partial<Grants>): Subject => ({
  ...{ tenant: 't1', tenantName: 't1', userUid: 'u', actor: { type: 'user', uid: 'u', name: 'u' } },
  grants: { ...noGrants, ...grants },
})
const verbs = ['get', 'list', 'update'] as const
const permissions = tried.flatMap((kind) => verbs.map((verb) => permissionFor(kind, verb)))
const anyHeld = fc.subarray(permissions).map((names) => new Set<string>(names))
const condition = fc.record({
  key: fc.constantFrom('team', 'stage'),
  values: fc.subarray(['blue', 'red', 'live']),
  negation: fc.boolean(),
})
const filter = fc.record({
  uid: fc.constant('f'),
  conjunction: fc.constantFrom('and' as const, 'or' as const),
  conditions: fc.array(condition, { maxLength: 2 }),
})

describe('what resource roles give', () => {
  test('is seen one by one and in lists alike, with the right counts, whatever is held besides', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ own: fc.subarray([0, 1]), permissions: anyHeld, filters: fc.array(filter, { maxLength: 2 }) }),
          { maxLength: 2 },
        ),
        fc.option(fc.record({ project: fc.constantFrom(0, 1), permissions: anyHeld }), { nil: undefined }),
        fc.constantFrom(...tried),
        async (roles, also, kind) => {
          // Lists and looks must agree where both are held.
          const paired = (names: ReadonlySet<string>) =>
            new Set(
              [...names].flatMap((name) =>
                /\.(get|list)$/.test(name) ? [name.replace(/\.\w+$/, '.get'), name.replace(/\.\w+$/, '.list')] : [name],
              ),
            )
          const who = subject({
            tagged: roles.map((role) => ({
              ...{ uid: 'r', filters: role.filters },
              projects: new Set(role.own.map((index) => projects[index] ?? '')),
              permissions: paired(role.permissions),
            })),
            projects: new Map(also ? [[projects[also.project] ?? '', paired(also.permissions)]] : []),
          })
          const listed = await admission.run(who, (tx) => tx.list(kind, { limit: 0 }))
          const seen: string[] = []
          for (const { uid } of made.filter((one) => one.kind === kind)) {
            if (await admission.run(who, (tx) => tx.get(kind, uid))) seen.push(uid)
          }
          expect(listed.items.map(({ meta }) => meta.uid).sort()).toEqual(seen.sort())
          expect(listed.count).toBe(seen.length)
        },
      ),
      { numRuns: 60 },
    )
  })

  test.each(tried.filter((kind) => isGivenByTags(kind)))(
    'of %s is what its tags let through, in the named projects alone',
    async (kind) => {
      const blue = {
        uid: 'f',
        conjunction: 'and' as const,
        conditions: [{ key: 'team', values: ['blue'], negation: false }],
      }
      const [mine = ''] = projects
      const held = new Set(verbs.map((verb) => permissionFor(kind, verb)))
      const who = subject({ tagged: [{ uid: 'r', projects: new Set([mine]), permissions: held, filters: [blue] }] })
      for (const one of made.filter((candidate) => candidate.kind === kind)) {
        const isBlue = one.labels['team'] === 'blue'
        const isTenants =
          one.project === null && ['ClusterProfile', 'CloudAccount', 'StorageLocation', 'Registry'].includes(kind)
        const expected = isBlue && one.project === mine ? 'changes' : isBlue && isTenants ? 'reads' : 'nothing'
        const is = await admission.run(who, async (tx) => {
          if (!(await tx.get(kind, one.uid))) return 'nothing'
          return tx.getForUpdate(kind, one.uid).then(
            () => 'changes',
            () => 'reads',
          )
        })
        expect([one, is]).toEqual([one, expected])
      }
    },
  )
})

test('only kinds with owners are tagged by them', () => {
  const owned = Object.values(kinds).filter(({ taggedBy }) => taggedBy === 'owner')
  expect(owned.map(({ name }) => name)).toEqual(['Pack', 'Machine'])
})
