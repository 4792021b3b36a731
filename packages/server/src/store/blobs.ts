import { createHash } from 'node:crypto'
import { isoNow } from '@atrium/runtime/base/clock.ts'
import { open, seal } from './keys/envelope.ts'
import type { TxContext } from './tx-context.ts'

interface BlobRow extends Record<string, unknown> {
  /** Null in rows from before blobs were sealed. */
  key_version: number | null
  nonce: Buffer | null
  content: Buffer
}

const HAS_SEALED = `select 1 from blobs where tenant = $1 and digest = $2 and key_version is not null`
const DROP_CLEAR = `delete from blobs where tenant = $1 and digest = $2 and key_version is null`
const PUT = `
  insert into blobs (tenant, digest, key_version, nonce, content, created_at) values ($1, $2, $3, $4, $5, $6)
  on conflict do nothing`
const GET = `select key_version, nonce, content from blobs where tenant = $1 and digest = $2`

const contextOf = (tenant: string, digest: string, keyVersion: number): string =>
  JSON.stringify(['blob', tenant, digest, keyVersion])

/** Sealed like secrets: values of sensitive variables are in the texts of a desired state. */
export const writeBlob = async (context: TxContext, content: Buffer): Promise<string> => {
  const { sql, tenant } = context
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
  if ((await sql.query(HAS_SEALED, [tenant, digest])).length > 0) return digest
  const { version, key } = await context.keys.current(sql, tenant)
  const { nonce, ciphertext } = seal(key, content, contextOf(tenant, digest, version), context.random)
  await sql.query(DROP_CLEAR, [tenant, digest])
  await sql.query(PUT, [tenant, digest, version, nonce, ciphertext, isoNow(context.clock)])
  return digest
}

export const readBlob = async (context: TxContext, digest: string): Promise<Buffer | null> => {
  const { sql, tenant } = context
  const [row] = await sql.query<BlobRow>(GET, [tenant, digest])
  if (row === undefined) return null
  if (row.key_version === null || row.nonce === null) return row.content
  const { key } = await context.keys.version(sql, tenant, row.key_version)
  return open(key, { nonce: row.nonce, ciphertext: row.content }, contextOf(tenant, digest, row.key_version))
}
