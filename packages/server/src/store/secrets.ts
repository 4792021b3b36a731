import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import { isoNow } from '@atrium/runtime/base/clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { open, seal } from './keys/envelope.ts'
import type { KeyRow } from './keys/tenant-keys.ts'
import type { TxContext } from './tx-context.ts'

interface SecretRow extends KeyRow {
  nonce: Buffer
  ciphertext: Buffer
}

const GET = `
  select k.version, k.root_key, k.wrapped, s.nonce, s.ciphertext
  from secrets s join tenant_keys k on k.tenant = s.tenant and k.version = s.key_version
  where s.tenant = $1 and s.uid = $2 and s.field = $3`
const PUT = `
  insert into secrets (tenant, uid, field, key_version, nonce, ciphertext, modified_at)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (tenant, uid, field) do update
    set key_version = excluded.key_version, nonce = excluded.nonce, ciphertext = excluded.ciphertext,
      modified_at = excluded.modified_at`
const DELETE = `delete from secrets where tenant = $1 and uid = $2 and field = $3 returning field`

/** Everything that says what a ciphertext belongs to: one moved to another row does not open. A list, so that no part can run into the next. */
const contextOf = (tenant: string, ref: ObjectRef, field: string, keyVersion: number): string =>
  JSON.stringify([tenant, ref.kind, ref.uid, field, keyVersion])

export const readSecret = async (context: TxContext, ref: ObjectRef, field: string): Promise<Secret<string> | null> => {
  const [row] = await context.sql.query<SecretRow>(GET, [context.tenant, ref.uid, field])
  if (row === undefined) return null
  const { key, version } = await context.keys.open(context.tenant, row)
  return new Secret(open(key, row, contextOf(context.tenant, ref, field, version)).toString('utf8'))
}

/** Returns false when exactly this value is stored already. */
export const writeSecret = async (
  context: TxContext,
  ref: ObjectRef,
  field: string,
  value: Secret<string>,
): Promise<boolean> => {
  const stored = await readSecret(context, ref, field)
  if (stored?.reveal() === value.reveal()) return false
  const { version, key } = await context.keys.current(context.sql, context.tenant)
  const sealed = seal(
    key,
    Buffer.from(value.reveal(), 'utf8'),
    contextOf(context.tenant, ref, field, version),
    context.random,
  )
  const values = [context.tenant, ref.uid, field, version, sealed.nonce, sealed.ciphertext, isoNow(context.clock)]
  await context.sql.query(PUT, values)
  return true
}

/** Returns false when there was none. */
export const deleteSecret = async (context: TxContext, ref: ObjectRef, field: string): Promise<boolean> => {
  const rows = await context.sql.query(DELETE, [context.tenant, ref.uid, field])
  return rows.length > 0
}
