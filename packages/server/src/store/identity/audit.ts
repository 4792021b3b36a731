import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import type { Sql } from '../database.ts'

/** One line about a change of identity data, in the transaction of that change. */
export interface IdentityAudit {
  action: string
  kind:
    | 'Tenant'
    | 'Operator'
    | 'OperatorKey'
    | 'User'
    | 'Team'
    | 'ApiKey'
    | 'Session'
    | 'RoleBinding'
    | 'Settings'
    | 'EmailDomain'
  uid: string
  name: string
  message: string
}

export async function audit(sql: Sql, clock: Clock, tenant: string, actor: Actor, entry: IdentityAudit): Promise<void> {
  await sql.query(
    `insert into audit_log (tenant, at, actor_type, actor_uid, actor_name, action, kind, uid, name, project, message, request)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, null, $10, $11)`,
    [
      tenant,
      isoNow(clock),
      actor.type,
      actor.uid,
      actor.name,
      entry.action,
      entry.kind,
      entry.uid,
      entry.name,
      entry.message,
      actor.request ?? null,
    ],
  )
}
