import { builtInRole } from '@atrium/api/permissions/roles.ts'
import { isoNow } from '@atrium/runtime/base/clock.ts'
import { SharedRun } from '@atrium/runtime/base/shared-run.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import type { Sql } from '../store/database.ts'
import { type BindingRow, selectBindings, selectUserRights } from '../store/identity/bindings.ts'
import { type CredentialRow, selectByKeyHash, selectBySessionHash } from '../store/identity/credentials.ts'
import type { Identity } from './identity.ts'
import type { Parts } from './parts.ts'
import type { Grants, Subject } from './subject.ts'
import { readToken, type Token } from './tokens.ts'

const permissionsOf = ({ roleUid, customPermissions }: BindingRow): readonly string[] =>
  builtInRole(roleUid)?.permissions ?? customPermissions ?? []

/** The union of what the bound roles hold, by scope. Scopes with the same roles share it: someone may have a role in thousands of projects. */
function grantsFrom(bindings: BindingRow[]): Grants {
  const byScope = Map.groupBy(bindings, ({ project }) => project)
  const unions = new Map<string, ReadonlySet<string>>()
  const unionOf = (held: BindingRow[]): ReadonlySet<string> => {
    const key = held.map(({ roleUid }) => roleUid).join(' ')
    const union = unions.get(key) ?? new Set(held.flatMap(permissionsOf))
    unions.set(key, union)
    return union
  }
  const projects = new Map<string, ReadonlySet<string>>()
  for (const [project, held] of byScope) if (project !== null) projects.set(project, unionOf(held))
  return { tenant: unionOf(byScope.get(null) ?? []), projects }
}

const actorOf = ({ userUid, email, keyUid, keyName }: CredentialRow): Actor =>
  keyUid === null
    ? { type: 'user', uid: userUid, name: email }
    : { type: 'apiKey', uid: keyUid, name: `${email} (key ${keyName})` }

type Lookup = (sql: Sql, tenant: string, hash: Buffer, at: string) => Promise<CredentialRow | null>

/** Resolves credentials of one sort. Requests that come together with one credential share a look-up, which begins after they came. */
function resolver({ database, clock }: Parts, lookup: Lookup): (credential: string) => Promise<Subject | null> {
  const running = new Map<string, SharedRun<Subject | null>>()
  const resolve = async ({ tenant, hash }: Token): Promise<Subject | null> => {
    const found = await lookup(database.readsOf(tenant), tenant, hash, isoNow(clock))
    if (!found) return null
    const { tenantName, userUid, bindings } = found
    return { tenant, tenantName, userUid, actor: actorOf(found), grants: grantsFrom(bindings) }
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
      parts.database.withTenant(tenant, async (sql) =>
        grantsFrom(
          typeof holder === 'string'
            ? await selectUserRights(sql, tenant, holder)
            : await selectBindings(sql, tenant, holder),
        ),
      ),
  }
}
