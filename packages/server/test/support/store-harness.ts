import type { TestDatabase } from '@atrium/dev-env/postgres.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { StoreHarness } from '@atrium/runtime/store/suite.ts'
import { readAudit } from '@atrium/server/store/audit.ts'
import { openTestStore } from './store.ts'

/** The shared Store suite's view of a store on PostgreSQL. */
export const openHarness = async (database?: TestDatabase): Promise<StoreHarness> => {
  const test = await openTestStore({}, database)
  const { store } = test
  return {
    store,
    newTenant: () => test.newTenant(),
    close: () => test.close(),
    // Leases are judged by the database's own clock.
    advance: (ms) => systemClock.sleep(ms),
    audit: async (tenant) => {
      const entries = await store.database.withTenant(tenant, (sql) => readAudit({ sql, tenant }, { limit: 1000 }))
      return entries
        .reverse()
        .map(({ action, actor: { type, uid }, object }) => ({ action, actor: { type, uid }, uid: object.uid }))
    },
  }
}
