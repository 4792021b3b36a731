import type { Sql } from '../../store/database.ts'
import type { TotpRow } from '../../store/identity/factors.ts'
import type { SealContext } from '../../store/keys/tenant-keys.ts'
import type { Parts } from '../parts.ts'
import type { Person } from '../sign-in/sign-in-identity.ts'

type Owner = Pick<Person, 'tenant' | 'userUid'>

/** What a sealed secret belongs to: one moved to another user, or under another name, does not open. */
const contextOf =
  ({ tenant, userUid }: Owner, name: string): SealContext =>
  (keyVersion) =>
    JSON.stringify(['factor', tenant, userUid, name, keyVersion])

/** A secret as it is stored: sealed with the data key of its tenant. */
export async function sealSecret(
  { keys }: Parts,
  sql: Sql,
  owner: Owner,
  name: string,
  secret: Buffer,
): Promise<TotpRow> {
  return { name, sealed: await keys.seal(sql, owner.tenant, secret, contextOf(owner, name)) }
}

export const openSecret = ({ keys }: Parts, sql: Sql, owner: Owner, { name, sealed }: TotpRow): Promise<Buffer> =>
  keys.unseal(sql, owner.tenant, sealed, contextOf(owner, name))
