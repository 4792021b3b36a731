import type { ApiKey } from '../../auth/identity.ts'
import type { Sql } from '../database.ts'

interface ApiKeyRow {
  uid: string
  user_uid: string
  name: string
  labels: Record<string, string>
  annotations: Record<string, string>
  is_active: boolean
  expires_at: Date | null
  created_at: Date
  modified_at: Date
}

const columns = 'uid, user_uid, name, labels, annotations, is_active, expires_at, created_at, modified_at'

const toApiKey = (row: ApiKeyRow): ApiKey => ({
  uid: row.uid,
  userUid: row.user_uid,
  name: row.name,
  labels: row.labels,
  annotations: row.annotations,
  isActive: row.is_active,
  expiresAt: row.expires_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
  modifiedAt: row.modified_at.toISOString(),
})

export async function insertApiKey(
  sql: Sql,
  tenant: string,
  key: Omit<ApiKey, 'createdAt' | 'modifiedAt' | 'isActive'> & { hash: Buffer; at: string },
): Promise<ApiKey> {
  const [row] = await sql.query<ApiKeyRow>(
    `insert into api_keys (tenant, uid, user_uid, name, hash, labels, annotations, expires_at, created_at, modified_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) returning ${columns}`,
    [
      tenant,
      key.uid,
      key.userUid,
      key.name,
      key.hash,
      JSON.stringify(key.labels),
      JSON.stringify(key.annotations),
      key.expiresAt,
      key.at,
    ],
  )
  return toApiKey(row as ApiKeyRow)
}

export async function selectApiKey(sql: Sql, tenant: string, uid: string): Promise<ApiKey | null> {
  const [row] = await sql.query<ApiKeyRow>(`select ${columns} from api_keys where tenant = $1 and uid = $2`, [
    tenant,
    uid,
  ])
  return row ? toApiKey(row) : null
}

export async function selectApiKeys(sql: Sql, tenant: string, userUid: string | null): Promise<ApiKey[]> {
  const rows = await sql.query<ApiKeyRow>(
    `select ${columns} from api_keys where tenant = $1 and ($2::text is null or user_uid = $2) order by name, uid`,
    [tenant, userUid],
  )
  return rows.map(toApiKey)
}

export async function updateApiKey(sql: Sql, tenant: string, key: ApiKey, at: string): Promise<void> {
  await sql.query(
    `update api_keys set name = $3, labels = $4, annotations = $5, is_active = $6, expires_at = $7, modified_at = $8
     where tenant = $1 and uid = $2`,
    [
      tenant,
      key.uid,
      key.name,
      JSON.stringify(key.labels),
      JSON.stringify(key.annotations),
      key.isActive,
      key.expiresAt,
      at,
    ],
  )
}

/** All of a user. How many were active. */
export async function disableApiKeysOf(sql: Sql, tenant: string, userUid: string, at: string): Promise<number> {
  const rows = await sql.query(
    `update api_keys set is_active = false, modified_at = $3
     where tenant = $1 and user_uid = $2 and is_active returning uid`,
    [tenant, userUid, at],
  )
  return rows.length
}

export async function deleteApiKey(sql: Sql, tenant: string, uid: string): Promise<void> {
  await sql.query('delete from api_keys where tenant = $1 and uid = $2', [tenant, uid])
}
