import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from './support/store.ts'

let store: TestStore
let tenant: string
beforeAll(async () => {
  store = await openTestStore()
  tenant = await store.newTenant()
})
afterAll(() => store.close())

const broken = 'delete from object_labels where key = (1 / 0)::text'
/** Hears of an answer later than who asked for the next. */
const heardLate = (answer: Promise<unknown>): Promise<unknown> =>
  answer.finally(() => undefined).finally(() => undefined)

describe('a transaction whose statements are sent at once', () => {
  test('fails for the reason of the one that failed, whoever hears first that the others were passed over', async () => {
    const sent = store.store.database.withTenant(tenant, (sql) =>
      Promise.all([heardLate(sql.query(broken)), sql.query('select 1 as one')]),
    )
    await expect(sent).rejects.toMatchObject({ code: '22012' })
  })

  test('fails for the reason of what is written last, where the commit is sent behind it', async () => {
    const last = store.store.database.withTenant(
      tenant,
      async () => 'done',
      (sql) => Promise.all([heardLate(sql.query(broken)), sql.query('select 1 as one')]),
    )
    await expect(last).rejects.toMatchObject({ code: '22012' })
  })

  test('takes no statement any more of what goes on beside the one that failed: the connection is another one’s', async () => {
    const ended = Promise.withResolvers<void>()
    let beside: Promise<unknown> = Promise.resolve()
    const failing = store.store.database.asSystem(async (sql) => {
      beside = ended.promise.then(() => sql.query('select 1 as one'))
      await sql.query('select 1 / 0')
    })
    await expect(failing).rejects.toThrow('division by zero')
    ended.resolve()
    await expect(beside).rejects.toThrow('the transaction is over')
  })

  test('is not committed where the failure of one was caught', async () => {
    const caught = store.store.database.withTenant(tenant, async (sql) => {
      await sql.query(broken).catch(() => undefined)
      return 'done'
    })
    await expect(caught).rejects.toThrow('a statement in it had failed')
  })
})
