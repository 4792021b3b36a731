import { withClient } from '@atrium/dev-env/sql-client.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type Caller, openTestApi, type TestApi } from './support/api.ts'
import { succeed } from './support/calls.ts'
import { newOperator, signInOperator } from './support/operators.ts'
import { newPerson, password } from './support/people.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

const waits = `select from pg_stat_activity
  where datname = current_database() and wait_event in ('relation', 'transactionid', 'tuple')`

/**
 * `first` up to the line it writes into the record, in its transaction; then `second` until it waits, for the first or for the same; then
 * both to their ends.
 */
async function meet<A, B>(first: () => Promise<A>, second: () => Promise<B>): Promise<[A, B]> {
  return withClient(api.ownerUrl, (watching) =>
    withClient(api.ownerUrl, async (holding) => {
      const waiting = (count: number) =>
        expect.poll(async () => (await watching.query(waits)).rowCount, { timeout: 10_000 }).toBe(count)
      await holding.query('begin')
      await holding.query('lock table audit_log in share mode')
      const one = first()
      await waiting(1)
      const two = second()
      await waiting(2)
      await holding.query('commit')
      return Promise.all([one, two])
    }),
  )
}

async function newSomebody() {
  const person = await newPerson(api)
  const token = async (): Promise<string> => (await person.signIn()).body.Authorization
  return { ...person, token }
}
type Somebody = Awaited<ReturnType<typeof newSomebody>>

const isOpen = async (Authorization: string | undefined): Promise<boolean> =>
  Authorization !== undefined && (await api.as({ Authorization })('GET /v1/users/info')).status === 200
const refresh = (token: string): Promise<Answer> => api.as({})(`GET /v1/auth/refresh/${token}`)

const operator = { type: 'operator', uid: 'o', name: 'o' } as const
const setActive = ({ tenant, uid }: Somebody, isActive: boolean) =>
  api.context.identity.updateUser({ tenant: tenant.uid, actor: operator }, uid, { isActive })
const setPassword = ({ admin, uid }: Somebody, to: string) =>
  succeed(admin, `PUT /atrium/v1/users/${uid}/password`, { password: to })

interface Ending {
  name: string
  /** `call` is of another session of the same person. */
  end: (person: Somebody, call: Caller) => Promise<unknown>
}
const endings: Ending[] = [
  { name: 'all others, by its owner', end: (_, call) => succeed(call, 'DELETE /atrium/v1/account/sessions') },
  {
    name: 'one, by its owner',
    async end(_, call) {
      const { items } = (await call('GET /atrium/v1/account/sessions')).body
      const other = items.find(({ isCurrent }: { isCurrent: boolean }) => !isCurrent)
      await succeed(call, `DELETE /atrium/v1/account/sessions/${other.uid}`)
    },
  },
  {
    name: 'all, by an administrator',
    end: ({ admin, uid }) => succeed(admin, `DELETE /atrium/v1/users/${uid}/sessions`),
  },
  { name: 'another password', end: (person) => setPassword(person, 'another horse') },
  { name: 'no second factor any more', end: ({ admin, uid }) => succeed(admin, `DELETE /atrium/v1/users/${uid}/mfa`) },
  {
    name: 'a user who is disabled, for a while',
    end: (person) => setActive(person, false),
  },
  { name: 'a user who is deleted', end: ({ admin, uid }) => succeed(admin, `DELETE /v1/users/${uid}`) },
]

describe('a session that is renewed at the moment of its end', () => {
  test.each(endings)('is over: $name', async ({ name, end }) => {
    const person = await newSomebody()
    const renewed = await person.token()
    const call = api.as({ Authorization: await person.token() })
    const [answer] = await meet(
      () => refresh(renewed),
      () => end(person, call),
    )
    if (name.includes('disabled')) await setActive(person, true)
    expect([await isOpen(renewed), await isOpen(answer.body.Authorization)]).toEqual([false, false])
  })

  test('is renewed once, whoever asks', async () => {
    const { token } = await newSomebody()
    const known = await token()
    const answers = await meet(
      () => refresh(known),
      () => refresh(known),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
  })
})

describe('a sign-in at the moment when', () => {
  const signIn = async ({ signIn: by }: Somebody): Promise<Answer> => by(password)

  test('every session is ended is one of those, if it was first', async () => {
    const person = await newSomebody()
    const [answer] = await meet(
      () => signIn(person),
      () => succeed(person.admin, `DELETE /atrium/v1/users/${person.uid}/sessions`),
    )
    expect(answer.status).toBe(200)
    expect(await isOpen(answer.body.Authorization)).toBe(false)
  })

  test('the password is changed opens nothing by the former one', async () => {
    const person = await newSomebody()
    const [, answer] = await meet(
      () => setPassword(person, 'another horse'),
      () => signIn(person),
    )
    expect([answer.status, answer.body.Authorization]).toEqual([401, undefined])
  })

  test('the user is disabled opens nothing, also when they are enabled again', async () => {
    const person = await newSomebody()
    const [, answer] = await meet(
      () => setActive(person, false),
      () => signIn(person),
    )
    await setActive(person, true)
    expect([answer.status, await isOpen(answer.body.Authorization)]).toEqual([401, false])
  })
})

test('of two who change a password at once with the same present one, one does', async () => {
  const { token, uid, signIn } = await newSomebody()
  const call = api.as({ Authorization: await token() })
  const change = (newPassword: string) =>
    call(`PATCH /v1/users/${uid}/password/change`, { body: { currentPassword: password, newPassword } })
  const [first, second] = await meet(
    () => change('of the owner'),
    () => change('of somebody else'),
  )
  expect([first.status, second.status]).toEqual([204, 401])
  expect((await signIn('of the owner')).status).toBe(200)
})

test('an operator who is made inactive at the moment of their sign-in is not let in by it later', async () => {
  const machine = api.as({ Authorization: api.operatorToken })
  await api.context.identity.operators.ensureFirst(operator, 'root@example.com', new Secret(password))
  const { uid, email, password: chosen } = await newOperator(api, 'AccountAdmin')
  const path = `PATCH /atrium/v1/system/operators/${uid}`
  const [, answer] = await meet(
    () => succeed(machine, path, { isActive: false }),
    () => signInOperator(api, { email, password: chosen }),
  )
  await succeed(machine, path, { isActive: true })
  expect(answer.status).toBe(401)
})
