import type { OperatorRole } from '@atrium/api/permissions/operators.ts'
import type { Sql } from '../database.ts'

/** Someone who runs the installation. */
export interface Operator {
  uid: string
  email: string
  firstName: string
  lastName: string
  role: OperatorRole
  isActive: boolean
  /** False until a link of theirs was used. */
  hasPassword: boolean
  lastSignInAt: string | null
  createdAt: string
}

interface OperatorRow extends Record<string, unknown> {
  uid: string
  email: string
  first_name: string
  last_name: string
  role: OperatorRole
  is_active: boolean
  has_password: boolean
  last_sign_in_at: Date | null
  created_at: Date
}

const COLUMNS = `o.uid, o.email, o.first_name, o.last_name, o.role, o.is_active,
  o.password_hash is not null as has_password, o.last_sign_in_at, o.created_at`

const toOperator = (row: OperatorRow): Operator => ({
  uid: row.uid,
  email: row.email,
  firstName: row.first_name,
  lastName: row.last_name,
  role: row.role,
  isActive: row.is_active,
  hasPassword: row.has_password,
  lastSignInAt: row.last_sign_in_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
})

export async function insertOperator(
  sql: Sql,
  operator: Pick<Operator, 'uid' | 'email' | 'firstName' | 'lastName' | 'role'> & {
    passwordHash: string | null
    at: string
  },
): Promise<Operator> {
  const { uid, email, firstName, lastName, role, passwordHash, at } = operator
  const [row] = await sql.query<OperatorRow>(
    `insert into operators as o (uid, email, first_name, last_name, role, password_hash, created_at, modified_at)
     values ($1, $2, $3, $4, $5, $6, $7, $7) returning ${COLUMNS}`,
    [uid, email, firstName, lastName, role, passwordHash, at],
  )
  return toOperator(row as OperatorRow)
}

export async function selectOperators(sql: Sql): Promise<Operator[]> {
  return (await sql.query<OperatorRow>(`select ${COLUMNS} from operators o order by o.email`)).map(toOperator)
}

/** Locked, so that two changes come one after the other. */
export async function lockOperators(sql: Sql): Promise<Operator[]> {
  return (await sql.query<OperatorRow>(`select ${COLUMNS} from operators o order by o.uid for update`)).map(toOperator)
}

export async function updateOperator(sql: Sql, operator: Operator, at: string): Promise<void> {
  const { uid, firstName, lastName, role, isActive } = operator
  await sql.query(
    'update operators set first_name = $2, last_name = $3, role = $4, is_active = $5, modified_at = $6 where uid = $1',
    [uid, firstName, lastName, role, isActive, at],
  )
}

/** False when the operator's password is no longer the `proven` one, where there is one to prove. */
export async function updateOperatorPassword(
  sql: Sql,
  { uid, hash, at, proven = null }: { uid: string; hash: string; at: string; proven?: string | null },
): Promise<boolean> {
  const rows = await sql.query(
    `update operators set password_hash = $2, modified_at = $3
     where uid = $1 and ($4::text is null or is_active and password_hash = $4) returning uid`,
    [uid, hash, at, proven],
  )
  return rows.length > 0
}

export async function deleteOperator(sql: Sql, uid: string): Promise<void> {
  await sql.query('delete from operators where uid = $1', [uid])
}

/** What a sign-in compares: nothing of an operator who may not sign in. */
export async function selectOperatorPassword(sql: Sql, email: string): Promise<{ uid: string; hash: string } | null> {
  const [row] = await sql.query<{ uid: string; hash: string }>(
    `select uid, password_hash as hash from operators where email = $1 and is_active and password_hash is not null`,
    [email],
  )
  return row ?? null
}

/** False when the operator may not sign in with this password (any more). */
export async function markOperatorSignIn(
  sql: Sql,
  { uid, hash, at }: { uid: string; hash: string; at: string },
): Promise<boolean> {
  const rows = await sql.query(
    'update operators set last_sign_in_at = $3 where uid = $1 and is_active and password_hash = $2 returning uid',
    [uid, hash, at],
  )
  return rows.length > 0
}

export async function insertOperatorSession(
  sql: Sql,
  { hash, operatorUid, at, expiresAt }: { hash: Buffer; operatorUid: string; at: string; expiresAt: string },
): Promise<void> {
  await sql.query('delete from operator_sessions where expires_at < $1', [at])
  await sql.query(
    'insert into operator_sessions (hash, operator_uid, created_at, expires_at) values ($1, $2, $3, $4)',
    [hash, operatorUid, at, expiresAt],
  )
}

/** Who is behind a session or a key that is valid now; `key`: its name, null of a session. */
export async function selectOperatorByToken(
  sql: Sql,
  hash: Buffer,
  at: string,
): Promise<{ operator: Operator; key: string | null } | null> {
  const [row] = await sql.query<OperatorRow & { key: string | null }>(
    `select ${COLUMNS}, t.key from (
       select operator_uid, null as key from operator_sessions where hash = $1 and expires_at > $2
       union all select operator_uid, name as key from operator_keys where hash = $1 and expires_at > $2
     ) t join operators o on o.uid = t.operator_uid where o.is_active`,
    [hash, at],
  )
  return row ? { operator: toOperator(row), key: row.key } : null
}

export async function deleteOperatorSession(sql: Sql, hash: Buffer): Promise<void> {
  await sql.query('delete from operator_sessions where hash = $1', [hash])
}

/** All of an operator, but the one with this hash. */
export async function deleteOperatorSessionsOf(
  sql: Sql,
  operatorUid: string,
  keptHash: Buffer | null = null,
): Promise<void> {
  const text = 'delete from operator_sessions where operator_uid = $1 and hash is distinct from $2'
  await sql.query(text, [operatorUid, keptHash])
}
