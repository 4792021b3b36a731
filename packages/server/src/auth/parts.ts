import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Database, Sql } from '../store/database.ts'
import { audit, type IdentityAudit } from '../store/identity/audit.ts'
import type { TenantKeys } from '../store/keys/tenant-keys.ts'
import { violatedConstraint } from '../store/pg-errors.ts'
import type { SystemStore } from '../store/system-store.ts'
import type { Scope } from './identity.ts'

/** What every part of identity is made of. */
export interface Parts {
  database: Database
  clock: Clock
  random: Random
  /** Seals what is kept of second factors. */
  keys: TenantKeys
  /** Tenants belong to the installation, not to one of them. */
  system: Pick<SystemStore, 'createTenant' | 'tenants' | 'tenantByName' | 'tenant' | 'setTenantState' | 'beginDeletion'>
}

/** One audited change: `work` returns the audit line with its result. */
export async function change<T>(
  { database, clock }: Parts,
  { tenant, actor, named }: Scope,
  work: (sql: Sql, at: string) => Promise<{ result: T; entry: IdentityAudit }>,
): Promise<T> {
  named?.mustBeJudged(false)
  let done: IdentityAudit | undefined
  const run = async (sql: Sql): Promise<T> => {
    const { result, entry } = await work(sql, isoNow(clock))
    done = entry
    return result
  }
  return database.withTenant(tenant, run, async (sql) => done && audit(sql, clock, tenant, actor, done))
}

/** Runs `work`; a broken unique key becomes `DuplicateName` with this message. */
export async function unique<T>(message: string, field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (violatedConstraint(error)?.code !== 'unique') throw error
    throw new AtriumError('DuplicateName', message, { details: { field }, cause: error })
  }
}

export const userNotFound = (uid: string): AtriumError =>
  new AtriumError('UserNotFound', `Specified user not found: '${uid}'.`)

export const teamNotFound = (uid: string): AtriumError =>
  new AtriumError('ResourceNotFound', `Team '${uid}' is not found.`)
