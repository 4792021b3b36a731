import { withClient } from '@atrium/dev-env/sql-client.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, openTestApi, type TestApi } from './support/api.ts'
import { made } from './support/calls.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

const blocked = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`

/** Asks while the row of `table` goes: what is asked has seen it, and writes when it is gone. */
const whileGoing = (table: string, uid: string, ask: () => Promise<Answer>): Promise<Answer> =>
  withClient(api.ownerUrl, (watcher) =>
    withClient(api.ownerUrl, async (remover) => {
      await remover.query('begin')
      await remover.query(`delete from ${table} where uid = $1`, [uid])
      const answer = ask()
      while ((await watcher.query(blocked)).rowCount === 0) await systemClock.sleep(5)
      await remover.query('commit')
      return answer
    }),
  )

const tenantOf = async () => {
  const { call, tenant } = await api.newTenant()
  return { call, user: (await api.newUser(tenant.uid, [])).uid }
}

test('a key for somebody who is being deleted', async () => {
  const { call, user } = await tenantOf()
  const body = { metadata: { name: 'late' }, spec: { userUid: user } }
  const answer = await whileGoing('users', user, () => call('POST /v1/apiKeys', { body }))
  expect([answer.status, answer.body.code]).toEqual([409, 'ResourceConflict'])
})

test('a team of somebody who is being deleted', async () => {
  const { call, user } = await tenantOf()
  const body = { metadata: { name: 'late' }, spec: { users: [user] } }
  const answer = await whileGoing('users', user, () => call('POST /v1/teams', { body }))
  expect([answer.status, answer.body.code]).toEqual([409, 'ResourceConflict'])
})

test('a member of a team that is being deleted', async () => {
  const { call } = await tenantOf()
  const team = await made(call, 'POST /v1/teams', { metadata: { name: 'going' }, spec: { users: [] } })
  const spec = { emailId: 'late@example.com', firstName: 'L', lastName: 'L', teams: [team] }
  const answer = await whileGoing('teams', team, () => call('POST /v1/users', { body: { spec } }))
  expect([answer.status, answer.body.code]).toEqual([409, 'ResourceConflict'])
  expect((await call('GET /v1/users')).text).not.toContain('late@example.com')
})
