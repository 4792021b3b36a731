import type { v1Role } from '@atrium/api/generated/operations.d.ts'
import type { RoleSpec } from '@atrium/api/kinds/role.ts'
import { builtInRole } from '@atrium/api/permissions/roles.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { parseMeta } from '../../shapes/meta.ts'

/** Go clients leave `false` out: a status that does not say `isEnabled` is one of a disabled role. */
const isDisabled = ({ status }: v1Role): boolean => status !== undefined && status.isEnabled !== true

export function parseRole(
  body: v1Role,
  unknown: RoleSpec['unknown'],
): ReturnType<typeof parseMeta> & { spec: RoleSpec } {
  const scope = body.spec?.scope
  if (scope !== 'tenant' && scope !== 'project' && scope !== 'resource') {
    throw new AtriumError('InvalidRequest', 'spec.scope: must be tenant, project or resource.', {
      details: { field: 'spec.scope' },
    })
  }
  const permissions = [...new Set(body.spec?.permissions ?? [])].sort()
  const spec = { scope, permissions, ...(isDisabled(body) && { isDisabled: true }), ...(unknown && { unknown }) }
  return { ...parseMeta(body.metadata), spec }
}

export function mustBeCustom(uid: string): void {
  const role = builtInRole(uid)
  if (!role) return
  throw new AtriumError('InvalidState', `Role '${role.name}' is built in and cannot be changed. Clone it instead.`)
}
