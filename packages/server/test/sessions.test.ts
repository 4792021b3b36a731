import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'
import { newPerson, password } from './support/people.ts'

const clock = new ManualClock(Date.parse('2026-03-01T12:00:00Z'))
let api: TestApi
beforeAll(async () => {
  api = await openTestApi({ clock })
})
afterAll(() => api.close())

interface Signed {
  token: string
  call: Caller
}

async function newSomebody() {
  const { tenant, ...person } = await newPerson(api)
  const signIn = async (client: string, typed = password): Promise<Signed> => {
    const answer = await person.signIn(typed, { 'User-Agent': client })
    expect(answer.status, answer.text).toBe(200)
    const token: string = answer.body.Authorization
    return { token, call: api.as({ Authorization: token }) }
  }
  return { ...person, tenant: tenant.uid, signIn }
}

const isOpen = async ({ call }: Signed): Promise<boolean> => (await call('GET /v1/users/info')).status === 200
const sessions = 'GET /atrium/v1/account/sessions'

describe('sessions', () => {
  test('are listed with where they were opened, and ended one by one', async () => {
    const { signIn } = await newSomebody()
    const [laptop, phone] = [await signIn('laptop'), await signIn('phone')]
    const { items } = (await laptop.call(sessions)).body
    expect(items.map(({ client, isCurrent }: { client: string; isCurrent: boolean }) => [client, isCurrent])).toEqual(
      expect.arrayContaining([
        ['phone', false],
        ['laptop', true],
      ]),
    )
    expect(JSON.stringify(items)).not.toContain(phone.token)
    const { uid } = items.find(({ client }: { client: string }) => client === 'phone')
    expect((await laptop.call(`DELETE /atrium/v1/account/sessions/${uid}`)).status).toBe(204)
    expect([await isOpen(laptop), await isOpen(phone)]).toEqual([true, false])
    expect((await laptop.call(`DELETE /atrium/v1/account/sessions/${uid}`)).status).toBe(404)
  })

  test('of others are nobody’s to see or to end', async () => {
    const one = await newSomebody()
    const two = await newSomebody()
    const theirs = await two.signIn('theirs')
    const { uid } = (await theirs.call(sessions)).body.items[0]
    const mine = await one.signIn('mine')
    const refused = await mine.call(`DELETE /atrium/v1/account/sessions/${uid}`)
    expect([refused.status, refused.body.code]).toEqual([404, 'ResourceNotFound'])
    expect((await one.admin(`DELETE /atrium/v1/users/${two.uid}/sessions`)).status).toBe(404)
    expect(await isOpen(theirs)).toBe(true)
  })

  test('all others end at once', async () => {
    const { signIn } = await newSomebody()
    const [one, two, three] = [await signIn('1'), await signIn('2'), await signIn('3')]
    expect((await two.call('DELETE /atrium/v1/account/sessions')).status).toBe(204)
    expect([await isOpen(one), await isOpen(two), await isOpen(three)]).toEqual([false, true, false])
  })

  test('of a user are ended by an administrator, whose keys go on', async () => {
    const { signIn, admin, uid, call, tenant } = await newSomebody()
    const session = await signIn('1')
    const viewer = await api.newUser(tenant, [{ role: 'Tenant Viewer' }])
    expect((await viewer.call(`DELETE /atrium/v1/users/${uid}/sessions`)).status).toBe(403)
    expect((await admin(`DELETE /atrium/v1/users/${uid}/sessions`)).status).toBe(204)
    expect(await isOpen(session)).toBe(false)
    expect((await call('GET /v1/users/info')).status).toBe(200)
  })

  test('end with the password, but the one that changed it', async () => {
    const { signIn, uid } = await newSomebody()
    const [one, two] = [await signIn('1'), await signIn('2')]
    const body = { currentPassword: password, newPassword: 'another horse' }
    expect((await one.call(`PATCH /v1/users/${uid}/password/change`, { body })).status).toBe(204)
    expect([await isOpen(one), await isOpen(two)]).toEqual([true, false])
    const three = await signIn('3', 'another horse')
    const again = { currentPassword: 'another horse', newPassword: 'third horse' }
    expect((await three.call(`PATCH /v1/users/${uid}/password/change`, { body: again })).status).toBe(204)
    expect([await isOpen(one), await isOpen(three)]).toEqual([false, true])
  })

  test('end by their tokens, of one’s own tenant', async () => {
    const one = await newSomebody()
    const two = await newSomebody()
    const [mine, other, foreign] = [await one.signIn('1'), await one.signIn('2'), await two.signIn('3')]
    const body = { tokens: [other.token, foreign.token, 'nonsense'] }
    expect((await mine.call('POST /v1/users/auth/tokens/revoke', { body })).status).toBe(204)
    expect([await isOpen(mine), await isOpen(other), await isOpen(foreign)]).toEqual([true, false, true])
    const many = { tokens: Array.from({ length: 101 }, () => 'x') }
    expect((await mine.call('POST /v1/users/auth/tokens/revoke', { body: many })).status).toBe(400)
  })

  test('keep where they were opened when they are refreshed', async () => {
    const { signIn } = await newSomebody()
    const { token } = await signIn('laptop')
    const { body } = await api.as({ 'User-Agent': 'something else' })(`GET /v1/auth/refresh/${token}`)
    const { items } = (await api.as({ Authorization: body.Authorization })(sessions)).body
    expect(items).toMatchObject([{ client: 'laptop', isCurrent: true }])
  })

  test('are at most a hundred of one user: the oldest end', async () => {
    const { signIn, uid, tenant } = await newSomebody()
    const oldest = await signIn('oldest')
    const client = new pg.Client({ connectionString: api.ownerUrl })
    await client.connect()
    try {
      await client.query(
        `insert into sessions (tenant, hash, user_uid, created_at, expires_at)
         select $1, decode(md5(n::text), 'hex'), $2, created_at + n * interval '1 ms', expires_at
         from sessions, generate_series(1, 99) as n where user_uid = $2`,
        [tenant, uid],
      )
    } finally {
      await client.end()
    }
    expect(await isOpen(oldest)).toBe(true)
    await clock.advance(1000)
    await signIn('one more')
    expect(await isOpen(oldest)).toBe(false)
  })
})

describe('API keys', () => {
  test('tell when they end, and end then', async () => {
    const { call, adminUid } = await api.newTenant()
    const expiry = new Date(clock.now() + 60_000).toISOString()
    const { body } = await call('POST /v1/apiKeys', { body: { metadata: { name: 'short' }, spec: { expiry } } })
    const short = api.as({ ApiKey: body.apiKey })
    expect((await call(`GET /v1/apiKeys/${body.uid}`)).body.spec).toMatchObject({ expiry, user: { uid: adminUid } })
    expect((await short('GET /v1/users/info')).status).toBe(200)
    await clock.advance(60_000)
    expect((await short('GET /v1/users/info')).status).toBe(401)
  })
})
