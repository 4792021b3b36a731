import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Holder, RoleBinding, User } from '../../../auth/identity.ts'
import { userNotFound } from '../../../auth/parts.ts'
import { mustCover, mustHoldRole } from '../../../auth/rights/escalation.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'
import { capped } from '../../invalid.ts'

export async function getUser(context: ServerContext, subject: Subject, uid: string): Promise<User> {
  const user = await context.identity.getUser(subject.tenant, uid)
  if (!user) throw userNotFound(uid)
  return user
}

/** The user, if the caller holds at least as much: for whatever changes that person's account. */
export async function getManagedUser(context: ServerContext, subject: Subject, uid: string): Promise<User> {
  const user = await getUser(context, subject, uid)
  if (uid !== subject.userUid) mustCover(subject, await context.identity.grantsOf(subject.tenant, uid))
  return user
}

/**
 * As `getManagedUser`, for what opens an account to whoever asks: nobody does it to their own account, for a session or key that was left
 * lying about would become one that lasts. `instead` says how it is done.
 */
export async function getOtherUser(
  context: ServerContext,
  subject: Subject,
  uid: string,
  instead: string,
): Promise<User> {
  if (uid === subject.userUid) throw new AtriumError('Forbidden', `This is for the accounts of others. ${instead}`)
  return getManagedUser(context, subject, uid)
}

/** How one sets one's own password. */
export const byPresentPassword =
  'Change your own password with the present one: PATCH /v1/users/{uid}/password/change. If you forgot it, ask another administrator for a link.'

const mostRoles = 100

/** Refuses roles that do not exist, belong to another scope, or hold more than the caller does there. */
export async function checkRoles(
  context: ServerContext,
  subject: Subject,
  roleUids: string[],
  project: string | null,
): Promise<void> {
  const scope = project === null ? 'tenant' : 'project'
  for (const uid of new Set(capped(roleUids, mostRoles, 'roles'))) {
    const role = await context.identity.role(subject.tenant, uid)
    if (role?.scope !== scope) {
      throw new AtriumError('InvalidRequest', `roles: '${uid}' is not a role of scope '${scope}'.`, {
        details: { field: 'roles', value: uid },
      })
    }
    mustHoldRole(subject, role, project)
  }
}

/** Refuses to take roles away that hold more than the caller does, as giving them is refused. */
export async function checkRemovals(
  context: ServerContext,
  subject: Subject,
  holder: Holder,
  project: string | null,
  keeps: string[],
): Promise<void> {
  const bindings = await context.identity.roleBindings(subject.tenant, holder)
  const taken = bindings.filter(({ roleUid, project: bound }) => bound === project && !keeps.includes(roleUid))
  await mustHoldRoles(
    context,
    subject,
    taken.map(({ roleUid }) => roleUid),
    project,
  )
}

/** Refuses roles that hold more than the caller does there; of one that is gone there is nothing to hold. */
export async function mustHoldRoles(
  context: ServerContext,
  subject: Subject,
  roleUids: readonly string[],
  project: string | null,
): Promise<void> {
  for (const uid of new Set(roleUids)) {
    const role = await context.identity.role(subject.tenant, uid)
    if (role) mustHoldRole(subject, role, project)
  }
}

/** Names of the projects that the caller sees, by uid. */
export async function projectNames({ admission }: ServerContext, subject: Subject): Promise<Map<string, string>> {
  const { items } = await admission.run(subject, (tx) => tx.list('Project', { limit: 0 }))
  return new Map(items.map(({ meta }) => [meta.uid, meta.name]))
}

/** What the user holds through their teams. */
export async function inheritedBindings(
  { identity }: ServerContext,
  { tenant }: Subject,
  userUid: string,
): Promise<RoleBinding[]> {
  const teams = await identity.teamsOf(tenant, userUid)
  if (teams.length === 0) return []
  const uids = teams.map(({ uid }) => uid)
  const bindings = await identity.roleBindingsOf(tenant, uids)
  return uids.flatMap((uid) => bindings.get(uid) ?? [])
}
