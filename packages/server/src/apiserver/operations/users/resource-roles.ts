import type { v1ResourceRoles, v1ResourceRolesUpdateEntity } from '@atrium/api/generated/operations.d.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { mustHoldRole } from '../../../auth/escalation.ts'
import type { ResourceRole, RoleInfo } from '../../../auth/identity.ts'
import type { Subject } from '../../../auth/subject.ts'
import type { ServerContext } from '../../../context.ts'
import { viewRoles } from './views.ts'

/** Reads the body, and refuses roles that are none of resources or hold more than the caller does. */
export async function parseResourceRole(
  context: ServerContext,
  subject: Subject,
  body: v1ResourceRolesUpdateEntity,
): Promise<Omit<ResourceRole, 'uid'>> {
  const roleUids = body.roles ?? []
  for (const uid of roleUids) {
    const role = await context.identity.role(subject.tenant, uid)
    if (role?.scope !== 'resource') {
      throw new AtriumError('InvalidRequest', `roles: '${uid}' is not a role of scope 'resource'.`, {
        details: { field: 'roles', value: uid },
      })
    }
    mustHoldRole(subject, role, null)
  }
  return { projectUids: body.projectUids ?? [], filterUids: body.filterRefs ?? [], roleUids }
}

export const viewResourceRoles = (held: ResourceRole[], roles: RoleInfo[]): v1ResourceRoles => ({
  resourceRoles: held.map(({ uid, projectUids, filterUids, roleUids }) => ({
    uid,
    projectUids: projectUids.map((project) => ({ uid: project })),
    filterRefs: filterUids.map((filter) => ({ uid: filter })),
    roles: viewRoles(roleUids, roles),
  })),
})
