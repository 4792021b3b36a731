import type { v1CustomAccountEntity } from '@atrium/api/generated/operations.d.ts'
import type { CloudAccountSpec } from '@atrium/api/kinds/cloud-account.ts'
import type { Provider } from '@atrium/provider-contract/provider.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'

const limits = { credentials: 64, valueBytes: 64 * 1024 } as const

/** Credentials of a custom account, checked against what the provider needs. */
export function readCredentials(provider: Provider, body: v1CustomAccountEntity): Record<string, Secret<string>> {
  const given = body.spec?.credentials ?? {}
  const missing = provider.credentialKeys.filter((key) => !given[key])
  if (missing.length > 0) throw invalid(`needs ${missing.join(', ')}`)
  if (Object.keys(given).length > limits.credentials) throw invalid(`holds more than ${limits.credentials} entries`)
  const long = Object.keys(given).find((key) => Buffer.byteLength(given[key] ?? '') > limits.valueBytes)
  if (long !== undefined) throw invalid(`'${long}' is longer than ${limits.valueBytes} bytes`)
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, new Secret(value)]))
}

const invalid = (text: string): AtriumError =>
  new AtriumError('InvalidRequest', `spec.credentials: ${text}.`, { details: { field: 'spec.credentials' } })

/** Stores the credentials beside the account, which holds only their names, and removes what it had under `former` names. */
export async function storeCredentials(
  tx: Tx,
  uid: string,
  credentials: Readonly<Record<string, Secret<string>>>,
  former: readonly string[] = [],
): Promise<void> {
  const ref = { kind: 'CloudAccount', uid }
  for (const [key, value] of Object.entries(credentials)) await tx.putSecret(ref, `credentials.${key}`, value)
  const dropped = former.filter((key) => !Object.hasOwn(credentials, key))
  for (const key of dropped) await tx.removeSecret(ref, `credentials.${key}`)
}

/** The mark of these credentials: the former one while all of them are what is stored. */
export async function markCredentials(
  tx: Tx,
  uid: string,
  credentials: Readonly<Record<string, Secret<string>>>,
  { credentialKeys, credentialsMark }: CloudAccountSpec,
  random: Random,
): Promise<Pick<CloudAccountSpec, 'credentialsMark'>> {
  const stored = await storedCredentials(tx, uid, Object.keys(credentials))
  const isSame =
    credentialKeys.length === Object.keys(credentials).length &&
    Object.entries(credentials).every(([key, value]) => stored[key]?.reveal() === value.reveal())
  if (!isSame) return { credentialsMark: random.bytes(16).toString('hex') }
  return credentialsMark === undefined ? {} : { credentialsMark }
}

/** The credentials that are stored under these names. */
export async function storedCredentials(
  tx: Tx,
  uid: string,
  keys: readonly string[],
): Promise<Record<string, Secret<string>>> {
  const stored: Record<string, Secret<string>> = {}
  for (const key of keys) {
    const value = await tx.getSecret({ kind: 'CloudAccount', uid }, `credentials.${key}`)
    if (value) stored[key] = value
  }
  return stored
}

export const accountSpec = (
  cloudType: string,
  credentials: Readonly<Record<string, Secret<string>>>,
  unknown?: CloudAccountSpec['unknown'],
): CloudAccountSpec => ({
  cloudType,
  credentialKeys: Object.keys(credentials).sort(),
  settings: {},
  ...(unknown && { unknown }),
})
