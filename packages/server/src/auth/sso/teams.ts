import { newUid } from '@atrium/runtime/base/random.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import type { Sql } from '../../store/database.ts'
import { audit } from '../../store/identity/audit.ts'
import { selectSetting } from '../../store/identity/settings.ts'
import { changeMembershipsBySso, insertTeam, selectMemberships, selectTeamNames } from '../../store/identity/teams.ts'
import type { User } from '../identity.ts'
import type { Parts } from '../parts.ts'
import { limitIn, limitsName } from '../rights/resource-limits.ts'
import type { SsoSettings } from './settings.ts'

/** What signing in changes without anybody's hand. */
export const ssoActor = systemActor('single sign-on')

interface TeamName {
  uid: string
  name: string
}

/** Which teams a sign-in puts a user into, and out of. Memberships given by hand stay whatever is named. */
export function planTeams(
  wanted: ReadonlySet<string>,
  present: readonly { teamUid: string; bySso: boolean }[],
): { joins: string[]; leaves: string[] } {
  const held = new Set(present.map(({ teamUid }) => teamUid))
  return {
    joins: [...wanted].filter((uid) => !held.has(uid)),
    leaves: present.filter(({ teamUid, bySso }) => bySso && !wanted.has(teamUid)).map(({ teamUid }) => teamUid),
  }
}

/** Makes the user a member of the teams that are named, and of the default ones, in the transaction of the sign-in. */
export async function applyTeams(
  parts: Parts,
  sql: Sql,
  at: string,
  { tenant, defaultTeams, makesTeams }: Pick<SsoSettings, 'tenant' | 'defaultTeams' | 'makesTeams'>,
  user: User,
  named: readonly string[],
): Promise<void> {
  const known = await selectTeamNames(sql, tenant.uid)
  const missing = makesTeams ? named.filter((name) => !known.some((team) => team.name === name)) : []
  const teams = [...known, ...(await makeTeams(parts, sql, tenant.uid, at, missing, known.length))]
  const isWanted = ({ uid, name }: TeamName): boolean => named.includes(name) || defaultTeams.includes(uid)
  const wanted = new Set(teams.filter(isWanted).map(({ uid }) => uid))
  const plan = planTeams(wanted, await selectMemberships(sql, tenant.uid, user.uid))
  if (plan.joins.length + plan.leaves.length === 0) return
  await changeMembershipsBySso(sql, tenant.uid, user.uid, plan)
  const namesOf = (uids: string[]): string =>
    teams.flatMap(({ uid, name }) => (uids.includes(uid) ? name : [])).join(', ') || 'none'
  await audit(sql, parts.clock, tenant.uid, ssoActor, {
    ...{ action: 'setTeams', kind: 'User', uid: user.uid, name: user.email },
    message: `by single sign-on into teams: ${namesOf(plan.joins)}; out of teams: ${namesOf(plan.leaves)}`,
  })
}

/** As many of them as the tenant may have; what is left out is said in its audit trail. */
async function makeTeams(
  { random, clock }: Parts,
  sql: Sql,
  tenant: string,
  at: string,
  names: readonly string[],
  present: number,
): Promise<TeamName[]> {
  if (names.length === 0) return []
  const limit = limitIn(await selectSetting(sql, tenant, null, limitsName), 'team')
  const room = Math.max(0, limit - present)
  const made = names.slice(0, room).map((name) => ({ uid: newUid(random), name }))
  for (const { uid, name } of made) {
    await insertTeam(sql, tenant, { uid, name, labels: {}, annotations: {}, sources: ['sso'], at })
    const message = 'made the team, for the identity provider names it'
    await audit(sql, clock, tenant, ssoActor, { action: 'create', kind: 'Team', uid, name, message })
  }
  if (made.length < names.length) {
    const message = `left out ${names.length - made.length} teams of the identity provider: the tenant may have ${limit}`
    await audit(sql, clock, tenant, ssoActor, { action: 'refuse', kind: 'Team', uid: tenant, name: 'teams', message })
  }
  return made
}
