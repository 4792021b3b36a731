import { isoNow } from '@atrium/runtime/base/clock.ts'
import { SharedRun } from '@atrium/runtime/base/shared-run.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import type { Sql } from '../../store/database.ts'
import { type CredentialRow, selectByKeyHash, selectBySessionHash } from '../../store/identity/credentials.ts'
import { completeRights, selectRights } from '../../store/identity/rights.ts'
import type { Identity } from '../identity.ts'
import type { Parts } from '../parts.ts'
import { mustBeActive } from '../tenants/tenants.ts'
import { readToken, type Token } from '../tokens.ts'
import { grantsFrom } from './grants.ts'
import type { Subject } from './subject.ts'

const actorOf = ({ userUid, email, keyUid, keyName }: CredentialRow): Actor =>
  keyUid === null
    ? { type: 'user', uid: userUid, name: email }
    : { type: 'apiKey', uid: keyUid, name: `${email} (key ${keyName})` }

type Lookup = (sql: Sql, tenant: string, hash: Buffer, at: string) => Promise<CredentialRow | null>

/** Resolves credentials of one sort. Requests that come together with one credential share a look-up, which begins after they came. */
function resolver({ database, clock }: Parts, lookup: Lookup): (credential: string) => Promise<Subject | null> {
  const running = new Map<string, SharedRun<Subject | null>>()
  const resolve = async ({ tenant, hash }: Token): Promise<Subject | null> => {
    const sql = database.readsOf(tenant)
    const found = await lookup(sql, tenant, hash, isoNow(clock))
    if (!found) return null
    const { tenantName, tenantState, userUid, bindings } = found
    mustBeActive({ name: tenantName, state: tenantState })
    const grants = grantsFrom(await completeRights(sql, tenant, userUid, bindings))
    return { tenant, tenantName, userUid, actor: actorOf(found), grants }
  }
  return async (credential) => {
    const token = readToken(credential)
    if (!token) return null
    const key = token.hash.toString('hex')
    const run = running.get(key) ?? new SharedRun(() => resolve(token))
    running.set(key, run)
    try {
      return await run.run()
    } finally {
      if (run.isIdle) running.delete(key)
    }
  }
}

export function subjects(parts: Parts): Pick<Identity, 'subjectOfApiKey' | 'subjectOfToken' | 'grantsOf'> {
  return {
    subjectOfApiKey: resolver(parts, selectByKeyHash),
    subjectOfToken: resolver(parts, selectBySessionHash),
    grantsOf: (tenant, holder) =>
      parts.database.withTenant(tenant, async (sql) => grantsFrom(await selectRights(sql, tenant, holder))),
  }
}
