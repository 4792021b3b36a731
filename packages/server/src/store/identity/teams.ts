import type { Team } from '../../auth/identity.ts'
import type { Sql } from '../database.ts'

interface TeamRow {
  uid: string
  name: string
  labels: Record<string, string>
  annotations: Record<string, string>
  users: string[]
  sources: string[]
  created_at: Date
  modified_at: Date
}

const SELECT = `select t.uid, t.name, t.labels, t.annotations, t.sources, t.created_at, t.modified_at,
    array(
      select u.uid from team_members m join users u on u.tenant = m.tenant and u.uid = m.user_uid
      where m.tenant = t.tenant and m.team_uid = t.uid order by u.email
    ) as users
  from teams t`

const toTeam = ({ created_at: createdAt, modified_at: modifiedAt, ...row }: TeamRow): Team => ({
  ...row,
  createdAt: createdAt.toISOString(),
  modifiedAt: modifiedAt.toISOString(),
})

export async function insertTeam(
  sql: Sql,
  tenant: string,
  team: Pick<Team, 'uid' | 'name' | 'labels' | 'annotations'> & { sources?: string[]; at: string },
): Promise<void> {
  const { uid, name, labels, annotations, sources = [], at } = team
  await sql.query(
    `insert into teams (tenant, uid, name, labels, annotations, sources, created_at, modified_at)
     values ($1, $2, $3, $4, $5, $6, $7, $7)`,
    [tenant, uid, name, JSON.stringify(labels), JSON.stringify(annotations), sources, at],
  )
}

export async function selectTeam(sql: Sql, tenant: string, uid: string): Promise<Team | null> {
  const [row] = await sql.query<TeamRow & { [column: string]: unknown }>(
    `${SELECT} where t.tenant = $1 and t.uid = $2`,
    [tenant, uid],
  )
  return row ? toTeam(row) : null
}

export async function selectTeams(sql: Sql, tenant: string): Promise<Team[]> {
  const rows = await sql.query<TeamRow & { [column: string]: unknown }>(
    `${SELECT} where t.tenant = $1 order by t.name, t.uid`,
    [tenant],
  )
  return rows.map(toTeam)
}

export async function updateTeam(
  sql: Sql,
  tenant: string,
  { uid, name, labels, annotations }: Team,
  at: string,
): Promise<void> {
  await sql.query(
    'update teams set name = $3, labels = $4, annotations = $5, modified_at = $6 where tenant = $1 and uid = $2',
    [tenant, uid, name, JSON.stringify(labels), JSON.stringify(annotations), at],
  )
}

export async function deleteTeam(sql: Sql, tenant: string, uid: string): Promise<void> {
  await sql.query('delete from teams where tenant = $1 and uid = $2', [tenant, uid])
}

/** Puts users into teams; who is in one stays. */
export async function insertMembers(
  sql: Sql,
  tenant: string,
  teamUids: readonly string[],
  userUids: readonly string[],
): Promise<void> {
  await sql.query(
    `insert into team_members (tenant, team_uid, user_uid)
     select $1, team, member from unnest($2::text[]) as team, unnest($3::text[]) as member on conflict do nothing`,
    [tenant, teamUids, userUids],
  )
}

export async function deleteMembersExcept(
  sql: Sql,
  tenant: string,
  teamUid: string,
  userUids: readonly string[],
): Promise<void> {
  await sql.query('delete from team_members where tenant = $1 and team_uid = $2 and user_uid <> all($3)', [
    tenant,
    teamUid,
    userUids,
  ])
}

/** Teams of a user, and whether a sign-in put them there. */
export async function selectMemberships(
  sql: Sql,
  tenant: string,
  userUid: string,
): Promise<{ teamUid: string; bySso: boolean }[]> {
  return sql.query<{ teamUid: string; bySso: boolean }>(
    `select team_uid as "teamUid", by_sso as "bySso" from team_members where tenant = $1 and user_uid = $2`,
    [tenant, userUid],
  )
}

/** Puts a user into teams by a sign-in, and out of those that a sign-in put them into. */
export async function changeMembershipsBySso(
  sql: Sql,
  tenant: string,
  userUid: string,
  { joins, leaves }: { joins: readonly string[]; leaves: readonly string[] },
): Promise<void> {
  await sql.query(
    `insert into team_members (tenant, team_uid, user_uid, by_sso)
     select $1, team, $3, true from unnest($2::text[]) as team on conflict do nothing`,
    [tenant, joins, userUid],
  )
  await sql.query('delete from team_members where tenant = $1 and team_uid = any($2) and user_uid = $3 and by_sso', [
    tenant,
    leaves,
    userUid,
  ])
}

export async function selectTeamNames(sql: Sql, tenant: string): Promise<{ uid: string; name: string }[]> {
  return sql.query<{ uid: string; name: string }>('select uid, name from teams where tenant = $1 order by name', [
    tenant,
  ])
}
