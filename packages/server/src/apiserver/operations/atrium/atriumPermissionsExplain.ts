import type { AtriumGrant } from '@atrium/api/generated/operations.d.ts'
import type { KindName } from '@atrium/api/kinds/index.ts'
import { builtInRole } from '@atrium/api/permissions/roles.ts'
import { forbidden, notFound } from '../../../admission/authorize.ts'
import { guardedOf, placeOf } from '../../../admission/sight.ts'
import type { RoleInfo } from '../../../auth/identity.ts'
import { can, type Subject, seesProject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'
import { invalid } from '../../invalid.ts'
import { getOne } from '../../load.ts'
import { defineOperation, type OperationRequest } from '../../operation.ts'
import { readAsked, withoutRoles } from '../../rights/asked.ts'
import { type About, explainRight, type Reasons } from '../../rights/explain-right.ts'
import { type HeldRole, heldRoles } from '../../rights/held-roles.ts'
import { rolesThatGive, whoCouldGive } from '../../rights/remedies.ts'
import { getUser } from '../users/load.ts'
import { nameOf } from '../users/views.ts'

type Request = OperationRequest<'atriumPermissionsExplain'>

/**
 * Why the caller, or a user they may read, may do something or may not: which roles give it through what, or what is missing and who
 * could give it. About objects and projects that the caller sees only.
 */
export const atriumPermissionsExplain = defineOperation('atriumPermissionsExplain', {
  scope: 'self',
  permission: null,
  async handler(request, context) {
    const asked = readAsked(request.query, request.accessOf)
    const { permission } = asked
    const who = await readWho(request, context)
    const answer = { ...asked.echo, permission: permission ?? '', user: { uid: who.userUid, name: who.name } }
    if (permission === null) return { ...answer, ...withoutRoles(asked.open) }
    const about = asked.isOfTenant ? { project: null } : await readAbout(request, context)
    const held = await heldRoles(context, who.tenant, who.userUid)
    const reasons = explainRight(who, held, permission, about)
    return {
      ...answer,
      ...{ allowed: reasons.allowed, extent: reasons.extent, missing: reasons.missing },
      summary: summaryOf(who.name, permission, about, reasons),
      givenBy: reasons.givenBy.map((role) => viewGrant(role, request.subject)),
      missedBy: reasons.missedBy.map((role) => viewGrant(role, request.subject)),
      ...(await remediesFor(
        request.subject,
        reasons,
        'object' in about ? about.object.project : about.project,
        context,
      )),
    }
  },
})

/** The user whose rights are asked for: the caller, or one whom the caller may read. */
async function readWho({ subject, query }: Request, context: ServerContext): Promise<Subject & { name: string }> {
  const uid = query.user ?? subject.userUid
  if (uid !== subject.userUid && !can(subject, 'user.get', null)) throw forbidden('user.get')
  const user = await getUser(context, subject, uid)
  return { ...subject, userUid: uid, name: nameOf(user), grants: await context.identity.grantsOf(subject.tenant, uid) }
}

/** The object, or project, that it is about, as the caller may know it; what they do not see is not found. */
async function readAbout({ subject, query }: Request, context: ServerContext): Promise<About> {
  const { kind, uid, project } = query
  if ((kind === undefined) !== (uid === undefined)) throw invalid('kind', 'name kind and uid of an object, or neither')
  if (kind === undefined || uid === undefined) {
    if (project === undefined) return { project: null }
    const isThere = await context.store.transaction(subject.tenant, subject.actor, (tx) => tx.get('Project', project))
    if (!isThere || !seesProject(subject, project)) throw notFound('Project', project)
    return { project }
  }
  const object = await context.admission.run(subject, (tx) => getOne(tx, kind as KindName, uid))
  // An owner's labels are looked up whoever asks: they decide for the user who is explained.
  const guarded = await context.store.transaction(subject.tenant, subject.actor, (tx) => guardedOf(tx, placeOf(object)))
  return { kind: object.kind, object: guarded }
}

function summaryOf(
  name: string,
  permission: string,
  about: About,
  { extent, givenBy, missedBy, missing }: Reasons,
): string {
  const where =
    'object' in about ? `on this ${about.kind}` : about.project === null ? 'in the tenant' : 'in this project'
  const roles = [...new Set(givenBy.map(({ role }) => `'${role.name}'`))].slice(0, 5).join(', ')
  if (extent === 'all') return `${name} holds ${permission} ${where} by ${roles}.`
  if (extent === 'some') return `${name} holds ${permission} on some objects ${where} only, by ${roles}.`
  const tags = missedBy.length > 0 ? ' Tags decide: a resource role would give it to objects with other ones.' : ''
  return `${name} lacks ${missing.join(' and ')} ${where}.${tags}`
}

/** Filters are named to those who may read filters, and teams to their members and those who may read teams. */
function viewGrant(
  { role, team, scope, project, workspace, resourceRole, filters }: HeldRole,
  subject: Subject,
): AtriumGrant {
  const knowsTeam = team?.users.includes(subject.userUid) === true || can(subject, 'team.get', null)
  return {
    role: { uid: role.uid, name: role.name },
    scope,
    ...(team && { team: knowsTeam ? { uid: team.uid, name: team.name } : { uid: '', name: '' } }),
    ...(project !== undefined && { project }),
    ...(workspace !== undefined && { workspace }),
    ...(resourceRole !== undefined && { resourceRole }),
    ...(resourceRole !== undefined &&
      can(subject, 'filter.get', null) && { filters: filters.map(({ uid, name }) => ({ uid, name })) }),
  }
}

/** Roles that would give what is missing, and users who could give them: as far as the caller may read roles and users. */
async function remediesFor(subject: Subject, { missing }: Reasons, project: string | null, context: ServerContext) {
  const isShown = ({ uid }: RoleInfo): boolean => builtInRole(uid) !== undefined || can(subject, 'role.list', null)
  const roles = rolesThatGive(await context.identity.roles(subject.tenant), missing, isShown)
  const users = can(subject, 'user.list', null) ? await whoCouldGive(context, subject, missing, project) : []
  return {
    rolesThatGive: roles.map(({ uid, name, scope }) => ({ uid, name, scope })),
    askedOf: users.map((user) => ({ uid: user.uid, name: nameOf(user) })),
  }
}
