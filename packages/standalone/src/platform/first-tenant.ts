import { existsSync } from 'node:fs'
import { builtInRoleNamed } from '@atrium/api/permissions/roles.ts'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import { createTenant, firstProject, type TenantCredentials } from '@atrium/server/auth/tenants/create-tenant.ts'
import type { Installation } from '@atrium/server/context.ts'
import type { Tenant } from '@atrium/server/store/system-store.ts'
import type { PlatformCredentials, PlatformHome } from '@atrium/toolchain/platform.ts'

const FIRST_TENANT = 'default'
const operator: Actor = { type: 'operator', uid: 'standalone', name: 'first start' }

/** Makes tenant, project, administrator and API key at the first start. True when this was it. */
export const ensureFirstTenant = async (
  installation: Installation,
  home: Pick<PlatformHome, 'credentialsFile'>,
): Promise<boolean> => {
  if (existsSync(home.credentialsFile)) return false
  const existing = await installation.identity.tenantByName(FIRST_TENANT)
  const made = existing
    ? await completeTenant(installation, existing)
    : await createTenant(installation, { name: FIRST_TENANT }, operator)
  const credentials: PlatformCredentials = {
    tenant: made.tenant.name,
    adminEmail: made.adminEmail,
    adminPassword: made.adminPassword.reveal(),
    apiKey: made.apiKey.reveal(),
    project: made.project,
  }
  writeFileAtomically(home.credentialsFile, `${JSON.stringify(credentials, null, 2)}\n`)
  return true
}

/**
 * The tenant is there and its credentials are not: an earlier first start was killed in between, or the file was
 * removed. What is missing is made, the administrator gets a new password and a new key.
 */
const completeTenant = async (installation: Installation, tenant: Tenant): Promise<TenantCredentials> => {
  const { identity, store, random } = installation
  const scope = { tenant: tenant.uid, actor: operator }
  const project = await store.transaction(tenant.uid, operator, async (tx) => {
    const { items } = await tx.list('Project')
    return (
      items.find(({ meta }) => meta.name === firstProject) ??
      (await tx.create({ kind: 'Project', project: null, name: firstProject, spec: {} }))
    )
  })
  const email = `admin@${tenant.name}.local`
  const password = new Secret(random.bytes(15).toString('base64url'))
  const found = (await identity.listUsers(tenant.uid)).find((user) => user.email === email)
  const admin = found ?? (await identity.createUser(scope, { email, firstName: 'Admin', lastName: tenant.name }))
  await identity.setPassword(scope, admin.uid, password)
  await identity.setRoleBindings(scope, admin.uid, [
    { project: null, roleUids: [builtInRoleNamed('Tenant Admin').uid] },
  ])
  const name = `first-${random.bytes(4).toString('hex')}`
  const { secret } = await identity.createApiKey(scope, { name, userUid: admin.uid, expiresAt: null })
  return {
    tenant: { uid: tenant.uid, name: tenant.name },
    project: { uid: project.meta.uid, name: firstProject },
    adminUid: admin.uid,
    adminEmail: email,
    adminPassword: password,
    apiKey: secret,
  }
}
