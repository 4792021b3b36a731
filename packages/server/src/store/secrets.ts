import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import { isoNow } from '@atrium/runtime/base/clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { open } from './keys/envelope.ts'
import type { KeyRow, SealContext } from './keys/tenant-keys.ts'
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
const contextOf =
  (tenant: string, ref: ObjectRef, field: string): SealContext =>
  (keyVersion) =>
    JSON.stringify([tenant, ref.kind, ref.uid, field, keyVersion])

export const readSecret = async (context: TxContext, ref: ObjectRef, field: string): Promise<Secret<string> | null> => {
  const [row] = await context.sql.query<SecretRow>(GET, [context.tenant, ref.uid, field])
  if (row === undefined) return null
  const { key, version } = await context.keys.open(context.tenant, row)
  return new Secret(open(key, row, contextOf(context.tenant, ref, field)(version)).toString('utf8'))
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
  const { tenant, sql } = context
  const plain = Buffer.from(value.reveal(), 'utf8')
  const sealed = await context.keys.seal(sql, tenant, plain, contextOf(tenant, ref, field))
  const { keyVersion, nonce, ciphertext } = sealed
  await sql.query(PUT, [tenant, ref.uid, field, keyVersion, nonce, ciphertext, isoNow(context.clock)])
  return true
}

/** Returns false when there was none. */
export const deleteSecret = async (context: TxContext, ref: ObjectRef, field: string): Promise<boolean> => {
  const rows = await context.sql.query(DELETE, [context.tenant, ref.uid, field])
  return rows.length > 0
}
