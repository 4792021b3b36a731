import { auditNoteKind, countAudit, readAudit, writeAudit } from '../store/audit.ts'
import type { Identity } from './identity.ts'
import type { Parts } from './parts.ts'

/** Beyond it nobody counts: an answer must not read all that a tenant ever did. */
const mostCounted = 10_000

export const audits = ({ database, clock }: Parts): Pick<Identity, 'audits' | 'countAudits' | 'noteAudit'> => ({
  audits: (tenant, query) => database.withTenant(tenant, (sql) => readAudit({ sql, tenant }, query)),

  countAudits: (tenant, selection) =>
    database.withTenant(tenant, (sql) => countAudit({ sql, tenant }, selection, mostCounted)),

  noteAudit: ({ tenant, actor }, { id, action, project }, message) =>
    database.withTenant(tenant, (sql) =>
      writeAudit(
        { sql, tenant, clock },
        {
          ...{ actor, action: `${auditNoteKind}.update`, project, message },
          object: { kind: auditNoteKind, uid: String(id), name: action },
        },
      ),
    ),
})
