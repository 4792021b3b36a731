import type { RoleSpec } from '@atrium/api/kinds/role.ts'
import { isPermissionOf } from '@atrium/api/permissions/catalogue.ts'
import { builtInRoles } from '@atrium/api/permissions/roles.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { mustHoldRole } from '../../auth/rights/escalation.ts'
import type { Subject } from '../../auth/rights/subject.ts'
import type { Validation, ValidationScope } from './validation.ts'

/** People tell roles apart by their names, in whatever case; `uid`: the role that is renamed. */
async function nameMustBeFree({ tx }: ValidationScope, name: string, uid?: string): Promise<void> {
  const isSame = (other: string): boolean => other.toLowerCase() === name.toLowerCase()
  const isBuiltIn = builtInRoles.some((role) => isSame(role.name))
  const { items } = await tx.listNames('Role', { limit: 0 })
  const other = items.find((role) => role.uid !== uid && isSame(role.name))
  if (!isBuiltIn && !other) return
  const text = isBuiltIn ? `A built-in role is called '${name}'` : `A role is called '${other?.name}' already`
  throw new AtriumError('DuplicateName', `${text}. Choose another name.`, { details: { field: 'metadata.name' } })
}

/** Built-in roles hold a few permissions that are listed for another scope only; a clone of one may hold them too. */
const isBuiltIn = (scope: RoleSpec['scope'], name: string): boolean =>
  builtInRoles.some((role) => role.scope === scope && role.permissions.some((permission) => permission === name))

function checkPermissions(spec: RoleSpec | undefined): void {
  if (!spec) return
  const wrong = spec.permissions.filter((name) => !isPermissionOf(spec.scope, name) && !isBuiltIn(spec.scope, name))
  if (wrong.length === 0) return
  throw new AtriumError(
    'InvalidRequest',
    `spec.permissions: a role of scope '${spec.scope}' cannot hold ${wrong.slice(0, 10).join(', ')}. GET /v1/permissions lists those it can hold.`,
    { details: { field: 'spec.permissions', values: wrong } },
  )
}

/**
 * What is put into a role goes to all who hold it, a second user of the caller among them: so only what the caller
 * holds. Also while nobody holds the role, or one who binds it at the same moment would get what they were not shown.
 */
function mustHoldAdded(
  subject: Subject,
  { meta, spec: former }: StoredObject<'Role'>,
  spec: RoleSpec | undefined,
): void {
  if (!spec) return
  const granted = former.isDisabled === true || former.scope !== spec.scope ? [] : former.permissions
  const permissions = spec.permissions.filter((name) => !granted.includes(name))
  mustHoldRole(subject, { uid: meta.uid, name: meta.name, scope: spec.scope, permissions }, null)
}

export const roleValidation: Validation<'Role'> = {
  async create(scope, object) {
    checkPermissions(object.spec)
    await nameMustBeFree(scope, object.name)
  },
  async update(scope, previous, patch) {
    checkPermissions(patch.spec)
    mustHoldAdded(scope.subject, previous, patch.spec)
    const { meta } = previous
    if (patch.name !== undefined && patch.name !== meta.name) await nameMustBeFree(scope, patch.name, meta.uid)
  },
}
