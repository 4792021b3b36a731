import type { Sql } from '../database.ts'

/** A key of an operator; what it is stands nowhere. */
export interface OperatorKey {
  uid: string
  operatorUid: string
  name: string
  createdAt: string
  expiresAt: string
}

interface KeyRow extends Record<string, unknown> {
  uid: string
  operator_uid: string
  name: string
  created_at: Date
  expires_at: Date
}

const columns = 'uid, operator_uid, name, created_at, expires_at'

const toKey = (row: KeyRow): OperatorKey => ({
  uid: row.uid,
  operatorUid: row.operator_uid,
  name: row.name,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
})

export async function insertOperatorKey(sql: Sql, key: OperatorKey & { hash: Buffer }): Promise<void> {
  const { uid, operatorUid, name, hash, createdAt, expiresAt } = key
  await sql.query(
    `insert into operator_keys (uid, operator_uid, name, hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)`,
    [uid, operatorUid, name, hash, createdAt, expiresAt],
  )
}

export async function selectOperatorKeys(sql: Sql, operatorUid: string): Promise<OperatorKey[]> {
  const text = `select ${columns} from operator_keys where operator_uid = $1 order by name`
  return (await sql.query<KeyRow>(text, [operatorUid])).map(toKey)
}

/** The key that was; null when there was none. */
export async function deleteOperatorKey(sql: Sql, operatorUid: string, uid: string): Promise<OperatorKey | null> {
  const text = `delete from operator_keys where operator_uid = $1 and uid = $2 returning ${columns}`
  const [row] = await sql.query<KeyRow>(text, [operatorUid, uid])
  return row ? toKey(row) : null
}

export async function deleteOperatorKeysOf(sql: Sql, operatorUid: string): Promise<void> {
  await sql.query('delete from operator_keys where operator_uid = $1', [operatorUid])
}
