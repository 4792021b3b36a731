import type { RoleSpec } from '@atrium/api/kinds/role.ts'
import { isPermissionOf } from '@atrium/api/permissions/catalogue.ts'
import { builtInRoles } from '@atrium/api/permissions/roles.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Validation } from './validation.ts'

function checkName(name: string | undefined): void {
  if (name === undefined) return
  if (builtInRoles.some((role) => role.name.toLowerCase() === name.toLowerCase())) {
    throw new AtriumError('DuplicateName', `A built-in role is called '${name}'. Choose another name.`, {
      details: { field: 'metadata.name' },
    })
  }
}

function checkPermissions(spec: RoleSpec | undefined): void {
  if (!spec) return
  const wrong = spec.permissions.filter((name) => !isPermissionOf(spec.scope, name))
  if (wrong.length === 0) return
  throw new AtriumError(
    'InvalidRequest',
    `spec.permissions: a role of scope '${spec.scope}' cannot hold ${wrong.slice(0, 10).join(', ')}. GET /v1/permissions lists those it can hold.`,
    { details: { field: 'spec.permissions', values: wrong } },
  )
}

export const roleValidation: Validation<'Role'> = {
  create(_scope, object) {
    checkName(object.name)
    checkPermissions(object.spec)
  },
  update(_scope, _previous, patch) {
    checkName(patch.name)
    checkPermissions(patch.spec)
  },
}
