import { permissionGroups, permissionsOf, type RoleScope } from '@atrium/api/permissions/catalogue.ts'
import { defineOperation } from '../../operation.ts'

const scopes: readonly RoleScope[] = ['tenant', 'project', 'resource']

/** The permissions a role of each scope can hold, by resource. */
export const v1PermissionsList = defineOperation('v1PermissionsList', {
  scope: 'self',
  permission: null,
  handler: async ({ query }) =>
    scopes
      .filter((scope) => query.scope === undefined || query.scope === scope)
      .flatMap((scope) =>
        permissionGroups(scope).map((group) => ({ name: group.name, permissions: permissionsOf(group), scope })),
      ),
})
