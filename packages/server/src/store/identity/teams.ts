import type { Team } from '../../auth/identity.ts'
import type { Sql } from '../database.ts'

interface TeamRow {
  uid: string
  name: string
  labels: Record<string, string>
  annotations: Record<string, string>
  users: string[]
  created_at: Date
  modified_at: Date
}

const SELECT = `select t.uid, t.name, t.labels, t.annotations, t.created_at, t.modified_at,
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
  { uid, name, labels, annotations, at }: Pick<Team, 'uid' | 'name' | 'labels' | 'annotations'> & { at: string },
): Promise<void> {
  await sql.query(
    `insert into teams (tenant, uid, name, labels, annotations, created_at, modified_at)
     values ($1, $2, $3, $4, $5, $6, $6)`,
    [tenant, uid, name, JSON.stringify(labels), JSON.stringify(annotations), at],
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
