import type { User } from '../../auth/identity.ts'
import type { Sql } from '../database.ts'

interface UserRow {
  uid: string
  email: string
  first_name: string
  last_name: string
  is_active: boolean
  has_password: boolean
  is_linked: boolean
  last_sign_in_at: Date | null
  created_at: Date
  modified_at: Date
}

const columns = `uid, email, first_name, last_name, is_active, password_hash is not null as has_password,
  exists (select from sso_links l where l.tenant = users.tenant and l.user_uid = users.uid) as is_linked,
  last_sign_in_at, created_at, modified_at`

const toUser = (row: UserRow): User => ({
  uid: row.uid,
  email: row.email,
  firstName: row.first_name,
  lastName: row.last_name,
  isActive: row.is_active,
  hasPassword: row.has_password,
  isLinked: row.is_linked,
  lastSignInAt: row.last_sign_in_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
  modifiedAt: row.modified_at.toISOString(),
})

export async function insertUser(
  sql: Sql,
  tenant: string,
  user: { uid: string; email: string; firstName: string; lastName: string; passwordHash: string | null; at: string },
): Promise<User> {
  const [row] = await sql.query<UserRow>(
    `insert into users
       (tenant, uid, email, first_name, last_name, password_hash, password_set_at, created_at, modified_at)
     values ($1, $2, $3, $4, $5, $6, case when $6::text is null then null else $7::timestamptz end, $7, $7)
     returning ${columns}`,
    [tenant, user.uid, user.email, user.firstName, user.lastName, user.passwordHash, user.at],
  )
  return toUser(row as UserRow)
}

export async function selectUser(sql: Sql, tenant: string, uid: string): Promise<User | null> {
  const [row] = await sql.query<UserRow>(`select ${columns} from users where tenant = $1 and uid = $2`, [tenant, uid])
  return row ? toUser(row) : null
}

/** The user, whom nobody changes, signs in or out before the transaction ends, and the hash of their password. */
export async function lockUser(
  sql: Sql,
  tenant: string,
  uid: string,
): Promise<{ user: User; passwordHash: string | null } | null> {
  const [row] = await sql.query<UserRow & { password_hash: string | null }>(
    `select ${columns}, password_hash from users where tenant = $1 and uid = $2 for no key update`,
    [tenant, uid],
  )
  return row ? { user: toUser(row), passwordHash: row.password_hash } : null
}

/** All of them, the one who has this e-mail, or a page of them. */
export async function selectUsers(
  sql: Sql,
  tenant: string,
  { email = null, limit = null, offset = 0 }: { email?: string | null; limit?: number | null; offset?: number } = {},
): Promise<User[]> {
  const rows = await sql.query<UserRow>(
    `select ${columns} from users where tenant = $1 and ($2::text is null or email = $2)
     order by email, uid limit $3 offset $4`,
    [tenant, email, limit, offset],
  )
  return rows.map(toUser)
}

/** E-mails of those of these users that there are, by uid. */
export async function selectEmails(sql: Sql, tenant: string, uids: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql.query<{ uid: string; email: string }>(
    'select uid, email from users where tenant = $1 and uid = any($2) order by email',
    [tenant, uids],
  )
  return new Map(rows.map(({ uid, email }) => [uid, email]))
}

export async function selectUserByEmail(sql: Sql, tenant: string, email: string): Promise<User | null> {
  const [row] = await sql.query<UserRow>(`select ${columns} from users where tenant = $1 and email = $2`, [
    tenant,
    email,
  ])
  return row ? toUser(row) : null
}

export async function countUsers(sql: Sql, tenant: string): Promise<number> {
  const [row] = await sql.query<{ count: number }>('select count(*)::int as count from users where tenant = $1', [
    tenant,
  ])
  return row?.count ?? 0
}

/** The first user there was. */
export async function selectAdministrator(sql: Sql, tenant: string): Promise<User | null> {
  const [row] = await sql.query<UserRow>(
    `select ${columns} from users where tenant = $1 order by created_at, uid limit 1`,
    [tenant],
  )
  return row ? toUser(row) : null
}

export async function updateUser(sql: Sql, tenant: string, user: User, at: string): Promise<void> {
  await sql.query(
    `update users set email = $3, first_name = $4, last_name = $5, is_active = $6, modified_at = $7
     where tenant = $1 and uid = $2`,
    [tenant, user.uid, user.email, user.firstName, user.lastName, user.isActive, at],
  )
}

export async function updatePassword(sql: Sql, tenant: string, uid: string, hash: string, at: string): Promise<void> {
  await sql.query(
    'update users set password_hash = $3, password_set_at = $4, modified_at = $4 where tenant = $1 and uid = $2',
    [tenant, uid, hash, at],
  )
}

export async function deletePassword(sql: Sql, tenant: string, uid: string, at: string): Promise<void> {
  await sql.query(
    'update users set password_hash = null, password_set_at = null, modified_at = $3 where tenant = $1 and uid = $2',
    [tenant, uid, at],
  )
}

/** The same password under another hash, unless it was changed meanwhile. */
export async function replaceHash(
  sql: Sql,
  tenant: string,
  uid: string,
  { old, hash }: { old: string; hash: string },
): Promise<void> {
  await sql.query('update users set password_hash = $3 where tenant = $1 and uid = $2 and password_hash = $4', [
    tenant,
    uid,
    hash,
    old,
  ])
}

/** Null when the user has no password. */
export async function selectPasswordTime(sql: Sql, tenant: string, uid: string): Promise<Date | null> {
  const [row] = await sql.query<{ at: Date }>(
    'select password_set_at as at from users where tenant = $1 and uid = $2 and password_hash is not null',
    [tenant, uid],
  )
  return row?.at ?? null
}

export async function deleteUser(sql: Sql, tenant: string, uid: string): Promise<void> {
  await sql.query('delete from users where tenant = $1 and uid = $2', [tenant, uid])
}

/** What a sign-in compares: nothing of a user who may not sign in. */
export async function selectPassword(
  sql: Sql,
  tenant: string,
  email: string,
): Promise<{ uid: string; hash: string } | null> {
  const [row] = await sql.query<{ uid: string; hash: string }>(
    `select uid, password_hash as hash from users
     where tenant = $1 and email = $2 and is_active and password_hash is not null`,
    [tenant, email],
  )
  return row ?? null
}

/** False when the user may not sign in (any more). */
export async function markSignIn(sql: Sql, tenant: string, uid: string, at: string): Promise<boolean> {
  const rows = await sql.query(
    'update users set last_sign_in_at = $3 where tenant = $1 and uid = $2 and is_active returning uid',
    [tenant, uid, at],
  )
  return rows.length > 0
}

/** Tenants where this e-mail may sign in; runs as `atrium_system`. Two, for a sign-in: more than one needs the tenant's name anyway. */
export async function selectTenantsOfEmail(sql: Sql, email: string, limit = 2): Promise<string[]> {
  const rows = await sql.query<{ tenant: string }>(
    'select tenant from users where email = $1 and is_active order by tenant limit $2',
    [email, limit],
  )
  return rows.map(({ tenant }) => tenant)
}
