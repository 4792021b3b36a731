import type { Operation } from '@atrium/api/operations/table.ts'
import { FakeCloud } from '@atrium/provider-inmemory/cloud.ts'
import { createInMemoryProvider } from '@atrium/provider-inmemory/provider.ts'
import { parsePool } from '@atrium/provider-local/provider/parse-pool.ts'
import { loadContract } from '@atrium/server/apiserver/http/table.ts'
import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import { operations as registered } from '@atrium/server/apiserver/operations/index.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Attempt, attemptsFor } from './probe/attempts.ts'
import { injected, type Outcome, overHttp, run, type Send, describe as told } from './probe/run.ts'
import { difference, isOwn, type Row, stateOf } from './probe/state.ts'
import { createVictim, type Victim } from './probe/victim.ts'
import { openTestApi, type TestApi } from './support/api.ts'
import { succeed } from './support/calls.ts'
import { giveTagged, uidOf } from './support/roles.ts'

/**
 * Tries every operation and every identifying parameter as another tenant, as a lesser role, as a member of another
 * project and as nobody. A new operation is in it by being in the table.
 */
const { operations, schemas } = loadContract()
const accessOf = new Map(registered.map(({ id, access }) => [id as string, access]))
const handled = operations.filter(({ id }) => accessOf.has(id))
/** Streams never end; `watch.test.ts` holds what they show to whom. */
const streams = handled.filter(({ produces }) => produces === 'text/event-stream')
const probed = operations.filter((operation) => !streams.includes(operation))
const noSuchUid = 'ffffffffffffffffffffffff'
/** Thousands of requests, on a machine that does other work. */
const timeout = 600_000
const oddValues = ['..', '%00', `' or 1=1 --`, 'x'.repeat(300), '\u{1F512}', '__proto__']

const isPublic = ({ id }: Operation): boolean => accessOf.get(id) === 'public'
/** May answer well to whoever is signed in: what it changed then, the state tells. */
function mayAnswer({ id }: Operation): boolean {
  const access = accessOf.get(id)
  if (access === undefined || access === 'operator') return false
  return access === 'public' || access.permission === null || /\.(get|list)$/.test(access.permission)
}

let api: TestApi
let url: string
let victim: Victim
let attempts: Attempt[]
let counted = 0

async function probe(
  list: Attempt[],
  credentials: Record<string, string>,
  send: Send = injected(api.app),
): Promise<Outcome[]> {
  const outcomes = await run(send, list, credentials)
  counted += outcomes.length
  expect(outcomes.filter(({ status }) => status >= 500).map(told)).toEqual([])
  return outcomes
}

/** For operations without a handler one target tells as much as all. */
const targetsFor = (operation: Operation): string[] => {
  const all = Object.values(victim.uids)
  return accessOf.has(operation.id) ? all : all.slice(1, 2)
}

beforeAll(async () => {
  const provider = { ...createInMemoryProvider(new FakeCloud()), cloudType: 'local', parsePool }
  api = await openTestApi({ providers: [provider] })
  url = await api.app.listen({ port: 0, host: '127.0.0.1' })
  victim = await createVictim(api)
  attempts = probed.flatMap((operation) =>
    attemptsFor(operation, { schemas, uids: victim.uids, targets: targetsFor(operation), project: victim.project }),
  )
})
afterAll(async () => {
  process.stdout.write(
    `operations ${probed.length}/${operations.length}, handled ${handled.length}, probes ${counted}\n`,
  )
  await api.close()
})

/**
 * Those of `outcomes` whose answer differs from the one for a uid that does not exist. `secret` are the uids whose existence the caller may
 * not know.
 */
async function differingFrom(
  outcomes: Outcome[],
  credentials: Record<string, string>,
  secret: string[],
): Promise<Outcome[]> {
  const hidden = (text: string): string => secret.reduce((rest, uid) => rest.replaceAll(uid, noSuchUid), text)
  const keyOf = ({ operation, url, headers }: Attempt): string =>
    `${operation.id} ${headers['ProjectUid'] ?? ''} ${url}`
  const blindOf = (attempt: Attempt): Attempt => ({
    ...attempt,
    url: hidden(attempt.url),
    headers: Object.fromEntries(Object.entries(attempt.headers).filter(([, value]) => !secret.includes(value))),
  })
  const twins = outcomes.filter(({ attempt: { method, target } }) => method === 'GET' && secret.includes(target ?? ''))
  const blind = new Map(twins.map(({ attempt }) => blindOf(attempt)).map((attempt) => [keyOf(attempt), attempt]))
  const unseen = new Map(
    (await probe([...blind.values()], credentials)).map((outcome) => [keyOf(outcome.attempt), outcome]),
  )
  const anonymous = ({ status, text }: Outcome): string => `${status} ${hidden(text).replace(/"ref":"[^"]*"/, '')}`
  return twins.filter((outcome) => {
    const twin = unseen.get(keyOf(blindOf(outcome.attempt)))
    return twin !== undefined && anonymous(twin) !== anonymous(outcome)
  })
}

const victimState = (): Promise<Row[]> => stateOf(api.ownerUrl, victim.tenant)
const changesSince = async (first: Row[]): Promise<Row[]> => difference(first, await victimState())

test('the only streams are those that are tested by themselves', () => {
  expect(streams.map(({ id }) => id)).toEqual(['atriumWatch'])
})

test('the owner does see what the others must not: the probe can tell', { timeout }, async () => {
  const { apiKey } = await api.newUser(victim.tenant, [{ role: 'Tenant Admin' }])
  const reads = attempts.filter(({ operation }) => operation.method === 'GET' && accessOf.has(operation.id))
  const outcomes = await probe(reads, { ApiKey: apiKey })
  const showing = outcomes.filter(({ status, text }) => status === 200 && text.includes(victim.canary))
  expect(new Set(showing.map(({ attempt }) => attempt.operation.id)).size).toBeGreaterThan(15)
})

describe('another tenant', { timeout }, () => {
  test('sees nothing, changes nothing, and cannot tell what exists', async () => {
    const stranger = await api.newTenant()
    const credentials = { ApiKey: stranger.apiKey.reveal() }
    const first = await victimState()
    const outcomes = await probe(attempts, credentials)
    expect(outcomes.filter(({ text }) => text.includes(victim.canary)).map(told)).toEqual([])
    expect(await changesSince(first)).toEqual([])
    const own = JSON.stringify(await stateOf(api.ownerUrl, stranger.tenant.uid))
    const references = Object.entries(victim.uids).filter(([, uid]) => own.includes(uid))
    expect(references, "the victim's uids in the stranger's objects").toEqual([])

    const exposed = await differingFrom(outcomes, credentials, Object.values(victim.uids))
    expect(exposed.map(told), 'answers that differ from those for a uid that does not exist').toEqual([])
  })

  test('odd identifiers are refused, never a failure of ours', async () => {
    const stranger = await api.newTenant()
    const odd = handled
      .filter((operation) => !streams.includes(operation))
      .flatMap((operation) =>
        attemptsFor(operation, { schemas, uids: {}, targets: oddValues, project: oddValues[2] ?? '' }),
      )
    await probe(
      odd.map((attempt) => ({ ...attempt, headers: {} })),
      { ApiKey: stranger.apiKey.reveal() },
      overHttp(url),
    )
  })
})

test('nobody gets further than the door', { timeout }, async () => {
  const first = await victimState()
  const outcomes = await probe(attempts, {})
  const inside = outcomes.filter(({ attempt, status }) => !isPublic(attempt.operation) && status !== 401)
  expect(inside.map(told)).toEqual([])
  expect(outcomes.filter(({ text }) => text.includes(victim.canary)).map(told)).toEqual([])
  expect(await changesSince(first)).toEqual([])
})

test('the probe can tell a change of people, keys and rights from one of its own', async () => {
  const first = await victimState()
  const { uid } = await api.newUser(victim.tenant, [{ role: 'Tenant Viewer' }])
  const tables = (rows: Row[]): string[] => [...new Set(rows.map(({ table }) => table))].sort()
  const changes = await changesSince(first)
  expect(tables(changes)).toEqual(['api_keys', 'role_bindings', 'users'])
  expect(tables(changes.filter((row) => !isOwn(uid)(row)))).toEqual(['role_bindings'])
  await api.context.identity.deleteUser({ tenant: victim.tenant, actor: operatorActor }, uid)
  expect(await changesSince(first)).toEqual([])
})

test('a member of another project sees nothing of this one, and changes nobody', { timeout }, async () => {
  const { uid, apiKey } = await api.newUser(victim.tenant, [{ role: 'Project Admin', project: victim.otherProject }])
  const first = await victimState()
  const outcomes = await probe(attempts, { ApiKey: apiKey })
  expect(outcomes.filter(({ text }) => text.includes(victim.canary)).map(told)).toEqual([])
  const ofProject = attempts.filter(({ headers }) => headers.ProjectUid === undefined)
  await probe(ofProject, { ApiKey: apiKey, ProjectUid: victim.otherProject })
  const last = await victimState()
  const theirs = new Set(
    [...first, ...last]
      .filter(({ table, project }) => table === 'objects' && project === victim.otherProject)
      .map((row) => row.uid)
      .concat(victim.otherProject),
  )
  const isTheirs = (row: Row): boolean =>
    isOwn(uid)(row) || [row.uid, row.from_uid, row.project].some((value) => theirs.has(value))
  const changed = difference(first, last)
  expect(changed.filter(isTheirs), 'the probe does reach their own project').not.toEqual([])
  expect(changed.filter((row) => !isTheirs(row))).toEqual([])
})

describe('whoever holds a part of the project', { timeout }, () => {
  /** Tries everything, and what `own` names as well; answers which of the changed rows are not theirs. */
  async function probeBeside(user: { uid: string; apiKey: string }, own: string): Promise<void> {
    const credentials = { ApiKey: user.apiKey }
    const theirs = {
      schemas,
      uids: { ...victim.uids, cluster: own, workspace: own },
      targets: [own],
      project: victim.project,
    }
    const first = await victimState()
    const outcomes = await probe(attempts, credentials)
    expect(outcomes.filter(({ text }) => text.includes(victim.canary)).map(told)).toEqual([])
    const { tenant: _known, project: _seen, ...secret } = victim.uids
    const differing = await differingFrom(outcomes, credentials, Object.values(secret))
    expect(differing.map(told), 'answers that differ from those for a uid that does not exist').toEqual([])
    const isTheirs = (row: Row): boolean => isOwn(user.uid)(row) || [row.uid, row.from_uid, row.workspace].includes(own)
    expect((await changesSince(first)).filter((row) => !isTheirs(row))).toEqual([])
    const reads = handled.filter(({ method, id }) => method === 'GET' && !streams.some((one) => one.id === id))
    const seen = await probe(
      reads.flatMap((operation) => attemptsFor(operation, theirs)),
      credentials,
    )
    expect(seen.filter(({ text }) => text.includes(victim.canary)).map(told)).toEqual([])
    expect(
      seen.filter(({ status, text }) => status === 200 && text.includes(own)).length,
      'it reaches what is theirs',
    ).toBeGreaterThan(1)
    await probe(
      probed.filter(({ method }) => method !== 'GET').flatMap((operation) => attemptsFor(operation, theirs)),
      credentials,
    )
    const changed = await changesSince(first)
    expect(
      changed.filter((row) => !isOwn(user.uid)(row) && isTheirs(row)),
      'it changes what is theirs',
    ).not.toEqual([])
    expect(changed.filter((row) => !isTheirs(row))).toEqual([])
  }

  test('by tags sees nothing else of it, changes nothing else, and cannot tell what exists', async () => {
    const user = await api.newUser(victim.tenant, [])
    const roles = ['Resource Cluster Admin', 'Resource Cluster Profile Admin']
    await giveTagged(victim.admin, `users/${user.uid}`, {
      roles,
      projects: [victim.project],
      filters: [victim.open.filter],
    })
    await probeBeside(user, victim.open.cluster)
  })

  test('in one workspace sees nothing else of it, changes nothing else, and cannot tell what exists', async () => {
    const user = await api.newUser(victim.tenant, [])
    const workspaces = [{ uid: victim.open.workspace, roles: [uidOf('Workspace Admin')] }]
    await succeed(victim.admin, `PUT /v1/workspaces/users/${user.uid}/roles`, { workspaces })
    await probeBeside(user, victim.open.workspace)
  })
})

test('a viewer of the project changes nothing but their own keys', { timeout }, async () => {
  const { uid, apiKey, call } = await api.newUser(victim.tenant, [{ role: 'Project Viewer', project: victim.project }])
  const spare = (await call('POST /v1/apiKeys', { body: { metadata: { name: 'spare' }, spec: { userUid: uid } } })).body
    .uid
  const first = await victimState()
  const own = {
    schemas,
    uids: { ...victim.uids, user: uid, apiKey: spare },
    targets: [uid, spare],
    project: victim.project,
  }
  const changing = [...attempts, ...probed.flatMap((operation) => attemptsFor(operation, own))].filter(
    ({ method }) => method !== 'GET',
  )
  const outcomes = await probe(changing, { ApiKey: apiKey })
  const done = outcomes.filter(({ attempt, status }) => status < 400 && !mayAnswer(attempt.operation))
  expect(done.map(told)).toEqual([])
  const changed = await changesSince(first)
  expect(
    changed.some((row) => row.table === 'api_keys' && row.uid === spare),
    'the probe reaches their own',
  ).toBe(true)
  expect(changed.filter((row) => !isOwn(uid)(row))).toEqual([])
})
