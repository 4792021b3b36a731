import type { v1ResourceRoles, v1ResourceRolesUpdateEntity } from '@atrium/api/generated/operations.d.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import type { Holder, ResourceRole, RoleInfo } from '../../../auth/identity.ts'
import { mustHoldTagged } from '../../../auth/rights/escalation.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'
import { capped } from '../../invalid.ts'
import { viewRoles } from './views.ts'

/** Of one resource role, and how many of them a user or a team may hold: every request of theirs looks at them. */
const most = { roles: 20, projects: 200, filters: 20, held: 50 } as const

export async function addResourceRole(
  context: ServerContext,
  subject: Subject,
  holder: Holder,
  body: v1ResourceRolesUpdateEntity,
): Promise<void> {
  const role = await parseResourceRole(context, subject, body)
  const held = await context.identity.resourceRoles(subject.tenant, holder)
  if (held.length >= most.held)
    throw new AtriumError(
      'ResourceLimitReached',
      `Nobody holds more than ${most.held} resource roles. Put some together.`,
    )
  await context.identity.addResourceRole(subject, holder, role)
}

/** What is given and what is taken by it must both be the caller's to give. */
export async function changeResourceRole(
  context: ServerContext,
  subject: Subject,
  holder: Holder,
  { uid, body }: { uid: string; body: v1ResourceRolesUpdateEntity },
): Promise<void> {
  await mustHoldPresent(context, subject, holder, uid)
  const role = await parseResourceRole(context, subject, body)
  await context.identity.updateResourceRole(subject, holder, { ...role, uid })
}

export async function removeResourceRole(
  context: ServerContext,
  subject: Subject,
  holder: Holder,
  uid: string,
): Promise<void> {
  await mustHoldPresent(context, subject, holder, uid)
  await context.identity.deleteResourceRole(subject, holder, uid)
}

/** Refuses to touch a resource role that gives more than the caller holds, as giving it is refused. Of one that is not there the store tells. */
async function mustHoldPresent(
  { identity }: ServerContext,
  subject: Subject,
  holder: Holder,
  uid: string,
): Promise<void> {
  const present = (await identity.resourceRoles(subject.tenant, holder)).find((role) => role.uid === uid)
  if (present === undefined) return
  const roles = await identity.roles(subject.tenant)
  for (const role of roles) if (present.roleUids.includes(role.uid)) mustHoldTagged(subject, role, present)
}

/** Reads the body, and refuses roles that are none of resources or hold more than the caller does, and what does not exist. */
async function parseResourceRole(
  context: ServerContext,
  subject: Subject,
  body: v1ResourceRolesUpdateEntity,
): Promise<Omit<ResourceRole, 'uid'>> {
  const roleUids = [...capped(body.roles, most.roles, 'roles')]
  const projectUids = [...capped(body.projectUids, most.projects, 'projectUids')]
  const filterUids = [...capped(body.filterRefs, most.filters, 'filterRefs')]
  const known = await context.identity.roles(subject.tenant)
  for (const uid of roleUids) {
    const role = known.find((one) => one.uid === uid)
    if (role?.scope !== 'resource') {
      throw new AtriumError('InvalidRequest', `roles: '${uid}' is not a role of scope 'resource'.`, {
        details: { field: 'roles', value: uid },
      })
    }
    mustHoldTagged(subject, role, { projectUids, filterUids })
  }
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
