import { isoIn } from '@atrium/runtime/base/clock.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stateOf } from './probe/state.ts'
import { type Answer, type Caller, openTestApi, type TestApi } from './support/api.ts'
import { succeed } from './support/calls.ts'
import { newOperator, operatorSession } from './support/operators.ts'

const root = { email: 'root@example.com', password: 'the first password' }
const clock = new ManualClock(Date.parse('2026-01-01T00:00:00Z'))
const operators = '/atrium/v1/system/operators'

let api: TestApi
let machine: Caller
beforeAll(async () => {
  api = await openTestApi({ clock })
  machine = api.as({ Authorization: `Bearer ${api.operatorToken}` })
  const actor = { type: 'operator', uid: 'test', name: 'test' } as const
  await api.context.identity.operators.ensureFirst(actor, root.email, new Secret(root.password))
})
afterAll(() => api.close())

/** An operator of this role, signed in, who makes keys of their own. */
async function newOwner(role: string) {
  const { uid, call } = await newOperator(api, role)
  const makeKey = (name: string, days = 30) => {
    const expiresAt = isoIn(clock, days * 24 * 3_600_000)
    return call(`POST ${operators}/${uid}/keys`, { body: { name, expiresAt } })
  }
  return { uid, call, makeKey }
}

const by = (made: Answer): Caller => api.as({ Authorization: `Bearer ${made.body.secret}` })
const statusOf = async (call: Caller, route: string): Promise<number> => (await call(route)).status

test('a key does what its owner may at that moment, is shown once and is told on the record', async () => {
  const { uid, call, makeKey } = await newOwner('AccountAdmin')
  const made = await makeKey('ci')
  expect([made.status, made.body.key]).toMatchObject([201, { name: 'ci', operatorUid: uid }])
  const program = by(made)
  expect((await program('POST /atrium/v1/tenants', { body: { name: 'by-key' } })).status).toBe(201)
  expect(await statusOf(program, `GET ${operators}`)).toBe(403)
  await succeed(machine, `PATCH ${operators}/${uid}`, { role: 'OperationAdmin' })
  expect((await program('POST /atrium/v1/tenants', { body: { name: 'no-more' } })).status).toBe(403)
  expect(await statusOf(program, 'GET /metrics')).toBe(200)

  const listed = await call(`GET ${operators}/${uid}/keys`)
  expect(listed.body.items).toEqual([made.body.key])
  const { secret } = made.body
  const record = await machine('GET /atrium/v1/system/audit', { query: { limit: '500' } })
  const stored = JSON.stringify(await stateOf(api.ownerUrl, 'system'))
  for (const text of [listed.text, record.text, stored]) expect(text).not.toContain(secret.split('.')[1])
  expect(record.body.items).toContainEqual(
    expect.objectContaining({ actor: expect.objectContaining({ uid, name: expect.stringContaining('(key ci)') }) }),
  )
  expect(record.text).toContain('made a key for')
})

test('a key opens nothing once it is revoked or over, or its owner is made inactive, and opens no tenant ever', async () => {
  const { uid, call, makeKey } = await newOwner('AccountAdmin')
  const [one, two, three] = [await makeKey('one'), await makeKey('two', 2), await makeKey('three')]
  expect(await statusOf(by(one), 'GET /v1/users/info')).toBe(401)
  expect(await statusOf(api.as({ ApiKey: one.body.secret }), 'GET /v1/users/info')).toBe(401)
  await succeed(by(one), `DELETE ${operators}/${uid}/keys/${one.body.key.uid}`)
  expect(await statusOf(by(one), 'GET /atrium/v1/system/me')).toBe(401)
  expect(await statusOf(by(two), 'GET /atrium/v1/system/me')).toBe(200)
  await clock.advance(2 * 24 * 3_600_000 + 1)
  expect(await statusOf(by(two), 'GET /atrium/v1/system/me')).toBe(401)
  expect(await statusOf(by(three), 'GET /atrium/v1/system/me')).toBe(200)
  for (const isActive of [false, true]) {
    await succeed(machine, `PATCH ${operators}/${uid}`, { isActive })
    expect(await statusOf(by(three), 'GET /atrium/v1/system/me')).toBe(401)
  }
  expect(await statusOf(call, 'GET /atrium/v1/system/me')).toBe(401)
})

test('a key is made by who signed in, for themselves; those of others are seen and revoked by who manages operators', async () => {
  const [ada, ben, admin] = [
    await newOwner('AccountAdmin'),
    await newOwner('AccountAdmin'),
    await operatorSession(api, root),
  ]
  const made = await ada.makeKey('hers')
  const body = { name: 'more', expiresAt: '2026-02-01T00:00:00Z' }
  const keys = `${operators}/${ada.uid}/keys`
  for (const call of [by(made), machine, ben.call, admin])
    expect((await call(`POST ${keys}`, { body })).status).toBe(403)
  expect((await ada.makeKey('hers')).body.code).toBe('DuplicateName')
  expect((await ben.makeKey('hers')).status).toBe(201)
  expect(await statusOf(ben.call, `GET ${keys}`)).toBe(403)
  expect(await statusOf(ben.call, `DELETE ${keys}/${made.body.key.uid}`)).toBe(403)
  expect(await statusOf(ben.call, `DELETE ${operators}/${ben.uid}/keys/${made.body.key.uid}`)).toBe(404)
  expect(await statusOf(admin, `GET ${operators}/nobody/keys`)).toBe(404)
  expect((await admin(`GET ${keys}`)).body.items).toHaveLength(1)
  await succeed(admin, `DELETE ${keys}/${made.body.key.uid}`)
  expect(await statusOf(by(made), 'GET /atrium/v1/system/me')).toBe(401)
})

test('a key has a name and an end within a year, and nobody has endless keys', async () => {
  const { uid, call, makeKey } = await newOwner('AccountAdmin')
  for (const [field, wrong] of [
    ['expiresAt', { expiresAt: 'soon' }],
    ['expiresAt', { expiresAt: '2025-01-01T00:00:00Z' }],
    ['expiresAt', { expiresAt: '2030-01-01T00:00:00Z' }],
    ['name', { name: ' ' }],
  ] as const) {
    const body = { name: 'one', expiresAt: '2026-02-01T00:00:00Z', ...wrong }
    const refused = await call(`POST ${operators}/${uid}/keys`, { body })
    expect([refused.status, refused.body.details.field]).toEqual([400, field])
  }
  for (let count = 0; count < 20; count += 1) expect((await makeKey(`key ${count}`)).status).toBe(201)
  expect((await makeKey('one too many')).body.code).toBe('ResourceLimitReached')
})
