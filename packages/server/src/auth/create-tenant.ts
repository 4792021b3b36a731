import { builtInRoleNamed } from '@atrium/api/permissions/roles.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Actor, Store } from '@atrium/runtime/store/store.ts'
import type { Identity } from './identity.ts'
import { checkEmail, checkPassword } from './users.ts'

export interface TenantCredentials {
  tenant: { uid: string; name: string }
  project: { uid: string; name: string }
  adminUid: string
  adminEmail: string
  adminPassword: Secret<string>
  apiKey: Secret<string>
}

export interface NewTenant {
  name: string
  /** Default: `admin@<name>.local`. */
  adminEmail?: string | undefined
  /** Default: made at random. */
  adminPassword?: Secret<string> | undefined
}

/** Clients look for it by this name before anything else. */
export const firstProject = 'Default'

/**
 * A tenant ready for use: project `Default`, an administrator, and an API key of theirs. Its parts are made one after
 * the other; one that was cut short before it had an administrator is finished by the next try.
 */
export async function createTenant(
  { identity, store, random }: { identity: Identity; store: Store; random: Random },
  input: NewTenant,
  actor: Actor,
): Promise<TenantCredentials> {
  const adminPassword = input.adminPassword ?? new Secret(random.bytes(15).toString('base64url'))
  const email = checkEmail(
    input.adminEmail ?? `admin@${input.name.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-')}.local`,
  )
  checkPassword(adminPassword)
  const tenant = await identity.createTenant(input.name, actor)
  const scope = { tenant: tenant.uid, actor }
  const project = await store.transaction(tenant.uid, actor, async (tx) => {
    const { items } = await tx.list('Project', { limit: 1 })
    return items[0] ?? tx.create({ kind: 'Project', project: null, name: firstProject, spec: {} })
  })
  const admin = await identity.createUser(scope, {
    email,
    firstName: 'Admin',
    lastName: tenant.name,
    password: adminPassword,
  })
  const roleUids = [builtInRoleNamed('Tenant Admin').uid]
  await identity.setRoleBindings(scope, admin.uid, [{ project: null, roleUids }])
  const { secret } = await identity.createApiKey(scope, { name: 'first', userUid: admin.uid, expiresAt: null })
  return {
    tenant: { uid: tenant.uid, name: tenant.name },
    project: { uid: project.meta.uid, name: firstProject },
    adminUid: admin.uid,
    adminEmail: admin.email,
    adminPassword,
    apiKey: secret,
  }
}
