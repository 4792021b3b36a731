import fc from 'fast-check'
import { expect, test } from 'vitest'
import { covers } from './escalation.ts'
import { canOn, type Grants, type TaggedGrant } from './subject.ts'

const permissions = ['cluster.get', 'cluster.update', 'workspace.get'] as const
const held = fc.subarray([...permissions]).map((names) => new Set<string>(names))
const values = ['blue', 'red'] as const
/** Filters are told apart by their uid: the same uid is the same filter. */
const filters = values.flatMap((value) =>
  [true, false].map((negation) => ({
    uid: `${value}-${negation}`,
    conjunction: 'and' as const,
    conditions: [{ key: 'team', values: [value], negation }],
  })),
)
const projects = ['p1', 'p2']
const workspaces = [
  ['w1', 'p1'],
  ['w2', 'p2'],
] as const

const tagged: fc.Arbitrary<TaggedGrant> = fc.record({
  uid: fc.constant('r'),
  projects: fc.subarray(projects).map((uids) => new Set(uids)),
  permissions: held,
  filters: fc.subarray(filters),
})
const grants: fc.Arbitrary<Grants> = fc.record({
  tenant: held,
  projects: fc
    .subarray(projects)
    .chain((uids) =>
      fc.tuple(...uids.map((uid) => held.map((names) => [uid, names] as const))).map((entries) => new Map(entries)),
    ),
  tagged: fc.array(tagged, { maxLength: 3 }),
  workspaces: fc
    .subarray([...workspaces])
    .chain((some) =>
      fc
        .tuple(...some.map(([uid, project]) => held.map((names) => [uid, { project, permissions: names }] as const)))
        .map((entries) => new Map(entries)),
    ),
})
const target = fc.record({
  project: fc.constantFrom('p1', 'p2', null),
  uid: fc.constantFrom('w1', 'w2', 'c'),
  labels: fc.constantFrom<Record<string, string>>({}, { team: 'blue' }, { team: 'red' }),
})
/** A workspace is where it is. */
const exists = ({ uid, project }: { uid: string; project: string | null }): boolean =>
  workspaces.every(([workspace, home]) => workspace !== uid || home === project)

test('who covers somebody may do whatever they may, with any object there could be', () => {
  fc.assert(
    fc.property(grants, grants, target, fc.constantFrom(...permissions), (own, other, object, permission) => {
      fc.pre(exists(object) && covers(own, other))
      if (canOn({ grants: other }, permission, object)) expect(canOn({ grants: own }, permission, object)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('everybody covers themselves, and nobody less than what is the whole of it', () => {
  fc.assert(
    fc.property(grants, grants, (one, other) => {
      expect(covers(one, one)).toBe(true)
      const both = {
        ...one,
        tenant: new Set([...one.tenant, ...other.tenant]),
        tagged: [...one.tagged, ...other.tagged],
      }
      expect(covers(both, one)).toBe(true)
    }),
  )
})
