import { builtInRoleNamed } from '@atrium/api/permissions/roles.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Actor, Store } from '@atrium/runtime/store/store.ts'
import type { Identity, NewUser } from '../identity.ts'
import type { IssuedLink } from '../passwords/issue-link.ts'
import { checkEmail, checkLength, checkNames } from '../users.ts'

interface MadeTenant {
  tenant: { uid: string; name: string }
  project: { uid: string; name: string }
  adminUid: string
  adminEmail: string
}

export interface TenantCredentials extends MadeTenant {
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

export interface TenantInvitation {
  name: string
  adminEmail: string
  adminFirstName: string
  adminLastName: string
}

export interface TenantParts {
  identity: Identity
  store: Store
  random: Random
}

/** Clients look for it by this name before anything else. */
export const firstProject = 'Default'

/**
 * A tenant ready for use: project `Default`, an administrator, and an API key of theirs. Its parts are made one after
 * the other; one that was cut short before it had an administrator is finished by the next try.
 */
export async function createTenant(parts: TenantParts, input: NewTenant, actor: Actor): Promise<TenantCredentials> {
  const password = input.adminPassword ?? new Secret(parts.random.bytes(15).toString('base64url'))
  const email = checkEmail(
    input.adminEmail ?? `admin@${input.name.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-')}.local`,
  )
  checkLength(password)
  const admin = { email, firstName: 'Admin', lastName: input.name, password }
  const made = await makeTenant(parts, { name: input.name, state: 'Active', admin }, actor)
  const scope = { tenant: made.tenant.uid, actor }
  const key = { name: 'first', userUid: made.adminUid, expiresAt: null }
  const { secret } = await parts.identity.createApiKey(scope, key)
  return { ...made, adminPassword: password, apiKey: secret }
}

/** A tenant that waits for its administrator: nobody signs in before they set a password by the link. */
export async function inviteTenant(
  parts: TenantParts,
  { name, adminEmail, adminFirstName: firstName, adminLastName: lastName }: TenantInvitation,
  actor: Actor,
): Promise<MadeTenant & { link: IssuedLink }> {
  const admin = { email: checkEmail(adminEmail, 'adminEmail'), firstName, lastName }
  checkNames({ adminFirstName: firstName, adminLastName: lastName })
  const made = await makeTenant(parts, { name, state: 'Pending', admin }, actor)
  return { ...made, link: await parts.identity.tenantLife.invite(actor, made.tenant.uid) }
}

async function makeTenant(
  { identity, store }: TenantParts,
  { name, state, admin: user }: { name: string; state: 'Pending' | 'Active'; admin: NewUser },
  actor: Actor,
): Promise<MadeTenant> {
  const tenant = await identity.createTenant(name, actor, state)
  const scope = { tenant: tenant.uid, actor }
  const project = await store.transaction(tenant.uid, actor, async (tx) => {
    const { items } = await tx.list('Project', { limit: 1 })
    return items[0] ?? tx.create({ kind: 'Project', project: null, name: firstProject, spec: {} })
  })
  const admin = await identity.createUser(scope, user)
  const roleUids = [builtInRoleNamed('Tenant Admin').uid]
  await identity.setRoleBindings(scope, admin.uid, [{ project: null, roleUids }])
  return {
    tenant: { uid: tenant.uid, name: tenant.name },
    project: { uid: project.meta.uid, name: firstProject },
    adminUid: admin.uid,
    adminEmail: admin.email,
  }
}
