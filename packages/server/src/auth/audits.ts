import { countAudit, readAudit } from '../store/audit.ts'
import type { Identity } from './identity.ts'
import type { Parts } from './parts.ts'

/** Beyond it nobody counts: an answer must not read all that a tenant ever did. */
const MOST_COUNTED = 10_000

export const audits = ({ database }: Parts): Pick<Identity, 'audits'> => ({
  audits: (tenant, query) =>
    database.withTenant(tenant, async (sql) => ({
      items: await readAudit({ sql, tenant }, query),
      count: await countAudit({ sql, tenant }, query, MOST_COUNTED),
    })),
})
