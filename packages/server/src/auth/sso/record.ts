import { audit } from '../../store/identity/audit.ts'
import type { Parts } from '../parts.ts'
import type { SsoRefusal } from './refusal.ts'
import { ssoActor } from './teams.ts'

/** What an administrator finds of a sign-in that was refused: who, as far as it is known, and why. */
export const recordRefusal = ({ database, clock }: Parts, tenant: string, { who, record }: SsoRefusal): Promise<void> =>
  database.withTenant(tenant, (sql) =>
    audit(sql, clock, tenant, ssoActor, {
      ...{ action: 'refuseSignIn', kind: 'Session', uid: '', name: who || 'unknown' },
      message: record.slice(0, 1000),
    }),
  )
