import { systemClock } from '@atrium/runtime/base/clock.ts'
import { storeSuite } from '@atrium/runtime/store/suite.ts'
import { readAudit } from '@atrium/server/store/audit.ts'
import { openTestStore } from './support/store.ts'

storeSuite({
  name: `PostgreSQL (${process.env.ATRIUM_TEST_DATABASE_URL === undefined ? 'embedded' : 'external'})`,
  propertyRuns: 8,
  open: async () => {
    const { store, newTenant, close } = await openTestStore()
    return {
      store,
      newTenant,
      close,
      // Leases are judged by the database's own clock.
      advance: (ms) => systemClock.sleep(ms),
      audit: async (tenant) => {
        const entries = await store.database.withTenant(tenant, (sql) => readAudit({ sql, tenant }, { limit: 1000 }))
        return entries
          .reverse()
          .map(({ action, actor: { type, uid }, object }) => ({ action, actor: { type, uid }, uid: object.uid }))
      },
    }
  },
})
