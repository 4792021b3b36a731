import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { newUid } from '@atrium/runtime/base/random.ts'
import type { Sql } from '../store/database.ts'
import * as rows from '../store/identity/bindings.ts'
import { selectUser } from '../store/identity/users.ts'
import type { Identity, User } from './identity.ts'
import { change, type Parts, userNotFound } from './parts.ts'

async function required(sql: Sql, tenant: string, uid: string): Promise<User> {
  const user = await selectUser(sql, tenant, uid)
  if (!user) throw userNotFound(uid)
  return user
}

const entry = (user: User, message: string) =>
  ({ action: 'setRoles', kind: 'RoleBinding', uid: user.uid, name: user.email, message }) as const

type Methods =
  | 'roleBindings'
  | 'allRoleBindings'
  | 'setRoleBindings'
  | 'holdersOf'
  | 'resourceRoles'
  | 'addResourceRole'
  | 'updateResourceRole'
  | 'deleteResourceRole'

export function roleBindings(parts: Parts): Pick<Identity, Methods> {
  const { database, random } = parts
  return {
    roleBindings: (tenant, userUid) =>
      database.withTenant(tenant, async (sql) =>
        (await rows.selectBindings(sql, tenant, userUid)).map(({ roleUid, project }) => ({ roleUid, project })),
      ),

    allRoleBindings: async (tenant) =>
      Map.groupBy(
        await database.withTenant(tenant, (sql) => rows.selectAllBindings(sql, tenant)),
        ({ userUid }) => userUid,
      ),

    setRoleBindings: (scope, userUid, roles) =>
      change(parts, scope, async (sql) => {
        const user = await required(sql, scope.tenant, userUid)
        for (const { project, roleUids } of roles) {
          await rows.replaceBindings(sql, scope.tenant, userUid, project, roleUids)
        }
        const text = roles.map(({ project, roleUids }) => `${project ?? 'tenant'}: ${roleUids.join(', ') || 'none'}`)
        return { result: undefined, entry: entry(user, `set roles; ${text.join('; ')}`) }
      }),

    holdersOf: (tenant, roleUid) => database.withTenant(tenant, (sql) => rows.selectHolders(sql, tenant, roleUid)),

    resourceRoles: (tenant, userUid) =>
      database.withTenant(tenant, (sql) => rows.selectResourceRoles(sql, tenant, userUid)),

    addResourceRole: (scope, userUid, role) =>
      change(parts, scope, async (sql) => {
        const user = await required(sql, scope.tenant, userUid)
        const uid = newUid(random)
        await rows.upsertResourceRole(sql, scope.tenant, userUid, { uid, ...role })
        return { result: uid, entry: entry(user, 'added a resource role') }
      }),

    updateResourceRole: (scope, userUid, role) =>
      change(parts, scope, async (sql) => {
        const user = await required(sql, scope.tenant, userUid)
        const known = await rows.selectResourceRoles(sql, scope.tenant, userUid)
        if (!known.some(({ uid }) => uid === role.uid)) {
          throw new AtriumError('ResourceNotFound', `Resource role '${role.uid}' is not found.`)
        }
        await rows.upsertResourceRole(sql, scope.tenant, userUid, role)
        return { result: undefined, entry: entry(user, 'changed a resource role') }
      }),

    deleteResourceRole: (scope, userUid, uid) =>
      change(parts, scope, async (sql) => {
        const user = await required(sql, scope.tenant, userUid)
        if (!(await rows.deleteResourceRole(sql, scope.tenant, userUid, uid))) {
          throw new AtriumError('ResourceNotFound', `Resource role '${uid}' is not found.`)
        }
        return { result: undefined, entry: entry(user, 'removed a resource role') }
      }),
  }
}
