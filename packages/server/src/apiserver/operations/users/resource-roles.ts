import type { v1ResourceRoles, v1ResourceRolesUpdateEntity } from '@atrium/api/generated/operations.d.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { mustHoldRole } from '../../../auth/escalation.ts'
import type { ResourceRole, RoleInfo } from '../../../auth/identity.ts'
import type { Subject } from '../../../auth/subject.ts'
import type { ServerContext } from '../../../context.ts'
import { viewRoles } from './views.ts'

/** Reads the body, and refuses roles that are none of resources or hold more than the caller does, and what does not exist. */
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
  const [projectUids, filterUids] = [body.projectUids ?? [], body.filterRefs ?? []]
  await context.admission.run(subject, async (tx) => {
    for (const uid of projectUids) await mustExist(tx, 'Project', uid)
    for (const uid of filterUids) await mustExist(tx, 'TagFilter', uid)
  })
  return { projectUids, filterUids, roleUids }
}

async function mustExist(tx: Tx, kind: 'Project' | 'TagFilter', uid: string): Promise<void> {
  if (await tx.get(kind, uid)) return
  const field = kind === 'Project' ? 'projectUids' : 'filterRefs'
  throw new AtriumError('InvalidRequest', `${field}: there is no ${kind} '${uid}'.`, { details: { field, value: uid } })
}

export const viewResourceRoles = (held: ResourceRole[], roles: RoleInfo[]): v1ResourceRoles => ({
  resourceRoles: held.map(({ uid, projectUids, filterUids, roleUids }) => ({
    uid,
    projectUids: projectUids.map((project) => ({ uid: project })),
    filterRefs: filterUids.map((filter) => ({ uid: filter })),
    roles: viewRoles(roleUids, roles),
  })),
})
