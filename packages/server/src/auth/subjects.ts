import { builtInRole } from '@atrium/api/permissions/roles.ts'
import { isoNow } from '@atrium/runtime/base/clock.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import type { Sql } from '../store/database.ts'
import { type BindingRow, selectBindings } from '../store/identity/bindings.ts'
import { type CredentialRow, selectByKeyHash, selectBySessionHash } from '../store/identity/credentials.ts'
import type { Identity } from './identity.ts'
import type { Parts } from './parts.ts'
import type { Grants, Subject } from './subject.ts'
import { readToken } from './tokens.ts'

const permissionsOf = ({ roleUid, customPermissions }: BindingRow): readonly string[] =>
  builtInRole(roleUid)?.permissions ?? customPermissions ?? []

/** The union of what the bound roles hold, by scope. */
function grantsFrom(bindings: BindingRow[]): Grants {
  const tenant = new Set<string>()
  const projects = new Map<string, Set<string>>()
  for (const binding of bindings) {
    let held = tenant
    if (binding.project !== null) {
      held = projects.get(binding.project) ?? new Set()
      projects.set(binding.project, held)
    }
    for (const permission of permissionsOf(binding)) held.add(permission)
  }
  return { tenant, projects }
}

const actorOf = ({ userUid, email, keyUid, keyName }: CredentialRow): Actor =>
  keyUid === null
    ? { type: 'user', uid: userUid, name: email }
    : { type: 'apiKey', uid: keyUid, name: `${email} (key ${keyName})` }

type Lookup = (sql: Sql, tenant: string, hash: Buffer, at: string) => Promise<CredentialRow | null>

export function subjects(parts: Parts): Pick<Identity, 'subjectOfApiKey' | 'subjectOfToken' | 'grantsOf'> {
  const resolve = async (credential: string, lookup: Lookup): Promise<Subject | null> => {
    const token = readToken(credential)
    if (!token) return null
    const { tenant, hash } = token
    return parts.database.withTenant(tenant, async (sql) => {
      const found = await lookup(sql, tenant, hash, isoNow(parts.clock))
      if (!found) return null
      const grants = grantsFrom(await selectBindings(sql, tenant, found.userUid))
      return { tenant, tenantName: found.tenantName, userUid: found.userUid, actor: actorOf(found), grants }
    })
  }
  return {
    subjectOfApiKey: (key) => resolve(key, selectByKeyHash),
    subjectOfToken: (token) => resolve(token, selectBySessionHash),
    grantsOf: (tenant, userUid) =>
      parts.database.withTenant(tenant, async (sql) => grantsFrom(await selectBindings(sql, tenant, userUid))),
  }
}
