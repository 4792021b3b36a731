import { createHash } from 'node:crypto'
import { isoNow } from '@atrium/runtime/base/clock.ts'
import { open, seal } from './keys/envelope.ts'
import type { TxContext } from './tx-context.ts'

interface BlobRow extends Record<string, unknown> {
  digest: string
  /** Null in rows from before blobs were sealed. */
  key_version: number | null
  nonce: Buffer | null
  content: Buffer
}

const KNOWN = `select digest, key_version is null as clear from blobs where tenant = $1 and digest = any($2)`
const DROP_CLEAR = `delete from blobs where tenant = $1 and digest = any($2) and key_version is null`
const PUT = `
  insert into blobs (tenant, digest, key_version, nonce, content, created_at)
  select $1, digest, $2, nonce, content, $3 from unnest($4::text[], $5::bytea[], $6::bytea[]) as n (digest, nonce, content)
  order by digest on conflict do nothing`
const GET = `select digest, key_version, nonce, content from blobs where tenant = $1 and digest = any($2)`

const contextOf = (tenant: string, digest: string, keyVersion: number): string =>
  JSON.stringify(['blob', tenant, digest, keyVersion])

/** Sealed like secrets: values of sensitive variables are in the texts of a desired state. Answers their digests. */
export const writeBlobs = async (context: TxContext, contents: readonly Buffer[]): Promise<string[]> => {
  const { sql, tenant, random } = context
  const digests = contents.map((content) => `sha256:${createHash('sha256').update(content).digest('hex')}`)
  const known = await sql.query<{ digest: string; clear: boolean }>(KNOWN, [tenant, digests])
  const fresh = new Map(contents.map((content, index): [string, Buffer] => [digests[index] ?? '', content]))
  for (const { digest, clear } of known) if (!clear) fresh.delete(digest)
  if (fresh.size === 0) return digests
  const { version, key } = await context.keys.current(sql, tenant)
  const sealed = [...fresh].map(([digest, content]) => seal(key, content, contextOf(tenant, digest, version), random))
  if (known.some(({ clear }) => clear)) await sql.query(DROP_CLEAR, [tenant, [...fresh.keys()]])
  const columns = [sealed.map(({ nonce }) => nonce), sealed.map(({ ciphertext }) => ciphertext)]
  await sql.query(PUT, [tenant, version, isoNow(context.clock), [...fresh.keys()], ...columns])
  return digests
}

/** Null for those that are not there. */
export const readBlobs = async (context: TxContext, digests: readonly string[]): Promise<(Buffer | null)[]> => {
  const { sql, tenant } = context
  const rows = await sql.query<BlobRow>(GET, [tenant, [...new Set(digests)]])
  const keys = new Map<number, Buffer>()
  const found = new Map<string, Buffer>()
  for (const { digest, key_version: version, nonce, content } of rows) {
    if (version === null || nonce === null) {
      found.set(digest, content)
      continue
    }
    const key = keys.get(version) ?? (await context.keys.version(sql, tenant, version)).key
    keys.set(version, key)
    found.set(digest, open(key, { nonce, ciphertext: content }, contextOf(tenant, digest, version)))
  }
  return digests.map((digest) => found.get(digest) ?? null)
}
