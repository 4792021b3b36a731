import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { newUid } from '@atrium/runtime/base/random.ts'
import type { Sql } from '../../store/database.ts'
import * as rows from '../../store/identity/teams.ts'
import { selectEmails } from '../../store/identity/users.ts'
import type { Identity, Team } from '../identity.ts'
import { change, type Parts, teamNotFound, unique } from '../parts.ts'

async function required(sql: Sql, tenant: string, uid: string): Promise<Team> {
  const team = await rows.selectTeam(sql, tenant, uid)
  if (!team) throw teamNotFound(uid)
  return team
}

const entry = (action: string, team: Pick<Team, 'uid' | 'name'>, message: string) =>
  ({ action, kind: 'Team', uid: team.uid, name: team.name, message }) as const

/** Makes these the members of the team, and says who they are. */
async function setMembers(sql: Sql, tenant: string, teamUid: string, uids: readonly string[]): Promise<string> {
  const emails = await selectEmails(sql, tenant, uids)
  const unknown = uids.find((uid) => !emails.has(uid))
  if (unknown !== undefined) {
    throw new AtriumError('InvalidRequest', `spec.users: there is no user '${unknown}'.`, {
      details: { field: 'spec.users', value: unknown },
    })
  }
  await rows.deleteMembersExcept(sql, tenant, teamUid, uids)
  await rows.insertMembers(sql, tenant, [teamUid], uids)
  return [...emails.values()].join(', ') || 'nobody'
}

const distinctName = <T>(name: string | undefined, work: () => Promise<T>): Promise<T> =>
  unique(`A team '${name}' exists already.`, 'metadata.name', work)

type Methods = 'createTeam' | 'getTeam' | 'listTeams' | 'teamsOf' | 'updateTeam' | 'deleteTeam'

export function teams(parts: Parts): Pick<Identity, Methods> {
  const { database, random } = parts
  return {
    createTeam: (scope, { users, ...meta }) =>
      distinctName(meta.name, () =>
        change(parts, scope, async (sql, at) => {
          const uid = newUid(random)
          await rows.insertTeam(sql, scope.tenant, { uid, ...meta, at })
          const members = await setMembers(sql, scope.tenant, uid, users)
          const result = await required(sql, scope.tenant, uid)
          return { result, entry: entry('create', result, `created the team of ${members}`) }
        }),
      ),

    getTeam: (tenant, uid) => rows.selectTeam(database.readsOf(tenant), tenant, uid),

    listTeams: (tenant) => rows.selectTeams(database.readsOf(tenant), tenant),

    teamsOf: async (tenant, userUid) =>
      (await rows.selectTeams(database.readsOf(tenant), tenant)).filter(({ users }) => users.includes(userUid)),

    updateTeam: (scope, uid, { users, ...meta }) =>
      distinctName(meta.name, () =>
        change(parts, scope, async (sql, at) => {
          const team = { ...(await required(sql, scope.tenant, uid)), ...meta }
          await rows.updateTeam(sql, scope.tenant, team, at)
          const members = users && (await setMembers(sql, scope.tenant, uid, users))
          const message = members === undefined ? 'changed the team' : `changed the team; its members: ${members}`
          return { result: undefined, entry: entry('update', team, message) }
        }),
      ),

    deleteTeam: (scope, uid) =>
      change(parts, scope, async (sql) => {
        const team = await required(sql, scope.tenant, uid)
        await rows.deleteTeam(sql, scope.tenant, uid)
        return { result: undefined, entry: entry('delete', team, 'deleted the team and its roles') }
      }),
  }
}
