import { type KindName, kinds, type SpecOf } from '@atrium/api/kinds/index.ts'
import { type BuiltInRole, builtInRoles } from '@atrium/api/permissions/roles.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { MemoryStore } from '@atrium/runtime/store/memory/memory-store.ts'
import type { Actor, Tx } from '@atrium/runtime/store/store.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { noGrants, type Subject } from '../auth/rights/subject.ts'
import { type Admission, createAdmission } from './admission.ts'
import { isSharedDownwards, permissionFor, type Verb } from './resources.ts'

const system: Actor = { type: 'system', uid: 's', name: 's' }
const kindNames = Object.keys(kinds) as KindName[]
/** Admission does not look into specs, save for those whose kind has rules of its own. */
const specs: Partial<Record<KindName, object>> = {
  Role: { scope: 'project', permissions: [] },
  Workspace: { clusterUids: [] },
}
const specOf = <K extends KindName>(kind: K): SpecOf<K> => (specs[kind] ?? {}) as SpecOf<K>

let store: MemoryStore
let admission: Admission
let mine: string
let other: string
/** Uid of one object of each kind: in my project, in the other one, at tenant scope. */
const objects = new Map<KindName, { mine: string; other: string; tenant: string }>()

const make = (tx: Tx, kind: KindName, project: string | null): Promise<string> =>
  tx.create({ kind, project, name: crypto.randomUUID(), spec: specOf(kind) }).then(({ meta }) => meta.uid)

beforeAll(async () => {
  store = new MemoryStore({ clock: new ManualClock(0), random: seededRandom(1) })
  admission = createAdmission(store)
  await store.transaction('t1', system, async (tx) => {
    mine = await make(tx, 'Project', null)
    other = await make(tx, 'Project', null)
    for (const kind of kindNames) {
      const place = (project: string | null) => make(tx, kind, kind === 'Project' ? null : project)
      objects.set(kind, { mine: await place(mine), other: await place(other), tenant: await place(null) })
    }
  })
  objects.set('Project', { ...(objects.get('Project') ?? { tenant: '' }), mine, other })
})

function subject(role: BuiltInRole | null): Subject {
  const held = new Set<string>(role?.permissions)
  const isTenant = role?.scope === 'tenant'
  return {
    tenant: 't1',
    tenantName: 't1',
    userUid: 'u',
    actor: { type: 'user', uid: 'u', name: 'u' },
    grants: {
      ...noGrants,
      tenant: isTenant ? held : new Set(),
      projects: new Map(isTenant || !role ? [] : [[mine, held]]),
    },
  }
}

type Place = 'mine' | 'other' | 'tenant'
type Result = 'ok' | 'Forbidden' | 'ResourceNotFound'

/** What the rule says, told apart from the code: in words of permissions alone. */
function expected(role: BuiltInRole, verb: Verb, kind: KindName, place: Place): Result {
  const holds = (name: Verb): boolean => role.permissions.includes(permissionFor(kind, name))
  const everywhere = role.scope === 'tenant'
  const here = everywhere || place === 'mine'
  const seen = holds('get') && (here || (place === 'tenant' && isSharedDownwards(kind)))
  if (verb === 'create') return here && holds('create') ? 'ok' : 'Forbidden'
  if (!seen) return 'ResourceNotFound'
  if (verb === 'get') return 'ok'
  return here && holds(verb) ? 'ok' : 'Forbidden'
}

const outcomeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    (value) => (value === null ? 'ResourceNotFound' : 'ok'),
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : messageOf(error)),
  )

/** Undoes what a permitted change did, so that one try does not see the other. */
class Undo extends Error {}
async function attempt(who: Subject, work: (tx: Tx) => Promise<unknown>): Promise<string> {
  let outcome = ''
  await admission
    .run(who, async (tx) => {
      outcome = await outcomeOf(work(tx))
      throw new Undo()
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error
    })
  return outcome
}

describe.each(builtInRoles.map((role) => [role.name, role] as const))('%s', (_name, role) => {
  test('may do with each kind, in each place, exactly what its permissions say', async () => {
    const who = subject(role)
    const wrong: string[] = []
    for (const kind of kindNames) {
      for (const place of ['mine', 'other', 'tenant'] as const) {
        // A project belongs to itself: there is none at tenant scope that a project role could name.
        if (kind === 'Project' && place === 'tenant') continue
        const uid = objects.get(kind)?.[place] ?? ''
        const project = { mine, other, tenant: null }[place]
        const tries: [Verb, (tx: Tx) => Promise<unknown>][] = [
          ['get', (tx) => tx.get(kind, uid)],
          ['update', (tx) => tx.update(kind, uid, { annotations: { a: 'b' } })],
        ]
        if (kind !== 'Project') {
          tries.push(['create', (tx) => make(tx, kind, project)], ['delete', (tx) => tx.delete(kind, uid)])
        }
        for (const [verb, work] of tries) {
          const [is, should] = [await attempt(who, work), expected(role, verb, kind, place)]
          if (is !== should) wrong.push(`${verb} ${kind} in ${place}: ${is}, not ${should}`)
        }
      }
    }
    expect(wrong).toEqual([])
  })

  test('lists exactly what it may list', async () => {
    const who = subject(role)
    for (const kind of kindNames) {
      const { items } = await admission.run(who, (tx) => tx.list(kind))
      const uids = new Set(items.map(({ meta }) => meta.uid))
      const places = objects.get(kind)
      const holds = role.permissions.includes(permissionFor(kind, 'list'))
      const everywhere = role.scope === 'tenant'
      expect([kind, uids.has(places?.mine ?? '')]).toEqual([kind, holds])
      expect([kind, uids.has(places?.other ?? '')]).toEqual([kind, holds && everywhere])
      const shared = holds && (everywhere || isSharedDownwards(kind))
      if (kind !== 'Project') expect([kind, uids.has(places?.tenant ?? '')]).toEqual([kind, shared])
    }
  })
})

test('someone without any role sees nothing at all', async () => {
  for (const kind of kindNames) {
    expect((await admission.run(subject(null), (tx) => tx.list(kind))).items).toEqual([])
    expect(await admission.run(subject(null), (tx) => tx.get(kind, objects.get(kind)?.mine ?? ''))).toBeNull()
  }
})

const named = (name: string): Subject => subject(builtInRoles.find((role) => role.name === name) ?? null)

test('secrets are for those who may update their object, whatever they can read of it', async () => {
  const ref = { kind: 'CloudAccount', uid: objects.get('CloudAccount')?.mine ?? '' }
  const read = (tx: Tx) => tx.getSecret(ref, 'token').then(() => 'read')
  expect(await attempt(named('Project Viewer'), read)).toBe('Forbidden')
  expect(await attempt(named('Project Admin'), read)).toBe('ok')
})

test('a reference to an object of another project is refused as if that did not exist', async () => {
  const from = { kind: 'Cluster', uid: objects.get('Cluster')?.mine ?? '' }
  const refTo = (uid: string | undefined) => (tx: Tx) =>
    tx.setRefs(from, { account: [{ kind: 'CloudAccount', uid: uid ?? '' }] })
  const accounts = objects.get('CloudAccount')
  const admin = named('Tenant Admin')
  expect(await attempt(admin, refTo(accounts?.other))).toBe('ResourceNotFound')
  expect(await attempt(admin, refTo(accounts?.mine))).toBe('ok')
  expect(await attempt(admin, refTo(accounts?.tenant))).toBe('ok')
})

test('names, labels and sizes are bounded for every kind', async () => {
  const admin = named('Tenant Admin')
  const create = (more: object) => (tx: Tx) =>
    tx.create({ kind: 'MacroSet', project: null, name: 'n', spec: { macros: {} }, ...more })
  for (const more of [
    { name: ' ' },
    { name: 'x'.repeat(300) },
    { name: 'a\u0007' },
    { labels: { '': 'x' } },
    { labels: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`l${index}`, ''])) },
    { annotations: { a: 'x'.repeat(70_000) } },
  ]) {
    expect(await attempt(admin, create(more))).toBe('InvalidRequest')
  }
})
