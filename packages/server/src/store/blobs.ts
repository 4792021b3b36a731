import { createHash } from 'node:crypto'
import { isoNow } from '@atrium/runtime/base/clock.ts'
import type { TxContext } from './tx-context.ts'

const PUT = `
  insert into blobs (tenant, digest, content, created_at) values ($1, $2, $3, $4) on conflict do nothing`
const GET = `select content from blobs where tenant = $1 and digest = $2`

export const writeBlob = async (context: TxContext, content: Buffer): Promise<string> => {
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
  await context.sql.query(PUT, [context.tenant, digest, content, isoNow(context.clock)])
  return digest
}

export const readBlob = async (context: TxContext, digest: string): Promise<Buffer | null> => {
  const [row] = await context.sql.query<{ content: Buffer }>(GET, [context.tenant, digest])
  return row?.content ?? null
}
