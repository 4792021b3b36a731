import type { v1ProjectSpec } from '@atrium/api/generated/operations.d.ts'
import type { Holder } from '../../../auth/identity.ts'
import { can, type Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'
import { capped, invalid } from '../../invalid.ts'
import { checkRoles, mustHoldRoles } from '../users/load.ts'
import { getProject } from './load.ts'

/** A user or a team, and the roles it holds in one project itself. */
export interface Member {
  holder: Holder
  roleUids: string[]
}

export type MemberKind = 'user' | 'team'

const kindOf = (holder: Holder): MemberKind => (typeof holder === 'string' ? 'user' : 'team')
export const uidOf = (holder: Holder): string => (typeof holder === 'string' ? holder : holder.team)

/** Who holds roles in these projects, by project: users and teams as far as the caller may list them. */
export async function membersOf(
  { identity }: ServerContext,
  subject: Subject,
  projects: readonly string[],
): Promise<Map<string, Member[]>> {
  const shown = (['user', 'team'] as const).filter((kind) => can(subject, `${kind}.list`, null))
  if (shown.length === 0 || projects.length === 0) return new Map()
  const all = await identity.roleBindingsIn(subject.tenant, projects)
  const held = Map.groupBy(
    all.filter(({ holder }) => shown.includes(kindOf(holder))),
    ({ project }) => project,
  )
  return new Map([...held].map(([project, bindings]) => [project, byHolder(bindings)]))
}

const byHolder = (bindings: readonly { holder: Holder; roleUid: string }[]): Member[] =>
  [...Map.groupBy(bindings, ({ holder }) => uidOf(holder)).values()].flatMap((held) =>
    held[0] ? [{ holder: held[0].holder, roleUids: held.map(({ roleUid }) => roleUid) }] : [],
  )

export const ofKind = (members: readonly Member[], kind: MemberKind): Member[] =>
  members.filter(({ holder }) => kindOf(holder) === kind)

export const viewMembers = (members: readonly Member[]): Required<Pick<v1ProjectSpec, 'users' | 'teams'>> => ({
  users: ofKind(members, 'user').map(({ holder, roleUids }) => ({ userId: uidOf(holder), roles: roleUids })),
  teams: ofKind(members, 'team').map(({ holder, roleUids }) => ({ teamId: uidOf(holder), roles: roleUids })),
})

const mostMembers = 500

/** Users or teams as a request names them, each once. */
export function parseMembers(
  sent: readonly { uid: string | undefined; roles?: string[] | null | undefined }[],
  kind: MemberKind,
): Member[] {
  const field = `${kind}s`
  const seen = new Set<string>()
  return capped(sent, mostMembers, field).map(({ uid = '', roles }, index) => {
    const place = `${field}[${index}].${kind}Id`
    if (uid === '') throw invalid(place, 'is missing')
    if (seen.has(uid)) throw invalid(place, `'${uid.slice(0, 64)}' stands here twice`)
    seen.add(uid)
    return { holder: kind === 'user' ? uid : { team: uid }, roleUids: roles ?? [] }
  })
}

/**
 * Makes these the users, or the teams, with roles in the project: whoever is not named loses theirs. All of it is looked at before
 * anything is changed.
 */
export async function setMembers(
  context: ServerContext,
  subject: Subject,
  project: string,
  { kind, wanted }: { kind: MemberKind; wanted: readonly Member[] },
): Promise<void> {
  await context.admission.run(subject, (tx) => getProject(tx, project))
  const all = byHolder(await context.identity.roleBindingsIn(subject.tenant, [project]))
  const present = new Map(ofKind(all, kind).map((member) => [uidOf(member.holder), member]))
  const named = new Set(wanted.map(({ holder }) => uidOf(holder)))
  const lost = [...present.values()].filter(({ holder }) => !named.has(uidOf(holder)))
  const changes = [...wanted, ...lost.map(({ holder }) => ({ holder, roleUids: [] }))].map((next) =>
    changeOf(present.get(uidOf(next.holder))?.roleUids ?? [], next),
  )
  await checkRoles(context, subject, [...new Set(changes.flatMap(({ given }) => given))], project)
  await mustHoldRoles(
    context,
    subject,
    changes.flatMap(({ taken }) => taken),
    project,
  )
  for (const { holder } of wanted) if (!present.has(uidOf(holder))) await mustExist(context, subject, holder)
  for (const { holder, roleUids, given, taken } of changes) {
    if (given.length + taken.length > 0)
      await context.identity.setRoleBindings(subject, holder, [{ project, roleUids }])
  }
}

const changeOf = (held: readonly string[], { holder, roleUids }: Member) => ({
  ...{ holder, roleUids },
  given: roleUids.filter((uid) => !held.includes(uid)),
  taken: held.filter((uid) => !roleUids.includes(uid)),
})

async function mustExist({ identity }: ServerContext, { tenant }: Subject, holder: Holder): Promise<void> {
  const isKnown =
    typeof holder === 'string' ? await identity.getUser(tenant, holder) : await identity.getTeam(tenant, holder.team)
  if (!isKnown) throw invalid(`${kindOf(holder)}s`, `there is no ${kindOf(holder)} '${uidOf(holder).slice(0, 64)}'`)
}
