import type { Sql } from '../../store/database.ts'
import type { TotpRow } from '../../store/identity/factors.ts'
import { open, seal } from '../../store/keys/envelope.ts'
import type { Parts } from '../parts.ts'
import type { Person } from '../sign-in/sign-in-identity.ts'

type Owner = Pick<Person, 'tenant' | 'userUid'>

/** What a sealed secret belongs to: one moved to another user, or under another name, does not open. */
const contextOf = ({ tenant, userUid }: Owner, name: string, keyVersion: number): string =>
  JSON.stringify(['factor', tenant, userUid, name, keyVersion])

/** A secret as it is stored: sealed with the data key of its tenant. */
export async function sealSecret(
  { keys, random }: Parts,
  sql: Sql,
  owner: Owner,
  name: string,
  secret: Buffer,
): Promise<TotpRow> {
  const { version, key } = await keys.current(sql, owner.tenant)
  return { name, keyVersion: version, sealed: seal(key, secret, contextOf(owner, name, version), random) }
}

export async function openSecret({ keys }: Parts, sql: Sql, owner: Owner, row: TotpRow): Promise<Buffer> {
  const { key, version } = await keys.version(sql, owner.tenant, row.keyVersion)
  return open(key, row.sealed, contextOf(owner, row.name, version))
}
