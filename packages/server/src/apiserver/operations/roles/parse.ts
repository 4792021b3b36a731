import type { v1Role } from '@atrium/api/generated/operations.d.ts'
import type { RoleSpec } from '@atrium/api/kinds/role.ts'
import { builtInRole } from '@atrium/api/permissions/roles.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { parseMeta } from '../../shapes/meta.ts'

export function parseRole(body: v1Role): ReturnType<typeof parseMeta> & { spec: RoleSpec } {
  const scope = body.spec?.scope
  if (scope !== 'tenant' && scope !== 'project' && scope !== 'resource') {
    throw new AtriumError('InvalidRequest', 'spec.scope: must be tenant, project or resource.', {
      details: { field: 'spec.scope' },
    })
  }
  const permissions = [...new Set(body.spec?.permissions ?? [])].sort()
  return { ...parseMeta(body.metadata), spec: { scope, permissions } }
}

export function mustBeCustom(uid: string): void {
  const role = builtInRole(uid)
  if (!role) return
  throw new AtriumError('InvalidState', `Role '${role.name}' is built in and cannot be changed. Clone it instead.`)
}
