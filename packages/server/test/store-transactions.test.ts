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

  test('is not committed where the failure of one was caught', async () => {
    const caught = store.store.database.withTenant(tenant, async (sql) => {
      await sql.query(broken).catch(() => undefined)
      return 'done'
    })
    await expect(caught).rejects.toThrow('a statement in it had failed')
  })
})
